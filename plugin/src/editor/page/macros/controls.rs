//! Rows of controls, and those of a macro's shape.

use std::ops::RangeInclusive;

use egui::{Align2, DragValue, Grid, Key, RichText, TextEdit, Ui, vec2};

use crate::core::macros::{MAX_MACRO_SECONDS, Macro};
use crate::editor::page::settings::caption;
use crate::editor::{switch, theme};

/// Width of the captions, in points, so that all groups of rows are aligned.
const CAPTION_WIDTH: f32 = 84.0;

/// Width of a number, in points.
const NUMBER_WIDTH: f32 = 62.0;

/// A group of rows.
pub fn rows(ui: &mut Ui, id: &str, content: impl FnOnce(&mut Ui)) {
    Grid::new(id)
        .num_columns(2)
        .min_col_width(CAPTION_WIDTH)
        .spacing(vec2(12.0, 8.0))
        .show(ui, content);
}

/// A row: a caption, and controls beside one another.
pub fn row(ui: &mut Ui, text: &str, controls: impl FnOnce(&mut Ui)) {
    caption(ui, text);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        controls(ui);
    });
    ui.end_row();
}

/// A word between controls.
pub fn word(ui: &mut Ui, text: &str) {
    let text = RichText::new(text)
        .font(theme::regular(12.0))
        .color(theme::text_faint());
    ui.label(text);
}

/// A number that is dragged or typed.
pub fn number(
    ui: &mut Ui,
    value: &mut f64,
    range: RangeInclusive<f64>,
    (speed, decimals, unit): (f64, usize, &str),
) {
    let drag = DragValue::new(value)
        .range(range)
        .speed(speed)
        .max_decimals(decimals)
        .suffix(unit)
        .min_size(vec2(NUMBER_WIDTH, theme::CONTROL_HEIGHT));
    ui.add(drag);
}

/// A whole number.
pub fn whole(ui: &mut Ui, value: &mut u8, range: RangeInclusive<u8>) {
    let drag = DragValue::new(value)
        .range(range)
        .speed(0.2)
        .min_size(vec2(46.0, theme::CONTROL_HEIGHT));
    ui.add(drag);
}

/// A share, in per cent.
pub fn percent(ui: &mut Ui, value: &mut f64) {
    number(ui, value, 0.0..=100.0, (0.5, 1, " %"));
}

/// A time.
pub fn seconds(ui: &mut Ui, value: &mut f64) {
    number(ui, value, 0.0..=MAX_MACRO_SECONDS, (0.02, 2, " s"));
}

/// Two ends of a range, in per cent.
fn range(ui: &mut Ui, text: &str, about: &str, ends: &mut [f64; 2]) {
    row(ui, text, |ui| {
        ui.scope(|ui| {
            percent(ui, &mut ends[0]);
            word(ui, "to");
            percent(ui, &mut ends[1]);
        })
        .response
        .on_hover_text(about);
    });
}

/// The rows of how the value follows its source.
pub fn shape(ui: &mut Ui, edited: &mut Macro) {
    row(ui, "Threshold", |ui| {
        if let Some(on) = switch::show(ui, edited.threshold.is_some()) {
            edited.threshold = on.then_some(50.0);
        }
        match &mut edited.threshold {
            Some(threshold) => {
                percent(ui, threshold);
                word(ui, "closes lower by");
                number(ui, &mut edited.hysteresis, 0.0..=100.0, (0.2, 1, " pts"));
            }
            None => word(ui, "off: the value follows its source"),
        }
    });
    if edited.threshold.is_none() {
        let about = "Values of the source that give 0 % and 100 %";
        range(ui, "Input", about, &mut edited.input);
    }
    row(ui, "Attack", |ui| {
        seconds(ui, &mut edited.attack_seconds);
        word(ui, "Hold");
        seconds(ui, &mut edited.hold_seconds);
        word(ui, "Release");
        seconds(ui, &mut edited.release_seconds);
    });
    row(ui, "Curve", |ui| {
        number(ui, &mut edited.curve, -100.0..=100.0, (0.5, 0, ""));
        word(ui, "Invert");
        if let Some(on) = switch::show(ui, edited.invert) {
            edited.invert = on;
        }
    });
    let about = "Values of the macro for 0 % and 100 %";
    range(ui, "Output", about, &mut edited.output);
}

/// A field of text that takes effect once the user has finished it.
#[derive(Debug, Default)]
pub struct TextField(Option<String>);

impl TextField {
    /// Draws the field, which shows `stored` unless it is being edited. Returns what the user has
    /// entered, if that is something else.
    pub fn show(&mut self, ui: &mut Ui, stored: &str, hint: &str, width: f32) -> Option<String> {
        let mut text = self.0.take().unwrap_or_else(|| stored.to_owned());
        let edit = TextEdit::singleline(&mut text)
            .hint_text(hint)
            .desired_width(width)
            .min_size(vec2(0.0, theme::CONTROL_HEIGHT))
            .align(Align2::LEFT_CENTER);
        let response = ui.add(edit);
        if response.has_focus() {
            self.0 = Some(text);
            return None;
        }
        let gives_up = ui.input(|input| input.key_pressed(Key::Escape));
        let has_ended = response.lost_focus() && !gives_up;
        (has_ended && text != stored).then_some(text)
    }
}
