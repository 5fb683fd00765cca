//! Decodes, analyses and tags an audio file.

use std::path::{Path, PathBuf};

use tagline_engine::{Analyzer, Backend, Due, InferenceError, Network, NetworkState};

use super::{TagError, Tagging};
use crate::inference::{self, run_or_replace};

/// Tags of one window.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// Position in the file at which they are known, in seconds.
    pub position_seconds: f64,
    /// Seconds of audio that they come from.
    pub seconds_heard: f32,
    /// Probabilities, 0 to 1, in the model's tag order. They are calibrated unless raw ones were
    /// asked for.
    pub probabilities: Vec<f32>,
}

/// A file that has been tagged.
#[derive(Clone, Debug)]
pub struct TaggedFile {
    /// The file.
    pub path: PathBuf,
    /// Its length in seconds.
    pub seconds: f64,
    /// What ran the network.
    pub backend: Backend,
    /// The tags at its end, which are those of the last window that was not silent.
    pub last: Update,
    /// The tags of every window that was not silent; empty unless they were asked for.
    pub updates: Vec<Update>,
}

/// A network with its buffers, for one file after another.
pub struct Tagger<'a> {
    tagging: &'a Tagging,
    network: Box<dyn Network>,
    /// The network's memory of the file's earlier windows.
    state: NetworkState,
    /// `[row, frame]`
    window: Vec<f32>,
}

impl<'a> Tagger<'a> {
    /// Opens the network.
    ///
    /// # Errors
    /// [`InferenceError`] if not even tract can run it.
    pub fn new(tagging: &'a Tagging) -> Result<Self, InferenceError> {
        let network = inference::open(&tagging.model, tagging.backend, &tagging.library_dirs)?;
        let spec = &tagging.model.info().front_end;
        Ok(Self {
            tagging,
            network,
            state: NetworkState::default(),
            window: vec![0.0; spec.input_bands() * spec.frames],
        })
    }

    /// What runs the network.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.network.backend()
    }

    /// Tags the mean of the file's channels. `progress` hears how much is done, 0 to 1.
    ///
    /// # Errors
    /// [`TagError`] names the file and what is wrong with it.
    pub fn tag(
        &mut self,
        path: &Path,
        mut progress: impl FnMut(f64),
    ) -> Result<TaggedFile, TagError> {
        let name = || path.display().to_string();
        let audio = tagline_media::decode(path)?;
        let rate_hz = f64::from(audio.sample_rate_hz);
        let mono = audio.mono();
        drop(audio);
        let spec = &self.tagging.model.info().front_end;
        let mut analyzer =
            Analyzer::new(spec, rate_hz, self.tagging.update_seconds).map_err(|source| {
                TagError::FrontEnd {
                    path: name(),
                    source,
                }
            })?;
        analyzer.set_focus_seconds(self.tagging.focus_seconds);
        self.state.clear();
        let failed = |source| TagError::Inference {
            path: name(),
            source,
        };

        let mut updates = Vec::new();
        // The last window so far, which was read but not run. The tags at the end come from it.
        let mut pending: Option<Due> = None;
        let mut used = 0;
        loop {
            let (count, due) = analyzer.push(&mono[used..]);
            used += count;
            let Some(due) = due.or_else(|| {
                // A short file has one window, with all of it.
                pending.is_none().then(|| analyzer.finish()).flatten()
            }) else {
                break;
            };
            progress(used as f64 / mono.len().max(1) as f64);
            // The tags hold over silence, but the first window has no tags to hold.
            if due.silent && pending.is_some() {
                continue;
            }
            pending = Some(due);
            analyzer.read(&due, &mut self.window);
            if self.tagging.every_update {
                updates.push(self.update(&due, rate_hz).map_err(failed)?);
            }
        }
        let last = match (updates.last(), pending) {
            (Some(last), _) => last.clone(),
            (None, Some(due)) => self.update(&due, rate_hz).map_err(failed)?,
            (None, None) => return Err(TagError::Empty { path: name() }),
        };
        Ok(TaggedFile {
            path: path.to_owned(),
            seconds: mono.len() as f64 / rate_hz,
            backend: self.backend(),
            last,
            updates,
        })
    }

    /// Runs the network on the window that has been read.
    fn update(&mut self, due: &Due, rate_hz: f64) -> Result<Update, InferenceError> {
        let mut probabilities = vec![0.0; self.tagging.model.info().tags.len()];
        let (state, window) = (&mut self.state, &self.window);
        run_or_replace(&mut self.network, &self.tagging.model, |network| {
            network.run_next(state, due.into(), window, &mut probabilities)
        })?;
        if !self.tagging.raw {
            self.tagging.model.info().calibrate(&mut probabilities);
        }
        Ok(Update {
            position_seconds: due.position_samples as f64 / rate_hz,
            seconds_heard: due.seconds_heard,
            probabilities,
        })
    }
}
