//! Where OSC goes.

use egui::{DragValue, Ui, vec2};

use super::controls::{TextField, row, rows, word};
use crate::core::osc::{MAX_RATE_HZ, OscSettings};
use crate::core::view::{EditorSource, Snapshot};
use crate::editor::{message, switch, theme};

/// Draws the rows; changes go to `source`.
pub fn show(
    ui: &mut Ui,
    snapshot: &Snapshot,
    source: &dyn EditorSource,
    host: &mut TextField,
    prefix: &mut TextField,
) {
    let mut edited = OscSettings::clone(&snapshot.osc);
    rows(ui, "osc", |ui| {
        row(ui, "Send OSC", |ui| {
            if let Some(on) = switch::show(ui, edited.on) {
                edited.on = on;
            }
            word(ui, "tags, macros and the strongest tags, over UDP");
        });
        row(ui, "To", |ui| {
            if let Some(entered) = host.show(ui, &edited.host, "127.0.0.1", 160.0) {
                edited.host = entered.trim().to_owned();
            }
            word(ui, "port");
            let drag = DragValue::new(&mut edited.port)
                .range(1..=u16::MAX)
                .speed(1.0)
                .min_size(vec2(62.0, theme::CONTROL_HEIGHT));
            ui.add(drag);
        });
        row(ui, "Prefix", |ui| {
            if let Some(entered) = prefix.show(ui, &edited.prefix, "/tagline/1", 160.0) {
                edited.prefix = entered.trim().to_owned();
            }
            word(ui, "at most");
            let drag = DragValue::new(&mut edited.rate_hz)
                .range(1..=MAX_RATE_HZ)
                .speed(0.3)
                .suffix(" a second")
                .min_size(vec2(62.0, theme::CONTROL_HEIGHT));
            ui.add(drag);
        });
    });
    if let Some(text) = &snapshot.osc_message {
        ui.add_space(6.0);
        message::card(ui, text);
    }
    if edited != *snapshot.osc {
        source.set_osc(edited);
    }
}
