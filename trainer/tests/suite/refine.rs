//! `trainer refine`: upper blocks that learn on.

use tagline_engine::Model;
use trainer::arch::{Architecture, Parameters};
use trainer::convert::export::to_model;
use trainer::data::{Dataset, Input};
use trainer::refine::{RefineEvent, Refinement, refine};

use crate::common::clips;
use crate::common::networks::info;
use crate::common::program::{argument, assert_refused, stdout, trainer};

fn architecture() -> &'static Architecture {
    Architecture::named("fcn5-compact").unwrap()
}

/// A network that knows nothing yet, of these tags.
fn untrained(tags: &[&str]) -> Model {
    seeded(tags, 3)
}

fn seeded(tags: &[&str], seed: u64) -> Model {
    let parameters = Parameters::random(architecture(), 1.0, 96, tags.len(), seed);
    let mut info = info(architecture(), tags.len());
    info.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    to_model(architecture(), &parameters, &info).unwrap()
}

#[test]
fn upper_blocks_learn_and_lower_ones_stay() {
    let folder = clips::folder(&[Input::Mel], [16, 8, 0]);
    let data = Dataset::open(&folder.path().join("data"), Input::Mel).unwrap();
    let model = untrained(&clips::TAGS);
    let refinement = Refinement {
        architecture: architecture(),
        blocks: 2,
        epochs: 40,
        batch: 4,
        learning_rate: 1e-3,
        views: 1,
        balance: true,
        last: false,
        without: vec!["train-1".to_owned()],
        seed: 1,
    };
    let (mut losses, mut heard) = (Vec::new(), 0);
    let refined = refine(&model, &[data], &refinement, model.info(), |event| {
        match event {
            RefineEvent::Hearing { of, .. } => heard = of,
            RefineEvent::Epoch { valid_loss, .. } => losses.push(valid_loss),
        }
        true
    })
    .unwrap();
    // Train-1 and train-10 to train-15 are left out; of the others there are two views.
    assert_eq!(heard, 9 * 2 + 8);
    assert_eq!(losses.len(), 41);
    assert!(
        losses.iter().copied().fold(f64::MAX, f64::min) < losses[0],
        "{losses:?}"
    );
    assert_eq!(refined.info().tags, clips::TAGS);
    // The lower three blocks come first in the file, and their kernels are the ones before.
    let numbers = |model: &Model| {
        let parameters = trainer::refine::parameters(model, architecture()).unwrap();
        parameters
            .blocks
            .iter()
            .map(|block| block.kernels.clone())
            .collect::<Vec<_>>()
    };
    let (before, after) = (numbers(&model), numbers(&refined));
    for (number, (before, after)) in before.iter().zip(&after).enumerate() {
        let apart = before
            .iter()
            .zip(after)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert_eq!(apart < 1e-5, number < 3, "block {}: {apart}", number + 1);
    }
}

#[test]
fn what_cannot_be_refined_is_named() {
    let folder = clips::folder(&[Input::Mel], [4, 4, 0]);
    let path = folder.path().join("model.onnx");
    let refused = |tags: &[&str], more: &[&str], message: &str| {
        std::fs::write(&path, untrained(tags).onnx()).unwrap();
        let words = [
            "refine",
            argument(&path),
            "--data",
            "data",
            "--out",
            "out.onnx",
        ];
        assert_refused(&trainer(folder.path(), &[&words, more].concat()), message);
        assert!(!folder.path().join("out.onnx").exists());
    };
    refused(&["low", "other"], &[], "its tags are others");
    refused(&clips::TAGS, &["--arch", "fcn5"], "of another network");
    refused(&clips::TAGS, &["--blocks", "5"], "--blocks");
    refused(
        &clips::TAGS,
        &["--without", "train"],
        "fewer than two clips",
    );
    let words = [
        "refine",
        "model.onnx",
        "--data",
        "data",
        "--out",
        "out.onnx",
        "--epochs",
        "1",
        "--batch",
        "2",
        "--version",
        "7",
    ];
    stdout(&trainer(folder.path(), &words));
    let refined = Model::open(&folder.path().join("out.onnx")).unwrap();
    assert_eq!(refined.info().version, "7");
}

#[test]
fn an_average_is_the_mean_of_all_weights_and_another_network_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, model: &Model| {
        std::fs::write(folder.path().join(name), model.onnx()).unwrap();
    };
    let models = [4, 5, 6].map(|seed| seeded(&clips::TAGS, seed));
    for (model, name) in models.iter().zip(["a.onnx", "b.onnx", "c.onnx"]) {
        written(name, model);
    }
    let average = |more: &[&str]| {
        let words = [&["average", "a.onnx"], more, &["--out", "out.onnx"]].concat();
        trainer(folder.path(), &words)
    };
    stdout(&average(&["b.onnx", "c.onnx"]));
    let averaged = Model::open(&folder.path().join("out.onnx")).unwrap();
    assert_eq!(averaged.info().tags, clips::TAGS);
    let kernels = |model: &Model| {
        let parameters = trainer::refine::parameters(model, architecture()).unwrap();
        let blocks = parameters.blocks.iter();
        blocks
            .flat_map(|block| block.kernels.clone())
            .collect::<Vec<f32>>()
    };
    let (mean, all) = (kernels(&averaged), models.each_ref().map(kernels));
    assert!(mean.len() > 1_000);
    for (at, mean) in mean.iter().enumerate() {
        let expected = (all[0][at] + all[1][at] + all[2][at]) / 3.0;
        assert!(
            (mean - expected).abs() < 1e-6,
            "weight {at}: {mean}, not {expected}"
        );
    }
    // A model alone twice is itself, bit by bit.
    stdout(&average(&["a.onnx"]));
    assert_eq!(
        kernels(&Model::open(&folder.path().join("out.onnx")).unwrap()),
        all[0]
    );

    written("d.onnx", &seeded(&["low", "other"], 7));
    std::fs::remove_file(folder.path().join("out.onnx")).unwrap();
    assert_refused(
        &average(&["d.onnx"]),
        "d.onnx is not the same network as a.onnx: the tags differ",
    );
    assert!(!folder.path().join("out.onnx").exists());
}
