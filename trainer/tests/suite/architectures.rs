//! Every network of the table from data to a model file, at a tiny width.

use std::num::NonZeroUsize;
use std::path::Path;

use prost::Message;
use tagline_engine::{Model, open_network};
use tract_onnx::pb::ModelProto;
use trainer::arch::{ARCHITECTURES, Architecture};
use trainer::convert::export::{Export, to_int8};
use trainer::data::{Input, Split};
use trainer::evaluation::{Predictor, SharedTags, open_data_of};
use trainer::metrics::{Bootstrap, Scores};
use trainer::train::{self, Recipe, TrainOptions};

use crate::common::clips::{self, TAGS};
use crate::common::networks::TRACT;
use crate::common::training;

fn train(architecture: &'static Architecture, folder: &Path, width: f64, epochs: usize) -> Model {
    let options = TrainOptions {
        architecture,
        recipe: Recipe {
            width,
            epochs,
            batch: 4,
            learning_rate: 0.01,
            ..Recipe::default()
        },
        ..training::options(folder, architecture.name)
    };
    let report = train::run(&options, &()).unwrap();
    assert!(!report.epochs.is_empty(), "{}", architecture.name);
    let export = Export {
        run: options.run,
        ..Export::default()
    };
    let path = folder.join(format!("{}.onnx", architecture.name));
    export.write(&path).unwrap();
    Model::open(&path).unwrap()
}

fn evaluate(model: &Model, folder: &Path) -> Scores {
    let data = open_data_of(model.info(), &folder.join("data")).unwrap();
    let clips = data.split(Split::Test).unwrap();
    let shared = SharedTags::between(&model.info().tags, data.tags()).unwrap();
    let mut predictor = Predictor::open(model, TRACT, &[], NonZeroUsize::MIN).unwrap();
    let answers = predictor
        .predict(&clips, clips.frames(), "test", &())
        .unwrap();
    let answers = shared.answers(&clips, &answers).unwrap();
    answers.score(Bootstrap::NONE)
}

#[test]
fn every_architecture_is_trained_exported_quantized_evaluated_and_opened_by_the_engine() {
    let folder = clips::folder(&Input::ALL, [8, 4, 4]);
    let folder = folder.path();
    for architecture in ARCHITECTURES {
        let name = architecture.name;
        let model = train(architecture, folder, 0.02, 1);
        assert_eq!(model.info().tags, TAGS, "{name}");
        let (mut network, report) = open_network(&model, TRACT, &[]).unwrap();
        let spec = &model.info().front_end;
        let mut probabilities = [f32::NAN; TAGS.len()];
        let silence = vec![0.0; spec.input_bands() * spec.frames];
        network.run(&silence, &mut probabilities).unwrap();
        assert!(
            probabilities.iter().all(|p| (0.0..=1.0).contains(p)),
            "{name}: {probabilities:?}, {report:?}"
        );
        let scores = evaluate(&model, folder);
        assert_eq!(scores.clips, 4, "{name}");
        let auc = scores.macro_roc_auc.unwrap();

        let int8 = to_int8(&model, &folder.join("data"), &[], &()).unwrap();
        assert!((int8.roc_auc[0] - auc).abs() < 1e-9, "{name}");
        let difference = int8.roc_auc[1] - auc;
        assert!(difference.abs() <= 0.5, "{name}: {difference}");
        assert_ne!(int8.model.info().sha256, model.info().sha256, "{name}");
    }
}

#[test]
fn the_mfcc_network_hears_derivatives_beside_a_coefficient_fifty_times_as_large() {
    let folder = clips::folder(&[Input::Mfcc], [32, 12, 12]);
    let folder = folder.path();
    let model = train(Architecture::named("mfcc").unwrap(), folder, 0.05, 10);
    // `high` only raises rows of derivatives.
    let auc = |scores: &Scores| {
        scores
            .tags
            .iter()
            .find(|t| t.tag == "high")
            .unwrap()
            .roc_auc
    };
    let scores = evaluate(&model, folder);
    assert!(auc(&scores).unwrap() > 0.9, "{scores:?}");

    let graph = ModelProto::decode(model.onnx()).unwrap().graph.unwrap();
    let gain = graph.initializer.iter().find(|t| t.name == "input.gain");
    let gain = gain.unwrap();
    assert_eq!(gain.dims, [1, 1, 90, 1]);
    let (numbers, _) = gain.raw_data.as_chunks::<4>();
    let gains: Vec<f32> = numbers.iter().map(|b| f32::from_le_bytes(*b)).collect();
    assert!(gains[50] > 20.0 * gains[0], "{gains:?}");
    assert_eq!(graph.node[0].op_type, "Mul");
    assert_eq!(graph.node[1].op_type, "Add");

    let int8 = to_int8(&model, &folder.join("data"), &[], &()).unwrap();
    let scores = evaluate(&int8.model, folder);
    assert!(auc(&scores).unwrap() > 0.9, "int8: {scores:?}");
}
