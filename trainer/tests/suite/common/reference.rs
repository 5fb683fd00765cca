//! The mathematics of every network, written out in double precision without any library.

use rayon::prelude::*;
use trainer::arch::{Architecture, Block, EPSILON, Parameters, Pool};

/// A network whose numbers may be moved a little.
#[derive(Clone)]
pub struct Reference {
    architecture: &'static Architecture,
    /// In the order of [`Parameters::tensors`].
    pub tensors: Vec<Vec<f64>>,
}

/// Maps of several clips, `[clip, map, band, frame]`.
struct Maps {
    values: Vec<f64>,
    maps: usize,
    size: [usize; 2],
}

impl Maps {
    fn area(&self) -> usize {
        self.size[0] * self.size[1]
    }

    /// The values of map `map` of all clips.
    fn of_map(&self, map: usize) -> impl Iterator<Item = f64> {
        let of_clip = self.values.chunks_exact(self.area()).skip(map);
        of_clip.step_by(self.maps).flatten().copied()
    }
}

impl Reference {
    pub fn new(architecture: &'static Architecture, parameters: &Parameters) -> Self {
        let mut parameters = parameters.clone();
        let wide = |values: &Vec<f32>| values.iter().copied().map(f64::from).collect();
        let tensors = parameters.tensors().into_iter();
        Self {
            architecture,
            tensors: tensors.map(|(_, _, values)| wide(values)).collect(),
        }
    }

    /// Mean binary cross-entropy of windows `[clip, band, frame]` in training without dropout, and mean
    /// and unbiased variance of every map of each block.
    pub fn loss(
        &self,
        windows: &[f32],
        size: [usize; 2],
        labels: &[f32],
    ) -> (f64, Vec<[Vec<f64>; 2]>) {
        let (logits, statistics) = self.logits(windows, size, true);
        assert_eq!(logits.size, [1, 1], "one value a tag and clip");
        let each = logits.values.iter().zip(labels);
        let each = each.map(|(x, y)| x.max(0.0) - x * f64::from(*y) + (-x.abs()).exp().ln_1p());
        (each.sum::<f64>() / labels.len() as f64, statistics)
    }

    /// Probabilities `[clip, tag]` by the running statistics.
    pub fn predict(&self, windows: &[f32], size: [usize; 2]) -> Vec<f32> {
        let (logits, _) = self.logits(windows, size, false);
        let mean = |logits: &[f64]| {
            let each = logits.iter().map(|x| 1.0 / (1.0 + (-x).exp()));
            (each.sum::<f64>() / logits.len() as f64) as f32
        };
        logits
            .values
            .chunks_exact(logits.area())
            .map(mean)
            .collect()
    }

    fn logits(
        &self,
        windows: &[f32],
        size: [usize; 2],
        training: bool,
    ) -> (Maps, Vec<[Vec<f64>; 2]>) {
        let mut tensors = self.tensors.iter();
        let mut next = || tensors.next().expect("a tensor");
        let mut maps = Maps {
            values: windows.iter().copied().map(f64::from).collect(),
            maps: 1,
            size,
        };
        if self.architecture.scaled_rows {
            let (gain, offset) = (next(), next());
            for (row, values) in maps.values.chunks_exact_mut(size[1]).enumerate() {
                let row = row % size[0];
                let scaled = values.iter_mut();
                scaled.for_each(|x| *x = gain[row] * *x + offset[row]);
            }
        }
        let mut statistics = Vec::new();
        for block in self.architecture.blocks {
            let [kernels, gain, offset, mean, variance] = [next(), next(), next(), next(), next()];
            let kernel = block.kernel.size(maps.size[0]);
            maps = convolve(&maps, kernels, gain.len(), kernel, block.kernel.padding());
            let measured = measure(&maps);
            let [mean, variance] = match training {
                true => [&measured[0], &measured[1]],
                false => [mean, variance],
            };
            let area = maps.area();
            for (map, values) in maps.values.chunks_exact_mut(area).enumerate() {
                let map = map % gain.len();
                let factor = gain[map] / (variance[map] + EPSILON).sqrt();
                let normed = values.iter_mut();
                normed.for_each(|x| *x = factor * (*x - mean[map]) + offset[map]);
            }
            let count = maps.values.len() as f64 / gain.len() as f64;
            let [mean, variance] = measured;
            let unbiased = variance.iter().map(|v| v * count / (count - 1.0).max(1.0));
            statistics.push([mean, unbiased.collect()]);
            maps = pool(&maps, block);
        }
        let (weights, bias) = (next(), next());
        let mut logits = convolve(&maps, weights, bias.len(), [1, 1], [0, 0]);
        let area = logits.area();
        for (tag, values) in logits.values.chunks_exact_mut(area).enumerate() {
            values.iter_mut().for_each(|x| *x += bias[tag % bias.len()]);
        }
        (logits, statistics)
    }
}

fn convolve(
    maps: &Maps,
    kernels: &[f64],
    maps_out: usize,
    kernel: [usize; 2],
    padding: [usize; 2],
) -> Maps {
    let along = |axis: usize| maps.size[axis] + 2 * padding[axis] + 1 - kernel[axis];
    let size = [along(0), along(1)];
    let clips = maps.values.len() / (maps.maps * maps.area());
    let mut values = vec![0.0; clips * maps_out * size[0] * size[1]];
    let outs = values.par_chunks_exact_mut(size[0] * size[1]).enumerate();
    outs.for_each(|(index, out)| {
        let (clip, map_out) = (index / maps_out, index % maps_out);
        for map_in in 0..maps.maps {
            let from = (clip * maps.maps + map_in) * maps.area();
            let source = &maps.values[from..from + maps.area()];
            for tap in 0..kernel[0] * kernel[1] {
                let (tap_band, tap_frame) = (tap / kernel[1], tap % kernel[1]);
                let weight = kernels[(map_out * maps.maps + map_in) * kernel[0] * kernel[1] + tap];
                for (band, out) in out.chunks_exact_mut(size[1]).enumerate() {
                    let Some(row) = (band + tap_band).checked_sub(padding[0]) else {
                        continue;
                    };
                    if row >= maps.size[0] {
                        continue;
                    }
                    let source = &source[row * maps.size[1]..(row + 1) * maps.size[1]];
                    // Frame `frame` of the result lies at `frame + tap_frame - padding`.
                    let (skipped, begin) = match tap_frame.checked_sub(padding[1]) {
                        Some(begin) => (0, begin),
                        None => (padding[1] - tap_frame, 0),
                    };
                    for (out, value) in out[skipped..].iter_mut().zip(&source[begin..]) {
                        *out += weight * value;
                    }
                }
            }
        }
    });
    Maps {
        values,
        maps: maps_out,
        size,
    }
}

/// Mean and biased variance of each map.
fn measure(maps: &Maps) -> [Vec<f64>; 2] {
    let count = maps.values.len() as f64 / maps.maps as f64;
    let both = (0..maps.maps).map(|map| {
        let mean = maps.of_map(map).sum::<f64>() / count;
        let squares = maps.of_map(map).map(|x| (x - mean) * (x - mean));
        (mean, squares.sum::<f64>() / count)
    });
    let (means, variances) = both.unzip();
    [means, variances]
}

/// ReLU, maxima and means.
fn pool(maps: &Maps, block: &Block) -> Maps {
    let one = Pool::side_by_side([1, 1]);
    let Pool {
        size: pool,
        step,
        mean,
    } = block.pool_on(maps.size).unwrap_or(one);
    let largest = |map: &[f64], band: usize, frame: usize| {
        let mut most = 0.0_f64;
        for at in 0..pool[0] * pool[1] {
            let row = band * pool[0] + at / pool[1];
            most = most.max(map[row * maps.size[1] + frame * step + at % pool[1]]);
        }
        most
    };
    let frames = (maps.size[1] - pool[1]) / step + 1;
    let size = [maps.size[0] / pool[0], (frames - mean.of) / mean.step + 1];
    let mut values = Vec::new();
    for map in maps.values.chunks_exact(maps.area()) {
        for band in 0..size[0] {
            for frame in 0..size[1] {
                let all = (0..mean.of).map(|at| largest(map, band, frame * mean.step + at));
                values.push(all.sum::<f64>() / mean.of as f64);
            }
        }
    }
    Maps {
        values,
        size,
        ..*maps
    }
}
