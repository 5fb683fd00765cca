//! Asks a network why, between its updates, while somebody wants to know.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use super::Pipeline;
use crate::stream::hearing::Probe;

/// Nobody wants to know any more after this time without a question.
const WANTED_FOR: Duration = Duration::from_secs(1);

/// After a run the network rests for so many times as long as it took, so that asking takes a fifth of a core at
/// most.
const REST: u32 = 4;

/// What a pipeline remembers of questions.
pub(super) struct Questions {
    wanted: Option<(usize, Instant)>,
    probe: Option<Probe>,
    /// Tag and window that the newest answer is about.
    answered: Option<(usize, u64)>,
    /// When the network may run again.
    rested: Instant,
}

impl Default for Questions {
    fn default() -> Self {
        Self {
            wanted: None,
            probe: None,
            answered: None,
            rested: Instant::now(),
        }
    }
}

impl Pipeline {
    /// Runs the network once on a window of which a part is silent, if somebody has asked and it has rested.
    /// Returns whether it ran. A bounce is never held up.
    pub(in crate::stream) fn ask_why(&mut self) -> bool {
        if let Some(tag) = self.stream.spectrogram.take_question() {
            self.questions.wanted = Some((tag, Instant::now()));
        }
        let wanted = self.questions.wanted;
        let Some((tag, _)) = wanted.filter(|(_, since)| since.elapsed() < WANTED_FOR) else {
            self.questions.probe = None;
            return false;
        };
        let is_offline = self.stream.controls.offline.load(Relaxed);
        if is_offline || self.due.is_some() || Instant::now() < self.questions.rested {
            return false;
        }
        let questions = &mut self.questions;
        if !questions
            .probe
            .as_ref()
            .is_some_and(|probe| probe.is_of(tag))
        {
            questions.probe = None;
        }
        let (Some(model), Some(analyzer), Some(due)) =
            (self.model.in_force(), &self.analyzer, &self.last_due)
        else {
            return false;
        };
        if self.model.is_broken() || tag >= self.probabilities.len() {
            return false;
        }
        let probe = match &mut questions.probe {
            Some(probe) => probe,
            None if questions.answered == Some((tag, due.end_frame)) => return false,
            none => {
                let spec = &model.info.front_end;
                let mut window = vec![0.0; spec.input_bands() * spec.frames];
                analyzer.read(due, &mut window);
                none.insert(Probe::new(tag, due, spec, window, analyzer.silence()))
            }
        };
        let started = Instant::now();
        let mut probabilities = vec![0.0; self.probabilities.len()];
        let found = probe.step(|window| {
            let mut network = model.network.lock();
            network
                .run(window, &mut probabilities)
                .map(|()| probabilities[tag])
        });
        match found {
            Ok(None) => {}
            Ok(Some(hearing)) => {
                questions.answered = Some((tag, hearing.end_frame));
                questions.probe = None;
                self.stream.spectrogram.put_answer(hearing);
            }
            // The next update meets the same error, and deals with it.
            Err(_) => questions.probe = None,
        }
        questions.rested = Instant::now() + REST * started.elapsed();
        true
    }

    /// What has been asked was about another stream or model.
    pub(super) fn forget_questions(&mut self) {
        self.questions = Questions::default();
        self.last_due = None;
        self.stream.spectrogram.forget_answer();
    }
}
