//! How audio is cut into blocks.

use crate::random::SplitMix;

/// Sizes of the blocks of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockSizes {
    /// This many frames each; the last block may be shorter.
    Fixed(u32),
    /// From 1 to `max` frames at random, the same for the same seed.
    Random {
        /// Longest block, in frames.
        max: u32,
        /// Chooses the sequence.
        seed: u64,
    },
}

impl BlockSizes {
    /// The longest block, in frames.
    #[must_use]
    pub fn max_frames(self) -> u32 {
        match self {
            Self::Fixed(frames) => frames.max(1),
            Self::Random { max, .. } => max.max(1),
        }
    }

    /// The sizes, without end, in frames.
    pub fn frames(self) -> impl Iterator<Item = usize> {
        let (max, mut random) = match self {
            Self::Fixed(frames) => (frames.max(1), None),
            Self::Random { max, seed } => (max.max(1), Some(SplitMix::new(seed))),
        };
        std::iter::repeat_with(move || match &mut random {
            None => max as usize,
            Some(random) => 1 + (random.bits() % u64::from(max)) as usize,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_sizes_stay_in_range_and_repeat() {
        let sizes = BlockSizes::Random { max: 700, seed: 1 };
        let some: Vec<usize> = sizes.frames().take(1_000).collect();
        assert!(some.iter().all(|frames| (1..=700).contains(frames)));
        assert!(some.iter().any(|frames| *frames < 70) && some.iter().any(|frames| *frames > 630));
        assert!(sizes.frames().zip(&some).take(1_000).all(|(a, b)| a == *b));
    }

    #[test]
    fn a_block_is_never_empty() {
        assert_eq!(BlockSizes::Fixed(0).frames().next(), Some(1));
        assert_eq!(
            BlockSizes::Random { max: 0, seed: 3 }.frames().next(),
            Some(1)
        );
    }
}
