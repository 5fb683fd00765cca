//! Compares the processor's own passes with the same mathematics written out in double precision.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use trainer::arch::{ARCHITECTURES, Architecture, Parameters};
use trainer::cpu::{Processor, Windows};

use crate::common::networks;
use crate::common::reference::Reference;

const TAGS: usize = 3;
const CLIPS: usize = 3;

/// Small random windows and labels.
pub fn batch(size: [usize; 2], seed: u64) -> (Vec<f32>, Vec<f32>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let windows = (0..CLIPS * size[0] * size[1]).map(|_| rng.random_range(-2.0..2.0));
    let windows = windows.collect();
    let labels = (0..CLIPS * TAGS).map(|_| f32::from(u8::from(rng.random_bool(0.5))));
    (windows, labels.collect())
}

pub fn parameters(architecture: &Architecture, bands: usize) -> Parameters {
    networks::parameters(architecture, 0.03, bands, TAGS)
}

/// A window whose size the pools do not divide.
pub fn size(architecture: &Architecture) -> [usize; 2] {
    [architecture.input.front_end().input_bands(), 173]
}

fn windows_of(values: &[f32], size: [usize; 2]) -> Windows<'_> {
    Windows {
        values,
        clips: values.len() / (size[0] * size[1]),
        size,
    }
}

pub fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let largest = expected
        .iter()
        .fold(0f32, |largest, value| largest.max(value.abs()));
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let difference = (found - expected).abs();
        assert!(
            difference <= tolerance * largest.max(1e-4),
            "{what} {index}: {found}, not {expected} (largest {largest})"
        );
    }
}

/// Each tensor's gradient is the slope of the loss in a random direction, in double precision.
#[test]
fn every_architectures_gradients_are_the_slopes_of_its_loss() {
    const STEP: f64 = 1e-6;
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    for architecture in ARCHITECTURES {
        let size = size(architecture);
        let mut parameters = parameters(architecture, size[0]);
        let (windows, labels) = batch(size, 2);
        let mut found = Processor::new(architecture).gradients(
            &parameters,
            windows_of(&windows, size),
            &labels,
            None,
        );
        let reference = Reference::new(architecture, &parameters);
        let (loss, statistics) = reference.loss(&windows, size, &labels);
        let name = architecture.name;
        let difference = (f64::from(found.loss) - loss).abs();
        assert!(difference < 1e-5, "{name}: {} {loss}", found.loss);
        // In place of the running statistics stand the batch's own.
        for (block, [mean, variance]) in found.parameters.blocks.iter().zip(&statistics) {
            let narrow = |values: &[f64]| values.iter().map(|x| *x as f32).collect::<Vec<f32>>();
            assert_close(&format!("{name} mean"), &block.mean, &narrow(mean), 2e-3);
            assert_close(
                &format!("{name} variance"),
                &block.variance,
                &narrow(variance),
                2e-3,
            );
        }
        for (number, (tensor, _, gradient)) in found.parameters.tensors().into_iter().enumerate() {
            if tensor.starts_with("input.") || tensor.contains(".running_") {
                continue;
            }
            let direction: Vec<f64> = gradient
                .iter()
                .map(|_| rng.random_range(-1.0..1.0))
                .collect();
            let moved = |by: f64| {
                let mut moved = reference.clone();
                let values = moved.tensors[number].iter_mut().zip(&direction);
                values.for_each(|(value, direction)| *value += by * direction);
                moved.loss(&windows, size, &labels).0
            };
            let expected = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
            let along = gradient.iter().zip(&direction);
            let along: f64 = along.map(|(x, d)| f64::from(*x) * d).sum();
            let norm = gradient
                .iter()
                .map(|x| f64::from(*x).powi(2))
                .sum::<f64>()
                .sqrt();
            assert!(
                (along - expected).abs() <= 2e-3 * norm.max(1e-4),
                "{name} {tensor}: {along}, not {expected} (norm {norm})"
            );
        }
        let rows = if architecture.scaled_rows { 2 } else { 0 };
        let tensors = rows + 5 * architecture.blocks.len() + 2;
        assert_eq!(parameters.tensors().len(), tensors, "{name}");
    }
}

#[test]
fn every_architectures_predictions_are_right_at_any_length() {
    for architecture in ARCHITECTURES {
        for frames in [50, 173, 1366, 3000] {
            let size = [size(architecture)[0], frames];
            let parameters = parameters(architecture, size[0]);
            let (windows, _) = batch(size, 3);
            let found =
                Processor::new(architecture).predict(&parameters, windows_of(&windows, size));
            let expected = Reference::new(architecture, &parameters).predict(&windows, size);
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(&expected) {
                let name = architecture.name;
                assert!(
                    (found - expected).abs() < 1e-5,
                    "{name} {frames}: {found} {expected}"
                );
            }
        }
    }
}

#[test]
fn gradients_have_the_same_bits_on_any_number_of_threads() {
    let architecture = Architecture::named("fcn6").unwrap();
    let size = [96, 1366];
    let parameters = Parameters::random(architecture, 0.05, size[0], TAGS, 1);
    let (windows, labels) = batch(size, 7);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| {
            let windows = Windows {
                values: &windows,
                clips: CLIPS,
                size,
            };
            let mut processor = Processor::new(architecture);
            processor.gradients(&parameters, windows, &labels, Some(3))
        })
    };
    let alone = on(1);
    for threads in [2, 3, 8] {
        let found = on(threads);
        assert_eq!(found.loss.to_bits(), alone.loss.to_bits());
        assert_eq!(found.parameters, alone.parameters, "{threads} threads");
    }
}

#[test]
fn dropout_depends_on_its_seed_alone() {
    let architecture = Architecture::named("fcn5-compact").unwrap();
    let size = size(architecture);
    let parameters = parameters(architecture, size[0]);
    let (windows, labels) = batch(size, 8);
    let mut processor = Processor::new(architecture);
    let mut loss = |seed| {
        let windows = Windows {
            values: &windows,
            clips: CLIPS,
            size,
        };
        processor
            .gradients(&parameters, windows, &labels, seed)
            .loss
    };
    assert_eq!(loss(Some(1)).to_bits(), loss(Some(1)).to_bits());
    assert!(loss(Some(1)) != loss(Some(2)) && loss(Some(1)) != loss(None));
}
