//! A model in int8, calibrated and measured on prepared data.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use prost::Message;
use tagline_engine::{Backend, BackendChoice, Model, write_metadata};
use tract_onnx::pb::ModelProto;

use super::ExportError;
use super::quantize::{QuantizeError, quantize_int8};
use crate::data::{Clips, Split};
use crate::evaluation::{EvaluateError, Predictor, SharedTags, open_data_of};
use crate::metrics::Bootstrap;

/// Clips of the training split that calibrate.
const CALIBRATION_CLIPS: usize = 100;

/// A model in int8, and what that cost.
#[derive(Clone, Debug)]
pub struct Int8 {
    /// The model.
    pub model: Model,
    /// How many clips it was measured on.
    pub clips: usize,
    /// What ran the f32 model, and its macro ROC-AUC.
    pub f32: (Backend, f64),
    /// What ran the int8 model, and its macro ROC-AUC.
    pub int8: (Backend, f64),
}

/// Makes `model` int8 with the training split of the prepared data in `data`, and measures both
/// on the validation split: the test split stays for `trainer evaluate`. Networks are run on
/// `jobs` threads, by ONNX Runtime where its library is found in `library_dirs` or as
/// [`open_network`](tagline_engine::open_network) says. `progress` moves to twice the clips.
///
/// # Errors
/// [`ExportError`] if the data are not the model's, or it cannot be quantized.
pub fn to_int8(
    model: &Model,
    data: &Path,
    library_dirs: &[PathBuf],
    jobs: NonZeroUsize,
    progress: &ProgressBar,
) -> Result<Int8, ExportError> {
    let info = model.info();
    let data = open_data_of(info, data)?;
    let train = data.split(Split::Train).map_err(EvaluateError::from)?;
    let valid = data.split(Split::Valid).map_err(EvaluateError::from)?;
    let shared = SharedTags::between(&info.tags, data.tags())?;
    let windows = spread(&train)?;
    let calibration = windows.len();
    let proto = ModelProto::decode(model.onnx())
        .map_err(|error| QuantizeError::Network(error.to_string()))?;
    let mut proto = quantize_int8(&proto, windows)?;
    let mut own = (**info).clone();
    own.name = format!("{} (int8)", info.name);
    own.provenance = format!(
        "{}; quantized to int8 on {calibration} training clips of {}",
        info.provenance,
        data.name()
    );
    write_metadata(&mut proto, &own);
    let quantized = Model::from_bytes(proto.encode_to_vec(), None)?;

    progress.set_length(2 * valid.len() as u64);
    let measure = |model: &Model| {
        let mut predictor = Predictor::open(model, BackendChoice::Auto, library_dirs, jobs)?;
        let answers = predictor.predict(&valid, valid.frames(), progress)?;
        let none = Bootstrap {
            resamples: 0,
            ..Bootstrap::default()
        };
        let scores = shared.answers(&valid, &answers)?.score(none);
        let roc_auc = scores.macro_roc_auc.ok_or(EvaluateError::NothingToScore)?;
        Ok::<_, EvaluateError>((predictor.backend(), roc_auc))
    };
    Ok(Int8 {
        f32: measure(model)?,
        int8: measure(&quantized)?,
        clips: valid.len(),
        model: quantized,
    })
}

/// Windows of clips from all over `clips`.
fn spread(clips: &Clips) -> Result<Vec<Vec<f32>>, EvaluateError> {
    let count = clips.len().min(CALIBRATION_CLIPS);
    let read = |i: usize| {
        let mut window = vec![0.0; clips.bands() * clips.frames()];
        clips.read(i * clips.len() / count, &mut window)?;
        Ok(window)
    };
    (0..count).map(read).collect()
}
