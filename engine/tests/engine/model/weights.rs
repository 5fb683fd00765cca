//! The tensors in a file.

use tagline_engine::{Model, ModelError};
use tagline_onnx::{integer, node, raw_tensor};
use tract_onnx::pb::tensor_proto::{DataLocation, DataType};
use tract_onnx::pb::{StringStringEntryProto, TensorProto};

use super::{assert_matches, open, refusal, tiny};

#[test]
fn a_claim_of_four_gigabytes_in_a_small_file_is_a_named_error() {
    for dims in [
        vec![1 << 30],
        vec![1 << 40, 1 << 40],
        vec![i64::MAX, i64::MAX, i64::MAX],
        vec![3, 1, 96, 2],
        vec![3, 1, 95, 1],
    ] {
        assert_matches!(
            refusal(|graph| graph.initializer[0].dims = dims),
            ModelError::TensorSize { tensor, .. } if tensor == "weight"
        );
    }
    assert_matches!(
        refusal(|graph| graph.initializer[0].dims = vec![-1]),
        ModelError::Tensor { .. }
    );
    assert_matches!(
        refusal(|graph| graph.initializer[0].dims = vec![1; 100]),
        ModelError::Tensor { .. }
    );
}

#[test]
fn a_weight_that_is_not_a_number_is_a_named_error() {
    for (value, position) in [
        (f32::NAN, 0),
        (f32::INFINITY, 100),
        (f32::NEG_INFINITY, 287),
    ] {
        let error = refusal(|graph| {
            let at = position * 4;
            graph.initializer[0].raw_data[at..at + 4].copy_from_slice(&value.to_le_bytes());
        });
        assert_matches!(error, ModelError::NonFinite { tensor, index, .. } if tensor == "weight" && index == position);
    }
    // The same holds for the fields of floats, doubles and halves.
    let others = [
        (
            DataType::Float,
            TensorProto {
                float_data: vec![0.0, f32::NAN],
                ..TensorProto::default()
            },
        ),
        (
            DataType::Double,
            TensorProto {
                double_data: vec![0.0, f64::NAN],
                ..TensorProto::default()
            },
        ),
        (
            DataType::Float16,
            TensorProto {
                int32_data: vec![0, 0x7e00],
                ..TensorProto::default()
            },
        ),
    ];
    for (data_type, tensor) in others {
        let error = refusal(|graph| {
            graph.initializer.push(TensorProto {
                name: "spare".to_owned(),
                data_type: data_type as i32,
                dims: vec![2],
                ..tensor
            });
        });
        assert_matches!(error, ModelError::NonFinite { index: 1, .. });
    }
}

#[test]
fn external_data_is_refused() {
    let error = refusal(|graph| {
        let weight = &mut graph.initializer[0];
        weight.raw_data.clear();
        weight.data_location = Some(DataLocation::External as i32);
        weight.external_data.push(StringStringEntryProto {
            key: "location".to_owned(),
            value: "../../etc/passwd".to_owned(),
        });
    });
    assert_matches!(error, ModelError::ExternalData { tensor } if tensor == "weight");
}

#[test]
fn a_tensor_of_an_unknown_type_is_a_named_error() {
    for data_type in [
        0,
        DataType::Bfloat16 as i32,
        DataType::String as i32,
        9999,
        -1,
    ] {
        assert_matches!(
            refusal(|graph| graph.initializer[0].data_type = data_type),
            ModelError::Tensor { .. }
        );
    }
}

/// The tiny model with int8 weights, which have this many scales on the first axis, and with its input
/// in steps of uint8, which has this many scales in all.
fn quantized(weight_scales: i64, input_scales: i64) -> Result<Model, ModelError> {
    let mut tiny = tiny();
    let graph = tiny.model.graph.as_mut().unwrap();
    let tensor = |name: &str, data_type: DataType, length: i64, bytes: &[u8]| {
        let dims: &[i64] = if length == 1 { &[] } else { &[length] };
        raw_tensor(name, data_type, dims, bytes.repeat(length as usize))
    };
    let weight = graph
        .initializer
        .iter_mut()
        .find(|t| t.name == "weight")
        .unwrap();
    weight.raw_data = vec![1; 3 * 96];
    weight.data_type = DataType::Int8 as i32;
    let scale = 0.003f32.to_le_bytes();
    graph.initializer.extend([
        tensor("weight_scale", DataType::Float, weight_scales, &scale),
        tensor("weight_zero", DataType::Int8, weight_scales, &[0]),
        tensor(
            "scale",
            DataType::Float,
            input_scales,
            &0.5f32.to_le_bytes(),
        ),
        tensor("zero", DataType::Uint8, input_scales, &[200]),
    ]);
    graph.node[0].input = vec!["steps_f32".into(), "weight_f32".into(), "bias".into()];
    let axis = |axis| vec![integer("axis", axis)];
    let weight = ["weight", "weight_scale", "weight_zero"];
    let before = [
        node("DequantizeLinear", &weight, "weight_f32", axis(0)),
        node(
            "QuantizeLinear",
            &["log_mel", "scale", "zero"],
            "steps",
            axis(1),
        ),
        node(
            "DequantizeLinear",
            &["steps", "scale", "zero"],
            "steps_f32",
            axis(1),
        ),
    ];
    graph.node.splice(0..0, before);
    open(&tiny)
}

#[test]
fn a_quantized_network_opens_and_its_scales_must_fit() {
    assert_matches!(quantized(3, 1), Ok(_));
    assert_matches!(quantized(1, 1), Ok(_));
    // If there are more scales than values, tract would repeat the weights or the window.
    for (weight_scales, input_scales) in [(100_000, 1), (2, 1), (3, 100_000), (3, 96)] {
        let error = quantized(weight_scales, input_scales).unwrap_err();
        assert_matches!(&error, ModelError::Graph { .. });
        assert!(error.to_string().contains("scales"), "{error}");
    }
}
