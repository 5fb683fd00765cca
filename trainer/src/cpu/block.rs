//! One block, forwards and backwards.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::columns::Shape;
use super::convolution::{self, Backward};
use super::plane::{self, Pooling, Scratch};
use crate::arch::{Block, BlockParameters, EPSILON, Mean, Pool};

/// Gives the generator of a clip's dropout after a block.
pub(super) type Dropout<'a> = &'a (dyn Fn(usize, usize) -> ChaCha8Rng + Sync);

/// How a forward pass normalises, and whether it has dropout.
#[derive(Clone, Copy)]
pub(super) enum Mode<'a> {
    /// By the running statistics, without dropout.
    Running,
    /// By the batch's own statistics, without dropout.
    Plain,
    /// By the batch's own statistics, with dropout.
    Drop(Dropout<'a>),
}

/// The results of a block's forward pass, for its backward pass and for the next block.
#[derive(Debug, Default)]
pub(super) struct BlockPass {
    shape: Option<Shape>,
    pooling: Option<Pooling>,
    dropped: bool,
    /// The convolution's result. After the backward pass, its gradient.
    convolved: Vec<f32>,
    /// The largest value of every pooled window before the batch norm.
    peaks: Vec<f32>,
    /// Its place in the window, or [`plane::NONE`].
    choices: Vec<u16>,
    /// What ReLU and dropout leave of the largest values, where a mean follows; empty elsewhere.
    alive: Vec<f32>,
    /// The input of the next block.
    output: Vec<f32>,
    statistics: Vec<Statistics>,
}

/// A map's mean and biased variance, and the number of their values.
#[derive(Clone, Copy, Debug)]
struct Statistics {
    mean: f64,
    variance: f64,
    count: f64,
}

impl Statistics {
    /// 1 / √(variance + ε)
    fn rate(&self) -> f64 {
        1.0 / (self.variance + EPSILON).sqrt()
    }

    /// The batch norm as `gain · x + offset`.
    fn affine(&self, gain: f32, offset: f32) -> [f32; 2] {
        let gain = f64::from(gain) * self.rate();
        [gain as f32, (f64::from(offset) - self.mean * gain) as f32]
    }
}

impl BlockPass {
    /// The input of the next block: `[clip, map, band, frame]`.
    pub(super) fn output(&self) -> &[f32] {
        &self.output
    }

    /// Computes block `number`. Returns bands and frames of the result.
    pub(super) fn forward(
        &mut self,
        block: &Block,
        numbers: &BlockParameters,
        maps: &[f32],
        size: [usize; 2],
        number: usize,
        mode: Mode<'_>,
    ) -> [usize; 2] {
        let shape = Shape {
            kernel: block.kernel,
            maps: [numbers.maps_in, numbers.maps_out],
            size,
        };
        let clips = maps.len() / (numbers.maps_in * shape.area());
        let pool = block.pool_on(shape.size_out());
        let pooling = Pooling {
            size: shape.size_out(),
            pool: pool.unwrap_or(Pool::side_by_side([1, 1])),
        };
        let window = pooling.pool.size[0] * pooling.pool.size[1];
        assert!(
            window <= usize::from(plane::NONE),
            "places in a window of a pooling are u16"
        );
        let (pooled, size) = (pooling.maxima(), pooling.pooled());
        let averages = pooling.pool.mean != Mean::NONE;
        let count = numbers.maps_out * clips;
        self.shape = Some(shape);
        self.pooling = Some(pooling);
        self.convolved.resize(count * shape.area_out(), 0.0);
        self.peaks.resize(count * pooled, 0.0);
        self.choices.resize(count * pooled, 0);
        self.alive
            .resize(if averages { count * pooled } else { 0 }, 0.0);
        self.output.resize(count * size[0] * size[1], 0.0);

        convolution::forward(shape, &numbers.kernels, maps, &mut self.convolved);
        self.statistics = match mode {
            Mode::Running => running(numbers),
            Mode::Plain | Mode::Drop(_) => {
                measured(&self.convolved, numbers.maps_out, shape.area_out())
            }
        };
        let dropout = match mode {
            Mode::Drop(dropout) if block.dropout => Some(dropout),
            _ => None,
        };
        self.dropped = dropout.is_some();
        let statistics = &self.statistics;
        let clip = numbers.maps_out * pooled;
        let alive = match averages {
            true => &mut self.alive,
            false => &mut self.output,
        };
        self.convolved
            .par_chunks_exact(numbers.maps_out * shape.area_out())
            .zip(self.peaks.par_chunks_exact_mut(clip))
            .zip(self.choices.par_chunks_exact_mut(clip))
            .zip(alive.par_chunks_exact_mut(clip))
            .enumerate()
            .for_each(|(clip, (((maps, peaks), choices), alive))| {
                let mut random = dropout.map(|dropout| dropout(number, clip));
                let mut kept = vec![
                    0;
                    if random.is_some() {
                        pooled.div_ceil(32)
                    } else {
                        0
                    }
                ];
                let mut scratch = Scratch::default();
                let maps = maps
                    .chunks_exact(shape.area_out())
                    .zip(peaks.chunks_exact_mut(pooled))
                    .zip(choices.chunks_exact_mut(pooled))
                    .zip(alive.chunks_exact_mut(pooled));
                for (index, (((map, peaks), choices), alive)) in maps.enumerate() {
                    let affine =
                        statistics[index].affine(numbers.gain[index], numbers.offset[index]);
                    let sign = if affine[0] < 0.0 { -1.0 } else { 1.0 };
                    plane::pool(pooling, sign, map, &mut scratch, peaks, choices);
                    if let Some(random) = &mut random {
                        kept.iter_mut().for_each(|bits| *bits = random.next_u32());
                    }
                    plane::activate(affine, &kept, peaks, choices, alive);
                }
            });
        if averages {
            self.alive
                .par_chunks_exact(pooled)
                .zip(self.output.par_chunks_exact_mut(size[0] * size[1]))
                .for_each(|(alive, output)| plane::average(pooling, alive, output));
        }
        size
    }

    /// The gradients of the block's numbers (with the batch's statistics in place of the running
    /// ones), from those that reach its output. Writes the gradients of its input maps to `wanted`,
    /// if that is given.
    pub(super) fn backward(
        &mut self,
        numbers: &BlockParameters,
        maps: &[f32],
        reaching: &[f32],
        wanted: Option<&mut [f32]>,
    ) -> BlockParameters {
        let came_before = "a forward pass came before";
        let shape = self.shape.expect(came_before);
        let pooling = self.pooling.expect(came_before);
        let pooled = pooling.maxima();
        let shared = self.shared(pooling, reaching);
        let reaching = shared.as_deref().unwrap_or(reaching);
        let factor = if self.dropped { 2.0 } else { 1.0 };
        let sums = self.gradient_sums(numbers.maps_out, pooled, reaching, factor);
        let statistics = &self.statistics;
        // With x̂ the normalised value and g what reaches it, the gradient before the batch norm
        // is gain · rate · (g − mean(g) − x̂ · mean(g x̂)).
        let lines: Vec<[f32; 3]> = (0..numbers.maps_out)
            .map(|map| {
                let Statistics { mean, count, .. } = statistics[map];
                let rate = statistics[map].rate();
                let gain = f64::from(numbers.gain[map]) * rate;
                let slope = -gain * rate * sums[map][1] / count;
                let constant = -gain * sums[map][0] / count - slope * mean;
                [constant as f32, slope as f32, (gain * factor) as f32]
            })
            .collect();
        let (choices, clip) = (&self.choices, numbers.maps_out * pooled);
        let prepare = |number: usize, gradients: &mut [f32]| {
            let choices = choices[number * clip..][..clip].chunks_exact(pooled);
            let reaching = reaching[number * clip..][..clip].chunks_exact(pooled);
            let maps = gradients.chunks_exact_mut(shape.area_out());
            for (map, ((gradients, choices), reaching)) in
                maps.zip(choices).zip(reaching).enumerate()
            {
                plane::gradient(pooling, lines[map], choices, reaching, gradients);
            }
        };
        let layer = Backward {
            shape,
            kernels: &numbers.kernels,
            maps,
        };
        let kernels = convolution::backward(&layer, &mut self.convolved, prepare, wanted);
        let unbiased = |one: &Statistics| one.variance * one.count / (one.count - 1.0).max(1.0);
        BlockParameters {
            kernels,
            gain: sums.iter().map(|sum| sum[1] as f32).collect(),
            offset: sums.iter().map(|sum| sum[0] as f32).collect(),
            mean: statistics.iter().map(|one| one.mean as f32).collect(),
            variance: statistics.iter().map(|one| unbiased(one) as f32).collect(),
            ..*numbers
        }
    }

    /// The gradients that reach the largest values, from those that reach their means; `None` if there are no
    /// means.
    fn shared(&self, pooling: Pooling, reaching: &[f32]) -> Option<Vec<f32>> {
        if self.alive.is_empty() {
            return None;
        }
        let [bands, frames] = pooling.pooled();
        let mut shared = vec![0.0; self.alive.len()];
        shared
            .par_chunks_exact_mut(pooling.maxima())
            .zip(reaching.par_chunks_exact(bands * frames))
            .for_each(|(shared, reaching)| plane::share(pooling, reaching, shared));
        Some(shared)
    }

    /// For each map: the sum of the gradients that reach its normalised values, and of each times
    /// its value.
    fn gradient_sums(
        &self,
        maps: usize,
        pooled: usize,
        reaching: &[f32],
        factor: f64,
    ) -> Vec<[f64; 2]> {
        let of_map = |map: usize| {
            let one = &self.statistics[map];
            let normalised = [one.mean as f32, one.rate() as f32];
            let starts = (map * pooled..self.peaks.len()).step_by(maps * pooled);
            let sums = starts.map(|start| {
                let range = start..start + pooled;
                let (peaks, choices) = (&self.peaks[range.clone()], &self.choices[range.clone()]);
                plane::gradient_sums(normalised, peaks, choices, &reaching[range])
            });
            sums.fold([0.0; 2], |all, sum| {
                [all[0] + factor * sum[0], all[1] + factor * sum[1]]
            })
        };
        (0..maps).into_par_iter().map(of_map).collect()
    }
}

fn running(numbers: &BlockParameters) -> Vec<Statistics> {
    let both = numbers.mean.iter().zip(&numbers.variance);
    both.map(|(mean, variance)| Statistics {
        mean: f64::from(*mean),
        variance: f64::from(*variance),
        count: 1.0,
    })
    .collect()
}

/// The statistics of every map over all clips.
fn measured(values: &[f32], maps: usize, area: usize) -> Vec<Statistics> {
    let of_map = |map: usize| {
        let starts = (map * area..values.len()).step_by(maps * area);
        let sums = starts.map(|start| plane::sums(&values[start..start + area]));
        let sums = sums.fold([0.0; 2], |all, sum| [all[0] + sum[0], all[1] + sum[1]]);
        let count = (values.len() / maps) as f64;
        let mean = sums[0] / count;
        Statistics {
            mean,
            variance: (sums[1] / count - mean * mean).max(0.0),
            count,
        }
    };
    (0..maps).into_par_iter().map(of_map).collect()
}
