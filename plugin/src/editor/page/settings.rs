//! The page of settings that people rarely change. The session keeps them, and the host does not
//! automate them. What belongs to all editors is the user's own.

use egui::{Grid, Label, Response, RichText, ScrollArea, Ui, vec2};
use tagline_engine::MAX_TAGS;

use crate::core::params::{FOCUS_SECONDS, id};
use crate::core::settings::{LAST_CC, MAX_RESOLUTION, Setting, Settings};
use crate::core::view::{EditorSource, Snapshot};
use crate::core::window::{WindowPlace, ZOOMS};
use crate::editor::number::{self, Number};
use crate::editor::preferences::Preferences;
use crate::editor::theme::Look;
use crate::editor::{choice, parameter, switch, theme};

/// Least width of a column, in points, so that all groups of rows are aligned.
const COLUMN_WIDTH: f32 = 140.0;

/// Draws the page into `ui`; changes go to `source`.
pub fn show(
    ui: &mut Ui,
    snapshot: &Snapshot,
    preferences: &mut Preferences,
    source: &dyn EditorSource,
) {
    let settings = &snapshot.settings;
    ScrollArea::vertical()
        .id_salt("settings")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            heading(ui, "Plugin");
            rows(ui, "plugin", |ui| {
                let bypass = toggle(ui, "Bypass", settings.bypass, |on| {
                    source.set(Setting::Bypass(on));
                });
                parameter::attach(ui, bypass, id::BYPASS, snapshot, source);
                about(ui, "The signal passes, and nothing is analysed.");
                focus(ui, snapshot, source);
                about(ui, &about_focus(snapshot));
                resolution(ui, settings, source);
                about(
                    ui,
                    "How far a tag must move, in points, before the host is told. \
                     A tag that has settled is told in any case. 0 tells every change.",
                );
            });
            heading(ui, "Window");
            rows(ui, "window", |ui| {
                zoom(ui, source);
                about(
                    ui,
                    "How large everything is. New instances open as the last one was closed.",
                );
            });
            heading(ui, "Tags as MIDI controllers");
            rows(ui, "midi", |ui| midi(ui, settings, source));
            heading(ui, "All editors");
            rows(ui, "editor", |ui| look(ui, preferences));
        });
}

/// What Focus does, and what it costs where that is much.
fn about_focus(snapshot: &Snapshot) -> String {
    let does = "How many of the last seconds count. With few, the tags follow a change at once; the \
                whole window is the surest.";
    let in_force = snapshot.model.as_ref();
    if !in_force.is_some_and(|model| model.report.whole_windows) {
        return does.to_owned();
    }
    let ms = snapshot.inference_ms;
    let share = 100.0 * f64::from(ms) / (1e3 * snapshot.settings.update_seconds());
    let costs = if ms > 0.0 {
        format!("takes {ms:.0} ms, {share:.0} % of one core")
    } else {
        "takes as long".to_owned()
    };
    format!("{does} This network computes whole windows: an update {costs} with any focus.")
}

fn midi(ui: &mut Ui, settings: &Settings, source: &dyn EditorSource) {
    let midi = settings.midi;
    let fresh = Settings::default().midi;
    toggle(ui, "Send MIDI CC", settings.midi_cc_output, |on| {
        source.set(Setting::MidiCcOutput(on));
    });
    about(ui, "Sends the first tags as controllers of 7 bits.");
    number(
        ui,
        "Channel",
        midi.channel + 1,
        [1, 16, fresh.channel + 1],
        |channel| {
            source.set(Setting::MidiChannel(channel - 1));
        },
    );
    about(ui, "");
    number(
        ui,
        "First controller",
        midi.first,
        [0, LAST_CC, fresh.first],
        |first| {
            source.set(Setting::FirstMidiCc(first));
        },
    );
    about(ui, "The first tag's; the next tags follow it.");
    let most = MAX_TAGS as u8;
    number(
        ui,
        "Number of controllers",
        midi.count,
        [1, most, fresh.count],
        |count| {
            source.set(Setting::MidiCcCount(count));
        },
    );
    about(ui, "No controller above 119 is ever sent.");
}

/// A title above a group of rows.
pub(super) fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(8.0);
    let text = RichText::new(text)
        .font(theme::medium(15.0))
        .color(theme::text());
    ui.label(text);
    ui.add_space(4.0);
}

fn rows(ui: &mut Ui, id: &str, content: impl FnOnce(&mut Ui)) {
    Grid::new(id)
        .num_columns(3)
        .min_col_width(COLUMN_WIDTH)
        .spacing(vec2(16.0, 8.0))
        .show(ui, content);
}

/// The first cell of a row: the setting's name.
pub(super) fn caption(ui: &mut Ui, text: &str) {
    ui.label(
        RichText::new(text)
            .font(theme::regular(13.5))
            .color(theme::text_soft()),
    );
}

/// The last cell of a row: what the setting does.
fn about(ui: &mut Ui, text: &str) {
    let text = RichText::new(text)
        .font(theme::regular(12.0))
        .color(theme::text_faint());
    ui.add(Label::new(text).wrap());
    ui.end_row();
}

fn toggle(ui: &mut Ui, text: &str, on: bool, set: impl FnOnce(bool)) -> Response {
    caption(ui, text);
    let drawn = ui.horizontal(|ui| switch::show(ui, on, text));
    if let Some(on) = drawn.inner {
        set(on);
    }
    drawn.response
}

fn number(ui: &mut Ui, text: &str, value: u8, range: [u8; 3], set: impl FnOnce(u8)) {
    caption(ui, text);
    let [least, most, fresh] = range;
    let mut changed = value;
    let number = Number {
        range: least..=most,
        fresh,
        speed: 0.1,
        decimals: 0,
        unit: "",
        about: &format!("{least} to {most}"),
        width: 64.0,
    };
    if number::show(ui, &mut changed, &number) {
        set(changed);
    }
}

fn look(ui: &mut Ui, preferences: &mut Preferences) {
    caption(ui, "Theme");
    let names = Look::ALL.map(|look| look.name().to_owned());
    let chosen = Look::ALL.iter().position(|look| *look == preferences.look);
    let shown = (&names[..], chosen.unwrap_or(0));
    if let Some(clicked) = choice::show(ui, "look", 110.0, shown, "Dark or light")
        && let Some(look) = Look::ALL.get(clicked)
    {
        preferences.look = *look;
    }
    about(ui, "Kept for you, and not with the session.");
}

fn focus(ui: &mut Ui, snapshot: &Snapshot, source: &dyn EditorSource) {
    let settings = &snapshot.settings;
    caption(ui, "Focus");
    let names = FOCUS_SECONDS.map(|seconds| {
        if seconds.is_finite() {
            format!("{seconds} s")
        } else {
            "Whole window".to_owned()
        }
    });
    let shown = (&names[..], settings.focus);
    let about = "Seconds that count";
    let drawn = ui.horizontal(|ui| choice::show(ui, "focus", 110.0, shown, about));
    parameter::attach(ui, drawn.response, id::FOCUS, snapshot, source);
    if let Some(clicked) = drawn.inner {
        source.set(Setting::Focus(clicked));
    }
}

fn zoom(ui: &mut Ui, source: &dyn EditorSource) {
    caption(ui, "Zoom");
    let names = ZOOMS.map(|zoom| format!("{:.0} %", 100.0 * zoom));
    let before = f64::from(ui.ctx().zoom_factor());
    let chosen = ZOOMS.iter().position(|zoom| (zoom - before).abs() < 0.01);
    let shown = (&names[..], chosen.unwrap_or(0));
    let clicked = choice::show(ui, "zoom", 110.0, shown, "Per cent of the usual size");
    if let Some(zoom) = clicked.and_then(|index| ZOOMS.get(index)) {
        let size = ui.ctx().viewport_rect().size();
        source.set_window(WindowPlace {
            height: size.y.into(),
            width: size.x.into(),
            zoom: *zoom,
        });
        // The app asks the host for room once the zoom is there.
        ui.ctx().set_zoom_factor(*zoom as f32);
    }
}

fn resolution(ui: &mut Ui, settings: &Settings, source: &dyn EditorSource) {
    caption(ui, "Resolution");
    let mut points = settings.resolution;
    let number = Number {
        range: 0.0..=MAX_RESOLUTION,
        fresh: Settings::default().resolution,
        speed: 0.02,
        decimals: 2,
        unit: " pts",
        about: "Points of per cent, 0 to 10",
        width: 64.0,
    };
    if number::show(ui, &mut points, &number) {
        source.set(Setting::Resolution(points));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::editor::test_snapshot::snapshot_of;

    #[test]
    fn what_a_focus_costs_is_said_of_a_network_that_computes_whole_windows() {
        let mut snapshot = snapshot_of(&["rock"]);
        snapshot.inference_ms = 120.0;
        snapshot.settings.update_every = 1;
        let incremental = about_focus(&snapshot);
        assert!(!incremental.contains("ms"), "{incremental}");
        let model = snapshot.model.as_mut().expect("a model");
        Arc::make_mut(model).report.whole_windows = true;
        let whole = about_focus(&snapshot);
        assert!(
            whole.ends_with("an update takes 120 ms, 24 % of one core with any focus."),
            "{whole}"
        );
        snapshot.inference_ms = 0.0;
        let before = about_focus(&snapshot);
        assert!(
            before.ends_with("takes as long with any focus."),
            "{before}"
        );
    }
}
