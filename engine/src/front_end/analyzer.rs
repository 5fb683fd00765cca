//! Says which windows of a stream are due: the front-end, the rolling window and the update grid.

use super::error::FrontEndError;
use super::frames::FrontEnd;
use super::picture::WindowPicture;
use super::spec::FrontEndSpec;
use super::window::RollingWindow;

const GRID_FRAMES: u64 = Analyzer::GRID_FRAMES;
/// The longest time between updates. The window keeps frames for so long.
const MAX_UPDATE_SECONDS: f64 = 10.0;
/// −80 dBFS. A stream that stays below this peak is silent.
const SILENCE_PEAK: f32 = 1e-4;

/// A window that is due for the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Due {
    /// Number of frames pushed when the window ended. [`Analyzer::read`] finds the window by it.
    pub end_frame: u64,
    /// Position in the stream, in host samples since its start or last reset, at which the window
    /// became known. It depends on the stream alone, not on block sizes.
    pub position_samples: u64,
    /// Frames of the stream that the window shows. It repeats them if it is longer.
    pub heard_frames: u64,
    /// The same in seconds.
    pub seconds_heard: f32,
    /// Whether no sample after the previous due window reached −80 dBFS. The tags then hold.
    pub silent: bool,
}

/// Turns a mono stream at the host's rate into windows on a fixed grid of frames.
///
/// The first window is due after 3 s, or after the model's whole window if that is shorter. Then
/// one is due at each multiple of `update_seconds`. Both times are rounded to 16 frames, the grid
/// that pooled networks share.
///
/// ```
/// use tagline_engine::{Analyzer, FrontEndSpec};
///
/// let spec = FrontEndSpec::choi2016();
/// let mut analyzer = Analyzer::new(&spec, 44_100.0, 1.0)?;
/// let mut window = vec![0.0; spec.input_bands() * spec.frames];
/// let song = vec![0.1; 10 * 44_100];
/// let (mut used, mut windows) = (0, 0);
/// while let (count, Some(due)) = analyzer.push(&song[used..]) {
///     used += count;
///     analyzer.read(&due, &mut window);
///     windows += 1;
/// }
/// assert_eq!(windows, 7);
/// # Ok::<(), tagline_engine::FrontEndError>(())
/// ```
pub struct Analyzer {
    spec: FrontEndSpec,
    front_end: FrontEnd,
    window: RollingWindow,
    /// Host samples for each sample at the model's rate.
    host_samples_per_sample: f64,
    step_frames: u64,
    focus_frames: u64,
    next_due_frame: u64,
    position_samples: u64,
    /// Position after the newest sample that was not silent.
    sound_until_samples: u64,
    /// Position after the newest sample in the previous due window.
    analysed_until_samples: u64,
}

impl Analyzer {
    /// Windows are due at multiples of this many frames, the grid that pooled networks share.
    pub const GRID_FRAMES: u64 = 16;
    /// Seconds of audio that the first window shows.
    pub const FIRST_WINDOW_SECONDS: f64 = 3.0;

    /// Makes an analyzer. It allocates all its memory here. [`Self::set_update_seconds`] names the
    /// limits of `update_seconds`.
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
            focus_frames: spec.frames as u64,
            next_due_frame: first_due_frame(spec),
            position_samples: 0,
            sound_until_samples: 0,
            analysed_until_samples: 0,
            spec: spec.clone(),
        })
    }

    /// Feeds samples until a window falls due or all are used. Returns how many it used, and the
    /// window if one is due. Never allocates.
    ///
    /// Two windows may fall due at once. A call without samples then returns the second.
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
            // Stop at the end of a chunk: a window's position is where it becomes known.
            let chunk = &rest[..rest.len().min(self.front_end.samples_to_chunk())];
            self.listen(chunk);
            let window = &mut self.window;
            self.front_end.push(chunk, |frame| window.push(frame));
            used += chunk.len();
        }
    }

    /// Ends the stream and adds what is still on its way through the front-end. A stream too short
    /// for a first window gets a window of all there is, an empty one gets none. Only
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

    /// Writes a due window to `out: [row, frame]`. It can be read until the next one is due.
    ///
    /// # Panics
    /// If `out` is not `input_bands · frames` long.
    pub fn read(&self, due: &Due, out: &mut [f32]) {
        self.window
            .read_newest(due.end_frame, due.heard_frames, out);
    }

    /// Host samples between two windows of the grid, approximately.
    #[must_use]
    pub fn update_samples(&self) -> u64 {
        let samples = (self.step_frames * self.spec.hop as u64) as f64;
        (samples * self.host_samples_per_sample).round() as u64
    }

    /// Host samples since the stream's start before which no window falls due. The window itself
    /// comes a little later.
    pub(crate) fn samples_to_due(&self) -> u64 {
        // A frame is never finished before the sample on which it is centred, or begins.
        let centre = (self.next_due_frame - 1) * self.spec.hop as u64;
        (centre as f64 * self.host_samples_per_sample) as u64
    }

    /// Changes the update interval from the next window on. It is limited to 10 s, and to at least
    /// 16 frames. A value that is not a number is ignored.
    pub fn set_update_seconds(&mut self, update_seconds: f64) {
        if update_seconds.is_nan() {
            return;
        }
        self.step_frames = step_frames(&self.spec, update_seconds);
        let first = first_due_frame(&self.spec);
        // The first window, and one that is due already, stay where they are.
        if self.next_due_frame > self.window.pushed().max(first) {
            self.next_due_frame = self.next_on_grid(self.window.pushed().max(first));
        }
    }

    /// Changes the focus from the next window on: how many of the last seconds a window shows. It
    /// repeats them until it is full. The focus is rounded up to 16 frames and limited to 3 s and
    /// the whole window, which infinity stands for. A value that is not a number is ignored.
    pub fn set_focus_seconds(&mut self, focus_seconds: f64) {
        if !focus_seconds.is_nan() {
            self.focus_frames = focus_frames(&self.spec, focus_seconds);
        }
    }

    /// The window as a picture.
    pub(crate) fn picture(&self) -> WindowPicture {
        self.window.picture(self.focus_frames)
    }

    /// Silence as the network gets it, a value for each row.
    pub(crate) fn silence(&self) -> Vec<f32> {
        let mut window = vec![0.0; self.spec.input_bands() * self.spec.frames];
        RollingWindow::new(&self.spec, 0).read(0, &mut window);
        window.into_iter().step_by(self.spec.frames).collect()
    }

    /// Forgets the stream, as if the analyzer had just been made.
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
        let heard_frames = end_frame.min(self.focus_frames);
        let due = Due {
            end_frame,
            position_samples: self.position_samples,
            heard_frames,
            seconds_heard: (heard_frames as f64 * self.spec.frame_seconds()) as f32,
            silent: self.sound_until_samples <= self.analysed_until_samples,
        };
        self.analysed_until_samples = self.samples_before_end_of(end_frame - 1);
        due
    }

    /// The first frame of the grid after `frame`.
    fn next_on_grid(&self, frame: u64) -> u64 {
        (frame / self.step_frames + 1) * self.step_frames
    }

    /// Host samples before the last one that `frame` sees.
    fn samples_before_end_of(&self, frame: u64) -> u64 {
        let end = frame * self.spec.hop as u64 + self.spec.samples_from_place() as u64;
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
    frames_of(spec, Analyzer::FIRST_WINDOW_SECONDS)
}

/// Frames that a window shows, on the grid or all of its own.
fn focus_frames(spec: &FrontEndSpec, focus_seconds: f64) -> u64 {
    let seconds = focus_seconds.max(Analyzer::FIRST_WINDOW_SECONDS);
    frames_of(spec, seconds).min(spec.frames as u64)
}

/// Frames of the grid that hold `seconds`, or the whole window if that is shorter.
fn frames_of(spec: &FrontEndSpec, seconds: f64) -> u64 {
    let seconds = seconds.min(spec.window_seconds());
    // Rounding must not add a frame that the seconds do not hold.
    let frames = (seconds / spec.frame_seconds() - 1e-9).ceil() as u64;
    frames.max(1).next_multiple_of(GRID_FRAMES)
}

/// Frames between two windows, on the grid.
fn step_frames(spec: &FrontEndSpec, update_seconds: f64) -> u64 {
    let seconds = update_seconds.clamp(0.0, MAX_UPDATE_SECONDS);
    let grid_seconds = GRID_FRAMES as f64 * spec.frame_seconds();
    // A NaN becomes 0 here, which gives the shortest interval.
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

    #[test]
    fn a_focus_is_at_least_the_first_window_and_at_most_the_whole_one() {
        let spec = FrontEndSpec::choi2016();
        let frames = [0.0, 3.0, 6.0, 12.0, 29.0, f64::INFINITY].map(|s| focus_frames(&spec, s));
        assert_eq!(frames, [144, 144, 288, 576, 1360, 1366]);
        let short = FrontEndSpec {
            frames: 100,
            ..spec
        };
        assert_eq!(focus_frames(&short, 3.0), 100);
    }

    #[test]
    fn a_window_shows_its_focus_and_not_what_came_before() {
        let spec = FrontEndSpec::choi2016();
        let mut analyzer = Analyzer::new(&spec, 12_000.0, 1.0).expect("a possible rate");
        analyzer.set_focus_seconds(3.0);
        let mut window = vec![0.0; 96 * 1366];
        let loud: Vec<f32> = (0..6 * 12_000).map(|n| (n % 7) as f32 * 0.1).collect();
        let stream = [loud, vec![0.0; 5 * 12_000]].concat();
        let mut used = 0;
        let mut last = None;
        while let (count, Some(due)) = analyzer.push(&stream[used..]) {
            used += count;
            assert!(due.seconds_heard < 3.1);
            last = Some(due);
        }
        analyzer.read(&last.expect("a window"), &mut window);
        assert!(window.iter().all(|&level| level == -100.0), "only silence");
        analyzer.set_focus_seconds(f64::INFINITY);
        let (_, due) = analyzer.push(&[0.0; 12_000]);
        assert!(due.expect("a window").seconds_heard > 11.0);
    }
}
