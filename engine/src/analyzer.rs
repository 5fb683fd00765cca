//! Which windows of a stream are due: the front-end, the rolling window and the update grid.

use crate::{FrontEnd, FrontEndError, FrontEndSpec, RollingWindow};

const GRID_FRAMES: u64 = Analyzer::GRID_FRAMES;
/// Longest time between updates, for which memory is kept.
const MAX_UPDATE_SECONDS: f64 = 10.0;
/// −80 dBFS: below it, a stream is silent.
const SILENCE_PEAK: f32 = 1e-4;

/// A window that is due for the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Due {
    /// Frames pushed when the window ended; name of the window in [`Analyzer::read`].
    pub end_frame: u64,
    /// Position in the stream, in host samples since its start or last reset, from which the
    /// window is known. It depends on the stream alone, not on block sizes.
    pub position_samples: u64,
    /// Seconds of the stream the window rests on: up to `window_seconds`, then that.
    pub seconds_heard: f32,
    /// No sample reached −80 dBFS since the newest one in the previous due window: the tags hold.
    pub silent: bool,
}

/// Turns a mono stream at the host's rate into windows on a fixed grid of frames since the
/// stream's start: the first after 3 s (or the model's whole window, if that is shorter), then
/// one at each multiple of `update_seconds`, both rounded to 16 frames (the grid that pooled
/// networks share).
pub struct Analyzer {
    spec: FrontEndSpec,
    front_end: FrontEnd,
    window: RollingWindow,
    /// Host samples for each sample at the model's rate.
    host_samples_per_sample: f64,
    step_frames: u64,
    next_due_frame: u64,
    position_samples: u64,
    /// Position after the newest sample that reached the silence threshold.
    sound_until_samples: u64,
    /// Position after the newest sample in the previous due window.
    analysed_until_samples: u64,
}

impl Analyzer {
    /// Windows are due on multiples of so many frames: the grid that pooled networks share.
    pub const GRID_FRAMES: u64 = 16;
    /// Seconds of audio on which the first window rests.
    pub const FIRST_WINDOW_SECONDS: f64 = 3.0;

    /// Makes an analyzer; all memory is allocated here. For the limits of `update_seconds` see
    /// [`Self::set_update_seconds`].
    ///
    /// # Errors
    /// [`FrontEndError`] if the rate or a parameter is impossible.
    pub fn new(
        spec: &FrontEndSpec,
        host_rate_hz: f64,
        update_seconds: f64,
    ) -> Result<Self, FrontEndError> {
        let front_end = FrontEnd::new(spec, host_rate_hz)?;
        let margin = step_frames(spec, MAX_UPDATE_SECONDS) + first_due_frame(spec);
        let margin = margin as usize + front_end.frames_per_chunk_max();
        Ok(Self {
            window: RollingWindow::new(spec, margin),
            front_end,
            host_samples_per_sample: host_rate_hz / f64::from(spec.sample_rate),
            step_frames: step_frames(spec, update_seconds),
            next_due_frame: first_due_frame(spec),
            position_samples: 0,
            sound_until_samples: 0,
            analysed_until_samples: 0,
            spec: spec.clone(),
        })
    }

    /// Feeds samples until a window becomes due or all are used. Returns how many were used,
    /// and the window, if one is due now. Never allocates.
    ///
    /// Without any samples it still returns a window that fell due together with the last one.
    pub fn push(&mut self, mono: &[f32]) -> (usize, Option<Due>) {
        let mut used = 0;
        loop {
            if self.window.pushed() >= self.next_due_frame {
                return (used, Some(self.take_due()));
            }
            let rest = &mono[used..];
            if rest.is_empty() {
                return (used, None);
            }
            // Never beyond a chunk, so that a due window's position is where it becomes known.
            let chunk = &rest[..rest.len().min(self.front_end.samples_to_chunk())];
            self.listen(chunk);
            let window = &mut self.window;
            self.front_end.push(chunk, |frame| window.push(frame));
            used += chunk.len();
        }
    }

    /// Ends the stream: what is still on its way through the front-end is added, and a stream
    /// too short for a first window gets one of what there is (none if it was empty). Only
    /// [`Self::reset`] starts another stream. Never allocates.
    pub fn finish(&mut self) -> Option<Due> {
        let window = &mut self.window;
        self.front_end.finish(|frame| window.push(frame));
        let pushed = self.window.pushed();
        let none_yet = self.next_due_frame == first_due_frame(&self.spec);
        if none_yet && pushed > 0 {
            self.next_due_frame = self.next_due_frame.min(pushed);
        }
        (pushed >= self.next_due_frame).then(|| self.take_due())
    }

    /// Writes a due window to `out: [row, frame]`. A window can be read until the next one
    /// is due.
    ///
    /// # Panics
    /// If `out` is not `input_bands · frames` long.
    pub fn read(&self, due: &Due, out: &mut [f32]) {
        self.window.read(due.end_frame, out);
    }

    /// Host samples between two windows once the grid is under way, approximately.
    #[must_use]
    pub fn update_samples(&self) -> u64 {
        let samples = (self.step_frames * self.spec.hop as u64) as f64;
        (samples * self.host_samples_per_sample).round() as u64
    }

    /// Host samples since the stream's start before which no window falls due: until then, a stream
    /// need not be looked at. The window itself comes a little later.
    pub(crate) fn samples_to_due(&self) -> u64 {
        // No frame is finished before the sample that it is centred on.
        let centre = (self.next_due_frame - 1) * self.spec.hop as u64;
        (centre as f64 * self.host_samples_per_sample) as u64
    }

    /// Changes the update interval from the next window on. It is kept within 0 and 10 s, and
    /// is at least 16 frames; what is not a number is ignored.
    pub fn set_update_seconds(&mut self, update_seconds: f64) {
        if update_seconds.is_nan() {
            return;
        }
        self.step_frames = step_frames(&self.spec, update_seconds);
        let first = first_due_frame(&self.spec);
        // A window already due, or the first, stays where it is.
        if self.next_due_frame > self.window.pushed().max(first) {
            self.next_due_frame = self.next_on_grid(self.window.pushed().max(first));
        }
    }

    /// Forgets the stream, as if just made.
    pub fn reset(&mut self) {
        self.front_end.reset();
        self.window.reset();
        self.next_due_frame = first_due_frame(&self.spec);
        self.position_samples = 0;
        self.sound_until_samples = 0;
        self.analysed_until_samples = 0;
    }

    fn take_due(&mut self) -> Due {
        let end_frame = self.next_due_frame;
        self.next_due_frame = self.next_on_grid(end_frame);
        let heard = end_frame.min(self.spec.frames as u64) as f64 * self.spec.frame_seconds();
        let due = Due {
            end_frame,
            position_samples: self.position_samples,
            seconds_heard: heard as f32,
            silent: self.sound_until_samples <= self.analysed_until_samples,
        };
        self.analysed_until_samples = self.samples_before_end_of(end_frame - 1);
        due
    }

    /// The first frame of the grid after `frame`.
    fn next_on_grid(&self, frame: u64) -> u64 {
        (frame / self.step_frames + 1) * self.step_frames
    }

    /// Host samples before the last one that `frame` reaches.
    fn samples_before_end_of(&self, frame: u64) -> u64 {
        let end = frame * self.spec.hop as u64 + self.spec.n_fft as u64 / 2;
        (end as f64 * self.host_samples_per_sample) as u64
    }

    fn listen(&mut self, samples: &[f32]) {
        let loud = |sample: &f32| sample.is_finite() && sample.abs() >= SILENCE_PEAK;
        if let Some(last) = samples.iter().rposition(loud) {
            self.sound_until_samples = self.position_samples + last as u64 + 1;
        }
        self.position_samples += samples.len() as u64;
    }
}

/// Frames of the first window, on the grid.
fn first_due_frame(spec: &FrontEndSpec) -> u64 {
    let seconds = Analyzer::FIRST_WINDOW_SECONDS.min(spec.window_seconds());
    // Rounding must not ask for a frame more than the seconds hold.
    let frames = (seconds / spec.frame_seconds() - 1e-9).ceil() as u64;
    frames.max(1).next_multiple_of(GRID_FRAMES)
}

/// Frames between two windows, on the grid.
fn step_frames(spec: &FrontEndSpec, update_seconds: f64) -> u64 {
    let seconds = update_seconds.clamp(0.0, MAX_UPDATE_SECONDS);
    let grid_seconds = GRID_FRAMES as f64 * spec.frame_seconds();
    // A NaN becomes 0 here, and so the shortest interval.
    ((seconds / grid_seconds).round() as u64).max(1) * GRID_FRAMES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_window_falls_due_before_it_is_expected() {
        for rate_hz in [
            1_000.0, 8_000.0, 11_025.0, 12_000.0, 44_100.0, 48_000.0, 96_123.4, 192e3,
        ] {
            let spec = FrontEndSpec::choi2016();
            let mut analyzer = Analyzer::new(&spec, rate_hz, 0.5).expect("a possible rate");
            let block = vec![0.1; 37];
            let (mut position, mut found) = (0, 0);
            while found < 8 {
                let expected = analyzer.samples_to_due();
                let (used, due) = analyzer.push(&block);
                position += used as u64;
                if let Some(due) = due {
                    assert_eq!(due.position_samples, position);
                    assert!(position >= expected, "{rate_hz} Hz: {position} {expected}");
                    let late = (position - expected) as f64 / rate_hz;
                    assert!(late < 0.5, "{rate_hz} Hz: {late} s of waiting for nothing");
                    found += 1;
                }
            }
        }
    }
}
