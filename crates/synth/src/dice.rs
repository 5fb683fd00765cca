//! Seeded chance. Every decision of a piece comes from here, so that a piece depends on the
//! corpus's seed and the clip's index alone.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of random decisions with a name of its own.
///
/// [`Dice::fork`] starts another stream by name, independent of what was drawn before. So the draws
/// of one part of the program never change those of another.
pub(crate) struct Dice {
    key: u64,
    stream: ChaCha8Rng,
}

impl Dice {
    /// The stream of one clip of a corpus.
    pub(crate) fn of_clip(seed: u64, clip: u64) -> Self {
        let mut root = ChaCha8Rng::seed_from_u64(seed);
        root.set_stream(clip);
        Self::from_key(root.random())
    }

    fn from_key(key: u64) -> Self {
        Self {
            key,
            stream: ChaCha8Rng::seed_from_u64(key),
        }
    }

    /// The stream called `name` below this one.
    pub(crate) fn fork(&self, name: &str) -> Self {
        // FNV-1a, from this stream's key on.
        let key = name
            .bytes()
            .fold(self.key ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
            });
        Self::from_key(key)
    }

    /// The stream called `name` with a number below this one.
    pub(crate) fn fork_at(&self, name: &str, index: usize) -> Self {
        self.fork(&format!("{name} {index}"))
    }

    /// `true` with the given probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.stream.random::<f64>() < probability
    }

    /// Uniform between two limits.
    pub(crate) fn between(&mut self, range: (f64, f64)) -> f64 {
        range.0 + (range.1 - range.0) * self.stream.random::<f64>()
    }

    /// A whole number from `low` to `high`, both included.
    pub(crate) fn whole(&mut self, low: i32, high: i32) -> i32 {
        self.stream.random_range(low..=high.max(low))
    }

    /// One of `choices`, which must not be empty.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.stream.random_range(0..choices.len())]
    }

    /// About normal, with mean 0 and deviation 1, and never beyond 3.5.
    pub(crate) fn normal(&mut self) -> f64 {
        // The sum of four uniform numbers has variance 1/3.
        let sum: f64 = (0..4).map(|_| self.stream.random::<f64>() - 0.5).sum();
        sum * 3.0_f64.sqrt()
    }

    /// `0..count` in random order.
    pub(crate) fn shuffled(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            order.swap(last, self.stream.random_range(0..=last));
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(dice: &mut Dice) -> Vec<i32> {
        (0..8).map(|_| dice.whole(0, 1_000_000)).collect()
    }

    #[test]
    fn a_fork_does_not_depend_on_what_was_drawn_before() {
        let mut fresh = Dice::of_clip(7, 3);
        let early = draws(&mut fresh.fork("melody"));
        draws(&mut fresh);
        assert_eq!(draws(&mut fresh.fork("melody")), early);
        assert_ne!(draws(&mut fresh.fork("bass")), early);
    }

    #[test]
    fn clips_and_seeds_differ() {
        let of = |seed, clip| draws(&mut Dice::of_clip(seed, clip));
        assert_eq!(of(1, 2), of(1, 2));
        assert_ne!(of(1, 2), of(1, 3));
        assert_ne!(of(1, 2), of(2, 2));
    }

    #[test]
    fn a_shuffle_keeps_everything() {
        let mut order = Dice::of_clip(1, 1).shuffled(20);
        assert_ne!(order, (0..20).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..20).collect::<Vec<_>>());
    }
}
