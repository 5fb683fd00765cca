//! Logistic regression of a tag's labels on the logit of its raw probability (Platt, "Probabilistic
//! outputs for support vector machines", 1999): the slope and offset of highest likelihood.
//!
//! A weak prior keeps few positives from exploding them: the slope is normal around 1 with a
//! deviation of 1, the offset around 0 with one of 3. A hundred clips outweigh it.

use tagline_engine::{Calibration, logit, sigmoid};

use super::Sample;
use crate::metrics::{POSITIVE_FROM, best_f1};

/// Deviation of the slope's prior.
const SLOPE_DEVIATION: f64 = 1.0;
/// Deviation of the offset's prior.
const OFFSET_DEVIATION: f64 = 3.0;
/// The least slope: an order that tells nothing, or the wrong thing, still stays as it is.
const LEAST_SLOPE: f64 = 0.01;
/// Fewer clips with a tag than these say too little of how often it is there: one song is most of
/// them.
pub const FEWEST_POSITIVES: usize = 5;
/// Steps of Newton's method at most; it takes five to ten.
const MOST_STEPS: usize = 100;
/// A step so short is the last.
const SHORTEST_STEP: f64 = 1e-10;
/// Bins of equal width of the expected calibration error.
const BINS: usize = 10;

/// What was fitted for one tag.
#[derive(Clone, Debug, PartialEq)]
pub struct TagFit {
    /// The tag.
    pub tag: String,
    /// Clips of which it is known whether they have the tag.
    pub clips: usize,
    /// Clips that have it.
    pub positives: usize,
    /// Its calibration; that of [`Calibration::NONE`], with a threshold, where
    /// fewer than [`FEWEST_POSITIVES`] have the tag.
    pub calibration: Calibration,
    /// F1 score at the threshold; `None` where no clip has the tag.
    pub f1: Option<f64>,
    /// Expected calibration error of the raw and of the calibrated probabilities, on these clips.
    pub errors: [f64; 2],
}

/// Fits one tag.
#[must_use]
pub fn fit(tag: &str, samples: &[Sample]) -> TagFit {
    let positive: Vec<bool> = samples
        .iter()
        .map(|sample| sample.label >= POSITIVE_FROM)
        .collect();
    let positives = positive.iter().filter(|&&positive| positive).count();
    let mut calibration = Calibration::NONE;
    if positives >= FEWEST_POSITIVES {
        [calibration.slope, calibration.offset] = likeliest(samples).map(rounded);
    }
    let calibrated: Vec<f32> = samples
        .iter()
        .map(|sample| calibration.apply(sample.probability))
        .collect();
    let best = best_f1(&calibrated, &positive);
    if let Some(best) = best {
        // Downwards, so that the clip that it was found at still reaches it.
        calibration.threshold = (best.threshold * 1e6).floor() / 1e6;
    }
    let labels = || samples.iter().map(|sample| sample.label);
    let raw = samples.iter().map(|sample| sample.probability);
    TagFit {
        tag: tag.to_owned(),
        clips: samples.len(),
        positives,
        calibration,
        f1: best.map(|best| best.f1),
        errors: [
            calibration_error(raw.zip(labels())),
            calibration_error(calibrated.iter().copied().zip(labels())),
        ],
    }
}

/// The expected calibration error of probabilities and labels: how far, in each of ten bins of equal
/// width, the mean probability lies from the mean label, averaged over clips (Naeini, Cooper and
/// Hauskrecht, 2015). 0 without any clip.
#[must_use]
pub fn calibration_error(samples: impl Iterator<Item = (f32, f32)>) -> f64 {
    let mut surplus = [0.0; BINS];
    let mut clips = 0usize;
    for (probability, label) in samples {
        let bin = (f64::from(probability) * BINS as f64) as usize;
        surplus[bin.min(BINS - 1)] += f64::from(probability) - f64::from(label);
        clips += 1;
    }
    surplus.iter().map(|bin| bin.abs()).sum::<f64>() / clips.max(1) as f64
}

/// The likeliest slope and offset.
fn likeliest(samples: &[Sample]) -> [f64; 2] {
    let points: Vec<[f64; 2]> = samples
        .iter()
        .map(|sample| [logit(sample.probability), f64::from(sample.label)])
        .collect();
    let free = newton(&points, [1.0, 0.0], Free::Both);
    if free[0] >= LEAST_SLOPE {
        return free;
    }
    // What is minimised is convex, so the best of the allowed ones lies on the border.
    newton(&points, [LEAST_SLOPE, free[1]], Free::Offset)
}

/// What may change.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Free {
    Both,
    Offset,
}

/// Damped Newton's method from `start`, slope and offset.
fn newton(points: &[[f64; 2]], start: [f64; 2], free: Free) -> [f64; 2] {
    let mut at = start;
    let mut cost = loss(points, at);
    for _ in 0..MOST_STEPS {
        let step = newton_step(points, at, free);
        let mut length = 1.0;
        let next = loop {
            let next = [at[0] - length * step[0], at[1] - length * step[1]];
            let lower = loss(points, next);
            if lower <= cost {
                cost = lower;
                break next;
            }
            length /= 2.0;
            if length < 1e-12 {
                return at;
            }
        };
        let moved = (next[0] - at[0]).abs().max((next[1] - at[1]).abs());
        at = next;
        if moved < SHORTEST_STEP {
            break;
        }
    }
    at
}

/// Negative logarithm of likelihood and prior.
fn loss(points: &[[f64; 2]], [slope, offset]: [f64; 2]) -> f64 {
    let likelihood: f64 = points
        .iter()
        .map(|[x, label]| {
            let z = slope * x + offset;
            // ln(1 + eᶻ) without overflow.
            z.max(0.0) + (-z.abs()).exp().ln_1p() - label * z
        })
        .sum();
    let slope = (slope - 1.0) / SLOPE_DEVIATION;
    let offset = offset / OFFSET_DEVIATION;
    likelihood + 0.5 * (slope * slope + offset * offset)
}

/// Inverse Hessian times gradient of [`loss`].
fn newton_step(points: &[[f64; 2]], [slope, offset]: [f64; 2], free: Free) -> [f64; 2] {
    let weights = [SLOPE_DEVIATION.powi(-2), OFFSET_DEVIATION.powi(-2)];
    let mut gradient = [(slope - 1.0) * weights[0], offset * weights[1]];
    let (mut aa, mut ab, mut bb) = (weights[0], 0.0, weights[1]);
    for [x, label] in points {
        let p = sigmoid(slope * x + offset);
        let error = p - label;
        gradient[0] += error * x;
        gradient[1] += error;
        let curvature = p * (1.0 - p);
        aa += curvature * x * x;
        ab += curvature * x;
        bb += curvature;
    }
    if free == Free::Offset {
        return [0.0, gradient[1] / bb];
    }
    // The prior keeps the determinant above 0.
    let determinant = aa * bb - ab * ab;
    [
        (bb * gradient[0] - ab * gradient[1]) / determinant,
        (aa * gradient[1] - ab * gradient[0]) / determinant,
    ]
}

/// Six decimals, so that what is written is what was computed with.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

#[cfg(test)]
#[path = "fit_tests.rs"]
mod tests;
