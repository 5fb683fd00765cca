//! The int8 form of a model, and what it costs in accuracy.

use std::path::{Path, PathBuf};
use std::time::Instant;

use prost::Message;
use tagline_engine::{Backend, BackendChoice, Model, write_metadata};
use tract_onnx::pb::ModelProto;

use super::ExportError;
use super::quantize::quantize_int8;
use crate::data::Split;
use crate::evaluation::{EvaluateError, Predictor, SharedTags, open_data_of};
use crate::inference;
use crate::metrics::Bootstrap;
use crate::spread::spread;
use crate::work::{Count, Event, Progress, Unit, processors};

/// Most clips of the training split that calibrate the ranges of values.
const CALIBRATION_CLIPS: usize = 256;

/// A model in int8.
#[derive(Clone, Debug)]
pub struct Int8 {
    /// The model.
    pub model: Model,
    /// Macro ROC-AUC on the test split in f32, and in int8.
    pub roc_auc: [f64; 2],
    /// Clips of the test split.
    pub clips: usize,
    /// Time of a window in f32, and in int8, each with what ran it.
    pub window: [WindowTime; 2],
}

/// What a window costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WindowTime {
    /// Median time in milliseconds.
    pub ms: f64,
    /// What ran the network.
    pub backend: Backend,
}

/// Windows whose time is taken, after one that warms up.
const TIMED_WINDOWS: usize = 5;

/// The time that a whole window of `model` takes.
fn time_of_window(model: &Model, library_dirs: &[PathBuf]) -> Result<WindowTime, ExportError> {
    let mut network =
        inference::open(model, BackendChoice::Auto, library_dirs).map_err(EvaluateError::from)?;
    let info = model.info();
    // Not silence: zeros cost some processors less.
    let values = info.front_end.input_bands() * info.front_end.frames;
    let window: Vec<f32> = (0..values).map(|k| (k % 97) as f32 / 97.0 - 0.5).collect();
    let mut probabilities = vec![0.0; info.tags.len()];
    let mut times = Vec::new();
    for _ in 0..=TIMED_WINDOWS {
        let start = Instant::now();
        network
            .run(&window, &mut probabilities)
            .map_err(EvaluateError::from)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.remove(0);
    times.sort_unstable_by(f64::total_cmp);
    Ok(WindowTime {
        ms: times[TIMED_WINDOWS / 2],
        backend: network.backend(),
    })
}

/// The int8 form of `model`, calibrated on the training split of `data`, both scored on its test
/// split. ONNX Runtime is looked for in `library_dirs`, too.
///
/// # Errors
/// [`ExportError`] if the data do not fit the model, the model cannot be quantized or run, or
/// `progress` ends it.
pub fn to_int8(
    model: &Model,
    data: &Path,
    library_dirs: &[PathBuf],
    progress: &dyn Progress,
) -> Result<Int8, ExportError> {
    let data = open_data_of(model.info(), data)?;
    let train = data.split(Split::Train).map_err(EvaluateError::from)?;
    let test = data.split(Split::Test).map_err(EvaluateError::from)?;
    let proto = ModelProto::decode(model.onnx()).map_err(|error| ExportError::Int8 {
        reason: error.to_string(),
    })?;
    let windows = spread(&train, CALIBRATION_CLIPS).collect::<Result<Vec<_>, _>>();
    let windows = windows.map_err(EvaluateError::from)?;
    let mut info = (**model.info()).clone();
    info.provenance += &format!(
        "; made int8 with {} training clips of {}",
        windows.len(),
        data.name()
    );
    let clips = windows.len();
    let counted = (1..).zip(windows).map_while(|(done, window)| {
        let count = Count::new("ranges", Unit::Clips, done, clips);
        progress.event(&Event::Counted(count));
        (!progress.interrupted()).then_some(window)
    });
    let quantized = quantize_int8(&proto, counted);
    if progress.interrupted() {
        return Err(EvaluateError::Interrupted.into());
    }
    let mut quantized = quantized?;
    write_metadata(&mut quantized, &info);
    let quantized = Model::from_bytes(quantized.encode_to_vec(), None)?;
    let shared = SharedTags::between(&model.info().tags, data.tags())?;
    let score = |model: &Model, what: &str| -> Result<f64, ExportError> {
        let mut predictor =
            Predictor::open(model, BackendChoice::Auto, library_dirs, processors())?;
        let answers = predictor.predict(&test, test.frames(), what, progress)?;
        let scores = shared.answers(&test, &answers)?.score(Bootstrap::NONE);
        if progress.interrupted() {
            return Err(EvaluateError::Interrupted.into());
        }
        Ok(scores.macro_roc_auc.ok_or(EvaluateError::NothingToScore)?)
    };
    Ok(Int8 {
        window: [
            time_of_window(model, library_dirs)?,
            time_of_window(&quantized, library_dirs)?,
        ],
        roc_auc: [
            score(model, "test in f32")?,
            score(&quantized, "test in int8")?,
        ],
        model: quantized,
        clips: test.len(),
    })
}
