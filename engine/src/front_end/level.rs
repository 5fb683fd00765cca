//! From the power of a band or bin to its level.

use super::spec::{FrontEndSpec, Logarithm};

/// The logarithm of a band's or bin's power, as the front-end has it.
pub(super) enum Level {
    /// The exponent acts after the logarithm, where nothing overflows: it is in the factor.
    Decibel { factor: f64, silence: f64 },
    /// The same.
    Natural { factor: f64, silence: f64 },
    /// The logarithms that add 1 need the power itself. It is at most 10²², and 10¹⁷⁶ with the largest
    /// exponent.
    OnePlus {
        exponent: f64,
        floor: f64,
        logarithm: Logarithm,
    },
}

impl Level {
    pub(super) fn new(spec: &FrontEndSpec) -> Self {
        let (exponent, silence) = (f64::from(spec.exponent), spec.silence());
        match spec.logarithm {
            Logarithm::Decibel => Self::Decibel {
                factor: 10.0 * exponent,
                silence,
            },
            Logarithm::Natural => Self::Natural {
                factor: exponent,
                silence,
            },
            logarithm => Self::OnePlus {
                exponent,
                floor: f64::from(spec.floor),
                logarithm,
            },
        }
    }

    /// The level of `power`.
    pub(super) fn of(&self, power: f64) -> f64 {
        match *self {
            Self::Decibel { factor, silence } => (factor * power.log10()).max(silence),
            Self::Natural { factor, silence } => (factor * power.ln()).max(silence),
            Self::OnePlus {
                exponent,
                floor,
                logarithm,
            } => {
                let raised = if exponent == 1.0 {
                    power
                } else {
                    power.powf(exponent)
                };
                logarithm.of(raised.max(floor))
            }
        }
    }
}
