//! The rolling window of frames, read as a network's input.

use super::derivative::derive;
use super::features::Features;
use super::picture::{COLUMN_FRAMES, WindowPicture, levels};
use super::spec::{Feature, FrontEndSpec, RowNorm};

/// The newest frames of a stream, in memory allocated once.
///
/// ```
/// use tagline_engine::{FrontEndSpec, RollingWindow};
///
/// let spec = FrontEndSpec::choi2016();
/// let mut window = RollingWindow::new(&spec, 0);
/// window.push(&[-30.0; 96]);
/// let mut input = vec![0.0; 96 * 1366];
/// window.read(window.pushed(), &mut input);
/// assert!(input.iter().all(|&level| level == -30.0), "one frame is repeated");
/// ```
pub struct RollingWindow {
    /// Rows of the input.
    bands: usize,
    frames: usize,
    /// Frames kept of each row.
    kept: usize,
    /// `[value of a frame, frame modulo kept]`, so that reading a row copies two stretches.
    ring: Vec<f32>,
    pushed: u64,
    /// A frame of silence.
    silence: Vec<f32>,
    derivatives: bool,
    top_db: Option<f32>,
    rows: Option<RowNorm>,
    scale: f32,
    offset: f32,
}

impl RollingWindow {
    /// Makes a window of `spec.frames` frames that also keeps the `margin_frames` before them. A
    /// window that ended up to that many frames ago can still be read.
    /// [`FrontEndSpec::validate`] must accept `spec`.
    #[must_use]
    pub fn new(spec: &FrontEndSpec, margin_frames: usize) -> Self {
        let kept = spec.frames + margin_frames;
        Self {
            bands: spec.input_bands(),
            frames: spec.frames,
            kept,
            ring: vec![0.0; spec.frame_values() * kept],
            pushed: 0,
            silence: Features::new(spec).silence().to_vec(),
            derivatives: matches!(spec.feature, Feature::Mfcc { .. }),
            top_db: spec.top_db,
            rows: spec.rows.clone(),
            scale: spec.scale,
            offset: spec.offset,
        }
    }

    /// Appends one frame of [`FrontEnd`](crate::FrontEnd).
    ///
    /// # Panics
    /// If `frame` does not have [`FrontEndSpec::frame_values`] values.
    pub fn push(&mut self, frame: &[f32]) {
        assert_eq!(frame.len(), self.silence.len(), "values of a frame");
        let at = (self.pushed % self.kept as u64) as usize;
        for (row, &value) in self.ring.chunks_exact_mut(self.kept).zip(frame) {
            row[at] = value;
        }
        self.pushed += 1;
    }

    /// Number of frames pushed since the start or the last reset.
    #[must_use]
    pub fn pushed(&self) -> u64 {
        self.pushed
    }

    /// Writes the window that ended when `end_frame` frames had been pushed to
    /// `out: [row, frame]` (row-major), with the spec's `top_db`, `rows` and affine map applied. Fewer
    /// frames than a window are repeated from their start until they fill it. Without any frame
    /// the window is silent. If the window that ended with `end_frame` is not there yet, or no
    /// longer, the nearest one is read.
    ///
    /// Derivatives are those of the frames heard, so a window read from a stream equals that of a
    /// clip with the same frames. They are repeated with the frames, and none is taken across a
    /// seam. Fewer than nine frames, and silence, have derivatives of 0.
    ///
    /// # Panics
    /// If `out` is not `input_bands · frames` long.
    pub fn read(&self, end_frame: u64, out: &mut [f32]) {
        self.read_newest(end_frame, self.frames as u64, out);
    }

    /// Writes the same, but of the newest `frames` frames of that window alone (at least one):
    /// they are repeated until they fill it, as if the stream had begun with them.
    ///
    /// # Panics
    /// If `out` is not `input_bands · frames` long.
    pub fn read_newest(&self, end_frame: u64, frames: u64, out: &mut [f32]) {
        assert_eq!(out.len(), self.bands * self.frames, "[row, frame]");
        let kept = self.kept as u64;
        // The end of the oldest window whose frames are all still here.
        let oldest_end = match self.pushed.checked_sub(kept) {
            None | Some(0) => 0,
            Some(lost) => lost + self.frames as u64,
        };
        let end = end_frame.clamp(oldest_end, self.pushed);
        let heard = end.min(frames.clamp(1, self.frames as u64)) as usize;
        let start = ((end - heard as u64) % kept) as usize;
        let (values, derived) = out.split_at_mut(self.silence.len() * self.frames);
        let rows = self.ring.chunks_exact(self.kept).zip(&self.silence);
        for ((row, &silence), out) in rows.zip(values.chunks_exact_mut(self.frames)) {
            if heard == 0 {
                out.fill(silence);
                continue;
            }
            let before_wrap = heard.min(self.kept - start);
            out[..before_wrap].copy_from_slice(&row[start..start + before_wrap]);
            out[before_wrap..heard].copy_from_slice(&row[..heard - before_wrap]);
        }
        // Silence fills a window.
        let filled = if heard == 0 { self.frames } else { heard };
        if self.derivatives {
            let (first, second) = derived.split_at_mut(values.len());
            let rows = first
                .chunks_exact_mut(self.frames)
                .zip(second.chunks_exact_mut(self.frames));
            for (row, (first, second)) in values.chunks_exact(self.frames).zip(rows) {
                derive(&row[..filled], &mut first[..filled], &mut second[..filled]);
            }
        }
        out.chunks_exact_mut(self.frames)
            .for_each(|row| tile(row, filled));
        self.finish(out);
    }

    /// The newest frames as a picture of the whole window, of which the focus covers so many.
    pub(super) fn picture(&self, focus_frames: u64) -> WindowPicture {
        let columns = (self.frames / COLUMN_FRAMES).max(1);
        let kept = self.kept as u64;
        let heard = self.pushed.min(self.frames as u64);
        let mut values = Vec::with_capacity(self.silence.len() * columns);
        for row in self.ring.chunks_exact(self.kept) {
            for column in 0..columns {
                let youngest = ((columns - 1 - column) * COLUMN_FRAMES) as u64;
                let ages = youngest..(youngest + COLUMN_FRAMES as u64).min(heard);
                let frames = ages.map(|age| row[((self.pushed - 1 - age) % kept) as usize]);
                values.push(frames.fold(f32::NAN, f32::max));
            }
        }
        let share = |frames: u64| (frames as f32 / self.frames as f32).min(1.0);
        WindowPicture {
            rows: self.silence.len(),
            columns,
            levels: levels(&values),
            end_frame: self.pushed,
            filled: share(heard),
            focus: share(focus_frames),
        }
    }

    /// Forgets all frames.
    pub fn reset(&mut self) {
        self.pushed = 0;
    }

    /// Applies the steps that need the whole window.
    fn finish(&self, out: &mut [f32]) {
        let floor = self.top_db.map_or(f32::NEG_INFINITY, |top_db| {
            out.iter().copied().fold(f32::NEG_INFINITY, f32::max) - top_db
        });
        if let Some(RowNorm { mean, deviation }) = &self.rows {
            let norms = mean.iter().zip(deviation);
            for (row, (mean, deviation)) in out.chunks_exact_mut(self.frames).zip(norms) {
                for value in row {
                    let normed = (value.max(floor) - mean) / deviation;
                    *value = normed * self.scale + self.offset;
                }
            }
            return;
        }
        for value in out {
            *value = value.max(floor) * self.scale + self.offset;
        }
    }
}

/// Repeats the first `filled` values of `row` until they fill it. This completes a band of a window
/// that is not full yet.
///
/// # Panics
/// If `filled` is 0 and `row` is not empty.
pub fn tile(row: &mut [f32], filled: usize) {
    assert!(filled > 0 || row.is_empty(), "there is nothing to repeat");
    let mut filled = filled;
    while filled < row.len() {
        let copied = filled.min(row.len() - filled);
        row.copy_within(..copied, filled);
        filled += copied;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front_end::MelSpec;

    fn spec(frames: usize) -> FrontEndSpec {
        FrontEndSpec {
            feature: Feature::LogMel(MelSpec {
                bands: 2,
                ..MelSpec::choi2016()
            }),
            frames,
            ..FrontEndSpec::choi2016()
        }
    }

    /// Frame `k` holds `k` and `-k`.
    fn filled(spec: &FrontEndSpec, margin: usize, pushed: i16) -> RollingWindow {
        let mut window = RollingWindow::new(spec, margin);
        for k in 0..pushed {
            window.push(&[f32::from(k), f32::from(-k)]);
        }
        window
    }

    fn read(window: &RollingWindow, end: u64, frames: usize) -> Vec<f32> {
        let mut out = vec![f32::NAN; 2 * frames];
        window.read(end, &mut out);
        out
    }

    #[test]
    fn a_window_not_yet_full_repeats_what_was_heard() {
        let window = filled(&spec(7), 3, 3);
        let expected = [0., 1., 2., 0., 1., 2., 0., 0., -1., -2., 0., -1., -2., 0.];
        assert_eq!(read(&window, 3, 7), expected);
        assert_eq!(read(&window, 1, 7), [0.0; 14]);
    }

    #[test]
    fn every_window_within_the_margin_can_be_read() {
        for pushed in 4..40 {
            let window = filled(&spec(4), 3, pushed);
            for end in (pushed - 3).max(4)..=pushed {
                let row: Vec<f32> = (end - 4..end).map(f32::from).collect();
                let found = read(&window, end as u64, 4);
                assert_eq!(found[..4], row, "pushed {pushed} end {end}");
                assert!(found[4..].iter().zip(&row).all(|(a, b)| *a == -b));
            }
        }
    }

    #[test]
    fn a_window_out_of_reach_reads_as_the_nearest() {
        let window = filled(&spec(4), 3, 20);
        assert_eq!(read(&window, 2, 4), read(&window, 17, 4));
        assert_eq!(read(&window, u64::MAX, 4), read(&window, 20, 4));
    }

    #[test]
    fn a_tiled_window_survives_in_the_margin() {
        let window = filled(&spec(4), 3, 5);
        assert_eq!(read(&window, 3, 4)[..4], [0.0, 1.0, 2.0, 0.0]);
    }

    #[test]
    fn top_db_and_affine_are_those_of_the_window_read() {
        let spec = FrontEndSpec {
            top_db: Some(2.5),
            scale: 10.0,
            offset: 1.0,
            ..spec(4)
        };
        let window = filled(&spec, 2, 6);
        let expected = [16.0, 21.0, 31.0, 41.0, 16.0, 16.0, 16.0, 16.0];
        assert_eq!(read(&window, 5, 4), expected);
    }

    #[test]
    fn each_row_is_brought_to_its_own_mean_and_deviation_before_the_affine_map() {
        let spec = FrontEndSpec {
            top_db: Some(2.5),
            rows: Some(RowNorm {
                mean: vec![1.0, -2.0],
                deviation: vec![2.0, 0.5],
            }),
            scale: 10.0,
            offset: 1.0,
            ..spec(4)
        };
        let window = filled(&spec, 2, 6);
        let expected = [3.5, 6.0, 11.0, 16.0, 71.0, 71.0, 71.0, 71.0];
        assert_eq!(read(&window, 5, 4), expected);
    }

    #[test]
    fn nothing_heard_reads_as_silence() {
        let window = filled(&spec(4), 3, 0);
        assert_eq!(read(&window, 0, 4), [-100.0; 8]);
    }

    #[test]
    fn the_newest_frames_alone_are_repeated_until_they_fill_the_window() {
        let window = filled(&spec(7), 3, 20);
        let mut out = vec![f32::NAN; 14];
        window.read_newest(19, 3, &mut out);
        assert_eq!(out[..7], [16., 17., 18., 16., 17., 18., 16.]);
        window.read_newest(19, 70, &mut out);
        assert_eq!(
            out,
            read(&window, 19, 7),
            "a window has no more than its frames"
        );
    }

    #[test]
    fn reset_forgets_everything() {
        let mut window = filled(&spec(4), 3, 20);
        window.reset();
        assert_eq!(window.pushed(), 0);
        window.push(&[5.0, 6.0]);
        assert_eq!(read(&window, 1, 4), [5., 5., 5., 5., 6., 6., 6., 6.]);
    }

    #[test]
    fn a_picture_has_the_newest_frames_on_the_right_and_what_is_unheard_on_the_left() {
        let spec = spec(400);
        // 250 of 400 frames; in row 0 each is louder than the one before.
        let picture = filled(&spec, 8, 250).picture(100);
        assert_eq!((picture.rows, picture.columns), (2, 200));
        assert_eq!((picture.filled, picture.focus), (0.625, 0.25));
        let row = &picture.levels[..200];
        assert_eq!(row[..75], [0; 75], "150 frames are missing");
        assert!(
            row[75..].is_sorted() && row[75] > 0 && row[199] > row[80],
            "{row:?}"
        );
        // A window that has gone round its ring shows the newest frames, too.
        let round = filled(&spec, 8, 5_000).picture(1_000);
        assert_eq!((round.filled, round.focus), (1.0, 1.0));
        assert!(round.levels[..200].is_sorted() && round.levels[199] > round.levels[0]);
    }
}
