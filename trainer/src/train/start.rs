//! What a training begins with: random numbers, the best epoch of a run, or a model.

use std::path::Path;

use prost::Message;
use tagline_engine::{FrontEndSpec, Model};
use tagline_files::hash::sha256_of_file;
use tract_onnx::pb::{ModelProto, TensorProto};

use super::best::{BEST, best};
use super::{RunDescription, TrainError};
use crate::arch::{Architecture, EPSILON, Parameters, RowScaling};
use crate::cpu::{Processor, Windows};
use crate::data::Clips;
use crate::spread::spread;

/// Most clips of the training split that the scaling of the input's rows is taken from.
const MEASURED_CLIPS: usize = 256;
/// Most clips of the training split that a model's maps are measured on.
const HEARD_CLIPS: usize = 32;

/// SHA-256 of the weights that a training with `--start` begins with; `None` if there are none, which
/// [`first_parameters`] says better.
pub(super) fn start_sha256(start: &Path) -> Result<Option<String>, TrainError> {
    let path = match start.is_dir() {
        true => start.join(BEST),
        false => start.to_owned(),
    };
    if !path.is_file() {
        return Ok(None);
    }
    let sum = sha256_of_file(&path).map_err(|source| TrainError::Checkpoint {
        path: path.display().to_string(),
        source: source.into(),
    })?;
    Ok(Some(sum))
}

/// The numbers that a training on the clips `train` begins with.
pub(super) fn first_parameters(
    architecture: &'static Architecture,
    description: &RunDescription,
    train: &Clips,
) -> Result<Parameters, TrainError> {
    let RunDescription { recipe, data, .. } = description;
    let Some(start) = &recipe.start else {
        let tags = data.tags.len();
        let mut random =
            Parameters::random(architecture, recipe.width, data.bands, tags, recipe.seed);
        if let Some(rows) = &mut random.rows {
            *rows = RowScaling::measured(data.bands, spread(train, MEASURED_CLIPS))?;
        }
        return Ok(random);
    };
    let wrong = |reason: String| TrainError::Start {
        run: start.display().to_string(),
        reason,
    };
    if start.is_file() {
        let read = || {
            let model = Model::open(start).map_err(|error| error.to_string())?;
            let wanted = (data.tags.as_slice(), &data.front_end);
            of_model(&model, architecture, recipe.width, wanted)
        };
        let mut parameters = read().map_err(wrong)?;
        let windows: Vec<Vec<f32>> = spread(train, HEARD_CLIPS).collect::<Result<_, _>>()?;
        let size = [train.bands(), train.frames()];
        norm_as_they_are(architecture, &mut parameters, &windows.concat(), size);
        return Ok(parameters);
    }
    let found = RunDescription::read(start)?;
    let found = found.ok_or_else(|| wrong("there is no run of `trainer train`".to_owned()))?;
    let (theirs, ours) = (found.network(), description.network());
    if theirs != ours {
        return Err(wrong(format!("it is of {theirs}, not of {ours}")));
    }
    if found.data.tags != data.tags {
        return Err(wrong("its tags are others".to_owned()));
    }
    let best = best(start, &found)?;
    let best = best.ok_or_else(|| wrong("it has no finished epoch yet".to_owned()))?;
    Ok(best.parameters)
}

/// The numbers of a model that this trainer exported, of `architecture` at this `width`, for these tags
/// and this front-end. Its batch norms are folded into its kernels, so they do nothing here but to add
/// the bias.
///
/// # Errors
/// What is other than it should be.
pub(crate) fn of_model(
    model: &Model,
    architecture: &'static Architecture,
    width: f64,
    (tags, front_end): (&[String], &FrontEndSpec),
) -> Result<Parameters, String> {
    let info = model.info();
    if info.tags != tags {
        return Err("its tags are others".to_owned());
    }
    if info.front_end != *front_end {
        return Err("it hears another front-end".to_owned());
    }
    let proto = ModelProto::decode(model.onnx()).map_err(|error| error.to_string())?;
    let tensors = proto.graph.map(|graph| graph.initializer);
    let tensors = tensors.unwrap_or_default();
    let bands = front_end.input_bands();
    let mut parameters = Parameters::zeros(architecture, width, bands, tags.len());
    for (name, _, values) in parameters.tensors() {
        let Some(exported) = exported_name(&name) else {
            continue;
        };
        let other = || format!("it is of another network: its `{exported}` is not as ours");
        let found = tensors.iter().find(|tensor| tensor.name == exported);
        let found = floats(found.ok_or_else(other)?);
        if found.len() != values.len() {
            return Err(other());
        }
        *values = found;
    }
    for block in &mut parameters.blocks {
        block.variance.fill(1.0);
        block.gain.fill((1.0 + EPSILON).sqrt() as f32);
    }
    Ok(parameters)
}

/// What an exported model calls a tensor; `None` for what is folded into others there.
fn exported_name(name: &str) -> Option<String> {
    match name {
        "output.weight" => Some("dense.weights".to_owned()),
        "output.bias" => Some("dense.bias".to_owned()),
        _ => match name.split_once('.')? {
            ("input", _) => Some(name.to_owned()),
            (block, "conv.weight") => Some(format!("{block}.kernels")),
            (block, "norm.bias") => Some(format!("{block}.bias")),
            _ => None,
        },
    }
}

fn floats(tensor: &TensorProto) -> Vec<f32> {
    let bytes = tensor.raw_data.chunks_exact(4);
    bytes
        .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
        .collect()
}

/// Gives the batch norms of a network in which they do nothing the statistics that its maps have on
/// these windows, and factors and offsets that undo them: it says the same as before, and learns as a
/// network does whose norms were never folded.
pub(crate) fn norm_as_they_are(
    architecture: &'static Architecture,
    parameters: &mut Parameters,
    windows: &[f32],
    size: [usize; 2],
) {
    let windows = Windows {
        values: windows,
        clips: windows.len() / (size[0] * size[1]),
        size,
    };
    let labels = vec![f32::NAN; windows.clips * parameters.tags()];
    let mut processor = Processor::new(architecture);
    for number in 0..parameters.blocks.len() {
        // A batch norm in training hides what its block adds, so that blocks are measured in order.
        let found = processor.gradients(parameters, windows, &labels, None);
        let measured = &found.parameters.blocks[number];
        let block = &mut parameters.blocks[number];
        let maps = measured.mean.iter().zip(&measured.variance);
        for (map, (mean, variance)) in maps.enumerate() {
            block.gain[map] = (f64::from(*variance) + EPSILON).sqrt() as f32;
            block.offset[map] += mean;
            block.mean[map] = *mean;
            block.variance[map] = *variance;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_whose_norms_were_folded_says_the_same_with_norms_of_its_own() {
        let architecture = Architecture::named("fcn5-compact").unwrap();
        let mut folded = Parameters::random(architecture, 0.1, 96, 3, 5);
        for block in &mut folded.blocks {
            block.gain.fill((1.0 + EPSILON).sqrt() as f32);
            for (map, offset) in block.offset.iter_mut().enumerate() {
                *offset = map as f32 / 20.0 - 0.2;
            }
        }
        let size = [96, 1366];
        let windows: Vec<f32> = (0..4 * 96 * 1366_usize)
            .map(|n| ((n % 1366 * (7 + n / 131_136) + n / 1366 * 13) % 31) as f32 / 10.0 - 1.5)
            .collect();
        let heard = Windows {
            values: &windows,
            clips: 4,
            size,
        };
        let mut processor = Processor::new(architecture);
        let before = processor.predict(&folded, heard);
        let mut normed = folded.clone();
        norm_as_they_are(architecture, &mut normed, &windows, size);
        let after = processor.predict(&normed, heard);
        for (before, after) in before.iter().zip(&after) {
            assert!((before - after).abs() < 1e-4, "{before} {after}");
        }
        // By the batch's own statistics, as in training, too.
        let labels = vec![1.0; 4 * 3];
        let loss = processor.gradients(&normed, heard, &labels, None).loss;
        let expected = before.iter().map(|p| -p.ln()).sum::<f32>() / before.len() as f32;
        // A batch norm in training divides by the biased variance: 1.6 % less of 64 values.
        assert!((loss / expected - 1.0).abs() < 0.01, "{loss} {expected}");
        assert!(normed.blocks[2].variance != folded.blocks[2].variance);
    }
}
