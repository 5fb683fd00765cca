//! A convolution's weights and bias as integers.

use super::plan::Convolution;
use super::range::SMALLEST_SCALE;

/// Largest quantized weight. With 7 bits, two products of a uint8 and a weight fit the 16 bits in
/// which processors without VNNI add them. With 8 bits they could saturate on those processors.
const MAX_WEIGHT: f32 = 63.0;
/// Largest quantized bias. It leaves room in 32 bits for the products that are added to it.
const MAX_BIAS: f32 = (1 << 30) as f32;

/// Parameters of a convolution: weight ≈ `int8 · scale`, bias ≈ `int32 · scale · input's scale`,
/// with a scale for each map.
pub(super) struct Quantized {
    pub int8: Vec<i8>,
    pub bias: Vec<i32>,
    pub scales: Vec<f32>,
}

/// Quantizes `convolution`, whose input comes in steps of `input_scale` and has these means in its
/// channels.
///
/// The means give the average error that rounded weights cause in a map, and it is subtracted from
/// the map's bias (Nagel et al., "Data-free quantization through weight equalization and bias
/// correction", 2019).
pub(super) fn quantize(convolution: &Convolution, input_scale: f32, means: &[f64]) -> Quantized {
    let weights = &convolution.weights;
    let maps = weights.dims[0] as usize;
    // In a grouped convolution a map sees only some channels, so it is left as it is.
    let sees_all = weights.dims.get(1) == Some(&(means.len() as i64));
    let mut quantized = Quantized {
        int8: Vec::with_capacity(weights.values.len()),
        bias: Vec::with_capacity(maps),
        scales: Vec::with_capacity(maps),
    };
    let rows = weights.values.chunks_exact(weights.values.len() / maps);
    for (map, row) in rows.enumerate() {
        let bias = convolution.bias.as_ref();
        let mut bias = bias.map_or(0.0, |bias| f64::from(bias.values[map]));
        let scale = weight_scale(row, bias as f32, input_scale);
        let steps = row.iter().map(|weight| (weight / scale).round_ties_even());
        let int8: Vec<i8> = steps
            .map(|step| step.clamp(-MAX_WEIGHT, MAX_WEIGHT) as i8)
            .collect();
        if sees_all {
            bias -= mean_shift(row, &int8, scale, means);
        }
        // A cast saturates at the type's limits.
        let steps = bias / (f64::from(scale) * f64::from(input_scale));
        quantized.bias.push(steps.round() as i32);
        quantized.int8.extend(int8);
        quantized.scales.push(scale);
    }
    quantized
}

/// The step of a map's weights: its largest weight becomes the largest integer, and its bias fits,
/// too.
fn weight_scale(weights: &[f32], bias: f32, input_scale: f32) -> f32 {
    let largest = weights.iter().fold(0.0f32, |most, w| most.max(w.abs()));
    let for_bias = bias.abs() / MAX_BIAS / input_scale;
    (largest / MAX_WEIGHT).max(for_bias).max(SMALLEST_SCALE)
}

/// How much the rounded weights, `[channel, …]`, raise a map on average.
fn mean_shift(weights: &[f32], int8: &[i8], scale: f32, means: &[f64]) -> f64 {
    let taps = weights.len() / means.len();
    let channels = weights.chunks_exact(taps).zip(int8.chunks_exact(taps));
    channels
        .zip(means)
        .map(|((weights, int8), mean)| {
            let pairs = weights.iter().zip(int8);
            let errors = pairs.map(|(&w, &q)| f64::from(q) * f64::from(scale) - f64::from(w));
            mean * errors.sum::<f64>()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::super::plan::TensorValues;
    use super::*;

    fn convolution(dims: &[i64], values: Vec<f32>, bias: Vec<f32>) -> Convolution {
        Convolution {
            weights: TensorValues {
                dims: dims.to_vec(),
                values,
            },
            bias: Some(TensorValues {
                dims: vec![dims[0]],
                values: bias,
            }),
        }
    }

    fn uneven(count: usize) -> Vec<f32> {
        let value = |i: usize| ((i * 7919 % 1009) as f32 / 1009.0).powi(3) - 0.2;
        (0..count).map(value).collect()
    }

    #[test]
    fn a_maps_mean_answer_survives_rounding() {
        let (weights, means) = (uneven(2 * 3 * 9), [0.5, -2.0, 30.0]);
        let convolution = convolution(&[2, 3, 3, 3], weights.clone(), vec![0.7, -300.0]);
        let found = quantize(&convolution, 0.01, &means);
        for map in 0..2 {
            let taps = map * 27..(map + 1) * 27;
            let answer = |weight: &dyn Fn(usize) -> f64| {
                let products = taps.clone().map(|i| weight(i) * means[i % 27 / 9]);
                products.sum::<f64>()
            };
            let scale = f64::from(found.scales[map]);
            let exact = answer(&|i| f64::from(weights[i])) + [0.7, -300.0][map];
            let bias = f64::from(found.bias[map]) * scale * 0.01;
            let rounded = answer(&|i| f64::from(found.int8[i]) * scale) + bias;
            assert!((rounded - exact).abs() < 1e-3, "{rounded} {exact}");
            for (i, &int8) in found.int8.iter().enumerate().skip(taps.start).take(27) {
                let error = f64::from(int8) * scale - f64::from(weights[i]);
                assert!(error.abs() <= scale * 0.5001, "{i}: {error}");
                assert!((-63..=63).contains(&int8));
            }
        }
    }

    #[test]
    fn a_convolution_in_groups_keeps_its_bias() {
        // Nine weights of one channel, a number that also divides by three channels.
        let convolution = convolution(&[3, 1, 3, 3], uneven(27), vec![1.0; 3]);
        let found = quantize(&convolution, 1.0, &[5.0, 6.0, 7.0]);
        for (bias, scale) in found.bias.iter().zip(found.scales) {
            assert!((*bias as f32 * scale - 1.0).abs() <= scale);
        }
    }

    #[test]
    fn a_map_without_weights_keeps_its_bias() {
        for (bias, input_scale) in [(3.0, 0.1), (-1e6, 1e-15), (0.0, 1e-15)] {
            let convolution = convolution(&[1, 1, 1, 1], vec![0.0], vec![bias]);
            let found = quantize(&convolution, input_scale, &[1.0]);
            assert_eq!(found.int8, [0]);
            let back = found.bias[0] as f32 * found.scales[0] * input_scale;
            assert!((back - bias).abs() <= 1e-6 * bias.abs(), "{bias}: {back}");
        }
    }
}
