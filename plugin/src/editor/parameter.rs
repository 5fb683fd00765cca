//! What the host has to do with a parameter, at the control that sets it: the host's own menu on a right
//! click, and a mark where a controller or automation moves it.

use egui::{Color32, Pos2, Rect, Response, Ui};

use super::theme;
use crate::core::surroundings::{Automation, Indication};
use crate::core::view::{EditorSource, Snapshot};

/// Radius of the mark, in points.
const RADIUS: f32 = 2.5;

/// A point of the window in the units of the platform's window interface.
pub fn point(ui: &Ui, at: Pos2) -> (i32, i32) {
    let scale = if cfg!(target_os = "macos") {
        ui.ctx().zoom_factor()
    } else {
        ui.pixels_per_point()
    };
    ((at.x * scale).round() as i32, (at.y * scale).round() as i32)
}

/// Attaches the host's menu and the mark of the parameter `id` to a control that has been drawn.
pub fn attach(
    ui: &Ui,
    control: Response,
    id: u32,
    snapshot: &Snapshot,
    source: &dyn EditorSource,
) -> Response {
    let is_wanted = control.secondary_clicked() || control.container_secondary_clicked();
    if snapshot.has_menus && is_wanted {
        let at = control.interact_pointer_pos();
        let at = at.or(ui.input(|input| input.pointer.latest_pos()));
        source.show_menu(id, point(ui, at.unwrap_or(control.rect.left_bottom())));
    }
    let Some(indication) = snapshot.indications.get(&id) else {
        return control;
    };
    mark(ui, control.rect, indication);
    control.on_hover_text(text(indication))
}

/// Draws the mark at the top right of a control's `area`.
pub fn mark(ui: &Ui, area: Rect, indication: &Indication) {
    let own = match indication.automation {
        Automation::Recording => theme::record(),
        Automation::Overriding => theme::warning(),
        _ => theme::accent(),
    };
    let colour = indication
        .colour
        .map_or(own, |[r, g, b]| Color32::from_rgb(r, g, b));
    let at = area.right_top();
    if indication.mapping.is_some() || indication.automation != Automation::Present {
        ui.painter().circle_filled(at, RADIUS, colour);
    } else {
        ui.painter().circle_stroke(at, RADIUS, (1.0, colour));
    }
}

/// What the mark means.
pub fn text(indication: &Indication) -> String {
    let mapped = indication
        .mapping
        .as_ref()
        .map(|about| match about.as_str() {
            "" => "A controller is mapped to this".to_owned(),
            about => format!("Mapped: {about}"),
        });
    let automated = indication.automation.text().map(str::to_owned);
    let lines: Vec<String> = mapped.into_iter().chain(automated).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_says_what_moves_the_parameter() {
        let mut indication = Indication {
            mapping: Some("Knob 3".to_owned()),
            automation: Automation::Playing,
            colour: None,
        };
        let both = text(&indication);
        assert_eq!(
            both,
            "Mapped: Knob 3\nThe host plays its automation for this"
        );
        indication.mapping = Some(String::new());
        indication.automation = Automation::None;
        assert_eq!(text(&indication), "A controller is mapped to this");
    }
}
