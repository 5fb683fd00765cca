//! The networks that can be imported, as tables of their layers.
//!
//! A preset holds what a file of weights does not tell: the order of the layers, their pooling and
//! activation, the front-end, and the conventions of the library that wrote the file.

mod musicnn;

use tagline_engine::FrontEndSpec;

use crate::convert::network::Activation;

/// The axis of the input that the batch norm before the first convolution works along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputNorm {
    /// The one channel: a factor and an offset for the whole window.
    Channel,
    /// Time: a factor and an offset for each frame, so that the window's length is fixed.
    Frame,
}

/// One block: convolution 3×3 padded with zeros to the same size, batch norm, activation,
/// max-pooling without padding.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// Prefix of the convolution's tensors.
    pub conv: &'static str,
    /// Prefix of the batch norm's tensors.
    pub norm: &'static str,
    /// Maps that it gives.
    pub maps: usize,
    /// Size and stride of the pooling: mel bands, frames.
    pub pool: [usize; 2],
}

/// How a library names and lays out its tensors, and what they mean.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    /// Names after the prefix of a convolution or dense layer: weights, bias.
    pub layer: [&'static str; 2],
    /// Names after a batch norm's prefix: factor, offset, mean, spread.
    pub norm: [&'static str; 4],
    /// Meaning of the spread.
    pub spread: Spread,
    /// True convolution: kernels are flipped along both axes for ONNX's cross-correlation.
    pub kernels_flipped: bool,
    /// Dense weights are `[in, out]` instead of `[out, in]`.
    pub dense_in_out: bool,
}

/// The meaning of a batch norm's spread `s` in the file.
#[derive(Clone, Copy, Debug)]
pub enum Spread {
    /// Variance: the divisor is √(s + ε).
    Variance {
        /// ε
        epsilon: f64,
    },
    /// Standard deviation: the divisor is s + ε.
    Deviation {
        /// ε
        epsilon: f64,
    },
}

/// PyTorch's conventions.
const PYTORCH: Dialect = Dialect {
    layer: [".weight", ".bias"],
    norm: [".weight", ".bias", ".running_mean", ".running_var"],
    spread: Spread::Variance { epsilon: 1e-5 },
    kernels_flipped: false,
    dense_in_out: false,
};

/// The conventions of Keras up to 1.0.6 on Theano, whose `running_std` is a standard deviation.
const KERAS_1_THEANO: Dialect = Dialect {
    layer: ["_W", "_b"],
    norm: ["_gamma", "_beta", "_running_mean", "_running_std"],
    spread: Spread::Deviation { epsilon: 1e-6 },
    kernels_flipped: true,
    dense_in_out: true,
};

/// A network that can be imported.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Name on the command line.
    pub name: &'static str,
    /// Name of the network for people.
    pub title: &'static str,
    /// The front-end that it was trained on.
    pub front_end: fn() -> FrontEndSpec,
    /// The conventions of its file.
    pub dialect: Dialect,
    /// The network.
    pub network: Published,
    /// Prefixes and suffixes of tensors that do not belong to the network.
    pub ignored: &'static [&'static str],
    /// The licence of the published weights, where there is but one publication.
    pub licence: Option<&'static str>,
    /// The tags in output order, where they are always the same.
    pub tags: &'static [&'static str],
}

/// The shape of a published network.
#[derive(Clone, Copy, Debug)]
pub enum Published {
    /// A chain of convolutions.
    Fcn(Fcn),
    /// The network of musicnn, which runs on patches of the window.
    Musicnn,
    /// Its rival of small kernels, which runs on the same patches.
    MusicnnVgg,
}

/// A chain of convolutions, whose last gives one value for each map.
#[derive(Clone, Copy, Debug)]
pub struct Fcn {
    /// Prefix of the input batch norm's tensors, and its axis.
    pub input_norm: (&'static str, InputNorm),
    /// The blocks in order; they end in one value for each map.
    pub blocks: &'static [Block],
    /// The function behind each convolution.
    pub activation: Activation,
    /// Prefix of the dense layer's tensors; a sigmoid follows.
    pub dense: &'static str,
}

/// Every preset.
pub const PRESETS: [&Preset; 6] = [
    &WON2020_FCN,
    &CHOI2016_CNN,
    &musicnn::MTT,
    &musicnn::MTT_VGG,
    &musicnn::MSD,
    &musicnn::MSD_VGG,
];

/// The paper's FCN as Won et al. (SMC 2020) trained it again.
pub const WON2020_FCN: Preset = Preset {
    name: "won2020-fcn",
    title: "FCN (Won et al. 2020)",
    front_end: FrontEndSpec::won2020,
    dialect: PYTORCH,
    network: Published::Fcn(Fcn {
        input_norm: ("spec_bn", InputNorm::Channel),
        blocks: &[
            block("layer1.conv", "layer1.bn", 64, [2, 4]),
            block("layer2.conv", "layer2.bn", 128, [2, 4]),
            block("layer3.conv", "layer3.bn", 128, [2, 4]),
            block("layer4.conv", "layer4.bn", 128, [3, 5]),
            block("layer5.conv", "layer5.bn", 64, [4, 4]),
        ],
        activation: Activation::Relu,
        dense: "dense",
    }),
    ignored: &["spec.", ".num_batches_tracked"],
    licence: None,
    tags: &[],
};

/// The paper's first author's released MusicTaggerCNN.
pub const CHOI2016_CNN: Preset = Preset {
    name: "choi2016-cnn",
    title: "MusicTaggerCNN (Choi 2016)",
    front_end: released_front_end,
    dialect: KERAS_1_THEANO,
    network: Published::Fcn(Fcn {
        input_norm: ("bn_0_freq/bn_0_freq", InputNorm::Frame),
        blocks: &[
            block("conv1/conv1", "bn1/bn1", 32, [2, 4]),
            block("conv2/conv2", "bn2/bn2", 128, [2, 4]),
            block("conv3/conv3", "bn3/bn3", 128, [2, 4]),
            block("conv4/conv4", "bn4/bn4", 192, [3, 5]),
            block("conv5/conv5", "bn5/bn5", 256, [4, 4]),
        ],
        activation: Activation::Elu,
        dense: "output/output",
    }),
    ignored: &[],
    licence: None,
    tags: &[],
};

/// Log-mel of the squared power, 80 dB below the window's maximum, brought to the mean and
/// spread that the input batch norm was trained on: (A + 24) / 16.
fn released_front_end() -> FrontEndSpec {
    FrontEndSpec {
        exponent: 2.0,
        top_db: Some(80.0),
        scale: 1.0 / 16.0,
        offset: 1.5,
        ..FrontEndSpec::choi2016()
    }
}

const fn block(conv: &'static str, norm: &'static str, maps: usize, pool: [usize; 2]) -> Block {
    Block {
        conv,
        norm,
        maps,
        pool,
    }
}

impl Preset {
    /// Name of the dense layer's weights, which every file of the network has.
    pub(super) fn dense_weights(&self) -> String {
        let dense = match self.network {
            Published::Fcn(fcn) => fcn.dense,
            Published::Musicnn | Published::MusicnnVgg => "dense",
        };
        format!("{dense}{}", self.dialect.layer[0])
    }

    /// The preset with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        PRESETS.into_iter().find(|preset| preset.name == name)
    }

    /// Whether a tensor of the file is known to be no part of the network.
    pub(super) fn ignores(&self, tensor: &str) -> bool {
        self.ignored
            .iter()
            .any(|part| tensor.starts_with(part) || tensor.ends_with(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_presets_pools_end_in_one_value_for_each_map() {
        for preset in PRESETS {
            let Published::Fcn(fcn) = preset.network else {
                continue;
            };
            let spec = (preset.front_end)();
            let end = fcn.blocks.iter().fold(
                [spec.input_bands(), spec.frames],
                |[bands, frames], block| [bands / block.pool[0], frames / block.pool[1]],
            );
            assert_eq!(end, [1, 1], "{}", preset.name);
        }
    }
}
