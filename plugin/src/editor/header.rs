//! The top of the window: the name, the pages, the model, and what runs it.

use egui::{Align2, CursorIcon, Painter, Rect, Role, Sense, Ui, pos2, vec2};

use super::page::Page;
use super::{focus, theme};
use crate::core::view::Snapshot;

/// Height of the header, in points.
pub const HEIGHT: f32 = 62.0;

/// Draws the header into `area` and changes `page` when a page is chosen.
pub fn show(ui: &mut Ui, area: Rect, snapshot: &Snapshot, page: &mut Page) {
    ui.painter().rect_filled(area, 0.0, theme::surface());
    ui.painter()
        .hline(area.x_range(), area.bottom(), (1.0, theme::line()));

    let area = area.shrink2(vec2(theme::MARGIN, 0.0));
    let left = logo(ui.painter(), area) + 18.0;
    let left = pages(ui, area.with_min_x(left), page);
    model(ui, area.with_min_x(left + 14.0), snapshot, page);
}

/// Draws the mark and the name; returns where they end.
fn logo(painter: &Painter, area: Rect) -> f32 {
    let middle = area.center().y;
    for (line, (length, colour)) in [
        (18.0, theme::accent()),
        (12.0, theme::bar(0.62)),
        (7.0, theme::bar(0.3)),
    ]
    .into_iter()
    .enumerate()
    {
        let top = middle - 9.0 + 7.0 * line as f32;
        let bar = Rect::from_min_size(pos2(area.left(), top), vec2(length, 4.0));
        painter.rect_filled(bar, 2.0, colour);
    }
    let name = painter.text(
        pos2(area.left() + 28.0, middle),
        Align2::LEFT_CENTER,
        "Tagline",
        theme::medium(19.0),
        theme::text(),
    );
    name.right()
}

/// Draws the pages' names; returns where they end.
fn pages(ui: &mut Ui, area: Rect, page: &mut Page) -> f32 {
    let mut left = area.left();
    for choice in Page::ALL {
        let chosen = *page == choice;
        let galley = ui.painter().layout_no_wrap(
            choice.name().to_owned(),
            theme::regular(14.0),
            egui::Color32::PLACEHOLDER,
        );
        let rect = Rect::from_min_max(
            pos2(left, area.top()),
            pos2(left + galley.size().x + 16.0, area.bottom()),
        );
        let response = ui
            .interact(rect, ui.scope_id().with(choice.name()), Sense::click())
            .on_hover_cursor(CursorIcon::PointingHand);
        let colour = match (chosen, response.hovered()) {
            (true, _) => theme::text(),
            (false, true) => theme::text_soft(),
            (false, false) => theme::text_faint(),
        };
        let text = pos2(rect.left() + 8.0, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(text, galley, colour);
        if chosen {
            let line = Rect::from_x_y_ranges(
                rect.left() + 8.0..=rect.right() - 8.0,
                rect.bottom() - 2.0..=rect.bottom(),
            );
            ui.painter().rect_filled(line, 1.0, theme::accent());
        }
        let kind = (Role::RadioButton, chosen);
        focus::name_selected(ui, &response, kind, choice.name());
        focus::ring(ui, &response);
        if response.on_hover_text(choice.about()).clicked() {
            *page = choice;
        }
        left = rect.right();
    }
    left
}

/// Draws the model's name and what runs it, on the right; a click leads to the model's page.
fn model(ui: &mut Ui, area: Rect, snapshot: &Snapshot, page: &mut Page) {
    let name = match &snapshot.model {
        Some(model) => model.info.name.clone(),
        None if snapshot.loading => "Opening the model …".to_owned(),
        None => "No model".to_owned(),
    };
    let painter = ui.painter().with_clip_rect(area);
    let middle = area.center().y;
    let first = painter.text(
        pos2(area.right(), middle - 1.0),
        Align2::RIGHT_BOTTOM,
        name,
        theme::medium(14.0),
        theme::text(),
    );
    let second = painter.text(
        pos2(area.right(), middle + 2.0),
        Align2::RIGHT_TOP,
        runs_on(snapshot),
        theme::regular(12.0),
        theme::text_soft(),
    );
    let dot = pos2(second.left() - 10.0, second.center().y);
    match snapshot.running {
        // A ring, for whom the colours are hard to tell apart.
        None => painter.circle_stroke(dot, 2.5, (1.0, theme::text_faint())),
        Some(_) if snapshot.dropped_samples > 0 => {
            painter.circle_filled(dot, 3.0, theme::warning())
        }
        Some(_) => painter.circle_filled(dot, 3.0, theme::accent()),
    };

    let block = first.union(second).expand(6.0);
    let response = ui
        .interact(block, ui.scope_id().with("model"), Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand);
    focus::name(ui, &response, Role::Button, "The model");
    focus::ring(ui, &response);
    let response = response
        .on_hover_text("The model, what runs it and the time of an update; more on the page Model");
    if response.clicked() {
        *page = Page::Model;
    }
}

fn runs_on(snapshot: &Snapshot) -> String {
    let Some(running) = snapshot.running else {
        return "nothing is running".to_owned();
    };
    let mut text = running.name().to_owned();
    if let Some((chosen, _)) = snapshot.replaced_backend() {
        text = format!("{text}, not {}", chosen.name());
    }
    if snapshot.inference_ms > 0.0 {
        text = format!("{text} · {}", milliseconds(snapshot.inference_ms));
    }
    text
}

/// Writes two significant digits; the rest would be noise.
fn milliseconds(ms: f32) -> String {
    if ms < 9.95 {
        format!("{ms:.1} ms")
    } else {
        format!("{ms:.0} ms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tagline_engine::{Backend, BackendChoice};

    #[test]
    fn speed_is_shown_once_it_is_known() {
        let mut snapshot = Snapshot::default();
        assert_eq!(runs_on(&snapshot), "nothing is running");
        snapshot.running = Some(Backend::Tract);
        assert_eq!(runs_on(&snapshot), "tract");
        snapshot.inference_ms = 41.27;
        assert_eq!(runs_on(&snapshot), "tract · 41 ms");
        snapshot.settings.backend = BackendChoice::Only(Backend::DirectMl);
        assert_eq!(runs_on(&snapshot), "tract, not DirectML · 41 ms");
    }
}
