//! Analyses a mono stream and has its windows tagged.

use tagline_engine::{Analyzer, Due, FrontEndError, FrontEndSpec, InferenceError, NetworkState};

use super::{NoTags, Tagger, Tagging, Update, Windows};

/// A mono stream on its way to its tags. It keeps what the network remembers of its earlier windows, so
/// one [`Tagger`] can serve several streams in turn.
pub struct Listener {
    rate_hz: f64,
    asked: Windows,
    first_seconds: f64,
    analyzer: Analyzer,
    state: NetworkState,
    /// `[row, frame]`
    window: Vec<f32>,
    samples: u64,
    /// Windows that fell due.
    windows: usize,
    /// The last window that was not silent. It is read, but not run yet unless all are.
    pending: Option<Due>,
    updates: Vec<Update>,
}

/// What was heard in a stream, from its start to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Its length in seconds.
    pub seconds: f64,
    /// The tags of the last window that was not silent, or the reason why there are none.
    pub last: Result<Update, NoTags>,
    /// The tags of the windows that were asked for, as far as [`Listener::take_updates`] has not taken
    /// them; empty if that is the last one alone.
    pub updates: Vec<Update>,
}

impl Listener {
    /// Begins a stream at `rate_hz`.
    ///
    /// # Errors
    /// [`FrontEndError`] if the front-end cannot work at this rate.
    pub fn new(tagging: &Tagging, rate_hz: f64) -> Result<Self, FrontEndError> {
        let spec = &tagging.model.info().front_end;
        let mut analyzer = Analyzer::new(spec, rate_hz, tagging.update_seconds)?;
        analyzer.set_focus_seconds(tagging.focus_seconds);
        Ok(Self {
            rate_hz,
            asked: tagging.windows,
            first_seconds: first_seconds(spec),
            analyzer,
            state: NetworkState::default(),
            window: vec![0.0; spec.input_bands() * spec.frames],
            samples: 0,
            windows: 0,
            pending: None,
            updates: Vec::new(),
        })
    }

    /// Takes in samples. `tagger` is of the same model.
    ///
    /// # Errors
    /// [`InferenceError`] if neither the backend nor tract can run the network.
    pub fn push(&mut self, tagger: &mut Tagger, mono: &[f32]) -> Result<(), InferenceError> {
        self.samples += mono.len() as u64;
        let mut used = 0;
        loop {
            let (count, due) = self.analyzer.push(&mono[used..]);
            used += count;
            let Some(due) = due else {
                return Ok(());
            };
            self.windows += 1;
            // Over silence the tags hold.
            if due.silent {
                continue;
            }
            if self.asked == Windows::Full
                && let Some(before) = self.pending
                && before.heard_frames >= due.heard_frames
            {
                self.listen(tagger, &before)?;
            }
            self.pending = Some(due);
            self.analyzer.read(&due, &mut self.window);
            if self.asked == Windows::Every {
                self.listen(tagger, &due)?;
            }
        }
    }

    /// The tags that came since the last call, if more than the last window's were asked for.
    pub fn take_updates(&mut self) -> Vec<Update> {
        std::mem::take(&mut self.updates)
    }

    /// Ends the stream.
    ///
    /// # Errors
    /// Those of [`Self::push`].
    pub fn finish(mut self, tagger: &mut Tagger) -> Result<Heard, InferenceError> {
        if self.asked == Windows::Full
            && let Some(due) = self.pending
        {
            self.listen(tagger, &due)?;
        }
        let last = match (self.updates.last(), self.pending) {
            (Some(last), _) => Ok(last.clone()),
            (None, Some(due)) => Ok(self.update(tagger, &due)?),
            (None, None) if self.windows == 0 => Err(NoTags::TooShort {
                first_seconds: self.first_seconds,
            }),
            (None, None) => Err(NoTags::Silent),
        };
        Ok(Heard {
            seconds: self.samples as f64 / self.rate_hz,
            last,
            updates: self.updates,
        })
    }

    /// Has the window tagged that has been read, as one that was asked for.
    fn listen(&mut self, tagger: &mut Tagger, due: &Due) -> Result<(), InferenceError> {
        let update = self.update(tagger, due)?;
        self.updates.push(update);
        Ok(())
    }

    /// Has the window tagged that has been read.
    fn update(&mut self, tagger: &mut Tagger, due: &Due) -> Result<Update, InferenceError> {
        let (probabilities, embedding) = tagger.run(&mut self.state, due, &self.window)?;
        Ok(Update {
            position_seconds: due.position_samples as f64 / self.rate_hz,
            seconds_heard: due.seconds_heard,
            probabilities,
            embedding,
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
