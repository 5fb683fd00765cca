//! Every inconsistency of a model file is a named error.

use std::path::Path;

use proptest::prelude::*;
use prost::Message;
use serde_json::json;
use tagline_engine::{
    Calibration, FrontEndSpec, Model, ModelError, ModelInfo, OutputKind, write_metadata,
};
use tagline_tests::{TinyModel, tiny_model};
use tract_onnx::pb::tensor_proto::{DataLocation, DataType};
use tract_onnx::pb::tensor_shape_proto::dimension::Value as DimValue;
use tract_onnx::pb::type_proto::Value as TypeValue;
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, StringStringEntryProto, TensorProto,
    attribute_proto::AttributeType,
};

const TAGS: [&str; 3] = ["low", "middle", "high"];

fn tiny() -> TinyModel {
    TinyModel::new(&TAGS, 20)
}

fn open(model: &TinyModel) -> Result<Model, ModelError> {
    Model::from_bytes(model.bytes(), None)
}

/// Why the tiny model is refused after `change` to its graph.
fn refusal(change: impl FnOnce(&mut GraphProto)) -> ModelError {
    let mut tiny = tiny();
    change(tiny.model.graph.as_mut().unwrap());
    open(&tiny).unwrap_err()
}

/// Why the tiny model is refused with the metadata property `key` set to `value`.
fn metadata_refusal(key: &str, value: &str) -> ModelError {
    open(&tiny().with(key, Some(value))).unwrap_err()
}

/// A sidecar with the tiny model's metadata.
fn sidecar() -> serde_json::Value {
    let metadata = tiny().metadata;
    let get = |key: &str| {
        let found = metadata.iter().find(|(k, _)| k == key);
        found.unwrap().1.clone()
    };
    serde_json::json!({
        "format": "1", "name": "Beside", "version": "2", "licence": "MIT", "provenance": "A test.",
        "tags": TAGS, "output": "logits",
        "front_end": serde_json::from_str::<serde_json::Value>(&get("tagline.front_end")).unwrap(),
    })
}

fn without_metadata() -> TinyModel {
    let mut tiny = tiny();
    tiny.metadata.clear();
    tiny
}

/// Asserts that an expression matches a pattern, and prints the value where it does not.
macro_rules! assert_matches {
    ($value:expr, $pattern:pat $(if $guard:expr)?) => {
        match $value {
            $pattern $(if $guard)? => {}
            other => panic!("{other:?}"),
        }
    };
}

#[test]
fn a_sound_model_tells_all_it_says_of_itself() {
    let model = open(&tiny()).unwrap();
    let info = model.info();
    assert_eq!(info.name, "Tiny");
    assert_eq!(info.licence, "CC0-1.0");
    assert_eq!(info.tags, TAGS);
    assert_eq!(info.front_end.frames, 20);
    assert_eq!(info.output, OutputKind::Probabilities);
    assert_eq!(info.sha256.len(), 64);
    assert_eq!(model.onnx(), tiny().bytes());
}

#[test]
fn what_is_written_is_what_is_read() {
    let mut info = ModelInfo::clone(open(&tiny()).unwrap().info());
    info.name = "Zweites Modell \"β\"".to_owned();
    info.tags = ["drum & bass", "90s", "\\"].map(str::to_owned).to_vec();
    info.output = OutputKind::Logits;
    info.groups = Some(["genre", "era", "\\"].map(str::to_owned).to_vec());
    info.calibration = Some(vec![
        Calibration {
            slope: 0.75,
            offset: -2.5,
            threshold: 0.375,
        };
        3
    ]);
    info.front_end.floor = 1e-10;
    info.front_end.top_db = Some(80.0);
    let mut model = tiny().model;
    model.metadata_props.push(StringStringEntryProto {
        key: "author".to_owned(),
        value: "somebody".to_owned(),
    });
    write_metadata(&mut model, &info);
    write_metadata(&mut model, &info);
    assert!(
        model
            .metadata_props
            .iter()
            .any(|property| property.key == "author")
    );
    let read = Model::from_bytes(model.encode_to_vec(), None).unwrap();
    info.sha256.clone_from(&read.info().sha256);
    assert_eq!(**read.info(), info);
}

#[test]
fn the_hash_is_that_of_the_file() {
    use sha2::{Digest, Sha256};
    let bytes = tiny().bytes();
    let digest = Sha256::digest(&bytes);
    let expected: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        Model::from_bytes(bytes, None).unwrap().info().sha256,
        expected
    );
}

#[test]
fn a_file_that_is_not_onnx_is_a_named_error() {
    for bytes in [
        &b""[..],
        b"RIFF\x24\x08\x00\x00WAVEfmt ",
        b"{\"tags\": []}",
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04",
        &[0; 4096],
        &[0xff; 4096],
    ] {
        assert_matches!(
            Model::from_bytes(bytes.to_vec(), None).unwrap_err(),
            ModelError::NotOnnx { .. }
        );
    }
}

#[test]
fn a_truncated_file_is_a_named_error() {
    let bytes = tiny().bytes();
    for length in 0..bytes.len() {
        let error = Model::from_bytes(bytes[..length].to_vec(), None).unwrap_err();
        assert!(
            matches!(
                error,
                ModelError::Truncated { .. }
                    | ModelError::NotOnnx { .. }
                    // Cut between two properties, or before the first.
                    | ModelError::MissingKey { .. }
                    | ModelError::MissingMetadata
            ),
            "{length} bytes: {error:?}"
        );
    }
    let half = bytes[..bytes.len() / 2].to_vec();
    assert_matches!(
        Model::from_bytes(half, None).unwrap_err(),
        ModelError::Truncated { .. }
    );
}

#[test]
fn a_file_of_two_gigabytes_is_refused_unread() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.onnx");
    std::fs::File::create(&path)
        .unwrap()
        .set_len(2 << 30)
        .unwrap();
    let error = Model::open(&path).unwrap_err();
    assert_matches!(error.problem(), ModelError::TooLarge { bytes, .. } if *bytes == 2 << 30);
}

#[test]
fn a_folder_a_missing_file_and_a_pipe_are_named_errors() {
    let folder = tempfile::tempdir().unwrap();
    for path in [
        folder.path(),
        &folder.path().join("absent.onnx"),
        Path::new("/dev/zero"),
    ] {
        assert_matches!(Model::open(path).unwrap_err(), ModelError::Io { .. });
    }
}

#[test]
fn an_error_names_the_file_it_is_about() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.onnx");
    std::fs::write(&path, b"not a model").unwrap();
    let error = Model::open(&path).unwrap_err();
    assert!(
        error.to_string().starts_with(&path.display().to_string()),
        "{error}"
    );
    assert_matches!(error.problem(), ModelError::NotOnnx { .. });
}

#[test]
fn millions_of_empty_parts_are_refused_before_they_are_decoded() {
    // Field 7 (the graph) with three million empty nodes of two bytes each.
    let nodes = [0x0a, 0x00].repeat(3_000_000);
    let mut bytes = vec![0x3a];
    prost::encoding::encode_varint(nodes.len() as u64, &mut bytes);
    bytes.extend(nodes);
    assert_matches!(
        Model::from_bytes(bytes, None).unwrap_err(),
        ModelError::TooManyParts { .. }
    );
}

#[test]
fn a_model_without_metadata_needs_a_sidecar() {
    let error = open(&without_metadata()).unwrap_err();
    assert_matches!(&error, ModelError::MissingMetadata);
    assert!(error.to_string().contains(".json"));
}

#[test]
fn a_sidecar_beside_the_file_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.onnx");
    std::fs::write(&path, without_metadata().bytes()).unwrap();
    std::fs::write(path.with_extension("json"), sidecar().to_string()).unwrap();
    let model = Model::open(&path).unwrap();
    assert_eq!(model.info().name, "Beside");
    assert_eq!(model.info().output, OutputKind::Logits);
    assert_eq!(
        (&model.info().groups, &model.info().calibration),
        (&None, &None)
    );
    let mut more = sidecar();
    more["groups"] = serde_json::json!(["pitch", "pitch", "mood"]);
    more["calibration"] = serde_json::json!(vec![Calibration::NONE; 3]);
    std::fs::write(path.with_extension("json"), more.to_string()).unwrap();
    let model = Model::open(&path).unwrap();
    assert_eq!(model.info().groups.as_ref().unwrap()[2], "mood");
    assert_eq!(model.info().calibration, Some(vec![Calibration::NONE; 3]));
}

#[test]
fn groups_that_do_not_fit_the_tags_or_a_hosts_tree_are_named_errors() {
    for (groups, reason) in [
        (r#"["a", "b"]"#, "2 entries for 3 tags"),
        (r#"["a", "b", " "]"#, "the group of `high` is empty"),
        (r#"["a", "b/c", "d"]"#, "the group of `middle` holds"),
        (r#"["a\n", "b", "d"]"#, "the group of `low` holds"),
        ("[1, 2, 3]", "invalid type"),
        ("genre", "expected"),
    ] {
        let error = metadata_refusal("tagline.groups", groups).to_string();
        assert!(error.contains("`tagline.groups`"), "{error}");
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn a_calibration_that_would_not_keep_the_order_is_a_named_error() {
    let good = r#"{"slope":1,"offset":0,"threshold":0.5}"#;
    let with = |bad: &str| {
        let json = format!("[{good},{bad},{good}]");
        metadata_refusal("tagline.calibration", &json).to_string()
    };
    for (bad, reason) in [
        (r#"{"slope":0,"offset":0,"threshold":0.5}"#, "`slope` is 0"),
        (
            r#"{"slope":-1,"offset":0,"threshold":0.5}"#,
            "`slope` is -1",
        ),
        (
            r#"{"slope":1,"offset":0,"threshold":1.5}"#,
            "`threshold` is 1.5",
        ),
        (
            r#"{"slope":1e999,"offset":0,"threshold":0.5}"#,
            "out of range",
        ),
        (
            r#"{"slope":1,"offset":"x","threshold":0.5}"#,
            "invalid type",
        ),
        (r#"{"slope":1,"offset":0}"#, "threshold"),
        (r#"{"slope":1,"offset":0,"threshold":0.5,"bias":1}"#, "bias"),
    ] {
        let error = with(bad);
        assert!(error.contains("`tagline.calibration`"), "{error}");
        assert!(error.contains(reason), "{error}");
    }
    let short = metadata_refusal("tagline.calibration", &format!("[{good}]")).to_string();
    assert!(short.contains("1 entries for 3 tags"), "{short}");
    let mut beside = sidecar();
    beside["calibration"] = serde_json::json!([{"slope": 1, "offset": 0, "threshold": 2}]);
    let error = Model::from_bytes(without_metadata().bytes(), Some(&beside.to_string()));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("`calibration` in the sidecar"), "{error}");
}

#[test]
fn the_files_own_metadata_wins_over_a_sidecar() {
    let model = Model::from_bytes(tiny().bytes(), Some(&sidecar().to_string())).unwrap();
    assert_eq!(model.info().name, "Tiny");
    // Even if it is not complete: two half descriptions are not one.
    let incomplete = tiny().with("tagline.tags", None).bytes();
    assert_matches!(
        Model::from_bytes(incomplete, Some(&sidecar().to_string())).unwrap_err(),
        ModelError::MissingKey { key, .. } if key == "tagline.tags"
    );
}

#[test]
fn every_property_is_needed() {
    for (key, _) in tiny().metadata {
        assert_matches!(
            open(&tiny().with(&key, None)).unwrap_err(),
            ModelError::MissingKey { key: missing, .. } if missing == key
        );
    }
}

#[test]
fn a_property_that_is_there_twice_is_a_named_error() {
    let mut tiny = tiny();
    tiny.metadata
        .push(("tagline.name".to_owned(), "Other".to_owned()));
    assert_matches!(open(&tiny).unwrap_err(), ModelError::Metadata { key, .. } if key == "tagline.name");
}

#[test]
fn an_unknown_format_version_is_a_named_error() {
    assert_matches!(
        metadata_refusal("tagline.format", "2"),
        ModelError::FormatVersion { found, .. } if found == "2"
    );
    let mut sidecar = sidecar();
    sidecar["format"] = "7".into();
    assert_matches!(
        Model::from_bytes(without_metadata().bytes(), Some(&sidecar.to_string())).unwrap_err(),
        ModelError::FormatVersion { found, .. } if found == "7"
    );
}

#[test]
fn bad_json_in_the_metadata_is_a_named_error() {
    for (key, value) in [
        ("tagline.tags", "[\"a\", "),
        ("tagline.tags", "{}"),
        ("tagline.tags", "[1, 2, 3]"),
        ("tagline.front_end", "12000"),
        ("tagline.front_end", "{}"),
        ("tagline.output", "maybe"),
    ] {
        assert_matches!(metadata_refusal(key, value), ModelError::Metadata { key: k, .. } if k == key);
    }
    let deep = "[".repeat(100_000);
    assert_matches!(
        metadata_refusal("tagline.tags", &deep),
        ModelError::Metadata { .. }
    );
}

#[test]
fn a_bad_sidecar_is_a_named_error() {
    let open = |text: &str| Model::from_bytes(without_metadata().bytes(), Some(text)).unwrap_err();
    for text in ["", "[]x", "{\"format\": \"1\"}", "\u{0}"] {
        assert_matches!(open(text), ModelError::Metadata { .. });
    }
    assert_matches!(open("{}"), ModelError::MissingKey { key, .. } if key == "format");
    let mut unknown = sidecar();
    unknown["colour"] = "red".into();
    let error = open(&unknown.to_string());
    assert!(error.to_string().contains("colour"), "{error}");
}

#[test]
fn empty_duplicate_and_unprintable_tags_are_named_errors() {
    let tags = |tags: &str| metadata_refusal("tagline.tags", tags);
    assert_matches!(tags("[]"), ModelError::NumberOfTags { tags: 0, .. });
    assert_matches!(tags(r#"["a", " ", "c"]"#), ModelError::Tag { index: 1, .. });
    assert_matches!(
        tags(r#"["a", "b", "a\nb"]"#),
        ModelError::Tag { index: 2, .. }
    );
    let long = format!("[\"a\", \"b\", \"{}\"]", "x".repeat(300));
    assert_matches!(tags(&long), ModelError::Tag { index: 2, .. });
    assert_matches!(
        tags(r#"["a", "b", "a"]"#),
        ModelError::DuplicateTag {
            first: 0,
            second: 2,
            ..
        }
    );
}

#[test]
fn a_tag_count_unlike_the_output_is_a_named_error() {
    for tags in [r#"["a", "b"]"#, r#"["a", "b", "c", "d"]"#] {
        assert_matches!(
            metadata_refusal("tagline.tags", tags),
            ModelError::TagCount { outputs: 3, .. }
        );
    }
}

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

fn front_end(spec: &FrontEndSpec) -> serde_json::Value {
    serde_json::to_value(spec).unwrap()
}

#[test]
fn fields_that_do_not_go_with_the_feature_are_named_errors() {
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
        // Written anew, it says the same.
        let mut proto = ModelProto::decode(model.onnx()).unwrap();
        write_metadata(&mut proto, model.info());
        let again = Model::from_bytes(proto.encode_to_vec(), None).unwrap();
        assert_eq!(again.info().front_end, spec);
        // With the rows of another kind it is refused.
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
            let tensor = graph.input[0]
                .r#type
                .as_mut()
                .unwrap()
                .value
                .as_mut()
                .unwrap();
            let TypeValue::TensorType(tensor) = tensor;
            tensor.shape.as_mut().unwrap().dim[axis].value = Some(DimValue::DimValue(length));
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
    let double = refusal(|graph| {
        let tensor = graph.input[0]
            .r#type
            .as_mut()
            .unwrap()
            .value
            .as_mut()
            .unwrap();
        let TypeValue::TensorType(tensor) = tensor;
        tensor.elem_type = DataType::Double as i32;
    });
    assert!(double.to_string().contains("Double"), "{double}");
}

#[test]
fn batch_and_time_may_be_left_open() {
    let mut tiny = tiny();
    let graph = tiny.model.graph.as_mut().unwrap();
    let TypeValue::TensorType(tensor) = graph.input[0]
        .r#type
        .as_mut()
        .unwrap()
        .value
        .as_mut()
        .unwrap();
    let dims = &mut tensor.shape.as_mut().unwrap().dim;
    dims[0].value = None;
    dims[3].value = Some(DimValue::DimParam("time/2 + ((".to_owned()));
    open(&tiny).unwrap();
}

#[test]
fn more_than_one_input_or_output_is_a_named_error() {
    let error = refusal(|graph| {
        let mut second = graph.input[0].clone();
        second.name = "mask".to_owned();
        graph.input.push(second);
    });
    assert_matches!(error, ModelError::InputsOrOutputs { what: "inputs", count: 2, names } if names == "log_mel, mask");
    let error = refusal(|graph| {
        let mut second = graph.output[0].clone();
        second.name = "logits".to_owned();
        graph.output.push(second);
    });
    assert_matches!(
        error,
        ModelError::InputsOrOutputs {
            what: "outputs",
            count: 2,
            ..
        }
    );
    assert_matches!(
        refusal(|graph| graph.input.clear()),
        ModelError::Graph { .. }
    );
    assert_matches!(
        refusal(|graph| graph.output.clear()),
        ModelError::InputsOrOutputs {
            what: "outputs",
            count: 0,
            ..
        }
    );
}

#[test]
fn weights_that_are_listed_as_inputs_do_not_count_as_inputs() {
    let mut tiny = tiny();
    let graph = tiny.model.graph.as_mut().unwrap();
    let mut weight = graph.input[0].clone();
    weight.name = "weight".to_owned();
    graph.input.insert(0, weight);
    open(&tiny).unwrap();
}

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
fn a_weight_that_is_no_number_is_a_named_error() {
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
    // The same in the field for floats, for doubles and for halves.
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

#[test]
fn an_unknown_operator_is_named() {
    let error = refusal(|graph| graph.node[3].op_type = "Entropy".to_owned());
    assert_matches!(error, ModelError::Operator { operator, .. } if operator == "Entropy");
    let error = refusal(|graph| graph.node[3].domain = "com.example".to_owned());
    assert_matches!(error, ModelError::Operator { operator, .. } if operator == "com.example::Sigmoid");
    assert_matches!(
        refusal(|graph| graph.node[3].op_type = "Loop".to_owned()),
        ModelError::Operator { .. }
    );
}

#[test]
fn a_gru_that_tract_would_compute_wrongly_is_refused_with_the_reason() {
    fn strings(name: &str, values: &[&str]) -> AttributeProto {
        AttributeProto {
            name: name.to_owned(),
            strings: values
                .iter()
                .map(|value| value.as_bytes().to_vec())
                .collect(),
            r#type: AttributeType::Strings as i32,
            ..AttributeProto::default()
        }
    }
    let gru = |attribute: AttributeProto| {
        refusal(|graph| {
            graph.node[3].op_type = "GRU".to_owned();
            graph.node[3].attribute = vec![attribute];
        })
    };
    let error = gru(strings("activations", &["HardSigmoid", "Tanh"]));
    assert_matches!(&error, ModelError::Miscomputed { operator, .. } if operator == "GRU");
    assert!(error.to_string().contains("HardSigmoid"), "{error}");
    let both_ways = ["Sigmoid", "Tanh", "Sigmoid", "Relu"];
    assert_matches!(
        gru(strings("activations", &both_ways)),
        ModelError::Miscomputed { .. }
    );
    let reverse = AttributeProto {
        name: "direction".to_owned(),
        s: b"reverse".to_vec(),
        ..AttributeProto::default()
    };
    assert_matches!(gru(reverse), ModelError::Miscomputed { .. });
    let clip = AttributeProto {
        name: "clip".to_owned(),
        f: 3.0,
        ..AttributeProto::default()
    };
    assert_matches!(gru(clip), ModelError::Miscomputed { .. });
    // With the activations that tract computes, only its missing inputs are at fault.
    assert_matches!(
        gru(strings("activations", &["Sigmoid", "Tanh"])),
        ModelError::Network { .. }
    );
}

#[test]
fn a_graph_that_is_not_wired_is_a_named_error() {
    let changes: [fn(&mut GraphProto); 6] = [
        |graph| graph.node[1].input[0] = "nowhere".to_owned(),
        |graph| graph.node[0].input[0] = "logits".to_owned(),
        |graph| graph.node.swap(0, 3),
        |graph| graph.node[3].output[0] = "logits".to_owned(),
        |graph| graph.output[0].name = "nowhere".to_owned(),
        |graph| graph.initializer[1].name = "weight".to_owned(),
    ];
    for change in changes {
        assert_matches!(refusal(change), ModelError::Graph { .. });
    }
    let mut tiny = tiny();
    tiny.model.graph = None;
    assert_matches!(open(&tiny).unwrap_err(), ModelError::Graph { .. });
}

#[test]
fn an_unsupported_operator_set_is_a_named_error() {
    for version in [0, 6, 99, i64::MIN] {
        let mut tiny = tiny();
        tiny.model.opset_import[0].version = version;
        assert_matches!(open(&tiny).unwrap_err(), ModelError::Opset { .. });
    }
    let mut tiny = tiny();
    tiny.model.opset_import.clear();
    assert_matches!(open(&tiny).unwrap_err(), ModelError::Opset { .. });
}

#[test]
fn nodes_that_would_need_more_memory_than_any_machine_has_are_refused() {
    let ints = |name: &str, ints: Vec<i64>| AttributeProto {
        name: name.to_owned(),
        ints,
        r#type: AttributeType::Ints as i32,
        ..AttributeProto::default()
    };
    // By a convolution's padding: seen in the shapes.
    let padded = refusal(|graph| {
        graph.node[0].attribute = vec![ints("pads", vec![60_000; 4])];
    });
    assert_matches!(padded, ModelError::TooMuchMemory { .. });
}

/// The tiny model with its weights as int8, so many scales for them on the first axis, and its
/// input in steps of uint8, with so many scales for all of it.
fn quantized(weight_scales: i64, input_scales: i64) -> Result<Model, ModelError> {
    let mut tiny = tiny();
    let graph = tiny.model.graph.as_mut().unwrap();
    let tensor = |name: &str, data_type: DataType, length: i64, bytes: &[u8]| TensorProto {
        name: name.to_owned(),
        dims: if length == 1 { vec![] } else { vec![length] },
        data_type: data_type as i32,
        raw_data: bytes.repeat(length as usize),
        ..TensorProto::default()
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
    let node = |op_type: &str, input: [&str; 3], output: &str, axis: i64| NodeProto {
        op_type: op_type.to_owned(),
        input: input.map(str::to_owned).to_vec(),
        output: vec![output.to_owned()],
        attribute: vec![AttributeProto {
            name: "axis".to_owned(),
            i: axis,
            r#type: AttributeType::Int as i32,
            ..AttributeProto::default()
        }],
        ..NodeProto::default()
    };
    graph.node[0].input = vec!["steps_f32".into(), "weight_f32".into(), "bias".into()];
    let before = [
        node(
            "DequantizeLinear",
            ["weight", "weight_scale", "weight_zero"],
            "weight_f32",
            0,
        ),
        node("QuantizeLinear", ["log_mel", "scale", "zero"], "steps", 1),
        node(
            "DequantizeLinear",
            ["steps", "scale", "zero"],
            "steps_f32",
            1,
        ),
    ];
    graph.node.splice(0..0, before);
    open(&tiny)
}

#[test]
fn a_quantized_network_opens_and_its_scales_must_fit() {
    assert_matches!(quantized(3, 1), Ok(_));
    assert_matches!(quantized(1, 1), Ok(_));
    // tract would repeat the shorter one, of the weights or of the window, as often as there are
    // scales.
    for (weight_scales, input_scales) in [(100_000, 1), (2, 1), (3, 100_000), (3, 96)] {
        let error = quantized(weight_scales, input_scales).unwrap_err();
        assert_matches!(&error, ModelError::Graph { .. });
        assert!(error.to_string().contains("scales"), "{error}");
    }
}

/// An initializer of these integers.
fn integers(name: &str, values: &[i64]) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: vec![values.len() as i64],
        data_type: DataType::Int64 as i32,
        int64_data: values.to_vec(),
        ..TensorProto::default()
    }
}

/// An initializer of zeros.
fn zeros(name: &str, dims: &[i64]) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: dims.to_vec(),
        data_type: DataType::Float as i32,
        float_data: vec![0.0; dims.iter().product::<i64>() as usize],
        ..TensorProto::default()
    }
}

fn node(op_type: &str, input: &[&str], output: &str) -> NodeProto {
    NodeProto {
        op_type: op_type.to_owned(),
        input: input.iter().map(|&name| name.to_owned()).collect(),
        output: vec![output.to_owned()],
        ..NodeProto::default()
    }
}

#[test]
fn constants_that_grow_beyond_memory_are_refused_before_they_are_made() {
    let cases = [
        vec![node("ConstantOfShape", &["huge"], "made")],
        // A size that is computed is not known.
        vec![
            node("Mul", &["large", "large"], "square"),
            node("ConstantOfShape", &["square"], "made"),
        ],
        vec![
            node("Shape", &["log_mel"], "shape"),
            node("ConstantOfShape", &["shape"], "made"),
        ],
        vec![node("Expand", &["column", "large"], "made")],
        vec![node("Tile", &["column", "large"], "made")],
        vec![node("Pad", &["column", "large"], "made")],
        // A column times a row.
        vec![node("Mul", &["column", "row"], "made")],
        vec![node("MatMul", &["column", "row"], "made")],
        vec![node("Gather", &["column", "row"], "made")],
    ];
    for nodes in cases {
        let name = nodes.last().unwrap().op_type.clone();
        let error = refusal(|graph| {
            graph.initializer.extend([
                integers("huge", &[1 << 25, 1 << 25]),
                integers("large", &[1, 1 << 20]),
                zeros("column", &[10_000, 1]),
                zeros("row", &[1, 10_000]),
            ]);
            graph.node.splice(0..0, nodes);
        });
        assert!(
            matches!(error, ModelError::TooMuchMemory { .. }),
            "{name}: {error:?}"
        );
    }
}

#[test]
fn ordinary_arithmetic_on_weights_is_accepted() {
    let mut tiny = tiny();
    let graph = tiny.model.graph.as_mut().unwrap();
    graph.initializer.push(zeros("nothing", &[3, 1, 96, 1]));
    graph.node[0].input[1] = "sum".to_owned();
    graph
        .node
        .insert(0, node("Add", &["weight", "nothing"], "sum"));
    open(&tiny).unwrap();
}

#[test]
fn chance_is_refused_because_a_bounce_must_repeat() {
    assert_matches!(
        refusal(|graph| graph.node[3].op_type = "RandomNormalLike".to_owned()),
        ModelError::Operator { operator, .. } if operator == "RandomNormalLike"
    );
}

#[test]
fn an_impossible_convolution_is_a_named_error() {
    let ints = |name: &str, ints: Vec<i64>| AttributeProto {
        name: name.to_owned(),
        ints,
        r#type: AttributeType::Ints as i32,
        ..AttributeProto::default()
    };
    for attribute in [
        ints("strides", vec![0, 0]),
        ints("strides", vec![-1, -1]),
        ints("dilations", vec![0, 0]),
        ints("pads", vec![-5, -5, -5, -5]),
        ints("kernel_shape", vec![1 << 40, 7]),
        AttributeProto {
            name: "group".to_owned(),
            r#type: AttributeType::Int as i32,
            ..AttributeProto::default()
        },
    ] {
        assert_matches!(
            refusal(|graph| graph.node[0].attribute = vec![attribute]),
            ModelError::Graph { .. }
        );
    }
}

/// The generated model, and where there is reference data a real one.
fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![
        TinyModel::new(&TAGS, 8).bytes(),
        tiny_model(&["a", "b", "c", "d"]),
    ];
    if let Some(reference) = tagline_tests::reference("part of model") {
        let path = reference.join("choi2016/models/compact_cnn_batch1.onnx");
        let mut model = ModelProto::decode(&*std::fs::read(path).unwrap()).unwrap();
        model.metadata_props.clear();
        seeds.push(model.encode_to_vec());
    }
    seeds
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// It may be accepted or refused, but it must come back.
    #[test]
    fn no_mutation_of_a_model_makes_opening_it_panic(
        seed in any::<prop::sample::Index>(),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        head in any::<bool>(),
        inserted in prop::option::weighted(0.2, (any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 1..20))),
    ) {
        let seeds = seeds();
        let mut bytes = seeds[seed.index(seeds.len())].clone();
        for (index, value) in changes {
            // Half of the time among the first bytes, where structure is denser than weights.
            let range = if head { bytes.len().min(600) } else { bytes.len() };
            let at = index.index(range);
            bytes[at] = value;
        }
        if let Some((index, new)) = inserted {
            let at = index.index(bytes.len());
            bytes.splice(at..at, new);
        }
        if let Some(index) = cut {
            bytes.truncate(index.index(bytes.len()));
        }
        let sidecar = sidecar().to_string();
        let _ = Model::from_bytes(bytes, Some(&sidecar));
    }

    #[test]
    fn random_bytes_are_never_a_model(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(Model::from_bytes(bytes, None).is_err());
    }
}
