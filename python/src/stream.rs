//! The class `Stream`.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use trainer::tag::{Listener, Networks, Tagging, Update, Windows};

use crate::asked::{focus, update};
use crate::audio::mono;
use crate::error::refused;
use crate::model;
use crate::rows::{self, Taggram};
use crate::tagger::Tagger;

/// A stream that is tagged while it comes, as the plugin tags what it hears. The size of the blocks changes
/// no bit.
///
/// Parameters
/// ----------
/// sample_rate : float
///     Samples a second.
/// model : None, path, bytes or Tagger
///     A `Tagger` shares its network, and its options where none are given here.
/// update_seconds : float
///     Seconds between windows.
/// focus_seconds, raw, backend
///     As for `Tagger`.
#[pyclass(module = "tagline", frozen)]
pub struct Stream {
    networks: Arc<Networks>,
    tagging: Tagging,
    rate_hz: f64,
    listener: Mutex<Listener>,
}

#[pymethods]
impl Stream {
    #[new]
    #[pyo3(signature = (sample_rate, model=None, *, update_seconds=1.0, focus_seconds=None, raw=None, backend="auto"))]
    fn new(
        py: Python<'_>,
        sample_rate: f64,
        model: Option<&Bound<'_, PyAny>>,
        update_seconds: f64,
        focus_seconds: Option<f64>,
        raw: Option<bool>,
        backend: &str,
    ) -> PyResult<Self> {
        let shared = model.and_then(|model| model.cast::<Tagger>().ok());
        let (networks, focus_before, raw_before) = match shared {
            Some(tagger) => {
                let (networks, tagging) = tagger.get().parts();
                (networks, tagging.focus_seconds, tagging.raw)
            }
            None => {
                let tagging = Tagging {
                    model: model::find(model, None)?.model,
                    backend: model::backend(backend)?,
                    library_dirs: Vec::new(),
                    update_seconds: 1.0,
                    focus_seconds: f64::INFINITY,
                    windows: Windows::Every,
                    raw: false,
                    write_tags: None,
                };
                let networks = py.detach(|| Networks::open(&tagging)).map_err(refused)?;
                (Arc::new(networks), f64::INFINITY, false)
            }
        };
        let tagging = Tagging {
            update_seconds: update(update_seconds)?,
            focus_seconds: match focus_seconds {
                Some(_) => focus(focus_seconds)?,
                None => focus_before,
            },
            raw: raw.unwrap_or(raw_before),
            windows: Windows::Every,
            ..networks.tagging().clone()
        };
        let listener = Listener::new(&tagging, sample_rate).map_err(refused)?;
        Ok(Self {
            networks,
            tagging,
            rate_hz: sample_rate,
            listener: Mutex::new(listener),
        })
    }

    /// The names of the tags, in the order of all arrays.
    #[getter]
    fn tags(&self) -> Vec<String> {
        self.tagging.model.info().tags.clone()
    }

    /// Samples a second.
    #[getter]
    fn sample_rate(&self) -> f64 {
        self.rate_hz
    }

    /// Takes in a block of floats, `[samples]` or `[channels, samples]`, and gives the updates that it brings.
    ///
    /// Returns
    /// -------
    /// (positions, probabilities)
    ///     Seconds of the stream at which each update is known, float64 `[updates]`, and float32
    ///     `[updates, tags]`; both are empty for most blocks.
    fn push<'py>(&self, py: Python<'py>, block: &Bound<'py, PyAny>) -> PyResult<Taggram<'py>> {
        let mono = mono(block)?;
        let updates = py.detach(|| self.hear(&mono)).map_err(refused)?;
        rows::taggram(py, &updates, self.tagging.model.info().tags.len())
    }

    /// Begins anew, at second 0.
    fn reset(&self) -> PyResult<()> {
        let listener = Listener::new(&self.tagging, self.rate_hz).map_err(refused)?;
        *self.listener.lock().unwrap_or_else(PoisonError::into_inner) = listener;
        Ok(())
    }

    fn __repr__(&self) -> String {
        let info = self.tagging.model.info();
        format!(
            "<tagline.Stream {:?}: {} tags at {} Hz>",
            info.name,
            info.tags.len(),
            self.rate_hz
        )
    }
}

impl Stream {
    fn hear(&self, mono: &[f32]) -> Result<Vec<Update>, tagline_engine::InferenceError> {
        let mut listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner);
        let mut tagger = self.networks.tagger(&self.tagging)?;
        let pushed = listener.push(&mut tagger, mono);
        self.networks.keep(tagger);
        pushed.map(|()| listener.take_updates())
    }
}
