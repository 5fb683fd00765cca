//! Calibrates a network's probabilities, so that 50 % means "more likely there than not".

use serde::{Deserialize, Serialize};

/// Raw probabilities are limited to these bounds, so that exactly 0 and 1 have a logit, too.
const LOWEST: f64 = f32::MIN_POSITIVE as f64;
const HIGHEST: f64 = 1.0 - f32::EPSILON as f64 / 2.0;

/// The calibration of one tag: `sigmoid(slope · logit(p) + offset)` of its raw probability `p`
/// (Platt, 1999). It keeps the order of values.
///
/// ```
/// use tagline_engine::Calibration;
///
/// let calibration = Calibration { slope: 2.0, offset: 1.0, threshold: 0.4 };
/// assert!(calibration.apply(0.5) > 0.7);
/// assert_eq!(Calibration::NONE.apply(0.5), 0.5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Factor of the logit. It is above 0.
    pub slope: f64,
    /// Added to the logit.
    pub offset: f64,
    /// Calibrated probability, 0 to 1, from which the tag is best said to be there. It gives the
    /// highest F1 on validation data.
    pub threshold: f64,
}

impl Calibration {
    /// The calibration that changes nothing.
    pub const NONE: Self = Self {
        slope: 1.0,
        offset: 0.0,
        threshold: 0.5,
    };

    /// The calibrated probability of a raw one, both 0 to 1. A value that is not a number stays so.
    #[must_use]
    pub fn apply(&self, probability: f32) -> f32 {
        if self.slope == 1.0 && self.offset == 0.0 {
            return probability;
        }
        sigmoid(self.slope * logit(probability) + self.offset) as f32
    }

    /// What is wrong with the calibration, if anything.
    pub(super) fn problem(&self) -> Option<String> {
        let Self {
            slope,
            offset,
            threshold,
        } = *self;
        if !slope.is_finite() || slope <= 0.0 {
            Some(format!("`slope` is {slope}, and must be above 0"))
        } else if !offset.is_finite() {
            Some(format!("`offset` is {offset}, and must be a number"))
        } else if !(0.0..=1.0).contains(&threshold) {
            Some(format!("`threshold` is {threshold}, and must be 0 to 1"))
        } else {
            None
        }
    }
}

/// `ln(p / (1 − p))` of a probability. It is finite even where single precision has rounded the
/// probability to 0 (the logit is then −87) or to 1 (17).
#[must_use]
pub fn logit(probability: f32) -> f64 {
    let probability = f64::from(probability).clamp(LOWEST, HIGHEST);
    probability.ln() - (-probability).ln_1p()
}

/// The inverse of [`logit`]: `1 / (1 + e⁻ˣ)`.
#[must_use]
pub fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEEP: Calibration = Calibration {
        slope: 2.5,
        offset: 1.75,
        threshold: 0.4,
    };

    #[test]
    fn probabilities_of_exactly_0_and_1_stay_numbers() {
        for calibration in [
            STEEP,
            Calibration {
                slope: 1e-9,
                offset: -40.0,
                ..STEEP
            },
            Calibration {
                slope: 1e300,
                offset: 1e300,
                ..STEEP
            },
        ] {
            for probability in [0.0, 1.0, f32::MIN_POSITIVE, 1e-45, -0.0, 1.5, -2.0] {
                let value = calibration.apply(probability);
                assert!(
                    (0.0..=1.0).contains(&value),
                    "{calibration:?} of {probability} is {value}"
                );
            }
            assert!(calibration.apply(f32::NAN).is_nan());
        }
    }

    #[test]
    fn the_order_of_probabilities_is_kept() {
        let values: Vec<f32> = (0..=1000)
            .map(|step| STEEP.apply(step as f32 / 1000.0))
            .collect();
        assert!(values.is_sorted());
        // No two become the same where single precision can tell them apart.
        assert!(values[1..900].windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_slope_of_1_and_an_offset_of_0_change_no_bit() {
        for probability in [0.0, 1e-40, 0.1, 0.5, 0.999_999, 1.0] {
            assert_eq!(Calibration::NONE.apply(probability), probability);
        }
    }

    #[test]
    fn the_formula_is_the_documented_one() {
        // By hand: logit(0.25) = −ln 3; 2.5 · −1.098612 + 1.75 = −0.996531.
        assert!((STEEP.apply(0.25) - 0.269_6).abs() < 1e-4);
        assert!((logit(0.25) + 3f64.ln()).abs() < 1e-12);
        assert_eq!(sigmoid(0.0), 0.5);
    }
}
