//! Sizes and beginnings of networks, and the scaling of rows.

use super::*;

#[test]
fn fcn5_has_25_million_weights_and_the_compact_one_fewer_than_a_million() {
    let count = |name: &str| {
        let architecture = Architecture::named(name).unwrap();
        Parameters::zeros(architecture, 1.0, 96, 50).trained()
    };
    assert_eq!(count("fcn5") / 1_000_000, 25);
    assert_eq!(count("fcn5-compact"), 862_482);
}

#[test]
fn kernels_start_with_the_deviation_of_he_and_the_seed_decides_them() {
    let architecture = Architecture::named("fcn5-compact").unwrap();
    let random = |seed| Parameters::random(architecture, 1.0, 96, 50, seed);
    let block = &random(1).blocks[1];
    let count = block.kernels.len() as f32;
    let power = block.kernels.iter().map(|value| value * value).sum::<f32>() / count;
    assert!((power * block.fan_in() as f32 / 2.0 - 1.0).abs() < 0.02);
    assert_eq!(random(1), random(1));
    assert_ne!(random(1), random(2));
}

#[test]
fn rows_of_any_size_are_scaled_alike_and_a_constant_row_stays_quiet() {
    const FRAMES: usize = 5000;
    // Mean and deviation of a 0th coefficient, of a derivative, and of silence.
    let rows = [(-2.0, 0.7), (0.0, 0.005), (-3.0, 0.0)];
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut window = || {
        let mut noise = vec![0.0; 3 * FRAMES];
        fill(&mut noise, 1.0, &mut rng);
        let rows = noise.chunks_exact_mut(FRAMES).zip(rows);
        rows.for_each(|(row, (mean, deviation))| {
            row.iter_mut().for_each(|x| *x = mean + deviation * *x);
        });
        noise
    };
    let windows = [window(), window()];
    let found = RowScaling::measured(3, windows.clone().map(Ok::<_, ()>)).unwrap();
    for (gain, (_, deviation)) in found.gain.iter().zip(rows) {
        assert!(
            (gain * f32::max(deviation, 1e-3) - 1.0).abs() < 0.05,
            "{gain}"
        );
    }
    let scaled = found.apply(&windows.concat(), FRAMES);
    for row in [0, 1, 2] {
        let rows = scaled.chunks_exact(FRAMES).skip(row).step_by(3);
        let values: Vec<f32> = rows.flatten().copied().collect();
        let mean = values.iter().sum::<f32>() / (2 * FRAMES) as f32;
        let power = values.iter().map(|x| x * x).sum::<f32>() / (2 * FRAMES) as f32;
        assert!(mean.abs() < 1e-3, "{mean}");
        assert!(
            (power - if row == 2 { 0.0 } else { 1.0 }).abs() < 1e-2,
            "{power}"
        );
    }
    let none = RowScaling::measured(3, Vec::<Result<Vec<f32>, ()>>::new()).unwrap();
    assert_eq!(none, RowScaling::identity(3));
}

#[test]
fn a_frame_wide_kernel_covers_all_bands() {
    let architecture = Architecture::named("mfcc").unwrap();
    let parameters = Parameters::zeros(architecture, 0.1, 90, 5);
    assert_eq!(parameters.blocks[0].kernel, [90, 1]);
    assert_eq!(parameters.blocks[1].kernel, [1, 1]);
}
