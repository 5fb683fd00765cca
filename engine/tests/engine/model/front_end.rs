//! The front-end that a model asks for, and its network's input.

use prost::Message;
use serde_json::json;
use tagline_engine::{FrontEndError, FrontEndSpec, Model, ModelError, write_metadata};
use tagline_tests::{TinyModel, input_tensor};
use tract_onnx::pb::ModelProto;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::dimension::Value;

use super::{assert_matches, metadata_refusal, open, refusal, sidecar, tiny};

#[test]
fn an_impossible_front_end_is_a_named_error() {
    let base = sidecar()["front_end"].clone();
    for (field, value) in [
        ("sample_rate", serde_json::json!(0)),
        ("sample_rate", serde_json::json!(4_000_000_000u32)),
        ("n_fft", serde_json::json!(0)),
        ("n_fft", serde_json::json!(1u64 << 60)),
        ("hop", serde_json::json!(0)),
        ("mel_bands", serde_json::json!(0)),
        ("frames", serde_json::json!(0)),
        ("frames", serde_json::json!(1u64 << 40)),
        ("f_min_hz", serde_json::json!(-1.0)),
        ("f_max_hz", serde_json::json!(6_001.0)),
        ("f_max_hz", serde_json::json!(0.0)),
        ("exponent", serde_json::json!(0.0)),
        ("floor", serde_json::json!(0.0)),
        ("top_db", serde_json::json!(-80.0)),
        ("scale", serde_json::json!(0.0)),
        ("scale", serde_json::json!(1e39)),
        ("offset", serde_json::json!(-1e300)),
    ] {
        let mut front_end = base.clone();
        front_end[field] = value.clone();
        assert_matches!(
            metadata_refusal("tagline.front_end", &front_end.to_string()),
            ModelError::FrontEnd { field: found, .. } if found == field
        );
    }
}

/// The limits of `docs/model-format.md`: the last good value of each field, and the first bad one. They
/// are the same for a model file and for a front-end made in code.
#[test]
fn a_front_end_has_one_set_of_limits_in_files_and_in_code() {
    let base = sidecar()["front_end"].clone();
    for (field, good, bad) in [
        ("sample_rate", json!(384_000), json!(384_001)),
        ("sample_rate", json!(12_000), json!(11_998)),
        ("n_fft", json!(16), json!(14)),
        ("n_fft", json!(65_536), json!(65_538)),
        ("hop", json!(65_536), json!(65_537)),
        ("mel_bands", json!(96), json!(1_025)),
        ("frames", json!(20), json!(43_691)),
        ("frames", json!(20), json!(28_126)),
        ("exponent", json!(8.0), json!(8.001)),
        ("exponent", json!(0.01), json!(0.009)),
        ("floor", json!(1e6), json!(2e6)),
        ("top_db", json!(1_000.0), json!(1_001.0)),
        ("scale", json!(-1e6), json!(-2e6)),
        ("offset", json!(1e6), json!(2e6)),
    ] {
        let with = |value: &serde_json::Value| {
            let mut front_end = base.clone();
            front_end[field] = value.clone();
            front_end
        };
        let read = |value| serde_json::from_value::<FrontEndSpec>(with(value)).expect("its form");
        assert!(read(&good).validate().is_ok(), "{field} {good}");
        let by_hand = read(&bad).validate().expect_err("beyond the limit");
        let in_file = metadata_refusal("tagline.front_end", &with(&bad).to_string());
        let FrontEndError::Parameter {
            field: named,
            reason,
        } = by_hand
        else {
            panic!("{by_hand}");
        };
        // A smaller rate leaves the mel bands above half of it.
        let expected = if bad == json!(11_998) {
            "f_max_hz"
        } else {
            field
        };
        assert_eq!(named, expected, "{reason}");
        assert_matches!(
            in_file,
            ModelError::FrontEnd { field: found, reason: found_reason }
                if found == named && found_reason == reason
        );
    }
}

fn front_end(spec: &FrontEndSpec) -> serde_json::Value {
    serde_json::to_value(spec).unwrap()
}

#[test]
fn fields_that_do_not_fit_the_feature_are_named_errors() {
    let stft = front_end(&FrontEndSpec::choi2016_stft());
    let mfcc = front_end(&FrontEndSpec::choi2016_mfcc());
    for (base, field, value, word) in [
        (&stft, "feature", json!("cqt"), "cqt"),
        (&stft, "feature", json!("log_mel"), "mel_bands"),
        (&stft, "mel_bands", json!(96), "log_stft"),
        (&stft, "coefficients", json!(30), "log_stft"),
        (&mfcc, "mel_scale", json!(null), "mfcc"),
        (&mfcc, "coefficients", json!(null), "mfcc"),
        (&mfcc, "derivatives", json!(2), "derivatives"),
    ] {
        let mut front_end = base.clone();
        front_end[field] = value;
        let error = metadata_refusal("tagline.front_end", &front_end.to_string());
        assert_matches!(&error, ModelError::Metadata { key, .. } if key == "tagline.front_end");
        assert!(error.to_string().contains(word), "{error}");
    }
    for (field, value) in [
        ("coefficients", json!(0)),
        ("coefficients", json!(97)),
        ("coefficients", json!(u64::MAX)),
        ("top_db", json!(80.0)),
        ("frames", json!(8)),
    ] {
        let mut front_end = mfcc.clone();
        front_end[field] = value;
        assert_matches!(
            metadata_refusal("tagline.front_end", &front_end.to_string()),
            ModelError::FrontEnd { field: found, .. } if found == field
        );
    }
}

#[test]
fn a_model_of_each_kind_of_feature_opens_and_tells_its_front_end() {
    for spec in [
        FrontEndSpec::choi2016(),
        FrontEndSpec::choi2016_stft().with_training_affine(),
        FrontEndSpec::choi2016_mfcc().with_training_affine(),
    ] {
        let spec = FrontEndSpec { frames: 20, ..spec };
        let (json, rows) = (front_end(&spec), spec.input_bands());
        let onnx = TinyModel::on(&["a", "b", "c"], &json, rows, 20).bytes();
        let model = Model::from_bytes(onnx, None).unwrap();
        assert_eq!(model.info().front_end, spec);
        // Written again, it gives the same front-end.
        let mut proto = ModelProto::decode(model.onnx()).unwrap();
        write_metadata(&mut proto, model.info());
        let again = Model::from_bytes(proto.encode_to_vec(), None).unwrap();
        assert_eq!(again.info().front_end, spec);
        // It is refused with the rows of another kind.
        let other = TinyModel::on(&["a", "b", "c"], &json, rows + 1, 20).bytes();
        assert_matches!(
            Model::from_bytes(other, None).unwrap_err(),
            ModelError::InputShape { bands, frames: 20, .. } if bands == rows
        );
    }
}

#[test]
fn an_input_unlike_the_front_end_is_a_named_error() {
    let set = |axis: usize, length: i64| {
        refusal(|graph| {
            let shape = input_tensor(graph).shape.as_mut().unwrap();
            shape.dim[axis].value = Some(Value::DimValue(length));
        })
    };
    for (axis, length) in [(0, 2), (1, 3), (2, 128), (3, 1366), (3, -1), (3, i64::MAX)] {
        let error = set(axis, length);
        assert_matches!(
            &error,
            ModelError::InputShape {
                bands: 96,
                frames: 20,
                ..
            }
        );
        assert!(error.to_string().contains(&length.to_string()), "{error}");
    }
    assert_matches!(
        refusal(|graph| graph.input[0].r#type = None),
        ModelError::InputShape { .. }
    );
    let double = refusal(|graph| input_tensor(graph).elem_type = DataType::Double as i32);
    assert!(double.to_string().contains("Double"), "{double}");
}

#[test]
fn batch_and_time_may_be_left_open() {
    let mut tiny = tiny();
    let graph = tiny.model.graph.as_mut().unwrap();
    let dims = &mut input_tensor(graph).shape.as_mut().unwrap().dim;
    dims[0].value = None;
    dims[3].value = Some(Value::DimParam("time/2 + ((".to_owned()));
    open(&tiny).unwrap();
}
