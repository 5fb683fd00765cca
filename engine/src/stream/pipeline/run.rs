//! The second half of a pipeline: from a window that is due to the update.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use ringbuf::traits::{Consumer, Producer};

use super::Pipeline;
use crate::front_end::Due;
use crate::network::{Backend, InferenceError, Span};
use crate::stream::event::Event;
use crate::stream::history::Moment;
use crate::stream::model_slot::AfterFailure;
use crate::stream::update::{MAX_TAGS, TagUpdate};

impl Pipeline {
    /// Whether a window is due and the network can run it.
    pub(in crate::stream) fn is_ready(&self) -> bool {
        self.due.is_some() && self.model.in_force().is_some() && !self.model.is_broken()
    }

    /// Runs the network on the window that is due, and sends the tags to the audio thread.
    /// `window` is a buffer for the network's input, `[row, frame]`.
    pub(in crate::stream) fn run_network(&mut self, window: &mut Vec<f32>) {
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
                self.last_due = Some(due);
                let kept = self.network_state.bytes() as u64;
                self.stream.controls.status.kept_bytes.store(kept, Relaxed);
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
        self.remember(&due, position, seconds);
    }

    /// Adds the update to the history.
    fn remember(&mut self, due: &Due, position: u64, position_seconds: f64) {
        let mut begins = std::mem::take(&mut self.begins);
        loop {
            let next = self
                .next_mark
                .take()
                .or_else(|| self.stream.marks.try_pop());
            match next {
                Some(mark) if mark.position_samples <= position => {
                    self.mark = Some(mark);
                    begins = true;
                }
                later => {
                    self.next_mark = later;
                    break;
                }
            }
        }
        let rate_hz = self.stream.sample_rate_hz;
        let transport = self.mark.map(|mark| mark.at(position, rate_hz));
        self.stream.history.push(Moment {
            position_seconds,
            seconds_heard: due.seconds_heard,
            transport: transport.unwrap_or_default(),
            begins,
            probabilities: self.probabilities.as_slice().into(),
        });
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
}
