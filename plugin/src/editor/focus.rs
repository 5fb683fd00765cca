//! The ring around what the keys go to.

use egui::{Response, StrokeKind, Ui};

use super::theme;

/// Draws the ring around a widget of our own that has the keyboard. egui draws those of its own widgets.
pub fn ring(ui: &Ui, response: &Response) {
    if response.has_focus() {
        ui.painter().rect_stroke(
            response.rect,
            theme::RADIUS,
            (theme::FOCUS_WIDTH, theme::accent()),
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
