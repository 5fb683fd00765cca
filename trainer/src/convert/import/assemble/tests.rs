//! Made-up weights are folded or refused.

use super::*;
use crate::convert::import::preset::{CHOI2016_CNN, Dialect, Published, WON2020_FCN};
use crate::convert::network::Activation;
use crate::weights::Tensor;

/// One block with one map, two tags.
fn assembled(dialect: &Preset, norm: InputNorm, weights: &Weights) -> NetworkWeights {
    let fcn = Fcn {
        input_norm: ("in", norm),
        blocks: &[Block {
            conv: "conv",
            norm: "bn",
            maps: 1,
            pool: [1, 1],
        }],
        activation: Activation::Relu,
        dense: "out",
    };
    let preset = Preset {
        network: Published::Fcn(fcn),
        ..*dialect
    };
    assemble(&preset, &fcn, weights).unwrap()
}

fn weights(tensors: &[(&str, &[usize], &[f32])]) -> Weights {
    let tensors = tensors.iter().map(|(name, shape, values)| {
        let tensor = Tensor {
            shape: shape.to_vec(),
            values: values.to_vec(),
        };
        ((*name).to_owned(), tensor)
    });
    Weights {
        tensors: tensors.collect(),
        ..Weights::default()
    }
}

const POINTS: [f32; 9] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];

#[test]
fn a_batch_norm_with_a_variance_is_folded_into_kernel_and_bias() {
    // √(4 − 1e-5 + 1e-5) = 2, so y = (x − 3) · 10 / 2 + 7 = 5 x − 8.
    let variance = 4.0 - 1e-5;
    let weights = weights(&[
        ("in.weight", &[1], &[10.0]),
        ("in.bias", &[1], &[7.0]),
        ("in.running_mean", &[1], &[3.0]),
        ("in.running_var", &[1], &[variance]),
        ("conv.weight", &[1, 1, 3, 3], &POINTS),
        ("conv.bias", &[1], &[0.5]),
        ("bn.weight", &[1], &[10.0]),
        ("bn.bias", &[1], &[7.0]),
        ("bn.running_mean", &[1], &[3.0]),
        ("bn.running_var", &[1], &[variance]),
        ("out.weight", &[2, 1], &[1.0, 2.0]),
        ("out.bias", &[2], &[3.0, 4.0]),
    ]);
    let network = assembled(&WON2020_FCN, InputNorm::Channel, &weights);
    let close = |a: f32, b: f32| assert!((a - b).abs() < 1e-5, "{a} is not {b}");
    let input = network.input.unwrap();
    close(input.gain[0], 5.0);
    close(input.offset[0], -8.0);
    for (found, point) in network.blocks[0].kernels.iter().zip(POINTS) {
        close(*found, 5.0 * point);
    }
    close(network.blocks[0].bias[0], 5.0 * 0.5 - 8.0);
    assert_eq!(network.dense, [1.0, 2.0]);
    assert_eq!(network.dense_bias, [3.0, 4.0]);
}

#[test]
fn theano_kernels_are_flipped_and_its_spread_is_a_deviation() {
    let frames = 1366;
    let (ones, zeros) = (vec![1.0; frames], vec![0.0; frames]);
    let mut mean = zeros.clone();
    mean[3] = 2.0;
    // 4 + 1e-6 divides, not its root: y = (x − 3) · 8 / 4 + 7 = 2 x + 1.
    let weights = weights(&[
        ("in_gamma", &[frames], &ones),
        ("in_beta", &[frames], &zeros),
        ("in_running_mean", &[frames], &mean),
        ("in_running_std", &[frames], &ones),
        ("conv_W", &[1, 1, 3, 3], &POINTS),
        ("conv_b", &[1], &[0.5]),
        ("bn_gamma", &[1], &[8.0]),
        ("bn_beta", &[1], &[7.0]),
        ("bn_running_mean", &[1], &[3.0]),
        ("bn_running_std", &[1], &[4.0]),
        ("out_W", &[1, 2], &[1.0, 2.0]),
        ("out_b", &[2], &[3.0, 4.0]),
    ]);
    let network = assembled(&CHOI2016_CNN, InputNorm::Frame, &weights);
    let input = network.input.unwrap();
    assert_eq!(input.gain.len(), frames);
    let close = |a: f32, b: f32| assert!((a - b).abs() < 1e-4, "{a} is not {b}");
    close(input.offset[2], 0.0);
    close(input.offset[3], -2.0);
    for (found, point) in network.blocks[0].kernels.iter().zip(POINTS.iter().rev()) {
        close(*found, 2.0 * point);
    }
    close(network.blocks[0].bias[0], 2.0);
}

#[test]
fn dense_weights_are_turned_to_tag_by_map() {
    let dialect = Dialect {
        dense_in_out: true,
        ..WON2020_FCN.dialect
    };
    let weights = weights(&[
        ("out.weight", &[3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
        ("out.bias", &[2], &[0.0, 0.0]),
    ]);
    let mut file = File::new(&weights, &dialect);
    let (dense, _) = file.dense("out", 3).unwrap();
    assert_eq!(dense, [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]);
}
