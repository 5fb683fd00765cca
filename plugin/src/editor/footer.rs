//! The bottom of the window: the settings one changes while music plays.

use egui::{ComboBox, DragValue, Rect, RichText, Ui, UiBuilder, vec2};

use super::source::{EditorSource, Settings, setting};
use super::{segmented, switch, theme};

/// Height of the footer, in points.
pub const HEIGHT: f32 = 74.0;

/// Draws the footer into `area`; changes go to `source`.
pub fn show(ui: &mut Ui, area: Rect, settings: &Settings, source: &dyn EditorSource) {
    ui.painter().rect_filled(area, 0.0, theme::SURFACE);
    ui.painter()
        .hline(area.x_range(), area.top(), (1.0, theme::LINE));
    let inside = area
        .shrink2(vec2(theme::MARGIN, 0.0))
        .translate(vec2(0.0, 11.0));
    let mut ui = ui.new_child(UiBuilder::new().max_rect(inside).id_salt("footer"));
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 15.0;
        column(ui, "Mode", |ui| mode(ui, settings, source));
        column(ui, "Update every", |ui| update_every(ui, settings, source));
        column(ui, "Smoothing", |ui| smoothing(ui, settings, source));
        column(ui, "Values", |ui| values(ui, settings, source));
        column(ui, "MIDI CC", |ui| midi(ui, settings, source));
        column(ui, "Run on", |ui| backend(ui, settings, source));
    });
}

fn column(ui: &mut Ui, caption: &str, control: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 5.0);
        ui.label(
            RichText::new(caption)
                .font(theme::regular(11.0))
                .color(theme::TEXT_FAINT),
        );
        control(ui);
    });
}

fn mode(ui: &mut Ui, settings: &Settings, source: &dyn EditorSource) {
    let choices = [
        ("Live", theme::ACCENT),
        ("Record", theme::RECORD),
        ("Follow", theme::TEXT),
    ];
    if let Some(mode) = segmented::show(ui, "mode", &choices, usize::from(settings.mode)) {
        source.set_setting(setting::MODE, mode as f64);
    }
}

fn update_every(ui: &mut Ui, settings: &Settings, source: &dyn EditorSource) {
    let seconds = |choice: usize| {
        setting::UPDATE_SECONDS
            .get(choice)
            .map_or_else(String::new, |seconds| format!("{seconds} s"))
    };
    let names: [String; 5] = std::array::from_fn(seconds);
    let chosen = usize::from(settings.update_every);
    if let Some(choice) = choice(ui, "update every", 66.0, &names, chosen) {
        source.set_setting(setting::UPDATE_EVERY, choice as f64);
    }
}

fn smoothing(ui: &mut Ui, settings: &Settings, source: &dyn EditorSource) {
    let mut seconds = settings.smoothing_seconds;
    let drag = DragValue::new(&mut seconds)
        .range(0.0..=setting::MAX_SMOOTHING_SECONDS)
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
    let response = ui
        .add(drag)
        .on_hover_text("Drag to change, double-click to switch it off");
    if response.double_clicked() {
        source.set_setting(setting::SMOOTHING, 0.0);
    } else if response.changed() {
        source.set_setting(setting::SMOOTHING, f64::from(seconds));
    }
}

fn values(ui: &mut Ui, settings: &Settings, source: &dyn EditorSource) {
    let names = ["Calibrated", "Raw"].map(str::to_owned);
    let chosen = usize::from(!settings.calibrated);
    ui.scope(|ui| {
        if let Some(choice) = choice(ui, "values", 92.0, &names, chosen) {
            source.set_setting(setting::VALUES, choice as f64);
        }
    })
    .response
    .on_hover_text(
        "Calibrated: 50 % means more likely there than not. Raw: what the network gave. \
         From the next update on",
    );
}

fn midi(ui: &mut Ui, settings: &Settings, source: &dyn EditorSource) {
    let first = u32::from(settings.first_midi_cc);
    let last = (first + u32::from(settings.midi_cc_count)).saturating_sub(1);
    ui.scope(|ui| {
        if let Some(on) = switch::show(ui, settings.midi_cc_output) {
            source.set_setting(setting::MIDI_CC_OUTPUT, f64::from(u8::from(on)));
        }
    })
    .response
    .on_hover_text(format!(
        "The first {} tags as MIDI CC {first} to {} on channel {}",
        settings.midi_cc_count,
        last.min(127),
        settings.midi_channel
    ));
}

fn backend(ui: &mut Ui, settings: &Settings, source: &dyn EditorSource) {
    let names = ["Auto", "tract", "ONNX Runtime", "CUDA", "DirectML"].map(str::to_owned);
    let chosen = usize::from(settings.backend);
    if let Some(choice) = choice(ui, "backend", 116.0, &names, chosen) {
        source.set_setting(setting::BACKEND, choice as f64);
    }
}

/// A drop-down list of `names`. Returns the choice that was clicked.
fn choice(ui: &mut Ui, id: &str, width: f32, names: &[String], chosen: usize) -> Option<usize> {
    let mut clicked = None;
    ComboBox::from_id_salt(id)
        .width(width)
        .selected_text(names.get(chosen).map_or("", String::as_str))
        .show_ui(ui, |ui| {
            for (index, name) in names.iter().enumerate() {
                if ui.selectable_label(index == chosen, name).clicked() && index != chosen {
                    clicked = Some(index);
                }
            }
        });
    clicked
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
