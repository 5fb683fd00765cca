//! A number that is dragged or typed. Shift makes a drag finer, a double click takes the number back to
//! where a fresh plugin has it, and arrows up and down change it while it is being typed.

use std::ops::RangeInclusive;

use egui::emath::Numeric;
use egui::{DragValue, Response, Ui, vec2};

use super::theme;

/// How a number is shown and changed.
#[derive(Clone, Debug)]
pub struct Number<'a, N> {
    /// The values that it can have.
    pub range: RangeInclusive<N>,
    /// What a fresh plugin has.
    pub fresh: N,
    /// Change for each point of a drag.
    pub speed: f64,
    /// Most digits behind the point.
    pub decimals: usize,
    /// What stands behind the number: a space and its unit, or nothing.
    pub unit: &'a str,
    /// What the number is, with its unit, for the one who rests the pointer on it.
    pub about: &'a str,
    /// Width, in points.
    pub width: f32,
}

/// Draws the number. Returns whether it has been changed.
pub fn show<N: Numeric>(ui: &mut Ui, value: &mut N, number: &Number<'_, N>) -> bool {
    let before = *value;
    let drag = DragValue::new(value)
        .range(number.range.clone())
        .speed(number.speed)
        .max_decimals(number.decimals)
        .suffix(number.unit)
        .min_size(vec2(number.width, theme::CONTROL_HEIGHT));
    let response = ui.add(drag);
    finish(ui, response, number.about, || *value = number.fresh);
    *value != before
}

/// Explains a number that has been drawn, and calls `reset` when it is clicked twice.
pub fn finish(ui: &Ui, response: Response, about: &str, reset: impl FnOnce()) -> Response {
    if response.double_clicked() {
        // The first click has begun to edit it.
        ui.memory_mut(|memory| memory.surrender_focus(response.id));
        reset();
    }
    if about.is_empty() {
        return response;
    }
    response.on_hover_text(format!("{about}{HOW}"))
}

/// How a number is changed.
const HOW: &str = "\nDrag or type; Shift drags finely, a double click resets";
