//! Files that are not ONNX, or cannot be read.

use std::path::Path;

use prost::Message;
use tagline_engine::{
    Calibration, Model, ModelError, ModelInfo, OutputKind, TagNote, write_metadata,
};
use tract_onnx::pb::StringStringEntryProto;

use super::{TAGS, assert_matches, open, sidecar, tiny, without_metadata};

#[test]
fn a_sound_model_gives_all_its_metadata() {
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
fn written_metadata_is_read_back() {
    let mut info = ModelInfo::clone(open(&tiny()).unwrap().info());
    info.name = "Zweites Modell \"β\"".to_owned();
    info.tags = ["drum & bass", "90s", "\\"].map(str::to_owned).to_vec();
    info.output = OutputKind::Logits;
    info.groups = Some(["genre", "era", "\\"].map(str::to_owned).to_vec());
    let note = |weak: Option<&str>| TagNote {
        means: "Drums \"&\" bass".to_owned(),
        weak: weak.map(str::to_owned),
    };
    info.notes = Some(vec![note(None), note(Some("\\")), note(None)]);
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
                    // The cut lies between two properties, or before the first.
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
fn a_sidecar_may_begin_with_a_byte_order_mark_and_is_named_if_it_is_too_long() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("beside.onnx");
    std::fs::write(&path, without_metadata().bytes()).unwrap();
    let beside = path.with_extension("json");
    std::fs::write(&beside, format!("\u{feff}{}", sidecar())).unwrap();
    assert_eq!(Model::open(&path).unwrap().info().name, "Beside");
    std::fs::write(&beside, " ".repeat(5 << 20)).unwrap();
    let message = Model::open(&path).unwrap_err().to_string();
    assert!(message.contains("beside.json: "), "{message}");
    assert!(message.contains("a sidecar .json may have"), "{message}");
}

#[test]
fn a_folder_a_missing_file_and_a_pipe_are_named_errors() {
    let folder = tempfile::tempdir().unwrap();
    for path in [
        folder.path(),
        &folder.path().join("absent.onnx"),
        Path::new("/dev/zero"),
    ] {
        let error = Model::open(path).unwrap_err();
        let message = error.to_string();
        assert!(message.contains("choose "), "what to do: {message}");
        assert_matches!(error, ModelError::Io { .. });
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
    // Field 7 (the graph) holds three million empty nodes of two bytes each.
    let nodes = [0x0a, 0x00].repeat(3_000_000);
    let mut bytes = vec![0x3a];
    prost::encoding::encode_varint(nodes.len() as u64, &mut bytes);
    bytes.extend(nodes);
    assert_matches!(
        Model::from_bytes(bytes, None).unwrap_err(),
        ModelError::TooManyParts { .. }
    );
}
