//! Where OSC goes.

use egui::Ui;

use super::controls::{TextField, row, rows, word};
use crate::core::osc::{MAX_RATE_HZ, OscSettings};
use crate::core::view::{EditorSource, Snapshot};
use crate::editor::number::{self, Number};
use crate::editor::{message, switch};

/// Draws the rows; changes go to `source`.
pub fn show(
    ui: &mut Ui,
    snapshot: &Snapshot,
    source: &dyn EditorSource,
    host: &mut TextField,
    prefix: &mut TextField,
) {
    let mut edited = OscSettings::clone(&snapshot.osc);
    let fresh = OscSettings::default();
    rows(ui, "osc", |ui| {
        row(ui, "Send OSC", |ui| {
            if let Some(on) = switch::show(
                ui,
                edited.on,
                "Whether OSC is sent while the host has the plugin on",
            ) {
                edited.on = on;
            }
            word(ui, "tags, macros and the strongest tags, over UDP");
        });
        row(ui, "To", |ui| {
            if let Some(entered) = host.show(ui, &edited.host, "127.0.0.1", 160.0) {
                edited.host = entered.trim().to_owned();
            }
            word(ui, "port");
            let port = Number {
                range: 1..=u16::MAX,
                fresh: fresh.port,
                speed: 1.0,
                decimals: 0,
                unit: "",
                about: "UDP port, 1 to 65535",
                width: 62.0,
            };
            number::show(ui, &mut edited.port, &port);
        });
        row(ui, "Prefix", |ui| {
            if let Some(entered) = prefix.show(ui, &edited.prefix, "/tagline/1", 160.0) {
                edited.prefix = entered.trim().to_owned();
            }
            word(ui, "at most");
            let rate = Number {
                range: 1..=MAX_RATE_HZ,
                fresh: fresh.rate_hz,
                speed: 0.3,
                decimals: 0,
                unit: " a second",
                about: "Most messages of one address in a second",
                width: 62.0,
            };
            number::show(ui, &mut edited.rate_hz, &rate);
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
