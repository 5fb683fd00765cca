//! Fits a model's calibration, so that its probabilities are probabilities.
//!
//! The model's raw probabilities of a split and its labels → [`samples`] → [`fit`] → [`write()`],
//! which puts the calibration into a copy of the model.

mod error;
mod fit;
mod report;
mod samples;

use std::path::Path;

use prost::Message;
use tagline_engine::{Calibration, Model, write_metadata};
use tagline_files::atomic;
use tract_onnx::pb::ModelProto;

pub use error::CalibrateError;
pub use fit::{
    FEWEST_POSITIVES, OFFSET_DEVIATION, Quality, TagFit, calibration_error, fit, quality,
};
pub use report::{Checked, json_line, write_table};
pub use samples::{Sample, samples};

/// The calibration of every tag of a model, in its order. Tags without a fit stay as the network
/// gives them.
#[must_use]
pub fn of_all_tags(tags: &[String], fits: &[TagFit]) -> Vec<Calibration> {
    let of = |tag: &String| fits.iter().find(|fit| fit.tag == *tag);
    tags.iter()
        .map(|tag| of(tag).map_or(Calibration::NONE, |fit| fit.calibration))
        .collect()
}

/// Writes a copy of `model` with this calibration, one for each tag, to `out`, whole or not at all.
///
/// # Errors
/// [`CalibrateError`]. `out` is then unchanged.
pub fn write(
    model: &Model,
    calibration: Vec<Calibration>,
    out: &Path,
) -> Result<Model, CalibrateError> {
    let mut proto = ModelProto::decode(model.onnx()).map_err(|error| CalibrateError::NotOnnx {
        reason: error.to_string(),
    })?;
    let mut info = (**model.info()).clone();
    info.calibration = Some(calibration);
    write_metadata(&mut proto, &info);
    let calibrated = Model::from_bytes(proto.encode_to_vec(), None)?;
    atomic::write(out, calibrated.onnx()).map_err(|source| CalibrateError::Write {
        path: out.display().to_string(),
        source,
    })?;
    Ok(calibrated)
}
