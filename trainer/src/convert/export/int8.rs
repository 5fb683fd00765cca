//! The int8 form of a model, and what it costs in accuracy.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use prost::Message;
use tagline_engine::{Analyzer, Backend, BackendChoice, Model, NetworkState, write_metadata};
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
    /// What it costs in f32, and in int8.
    pub cost: [Cost; 2],
}

/// What a network costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Median time of a whole window, in milliseconds.
    pub window_ms: f64,
    /// Median time of an update, a second after the one before, in milliseconds: what the plugin computes.
    pub update_ms: f64,
    /// What ran the network.
    pub backend: Backend,
}

/// Windows and updates whose time is taken, after one that warms up.
const TIMED: usize = 5;

/// The time that windows and updates of `model` take.
fn cost(model: &Model, library_dirs: &[PathBuf]) -> Result<Cost, ExportError> {
    let mut network =
        inference::open(model, BackendChoice::Auto, library_dirs).map_err(EvaluateError::from)?;
    let spec = &model.info().front_end;
    let rate_hz = f64::from(spec.sample_rate);
    let analyzer = Analyzer::new(spec, rate_hz, 1.0);
    let mut analyzer = analyzer.map_err(|error| ExportError::Int8 {
        reason: error.to_string(),
    })?;
    // Not silence: zeros cost some processors less.
    let seconds = spec.window_seconds() + (TIMED + 2) as f64;
    let noise = (0..(seconds * rate_hz) as u32).map(|k| k.wrapping_mul(2_654_435_761) >> 16);
    let noise: Vec<f32> = noise.map(|bits| bits as f32 / 65_536.0 - 0.5).collect();
    let mut window = vec![0.0; spec.input_bands() * spec.frames];
    let mut probabilities = vec![0.0; model.info().tags.len()];
    let (mut state, mut updates) = (NetworkState::default(), Vec::new());
    let mut rest = noise.as_slice();
    while !rest.is_empty() {
        let (taken, due) = analyzer.push(rest);
        rest = &rest[taken..];
        // Earlier ones repeat what little they have heard.
        let Some(due) =
            due.filter(|due| due.position_samples as f64 > spec.window_seconds() * rate_hz)
        else {
            continue;
        };
        analyzer.read(&due, &mut window);
        let start = Instant::now();
        network
            .run_next(&mut state, (&due).into(), &window, &mut probabilities)
            .map_err(EvaluateError::from)?;
        updates.push(start.elapsed());
    }
    let mut windows = Vec::new();
    for _ in 0..=TIMED {
        let start = Instant::now();
        network
            .run(&window, &mut probabilities)
            .map_err(EvaluateError::from)?;
        windows.push(start.elapsed());
    }
    Ok(Cost {
        window_ms: median_ms(windows),
        update_ms: median_ms(updates),
        backend: network.backend(),
    })
}

/// The median without the first, in milliseconds.
fn median_ms(mut times: Vec<Duration>) -> f64 {
    let warmed = times.get_mut(1..).unwrap_or_default();
    warmed.sort_unstable();
    let median = warmed.get(warmed.len() / 2).copied().unwrap_or_default();
    median.as_secs_f64() * 1e3
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
        cost: [cost(model, library_dirs)?, cost(&quantized, library_dirs)?],
        roc_auc: [
            score(model, "test in f32")?,
            score(&quantized, "test in int8")?,
        ],
        model: quantized,
        clips: test.len(),
    })
}
