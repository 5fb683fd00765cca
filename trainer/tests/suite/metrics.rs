//! Compares areas, averages and intervals with their definitions.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use trainer::metrics::{Answers, Bootstrap, Scores, average_precision, best_f1, roc_auc};

/// Scores and truth of up to 60 clips. Few scores are distinct, so there are many ties.
fn clips(random: &mut ChaCha8Rng) -> (Vec<f32>, Vec<bool>) {
    let clips = random.random_range(1..60);
    let distinct = random.random_range(1..25);
    let share = random.random_range(0.05..0.95);
    let score = |random: &mut ChaCha8Rng| random.random_range(0..distinct) as f32 / 7.0 - 1.0;
    let scores = (0..clips).map(|_| score(random)).collect();
    let positive = (0..clips).map(|_| random.random_bool(share)).collect();
    (scores, positive)
}

/// Calls `check` with many random sets of clips.
fn for_many(check: impl Fn(&[f32], &[bool])) {
    for seed in 0..400 {
        let (scores, positive) = clips(&mut ChaCha8Rng::seed_from_u64(seed));
        check(&scores, &positive);
    }
}

/// Counts every pair of a positive and a negative clip.
fn naive_roc_auc(scores: &[f32], positive: &[bool]) -> Option<f64> {
    let (mut won, mut pairs) = (0.0, 0.0);
    for (a, _) in scores.iter().zip(positive).filter(|clip| *clip.1) {
        for (b, _) in scores.iter().zip(positive).filter(|clip| !*clip.1) {
            pairs += 1.0;
            won += if a > b {
                1.0
            } else if a == b {
                0.5
            } else {
                0.0
            };
        }
    }
    (pairs > 0.0).then(|| won / pairs)
}

/// Counts the hits and the tagged clips at a threshold.
fn tagged_from(threshold: f32, scores: &[f32], positive: &[bool]) -> (f64, f64) {
    let tagged = scores
        .iter()
        .zip(positive)
        .filter(|clip| *clip.0 >= threshold);
    let hits = tagged.clone().filter(|clip| *clip.1).count();
    (hits as f64, tagged.count() as f64)
}

fn descending_thresholds(scores: &[f32]) -> Vec<f32> {
    let mut thresholds = scores.to_vec();
    thresholds.sort_by(|a, b| b.total_cmp(a));
    thresholds.dedup();
    thresholds
}

/// scikit-learn's definition: the sum of (R_n − R_{n−1}) P_n over thresholds.
fn naive_average_precision(scores: &[f32], positive: &[bool]) -> Option<f64> {
    let positives = positive.iter().filter(|&&p| p).count() as f64;
    let (mut sum, mut recall_before) = (0.0, 0.0);
    for threshold in descending_thresholds(scores) {
        let (hits, tagged) = tagged_from(threshold, scores, positive);
        let recall = hits / positives;
        sum += (recall - recall_before) * hits / tagged;
        recall_before = recall;
    }
    (positives > 0.0).then_some(sum)
}

#[track_caller]
fn assert_same(found: Option<f64>, expected: Option<f64>) {
    match (found, expected) {
        (Some(found), Some(expected)) => {
            assert!((found - expected).abs() < 1e-12, "{found} for {expected}");
        }
        (found, expected) => assert_eq!(found, expected),
    }
}

#[test]
fn roc_auc_is_the_share_of_ordered_pairs() {
    for_many(|scores, positive| {
        assert_same(roc_auc(scores, positive), naive_roc_auc(scores, positive));
    });
}

#[test]
fn average_precision_is_scikit_learns() {
    for_many(|scores, positive| {
        let expected = naive_average_precision(scores, positive);
        assert_same(average_precision(scores, positive), expected);
    });
    // scikit-learn's documented example: 0.83….
    let example = average_precision(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]);
    assert_same(example, Some(0.5 + 1.0 / 3.0));
}

#[test]
fn the_best_f1_is_the_best_over_all_thresholds() {
    for_many(|scores, positive| {
        let positives = positive.iter().filter(|&&p| p).count() as f64;
        let f1_from = |threshold| {
            let (hits, tagged) = tagged_from(threshold, scores, positive);
            2.0 * hits / (tagged + positives)
        };
        let thresholds = descending_thresholds(scores);
        let best = thresholds.into_iter().map(f1_from).fold(0.0, f64::max);
        match best_f1(scores, positive) {
            Some(found) => {
                assert_same(Some(found.f1), Some(best));
                assert_same(Some(f1_from(found.threshold as f32)), Some(best));
            }
            None => assert_eq!(positives, 0.0),
        }
    });
}

fn tags(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// 300 clips whose scores carry information about three tags. No clip has the fourth tag, and every
/// clip has the fifth.
fn answers() -> Answers {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut answers = Answers::new(&tags(&["good", "fair", "rare", "none", "all"]));
    for clip in 0..300 {
        let truth = [clip % 2 == 0, clip % 5 == 0, clip % 60 == 0, false, true];
        let says = |(tag, truth): (usize, &bool)| {
            let noise = [0.3, 1.0, 1.0, 1.0, 1.0][tag];
            f64::from(u8::from(*truth)) + noise * random.random_range(-1.0..1.0)
        };
        let scores: Vec<f64> = truth.iter().enumerate().map(says).collect();
        answers
            .push(scores.iter().copied(), truth.into_iter().map(Some))
            .unwrap();
    }
    answers
}

const BOOTSTRAP: Bootstrap = Bootstrap {
    resamples: 400,
    seed: 5,
};

#[test]
fn tags_of_one_class_are_named_and_in_no_average() {
    let scores = answers().score(Bootstrap::NONE);
    let left_out: Vec<&str> = scores.left_out().map(|tag| tag.tag.as_str()).collect();
    assert_eq!(left_out, ["none", "all"]);
    let mean = |value: fn(&trainer::metrics::TagScores) -> Option<f64>| {
        scores.tags[..3].iter().filter_map(value).sum::<f64>() / 3.0
    };
    assert_same(scores.macro_roc_auc, Some(mean(|tag| tag.roc_auc)));
    assert_same(scores.macro_pr_auc, Some(mean(|tag| tag.pr_auc)));
    assert_eq!(scores.tags[3].roc_auc, None);
    assert_eq!(scores.tags[3].pr_auc, None);
    assert_eq!(scores.tags[4].positives, 300);
    assert_eq!(scores.macro_roc_auc_interval, None);
}

#[test]
fn answers_without_a_scorable_tag_have_no_average() {
    let mut answers = Answers::new(&tags(&["a"]));
    assert_eq!(answers.score(BOOTSTRAP).macro_roc_auc, None);
    answers
        .push([0.5].into_iter(), [Some(true)].into_iter())
        .unwrap();
    let scores = answers.score(BOOTSTRAP);
    assert_eq!((scores.macro_roc_auc, scores.macro_pr_auc), (None, None));
}

#[test]
fn answers_that_do_not_fit_the_tags_are_refused() {
    let mut answers = Answers::new(&tags(&["a", "b"]));
    let short = answers.push([0.5].into_iter(), [Some(true), Some(false)].into_iter());
    assert_eq!(short.unwrap_err().to_string(), "1 scores for 2 tags");
    let unlabelled = answers.push([0.5, 0.6].into_iter(), [Some(true)].into_iter());
    assert_eq!(unlabelled.unwrap_err().to_string(), "1 labels for 2 tags");
    let nan = answers.push(
        [0.5, f64::NAN].into_iter(),
        [Some(true), Some(false)].into_iter(),
    );
    assert!(nan.unwrap_err().to_string().contains("`b` is NaN"));
    assert_eq!(answers.clips(), 0);
}

fn intervals(scores: &Scores) -> Vec<[f64; 2]> {
    let tags = scores.tags.iter();
    tags.flat_map(|tag| [tag.roc_auc_interval, tag.pr_auc_interval])
        .chain([scores.macro_roc_auc_interval, scores.macro_pr_auc_interval])
        .flatten()
        .map(<[f64; 2]>::from)
        .collect()
}

#[test]
fn intervals_are_the_same_for_a_seed_on_any_number_of_threads() {
    let on_threads = |threads, bootstrap| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let scores = pool.build().unwrap().install(|| answers().score(bootstrap));
        intervals(&scores)
    };
    let one = on_threads(1, BOOTSTRAP);
    assert_eq!(one, on_threads(3, BOOTSTRAP));
    let other = Bootstrap {
        seed: 6,
        ..BOOTSTRAP
    };
    assert_ne!(one, on_threads(1, other));
}

#[test]
fn intervals_surround_the_score_and_narrow_with_more_positives() {
    let scores = answers().score(BOOTSTRAP);
    let width = |tag: usize| {
        let [low, high] = scores.tags[tag].roc_auc_interval.unwrap().into();
        let auc = scores.tags[tag].roc_auc.unwrap();
        assert!(low < auc && auc < high, "{low} {auc} {high}");
        high - low
    };
    // 60 positives against 5.
    assert!(width(1) < width(2));
    let [low, high] = scores.macro_roc_auc_interval.unwrap().into();
    let auc = scores.macro_roc_auc.unwrap();
    assert!(low < auc && auc < high);
    // Hanley and McNeil's standard error of the AUC of 0.889 with 60 and 240 clips is 0.028.
    assert!((0.05..0.20).contains(&width(1)), "{}", width(1));
}
