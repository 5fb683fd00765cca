//! The table of networks. A new network is a new entry and nothing else.
//!
//! Sources: Choi, Fazekas, Sandler, "Automatic tagging using deep convolutional neural networks"
//! (ISMIR 2016), Tables 1 and 2 and Section 5.1; the first author's released MusicTaggerCNN; Won,
//! Ferraro, Bogdanov, Serra, "Evaluation of CNN-based automatic music tagging models" (SMC 2020).

use super::{Architecture, Block, Kernel, Mean, Pool};
use crate::data::Input;

/// Every network.
pub const ARCHITECTURES: &[Architecture] = &[
    Architecture {
        name: "fcn3",
        title: "FCN-3",
        input: Input::Mel,
        scaled_rows: false,
        blocks: &[
            square(256).pool(3, 5).drop(),
            square(768).pool(4, 16).drop(),
            square(2048).pool(8, 17).drop(),
        ],
    },
    // Table 1 prints maps of 24×85 and 12×21 after the second and third pooling, which are FCN-5's.
    // Its own pools give 12×68 and 4×8, and end in the 1×1 that it also prints.
    Architecture {
        name: "fcn4",
        title: "FCN-4",
        input: Input::Mel,
        scaled_rows: false,
        blocks: &[
            square(128).pool(2, 4).drop(),
            square(384).pool(4, 5).drop(),
            square(768).pool(3, 8).drop(),
            square(2048).pool(4, 8).drop(),
        ],
    },
    Architecture {
        name: "fcn5",
        title: "FCN-5",
        input: Input::Mel,
        scaled_rows: false,
        blocks: &FCN5,
    },
    Architecture {
        name: "fcn6",
        title: "FCN-6",
        input: Input::Mel,
        scaled_rows: false,
        blocks: &[FCN5[0], FCN5[1], FCN5[2], FCN5[3], FCN5[4], point(1024)],
    },
    Architecture {
        name: "fcn7",
        title: "FCN-7",
        input: Input::Mel,
        scaled_rows: false,
        blocks: &[
            FCN5[0],
            FCN5[1],
            FCN5[2],
            FCN5[3],
            FCN5[4],
            point(1024),
            point(1024),
        ],
    },
    // "Small differences in pooling sizes in the frequency axis": 129 → 64 → 16 → 4 → 1 bins.
    Architecture {
        name: "fcn4-stft",
        title: "FCN-4 on STFT",
        input: Input::Stft,
        scaled_rows: false,
        blocks: &[
            square(128).pool(2, 4).drop(),
            square(384).pool(4, 5).drop(),
            square(768).pool(4, 8).drop(),
            square(2048).pool(4, 8).drop(),
        ],
    },
    // "Frame-based 4-layer feed-forward networks with time-axis pooling". The paper gives no sizes,
    // so these are FCN-4's maps and its pooling of time.
    Architecture {
        name: "mfcc",
        title: "MFCC network",
        input: Input::Mfcc,
        // The 0th coefficient is some 50 times as large as the derivatives.
        scaled_rows: true,
        blocks: &[
            frame(128).pool(1, 4).drop(),
            point(384).pool(1, 5).drop(),
            point(768).pool(1, 8).drop(),
            point(2048).pool(1, 8).drop(),
        ],
    },
    // FCN-5 with the widths of the first author's released network. Dropout only before the output,
    // as in Won et al.: in layers this narrow, dropout costs more than it gains.
    Architecture {
        name: "fcn5-compact",
        title: "FCN-5 compact",
        input: Input::Mel,
        scaled_rows: false,
        blocks: &[
            square(32).pool(2, 4),
            square(128).pool(2, 4),
            square(128).pool(2, 4),
            square(192).pool(3, 5),
            square(256).pool(4, 4).drop(),
        ],
    },
    // FCN-5 compact whose pools overlap, so that audio which is shifted by less than a pool gives the same tags.
    // The means of the fourth block reach to the end of what the third leaves.
    Architecture {
        name: "fcn5-steady",
        title: "FCN-5 steady",
        input: Input::Mel,
        scaled_rows: false,
        blocks: &[
            square(32).overlap(2, 4, 2, 4, 2),
            square(128).overlap(2, 4, 2, 6, 2),
            square(128).overlap(2, 4, 2, 6, 2),
            square(192).overlap(3, 3, 1, 8, 4),
            square(256).pool(4, 3).drop(),
        ],
    },
    // FCN-5 with the widths and the one dropout of Won et al.
    Architecture {
        name: "fcn5-won2020",
        title: "FCN-5 of Won et al.",
        input: Input::Mel,
        scaled_rows: false,
        blocks: &[
            square(64).pool(2, 4),
            square(128).pool(2, 4),
            square(128).pool(2, 4),
            square(128).pool(3, 5),
            square(64).pool(4, 4).drop(),
        ],
    },
];

const FCN5: [Block; 5] = [
    square(128).pool(2, 4).drop(),
    square(256).pool(2, 4).drop(),
    square(512).pool(2, 4).drop(),
    square(1024).pool(3, 5).drop(),
    square(2048).pool(4, 4).drop(),
];

/// 3×3 convolution.
const fn square(maps: usize) -> Block {
    block(Kernel::Square, maps)
}

/// 1×1 convolution.
const fn point(maps: usize) -> Block {
    block(Kernel::Point, maps)
}

/// Convolution over all bands of a frame.
const fn frame(maps: usize) -> Block {
    block(Kernel::Frame, maps)
}

const fn block(kernel: Kernel, maps: usize) -> Block {
    Block {
        kernel,
        maps,
        pool: None,
        dropout: false,
    }
}

impl Block {
    /// The block with max-pooling over so many bands and frames.
    const fn pool(self, bands: usize, frames: usize) -> Self {
        Self {
            pool: Some(Pool::side_by_side([bands, frames])),
            ..self
        }
    }

    /// The block with maxima over so many bands and frames, `step` frames apart, of which `of` give a mean, and
    /// the next one `mean_step` maxima later.
    const fn overlap(
        self,
        bands: usize,
        frames: usize,
        step: usize,
        of: usize,
        mean_step: usize,
    ) -> Self {
        Self {
            pool: Some(Pool {
                size: [bands, frames],
                step,
                mean: Mean {
                    of,
                    step: mean_step,
                },
            }),
            ..self
        }
    }

    /// The block with dropout at its end.
    const fn drop(self) -> Self {
        Self {
            dropout: true,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(name: &str, bands: usize) -> Vec<[usize; 2]> {
        let architecture = Architecture::named(name).unwrap();
        architecture.map_sizes([bands, 1366])
    }

    #[test]
    fn maps_have_the_papers_sizes() {
        let fcn5 = [[48, 341], [24, 85], [12, 21], [4, 4], [1, 1]];
        assert_eq!(sizes("fcn3", 96), [[32, 273], [8, 17], [1, 1]]);
        assert_eq!(sizes("fcn4", 96), [[48, 341], [12, 68], [4, 8], [1, 1]]);
        assert_eq!(sizes("fcn5", 96), fcn5);
        assert_eq!(sizes("fcn6", 96)[..5], fcn5);
        assert_eq!(sizes("fcn6", 96)[5..], [[1, 1]]);
        assert_eq!(sizes("fcn7", 96)[5..], [[1, 1], [1, 1]]);
        assert_eq!(sizes("fcn5-compact", 96), fcn5);
        assert_eq!(sizes("fcn5-won2020", 96), fcn5);
        assert_eq!(
            sizes("fcn5-steady", 96),
            [[48, 340], [24, 82], [12, 18], [4, 3], [1, 1]]
        );
        assert_eq!(
            sizes("fcn4-stft", 129),
            [[64, 341], [16, 68], [4, 8], [1, 1]]
        );
        assert_eq!(sizes("mfcc", 90), [[1, 341], [1, 68], [1, 8], [1, 1]]);
    }

    #[test]
    fn every_name_is_different_and_finds_its_network() {
        for architecture in ARCHITECTURES {
            assert_eq!(Architecture::named(architecture.name), Some(architecture));
        }
    }

    #[test]
    fn a_window_shorter_than_the_networks_own_still_ends_in_one_value() {
        for architecture in ARCHITECTURES {
            for frames in [1, 2, 141, 683, 1365] {
                let sizes = architecture.map_sizes([96, frames]);
                assert_eq!(sizes.last(), Some(&[1, 1]), "{}", architecture.name);
            }
        }
    }

    #[test]
    fn only_the_maxima_of_a_pooling_without_means_are_dropped() {
        let blocks = ARCHITECTURES.iter().flat_map(|network| network.blocks);
        let means = |block: &&Block| block.pool.is_some_and(|pool| pool.mean != Mean::NONE);
        assert!(blocks.filter(means).all(|block| !block.dropout));
    }

    #[test]
    fn width_scales_every_block_and_leaves_one_map_at_least() {
        let compact = Architecture::named("fcn5-compact").unwrap();
        assert_eq!(compact.maps(1.0), [32, 128, 128, 192, 256]);
        assert_eq!(compact.maps(0.5), [16, 64, 64, 96, 128]);
        assert_eq!(compact.maps(0.001), [1; 5]);
    }
}
