//! Known calibrations are found again.

use tagline_tests::Random;

use super::*;

/// Clips with raw probabilities over the whole range, and random labels with the probabilities of
/// this calibration. They are the same every time.
fn made(slope: f64, offset: f64, clips: usize) -> Vec<Sample> {
    let mut random = Random::new(1);
    let mut chance = || f64::from(random.share());
    (0..clips)
        .map(|_| {
            let probability = sigmoid(12.0 * chance() - 8.0) as f32;
            let truth = sigmoid(slope * logit(probability) + offset);
            let label = f32::from(u8::from(chance() < truth));
            Sample { probability, label }
        })
        .collect()
}

fn fit_one(samples: &[Sample]) -> TagFit {
    fit(&["tag".to_owned()], &[samples.to_vec()], Share::Nothing).remove(0)
}

#[test]
fn a_known_slope_and_offset_are_recovered() {
    for (slope, offset) in [(1.0, 0.0), (0.5, 1.5), (2.0, -1.0), (0.3, -2.0)] {
        let found = fit_one(&made(slope, offset, 40_000)).calibration;
        let apart = (found.slope - slope)
            .abs()
            .max((found.offset - offset).abs());
        assert!(apart < 0.1, "{found:?} for {slope} and {offset}");
    }
}

#[test]
fn half_an_opinion_is_a_yes_and_less_is_a_no() {
    let hard = made(0.5, 1.0, 2_000);
    let soft: Vec<Sample> = hard
        .iter()
        .map(|sample| Sample {
            label: if sample.label == 1.0 { 0.5 } else { 0.49 },
            ..*sample
        })
        .collect();
    assert_eq!(fit_one(&soft), fit_one(&hard));
}

#[test]
fn calibration_lowers_the_error_and_keeps_the_order() {
    let samples = made(0.5, 2.0, 5_000);
    let fitted = fit_one(&samples);
    assert!(fitted.quality.errors[0] > 0.1, "{fitted:?}");
    assert!(fitted.quality.errors[1] < 0.03, "{fitted:?}");
    let mut raw: Vec<f32> = samples.iter().map(|sample| sample.probability).collect();
    raw.sort_by(f32::total_cmp);
    let shown: Vec<f32> = raw.iter().map(|p| fitted.calibration.apply(*p)).collect();
    assert!(shown.is_sorted());
}

#[test]
fn few_positives_among_many_do_not_explode_the_calibration() {
    for at in [0.999_f32, 1.0, 0.5, 1e-30, 0.0] {
        let mut samples: Vec<Sample> = (0..500)
            .map(|n| Sample {
                probability: n as f32 * 1e-5,
                label: 0.0,
            })
            .collect();
        let positive = Sample {
            probability: at,
            label: 1.0,
        };
        samples.extend([positive; FEWEST_POSITIVES]);
        let found = fit_one(&samples).calibration;
        assert!((0.01..4.0).contains(&found.slope), "{at}: {found:?}");
        assert!(found.offset.abs() < 12.0, "{at}: {found:?}");
        assert!((0.0..=1.0).contains(&found.threshold), "{at}: {found:?}");
    }
}

#[test]
fn a_tag_whose_order_is_wrong_keeps_a_slope_above_0() {
    let samples: Vec<Sample> = made(1.0, 0.0, 2_000)
        .into_iter()
        .map(|sample| Sample {
            label: 1.0 - sample.label,
            ..sample
        })
        .collect();
    let found = fit_one(&samples).calibration;
    assert_eq!(found.slope, LEAST_SLOPE);
    // Only the tag's share of the clips is left, which is the same for all of them.
    let share = samples.iter().map(|s| f64::from(s.label)).sum::<f64>() / 2_000.0;
    assert!((sigmoid(found.offset) - share).abs() < 0.05, "{found:?}");
}

#[test]
fn tags_that_share_keep_the_order_that_the_network_gives_them() {
    let company = [
        made(1.5, 0.0, 4_000),
        made(1.5, 2.0, 60),
        made(1.5, -2.0, 60),
    ];
    let tags = ["many", "few more", "few less"].map(str::to_owned);
    let fits = |share| {
        fit(&tags, &company, share)
            .into_iter()
            .map(|fit| fit.calibration)
    };
    let offsets = |share| fits(share).map(|c| c.offset).collect::<Vec<_>>();
    let (alone, shared) = (offsets(Share::Nothing), offsets(Share::Together(0.1)));
    for tag in [1, 2] {
        assert!(alone[tag].abs() > 1.0, "{alone:?}");
        assert!(shared[tag].abs() < 0.2, "{shared:?}");
    }
    // What all have in common is found all the same.
    assert!(fits(Share::Together(0.1)).all(|c| (c.slope - 1.5).abs() < 0.2));
    // A wide deviation leaves each tag to itself.
    let free = offsets(Share::Together(3.0));
    assert!((free[1] - alone[1]).abs() < 0.3, "{free:?} {alone:?}");
}

#[test]
fn a_tag_without_clips_or_other_fits_keeps_the_networks_own_values() {
    let fitted = fit_one(&[]);
    assert_eq!(fitted.calibration, Calibration::NONE);
    assert_eq!((fitted.quality.positives, fitted.quality.f1), (0, None));
}

#[test]
fn a_tag_with_few_clips_is_calibrated_like_the_others() {
    let positives = |samples: &[Sample]| samples.iter().filter(|s| s.is_positive()).count();
    let mut rare = made(1.0, 0.0, 400);
    let mut kept = 0;
    rare.retain(|sample| {
        kept += usize::from(sample.is_positive());
        !sample.is_positive() || kept < FEWEST_POSITIVES
    });
    assert_eq!(positives(&rare), FEWEST_POSITIVES - 1);
    let company: Vec<Vec<Sample>> = [(0.6, -1.9), (0.5, -2.0), (0.4, -2.1), (0.5, -2.0)]
        .into_iter()
        .map(|(slope, offset)| made(slope, offset, 20_000))
        .chain([rare, Vec::new()])
        .collect();
    let tags: Vec<String> = (0..company.len()).map(|n| n.to_string()).collect();
    let fits = fit(&tags, &company, Share::Nothing);
    let Calibration { slope, offset, .. } = fits[4].calibration;
    assert!((slope - 0.5).abs() < 0.2, "{slope}");
    assert!((offset + 2.0).abs() < 0.4, "{offset}");
    // A tag that no clip has is doubted, by the deviation of the others.
    let offsets: Vec<f64> = fits[..4].iter().map(|fit| fit.calibration.offset).collect();
    let mean = offsets.iter().sum::<f64>() / 4.0;
    let variance = offsets.iter().map(|o| (o - mean).powi(2)).sum::<f64>() / 4.0;
    let doubted = mean - variance.sqrt().max(LEAST_DEVIATION);
    assert!(
        (fits[5].calibration.offset - doubted).abs() < 1e-5,
        "{fits:?}"
    );
    // The other tags are fitted as if they were alone.
    assert_eq!(fits[0].calibration, fit_one(&company[0]).calibration);
}

#[test]
fn the_quality_is_that_of_the_clips_that_are_asked_about() {
    let calibration = Calibration {
        threshold: 0.4,
        ..Calibration::NONE
    };
    let sample = |probability: f32, label: f32| Sample { probability, label };
    // Three clips are tagged, two of them rightly, and one of three is missed.
    let samples = [
        sample(0.45, 1.0),
        sample(0.45, 1.0),
        sample(0.45, 0.0),
        sample(0.15, 1.0),
    ];
    let found = quality(&calibration, &samples);
    assert_eq!((found.clips, found.positives), (4, 3));
    assert!((found.f1.unwrap() - 2.0 / 3.0).abs() < 1e-12);
    // Bin 0.4 to 0.5: 0.45 against 2/3; bin 0.1 to 0.2: 0.15 against 1.
    let expected = (2.0 - 3.0 * 0.45 + 0.85) / 4.0;
    assert!((found.errors[0] - expected).abs() < 1e-7, "{found:?}");
    assert_eq!(found.errors[0], found.errors[1]);
}

#[test]
fn the_threshold_is_the_one_of_the_best_f1_in_calibrated_values() {
    let sample = |probability: f32, label: f32| Sample { probability, label };
    // At 0.3 and above: three of four are right, all three found.
    let samples = [
        sample(0.6, 1.0),
        sample(0.5, 0.0),
        sample(0.4, 1.0),
        sample(0.3, 1.0),
        sample(0.2, 0.0),
        sample(0.1, 0.0),
    ];
    // Twice each, so that there are enough to fit.
    let fitted = fit_one(&[samples, samples].concat());
    assert!((fitted.quality.f1.expect("positives") - 6.0 / 7.0).abs() < 1e-12);
    let threshold = fitted.calibration.threshold;
    let reaches = |p: f32| f64::from(fitted.calibration.apply(p)) >= threshold;
    assert!(reaches(0.3) && !reaches(0.29), "{fitted:?}");
}

#[test]
fn the_calibration_error_is_that_of_a_hand_computed_example() {
    // Bin 0.9 to 1: mean 0.95 against 0.5; bin 0.1 to 0.2: 0.15 against 0.
    let samples = [(0.95, 1.0), (0.95, 0.0), (0.15, 0.0), (0.15, 0.0)];
    let error = calibration_error(samples.into_iter());
    assert!((error - (0.45 + 0.15) / 2.0).abs() < 1e-7, "{error}");
    assert_eq!(calibration_error([(1.0, 1.0)].into_iter()), 0.0);
    assert_eq!(calibration_error(std::iter::empty()), 0.0);
}

#[test]
fn clips_that_all_have_a_tag_do_not_show_it_everywhere() {
    let others = [
        made(1.0, 0.0, 400),
        made(1.2, 0.3, 400),
        made(0.9, -0.3, 400),
    ];
    let always: Vec<Sample> = (0..20)
        .map(|n| Sample {
            probability: 0.01 + n as f32 / 1_000.0,
            label: 1.0,
        })
        .collect();
    let tags: Vec<String> = ["a", "b", "c", "always"].map(str::to_owned).to_vec();
    let samples = [others.to_vec(), vec![always]].concat();
    let found = fit(&tags, &samples, Share::Nothing).remove(3).calibration;
    assert!(found.apply(0.02) < 0.1, "{found:?}");
    assert_eq!(found.threshold, Calibration::NONE.threshold);
}
