//! Synthesizers and drum machines, for the sounds that SoundFonts of acoustic instruments lack.

mod machine;
mod patch;
mod voice;

pub(crate) use machine::{Machine, strike};
pub(crate) use patch::{Patch, Tone, play};

/// White noise from a counter, the same everywhere.
pub(crate) struct Noise(u32);

impl Noise {
    pub(crate) fn new(seed: u32) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9) | 1)
    }

    /// The next sample, from -1 to 1. (Marsaglia's xorshift.)
    pub(crate) fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 8) as f32 / 8_388_608.0 - 1.0
    }
}
