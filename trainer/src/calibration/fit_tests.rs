//! Calibrations that are known, found again.

use super::*;

/// Clips whose raw probabilities lie all over, labelled by chance as this calibration says; the same
/// every time.
fn made(slope: f64, offset: f64, clips: usize) -> Vec<Sample> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut chance = || {
        // Marsaglia's xorshift64*.
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1u64 << 53) as f64
    };
    (0..clips)
        .map(|_| {
            let probability = sigmoid(12.0 * chance() - 8.0) as f32;
            let truth = sigmoid(slope * logit(probability) + offset);
            let label = f32::from(u8::from(chance() < truth));
            Sample { probability, label }
        })
        .collect()
}

#[test]
fn a_known_slope_and_offset_are_recovered() {
    for (slope, offset) in [(1.0, 0.0), (0.5, 1.5), (2.0, -1.0), (0.3, -2.0)] {
        let found = fit("tag", &made(slope, offset, 40_000)).calibration;
        let apart = (found.slope - slope)
            .abs()
            .max((found.offset - offset).abs());
        assert!(apart < 0.1, "{found:?} for {slope} and {offset}");
    }
}

#[test]
fn soft_labels_are_fitted_as_exactly_as_hard_ones() {
    let samples: Vec<Sample> = made(1.0, 0.0, 2_000)
        .into_iter()
        .map(|sample| Sample {
            label: sigmoid(0.7 * logit(sample.probability) - 0.4) as f32,
            ..sample
        })
        .collect();
    let found = fit("tag", &samples).calibration;
    assert!((found.slope - 0.7).abs() < 0.01, "{found:?}");
    assert!((found.offset + 0.4).abs() < 0.01, "{found:?}");
}

#[test]
fn calibration_lowers_the_error_and_keeps_the_order() {
    let samples = made(0.5, 2.0, 5_000);
    let fitted = fit("tag", &samples);
    assert!(fitted.errors[0] > 0.1, "{fitted:?}");
    assert!(fitted.errors[1] < 0.03, "{fitted:?}");
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
        let found = fit("tag", &samples).calibration;
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
    let found = fit("tag", &samples).calibration;
    assert_eq!(found.slope, LEAST_SLOPE);
    // What is left is the tag's share of the clips, all of them alike.
    let share = samples.iter().map(|s| f64::from(s.label)).sum::<f64>() / 2_000.0;
    assert!((sigmoid(found.offset) - share).abs() < 0.05, "{found:?}");
}

#[test]
fn without_a_positive_clip_the_networks_own_values_stay() {
    for samples in [
        Vec::new(),
        vec![
            Sample {
                probability: 0.9,
                label: 0.0
            };
            40
        ],
    ] {
        let fitted = fit("tag", &samples);
        assert_eq!(fitted.calibration, Calibration::NONE);
        assert_eq!((fitted.positives, fitted.f1), (0, None));
    }
}

#[test]
fn too_few_positives_leave_the_networks_own_values_and_still_give_a_threshold() {
    let mut samples = made(0.5, 2.0, 400);
    let mut kept = 0;
    samples.retain(|sample| {
        kept += usize::from(sample.label >= 0.5);
        sample.label < 0.5 || kept < FEWEST_POSITIVES
    });
    let fitted = fit("tag", &samples);
    assert_eq!(fitted.positives, FEWEST_POSITIVES - 1);
    let Calibration {
        slope,
        offset,
        threshold,
    } = fitted.calibration;
    assert_eq!((slope, offset), (1.0, 0.0));
    assert!(threshold > 0.0 && fitted.f1.is_some());
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
    let fitted = fit("tag", &[samples, samples].concat());
    assert!((fitted.f1.expect("positives") - 6.0 / 7.0).abs() < 1e-12);
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
