//! Burn on the processor, in place of graphics cards.

use super::*;
use crate::arch::{Block, Kernel, Pool};
use crate::data::Input;
use crate::train::{Computer, DeviceChoice, Learner, Precision};

/// Without dropout, whose draws differ from device to device.
static PLAIN: Architecture = Architecture {
    name: "plain",
    title: "Plain",
    input: Input::Mel,
    scaled_rows: false,
    blocks: &[
        Block {
            kernel: Kernel::Square,
            maps: 4,
            pool: Some(Pool::side_by_side([4, 4])),
            dropout: false,
        },
        Block {
            kernel: Kernel::Square,
            maps: 6,
            pool: Some(Pool::side_by_side([2, 5])),
            dropout: false,
        },
    ],
};

/// Burn on the processor, as so many cards.
fn flex(cards: usize) -> Computer {
    Computer::burns_processor(cards, Precision::F32)
}

fn processor() -> Computer {
    DeviceChoice::Cpu.open(1, Precision::F32).unwrap()
}

/// Losses of five steps, and the network after them.
fn trained(batch: &Batch, parameters: &Parameters, computer: &Computer) -> (Vec<f32>, Parameters) {
    let mut learner = Learner::new(&PLAIN, parameters, 1.0, computer);
    let step = |seed| learner.step(batch, 0.01, seed).unwrap();
    let losses = (0..5).map(step).collect();
    (losses, learner.parameters().unwrap())
}

/// The largest difference of the trained numbers of two networks, without their running
/// variances: the unbiased variances of parts do not quite give that of the whole.
fn apart(mut a: Parameters, mut b: Parameters) -> f32 {
    let both = a.tensors().into_iter().zip(b.tensors());
    let trained = both.filter(|((name, ..), _)| !name.ends_with("running_var"));
    trained
        .flat_map(|((_, _, a), (_, _, b))| std::iter::zip(a.clone(), b.clone()))
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

/// Six clips; the second three are the first three again if `twice`.
fn six_clips(twice: bool) -> Batch {
    let period = if twice { 480 } else { 960 };
    let label = |at: usize| [0.0, 1.0, f32::NAN, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0][at];
    let labels = (0..12).map(|at| label(if twice { at % 6 } else { at % 9 }));
    Batch {
        clips: 6,
        size: [8, 20],
        windows: (0..960_usize)
            .map(|at| (at % period * 7 % 31) as f32 / 10.0 - 1.5)
            .collect(),
        labels: labels.collect(),
    }
}

#[test]
fn two_cards_with_the_same_clips_each_learn_what_one_learns_of_all() {
    let batch = six_clips(true);
    let parameters = Parameters::random(&PLAIN, 1.0, 8, 2, 0);
    let (one_losses, one) = trained(&batch, &parameters, &flex(1));
    let (two_losses, two) = trained(&batch, &parameters, &flex(2));
    for (one, two) in one_losses.iter().zip(&two_losses) {
        assert!((one - two).abs() < 1e-3, "{one_losses:?} {two_losses:?}");
    }
    assert!(apart(one, two) < 5e-3);
}

#[test]
fn cards_with_different_clips_and_unknown_labels_learn_together() {
    let batch = six_clips(false);
    let parameters = Parameters::random(&PLAIN, 1.0, 8, 2, 0);
    // Four cards, and clips for three with two each.
    let (losses, _) = trained(&batch, &parameters, &flex(4));
    assert!(losses[4] < losses[0], "{losses:?}");
    assert!(losses.iter().all(|loss| loss.is_finite()));
}

/// With `--features vulkan` or `cuda`.
#[cfg(any(feature = "cuda", feature = "vulkan"))]
#[test]
fn graphics_cards_learn_what_the_processor_learns() {
    let batch = six_clips(false);
    let parameters = Parameters::random(&PLAIN, 1.0, 8, 2, 0);
    let (expected_losses, expected) = trained(&batch, &parameters, &processor());
    for kind in [DeviceChoice::Cuda, DeviceChoice::Vulkan] {
        let card = match kind.open(1, Precision::F32) {
            Ok(card) => card,
            Err(error) => {
                eprintln!("SKIPPED graphics_cards_learn_what_the_processor_learns: {error}");
                continue;
            }
        };
        let (losses, found) = trained(&batch, &parameters, &card);
        for (found, expected) in losses.iter().zip(&expected_losses) {
            let name = &card.name;
            assert!(
                (found - expected).abs() < 1e-3,
                "{name}: {losses:?} {expected_losses:?}"
            );
        }
        assert!(apart(found, expected.clone()) < 5e-3);
    }
}

#[test]
fn convolutions_in_bf16_learn_nearly_the_same() {
    let batch = six_clips(false);
    let parameters = Parameters::random(&PLAIN, 1.0, 8, 2, 0);
    let halved = Computer::burns_processor(1, Precision::Bf16);
    let (exact_losses, exact) = trained(&batch, &parameters, &flex(1));
    let (losses, found) = trained(&batch, &parameters, &halved);
    for (exact, found) in exact_losses.iter().zip(&losses) {
        assert!((exact - found).abs() < 0.02, "{exact_losses:?} {losses:?}");
    }
    // Something was rounded, but not the weights that are kept.
    assert!(losses != exact_losses);
    assert!(apart(exact, found) < 0.1);
}

#[test]
fn burns_own_gradients_lead_to_the_same_network() {
    let batch = Batch {
        clips: 3,
        size: [8, 20],
        windows: (0..480_u16)
            .map(|at| f32::from(at * 7 % 31) / 10.0 - 1.5)
            .collect(),
        labels: vec![0.0, 1.0, f32::NAN, 0.0, 1.0, 0.0],
    };
    let parameters = Parameters::random(&PLAIN, 1.0, 8, 2, 0);
    let train = |computer: &Computer| {
        let mut learner = Learner::new(&PLAIN, &parameters, 1.0, computer);
        let losses: Vec<f32> = (0..5)
            .map(|seed| learner.step(&batch, 0.01, seed).unwrap())
            .collect();
        let probabilities = learner.predict(batch.windows()).unwrap();
        (losses, probabilities, learner.parameters().unwrap())
    };
    let (losses, probabilities, mut found) = train(&processor());
    let (in_burn, expected, mut in_burns) = train(&flex(1));
    let close = |found: &[f32], expected: &[f32]| {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-3, "{found} {expected}");
        }
    };
    close(&losses, &in_burn);
    close(&probabilities, &expected);
    assert!(losses[4] < losses[0], "{losses:?}");
    for ((_, _, found), (_, _, expected)) in found.tensors().into_iter().zip(in_burns.tensors()) {
        close(found, expected);
    }
    assert_ne!(found, parameters);
}
