//! A row of choices, one of which is selected.

use egui::{Align2, Color32, CursorIcon, Rect, Role, Sense, Ui, pos2, vec2};

use super::{focus, theme};

/// Draws `choices`, each with its name and the colour that it has when it is selected. `chosen` is
/// selected now; `about` explains them. Returns the choice that was clicked.
pub fn show(
    ui: &mut Ui,
    id: &str,
    (choices, chosen): (&[(&str, Color32)], usize),
    about: &str,
) -> Option<usize> {
    const PADDING: f32 = 12.0;
    let font = theme::regular(13.0);
    let widths: Vec<f32> = choices
        .iter()
        .map(|(name, _)| {
            let galley =
                ui.painter()
                    .layout_no_wrap((*name).to_owned(), font.clone(), Color32::PLACEHOLDER);
            galley.size().x + 2.0 * PADDING
        })
        .collect();
    let size = vec2(widths.iter().sum::<f32>() + 4.0, theme::CONTROL_HEIGHT);
    let (area, _) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter()
        .rect_filled(area, theme::RADIUS, theme::background());

    let mut clicked = None;
    let mut left = area.left() + 2.0;
    for (index, ((name, colour), width)) in choices.iter().zip(widths).enumerate() {
        let rect = Rect::from_min_max(
            pos2(left, area.top() + 2.0),
            pos2(left + width, area.bottom() - 2.0),
        );
        let response = ui
            .interact(rect, ui.scope_id().with((id, index)), Sense::click())
            .on_hover_cursor(CursorIcon::PointingHand);
        let text = if index == chosen {
            ui.painter()
                .rect_filled(rect, theme::RADIUS - 1, theme::control_hovered());
            *colour
        } else if response.hovered() {
            theme::text()
        } else {
            theme::text_soft()
        };
        ui.painter().text(
            rect.center(),
            Align2::CENTER_CENTER,
            *name,
            font.clone(),
            text,
        );
        let kind = (Role::RadioButton, index == chosen);
        focus::name_selected(ui, &response, kind, name);
        focus::ring(ui, &response);
        if response.on_hover_text(about).clicked() && index != chosen {
            clicked = Some(index);
        }
        left += width;
    }
    clicked
}
