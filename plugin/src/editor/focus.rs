//! The ring around what the keys go to.

use egui::{Color32, Response, StrokeKind, Ui};

use super::theme;

/// Width of the ring, in points.
const WIDTH: f32 = 1.5;

/// Draws the ring around a widget of our own that has the keyboard. egui draws those of its own widgets.
pub fn ring(ui: &Ui, response: &Response) {
    if response.has_focus() {
        ui.painter().rect_stroke(
            response.rect,
            theme::RADIUS,
            (WIDTH, theme::accent()),
            StrokeKind::Inside,
        );
    }
}

/// Tells screen readers what a widget of our own is.
pub fn name(ui: &Ui, response: &Response, kind: egui::Role, name: &str) {
    let enabled = ui.is_enabled();
    response.widget_info(|| egui::WidgetInfo::labeled(kind, enabled, name));
}

/// The same for one that is on or off.
pub fn name_selected(ui: &Ui, response: &Response, (kind, on): (egui::Role, bool), name: &str) {
    let enabled = ui.is_enabled();
    response.widget_info(|| egui::WidgetInfo::selected(kind, enabled, on, name));
}

/// The outline that egui draws around its own widgets while they have the keyboard.
pub fn stroke(accent: Color32) -> egui::Stroke {
    egui::Stroke::new(WIDTH, accent)
}
