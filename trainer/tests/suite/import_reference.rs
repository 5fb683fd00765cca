//! Compares imported published networks with the probabilities that their own software computed.

use std::path::Path;

use serde_json::Value;
use tagline_engine::{Model, open_network};
use tagline_tests::{Random, npy, reference};
use trainer::convert::About;
use trainer::convert::import::Import;

use crate::common::networks::TRACT;

const CLIPS: [&str; 4] = [
    "bensound-actionable",
    "bensound-cute",
    "bensound-dubstep",
    "bensound-thejazzpiano",
];

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f32> {
    let values = value.as_array().unwrap();
    values
        .iter()
        .map(|value| value.as_f64().unwrap() as f32)
        .collect()
}

/// Largest difference between the results of `model` in tract and the expected ones.
fn largest_difference(model: &Model, windows: &[(Vec<f32>, Vec<f32>)]) -> f32 {
    let (mut network, _) = open_network(model, TRACT, &[]).unwrap();
    let mut largest = 0f32;
    for (window, expected) in windows {
        let mut found = vec![0.0; expected.len()];
        network.run(window, &mut found).unwrap();
        for (found, expected) in found.iter().zip(expected) {
            largest = largest.max((found - expected).abs());
        }
    }
    largest
}

fn won2020(folder: &Path, weights: &str, set: &str) -> Model {
    let import = Import {
        weights: folder.join(weights),
        preset: "won2020-fcn".into(),
        tags: folder.join("tags.json").into(),
        tag_set: Some(set.into()),
        ..Import::default()
    };
    import.model().unwrap()
}

fn won2020_windows(folder: &Path, set: &str) -> Vec<(Vec<f32>, Vec<f32>)> {
    let expected = json(&folder.join("expected.json"));
    CLIPS
        .iter()
        .map(|clip| {
            let window = npy::read(folder.join(format!("{clip}.logmel.f16.npy"))).to_f32();
            (window, numbers(&expected["clips"][clip][set]))
        })
        .collect()
}

#[test]
fn won2020_networks_give_the_published_probabilities() {
    let Some(folder) = reference("won2020_networks_give_the_published_probabilities") else {
        return;
    };
    let folder = folder.join("won2020");
    for set in ["mtat", "msd", "jamendo"] {
        let model = won2020(&folder, &format!("fcn_{set}.safetensors"), set);
        assert_eq!(model.info().tags.len(), 50);
        let difference = largest_difference(&model, &won2020_windows(&folder, set));
        println!("won2020 {set}: largest difference {difference:.1e}");
        assert!(difference < 2e-5, "{set}: {difference}");
    }
}

#[test]
fn a_legacy_pickle_gives_the_same_network_as_safetensors() {
    let Some(folder) = reference("a_legacy_pickle_gives_the_same_network_as_safetensors") else {
        return;
    };
    let folder = folder.join("won2020");
    let imported = |weights: &str| {
        let import = Import {
            weights: folder.join(weights),
            preset: "won2020-fcn".into(),
            tags: folder.join("tags.json").into(),
            key: None,
            patches: None,
            strip: None,
            tag_set: Some("mtat".into()),
            about: About {
                provenance: Some("the same".into()),
                ..About::default()
            },
        };
        import.model().unwrap()
    };
    let pickle = imported("fcn_mtat.pth");
    assert!(pickle.onnx() == imported("fcn_mtat.safetensors").onnx());
    let difference = largest_difference(&pickle, &won2020_windows(&folder, "mtat"));
    assert!(difference < 2e-5, "{difference}");
}

#[test]
fn the_keras_network_gives_its_authors_probabilities() {
    let Some(folder) = reference("the_keras_network_gives_its_authors_probabilities") else {
        return;
    };
    let folder = folder.join("choi2016");
    let description = folder.join("models/music_tagger_cnn.json");
    let description_json = json(&description);
    let temporary = tempfile::tempdir().unwrap();
    let tags = temporary.path().join("tags.json");
    std::fs::write(&tags, description_json["tags"].to_string()).unwrap();
    let import = Import {
        weights: folder.join("models/music_tagger_cnn_weights_theano.h5"),
        preset: "choi2016-cnn".into(),
        tags: tags.into(),
        ..Import::default()
    };
    let model = import.model().unwrap();
    let spec = &model.info().front_end;
    assert_eq!((spec.exponent, spec.top_db), (2.0, Some(80.0)));
    // The front-end scales the network's input. Its author fed it raw dB.
    for (scaling, scale, offset) in [
        ("affine_db_plus24_div16", spec.scale, spec.offset),
        ("raw_db", 1.0, 0.0),
    ] {
        let expected = &description_json["expected"][format!("author_npy/{scaling}")];
        let windows: Vec<_> = CLIPS
            .iter()
            .map(|clip| {
                let path = folder.join(format!("clips/{clip}_melgram_author_f32.npy"));
                let window = npy::read(&path).to_f32();
                let window = window.iter().map(|db| db * scale + offset).collect();
                (window, numbers(&expected["probabilities"][clip]))
            })
            .collect();
        let difference = largest_difference(&model, &windows);
        println!("choi2016 cnn, {scaling}: largest difference {difference:.1e}");
        assert!(difference < 2e-6, "{scaling}: {difference}");
    }
}

#[test]
fn weights_of_another_network_are_refused_by_name() {
    let Some(folder) = reference("weights_of_another_network_are_refused_by_name") else {
        return;
    };
    let tags = folder.join("won2020/tags.json");
    for (weights, preset, part) in [
        (
            "choi2016/models/music_tagger_crnn_weights_theano.h5",
            "choi2016-cnn",
            "has the shape",
        ),
        (
            "choi2016/models/compact_cnn_weights_layer4_theano.hdf5",
            "choi2016-cnn",
            "is missing",
        ),
        (
            "choi2016/models/music_tagger_cnn_weights_theano.h5",
            "won2020-fcn",
            "is missing",
        ),
        ("won2020/fcn_mtat.safetensors", "choi2016-cnn", "is missing"),
        (
            "choi2016/models/music_tagger_cnn.onnx",
            "choi2016-cnn",
            "neither safetensors",
        ),
        ("won2020/LICENSE", "won2020-fcn", "neither safetensors"),
    ] {
        let import = Import {
            weights: folder.join(weights),
            preset: preset.into(),
            tags: tags.clone().into(),
            tag_set: Some("msd".into()),
            ..Import::default()
        };
        let error = import.model().unwrap_err().to_string();
        println!("{error}");
        assert!(error.contains(part) && error.contains(weights), "{error}");
    }
}

#[test]
fn damaged_reference_files_are_errors_and_never_panics() {
    let Some(folder) = reference("damaged_reference_files_are_errors_and_never_panics") else {
        return;
    };
    let mut numbers = Random::new(7);
    let mut random = |below: usize| numbers.bits() as usize % below;
    for name in [
        "won2020/fcn_mtat.pth",
        "won2020/fcn_mtat.safetensors",
        "choi2016/models/music_tagger_cnn_weights_theano.h5",
    ] {
        let whole = std::fs::read(folder.join(name)).unwrap();
        for cut in [1, 9, 100, 6_000, whole.len() / 2, whole.len() - 1] {
            let cut_off = whole[..cut].to_vec();
            let outcome = trainer::weights::Weights::from_bytes(cut_off, None);
            assert!(outcome.is_err(), "{name} cut off at {cut}");
        }
        // The structure of these files lies in their first bytes. That of HDF5 lies everywhere.
        let span = if name.ends_with("h5") {
            whole.len()
        } else {
            6_000
        };
        for _ in 0..60 {
            let mut damaged = whole.clone();
            for _ in 0..=random(4) {
                damaged[random(span)] = random(256) as u8;
            }
            drop(trainer::weights::Weights::from_bytes(damaged, None));
        }
    }
}
