//! The first half of a pipeline: from the ring to the windows that are due.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Duration;

use ringbuf::traits::{Consumer, Observer};

use super::Pipeline;
use crate::front_end::Due;

/// A stream gives back what the network keeps of it if no window has come for this long beyond the
/// update interval. To compute it again takes less than a tenth of a second.
pub(super) const KEEP_IDLE: Duration = Duration::from_secs(5);

impl Pipeline {
    /// Takes from the ring what the host has played. Returns whether there was anything.
    pub(in crate::stream) fn drain(&mut self) -> bool {
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
        if let Some(analyzer) = &self.analyzer {
            self.stream.spectrogram.answer(|| analyzer.picture());
        }
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
                self.stream.controls.status.kept_bytes.store(0, Relaxed);
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
        self.begins = true;
        self.due = None;
        self.forget_questions();
    }
}
