//! Logistic regression of a tag's presence on the logit of its raw probability (Platt,
//! "Probabilistic outputs for support vector machines", 1999): the slope and offset of highest
//! likelihood. A label of a half or more is a yes, so the calibrated probability is that of a yes.
//!
//! A weak prior keeps slope and offset finite when few clips have the tag: the slope is normal
//! around 1 with a deviation of 1, the offset normal around 0 with a deviation of 3. A hundred clips
//! outweigh it. A tag that too few clips have is judged by the other tags: its prior has the mean and
//! the deviation of the slopes and offsets of the tags that enough clips have (empirical Bayes). If no
//! clip has the tag at all, the prior's offset is one deviation lower, so that the model does not
//! claim first what it has never met.
//!
//! Where many clips are windows of few songs, the tags can share what they know ([`Share::Together`]):
//! every tag's prior is then normal around the slope that fits all tags at once and an offset of 0, with
//! a deviation that is given. A small one keeps the order that the network gives the tags of a clip, and
//! a half where the network has it: it has learned opinions, of which a half is a yes.

use tagline_engine::{Calibration, logit, sigmoid};

use super::Sample;
use crate::metrics::best_f1;

/// The prior of a slope and an offset: normal and independent.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Prior {
    mean: [f64; 2],
    deviation: [f64; 2],
}

impl Prior {
    /// The prior of a tag that enough clips have: near the network's own values.
    const OWN: Self = Self {
        mean: [1.0, 0.0],
        deviation: [1.0, 3.0],
    };

    /// Holds the offset where the network has it.
    const NO_OFFSET: Self = Self {
        deviation: [1.0, 1e-6],
        ..Self::OWN
    };

    /// The prior of every tag, near the slope that fits all of them together.
    fn together(points: &[Vec<[f64; 2]>], deviation: f64) -> Self {
        let known = points.iter().filter(|points| enough(points));
        let all: Vec<[f64; 2]> = known.flatten().copied().collect();
        let [slope, _] = likeliest(&all, Self::NO_OFFSET);
        Self {
            mean: [slope, 0.0],
            // A slope acts on logits of about two.
            deviation: [deviation / 2.0, deviation],
        }
    }

    /// The prior of a tag from the fits of others; `None` if they are too few.
    fn among(others: &[[f64; 2]]) -> Option<Self> {
        if others.len() < FEWEST_TAGS {
            return None;
        }
        let mean_of = |value: &dyn Fn(&[f64; 2]) -> f64| {
            others.iter().map(value).sum::<f64>() / others.len() as f64
        };
        let mean = [0, 1].map(|part| mean_of(&|other| other[part]));
        let deviation = [0, 1].map(|part| {
            let variance = mean_of(&|other| (other[part] - mean[part]).powi(2));
            variance.sqrt().max(LEAST_DEVIATION)
        });
        Some(Self { mean, deviation })
    }

    /// The prior of a tag that no clip has.
    fn doubting(self) -> Self {
        let [slope, offset] = self.mean;
        Self {
            mean: [slope, offset - self.deviation[1]],
            ..self
        }
    }
}

/// The least slope. Even an order without information, or a wrong one, is kept.
const LEAST_SLOPE: f64 = 0.01;
/// Fewest clips with a tag that say how frequent it is. Of fewer, a single song would be most.
pub const FEWEST_POSITIVES: usize = 5;
/// Fewest tags that make a prior for another.
const FEWEST_TAGS: usize = 3;
/// Least deviation of such a prior. Even if the tags are all alike, a clip must be able to move it.
const LEAST_DEVIATION: f64 = 0.1;
/// The least threshold: below it, a tag that is there in every fiftieth clip would mark nearly all.
const LEAST_THRESHOLD: f64 = 0.1;
/// Steps of Newton's method at most; it takes five to ten.
const MOST_STEPS: usize = 100;
/// A step this short is the last.
const SHORTEST_STEP: f64 = 1e-10;
/// Bins of equal width of the expected calibration error.
const BINS: usize = 10;

/// The fit of one tag.
#[derive(Clone, Debug, PartialEq)]
pub struct TagFit {
    /// The tag.
    pub tag: String,
    /// Its calibration, and the threshold of the best F1 score.
    pub calibration: Calibration,
    /// Its quality on the clips that it was fitted on.
    pub quality: Quality,
}

/// The quality of a tag's calibration on some clips.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quality {
    /// Number of clips whose label for the tag is known.
    pub clips: usize,
    /// Number of clips that have it.
    pub positives: usize,
    /// F1 score at the threshold; `None` if no clip has the tag.
    pub f1: Option<f64>,
    /// Expected calibration error of the raw and of the calibrated probabilities.
    pub errors: [f64; 2],
}

/// What the tags of a model have in common before any clip is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Share {
    /// Nothing, where enough clips have a tag.
    Nothing,
    /// The slope that fits all tags at once, and no offset. A tag's own offset is expected to deviate by
    /// this much, and its slope by half as much.
    Together(f64),
}

/// Fits tags, with the `samples` of each.
///
/// # Panics
/// If there are not as many samples as tags.
#[must_use]
pub fn fit(tags: &[String], samples: &[Vec<Sample>], share: Share) -> Vec<TagFit> {
    assert_eq!(tags.len(), samples.len(), "one list of samples a tag");
    let points: Vec<Vec<[f64; 2]>> = samples.iter().map(|samples| points(samples)).collect();
    let fits: Vec<[f64; 2]> = match share {
        Share::Nothing => each_by_itself(&points),
        Share::Together(deviation) => {
            let prior = Prior::together(&points, deviation);
            points
                .iter()
                .map(|points| likeliest(telling(points), prior))
                .collect()
        }
    };
    let tags = tags.iter().zip(samples).zip(fits);
    tags.map(|((tag, samples), found)| {
        let [slope, offset] = found.map(rounded);
        fitted(tag, slope, offset, samples)
    })
    .collect()
}

/// The fits of tags that share nothing. Those that too few clips have follow the others.
fn each_by_itself(points: &[Vec<[f64; 2]>]) -> Vec<[f64; 2]> {
    let by_themselves: Vec<Option<[f64; 2]>> = points
        .iter()
        .map(|points| enough(points).then(|| likeliest(points, Prior::OWN)))
        .collect();
    let known: Vec<[f64; 2]> = by_themselves.iter().copied().flatten().collect();
    let among = Prior::among(&known);
    let by_others = |points: &[[f64; 2]]| {
        let prior = match (positives(points), among) {
            (_, None) => Prior::OWN,
            (0, Some(among)) => among.doubting(),
            (_, Some(among)) => among,
        };
        likeliest(telling(points), prior)
    };
    let all = points.iter().zip(by_themselves);
    all.map(|(points, found)| found.unwrap_or_else(|| by_others(points)))
        .collect()
}

/// Number of clips that have the tag.
fn positives(points: &[[f64; 2]]) -> usize {
    points.iter().filter(|[_, yes]| *yes == 1.0).count()
}

/// Whether enough clips have the tag, and enough lack it.
fn enough(points: &[[f64; 2]]) -> bool {
    positives(points).min(points.len() - positives(points)) >= FEWEST_POSITIVES
}

/// The clips that a tag can be judged by. If all of them have the tag, they say nothing of those that lack it.
fn telling(points: &[[f64; 2]]) -> &[[f64; 2]] {
    match positives(points) == points.len() {
        true => &[],
        false => points,
    }
}

/// The fit of this slope and offset, with its threshold.
fn fitted(tag: &str, slope: f64, offset: f64, samples: &[Sample]) -> TagFit {
    let mut calibration = Calibration {
        slope,
        offset,
        ..Calibration::NONE
    };
    let calibrated: Vec<f32> = samples
        .iter()
        .map(|sample| calibration.apply(sample.probability))
        .collect();
    let positive: Vec<bool> = samples.iter().map(Sample::is_positive).collect();
    let both = positive.contains(&true) && positive.contains(&false);
    if let Some(best) = best_f1(&calibrated, &positive).filter(|_| both) {
        // Downwards, so that the clip that it was found at still reaches it.
        calibration.threshold = ((best.threshold * 1e6).floor() / 1e6).max(LEAST_THRESHOLD);
    }
    TagFit {
        tag: tag.to_owned(),
        calibration,
        quality: quality(&calibration, samples),
    }
}

/// The quality of a calibration on clips, which may be others than those that it was fitted on.
#[must_use]
pub fn quality(calibration: &Calibration, samples: &[Sample]) -> Quality {
    let (mut positives, mut tagged, mut hits) = (0, 0, 0);
    for sample in samples {
        let yes = usize::from(sample.is_positive());
        let shown = f64::from(calibration.apply(sample.probability));
        let says = usize::from(shown >= calibration.threshold);
        positives += yes;
        tagged += says;
        hits += yes * says;
    }
    let yes = |sample: &Sample| f32::from(u8::from(sample.is_positive()));
    let raw = samples
        .iter()
        .map(|sample| (sample.probability, yes(sample)));
    let shown = samples
        .iter()
        .map(|sample| (calibration.apply(sample.probability), yes(sample)));
    Quality {
        clips: samples.len(),
        positives,
        f1: (positives > 0).then(|| 2.0 * hits as f64 / (tagged + positives) as f64),
        errors: [calibration_error(raw), calibration_error(shown)],
    }
}

/// Logits, and labels with 1 for a yes.
fn points(samples: &[Sample]) -> Vec<[f64; 2]> {
    let point = |sample: &Sample| {
        let yes = f64::from(u8::from(sample.is_positive()));
        [logit(sample.probability), yes]
    };
    samples.iter().map(point).collect()
}

/// The expected calibration error: the distance of the mean probability from the mean label in each
/// of ten bins of equal width, averaged over clips (Naeini, Cooper and Hauskrecht, 2015). 0 without
/// clips.
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
fn likeliest(points: &[[f64; 2]], prior: Prior) -> [f64; 2] {
    let free = newton(points, prior.mean, Free::Both, prior);
    if free[0] >= LEAST_SLOPE {
        return free;
    }
    // The loss is convex, so the best allowed slope lies on the border.
    newton(points, [LEAST_SLOPE, free[1]], Free::Offset, prior)
}

/// The numbers that may change.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Free {
    Both,
    Offset,
}

/// Damped Newton's method, from the slope and offset `start`.
fn newton(points: &[[f64; 2]], start: [f64; 2], free: Free, prior: Prior) -> [f64; 2] {
    let mut at = start;
    let mut cost = loss(points, at, prior);
    for _ in 0..MOST_STEPS {
        let step = newton_step(points, at, free, prior);
        let mut length = 1.0;
        let next = loop {
            let next = [at[0] - length * step[0], at[1] - length * step[1]];
            let lower = loss(points, next, prior);
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
fn loss(points: &[[f64; 2]], [slope, offset]: [f64; 2], prior: Prior) -> f64 {
    let likelihood: f64 = points
        .iter()
        .map(|[x, label]| {
            let z = slope * x + offset;
            // ln(1 + eᶻ) without overflow.
            z.max(0.0) + (-z.abs()).exp().ln_1p() - label * z
        })
        .sum();
    let slope = (slope - prior.mean[0]) / prior.deviation[0];
    let offset = (offset - prior.mean[1]) / prior.deviation[1];
    likelihood + 0.5 * (slope * slope + offset * offset)
}

/// Inverse Hessian times gradient of [`loss`].
fn newton_step(
    points: &[[f64; 2]],
    [slope, offset]: [f64; 2],
    free: Free,
    prior: Prior,
) -> [f64; 2] {
    let weights = prior.deviation.map(|deviation| deviation.powi(-2));
    let mut gradient = [
        (slope - prior.mean[0]) * weights[0],
        (offset - prior.mean[1]) * weights[1],
    ];
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

/// Rounds to six decimals, so that the written number is the one that was computed with.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests;
