//! The networks, their inputs, and what their authors' software computed.

use std::path::Path;

use serde_json::{Value, json};
use tagline_engine::Model;
use tagline_tests::npy;
use trainer::convert::import::Import;

use super::compact_input;

/// The four clips.
pub const CLIPS: [&str; 4] = [
    "bensound-actionable",
    "bensound-cute",
    "bensound-dubstep",
    "bensound-thejazzpiano",
];

/// A network, and windows with the probabilities it must give.
pub struct Case {
    pub name: String,
    pub model: Model,
    pub windows: Vec<Window>,
    /// Largest absolute difference.
    pub tolerance: f32,
}

/// An input `[mel band, frame]`, and the expected probabilities.
pub struct Window {
    pub values: Vec<f32>,
    pub expected: Vec<f32>,
}

/// All cases, in the order in which they run.
pub fn all(reference: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for set in ["mtat", "msd", "jamendo"] {
        cases.push(won2020(reference, set));
    }
    for network in ["music_tagger_cnn", "music_tagger_crnn"] {
        cases.push(choi2016(reference, network, "raw_db", |db| db));
        cases.push(choi2016(
            reference,
            network,
            "affine_db_plus24_div16",
            |db| (db + 24.0) / 16.0,
        ));
    }
    cases.push(compact(reference, "frozen"));
    cases
}

/// Won et al.'s network trained on `set`, imported.
pub fn won2020(reference: &Path, set: &str) -> Case {
    let folder = reference.join("won2020");
    let import = Import {
        weights: folder.join(format!("fcn_{set}.safetensors")),
        preset: "won2020-fcn".to_owned(),
        tags: folder.join("tags.json").into(),
        tag_set: Some(set.to_owned()),
        ..Import::default()
    };
    let expected = read_json(&folder.join("expected.json"));
    let windows = CLIPS.map(|clip| Window {
        values: npy::read(folder.join(format!("{clip}.logmel.f16.npy"))).to_f32(),
        expected: floats(&expected["clips"][clip][set]),
    });
    Case {
        name: format!("won2020 {set}"),
        model: import.model().unwrap(),
        windows: windows.into(),
        tolerance: 2e-5,
    }
}

/// Choi et al.'s released `network`, as a third-party file, fed the author's log-mels through
/// `scaling`.
pub fn choi2016(reference: &Path, network: &str, scaling: &str, map: fn(f32) -> f32) -> Case {
    let folder = reference.join("choi2016");
    let description = read_json(&folder.join(format!("models/{network}.json")));
    let expected = &description["expected"][format!("author_npy/{scaling}")]["probabilities"];
    let windows = CLIPS.map(|clip| {
        let log_mel = npy::read(folder.join(format!("clips/{clip}_melgram_author_f32.npy")));
        Window {
            values: log_mel.to_f32().into_iter().map(map).collect(),
            expected: floats(&expected[clip]),
        }
    });
    Case {
        name: format!("{network} {scaling}"),
        model: third_party(&folder, network, &description),
        windows: windows.into(),
        tolerance: 2e-6,
    }
}

/// Choi et al.'s released convolutional network, with the front-end that suits it.
pub fn music_tagger_cnn(reference: &Path) -> Model {
    let folder = reference.join("choi2016");
    let description = read_json(&folder.join("models/music_tagger_cnn.json"));
    third_party(&folder, "music_tagger_cnn", &description)
}

/// What that network must say of `clip`, by the `source` of its input.
pub fn expected_of_music_tagger_cnn(reference: &Path, source: &str, clip: &str) -> Vec<f32> {
    let description = read_json(&reference.join("choi2016/models/music_tagger_cnn.json"));
    floats(&description["expected"][source]["probabilities"][clip])
}

/// The `variant` of Choi's compact network, as a third-party file.
pub fn compact(reference: &Path, variant: &str) -> Case {
    let folder = reference.join("choi2016");
    let description = read_json(&folder.join("models/compact_cnn.json"));
    let expected = &description["expected"]["frozen_first_348000_samples_of_frontend_12k_i16"];
    let windows = CLIPS.map(|clip| Window {
        values: compact_input::log_mel(&folder, clip),
        expected: floats(&expected["probabilities"][clip]),
    });
    let network = format!("compact_cnn_{variant}");
    Case {
        model: third_party(&folder, &network, &description),
        name: network,
        windows: windows.into(),
        tolerance: 2e-6,
    }
}

/// Opens `network` from a folder in which it has a sidecar made from its `description`.
fn third_party(folder: &Path, network: &str, description: &Value) -> Model {
    let front_end = &description["front_end"];
    let or = |key: &str, default: Value| match &front_end[key] {
        Value::Null => default,
        found => found.clone(),
    };
    let sidecar = json!({
        "format": "1",
        "name": description["name"],
        "version": "2016",
        "licence": "MIT",
        "provenance": description["source"],
        "tags": description["tags"],
        "output": "probabilities",
        "front_end": {
            "sample_rate": front_end["sample_rate"],
            "n_fft": or("n_fft", json!(512)),
            "hop": or("hop", json!(256)),
            "mel_bands": or("n_mels", json!(96)),
            "mel_scale": "slaney", "mel_norm": "slaney",
            "f_min_hz": or("fmin", json!(0)), "f_max_hz": or("fmax", json!(6000)),
            "exponent": 2, "floor": 1e-10, "top_db": 80, "scale": 0.0625, "offset": 1.5,
            "frames": front_end["n_frames"],
        },
    });
    let temporary = tempfile::tempdir().unwrap();
    let onnx = temporary.path().join(format!("{network}.onnx"));
    let source = folder.join(format!("models/{network}.onnx"));
    std::fs::write(&onnx, std::fs::read(source).unwrap()).unwrap();
    std::fs::write(onnx.with_extension("json"), sidecar.to_string()).unwrap();
    Model::open(&onnx).unwrap()
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn floats(values: &Value) -> Vec<f32> {
    let values = values.as_array().unwrap();
    values
        .iter()
        .map(|value| value.as_f64().unwrap() as f32)
        .collect()
}
