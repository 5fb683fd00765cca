//! Decodes, analyses and tags an audio file.

use std::path::{Path, PathBuf};

use tagline_engine::{Analyzer, Backend, Due, FrontEndSpec, InferenceError, Network, NetworkState};
use tagline_media::{Sink, decode_to, mix};

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

/// Why a file has no tags. The plugin then shows none either.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoTags {
    /// It ends before the first window does.
    TooShort {
        /// Seconds after which there are tags, about.
        first_seconds: f64,
    },
    /// No sample of it reaches −80 dBFS.
    Silent,
}

impl std::fmt::Display for NoTags {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooShort { first_seconds } => write!(
                f,
                "too short to say; the first tags come after {first_seconds:.1} s"
            ),
            Self::Silent => f.write_str("silent"),
        }
    }
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
    /// The tags at its end, which are those of the last window that was not silent; or the reason why
    /// there are none.
    pub last: Result<Update, NoTags>,
    /// The tags of every window that was not silent; empty unless they were asked for.
    pub updates: Vec<Update>,
    /// What is wrong with the file, although it could be read.
    pub remark: Option<String>,
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

    /// Tags the mean of the file's channels while it is decoded. `progress` hears how much is done, 0
    /// to 1.
    ///
    /// # Errors
    /// [`TagError`] names the file and what is wrong with it.
    pub fn tag(&mut self, path: &Path, progress: impl FnMut(f64)) -> Result<TaggedFile, TagError> {
        let mut listening = Listening {
            tagger: self,
            path,
            progress,
            analyzer: None,
            mono: Vec::new(),
            samples: 0,
            windows: 0,
            pending: None,
            updates: Vec::new(),
            failed: None,
        };
        let decoded = decode_to(path, &mut listening);
        if let Some(error) = listening.failed {
            return Err(error);
        }
        let remark = decoded?;
        listening.finish(remark)
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

/// A file on its way through the analysis.
struct Listening<'l, 'a, P> {
    tagger: &'l mut Tagger<'a>,
    path: &'l Path,
    progress: P,
    /// The file's rate in Hz, known with its first samples.
    analyzer: Option<(u32, Analyzer)>,
    mono: Vec<f32>,
    samples: u64,
    /// Windows that fell due.
    windows: usize,
    /// The window that the tags at the end rest on: read, but not run yet.
    pending: Option<Due>,
    updates: Vec<Update>,
    failed: Option<TagError>,
}

impl<P: FnMut(f64)> Sink for Listening<'_, '_, P> {
    fn restart(&mut self) {
        self.tagger.state.clear();
        self.analyzer = None;
        self.samples = 0;
        self.windows = 0;
        self.pending = None;
        self.updates.clear();
    }

    fn take(&mut self, sample_rate_hz: u32, channels: &[Vec<f32>]) -> bool {
        mix(channels, &mut self.mono);
        self.samples += self.mono.len() as u64;
        match self.analyse(sample_rate_hz) {
            Ok(()) => true,
            Err(error) => {
                self.failed = Some(error);
                false
            }
        }
    }

    fn progress(&mut self, done: f64) {
        (self.progress)(done);
    }
}

impl<P> Listening<'_, '_, P> {
    /// Analyses what is in `mono`.
    fn analyse(&mut self, rate_hz: u32) -> Result<(), TagError> {
        let name = || self.path.display().to_string();
        let tagging = self.tagger.tagging;
        if self.analyzer.is_none() {
            let spec = &tagging.model.info().front_end;
            let analyzer = Analyzer::new(spec, rate_hz.into(), tagging.update_seconds);
            let mut analyzer = analyzer.map_err(|source| TagError::FrontEnd {
                path: name(),
                source,
            })?;
            analyzer.set_focus_seconds(tagging.focus_seconds);
            self.analyzer = Some((rate_hz, analyzer));
        }
        let Some((_, analyzer)) = &mut self.analyzer else {
            return Ok(());
        };
        let mut used = 0;
        loop {
            let (count, due) = analyzer.push(&self.mono[used..]);
            used += count;
            let Some(due) = due else {
                return Ok(());
            };
            self.windows += 1;
            // Over silence the tags hold.
            if due.silent {
                continue;
            }
            self.pending = Some(due);
            analyzer.read(&due, &mut self.tagger.window);
            if tagging.every_update {
                let update = self.tagger.update(&due, rate_hz.into());
                self.updates
                    .push(update.map_err(|source| TagError::Inference {
                        path: name(),
                        source,
                    })?);
            }
        }
    }

    fn finish(self, remark: Option<String>) -> Result<TaggedFile, TagError> {
        let rate_hz = self.analyzer.map_or(1, |(rate_hz, _)| rate_hz);
        let last = match (self.updates.last(), self.pending) {
            (Some(last), _) => Ok(last.clone()),
            (None, Some(due)) => {
                let update = self.tagger.update(&due, rate_hz.into());
                Ok(update.map_err(|source| TagError::Inference {
                    path: self.path.display().to_string(),
                    source,
                })?)
            }
            (None, None) if self.windows == 0 => Err(NoTags::TooShort {
                first_seconds: first_seconds(&self.tagger.tagging.model.info().front_end),
            }),
            (None, None) => Err(NoTags::Silent),
        };
        Ok(TaggedFile {
            path: self.path.to_owned(),
            seconds: self.samples as f64 / f64::from(rate_hz),
            backend: self.tagger.backend(),
            last,
            updates: self.updates,
            remark,
        })
    }
}

/// Seconds of a stream after which its first window is due.
fn first_seconds(spec: &FrontEndSpec) -> f64 {
    let seconds = Analyzer::FIRST_WINDOW_SECONDS.min(spec.window_seconds());
    let frames = (seconds / spec.frame_seconds() - 1e-9).ceil() as u64;
    let due = frames.max(1).next_multiple_of(Analyzer::GRID_FRAMES);
    due as f64 * spec.frame_seconds()
}
