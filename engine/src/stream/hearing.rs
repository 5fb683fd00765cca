//! Where in a window the network hears a tag, found by occlusion (Zeiler and Fergus 2014, "Visualizing and
//! understanding convolutional networks"): one part of the window after the other is replaced by silence, and
//! what the tag's logit loses is what that part says for the tag. It asks nothing of the network's kind.

use std::ops::Range;

use crate::front_end::{Due, FrontEndSpec};
use crate::model::logit;

/// Most stretches of a window, and most of its bands.
const MOST_STRETCHES: u64 = 24;
const MOST_BANDS: usize = 8;

/// Shortest stretch, in seconds.
const SHORTEST_SECONDS: f64 = 0.5;

/// A probability this near 0 or 1 counts as no nearer.
const LEAST: f32 = 1e-6;

/// Where in a window the network hears a tag.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hearing {
    /// The tag, by its index.
    pub tag: usize,
    /// Number of frames pushed when the window ended.
    pub end_frame: u64,
    /// Frames that the window shows, up to that one.
    pub frames: u64,
    /// What the tag's logit loses when one of equal stretches of these frames is silent, oldest first. What is
    /// negative speaks against the tag.
    pub stretches: Vec<f32>,
    /// The same for one of equal parts of the rows, low ones first.
    pub bands: Vec<f32>,
}

impl Hearing {
    /// The frames of a stretch, counted as [`Self::end_frame`] is.
    #[must_use]
    pub fn stretch(&self, index: usize) -> Range<u64> {
        let first = self.end_frame.saturating_sub(self.frames);
        let Range { start, end } = part(self.frames, self.stretches.len(), index);
        first + start..first + end
    }
}

/// The `index`th of `count` equal parts.
fn part(frames: u64, count: usize, index: usize) -> Range<u64> {
    let at = |index: usize| frames * index as u64 / count.max(1) as u64;
    at(index)..at(index + 1)
}

/// A [`Hearing`] in the making. Its network runs once for each part, and once for the whole.
pub(super) struct Probe {
    hearing: Hearing,
    /// The window as the network got it, `[row, frame]`.
    window: Vec<f32>,
    /// The window with one part silenced.
    occluded: Vec<f32>,
    /// Silence, one value for each row.
    silence: Vec<f32>,
    /// Frames of the whole window.
    frames: usize,
    /// Rows of a picture. A network may have more: their derivatives.
    rows: usize,
    stretches: usize,
    bands: usize,
    /// The tag's logit for the whole window.
    whole: Option<f32>,
}

impl Probe {
    /// Begins to ask why `window`, which `due` describes, has the tag.
    pub fn new(
        tag: usize,
        due: &Due,
        spec: &FrontEndSpec,
        window: Vec<f32>,
        silence: Vec<f32>,
    ) -> Self {
        let frames = due.heard_frames.max(1);
        let shortest = (SHORTEST_SECONDS / spec.frame_seconds()).ceil() as u64;
        let stretches = (frames / shortest.max(1)).clamp(1, MOST_STRETCHES) as usize;
        let rows = spec.frame_values();
        let mut silence = silence;
        if spec.top_db.is_some() {
            // Below the floor of this window there is nothing.
            for (silence, row) in silence.iter_mut().zip(window.chunks_exact(spec.frames)) {
                *silence = row
                    .iter()
                    .copied()
                    .fold(f32::INFINITY, f32::min)
                    .max(*silence);
            }
        }
        Self {
            hearing: Hearing {
                tag,
                end_frame: due.end_frame,
                frames,
                ..Hearing::default()
            },
            occluded: Vec::new(),
            window,
            silence,
            frames: spec.frames,
            rows,
            stretches,
            bands: MOST_BANDS.min(rows).max(1),
            whole: None,
        }
    }

    /// The tag and the window that it is about.
    pub fn is_of(&self, tag: usize) -> bool {
        self.hearing.tag == tag
    }

    /// Has `run` compute the probabilities of the next window. Returns what was found once every part has had
    /// its turn.
    pub fn step<E>(
        &mut self,
        run: impl FnOnce(&[f32]) -> Result<f32, E>,
    ) -> Result<Option<Hearing>, E> {
        let Some(whole) = self.whole else {
            self.whole = Some(self.logit(run(&self.window)?));
            return Ok(None);
        };
        let stretch_at = self.hearing.stretches.len();
        let band_at = self.hearing.bands.len();
        if stretch_at < self.stretches {
            let range = part(self.hearing.frames, self.stretches, stretch_at);
            self.occlude(|_, frame| range.contains(&frame));
            let left = self.logit(run(&self.occluded)?);
            self.hearing.stretches.push(whole - left);
        } else {
            let (rows, bands) = (self.rows, self.bands);
            self.occlude(|row, _| row * bands / rows == band_at);
            let left = self.logit(run(&self.occluded)?);
            self.hearing.bands.push(whole - left);
        }
        let is_done = self.hearing.bands.len() == self.bands;
        Ok(is_done.then(|| std::mem::take(&mut self.hearing)))
    }

    fn logit(&self, probability: f32) -> f32 {
        logit(probability.clamp(LEAST, 1.0 - LEAST)) as f32
    }

    /// Silences the places that `is_hidden` names by row and heard frame, wherever the window repeats them.
    fn occlude(&mut self, is_hidden: impl Fn(usize, u64) -> bool) {
        self.occluded.clone_from(&self.window);
        let heard = self.hearing.frames;
        let rows = self
            .occluded
            .chunks_exact_mut(self.frames)
            .zip(&self.silence);
        for (index, (row, silence)) in rows.enumerate() {
            for (frame, value) in row.iter_mut().enumerate() {
                if is_hidden(index % self.rows, frame as u64 % heard) {
                    *value = *silence;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(heard_frames: u64) -> Due {
        Due {
            end_frame: 5_000,
            position_samples: 0,
            heard_frames,
            seconds_heard: 0.0,
            silent: false,
        }
    }

    /// A network that hears a loud place in rows 0 to 11 of some frames of the window, or nothing.
    fn listen(spec: &FrontEndSpec, frames: Range<usize>, window: &[f32]) -> Result<f32, ()> {
        let rows = window.chunks_exact(spec.frames).take(12);
        let sum: f32 = rows.flat_map(|row| &row[frames.clone()]).sum();
        let mean = sum / (12.0 * frames.len() as f32);
        Ok(1.0 / (1.0 + (-mean).exp()))
    }

    fn found(spec: &FrontEndSpec, heard: u64, frames: Range<usize>) -> Hearing {
        let window = vec![2.0; spec.input_bands() * spec.frames];
        let silence = vec![-1.0; spec.input_bands()];
        let mut probe = Probe::new(3, &due(heard), spec, window, silence);
        loop {
            let step = probe.step(|window| listen(spec, frames.clone(), window));
            if let Some(hearing) = step.expect("no error") {
                return hearing;
            }
        }
    }

    #[test]
    fn only_the_stretches_and_bands_that_the_network_hears_lose() {
        let spec = FrontEndSpec::choi2016();
        let frames = spec.frames;
        // The eleventh of 24 stretches; the lowest of 8 bands has 12 of 96 rows.
        let (from, to) = (frames * 10 / 24, frames * 11 / 24);
        let hearing = found(&spec, frames as u64, from..to);
        assert_eq!((hearing.tag, hearing.end_frame), (3, 5_000));
        let heard = |parts: &[f32]| -> Vec<usize> {
            (0..parts.len())
                .filter(|n| parts[*n].abs() > 0.01)
                .collect()
        };
        assert_eq!((hearing.stretches.len(), hearing.bands.len()), (24, 8));
        let first = 5_000 - frames as u64;
        assert_eq!(hearing.stretch(10), first + from as u64..first + to as u64);
        assert_eq!(
            (heard(&hearing.stretches), heard(&hearing.bands)),
            (vec![10], vec![0])
        );
        assert!((hearing.stretches[10] - 3.0).abs() < 0.01, "{hearing:?}");
    }

    #[test]
    fn a_short_focus_has_fewer_stretches_each_silenced_wherever_it_is_repeated() {
        let spec = FrontEndSpec::choi2016();
        // 3 s, repeated until the window is full: six stretches.
        let hearing = found(&spec, 144, 0..spec.frames);
        assert_eq!(hearing.stretches.len(), 6);
        assert!(
            hearing
                .stretches
                .iter()
                .all(|lost| (lost - 0.5).abs() < 0.06),
            "{hearing:?}"
        );
    }
}
