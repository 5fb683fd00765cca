//! A button that is a word.

use egui::{Align2, CursorIcon, Rect, Role, Sense, Ui, pos2};

use super::{focus, theme};

/// Draws `name` at the right end of `area`; `about` explains it. One that cannot be used now is fainter.
/// Returns whether it was clicked.
pub fn show(ui: &Ui, area: Rect, name: &str, about: &str, is_enabled: bool) -> bool {
    let sense = if is_enabled {
        Sense::click()
    } else {
        Sense::hover()
    };
    let response = ui.interact(area, ui.scope_id().with(name), sense);
    let ink = match (is_enabled, response.hovered()) {
        (false, _) => theme::control_hovered(),
        (true, true) => theme::text(),
        (true, false) => theme::text_soft(),
    };
    let middle = pos2(area.right() - 4.0, area.center().y);
    let font = theme::regular(12.0);
    ui.painter()
        .text(middle, Align2::RIGHT_CENTER, name, font, ink);
    if !is_enabled {
        return false;
    }
    focus::name(ui, &response, Role::Button, name);
    focus::ring(ui, &response);
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    response.on_hover_text(about).clicked()
}
