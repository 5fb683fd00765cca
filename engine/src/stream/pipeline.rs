//! The worker's end of a stream: ring → analyzer → network → calibration → smoothing → updates.

mod listen;
mod probe;
mod run;

use std::collections::VecDeque;
use std::sync::atomic::Ordering::Release;
use std::time::Instant;

use self::probe::Questions;
use super::controls::Gap;
use super::event::Event;
use super::loader::{Loaded, Request};
use super::model_slot::ModelSlot;
use super::new_stream::NewStream;
use super::smoothing::Smoothing;
use super::transport::Mark;
use crate::front_end::{Analyzer, Due};
use crate::model::ModelSource;
use crate::network::NetworkState;

/// One stream in the worker.
pub(super) struct Pipeline {
    stream: NewStream,
    /// Samples taken from the ring since the stream began.
    consumed: u64,
    reset_at: u64,
    /// Value of `consumed` when the analyzer began.
    base: u64,
    analyzer: Option<Analyzer>,
    update_seconds: f32,
    focus_seconds: f32,
    model: ModelSlot,
    generation: u32,
    /// Whether the last update was calibrated.
    calibrated: bool,
    /// The focus of the last update.
    told_focus_seconds: f32,
    smoothing: Smoothing,
    /// The window that is due, and its position in the stream. Samples dropped before it count.
    due: Option<(Due, u64)>,
    /// Gaps of the ring's history after the last window.
    gaps: VecDeque<Gap>,
    /// Samples dropped before the last window.
    dropped_before: u64,
    /// Where the host's song stood at the last update.
    mark: Option<Mark>,
    /// The first mark after it.
    next_mark: Option<Mark>,
    /// Whether a new window has begun since the last update.
    begins: bool,
    /// Whether the stream has sent an update.
    has_told: bool,
    /// Whether the last update came from an earlier model than the one in force.
    is_of_earlier_model: bool,
    /// What the network keeps of the stream's earlier windows.
    network_state: NetworkState,
    /// When the network last ran.
    ran_at: Instant,
    probabilities: Vec<f32>,
    /// The window of the last update.
    last_due: Option<Due>,
    /// What the editor wants to know of it.
    questions: Questions,
}

impl Pipeline {
    pub fn new(stream: NewStream) -> Self {
        let model = ModelSlot::new(stream.model.clone(), stream.controls.backend());
        Self {
            stream,
            consumed: 0,
            reset_at: 0,
            base: 0,
            analyzer: None,
            update_seconds: 0.0,
            focus_seconds: f32::INFINITY,
            told_focus_seconds: f32::INFINITY,
            model,
            generation: 0,
            calibrated: true,
            smoothing: Smoothing::default(),
            due: None,
            gaps: VecDeque::new(),
            dropped_before: 0,
            mark: None,
            next_mark: None,
            begins: true,
            has_told: false,
            is_of_earlier_model: false,
            network_state: NetworkState::default(),
            ran_at: Instant::now(),
            probabilities: Vec::new(),
            last_due: None,
            questions: Questions::default(),
        }
    }

    pub fn id(&self) -> u64 {
        self.stream.id
    }

    /// Asks for another model at the next chance.
    pub fn want_model(&mut self, source: ModelSource) {
        self.model.want(source);
    }

    /// The request that the loader has not had yet.
    pub fn next_request(&mut self) -> Option<Request> {
        let stream = &self.stream;
        self.model.next_request(stream.id, &stream.library_dirs)
    }

    /// Takes the loader's answer, unless another model has been asked for since.
    pub fn take_answer(&mut self, ticket: u64, loaded: Result<Loaded, String>) {
        let Some(source) = self.model.awaited(ticket) else {
            return;
        };
        if let Err(message) = loaded.and_then(|loaded| self.put_in_force(loaded)) {
            self.model.refused();
            let stopped = self.model.in_force().is_none();
            if stopped {
                self.stop();
            }
            self.tell(Event::ModelFailed {
                source,
                message,
                stopped,
            });
        }
    }

    fn put_in_force(&mut self, loaded: Loaded) -> Result<(), String> {
        let front_end = &loaded.info.front_end;
        let same_front_end = self
            .model
            .in_force()
            .is_some_and(|m| m.info.front_end == *front_end);
        if !same_front_end || self.analyzer.is_none() {
            self.update_seconds = self.stream.controls.update_seconds.get();
            self.focus_seconds = self.stream.controls.focus_seconds.get();
            let mut analyzer = Analyzer::new(
                front_end,
                self.stream.sample_rate_hz,
                f64::from(self.update_seconds),
            )
            .map_err(|error| format!("{}: {error}", loaded.place))?;
            analyzer.set_focus_seconds(f64::from(self.focus_seconds));
            self.analyzer = Some(analyzer);
            self.base = self.consumed;
            self.due = None;
        }
        self.network_state.clear();
        self.forget_questions();
        self.probabilities = vec![0.0; loaded.info.tags.len()];
        let (info, place, report) = (
            loaded.info.clone(),
            loaded.place.clone(),
            loaded.report.clone(),
        );
        match self.model.put_in_force(loaded) {
            Some(reason) => {
                let running = report.running;
                let message = format!("{reason}; {} has taken over", running.name());
                self.tell(Event::BackendReplaced { message, running });
            }
            None => {
                self.smoothing.reset();
                self.stream.history.clear();
                self.is_of_earlier_model = self.has_told;
                self.generation += 1;
                let generation = self.generation;
                self.tell(Event::ModelReady {
                    generation,
                    info,
                    place,
                    report,
                });
            }
        }
        Ok(())
    }

    /// Ends the analysis until there is another model.
    fn stop(&mut self) {
        self.analyzer = None;
        self.network_state.clear();
        self.due = None;
    }

    /// Tells the main thread that the stream has ended unexpectedly. The plugin still passes audio.
    pub fn give_up(self) {
        let message = "the analysis failed unexpectedly and has stopped for this instance; \
                       deactivate and activate the plugin to start it again";
        self.tell(Event::Stopped {
            message: message.into(),
            ended: true,
        });
    }

    fn tell(&self, event: Event) {
        if self.stream.events.send(event).is_ok() {
            self.stream.notify.call();
        }
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.stream.controls.ended.store(true, Release);
    }
}

#[cfg(test)]
mod tests;
