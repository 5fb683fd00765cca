//! Decodes, analyses and tags an audio file.

use std::path::{Path, PathBuf};

use tagline_engine::Backend;
use tagline_media::{DecodeError, Sink, decode_to, mix};

use super::{Heard, Listener, TagError, Tagger};

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
    /// The window's embedding ([`Network::embedding`](tagline_engine::Network::embedding)); empty unless
    /// the model gives some.
    pub embedding: Vec<f32>,
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
    /// The tags of the windows that were asked for; empty if that is the last one alone.
    pub updates: Vec<Update>,
    /// What is wrong with the file, although it could be read.
    pub remark: Option<String>,
}

impl Tagger {
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
            listener: None,
            mono: Vec::new(),
            failed: None,
        };
        let decoded = decode_to(path, &mut listening);
        if let Some(error) = listening.failed {
            return Err(error);
        }
        let remark = decoded?;
        let Some(listener) = listening.listener else {
            // A file without a sample is an error of the decoder.
            return Err(TagError::Decode(DecodeError::Nothing {
                path: path.display().to_string(),
                reason: "it holds no sample".to_owned(),
            }));
        };
        let heard = listener.finish(self);
        let Heard {
            seconds,
            last,
            updates,
        } = heard.map_err(|source| TagError::Inference {
            path: path.display().to_string(),
            source,
        })?;
        Ok(TaggedFile {
            path: path.to_owned(),
            seconds,
            backend: self.backend(),
            last,
            updates,
            remark,
        })
    }
}

/// A file on its way through the analysis.
struct Listening<'l, P> {
    tagger: &'l mut Tagger,
    path: &'l Path,
    progress: P,
    /// Begins with the file's first samples, which tell its rate.
    listener: Option<Listener>,
    mono: Vec<f32>,
    failed: Option<TagError>,
}

impl<P: FnMut(f64)> Sink for Listening<'_, P> {
    fn restart(&mut self) {
        self.listener = None;
    }

    fn take(&mut self, sample_rate_hz: u32, channels: &[Vec<f32>]) -> bool {
        mix(channels, &mut self.mono);
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

impl<P> Listening<'_, P> {
    /// Analyses what is in `mono`.
    fn analyse(&mut self, rate_hz: u32) -> Result<(), TagError> {
        let name = || self.path.display().to_string();
        let listener = match &mut self.listener {
            Some(listener) => listener,
            None => {
                let listener = Listener::new(self.tagger.tagging(), rate_hz.into());
                self.listener
                    .insert(listener.map_err(|source| TagError::FrontEnd {
                        path: name(),
                        source,
                    })?)
            }
        };
        let pushed = listener.push(self.tagger, &self.mono);
        pushed.map_err(|source| TagError::Inference {
            path: name(),
            source,
        })
    }
}
