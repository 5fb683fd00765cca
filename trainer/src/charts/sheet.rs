//! The parts that all figures share: sheet, colours, text, legend, ranges and labels of numbers.

use std::ops::Range;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::ChartError;

/// Sizes in pixels.
pub(super) const TITLE: i32 = 20;
pub(super) const TEXT: i32 = 15;
const TITLE_HEIGHT: i32 = 44;
const LEGEND_ROW: i32 = 22;
const LEGEND_KEY: i32 = 22;
/// Approximate width of a letter.
const LETTER: f64 = 7.8;

pub(super) const INK: RGBColor = RGBColor(40, 40, 40);
pub(super) const RULE: RGBColor = RGBColor(228, 228, 228);
pub(super) const AXIS: RGBColor = RGBColor(120, 120, 120);

/// Okabe and Ito's colours, which people of all colour vision tell apart, darkest first.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(90, 90, 90),
];

pub(super) type Sheet<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(super) type Drawn = Result<(), ChartError>;

/// The colour of a series.
pub(super) fn colour(series: usize) -> RGBColor {
    COLOURS[series % COLOURS.len()]
}

/// Draws a figure of `width × height` pixels: the title, a legend if there are several `names`, and
/// the rest of the sheet by `draw`.
pub(super) fn svg(
    (width, height): (u32, u32),
    title: &str,
    names: &[&str],
    draw: impl FnOnce(&Sheet) -> Drawn,
) -> Result<String, ChartError> {
    let mut text = String::new();
    {
        let sheet = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        sheet.fill(&WHITE).map_err(failed)?;
        let style = anchored(TITLE, HPos::Left, VPos::Top);
        sheet.draw_text(title, &style, (16, 14)).map_err(failed)?;
        let (_, below) = sheet.split_vertically(TITLE_HEIGHT);
        if names.len() > 1 {
            let longest = names.iter().map(|name| text_width(name)).max();
            let wanted = LEGEND_KEY + 24 + longest.unwrap_or(0);
            let legend_width = wanted.min(width as i32 / 2);
            let (plot, legend) = below.split_horizontally(width as i32 - legend_width);
            draw_legend(&legend, names)?;
            draw(&plot)?;
        } else {
            draw(&below)?;
        }
        sheet.present().map_err(failed)?;
    }
    Ok(text)
}

fn draw_legend(legend: &Sheet, names: &[&str]) -> Drawn {
    let style = anchored(TEXT, HPos::Left, VPos::Center);
    for (index, name) in names.iter().enumerate() {
        let y = 24 + index as i32 * LEGEND_ROW;
        let key = [(0, y - 2), (LEGEND_KEY - 6, y + 2)];
        let key = Rectangle::new(key, colour(index).filled());
        legend.draw(&key).map_err(failed)?;
        let at = (LEGEND_KEY, y);
        legend.draw_text(name, &style, at).map_err(failed)?;
    }
    Ok(())
}

/// Text of a size in pixels, hung from a point.
pub(super) fn anchored(size: i32, horizontal: HPos, vertical: VPos) -> TextStyle<'static> {
    let style = TextStyle::from(("sans-serif", f64::from(size) * 1.24).into_font());
    style.color(&INK).pos(Pos::new(horizontal, vertical))
}

/// Approximate width of `text` in pixels. The viewer's font is not known.
pub(super) fn text_width(text: &str) -> i32 {
    (text.chars().count() as f64 * LETTER) as i32
}

/// The range of `values`, widened by a twentieth on either side. NaNs are passed over.
pub(super) fn padded_range(values: impl Iterator<Item = f64>) -> Range<f64> {
    let range = range(values);
    let margin = (range.end - range.start) / 20.0;
    range.start - margin..range.end + margin
}

/// The range of `values`, never empty.
pub(super) fn range(values: impl Iterator<Item = f64>) -> Range<f64> {
    let finite = values.filter(|value| value.is_finite());
    let none = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) = finite.fold(none, |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        0.0..1.0
    } else if low == high {
        let margin = low.abs().max(1.0) / 10.0;
        low - margin..high + margin
    } else {
        low..high
    }
}

/// A number on an axis, with as few digits as it needs.
pub(super) fn number(value: &f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".into()
    } else {
        text.into()
    }
}

pub(super) fn failed<E: std::error::Error + Send + Sync>(
    error: DrawingAreaErrorKind<E>,
) -> ChartError {
    ChartError::Drawing(error.to_string())
}
