//! Fully convolutional taggers with random weights, for tests that need a network's shape but no
//! trained one.

use prost::Message;
use serde_json::json;
use tagline_onnx::{integers, tensor};
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, StringStringEntryProto};

use crate::random::Random;
use crate::tiny_model::{metadata, node, value};

/// Convolution, activation, pooling.
#[derive(Clone, Copy, Debug)]
pub struct FcnBlock {
    /// Maps that it makes.
    pub maps: usize,
    /// Kernel of the convolution: mel bands, frames.
    pub kernel: [usize; 2],
    /// Frames between the kernel's points.
    pub dilation: usize,
    /// Whether zeros keep the length of both axes (for an odd kernel).
    pub padded: bool,
    /// Size and stride of the pooling: mel bands, frames.
    pub pool: [usize; 2],
    /// Frames from one maximum to the next and means of them, where maxima overlap.
    pub overlap: Option<Overlap>,
}

/// Maxima that overlap along time, and means of them.
#[derive(Clone, Copy, Debug)]
pub struct Overlap {
    /// Frames from one maximum to the next.
    pub step: usize,
    /// Maxima that a mean is of.
    pub of: usize,
    /// Maxima from one mean to the next.
    pub mean_step: usize,
}

impl FcnBlock {
    /// A padded 3×3 convolution, as in Choi et al.'s networks.
    #[must_use]
    pub fn new(maps: usize, pool: [usize; 2]) -> Self {
        Self {
            maps,
            kernel: [3, 3],
            dilation: 1,
            padded: true,
            pool,
            overlap: None,
        }
    }
}

/// Builds a model file: `log_mel [N, 1, bands, frames]` → gain and offset → blocks → 1×1
/// convolution → sigmoid → average → `tags [N, tags]`.
#[derive(Clone, Debug)]
pub struct FcnModel {
    /// Mel bands of the window.
    pub bands: usize,
    /// Frames of the window, 21.3 ms each.
    pub frames: usize,
    /// The blocks in order.
    pub blocks: Vec<FcnBlock>,
    /// Number of tags.
    pub tags: usize,
    /// Whether each frame of the window has a gain of its own.
    pub gain_per_frame: bool,
    /// The front-end's `top_db`.
    pub top_db: Option<f32>,
}

impl FcnModel {
    /// A network for windows of 96 bands and `frames` frames.
    #[must_use]
    pub fn new(frames: usize, blocks: Vec<FcnBlock>) -> Self {
        Self {
            bands: 96,
            frames,
            blocks,
            tags: 10,
            gain_per_frame: false,
            top_db: None,
        }
    }

    /// The shape of Choi et al.'s FCN-5, with few maps.
    #[must_use]
    pub fn fcn5() -> Self {
        let pools = [[2, 4], [2, 4], [2, 4], [3, 5], [4, 4]];
        let maps = [8, 12, 16, 16, 24];
        Self::new(
            1366,
            std::iter::zip(maps, pools)
                .map(|(m, p)| FcnBlock::new(m, p))
                .collect(),
        )
    }

    /// The shape of Choi et al.'s FCN-4, with few maps.
    #[must_use]
    pub fn fcn4() -> Self {
        let pools = [[2, 4], [4, 5], [3, 8], [4, 8]];
        let maps = [8, 12, 16, 24];
        Self::new(
            1366,
            std::iter::zip(maps, pools)
                .map(|(m, p)| FcnBlock::new(m, p))
                .collect(),
        )
    }

    /// The file's bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let names: Vec<String> = (0..self.tags).map(|tag| format!("tag {tag}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let front_end = json!({
            "sample_rate": 12_000, "n_fft": 512, "hop": 256,
            "mel_bands": self.bands, "mel_scale": "slaney", "mel_norm": "slaney",
            "f_min_hz": 0.0, "f_max_hz": 6_000.0,
            "exponent": 1.0, "floor": 1e-10, "top_db": self.top_db,
            "scale": 0.05, "offset": 2.0, "frames": self.frames,
        });
        let mut model = self.model();
        for (key, value) in metadata(&names, &front_end) {
            model
                .metadata_props
                .push(StringStringEntryProto { key, value });
        }
        model.encode_to_vec()
    }

    fn model(&self) -> ModelProto {
        let mut random = Random::new(1);
        let gains = if self.gain_per_frame { self.frames } else { 1 };
        let gain: Vec<f32> = (0..gains).map(|_| 1.0 + 0.1 * random.sample()).collect();
        let mut graph = GraphProto {
            name: "fcn".to_owned(),
            input: vec![value(
                "log_mel",
                &[None, Some(1), Some(self.bands), Some(self.frames)],
            )],
            output: vec![value("tags", &[None, Some(self.tags)])],
            initializer: vec![
                tensor("gain", &[1, 1, 1, gains], &gain),
                tensor("offset", &[1, 1, 1, 1], &[0.3]),
            ],
            node: vec![
                node("Mul", &["log_mel", "gain"], "scaled"),
                node("Add", &["scaled", "offset"], "normalised"),
            ],
            ..GraphProto::default()
        };
        let (mut last, mut maps_in) = ("normalised".to_owned(), 1);
        for (number, block) in self.blocks.iter().enumerate() {
            last = add_block(&mut graph, number, block, maps_in, &last, &mut random);
            maps_in = block.maps;
        }
        let scale = 2.0 / (maps_in as f32).sqrt();
        let dense: Vec<f32> = (0..self.tags * maps_in)
            .map(|_| scale * random.sample())
            .collect();
        graph
            .initializer
            .push(tensor("dense", &[self.tags, maps_in, 1, 1], &dense));
        graph.node.extend([
            node("Conv", &[&last, "dense"], "logits"),
            node("Sigmoid", &["logits"], "probabilities"),
            node("GlobalAveragePool", &["probabilities"], "mean"),
            node("Flatten", &["mean"], "tags"),
        ]);
        tagline_onnx::model(graph)
    }
}

fn add_block(
    graph: &mut GraphProto,
    number: usize,
    block: &FcnBlock,
    maps_in: usize,
    input: &str,
    random: &mut Random,
) -> String {
    let name = |part: &str| format!("block{number}.{part}");
    let [kernel_bands, kernel_frames] = block.kernel;
    let points = maps_in * kernel_bands * kernel_frames;
    // So that every layer's values stay of the size of its input's.
    let scale = (6.0 / points as f32).sqrt();
    let kernels: Vec<f32> = (0..block.maps * points)
        .map(|_| scale * random.sample())
        .collect();
    let bias: Vec<f32> = (0..block.maps).map(|_| 0.2 * random.sample()).collect();
    let shape = [block.maps, maps_in, kernel_bands, kernel_frames];
    graph
        .initializer
        .push(tensor(&name("kernels"), &shape, &kernels));
    graph
        .initializer
        .push(tensor(&name("bias"), &[block.maps], &bias));
    let pad = |kernel: usize, dilation: usize| {
        if block.padded {
            (kernel - 1) * dilation / 2
        } else {
            0
        }
    };
    let pads = [pad(kernel_bands, 1), pad(kernel_frames, block.dilation)];
    let mut conv = node(
        "Conv",
        &[input, &name("kernels"), &name("bias")],
        &name("conv"),
    );
    conv.attribute = vec![
        integers("kernel_shape", &block.kernel),
        integers("dilations", &[1, block.dilation]),
        integers("pads", &[pads[0], pads[1], pads[0], pads[1]]),
    ];
    let active: NodeProto = node("Elu", &[&name("conv")], &name("active"));
    graph.node.extend([conv, active]);
    let mut pool =
        |operator: &str, from: &str, to: &str, kernel: [usize; 2], strides: [usize; 2]| {
            let mut pool = node(operator, &[&name(from)], &name(to));
            pool.attribute = vec![
                integers("kernel_shape", &kernel),
                integers("strides", &strides),
            ];
            graph.node.push(pool);
        };
    let [bands, frames] = block.pool;
    match block.overlap {
        None => pool("MaxPool", "active", "pooled", block.pool, block.pool),
        Some(Overlap {
            step,
            of,
            mean_step,
        }) => {
            pool("MaxPool", "active", "bands", [bands, 1], [bands, 1]);
            pool("MaxPool", "bands", "largest", [1, frames], [1, step]);
            pool("AveragePool", "largest", "pooled", [1, of], [1, mean_step]);
        }
    }
    name("pooled")
}
