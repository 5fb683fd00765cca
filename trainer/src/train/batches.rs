//! Which clips a step sees, and how much of them. Everything is a function of seed, epoch and step,
//! so a resumed training sees the same as one that was not interrupted.

use std::ops::Range;
use std::thread::Scope;

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tagline_engine::{FrontEndSpec, tile};

use super::augment::{Augment, Other, Strength};
use super::balance::balanced;
use super::options::{Recipe, SHORTEST_SECONDS};
use crate::cpu::Windows;
use crate::data::{Clips, DataError};
use crate::work::{Ahead, ahead};

/// The clips of a step.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Number of clips.
    pub clips: usize,
    /// Bands and frames of their windows.
    pub size: [usize; 2],
    /// Windows, `[clip, band, frame]`.
    pub windows: Vec<f32>,
    /// Labels, `[clip, tag]`, 0 to 1.
    pub labels: Vec<f32>,
}

impl Batch {
    /// Its windows.
    #[must_use]
    pub fn windows(&self) -> Windows<'_> {
        Windows {
            values: &self.windows,
            clips: self.clips,
            size: self.size,
        }
    }
}

/// The batches of one epoch of training.
#[derive(Clone, Debug)]
pub(super) struct Epoch<'a> {
    clips: &'a Clips,
    order: Vec<usize>,
    lengths: Lengths,
    augment: Option<Augment>,
    number: usize,
    batch: usize,
    seed: u64,
}

/// How much of a clip's window is used.
#[derive(Clone, Copy, Debug)]
struct Lengths {
    /// Frames that the network is given.
    given: usize,
    /// Fewest of the clip's own frames that are kept. If they are fewer than `given`, they are
    /// repeated.
    shortest: usize,
}

/// The generator of one purpose. It depends on these numbers alone, and differs from that of any
/// other purpose.
pub(super) fn generator(seed: u64, purpose: Purpose, epoch: usize, step: usize) -> ChaCha8Rng {
    let mut key = [0; 32];
    let parts = [seed, purpose as u64, epoch as u64, step as u64];
    for (bytes, part) in key.chunks_exact_mut(8).zip(parts) {
        bytes.copy_from_slice(&part.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// What random numbers are for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    Order = 1,
    Crop = 2,
    Dropout = 3,
    Augment = 4,
}

/// Number of steps of an epoch. It has whole batches only, since a batch norm needs several clips,
/// or a single batch of all clips if they do not fill one.
pub(super) fn steps(clips: usize, batch: usize) -> usize {
    (clips / batch).max(1)
}

impl<'a> Epoch<'a> {
    /// The epoch `number`, from 0, of training on `clips`, which were made by the
    /// front-end `spec`.
    pub(super) fn new(
        clips: &'a Clips,
        recipe: &Recipe,
        number: usize,
        spec: &FrontEndSpec,
    ) -> Self {
        let random = &mut generator(recipe.seed, Purpose::Order, number, 0);
        let mut order: Vec<usize> = match recipe.balance {
            true => balanced(|clip| clips.labels(clip), clips.len(), random),
            false => (0..clips.len()).collect(),
        };
        order.shuffle(random);
        let halved = (number as f64) < recipe.half_windows * recipe.epochs as f64;
        let given = clips.frames().div_ceil(if halved { 2 } else { 1 });
        let shortest = (SHORTEST_SECONDS / spec.frame_seconds()).ceil() as usize;
        let shortest = if recipe.variable_length {
            shortest.clamp(1, given)
        } else {
            given
        };
        Self {
            clips,
            order,
            lengths: Lengths { given, shortest },
            augment: strength(recipe).map(|strength| Augment::new(spec, strength)),
            number,
            batch: recipe.batch.min(clips.len()),
            seed: recipe.seed,
        }
    }

    /// Number of its steps.
    pub(super) fn steps(&self) -> usize {
        steps(self.order.len(), self.batch)
    }

    /// Starts `threads` threads that load the batches from step `first` on. The batches arrive in
    /// order, and do not depend on the number of threads.
    pub(super) fn load<'scope, 'env>(
        &'env self,
        scope: &'scope Scope<'scope, 'env>,
        threads: usize,
        first: usize,
    ) -> Ahead<Result<Batch, DataError>> {
        ahead(scope, threads, first..self.steps(), |step| self.batch(step))
    }

    fn batch(&self, step: usize) -> Result<Batch, DataError> {
        let (bands, frames) = (self.clips.bands(), self.clips.frames());
        let given = self.lengths.given;
        let chosen = &self.order[step * self.batch..][..self.batch];
        let mut rng = generator(self.seed, Purpose::Crop, self.number, step);
        let mut window = vec![0.0; bands * frames];
        let mut batch = Batch {
            clips: chosen.len(),
            size: [bands, given],
            windows: vec![0.0; chosen.len() * bands * given],
            labels: Vec::new(),
        };
        let windows = batch.windows.chunks_exact_mut(bands * given);
        for (&clip, out) in chosen.iter().zip(windows) {
            self.crop(clip, &mut rng, &mut window, out)?;
            batch.labels.extend_from_slice(self.clips.labels(clip));
        }
        if let Some(augment) = self.augment {
            self.augment(augment, step, &mut window, &mut batch)?;
        }
        Ok(batch)
    }

    /// Writes the used part of a clip to `out`. `window` has room for the whole clip.
    fn crop(
        &self,
        clip: usize,
        rng: &mut ChaCha8Rng,
        window: &mut [f32],
        out: &mut [f32],
    ) -> Result<(), DataError> {
        let (frames, given) = (self.clips.frames(), self.lengths.given);
        self.clips.read(clip, window)?;
        let heard = self.clips.heard_frames(clip).clamp(1, frames);
        let kept = rng.random_range(self.lengths.shortest..=given).min(heard);
        // A whole window of a shorter clip keeps the repetition that it was prepared with.
        let kept = if self.lengths.shortest == given {
            given
        } else {
            kept
        };
        let start = rng.random_range(0..=frames.min(heard.max(kept)) - kept);
        let rows = window.chunks_exact(frames).zip(out.chunks_exact_mut(given));
        for (row, out) in rows {
            out[..kept].copy_from_slice(&row[start..start + kept]);
            tile(out, kept);
        }
        Ok(())
    }

    fn augment(
        &self,
        augment: Augment,
        step: usize,
        window: &mut [f32],
        batch: &mut Batch,
    ) -> Result<(), DataError> {
        let mut rng = generator(self.seed, Purpose::Augment, self.number, step);
        let [bands, given] = batch.size;
        let tags = batch.labels.len() / batch.clips;
        let mut other = vec![0.0; bands * given];
        let windows = batch.windows.chunks_exact_mut(bands * given);
        for (out, labels) in windows.zip(batch.labels.chunks_exact_mut(tags)) {
            let mixed = if augment.mixes(&mut rng) {
                let clip = rng.random_range(0..self.clips.len());
                self.crop(clip, &mut rng, window, &mut other)?;
                Some(Other {
                    window: &other,
                    labels: self.clips.labels(clip),
                })
            } else {
                None
            };
            augment.alter(&mut rng, out, labels, given, mixed);
        }
        Ok(())
    }
}

fn strength(recipe: &Recipe) -> Option<Strength> {
    match (recipe.augment, recipe.gentle) {
        (false, _) => None,
        (true, false) => Some(Strength::Full),
        (true, true) => Some(Strength::Gentle),
    }
}

/// Some clips by their places, and their windows, whole.
pub(super) type Part = (Range<usize>, Vec<f32>);

/// The windows of `clips` in order, `batch` at a time, without their labels, loaded ahead by
/// `threads` threads.
pub(super) fn in_order<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    threads: usize,
    clips: &'env Clips,
    batch: usize,
) -> Ahead<Result<Part, DataError>> {
    let window = clips.bands() * clips.frames();
    let parts = 0..clips.len().div_ceil(batch);
    ahead(scope, threads, parts, move |part| {
        let range = part * batch..clips.len().min((part + 1) * batch);
        let mut windows = vec![0.0; range.len() * window];
        for (clip, window) in range.clone().zip(windows.chunks_exact_mut(window)) {
            clips.read(clip, window)?;
        }
        Ok((range, windows))
    })
}
