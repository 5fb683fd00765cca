//! The logarithms that a front-end can take.

use std::f64::consts::{LN_10, LOG10_E};

/// The logarithm of a band's or bin's value `x`: its spectrum's value, to the power of the front-end's
/// exponent, and no less than its floor.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Logarithm {
    /// `10 · log10(x)`
    #[default]
    Decibel,
    /// `ln(x)`
    Natural,
    /// `log10(1 + gain · x)`
    Log10OnePlus {
        /// The factor of `x`.
        gain: f32,
    },
    /// `ln(1 + gain · x)`
    NaturalOnePlus {
        /// The factor of `x`.
        gain: f32,
    },
}

impl Logarithm {
    /// The factor of `x`, where 1 is added to it.
    #[must_use]
    pub fn gain(&self) -> Option<f32> {
        match *self {
            Self::Decibel | Self::Natural => None,
            Self::Log10OnePlus { gain } | Self::NaturalOnePlus { gain } => Some(gain),
        }
    }

    /// The logarithm of `x`.
    pub(crate) fn of(&self, x: f64) -> f64 {
        match *self {
            Self::Decibel => 10.0 * x.log10(),
            Self::Natural => x.ln(),
            Self::Log10OnePlus { gain } => (f64::from(gain) * x).ln_1p() * LOG10_E,
            Self::NaturalOnePlus { gain } => (f64::from(gain) * x).ln_1p(),
        }
    }

    /// The logarithm of the value that has `db`.
    pub(crate) fn of_db(&self, db: f32) -> f32 {
        match self {
            Self::Decibel => db,
            _ => self.of((f64::from(db) / 10.0 * LN_10).exp()) as f32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_the_logarithm_that_it_names() {
        let close =
            |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
        close(Logarithm::Decibel.of(1e-3), -30.0);
        close(Logarithm::Natural.of(1.0_f64.exp()), 1.0);
        close(Logarithm::Log10OnePlus { gain: 10_000.0 }.of(0.0099), 2.0);
        close(Logarithm::Log10OnePlus { gain: 10_000.0 }.of(0.0), 0.0);
        close(
            Logarithm::NaturalOnePlus { gain: 2.0 }.of(0.5),
            2.0_f64.ln(),
        );
        assert_eq!(Logarithm::Decibel.of_db(-12.3), -12.3);
        assert!((Logarithm::Natural.of_db(-10.0) + std::f32::consts::LN_10).abs() < 1e-6);
    }
}
