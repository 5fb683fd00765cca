//! The bottom of the window: the settings that people change while music plays.

use egui::{DragValue, Rect, RichText, Ui, UiBuilder, vec2};
use tagline_engine::BackendChoice;

use super::{choice, number, parameter, segmented, switch, theme};
use crate::core::params::{MAX_SMOOTHING_SECONDS, UPDATE_SECONDS, id};
use crate::core::settings::{LAST_CC, Mode, Setting, Settings};
use crate::core::view::{EditorSource, Snapshot};

/// Height of the footer, in points.
pub const HEIGHT: f32 = 74.0;

/// Draws the footer into `area`; changes go to `source`.
pub fn show(ui: &mut Ui, area: Rect, snapshot: &Snapshot, source: &dyn EditorSource) {
    let settings = &snapshot.settings;
    ui.painter().rect_filled(area, 0.0, theme::surface());
    ui.painter()
        .hline(area.x_range(), area.top(), (1.0, theme::line()));
    let inside = area
        .shrink2(vec2(theme::MARGIN, 0.0))
        .translate(vec2(0.0, 11.0));
    let mut ui = ui.new_child(UiBuilder::new().max_rect(inside).id_salt("footer"));
    ui.horizontal_top(|ui| {
        // In the narrowest window the longest names need the room.
        ui.spacing_mut().item_spacing.x = if area.width() < 740.0 { 10.0 } else { 15.0 };
        of_host(ui, id::MODE, (snapshot, source), |ui| {
            column(ui, "Mode", |ui| mode(ui, settings, source));
        });
        of_host(ui, id::UPDATE_EVERY, (snapshot, source), |ui| {
            column(ui, "Update every", |ui| update_every(ui, settings, source));
        });
        of_host(ui, id::SMOOTHING, (snapshot, source), |ui| {
            column(ui, "Smoothing", |ui| smoothing(ui, settings, source));
        });
        of_host(ui, id::VALUES, (snapshot, source), |ui| {
            column(ui, "Values", |ui| values(ui, settings, source));
        });
        column(ui, "MIDI CC", |ui| midi(ui, settings, source));
        column(ui, "Run on", |ui| backend(ui, settings, source));
    });
}

/// A control of the parameter `id`, with the host's menu.
fn of_host(
    ui: &mut Ui,
    id: u32,
    (snapshot, source): (&Snapshot, &dyn EditorSource),
    control: impl FnOnce(&mut Ui),
) {
    let drawn = ui.scope(control);
    parameter::attach(ui, drawn.response, id, snapshot, source);
}

fn column(ui: &mut Ui, caption: &str, control: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 5.0);
        ui.label(
            RichText::new(caption)
                .font(theme::regular(11.0))
                .color(theme::text_faint()),
        );
        control(ui);
    });
}

fn mode(ui: &mut Ui, settings: &Settings, source: &dyn EditorSource) {
    let choices = [
        ("Live", theme::accent()),
        ("Record", theme::record()),
        ("Follow", theme::text()),
    ];
    const MODES: [Mode; 3] = [Mode::Live, Mode::Record, Mode::Follow];
    let about = "Live: the tags move the parameters. Record: they do so in gestures that the host records. \
         Follow: the host's automation moves them, and nothing is analysed";
    let shown = (&choices[..], settings.mode as usize);
    if let Some(clicked) = segmented::show(ui, "mode", shown, about)
        && let Some(mode) = MODES.get(clicked)
    {
        source.set(Setting::Mode(*mode));
    }
}

fn update_every(ui: &mut Ui, settings: &Settings, source: &dyn EditorSource) {
    let names = UPDATE_SECONDS.map(|seconds| format!("{seconds} s"));
    let about = "Seconds between two updates of the tags; fewer seconds cost more CPU";
    let shown = (&names[..], settings.update_every);
    if let Some(clicked) = choice::show(ui, "update every", 66.0, shown, about) {
        source.set(Setting::UpdateEvery(clicked));
    }
}

fn smoothing(ui: &mut Ui, settings: &Settings, source: &dyn EditorSource) {
    let mut seconds = settings.smoothing_seconds;
    let drag = DragValue::new(&mut seconds)
        .range(0.0..=MAX_SMOOTHING_SECONDS)
        .speed(0.02)
        .max_decimals(1)
        .custom_formatter(|seconds, _| {
            if seconds <= 0.0 {
                "off".to_owned()
            } else {
                format!("{seconds:.1} s")
            }
        })
        .custom_parser(parse_seconds)
        .min_size(vec2(64.0, theme::CONTROL_HEIGHT));
    let response = ui.add(drag);
    let has_changed = response.changed();
    let mut is_reset = false;
    let about = "Seconds in which a tag goes most of the way to a new value, 0 to 10";
    number::finish(ui, response, about, || is_reset = true);
    if is_reset {
        source.set(Setting::Smoothing(0.0));
    } else if has_changed {
        source.set(Setting::Smoothing(seconds));
    }
}

fn values(ui: &mut Ui, settings: &Settings, source: &dyn EditorSource) {
    let names = ["Calibrated", "Raw"].map(str::to_owned);
    let chosen = usize::from(!settings.calibrated);
    let about = "Calibrated: 50 % means more likely there than not. Raw: what the network gave. \
         From the next update on";
    if let Some(clicked) = choice::show(ui, "values", 92.0, (&names, chosen), about) {
        source.set(Setting::Calibrated(clicked == 0));
    }
}

fn midi(ui: &mut Ui, settings: &Settings, source: &dyn EditorSource) {
    if let Some(on) = switch::show(ui, settings.midi_cc_output, &about_midi(settings)) {
        source.set(Setting::MidiCcOutput(on));
    }
}

fn about_midi(settings: &Settings) -> String {
    let midi = settings.midi;
    let last = (midi.first + midi.count.saturating_sub(1)).min(LAST_CC);
    format!(
        "The first {} tags as MIDI CC {} to {last} on channel {}; the page Settings has more",
        last - midi.first + 1,
        midi.first,
        midi.channel + 1
    )
}

fn backend(ui: &mut Ui, settings: &Settings, source: &dyn EditorSource) {
    let names = BackendChoice::ALL.map(|choice| choice.name().to_owned());
    let is_chosen = |choice: &BackendChoice| *choice == settings.backend;
    let chosen = BackendChoice::ALL.iter().position(is_chosen).unwrap_or(0);
    let about = "What runs the network; Auto takes the fastest that works here";
    if let Some(clicked) = choice::show(ui, "backend", 116.0, (&names, chosen), about)
        && let Some(backend) = BackendChoice::ALL.get(clicked)
    {
        source.set(Setting::Backend(*backend));
    }
}

/// "off", "1.5", "1.5 s" or "1,5" as seconds.
fn parse_seconds(text: &str) -> Option<f64> {
    let text = text.trim().trim_end_matches('s').trim_end();
    if text.eq_ignore_ascii_case("off") {
        return Some(0.0);
    }
    let seconds: f64 = text.replace(',', ".").parse().ok()?;
    seconds.is_finite().then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_on_midi_counts_only_tags_that_have_a_controller() {
        let text = |first, count| {
            let settings = Settings::default();
            let settings = settings.with(Setting::FirstMidiCc(first));
            about_midi(&settings.with(Setting::MidiCcCount(count)))
        };
        let usual = text(20, 12);
        assert!(usual.starts_with("The first 12 tags as MIDI CC 20 to 31 on channel 1"));
        let beyond = text(118, 50);
        assert!(beyond.starts_with("The first 2 tags as MIDI CC 118 to 119"));
    }

    #[test]
    fn seconds_are_read_as_people_write_them() {
        for text in ["1.5", "1.5 s", "1,5s", "  1.5  "] {
            assert_eq!(parse_seconds(text), Some(1.5), "{text}");
        }
        assert_eq!(parse_seconds("Off"), Some(0.0));
        for text in ["", "s", "inf", "fast"] {
            assert_eq!(parse_seconds(text), None, "{text}");
        }
    }
}
