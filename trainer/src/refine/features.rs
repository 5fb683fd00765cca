//! What a network's lower blocks make of clips.

use half::f16;
use half::slice::HalfFloatSliceExt;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tagline_engine::FrontEndSpec;

use super::RefineError;
use crate::arch::{Architecture, Parameters};
use crate::cpu::{Processor, Windows};
use crate::data::Clips;
use crate::train::{Augment, Batch, Strength};

/// Windows that are computed side by side.
const TOGETHER: usize = 8;

/// The lower blocks of a network, and the shape of the rest.
#[derive(Debug)]
pub struct Lower {
    architecture: &'static Architecture,
    rest: &'static Architecture,
    parameters: Parameters,
}

impl Lower {
    /// The first `blocks` blocks of a network.
    #[must_use]
    pub fn of(architecture: &'static Architecture, whole: &Parameters, blocks: usize) -> Self {
        let (low, high) = architecture.blocks.split_at(blocks);
        // Networks are named by architectures that live as long as the program; two more do no harm.
        let part = |blocks| -> &'static Architecture {
            Box::leak(Box::new(Architecture {
                blocks,
                ..*architecture
            }))
        };
        Self {
            architecture: part(low),
            rest: part(high),
            parameters: Parameters {
                blocks: whole.blocks[..blocks].to_vec(),
                ..whole.clone()
            },
        }
    }

    /// The network above.
    #[must_use]
    pub fn rest(&self) -> &'static Architecture {
        self.rest
    }

    /// The numbers of the network above.
    #[must_use]
    pub fn above(&self, architecture: &Architecture, whole: &Parameters) -> Parameters {
        let first = architecture.blocks.len() - self.rest.blocks.len();
        Parameters {
            rows: None,
            blocks: whole.blocks[first..].to_vec(),
            ..whole.clone()
        }
    }

    /// The whole network, with `upper` above.
    #[must_use]
    pub fn with(&self, upper: Parameters) -> Parameters {
        let blocks = self.parameters.blocks.iter().chain(&upper.blocks);
        Parameters {
            rows: self.parameters.rows.clone(),
            blocks: blocks.cloned().collect(),
            ..upper
        }
    }
}

/// What comes out of the lower blocks for each view of each clip, and the clips' labels.
#[derive(Debug)]
pub(super) struct Features {
    /// `[clip][view]`, each `[map, band, frame]`, in half the memory: what a network learns with is far
    /// coarser than their eleven bits.
    values: Vec<Vec<f16>>,
    /// One list a clip.
    labels: Vec<Vec<f32>>,
    /// Views of a clip, itself among them.
    views: usize,
    /// Bands and frames of a map.
    size: [usize; 2],
    seed: u64,
}

/// Hears of every window, and may end the work by `false`.
pub(super) type Each<'a> = &'a mut dyn FnMut() -> bool;

impl Features {
    /// Those of no clip yet, of `views` altered views beside each clip, whose windows have this size.
    pub fn none(lower: &Lower, window: [usize; 2], views: usize, seed: u64) -> Self {
        let sizes = lower.architecture.map_sizes(window);
        Self {
            values: Vec::new(),
            labels: Vec::new(),
            views: views + 1,
            size: sizes.last().copied().unwrap_or(window),
            seed,
        }
    }

    /// Adds those of `clips`.
    pub fn add(
        &mut self,
        lower: &Lower,
        clips: &Clips,
        spec: &FrontEndSpec,
        each: Each<'_>,
    ) -> Result<(), RefineError> {
        let [bands, frames] = [clips.bands(), clips.frames()];
        let augment = Augment::new(spec, Strength::Gentle);
        let mut processor = Processor::new(lower.architecture);
        let first = self.values.len();
        let numbers: Vec<usize> = (0..clips.len() * self.views).collect();
        for part in numbers.chunks(TOGETHER) {
            let mut windows = vec![0.0; part.len() * bands * frames];
            for (number, window) in part.iter().zip(windows.chunks_exact_mut(bands * frames)) {
                clips.read(number / self.views, window)?;
                if number % self.views > 0 {
                    let mut random = ChaCha8Rng::seed_from_u64(self.seed);
                    random.set_stream((first + number) as u64);
                    augment.alter(&mut random, window, &mut [], frames, None);
                }
                if !each() {
                    return Err(RefineError::Interrupted);
                }
            }
            let heard = Windows {
                values: &windows,
                clips: part.len(),
                size: [bands, frames],
            };
            let maps = processor.maps(&lower.parameters, heard);
            let each = maps.chunks_exact(maps.len() / part.len());
            self.values.extend(each.map(halved));
        }
        let labels = (0..clips.len()).map(|clip| clips.labels(clip).to_vec());
        self.labels.extend(labels);
        Ok(())
    }

    /// Number of clips.
    pub fn clips(&self) -> usize {
        self.labels.len()
    }

    /// A clip's labels.
    pub fn labels(&self, clip: usize) -> &[f32] {
        &self.labels[clip]
    }

    /// The batch of these clips, of a view each, turned round in time, since what the maxima over blocks of
    /// frames say depends on where the blocks begin: in epoch 0 the clips as they are.
    pub fn batch(&self, chosen: &[usize], epoch: usize) -> Batch {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream((epoch as u64) << 32 | chosen[0] as u64);
        let mut windows = Vec::new();
        for clip in chosen {
            let view = match epoch {
                0 => 0,
                _ => random.random_range(0..self.views),
            };
            let maps = &self.values[clip * self.views + view];
            let begun = windows.len();
            windows.resize(begun + maps.len(), 0.0);
            maps.convert_to_f32_slice(&mut windows[begun..]);
            let turn = match epoch {
                0 => 0,
                _ => random.random_range(0..self.size[1]),
            };
            for row in windows[begun..].chunks_exact_mut(self.size[1]) {
                row.rotate_left(turn);
            }
        }
        let labels = chosen.iter().flat_map(|clip| &self.labels[*clip]);
        Batch {
            clips: chosen.len(),
            size: self.size,
            windows,
            labels: labels.copied().collect(),
        }
    }
}

fn halved(maps: &[f32]) -> Vec<f16> {
    let mut halved = vec![f16::ZERO; maps.len()];
    halved.convert_from_f32_slice(maps);
    halved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_in_two_parts_says_what_the_whole_says() {
        let architecture = Architecture::named("fcn5-compact").unwrap();
        let whole = Parameters::random(architecture, 0.1, 96, 3, 5);
        let windows: Vec<f32> = (0..2 * 96 * 1366_usize)
            .map(|n| (n * 7 % 31) as f32 / 10.0 - 1.5)
            .collect();
        let windows = Windows {
            values: &windows,
            clips: 2,
            size: [96, 1366],
        };
        let expected = Processor::new(architecture).predict(&whole, windows);
        for blocks in 1..5 {
            let lower = Lower::of(architecture, &whole, blocks);
            let upper = lower.above(architecture, &whole);
            assert_eq!(lower.with(upper.clone()), whole);
            let maps = Processor::new(lower.architecture).maps(&lower.parameters, windows);
            let sizes = lower.architecture.map_sizes([96, 1366]);
            let middle = Windows {
                values: &maps,
                clips: 2,
                size: *sizes.last().unwrap(),
            };
            let found = Processor::new(lower.rest()).predict(&upper, middle);
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-6, "{found} {expected}");
            }
        }
    }
}
