//! One stream in the worker: ring → analyzer → network → calibration → smoothing → updates.

use std::collections::VecDeque;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::{Duration, Instant};

use ringbuf::traits::{Consumer, Observer, Producer};

use crate::loader::{Loaded, Request};
use crate::model_slot::{AfterFailure, ModelSlot};
use crate::tap::Gap;
use crate::worker::NewStream;
use crate::{
    Analyzer, Backend, Due, Event, InferenceError, MAX_TAGS, ModelSource, NetworkState, Smoothing,
    TagUpdate,
};

/// Time without a window for the network, beyond the update interval, after which a stream gives
/// back what the network keeps of it. To compute that anew costs less than a tenth of a second.
const KEEP_IDLE: Duration = Duration::from_secs(5);

/// One stream, as the worker holds it.
pub(crate) struct Pipeline {
    stream: NewStream,
    /// Samples taken from the ring since the stream began.
    consumed: u64,
    reset_at: u64,
    /// Value of `consumed` at which the analyzer began.
    base: u64,
    analyzer: Option<Analyzer>,
    update_seconds: f32,
    model: ModelSlot,
    generation: u32,
    /// Whether the last update was calibrated.
    calibrated: bool,
    smoothing: Smoothing,
    /// The window that is due, and its position in the stream, with what was dropped before it.
    due: Option<(Due, u64)>,
    /// Gaps of the ring's history that no window has come to yet.
    gaps: VecDeque<Gap>,
    /// Samples dropped before the last of the gaps that a window has come to.
    dropped_before: u64,
    /// Whether an update has been sent since the stream began.
    has_told: bool,
    /// Whether the last update sent is of an earlier model than the one in force.
    is_of_earlier_model: bool,
    /// What the network keeps of this stream's earlier windows.
    network_state: NetworkState,
    /// When the network last ran.
    ran_at: Instant,
    probabilities: Vec<f32>,
}

impl Pipeline {
    pub fn new(stream: NewStream) -> Self {
        let model = ModelSlot::new(stream.model.clone(), stream.link.backend());
        Self {
            stream,
            consumed: 0,
            reset_at: 0,
            base: 0,
            analyzer: None,
            update_seconds: 0.0,
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
        self.model
            .next_request(stream.id, &stream.library_dirs, &stream.link)
    }

    /// Takes the loader's answer, unless something else has been asked for since.
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
            self.update_seconds = f32::from_bits(self.stream.link.update_seconds.load(Relaxed));
            let analyzer = Analyzer::new(
                front_end,
                self.stream.sample_rate_hz,
                f64::from(self.update_seconds),
            )
            .map_err(|error| format!("{}: {error}", loaded.place))?;
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

    /// Takes what the host has played from the ring. Returns whether there was anything.
    pub fn drain(&mut self) -> bool {
        // The ring first, then the rest: a sample from after a reset, or a change of settings, is
        // never seen without it.
        let mut available = self.stream.samples.occupied_len();
        while let Some(gap) = self.stream.gaps.try_pop() {
            self.gaps.push_back(gap);
        }
        let offline = self.stream.link.offline.load(Relaxed);
        self.follow_settings();
        let reset_at = self.stream.link.reset_at.load(Acquire);
        if reset_at != self.reset_at {
            // A reset may have come with samples that were not there yet when they were counted.
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
            // The model is on its way: keep the newest audio for it.
            let room = self.stream.samples.capacity().get() / 2;
            self.skip(available.saturating_sub(room));
        }
        self.publish(offline);
        self.rest();
        self.consumed != before
    }

    /// Tells the audio thread how far the stream is analysed, and how far it may go on without
    /// missing an update.
    fn publish(&self, offline: bool) {
        let link = &self.stream.link;
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
        link.quiet_until.store(quiet_until, Relaxed);
        link.analysed.store(self.consumed, Release);
    }

    /// Gives memory back that a stream needs only while it plays.
    fn rest(&mut self) {
        if self.network_state.bytes() > 0 {
            let interval = Duration::from_secs_f32(self.update_seconds.clamp(0.0, 10.0));
            if self.ran_at.elapsed() > KEEP_IDLE + interval {
                self.network_state.clear();
            }
        }
    }

    fn analyse(&mut self, mut available: usize, offline: bool) {
        // Offline, nothing moves on before the window that is due has been run.
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
        let status = &self.stream.link.status;
        if self.due.is_some() {
            status.late_updates.fetch_add(1, Relaxed);
        } else if due.silent && !self.is_outdated() {
            status.silent_updates.fetch_add(1, Relaxed);
            return;
        }
        self.due = Some((due, position));
    }

    /// Whether the last update sent is not what would be sent now: the next window is then computed
    /// even if there is nothing new to hear.
    fn is_outdated(&self) -> bool {
        let calibrated = self.stream.link.calibrated.load(Relaxed);
        self.is_of_earlier_model || (self.has_told && calibrated != self.calibrated)
    }

    /// The position in the stream, dropped samples counted, of the ring's history after
    /// `ring_samples`. It must not go back.
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
    /// `window` is room for the network's input, `[row, frame]`.
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
                    due.end_frame,
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
        let link = &self.stream.link;
        let status = &link.status;
        let tau = f64::from(f32::from_bits(link.smoothing_seconds.load(Relaxed)));
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

    /// Calibrates what the network said, unless its own probabilities are wanted.
    fn calibrate(&mut self) {
        let calibrated = self.stream.link.calibrated.load(Relaxed);
        if calibrated != self.calibrated {
            // Between values of two kinds nothing is to be smoothed.
            self.smoothing.reset();
            self.calibrated = calibrated;
        }
        if let Some(model) = self.model.in_force().filter(|_| calibrated) {
            model.info.calibrate(&mut self.probabilities);
        }
    }

    /// A backend failed while running: tract takes over, on the window that is still due.
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
        let link = &self.stream.link;
        let update_seconds = f32::from_bits(link.update_seconds.load(Relaxed));
        if let Some(analyzer) = &mut self.analyzer
            && update_seconds != self.update_seconds
        {
            analyzer.set_update_seconds(f64::from(update_seconds));
            self.update_seconds = update_seconds;
        }
        self.model.want_backend(link.backend());
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

    /// Says that the stream has come to an unexpected end; the plugin goes on passing audio.
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
        self.stream.link.ended.store(true, Release);
    }
}

#[cfg(test)]
mod tests;
