//! The signal goes through the plugin untouched, whatever it is and however the host runs it.

use std::hint::black_box;

use clack_extensions::tail::TailLength;
use tagline_tests::Random;

use crate::common::Host;
use crate::common::audio::Sample;

/// Bit patterns of every kind: NaNs of either sort with payloads, infinities, denormals, both
/// zeros, and anything else.
fn noise<S: Sample>(seed: u64, frames: usize) -> Vec<S> {
    let mut random = Random::new(seed);
    (0..frames)
        .map(|_| S::from_bits64(random.bits64()))
        .collect()
}

fn special<S: Sample>() -> Vec<S> {
    let single = [
        0x7fc0_1234_u32,
        0x7f80_0001,
        0xffc0_ffff,
        0x7f80_0000,
        0xff80_0000,
        0x0000_0001,
        0x807f_ffff,
        0x8000_0000,
    ];
    let double = [
        0x7ff8_0000_1234_5678_u64,
        0x7ff0_0000_0000_0001,
        0xfff8_ffff_ffff_ffff,
        0x7ff0_0000_0000_0000,
        1,
        0x800f_ffff_ffff_ffff,
        0x8000_0000_0000_0000,
    ];
    if size_of::<S>() == 4 {
        single.map(|bits| S::from_bits64(bits.into())).to_vec()
    } else {
        double.map(S::from_bits64).to_vec()
    }
}

fn bits<S: Sample>(channels: &[Vec<S>]) -> Vec<Vec<u64>> {
    channels
        .iter()
        .map(|channel| channel.iter().map(|sample| sample.bits()).collect())
        .collect()
}

fn passes<S: Sample>(host: &mut Host, frames: usize, in_place: bool) {
    let mut input: Vec<Vec<S>> = (0..host.channels)
        .map(|channel| {
            let mut samples = noise(host.position ^ (channel as u64 + 1) << 40, frames);
            let special = special::<S>();
            let count = special.len().min(frames);
            samples[..count].copy_from_slice(&special[..count]);
            samples
        })
        .collect();
    let expected = bits(&input);
    let output = host.block(&mut input, in_place, &[]);
    assert!(
        bits(&output) == expected,
        "{frames} frames of {} channels, {} bytes a sample, in place: {in_place}",
        host.channels,
        size_of::<S>()
    );
}

#[test]
fn every_bit_passes_at_every_rate_block_size_channel_count_and_format() {
    let blocks: [&[usize]; 6] = [
        &[1],
        &[64],
        &[441],
        &[4_096],
        &[16_384],
        &[1, 63, 16_384, 2, 977, 64, 8_191],
    ];
    for channels in [2, 1, 3, 7] {
        let mut host = Host::new();
        assert!(host.set_channels(channels));
        for rate in [
            1_234.567_8,
            8_000.0,
            44_100.0,
            48_000.0,
            192_000.0,
            768_000.0,
        ] {
            host.activate(rate, 16_384);
            for sizes in blocks {
                for &frames in sizes {
                    passes::<f32>(&mut host, frames, false);
                    passes::<f32>(&mut host, frames, true);
                    passes::<f64>(&mut host, frames, false);
                    passes::<f64>(&mut host, frames, true);
                }
            }
            host.deactivate();
        }
    }
}

#[test]
fn a_rate_that_cannot_be_analysed_still_passes_the_signal() {
    let mut host = Host::new();
    host.activate(20.0, 512);
    passes::<f32>(&mut host, 512, false);
    host.deactivate();
    host.activate(48_000.0, 512);
    passes::<f32>(&mut host, 512, true);
}

#[test]
fn an_empty_block_and_one_longer_than_announced_do_no_harm() {
    let mut host = Host::new();
    host.activate(48_000.0, 64);
    passes::<f32>(&mut host, 0, false);
    passes::<f32>(&mut host, 100_000, false);
    passes::<f32>(&mut host, 64, false);
}

#[test]
fn impossible_channel_counts_are_refused() {
    let mut host = Host::new();
    assert!(!host.set_channels(0));
    assert!(!host.set_channels(65));
    assert!(host.set_channels(64));
    host.activate(48_000.0, 64);
    passes::<f32>(&mut host, 64, false);
}

#[test]
fn the_signal_comes_out_without_delay_and_leaves_no_tail() {
    let mut host = Host::new();
    host.activate(48_000.0, 64);
    assert_eq!(host.delays(), (0, TailLength::Finite(0)));
}

#[test]
fn the_hosts_own_arithmetic_keeps_its_denormals_after_a_block() {
    let half_of_the_least = || black_box(f32::MIN_POSITIVE) * black_box(0.5);
    let mut host = Host::new();
    host.activate(48_000.0, 64);
    passes::<f32>(&mut host, 64, false);
    assert!(half_of_the_least() > 0.0);
}
