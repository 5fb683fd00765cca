//! The class `Tagger`.

mod networks;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use numpy::{PyArray1, PyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};
use trainer::tag::{Networks, Tagging, Windows};
use trainer::work::processors;

use crate::asked::{Asked, focus};
use crate::audio::Audio;
use crate::error::refused;
use crate::hear::{log_mel, samples_of, values};
use crate::model::{self, Found};
use crate::rows::{self, Taggram};

/// A model, ready to tag arrays and files.
///
/// It gives what `trainer tag` gives, to the last bit. It may be used from several Python threads at once,
/// and be pickled: the model's file travels with it.
///
/// Parameters
/// ----------
/// model : None, path or bytes
///     The built-in model, a model file, or the bytes of one.
/// backend : str
///     What runs the network: "auto" for the fastest that works, "tract", "ort-cpu", "cuda" or "directml".
///     With "tract", all machines with the same processor give the same bits.
/// threads : int, optional
///     How many files `tag_files` works on at once; by default one for each processor.
/// focus_seconds : float, optional
///     How many of the last seconds of a window count, at least 3; by default the model's whole window.
/// raw : bool
///     Give the network's own probabilities instead of calibrated ones.
#[pyclass(module = "tagline", frozen)]
pub struct Tagger {
    found: Found,
    tagging: Tagging,
    threads: NonZeroUsize,
    networks: Arc<Networks>,
    /// Opened when an embedding is asked for first.
    embedding: Mutex<Option<Arc<Networks>>>,
}

#[pymethods]
impl Tagger {
    #[new]
    #[pyo3(
        signature = (model=None, *, backend="auto", threads=None, focus_seconds=None, raw=false, _sidecar=None),
        text_signature = "(model=None, *, backend='auto', threads=None, focus_seconds=None, raw=False)"
    )]
    fn new(
        py: Python<'_>,
        model: Option<&Bound<'_, PyAny>>,
        backend: &str,
        threads: Option<usize>,
        focus_seconds: Option<f64>,
        raw: bool,
        _sidecar: Option<String>,
    ) -> PyResult<Self> {
        let found = model::find(model, _sidecar)?;
        let tagging = Tagging {
            model: found.model.clone(),
            backend: model::backend(backend)?,
            library_dirs: Vec::new(),
            update_seconds: 1.0,
            focus_seconds: focus(focus_seconds)?,
            windows: Windows::Last,
            raw,
            write_tags: None,
        };
        let threads = match threads.map(NonZeroUsize::new) {
            None => processors(),
            Some(Some(threads)) => threads,
            Some(None) => return Err(PyValueError::new_err("threads must be 1 at least")),
        };
        let networks = py.detach(|| Networks::open(&tagging)).map_err(refused)?;
        Ok(Self {
            found,
            tagging,
            threads,
            networks: Arc::new(networks),
            embedding: Mutex::new(None),
        })
    }

    /// The names of the tags, in the order of all arrays.
    #[getter]
    fn tags(&self) -> Vec<String> {
        self.tagging.model.info().tags.clone()
    }

    /// The model's name.
    #[getter]
    fn name(&self) -> String {
        self.tagging.model.info().name.clone()
    }

    /// The probability from which each tag counts as there, float32 `[tags]`; None where the model has none.
    #[getter]
    fn thresholds<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyArray1<f32>>> {
        let thresholds = self.tagging.model.info().thresholds();
        thresholds.map(|thresholds| rows::array(py, &thresholds))
    }

    /// Seconds of sound that a full window shows.
    #[getter]
    fn window_seconds(&self) -> f64 {
        self.tagging.model.info().front_end.window_seconds()
    }

    /// What runs the network.
    #[getter]
    fn backend(&self) -> &'static str {
        self.running().name()
    }

    /// How many files `tag_files` works on at once.
    #[getter]
    fn threads(&self) -> usize {
        self.threads.get()
    }

    /// The tags of an array or a file, as `trainer tag` gives them.
    ///
    /// Parameters
    /// ----------
    /// audio : array or path
    ///     Floats from -1 to 1, `[samples]` or `[channels, samples]`, or a file.
    /// sample_rate : float
    ///     Samples a second; left out for a file.
    /// at : "end", "mean", "max" or int
    ///     The last window, the mean or the maximum over all full windows, or so many windows, spread evenly.
    /// update_seconds : float, optional
    ///     Seconds between windows; by default 1 for "end", 10 otherwise.
    ///
    /// Returns
    /// -------
    /// float32 `[tags]`, or `[windows, tags]` if `at` is a number
    ///
    /// Raises
    /// ------
    /// NoTags
    ///     The sound is silent or too short.
    /// OSError, TaglineError
    ///     The file cannot be read, or is no audio.
    #[pyo3(
        signature = (audio, sample_rate=None, *, at=None, update_seconds=None),
        text_signature = "($self, audio, sample_rate=None, *, at='end', update_seconds=None)"
    )]
    fn tag<'py>(
        &self,
        py: Python<'py>,
        audio: &Bound<'py, PyAny>,
        sample_rate: Option<f64>,
        at: Option<&Bound<'py, PyAny>>,
        update_seconds: Option<f64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let asked = Asked::of(at, update_seconds)?;
        let audio = Audio::of(audio, sample_rate)?;
        let file = self.listen(py, &self.networks, &audio, asked)?;
        values(py, &file, asked.at, |update| &update.probabilities)
    }

    /// The tags of a file: `tag` for those who like to be plain.
    ///
    /// Returns
    /// -------
    /// float32 `[tags]`, or `[windows, tags]` if `at` is a number
    #[pyo3(
        signature = (path, *, at=None, update_seconds=None),
        text_signature = "($self, path, *, at='end', update_seconds=None)"
    )]
    fn tag_file<'py>(
        &self,
        py: Python<'py>,
        path: &Bound<'py, PyAny>,
        at: Option<&Bound<'py, PyAny>>,
        update_seconds: Option<f64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.tag(py, path, None, at, update_seconds)
    }

    /// The tags of many files, `threads` of them at once. A file that cannot be read is a row with a reason,
    /// not an exception.
    ///
    /// Returns
    /// -------
    /// list of dict
    ///     One for each file, or for each window if `at` is a number, in the order of `paths`: `file`,
    ///     `seconds`, `position`, `seconds_heard`, `reason` (why there are no tags), `warning`, `tags`
    ///     (float32 `[tags]`) and `embedding` (float32 `[values]`); None where there is nothing.
    #[pyo3(
        signature = (paths, *, at=None, update_seconds=None, embeddings=false),
        text_signature = "($self, paths, *, at='end', update_seconds=None, embeddings=False)"
    )]
    fn tag_files<'py>(
        &self,
        py: Python<'py>,
        paths: Vec<PathBuf>,
        at: Option<&Bound<'py, PyAny>>,
        update_seconds: Option<f64>,
        embeddings: bool,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let asked = Asked::of(at, update_seconds)?;
        let networks = match embeddings {
            true => self.embedding_networks(py)?,
            false => Arc::clone(&self.networks),
        };
        let tagging = asked.tagging(networks.tagging());
        let mut outcomes = Vec::with_capacity(paths.len());
        let mut interrupted = None;
        py.detach(|| {
            networks.tag_files(&tagging, &paths, self.threads, &(), |outcome| {
                outcomes.push(outcome.map(|file| asked.at.of(file)));
                interrupted = Python::attach(|py| py.check_signals()).err();
                interrupted.is_none()
            });
        });
        if let Some(interrupt) = interrupted {
            return Err(interrupt);
        }
        let every_window = asked.at.is_windows();
        let mut rows = Vec::with_capacity(paths.len());
        for (path, outcome) in paths.iter().zip(&outcomes) {
            rows.extend(rows::of_file(
                py,
                &path.display().to_string(),
                outcome,
                every_window,
            )?);
        }
        Ok(rows)
    }

    /// The tags of every window that is not silent.
    ///
    /// Returns
    /// -------
    /// (positions, probabilities)
    ///     Seconds at which each window ends, float64 `[windows]`, and float32 `[windows, tags]`.
    #[pyo3(signature = (audio, sample_rate=None, *, update_seconds=1.0))]
    fn taggram<'py>(
        &self,
        py: Python<'py>,
        audio: &Bound<'py, PyAny>,
        sample_rate: Option<f64>,
        update_seconds: f64,
    ) -> PyResult<Taggram<'py>> {
        let asked = Asked {
            windows: Windows::Every,
            ..Asked::of(None, Some(update_seconds))?
        };
        let audio = Audio::of(audio, sample_rate)?;
        let file = self.listen(py, &self.networks, &audio, asked)?;
        rows::taggram(py, &file.updates, self.tagging.model.info().tags.len())
    }

    /// The embedding of an array or a file: what the network's last layer takes in.
    ///
    /// Returns
    /// -------
    /// float32 `[values]`, or `[windows, values]` if `at` is a number
    ///
    /// Raises
    /// ------
    /// TaglineError
    ///     The model's network has no such layer.
    #[pyo3(
        signature = (audio, sample_rate=None, *, at=None, update_seconds=None),
        text_signature = "($self, audio, sample_rate=None, *, at='end', update_seconds=None)"
    )]
    fn embed<'py>(
        &self,
        py: Python<'py>,
        audio: &Bound<'py, PyAny>,
        sample_rate: Option<f64>,
        at: Option<&Bound<'py, PyAny>>,
        update_seconds: Option<f64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let asked = Asked::of(at, update_seconds)?;
        let audio = Audio::of(audio, sample_rate)?;
        let networks = self.embedding_networks(py)?;
        let file = self.listen(py, &networks, &audio, asked)?;
        values(py, &file, asked.at, |update| &update.embedding)
    }

    /// What the model's front-end makes of all of the sound: log-mel bands in dB for most models.
    ///
    /// Returns
    /// -------
    /// float32 `[bands, frames]`
    #[pyo3(signature = (audio, sample_rate=None))]
    fn log_mel<'py>(
        &self,
        py: Python<'py>,
        audio: &Bound<'py, PyAny>,
        sample_rate: Option<f64>,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let audio = Audio::of(audio, sample_rate)?;
        let spec = &self.tagging.model.info().front_end;
        let (bands, values) = py.detach(|| {
            let samples = match audio {
                Audio::Samples(samples) => samples,
                Audio::File(path) => samples_of(&path)?,
            };
            log_mel(spec, &samples)
        })?;
        match values.len() / bands.max(1) {
            0 => rows::table(py, Vec::new(), 0),
            frames => rows::table(py, values, frames),
        }
    }

    fn __repr__(&self) -> String {
        let info = self.tagging.model.info();
        format!(
            "<tagline.Tagger {:?}: {} tags on {}>",
            info.name,
            info.tags.len(),
            self.running().name()
        )
    }

    /// How to make it anew in another process.
    fn __getnewargs_ex__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        let named = PyDict::new(py);
        if !self.found.built_in {
            named.set_item("model", PyBytes::new(py, self.found.model.onnx()))?;
            named.set_item("_sidecar", self.found.sidecar.as_deref())?;
        }
        named.set_item("backend", self.tagging.backend.argument())?;
        named.set_item("threads", self.threads.get())?;
        let focus = self.tagging.focus_seconds;
        named.set_item("focus_seconds", focus.is_finite().then_some(focus))?;
        named.set_item("raw", self.tagging.raw)?;
        Ok((PyTuple::empty(py), named))
    }
}
