//! The networks of musicnn (Pons and Serra, "musicnn: Pre-trained convolutional neural networks for music
//! audio tagging", late-breaking demo of ISMIR 2019) and their tags.

use tagline_engine::FrontEndSpec;

use super::{Dialect, Preset, Published, Spread};
use crate::prepare::msd::TAGS_OF_LAST_FM;

/// The conventions of TensorFlow's `tf.layers`.
const TENSORFLOW: Dialect = Dialect {
    layer: ["/kernel", "/bias"],
    norm: ["/gamma", "/beta", "/moving_mean", "/moving_variance"],
    spread: Spread::Variance { epsilon: 1e-3 },
    kernels_flipped: false,
    dense_in_out: true,
};

/// musicnn, trained on MagnaTagATune.
pub const MTT: Preset = Preset {
    name: "musicnn-mtt",
    title: "musicnn (MagnaTagATune)",
    front_end: FrontEndSpec::musicnn,
    dialect: TENSORFLOW,
    network: Published::Musicnn,
    // What the optimiser keeps.
    ignored: &["/Adam", "/Adam_1", "beta1_power", "beta2_power"],
    licence: Some("ISC"),
    tags: &MAGNATAGATUNE,
};

/// The rival of small kernels, trained on MagnaTagATune.
pub const MTT_VGG: Preset = Preset {
    name: "musicnn-mtt-vgg",
    title: "musicnn's VGG (MagnaTagATune)",
    network: Published::MusicnnVgg,
    ..MTT
};

/// musicnn, trained on the Million Song Dataset.
pub const MSD: Preset = Preset {
    name: "musicnn-msd",
    title: "musicnn (Million Song Dataset)",
    tags: &TAGS_OF_LAST_FM,
    ..MTT
};

/// The rival of small kernels, trained on the Million Song Dataset.
pub const MSD_VGG: Preset = Preset {
    name: "musicnn-msd-vgg",
    title: "musicnn's VGG (Million Song Dataset)",
    network: Published::MusicnnVgg,
    ..MSD
};

/// The 50 most frequent tags of MagnaTagATune, by frequency.
const MAGNATAGATUNE: [&str; 50] = [
    "guitar",
    "classical",
    "slow",
    "techno",
    "strings",
    "drums",
    "electronic",
    "rock",
    "fast",
    "piano",
    "ambient",
    "beat",
    "violin",
    "vocal",
    "synth",
    "female",
    "indian",
    "opera",
    "male",
    "singing",
    "vocals",
    "no vocals",
    "harpsichord",
    "loud",
    "quiet",
    "flute",
    "woman",
    "male vocal",
    "no vocal",
    "pop",
    "soft",
    "sitar",
    "solo",
    "man",
    "classic",
    "choir",
    "voice",
    "new age",
    "dance",
    "male voice",
    "female vocal",
    "beats",
    "harp",
    "cello",
    "no voice",
    "weird",
    "country",
    "metal",
    "female voice",
    "choral",
];
