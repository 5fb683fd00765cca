//! A switch that is on or off.

use egui::{CursorIcon, Rect, Role, Sense, Ui, pos2, vec2};

use super::{focus, theme};

/// Draws the switch, which `about` explains. Returns its new state when it was clicked.
pub fn show(ui: &mut Ui, on: bool, about: &str) -> Option<bool> {
    let (area, response) =
        ui.allocate_exact_size(vec2(38.0, theme::CONTROL_HEIGHT), Sense::click());
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    let track = Rect::from_center_size(area.center(), vec2(area.width(), 20.0));
    let place = ui.ctx().animate_bool(response.id, on);
    let fill = theme::control().lerp_to_gamma(theme::accent_dim(), place);
    let knob = theme::text_soft().lerp_to_gamma(theme::accent(), place);
    ui.painter().rect_filled(track, 10.0, fill);
    let x = egui::lerp(track.left() + 10.0..=track.right() - 10.0, place);
    ui.painter()
        .circle_filled(pos2(x, track.center().y), 6.5, knob);
    focus::name_selected(ui, &response, (Role::CheckBox, on), about);
    focus::ring(ui, &response);
    response.on_hover_text(about).clicked().then_some(!on)
}
