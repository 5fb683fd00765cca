//! Values of parameters as text, both ways.

use std::fmt::{self, Write};

use super::params::{Meaning, Param};

/// The text of an infinite time.
const WHOLE_WINDOW: &str = "Whole window";

/// Writes `value` of `param` as people read it: `73.2 %`, `1.00 s`, `Live`.
///
/// # Errors
/// Whatever `text` answers.
pub fn write_value(param: &Param, value: f64, text: &mut impl Write) -> fmt::Result {
    let value = param.nearest(value).unwrap_or(param.default);
    match param.meaning {
        Meaning::Choice(names) => text.write_str(names.get(value as usize).unwrap_or(&"")),
        Meaning::ChoiceOfSeconds(seconds) => match seconds.get(value as usize) {
            Some(seconds) if seconds.is_infinite() => text.write_str(WHOLE_WINDOW),
            seconds => write!(text, "{:.2} s", seconds.unwrap_or(&0.0)),
        },
        Meaning::Whole => write!(text, "{value:.0}"),
        Meaning::Seconds => write!(text, "{value:.2} s"),
        Meaning::Milliseconds => write!(text, "{value:.1} ms"),
        Meaning::Percent => write!(text, "{value:.1} %"),
    }
}

/// Reads what [`write_value`] writes, and numbers without their unit.
#[must_use]
pub fn read_value(param: &Param, text: &str) -> Option<f64> {
    let text = text.trim();
    let value = match param.meaning {
        Meaning::Choice(names) => names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(text))
            .map(|index| index as f64)
            .or_else(|| number(text, ""))?,
        Meaning::ChoiceOfSeconds(seconds) if text.eq_ignore_ascii_case(WHOLE_WINDOW) => {
            seconds.iter().position(|seconds| seconds.is_infinite())? as f64
        }
        Meaning::ChoiceOfSeconds(seconds) => nearest_index(seconds, number(text, "s")?) as f64,
        Meaning::Whole => number(text, "")?,
        Meaning::Seconds => number(text, "s")?,
        Meaning::Milliseconds => number(text, "ms")?,
        Meaning::Percent => number(text, "%")?,
    };
    param.nearest(value)
}

fn number(text: &str, unit: &str) -> Option<f64> {
    let digits = text.strip_suffix(unit).unwrap_or(text).trim_end();
    digits.replace(',', ".").parse().ok()
}

fn nearest_index(choices: &[f64], wanted: f64) -> usize {
    let distance = |index: &usize| (choices[*index] - wanted).abs();
    (0..choices.len())
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::params::{COUNT, index_of, param};

    fn text(param: &Param, value: f64) -> String {
        let mut text = String::new();
        write_value(param, value, &mut text).expect("a string takes everything");
        text
    }

    #[test]
    fn text_of_every_value_reads_back_to_the_same_text_and_value() {
        for param in (0..COUNT).filter_map(param) {
            for step in 0..=1000 {
                let value = param.min + (param.max - param.min) * f64::from(step) / 1000.0;
                let once = text(&param, value);
                let read = read_value(&param, &once).expect("its own text");
                assert_eq!(text(&param, read), once, "{}", param.name);
                assert_eq!(read_value(&param, &once), Some(read), "{}", param.name);
            }
        }
    }

    #[test]
    fn text_shows_units_and_names() {
        let show = |id: u32, value: f64| {
            let index = index_of(id).expect("a known id");
            text(&param(index).expect("in the table"), value)
        };
        assert_eq!(show(5, 73.24), "73.2 %");
        assert_eq!(show(3, 1.0), "1.00 s");
        assert_eq!(show(2, 0.0), "0.25 s");
        assert_eq!(show(1, 2.0), "Follow");
        assert_eq!(show(0, 1.0), "On");
        assert_eq!(show(64, 2.0), "ONNX Runtime CPU");
        assert_eq!(show(66, 12.0), "12");
        assert_eq!(show(69, 9.96), "10.0 ms");
        assert_eq!(show(5, f64::NAN), "0.0 %");
    }

    #[test]
    fn typed_text_without_a_unit_or_with_a_comma_is_understood() {
        let read = |id: u32, text: &str| {
            let index = index_of(id).expect("a known id");
            read_value(&param(index).expect("in the table"), text)
        };
        assert_eq!(read(5, "50"), Some(50.0));
        assert_eq!(read(5, " 50,5% "), Some(50.5));
        assert_eq!(read(2, "2"), Some(3.0));
        assert_eq!(read(1, "record"), Some(1.0));
        assert_eq!(read(1, "nonsense"), None);
        assert_eq!(read(5, ""), None);
        assert_eq!(read(5, "NaN"), None);
    }
}
