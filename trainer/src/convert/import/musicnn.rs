//! Makes the networks of musicnn from a checkpoint's tensors.
//!
//! They run on patches of 187 frames. A window of several patches is cut, each is tagged by itself, and
//! the probabilities are averaged, as their own software does with a clip.
//!
//! Their batch norms stand behind the activations and before pools and padded convolutions, so they are
//! factors and offsets of their own here. Only those before dense layers are folded, in f64.

use tagline_onnx::{Length, integer, integers, value};
use tract_onnx::pb::ModelProto;

use super::INPUT;
use super::preset::Preset;
use super::tensors::{File, TensorError};
use crate::convert::network::{Norm, single};
use crate::convert::onnx::{Graph, OUTPUT};
use crate::weights::Weights;

/// Mel bands and frames of a patch.
const BANDS: usize = 96;
const FRAMES: usize = 187;

/// Maps of each of the two convolutions over many bands, and the bands that each spans.
const TIMBRAL_MAPS: usize = 204;
const TIMBRAL_BANDS: [usize; 2] = [38, 67];
/// Maps of each of the three convolutions along time, and the frames that each spans.
const TEMPORAL_MAPS: usize = 51;
const TEMPORAL_FRAMES: [usize; 3] = [128, 64, 32];
/// Frames of the other kernels.
const KERNEL_FRAMES: usize = 7;
/// Maps of each layer of the middle.
const MIDDLE_MAPS: usize = 64;
/// Units of the layer before the last.
const UNITS: usize = 200;

/// Maps of each layer of the VGG.
const VGG_MAPS: usize = 128;
/// Size and stride of each pool of the VGG: bands, frames.
const VGG_POOLS: [[[usize; 2]; 2]; 5] = [
    [[1, 4], [2, 2]],
    [[2, 2], [2, 2]],
    [[2, 2], [2, 2]],
    [[2, 2], [2, 2]],
    [[4, 4], [4, 4]],
];
/// Frames that the last pool of the VGG leaves; it leaves one band.
const VGG_FRAMES: usize = 2;

/// A network that runs on patches, in the making.
pub(super) struct Patched<'a> {
    preset: &'a Preset,
    file: File<'a>,
    graph: Graph,
    patches: usize,
    /// The newest value.
    last: String,
}

/// A model without metadata, and the number of its outputs.
type Made = Result<(ModelProto, usize), TensorError>;

impl<'a> Patched<'a> {
    /// Cuts a window of `patches` patches, or one, and normalises the patches.
    pub fn new(
        preset: &'a Preset,
        weights: &'a Weights,
        patches: Option<usize>,
    ) -> Result<Self, TensorError> {
        let mut network = Self {
            preset,
            file: File::new(weights, &preset.dialect),
            graph: Graph::default(),
            patches: patches.unwrap_or(1),
            last: INPUT.to_owned(),
        };
        if network.patches > 1 {
            network.cut();
        }
        network.norm("batch_normalization", 1)?;
        Ok(network)
    }

    /// The network with kernels of musical shapes.
    pub fn musicnn(mut self) -> Made {
        let input = self.last.clone();
        let mut features = Vec::new();
        let timbral = TIMBRAL_BANDS.map(|bands| ([KERNEL_FRAMES, bands, 1, TIMBRAL_MAPS], bands));
        let temporal = TEMPORAL_FRAMES.map(|frames| ([frames, 1, 1, TEMPORAL_MAPS], 1));
        for (number, (shape, bands)) in timbral.into_iter().chain(temporal).enumerate() {
            self.last.clone_from(&input);
            self.convolve(&layer("conv2d", number), shape, [0, shape[0] - 1])?;
            self.norm(&layer("batch_normalization", number + 1), shape[3])?;
            self.pool([BANDS + 1 - bands, 1], [1, 1]);
            features.push(self.last.clone());
        }
        let front = TIMBRAL_BANDS.len() * TIMBRAL_MAPS + TEMPORAL_FRAMES.len() * TEMPORAL_MAPS;
        self.concatenate("front", &features);
        let mut layers = vec![self.last.clone()];
        for (number, maps) in (5..).zip([front, MIDDLE_MAPS, MIDDLE_MAPS]) {
            let before = self.last.clone();
            // Its file has the maps as bands of one map.
            let shape = [KERNEL_FRAMES, maps, 1, MIDDLE_MAPS];
            self.convolve_maps(&layer("conv2d", number), shape, [0, KERNEL_FRAMES - 1])?;
            self.norm(&layer("batch_normalization", number + 1), MIDDLE_MAPS)?;
            if number > 5 {
                let name = format!("middle{number}");
                self.last = self
                    .graph
                    .node("Add", &name, &[&self.last, &before], vec![]);
            }
            layers.push(self.last.clone());
        }
        self.concatenate("middle", &layers);
        let maps = front + 3 * MIDDLE_MAPS;
        let all = self.last.clone();
        let most = self.graph.node("GlobalMaxPool", "most", &[&all], vec![]);
        let mean = self
            .graph
            .node("GlobalAveragePool", "mean", &[&all], vec![]);
        self.concatenate("pooled", &[most, mean]);
        // The file has the maximum and the mean of a map side by side, here all maxima come first.
        let from_file = |input: usize| input % maps * 2 + input / maps;
        self.dense("dense", "batch_normalization_9", [2 * maps, 1], from_file)?;
        self.last = self.graph.node("Relu", "units", &[&self.last], vec![]);
        let tags = self.dense("dense_1", "batch_normalization_10", [UNITS, 1], |unit| unit)?;
        self.finish(tags)
    }

    /// The network of small kernels.
    pub fn vgg(mut self) -> Made {
        let mut maps_in = 1;
        for (number, [size, strides]) in (1..).zip(VGG_POOLS) {
            let shape = [3, 3, maps_in, VGG_MAPS];
            self.convolve(&format!("{number}CNN"), shape, [2, 2])?;
            self.norm(&layer("batch_normalization", number), VGG_MAPS)?;
            self.pool(size, strides);
            maps_in = VGG_MAPS;
        }
        let inputs = [VGG_MAPS, VGG_FRAMES];
        let from_file = |input: usize| input % VGG_FRAMES * VGG_MAPS + input / VGG_FRAMES;
        let tags = self.dense("dense", "", inputs, from_file)?;
        self.finish(tags)
    }

    /// Puts the patches of a window one after the other: `[1, 1, bands, patches · frames]` becomes
    /// `[patches, 1, bands, frames]`.
    fn cut(&mut self) {
        let graph = &mut self.graph;
        let rows = graph.shape("patches.rows", &[BANDS, self.patches, FRAMES]);
        let patches = graph.shape("patches.shape", &[self.patches, 1, BANDS, FRAMES]);
        let cut = graph.node("Reshape", "patches.cut", &[&self.last, &rows], vec![]);
        let order = vec![integers("perm", &[1, 0, 2])];
        let turned = graph.node("Transpose", "patches.turned", &[&cut], order);
        self.last = graph.node("Reshape", "patches", &[&turned, &patches], vec![]);
    }

    /// A batch norm of `maps` maps.
    fn norm(&mut self, prefix: &str, maps: usize) -> Result<(), TensorError> {
        let norm = self.file.norm(prefix, maps)?;
        let (gain, offset) = (single(&norm.gain), single(&norm.offset));
        let (gain, offset) = gain.zip(offset).ok_or_else(|| overflow(prefix))?;
        let graph = &mut self.graph;
        let shape = [1, maps, 1, 1];
        let gain = graph.tensor(&format!("{prefix}.gain"), &shape, &gain);
        let offset = graph.tensor(&format!("{prefix}.offset"), &shape, &offset);
        let scaled = graph.node(
            "Mul",
            &format!("{prefix}.scaled"),
            &[&self.last, &gain],
            vec![],
        );
        self.last = graph.node("Add", prefix, &[&scaled, &offset], vec![]);
        Ok(())
    }

    /// A convolution and a ReLU. `shape` is the file's, `[frames, bands, maps in, maps out]`; `zeros` are
    /// those around the map along bands and along frames, on both sides together. As in TensorFlow, one
    /// more stands behind it than before it where their number is odd.
    fn convolve(
        &mut self,
        prefix: &str,
        shape: [usize; 4],
        zeros: [usize; 2],
    ) -> Result<(), TensorError> {
        let [frames, bands, maps_in, maps_out] = shape;
        self.convolution(prefix, shape, [maps_out, maps_in, bands, frames], zeros)
    }

    /// The same over maps that the file has as bands.
    fn convolve_maps(
        &mut self,
        prefix: &str,
        shape: [usize; 4],
        zeros: [usize; 2],
    ) -> Result<(), TensorError> {
        let [frames, bands, _, maps_out] = shape;
        self.convolution(prefix, shape, [maps_out, bands, 1, frames], zeros)
    }

    fn convolution(
        &mut self,
        prefix: &str,
        [frames, bands, maps_in, maps_out]: [usize; 4],
        shape: [usize; 4],
        zeros: [usize; 2],
    ) -> Result<(), TensorError> {
        let expected = [frames, bands, maps_in, maps_out].map(Some);
        let (kernels, _) = self.file.tensor(format!("{prefix}/kernel"), &expected)?;
        let (bias, _) = self
            .file
            .tensor(format!("{prefix}/bias"), &[Some(maps_out)])?;
        let mut turned = Vec::with_capacity(kernels.len());
        for map_out in 0..maps_out {
            for map_in in 0..maps_in {
                for band in 0..bands {
                    turned.extend((0..frames).map(|frame| {
                        kernels[((frame * bands + band) * maps_in + map_in) * maps_out + map_out]
                    }));
                }
            }
        }
        let graph = &mut self.graph;
        let kernels = graph.tensor(&format!("{prefix}.kernels"), &shape, &turned);
        let bias = graph.tensor(&format!("{prefix}.bias"), &[maps_out], bias);
        let before = zeros.map(|zeros| zeros / 2);
        let behind = zeros.map(|zeros| zeros.div_ceil(2));
        let attributes = vec![
            integers("kernel_shape", &shape[2..]),
            integers("pads", &[before, behind].concat()),
        ];
        let inputs = [self.last.as_str(), &kernels, &bias];
        let convolved = graph.node("Conv", &format!("{prefix}.conv"), &inputs, attributes);
        self.last = graph.node("Relu", &format!("{prefix}.active"), &[&convolved], vec![]);
        Ok(())
    }

    /// The maximum of `size` bands and frames.
    fn pool(&mut self, size: [usize; 2], strides: [usize; 2]) {
        let name = format!("{}.pooled", self.last);
        let attributes = vec![
            integers("kernel_shape", &size),
            integers("strides", &strides),
        ];
        self.last = self.graph.node("MaxPool", &name, &[&self.last], attributes);
    }

    /// Puts the maps of `parts` one after the other.
    fn concatenate(&mut self, name: &str, parts: &[String]) {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        self.last = self
            .graph
            .node("Concat", name, &parts, vec![integer("axis", 1)]);
    }

    /// A dense layer on `[maps, frames]` inputs, behind the batch norm `norm` if there is one; gives
    /// the number of its outputs, which the file decides. `from_file` gives the file's number of an input.
    fn dense(
        &mut self,
        prefix: &str,
        norm: &str,
        [maps, frames]: [usize; 2],
        from_file: impl Fn(usize) -> usize,
    ) -> Result<usize, TensorError> {
        let inputs = maps * frames;
        let norm = match norm {
            "" => Norm {
                gain: vec![1.0; inputs],
                offset: vec![0.0; inputs],
            },
            norm => self.file.norm(norm, inputs)?,
        };
        let (kernel, shape) = self
            .file
            .tensor(format!("{prefix}/kernel"), &[Some(inputs), None])?;
        let outputs = shape[1];
        let (bias, _) = self
            .file
            .tensor(format!("{prefix}/bias"), &[Some(outputs)])?;
        let weight = |input: usize, output: usize| f64::from(kernel[input * outputs + output]);
        let weights = (0..outputs).flat_map(|output| {
            let inputs = (0..inputs).map(&from_file);
            inputs.map(move |input| (input, output))
        });
        let weights: Vec<f64> = weights
            .map(|(input, output)| weight(input, output) * norm.gain[input])
            .collect();
        let bias: Vec<f64> = bias
            .iter()
            .enumerate()
            .map(|(output, bias)| {
                let offsets = norm.offset.iter().enumerate();
                let offset: f64 = offsets.map(|(i, offset)| weight(i, output) * offset).sum();
                f64::from(*bias) + offset
            })
            .collect();
        let (weights, bias) = single(&weights)
            .zip(single(&bias))
            .ok_or_else(|| overflow(prefix))?;
        let shape = [outputs, maps, 1, frames];
        let weights = self
            .graph
            .tensor(&format!("{prefix}.weights"), &shape, &weights);
        let bias = self
            .graph
            .tensor(&format!("{prefix}.bias"), &[outputs], &bias);
        let attributes = vec![integers("kernel_shape", &shape[2..])];
        let inputs = [self.last.as_str(), &weights, &bias];
        self.last = self.graph.node("Conv", prefix, &inputs, attributes);
        Ok(outputs)
    }

    /// The mean of the patches' probabilities.
    fn finish(mut self, tags: usize) -> Made {
        self.file.check_all_used(self.preset)?;
        let graph = &mut self.graph;
        let mut last = graph.node("Sigmoid", "probabilities", &[&self.last], vec![]);
        if self.patches > 1 {
            let axis = vec![integers("axes", &[0]), integer("keepdims", 1)];
            last = graph.node("ReduceMean", "of_all_patches", &[&last], axis);
        }
        graph.node("Flatten", OUTPUT, &[&last], vec![]);
        let (batch, fixed) = (Length::Fixed(1), Length::Fixed);
        let frames = self.patches * FRAMES;
        let model = self.graph.model(
            value(INPUT, &[batch, fixed(1), fixed(BANDS), fixed(frames)]),
            value(OUTPUT, &[batch, fixed(tags)]),
        );
        Ok((model, tags))
    }
}

/// The name of the layer of a kind with this number.
fn layer(kind: &str, number: usize) -> String {
    match number {
        0 => kind.to_owned(),
        number => format!("{kind}_{number}"),
    }
}

fn overflow(name: &str) -> TensorError {
    TensorError::Overflow {
        name: name.to_owned(),
    }
}
