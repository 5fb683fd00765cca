//! Checks before a training that its network can become a model file.

use tagline_engine::{MAX_INNER_VALUES, MAX_MODEL_BYTES, MAX_MULTIPLY_ADDS};

use super::TrainError;
use crate::arch::{Architecture, Convolution};

/// Refuses a network that at `width` exceeds the limits of a model file or of a window's
/// computation.
pub(super) fn check(architecture: &Architecture, width: f64) -> Result<(), TrainError> {
    let spec = architecture.input.front_end();
    let size = [spec.input_bands(), spec.frames];
    let convolutions: Vec<Convolution> = architecture.convolutions(width, size).collect();
    let total = |part: fn(&Convolution) -> u64| convolutions.iter().map(part).sum::<u64>();
    let values = convolutions.iter().map(Convolution::values).max();
    let limits = [
        (
            "bytes of weights",
            4 * total(Convolution::weights),
            MAX_MODEL_BYTES,
        ),
        (
            "values in one of its maps",
            values.unwrap_or(0),
            MAX_INNER_VALUES,
        ),
        (
            "multiply-accumulates for a window",
            total(Convolution::multiply_adds),
            MAX_MULTIPLY_ADDS,
        ),
    ];
    match limits.into_iter().find(|(_, needed, limit)| needed > limit) {
        Some((what, needed, limit)) => Err(TrainError::TooWide {
            width,
            title: architecture.title,
            what,
            needed,
            limit,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arch::ARCHITECTURES;

    #[test]
    fn every_network_fits_at_full_width_and_what_no_model_file_may_hold_is_named() {
        for architecture in ARCHITECTURES {
            check(architecture, 1.0).unwrap();
        }
        let refused = |name: &str, width: f64| {
            let architecture = Architecture::named(name).unwrap();
            check(architecture, width).unwrap_err().to_string()
        };
        let wide = refused("fcn3", 2.0);
        assert!(
            wide.contains("67141632 values in one of its maps"),
            "{wide}"
        );
        let heavy = refused("mfcc", 16.0);
        assert!(heavy.contains("bytes of weights"), "{heavy}");
    }

    #[test]
    fn convolutions_cost_what_the_papers_first_layers_do() {
        let fcn3 = Architecture::named("fcn3").unwrap();
        let [first, second, _] = fcn3.convolutions(1.0, [96, 1366]).collect::<Vec<_>>()[..] else {
            panic!("three convolutions");
        };
        assert_eq!(first.weights(), 9 * 256);
        assert_eq!(first.values(), 256 * 96 * 1366);
        assert_eq!(first.multiply_adds(), 9 * 256 * 96 * 1366);
        assert_eq!(second.multiply_adds(), 9 * 256 * 768 * 32 * 273);
    }
}
