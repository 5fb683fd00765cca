//! Sounds as files.

use std::path::Path;

use tagline_tests::{pcm, write_wav};

const RATE_HZ: u32 = 16_000;

/// A mono 16-bit wav file of tones, each of a frequency in Hz (0 for silence) and its seconds; its
/// folders are made.
pub fn tones(path: &Path, tones: &[(f32, f32)]) {
    let tone = |&(hz, seconds): &(f32, f32)| {
        (0..(seconds * RATE_HZ as f32) as usize).map(move |sample| {
            let turns = sample as f32 * hz / RATE_HZ as f32;
            0.5 * (turns * std::f32::consts::TAU).sin()
        })
    };
    write_wav(path, RATE_HZ, tones.iter().flat_map(tone).map(pcm));
}
