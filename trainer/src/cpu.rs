//! Computes a network's gradients and predictions on the processor, without automatic
//! differentiation.
//!
//! The tests hold it against the same mathematics written out in double precision. Here each block
//! is one operation: a convolution as matrix products whose columns never leave the cache, then
//! batch norm, pooling, ReLU and dropout on the few values that survive the pooling, and in the
//! backward pass the same in reverse, in place. Nothing is recorded, nothing is computed that is
//! not needed, and every sum has a fixed order, so a step gives the same bits on any number of
//! threads.

mod block;
mod columns;
mod convolution;
mod matrix;
mod norm;
mod plane;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::arch::{Architecture, DROPOUT, Kernel, Parameters, RowScaling};
use block::{BlockPass, Mode};
use columns::Shape;
use convolution::Backward;
pub(crate) use norm::sum_of_squares;

/// Several windows.
#[derive(Clone, Copy, Debug)]
pub struct Windows<'a> {
    /// `[clip, band, frame]`.
    pub values: &'a [f32],
    /// Number of clips.
    pub clips: usize,
    /// Bands and frames of a window.
    pub size: [usize; 2],
}

impl<'a> Windows<'a> {
    fn scaled(&self, rows: &RowScaling) -> Vec<f32> {
        rows.apply(self.values, self.size[1])
    }

    /// These windows, with `values` in place of their own if there are any.
    fn with(self, values: Option<&'a [f32]>) -> Self {
        Self {
            values: values.unwrap_or(self.values),
            ..self
        }
    }
}

/// The gradients of a batch.
#[derive(Clone, Debug)]
pub struct Gradients {
    /// Mean binary cross-entropy.
    pub loss: f32,
    /// Gradients of everything that is trained. In place of the running statistics stand the
    /// batch's own mean and unbiased variance.
    pub parameters: Parameters,
}

/// A network's passes, with buffers that are kept from one to the next.
#[derive(Debug)]
pub struct Processor {
    architecture: &'static Architecture,
    blocks: Vec<BlockPass>,
}

impl Processor {
    /// Passes of `architecture`.
    #[must_use]
    pub fn new(architecture: &'static Architecture) -> Self {
        // Dropout draws one bit for each value.
        const { assert!(DROPOUT == 0.5) };
        let blocks = architecture.blocks.iter().map(|_| BlockPass::default());
        Self {
            architecture,
            blocks: blocks.collect(),
        }
    }

    /// The gradients of the mean binary cross-entropy between the network's logits and the known
    /// ones (not NaN) of `labels`, `[clip, tag]`. Dropout draws by `seed`; `None` is without
    /// dropout.
    ///
    /// # Panics
    /// If the windows do not end in one value for each map, or there are not as many labels as
    /// tags and clips.
    pub fn gradients(
        &mut self,
        parameters: &Parameters,
        windows: Windows<'_>,
        labels: &[f32],
        seed: Option<u64>,
    ) -> Gradients {
        let scaled = parameters.rows.as_ref().map(|rows| windows.scaled(rows));
        let windows = windows.with(scaled.as_deref());
        let dropout = seed.map(|seed| move |block, clip| generator(seed, block, clip));
        self.forward(
            parameters,
            windows,
            dropout.as_ref().map_or(Mode::Plain, |d| Mode::Drop(d)),
        );
        let size = self.output_size(windows.size);
        assert_eq!(
            size,
            [1, 1],
            "the windows must end in one value for each map"
        );
        let logits = self.logits(parameters, windows, size);
        assert_eq!(logits.len(), labels.len(), "one label a logit");
        let known = || logits.iter().zip(labels).filter(|(_, y)| !y.is_nan());
        let loss: f64 = known().map(|(x, y)| cross_entropy(*x, *y)).sum();
        let count = known().count().max(1) as f32;
        let slope = |(x, y): (&f32, &f32)| match y.is_nan() {
            true => 0.0,
            false => (sigmoid(*x) - y) / count,
        };
        let mut slopes: Vec<f32> = logits.iter().zip(labels).map(slope).collect();

        let tags = parameters.tags();
        let mut gradients = parameters.clone();
        gradients.bias = (0..tags)
            .map(|tag| slopes.iter().skip(tag).step_by(tags).sum())
            .collect();
        let mut reaching = vec![0.0; windows.clips * parameters.maps()];
        let output = Backward {
            shape: output_shape(parameters, size),
            kernels: &parameters.weights,
            maps: self.inputs(self.blocks.len(), windows),
        };
        gradients.weights =
            convolution::backward(&output, &mut slopes, |_, _| (), Some(&mut reaching));
        self.backward(parameters, windows, reaching, &mut gradients);
        Gradients {
            loss: (loss / f64::from(count)) as f32,
            parameters: gradients,
        }
    }

    /// Probabilities, `[clip, tag]`, by the running statistics. For windows longer than the
    /// network's own they are the mean along time.
    pub fn predict(&mut self, parameters: &Parameters, windows: Windows<'_>) -> Vec<f32> {
        let scaled = parameters.rows.as_ref().map(|rows| windows.scaled(rows));
        let windows = windows.with(scaled.as_deref());
        self.forward(parameters, windows, Mode::Running);
        let size = self.output_size(windows.size);
        let logits = self.logits(parameters, windows, size);
        let area = size[0] * size[1];
        let mean = |logits: &[f32]| logits.iter().map(|x| sigmoid(*x)).sum::<f32>() / area as f32;
        logits.chunks_exact(area).map(mean).collect()
    }

    /// What the last block gives by the running statistics, `[clip, map, band, frame]`.
    pub fn maps(&mut self, parameters: &Parameters, windows: Windows<'_>) -> Vec<f32> {
        let scaled = parameters.rows.as_ref().map(|rows| windows.scaled(rows));
        let windows = windows.with(scaled.as_deref());
        self.forward(parameters, windows, Mode::Running);
        self.inputs(self.blocks.len(), windows).to_vec()
    }

    fn forward(&mut self, parameters: &Parameters, windows: Windows<'_>, mode: Mode<'_>) {
        let mut size = windows.size;
        for number in 0..self.blocks.len() {
            let (before, rest) = self.blocks.split_at_mut(number);
            let maps = before.last().map_or(windows.values, |block| block.output());
            let block = &self.architecture.blocks[number];
            let numbers = &parameters.blocks[number];
            size = rest[0].forward(block, numbers, maps, size, number, mode);
        }
    }

    fn backward(
        &mut self,
        parameters: &Parameters,
        windows: Windows<'_>,
        mut reaching: Vec<f32>,
        gradients: &mut Parameters,
    ) {
        for number in (0..self.blocks.len()).rev() {
            let (before, rest) = self.blocks.split_at_mut(number);
            let maps = before.last().map_or(windows.values, |block| block.output());
            let numbers = &parameters.blocks[number];
            let mut next = vec![0.0; if number == 0 { 0 } else { maps.len() }];
            let wanted = (number > 0).then_some(next.as_mut_slice());
            gradients.blocks[number] = rest[0].backward(numbers, maps, &reaching, wanted);
            reaching = next;
        }
    }

    /// The input of block `number`.
    fn inputs<'a>(&'a self, number: usize, windows: Windows<'a>) -> &'a [f32] {
        match number {
            0 => windows.values,
            _ => self.blocks[number - 1].output(),
        }
    }

    /// Bands and frames of the last maps.
    fn output_size(&self, size: [usize; 2]) -> [usize; 2] {
        self.architecture
            .map_sizes(size)
            .last()
            .copied()
            .unwrap_or(size)
    }

    /// `[clip, tag, band, frame]`.
    fn logits(&self, parameters: &Parameters, windows: Windows<'_>, size: [usize; 2]) -> Vec<f32> {
        let area = size[0] * size[1];
        let mut logits = vec![0.0; windows.clips * parameters.tags() * area];
        let maps = self.inputs(self.blocks.len(), windows);
        let shape = output_shape(parameters, size);
        convolution::forward(shape, &parameters.weights, maps, &mut logits);
        logits
            .par_chunks_exact_mut(area)
            .enumerate()
            .for_each(|(index, logits)| {
                let bias = parameters.bias[index % parameters.tags()];
                logits.iter_mut().for_each(|logit| *logit += bias);
            });
        logits
    }
}

fn output_shape(parameters: &Parameters, size: [usize; 2]) -> Shape {
    Shape {
        kernel: Kernel::Point,
        maps: [parameters.maps(), parameters.tags()],
        size,
    }
}

/// The generator of the dropout of one clip after one block.
fn generator(seed: u64, block: usize, clip: usize) -> ChaCha8Rng {
    let mut key = [0; 32];
    for (bytes, part) in key
        .chunks_exact_mut(8)
        .zip([seed, block as u64, clip as u64])
    {
        bytes.copy_from_slice(&part.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// Binary cross-entropy of a logit, in a form that never overflows.
fn cross_entropy(x: f32, y: f32) -> f64 {
    f64::from(x.max(0.0) - x * y + (-x.abs()).exp().ln_1p())
}
