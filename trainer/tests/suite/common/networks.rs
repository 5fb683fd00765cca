//! Networks that were never trained, and the tiniest of models.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tagline_engine::{Backend, BackendChoice, ModelInfo, OutputKind};
use tagline_tests::TinyModel;
use trainer::arch::{Architecture, Parameters};
use trainer::data::Input;

/// A backend that does not depend on the libraries that other tests of this process have loaded.
pub const TRACT: BackendChoice = BackendChoice::Only(Backend::Tract);

/// Parameters with batch norms as after training, with gains of both signs.
pub fn parameters(
    architecture: &Architecture,
    width: f64,
    bands: usize,
    tags: usize,
) -> Parameters {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut parameters = Parameters::random(architecture, width, bands, tags, 1);
    if let Some(rows) = &mut parameters.rows {
        rows.gain.fill_with(|| rng.random_range(0.5..2.0));
        rows.offset.fill_with(|| rng.random_range(-0.5..0.5));
    }
    for block in &mut parameters.blocks {
        for map in 0..block.maps_out {
            block.gain[map] = rng.random_range(0.5..1.5) * if map % 3 == 1 { -1.0 } else { 1.0 };
            block.offset[map] = rng.random_range(-0.3..0.3);
            block.mean[map] = rng.random_range(-0.3..0.3);
            block.variance[map] = rng.random_range(0.5..2.0);
        }
    }
    parameters
}

/// The description of a model of an architecture with so many tags.
pub fn info(architecture: &Architecture, tags: usize) -> ModelInfo {
    ModelInfo {
        name: architecture.title.into(),
        version: "1".into(),
        licence: "CC0-1.0".into(),
        provenance: "Made by a test.".into(),
        tags: (0..tags).map(|tag| format!("tag {tag}")).collect(),
        front_end: architecture.input.front_end(),
        output: OutputKind::Probabilities,
        groups: None,
        notes: None,
        calibration: None,
        sha256: String::new(),
    }
}

/// A tiny model of these tags with the front-end of prepared data. A tag's probability rises with
/// the level of its share of the bands, from the low bands to the high ones.
pub fn tiny_model_of_data(tags: &[&str]) -> TinyModel {
    let spec = Input::Mel.front_end();
    let front_end = serde_json::to_string(&spec).unwrap();
    TinyModel::new(tags, spec.frames).with("tagline.front_end", Some(&front_end))
}
