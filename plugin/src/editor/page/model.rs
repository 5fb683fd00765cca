//! The page of the model: which is in force, what runs it, and others to choose from.

use egui::{Frame, Label, Margin, Rect, RichText, ScrollArea, Ui, UiBuilder};
use tagline_engine::Backend;

use crate::core::view::{EditorSource, ModelInForce, Snapshot};
use crate::editor::chooser::Chooser;
use crate::editor::{message, theme};

/// Draws the page into `ui`.
pub fn show(ui: &mut Ui, snapshot: &Snapshot, chooser: &mut Chooser, source: &dyn EditorSource) {
    if let Some(text) = &snapshot.message {
        message::card(ui, text);
        ui.add_space(10.0);
    }
    let area = ui.available_rect_before_wrap();
    let middle = area.left() + area.width() * 0.46;
    let left = area.with_max_x(middle - 8.0);
    let right = area.with_min_x(middle + 8.0);
    card(ui, left, "choose", |ui| {
        chooser.show(ui, snapshot, source);
    });
    card(ui, right, "in force", |ui| {
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| match &snapshot.model {
                Some(model) => details(ui, model, snapshot),
                None => {
                    ui.label(RichText::new("No model is in force.").color(theme::text_soft()));
                }
            });
    });
}

fn card(ui: &mut Ui, area: Rect, id: &str, content: impl FnOnce(&mut Ui)) {
    let margin = Margin::same(14);
    ui.painter().rect_filled(area, 7.0, theme::surface());
    let mut ui = ui.new_child(UiBuilder::new().max_rect(area - margin).id_salt(id));
    Frame::new().show(&mut ui, content);
}

fn details(ui: &mut Ui, model: &ModelInForce, snapshot: &Snapshot) {
    let info = &model.info;
    heading(ui, &info.name);
    fact(ui, "Version", &info.version);
    fact(ui, "Licence", &info.licence);
    let tags = format!(
        "{}, from {:.1} s",
        info.tags.len(),
        snapshot.window_seconds()
    );
    fact(ui, "Tags", &tags);
    fact(ui, "Made from", &info.provenance);
    fact(ui, "File", &model.place.to_string());

    ui.add_space(8.0);
    let running = snapshot.running.map_or("nothing", Backend::name);
    heading(ui, &format!("Runs on {running}"));
    for line in &model.report.lines {
        paragraph(ui, line);
    }
    let counts = format!(
        "{} updates, {} late, {} samples missed, {:.1} ms for the last one",
        snapshot.updates, snapshot.late_updates, snapshot.dropped_samples, snapshot.inference_ms
    );
    paragraph(ui, &counts);
}

fn heading(ui: &mut Ui, text: &str) {
    let text = RichText::new(text)
        .font(theme::medium(15.0))
        .color(theme::text());
    ui.add(Label::new(text).wrap());
}

fn fact(ui: &mut Ui, caption: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.label(
        RichText::new(caption)
            .font(theme::regular(11.0))
            .color(theme::text_faint()),
    );
    paragraph(ui, text);
    ui.add_space(5.0);
}

fn paragraph(ui: &mut Ui, text: &str) {
    let text = RichText::new(text)
        .font(theme::regular(13.0))
        .color(theme::text_soft());
    ui.add(Label::new(text).wrap().selectable(true));
}
