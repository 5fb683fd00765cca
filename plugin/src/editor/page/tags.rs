//! The page of tags: their bars, or why there are none.

use egui::{Align, Layout, RichText, Ui};

use super::Page;
use crate::core::view::Snapshot;
use crate::editor::motion::Motion;
use crate::editor::{bars, message, theme};

/// Draws the page into `ui`.
pub fn show(ui: &mut Ui, snapshot: &Snapshot, motion: &Motion, page: &mut Page) {
    if let Some(text) = &snapshot.message {
        message::card(ui, text);
        ui.add_space(10.0);
    }
    if snapshot.model.is_some() {
        bars::show(ui, snapshot, motion, !snapshot.active);
    } else if snapshot.loading {
        let area = ui.available_rect_before_wrap();
        message::alone(ui, area, "Opening the model …", "");
    } else {
        no_model(ui, page);
    }
}

fn no_model(ui: &mut Ui, page: &mut Page) {
    ui.with_layout(Layout::top_down(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.y = 10.0;
        ui.add_space((ui.available_height() / 2.0 - 90.0).max(0.0));
        ui.label(
            RichText::new("No model runs yet")
                .font(theme::medium(18.0))
                .color(theme::TEXT),
        );
        ui.label(
            RichText::new("It is opened when the host activates the plugin. Audio passes through.")
                .font(theme::regular(13.5))
                .color(theme::TEXT_SOFT),
        );
        ui.add_space(4.0);
        if ui.button("Choose a model").clicked() {
            *page = Page::Model;
        }
    });
}
