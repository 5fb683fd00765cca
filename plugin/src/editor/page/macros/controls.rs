//! Rows of controls, and those of a macro's shape.

use std::ops::RangeInclusive;

use egui::{Align2, Grid, Key, RichText, TextEdit, Ui, vec2};

use crate::core::macros::{MAX_MACRO_SECONDS, Macro};
use crate::editor::number::{self, Number};
use crate::editor::page::settings::caption;
use crate::editor::{switch, theme};

/// Width of the captions, in points, so that all groups of rows are aligned.
const CAPTION_WIDTH: f32 = 84.0;

/// The threshold of a gate that is switched on, in per cent.
const THRESHOLD: f64 = 50.0;
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

/// What a number is, with its unit, and what a fresh macro has.
type About<'a, N> = (&'a str, N);

/// A whole number.
pub fn whole(
    ui: &mut Ui,
    value: &mut u8,
    range: RangeInclusive<u8>,
    (about, fresh): About<'_, u8>,
) {
    let number = Number {
        range,
        fresh,
        speed: 0.2,
        decimals: 0,
        unit: "",
        about,
        width: 46.0,
    };
    number::show(ui, value, &number);
}

/// A share, in per cent.
pub fn percent(ui: &mut Ui, value: &mut f64, (about, fresh): About<'_, f64>) {
    let number = Number {
        range: 0.0..=100.0,
        fresh,
        speed: 0.5,
        decimals: 1,
        unit: " %",
        about,
        width: NUMBER_WIDTH,
    };
    number::show(ui, value, &number);
}

/// A time.
pub fn seconds(ui: &mut Ui, value: &mut f64, (about, fresh): About<'_, f64>) {
    let number = Number {
        range: 0.0..=MAX_MACRO_SECONDS,
        fresh,
        speed: 0.02,
        decimals: 2,
        unit: " s",
        about,
        width: NUMBER_WIDTH,
    };
    number::show(ui, value, &number);
}

/// Two ends of a range, in per cent.
fn range(ui: &mut Ui, text: &str, about: [&str; 2], ends: &mut [f64; 2]) {
    row(ui, text, |ui| {
        percent(ui, &mut ends[0], (about[0], 0.0));
        word(ui, "to");
        percent(ui, &mut ends[1], (about[1], 100.0));
    });
}

/// The rows of how the value follows its source.
pub fn shape(ui: &mut Ui, edited: &mut Macro) {
    let fresh = Macro::default();
    row(ui, "Threshold", |ui| {
        if let Some(on) = switch::show(
            ui,
            edited.threshold.is_some(),
            "Whether the macro is a gate",
        ) {
            edited.threshold = on.then_some(THRESHOLD);
        }
        match &mut edited.threshold {
            Some(threshold) => {
                let about = "From this value of the source on, in per cent, the gate is open";
                percent(ui, threshold, (about, THRESHOLD));
                word(ui, "closes lower by");
                let number = Number {
                    range: 0.0..=100.0,
                    fresh: fresh.hysteresis,
                    speed: 0.2,
                    decimals: 1,
                    unit: " pts",
                    about: "How far below the threshold, in points of per cent, the source closes the gate",
                    width: NUMBER_WIDTH,
                };
                number::show(ui, &mut edited.hysteresis, &number);
            }
            None => word(ui, "off: the value follows its source"),
        }
    });
    if edited.threshold.is_none() {
        let about = [
            "Value of the source, in per cent, that gives 0 %",
            "Value of the source, in per cent, that gives 100 %",
        ];
        range(ui, "Input", about, &mut edited.input);
    }
    row(ui, "Attack", |ui| {
        let about = "Seconds in which the value rises from 0 to 100 %";
        seconds(
            ui,
            &mut edited.attack_seconds,
            (about, fresh.attack_seconds),
        );
        word(ui, "Hold");
        let about = "Seconds for which the value stays before it falls";
        seconds(ui, &mut edited.hold_seconds, (about, fresh.hold_seconds));
        word(ui, "Release");
        let about = "Seconds in which the value falls from 100 % to 0";
        seconds(
            ui,
            &mut edited.release_seconds,
            (about, fresh.release_seconds),
        );
    });
    row(ui, "Curve", |ui| {
        let number = Number {
            range: -100.0..=100.0,
            fresh: fresh.curve,
            speed: 0.5,
            decimals: 0,
            unit: "",
            about: "How the way from 0 to 100 % is bent: −100 starts slowly, 100 starts fast",
            width: NUMBER_WIDTH,
        };
        number::show(ui, &mut edited.curve, &number);
        word(ui, "Invert");
        if let Some(on) = switch::show(ui, edited.invert, "Whether 0 % and 100 % change places") {
            edited.invert = on;
        }
    });
    let about = [
        "Value of the macro, in per cent, for 0 %",
        "Value of the macro, in per cent, for 100 %",
    ];
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
