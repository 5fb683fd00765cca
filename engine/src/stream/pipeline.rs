//! The worker's end of a stream: ring → analyzer → network → calibration → smoothing → updates.

use std::collections::VecDeque;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::{Duration, Instant};

use ringbuf::traits::{Consumer, Observer, Producer};

use super::controls::Gap;
use super::event::Event;
use super::loader::{Loaded, Request};
use super::model_slot::{AfterFailure, ModelSlot};
use super::new_stream::NewStream;
use super::smoothing::Smoothing;
use super::update::{MAX_TAGS, TagUpdate};
use crate::front_end::{Analyzer, Due};
use crate::model::ModelSource;
use crate::network::{Backend, InferenceError, NetworkState, Span};

/// A stream gives back what the network keeps of it if no window has come for this long beyond the
/// update interval. Computing it anew takes less than a tenth of a second.
const KEEP_IDLE: Duration = Duration::from_secs(5);

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
    /// Whether the stream has sent an update.
    has_told: bool,
    /// Whether the last update came from an earlier model than the one in force.
    is_of_earlier_model: bool,
    /// What the network keeps of the stream's earlier windows.
    network_state: NetworkState,
    /// When the network last ran.
    ran_at: Instant,
    probabilities: Vec<f32>,
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
            has_told: false,
            is_of_earlier_model: false,
            network_state: NetworkState::default(),
            ran_at: Instant::now(),
            probabilities: Vec::new(),
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

    /// Takes from the ring what the host has played. Returns whether there was anything.
    pub fn drain(&mut self) -> bool {
        // The ring comes first: a sample from after a reset, or after a change of settings, is never
        // seen without that.
        let mut available = self.stream.samples.occupied_len();
        while let Some(gap) = self.stream.gaps.try_pop() {
            self.gaps.push_back(gap);
        }
        let offline = self.stream.controls.offline.load(Relaxed);
        self.follow_settings();
        let reset_at = self.stream.controls.reset_at.load(Acquire);
        if reset_at != self.reset_at {
            // A reset may come with samples that were not there yet when this counted them.
            available = available.saturating_sub(self.skip_until(reset_at));
            self.reset_at = reset_at;
            self.forget();
        }
        let before = self.consumed;
        if self.analyzer.is_some() {
            self.analyse(available, offline);
        } else if self.model.is_settled() {
            self.skip(available);
        } else if !offline {
            // The model is on its way. Keep the newest audio for it.
            let room = self.stream.samples.capacity().get() / 2;
            self.skip(available.saturating_sub(room));
        }
        self.publish(offline);
        self.rest();
        self.consumed != before
    }

    /// Tells the audio thread how far the stream is analysed, and until when no update falls due.
    fn publish(&self, offline: bool) {
        let controls = &self.stream.controls;
        let settled = if offline {
            self.due.is_none() && (self.analyzer.is_some() || self.model.is_settled())
        } else {
            true
        };
        if !settled {
            return;
        }
        let quiet_until = match &self.analyzer {
            Some(analyzer) if self.model.is_settled() => self.base + analyzer.samples_to_due(),
            _ => self.consumed,
        };
        controls.quiet_until.store(quiet_until, Relaxed);
        controls.analysed.store(self.consumed, Release);
    }

    /// Gives back memory that a stream needs only while it plays.
    fn rest(&mut self) {
        if self.network_state.bytes() > 0 {
            let interval = Duration::from_secs_f32(self.update_seconds.clamp(0.0, 10.0));
            if self.ran_at.elapsed() > KEEP_IDLE + interval {
                self.network_state.clear();
            }
        }
    }

    fn analyse(&mut self, mut available: usize, offline: bool) {
        // Offline, the network runs on a window that is due before anything moves on.
        while !(offline && self.due.is_some()) {
            let Some(analyzer) = &mut self.analyzer else {
                return;
            };
            let chunk = self.stream.samples.as_slices().0;
            let (used, due) = analyzer.push(&chunk[..chunk.len().min(available)]);
            available -= self.skip(used);
            match due {
                Some(due) => self.take_due(due),
                None if available == 0 => return,
                None => {}
            }
        }
    }

    fn take_due(&mut self, due: Due) {
        let position = self.stream_position(self.base + due.position_samples);
        let status = &self.stream.controls.status;
        if self.due.is_some() {
            status.late_updates.fetch_add(1, Relaxed);
        } else if due.silent && !self.is_outdated() {
            status.silent_updates.fetch_add(1, Relaxed);
            return;
        }
        self.due = Some((due, position));
    }

    /// Whether the last update rests on another model or other settings. The next window is then
    /// computed even if it has no new sound.
    fn is_outdated(&self) -> bool {
        let calibrated = self.stream.controls.calibrated.load(Relaxed);
        let changed =
            calibrated != self.calibrated || self.focus_seconds != self.told_focus_seconds;
        self.is_of_earlier_model || (self.has_told && changed)
    }

    /// The position in the stream, dropped samples included, after `ring_samples` of the ring's
    /// history. Positions must be asked for in order.
    fn stream_position(&mut self, ring_samples: u64) -> u64 {
        while let Some(gap) = self
            .gaps
            .pop_front_if(|gap| gap.ring_samples < ring_samples)
        {
            self.dropped_before = gap.dropped_samples;
        }
        ring_samples + self.dropped_before
    }

    /// Whether a window is due and the network can run it.
    pub fn is_ready(&self) -> bool {
        self.due.is_some() && self.model.in_force().is_some() && !self.model.is_broken()
    }

    /// Runs the network on the window that is due, and sends the tags to the audio thread.
    /// `window` is a buffer for the network's input, `[row, frame]`.
    pub fn run_network(&mut self, window: &mut Vec<f32>) {
        let (Some((due, position)), Some(analyzer), Some(model)) =
            (self.due, &self.analyzer, self.model.in_force())
        else {
            return;
        };
        let front_end = &model.info.front_end;
        window.resize(front_end.input_bands() * front_end.frames, 0.0);
        analyzer.read(&due, window);
        let started = Instant::now();
        let (outcome, backend) = {
            let mut network = model.network.lock();
            (
                network.run_next(
                    &mut self.network_state,
                    Span::from(&due),
                    window,
                    &mut self.probabilities,
                ),
                network.backend(),
            )
        };
        self.ran_at = Instant::now();
        match outcome {
            Ok(()) => {
                self.due = None;
                let inference_ms = started.elapsed().as_secs_f32() * 1e3;
                self.deliver(due, position, inference_ms);
            }
            Err(error) => {
                model.network.set_failed();
                self.replace_backend(backend, &error);
            }
        }
    }

    fn deliver(&mut self, due: Due, position: u64, inference_ms: f32) {
        self.calibrate();
        self.has_told = true;
        self.is_of_earlier_model = false;
        self.told_focus_seconds = self.focus_seconds;
        let controls = &self.stream.controls;
        let status = &controls.status;
        let tau = f64::from(controls.smoothing_seconds.get());
        let seconds = position as f64 / self.stream.sample_rate_hz;
        self.smoothing.apply(&mut self.probabilities, seconds, tau);
        let used = self.probabilities.len().min(MAX_TAGS);
        let mut update = TagUpdate {
            position_samples: position,
            seconds_heard: due.seconds_heard,
            generation: self.generation,
            tag_count: used as u32,
            inference_ms,
            calibrated: self.calibrated,
            probabilities: [0.0; MAX_TAGS],
        };
        update.probabilities[..used].copy_from_slice(&self.probabilities[..used]);
        status.inference_ms.store(inference_ms.to_bits(), Relaxed);
        let counter = match self.stream.updates.try_push(update) {
            Ok(()) => &status.updates,
            Err(_) => &status.late_updates,
        };
        counter.fetch_add(1, Relaxed);
    }

    /// Calibrates the network's probabilities, unless its own are wanted.
    fn calibrate(&mut self) {
        let calibrated = self.stream.controls.calibrated.load(Relaxed);
        if calibrated != self.calibrated {
            // Values of two kinds must not be smoothed together.
            self.smoothing.reset();
            self.calibrated = calibrated;
        }
        if let Some(model) = self.model.in_force().filter(|_| calibrated) {
            model.info.calibrate(&mut self.probabilities);
        }
    }

    /// Lets tract take over after a backend has failed. The window is still due.
    fn replace_backend(&mut self, failed: Backend, error: &InferenceError) {
        if let AfterFailure::Nothing(message) = self.model.failed(failed, error) {
            self.stop();
            self.tell(Event::Stopped {
                message,
                ended: false,
            });
        }
    }

    /// Ends the analysis until there is another model.
    fn stop(&mut self) {
        self.analyzer = None;
        self.network_state.clear();
        self.due = None;
    }

    fn follow_settings(&mut self) {
        let controls = &self.stream.controls;
        if let Some(analyzer) = &mut self.analyzer {
            let update_seconds = controls.update_seconds.get();
            if update_seconds != self.update_seconds {
                analyzer.set_update_seconds(f64::from(update_seconds));
                self.update_seconds = update_seconds;
            }
            let focus_seconds = controls.focus_seconds.get();
            if focus_seconds != self.focus_seconds {
                analyzer.set_focus_seconds(f64::from(focus_seconds));
                self.focus_seconds = focus_seconds;
            }
        }
        self.model.want_backend(controls.backend());
    }

    fn skip(&mut self, samples: usize) -> usize {
        let skipped = self.stream.samples.skip(samples);
        self.consumed += skipped as u64;
        skipped
    }

    fn skip_until(&mut self, position: u64) -> usize {
        self.skip(position.saturating_sub(self.consumed) as usize)
    }

    fn forget(&mut self) {
        if let Some(analyzer) = &mut self.analyzer {
            analyzer.reset();
        }
        self.network_state.clear();
        self.base = self.consumed;
        self.smoothing.reset();
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
