//! Ranks one tag's clips by their scores, and computes the exact areas of that ranking.

/// Area under the ROC curve: the share of pairs of a positive and a negative clip in which the
/// positive one scores higher, where a tie counts half (the Mann–Whitney statistic). It is computed
/// in whole numbers, so ties are exact. A NaN counts as the lowest score.
///
/// `None` unless there are both positive and negative clips.
///
/// # Panics
/// If there are not as many `scores` as `positive`.
#[must_use]
pub fn roc_auc(scores: &[f32], positive: &[bool]) -> Option<f64> {
    ranking_of(scores, positive).areas().roc_auc
}

/// Average precision as scikit-learn defines it: the sum over distinct scores, from the highest
/// down, of precision times the recall gained there, without interpolation. A NaN counts as the
/// lowest score.
///
/// `None` without a positive clip.
///
/// # Panics
/// If there are not as many `scores` as `positive`.
#[must_use]
pub fn average_precision(scores: &[f32], positive: &[bool]) -> Option<f64> {
    ranking_of(scores, positive).areas().average_precision
}

/// The threshold with the best F1 score of one tag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BestF1 {
    /// Clips with this score or a higher one are tagged.
    pub threshold: f64,
    /// Harmonic mean of precision and recall there.
    pub f1: f64,
}

/// The threshold that gives the best F1 score, the highest one if there are several.
///
/// `None` without a positive clip.
///
/// # Panics
/// If there are not as many `scores` as `positive`.
#[must_use]
pub fn best_f1(scores: &[f32], positive: &[bool]) -> Option<BestF1> {
    let scores = wide(scores);
    Ranking::new(&scores, &known(positive)).best_f1(&scores)
}

fn ranking_of(scores: &[f32], positive: &[bool]) -> Ranking {
    Ranking::new(&wide(scores), &known(positive))
}

fn wide(scores: &[f32]) -> Vec<f64> {
    scores.iter().copied().map(f64::from).collect()
}

fn known(positive: &[bool]) -> Vec<Option<bool>> {
    positive.iter().copied().map(Some).collect()
}

/// Areas under one tag's curves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Areas {
    pub roc_auc: Option<f64>,
    pub average_precision: Option<f64>,
}

/// Set in an entry whose clip is positive.
const POSITIVE: u32 = 2;
/// Set in the last entry of those with the same score.
const LAST_OF_TIE: u32 = 1;
/// Bits of an entry below the clip's number.
const FLAG_BITS: u32 = 2;

/// Clips from the highest score down. After sorting once, each resample's areas take one pass.
pub(super) struct Ranking {
    /// Clip, [`POSITIVE`], [`LAST_OF_TIE`].
    entries: Vec<u32>,
}

impl Ranking {
    /// A ranking of the clips whose `truth` is known.
    pub fn new(scores: &[f64], truth: &[Option<bool>]) -> Self {
        assert_eq!(scores.len(), truth.len(), "one score a clip");
        assert!(scores.len() < 1 << (32 - FLAG_BITS), "a thousand million");
        let known = |clip: &u32| truth[*clip as usize].is_some();
        let mut order: Vec<u32> = (0..scores.len() as u32).filter(known).collect();
        let key = |clip: u32| key(scores[clip as usize]);
        order.sort_unstable_by(|&a, &b| key(b).total_cmp(&key(a)));
        let entry = |(at, &clip): (usize, &u32)| {
            let last = order.get(at + 1).is_none_or(|&next| key(next) != key(clip));
            let positive = truth[clip as usize] == Some(true);
            let positive = if positive { POSITIVE } else { 0 };
            clip << FLAG_BITS | positive | if last { LAST_OF_TIE } else { 0 }
        };
        let entries = order.iter().enumerate().map(entry).collect();
        Self { entries }
    }

    /// Areas if every clip counts once.
    pub fn areas(&self) -> Areas {
        self.areas_weighted(|_| 1)
    }

    /// Areas if clip `c` counts `weight(c)` times.
    pub fn areas_weighted(&self, weight: impl Fn(usize) -> u64) -> Areas {
        // Counts half pairs, so that a tie is a whole number, and sums precision over positives.
        let (mut half_pairs, mut precisions) = (0u64, 0.0);
        let totals = self.sweep(weight, |above, tied| {
            half_pairs += tied.negatives * (2 * above.positives + tied.positives);
            if tied.positives > 0 {
                let positives = above.positives + tied.positives;
                let all = positives + above.negatives + tied.negatives;
                precisions += tied.positives as f64 * positives as f64 / all as f64;
            }
        });
        let pairs = totals.positives * totals.negatives;
        Areas {
            roc_auc: (pairs > 0).then(|| half_pairs as f64 / (2 * pairs) as f64),
            average_precision: (totals.positives > 0).then(|| precisions / totals.positives as f64),
        }
    }

    /// The best threshold among `scores`, which the ranking was made from.
    pub fn best_f1(&self, scores: &[f64]) -> Option<BestF1> {
        let is_positive = |entry: &&u32| **entry & POSITIVE != 0;
        let positives = self.entries.iter().filter(is_positive).count() as u64;
        let mut best: Option<BestF1> = None;
        let mut tagged = 0;
        self.sweep(
            |_| 1,
            |above, tied| {
                tagged += (tied.positives + tied.negatives) as usize;
                let hits = above.positives + tied.positives;
                let f1 = 2.0 * hits as f64 / (tagged as u64 + positives) as f64;
                if best.is_none_or(|best| f1 > best.f1) {
                    let lowest = self.entries[tagged - 1] >> FLAG_BITS;
                    let threshold = scores[lowest as usize];
                    best = Some(BestF1 { threshold, f1 });
                }
            },
        );
        best.filter(|_| positives > 0)
    }

    /// For each score from the highest down, calls `on_tie` with the counts above it and the counts
    /// that share it. Returns the total.
    fn sweep(
        &self,
        weight: impl Fn(usize) -> u64,
        mut on_tie: impl FnMut(Counts, Counts),
    ) -> Counts {
        let (mut above, mut tied) = (Counts::default(), Counts::default());
        for &entry in &self.entries {
            let weight = weight((entry >> FLAG_BITS) as usize);
            if entry & POSITIVE != 0 {
                tied.positives += weight;
            } else {
                tied.negatives += weight;
            }
            if entry & LAST_OF_TIE != 0 {
                on_tie(above, tied);
                above.positives += tied.positives;
                above.negatives += tied.negatives;
                tied = Counts::default();
            }
        }
        above
    }
}

/// Numbers of clips, each counted by its weight.
#[derive(Clone, Copy, Default)]
struct Counts {
    positives: u64,
    negatives: u64,
}

/// Equal keys tie. Both zeros have the same key, and NaN has the lowest.
fn key(score: f64) -> f64 {
    if score.is_nan() {
        f64::NEG_INFINITY
    } else {
        score + 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Equal scores of both classes, all at one score, and perfect order, by hand.
    #[test]
    fn ties_count_half() {
        let positive = [true, false, true, false];
        assert_eq!(roc_auc(&[0.5; 4], &positive), Some(0.5));
        assert_eq!(roc_auc(&[0.9, 0.1, 0.8, 0.2], &positive), Some(1.0));
        assert_eq!(roc_auc(&[0.9, 0.1, 0.5, 0.5], &positive), Some(0.875));
        assert_eq!(average_precision(&[0.5; 4], &positive), Some(0.5));
        // 1 · 1/2, then 2/3 · 1/2 at the tie.
        let found = average_precision(&[0.9, 0.1, 0.5, 0.5], &positive).unwrap();
        assert!((found - (0.5 + 1.0 / 3.0)).abs() < 1e-15);
    }

    #[test]
    fn one_class_has_no_roc_and_no_positive_no_precision() {
        assert_eq!(roc_auc(&[0.1, 0.2], &[true, true]), None);
        assert_eq!(roc_auc(&[0.1, 0.2], &[false, false]), None);
        assert_eq!(roc_auc(&[], &[]), None);
        assert_eq!(average_precision(&[0.1, 0.2], &[true, true]), Some(1.0));
        assert_eq!(average_precision(&[0.1, 0.2], &[false, false]), None);
        assert_eq!(best_f1(&[0.1, 0.2], &[false, false]), None);
    }

    #[test]
    fn both_zeros_tie_and_nan_is_lowest() {
        assert_eq!(roc_auc(&[0.0, -0.0], &[true, false]), Some(0.5));
        assert_eq!(roc_auc(&[f32::NAN, -1e30], &[true, false]), Some(0.0));
        assert_eq!(roc_auc(&[f32::NAN, -f32::NAN], &[true, false]), Some(0.5));
    }

    #[test]
    fn a_weight_counts_a_clip_as_often() {
        let scores = [0.9, 0.5, 0.5, 0.3, 0.3, 0.1];
        let positive = [true, false, true, true, false, false];
        let weights = [2u64, 0, 3, 1, 4, 1];
        let (mut copied, mut labels) = (Vec::new(), Vec::new());
        for clip in 0..6 {
            for _ in 0..weights[clip] {
                copied.push(scores[clip]);
                labels.push(positive[clip]);
            }
        }
        let weighted = Ranking::new(&scores, &positive.map(Some));
        let weighted = weighted.areas_weighted(|clip| weights[clip]);
        let labels: Vec<_> = labels.into_iter().map(Some).collect();
        assert_eq!(weighted, Ranking::new(&copied, &labels).areas());
    }

    #[test]
    fn a_clip_of_unknown_truth_is_not_ranked() {
        let truth = [Some(true), None, Some(false), None, Some(true)];
        let known = [Some(true), Some(false), Some(true)];
        let all = Ranking::new(&[0.3, 0.9, 0.2, 0.0, 0.1], &truth);
        assert_eq!(all.areas(), Ranking::new(&[0.3, 0.2, 0.1], &known).areas());
        assert_eq!(all.areas().roc_auc, Some(0.5));
    }

    #[test]
    fn the_best_threshold_tags_clips_at_it() {
        let scores = [0.9, 0.8, 0.8, 0.3, 0.1];
        let best = best_f1(&scores, &[true, true, false, true, false]).unwrap();
        // From 0.3 up: 3 hits, 1 false alarm, none missed.
        assert!((best.threshold - f64::from(0.3f32)).abs() < 1e-15);
        assert!((best.f1 - 6.0 / 7.0).abs() < 1e-15);
    }
}
