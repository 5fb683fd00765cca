//! Decoding: every format, and every way a file can be wrong.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tagline_media::{Audio, DecodeError, decode};
use tempfile::TempDir;

use crate::common::fixture;

/// Two seconds of two different tones.
fn tones(sample_rate_hz: u32) -> Vec<Vec<f32>> {
    let tone = |frequency_hz: f64| {
        (0..2 * sample_rate_hz)
            .map(|k| {
                let phase = f64::from(k) / f64::from(sample_rate_hz) * frequency_hz;
                (0.5 * (phase * std::f64::consts::TAU).sin()) as f32
            })
            .collect()
    };
    vec![tone(440.0), tone(1000.0)]
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Format {
    U8,
    S16,
    S24,
    S32,
    F32,
    F64,
}

/// A WAVE file of interleaved `channels`.
fn wav(sample_rate_hz: u32, channels: &[Vec<f32>], format: Format) -> Vec<u8> {
    let mut data = Vec::new();
    for k in 0..channels[0].len() {
        for channel in channels {
            let sample = channel[k];
            let integer = |bits: u32| (f64::from(sample) * f64::from(1 << (bits - 1))) as i32;
            match format {
                Format::U8 => data.push((sample * 128.0 + 128.0) as u8),
                Format::S16 => data.extend_from_slice(&(integer(16) as i16).to_le_bytes()),
                Format::S24 => data.extend_from_slice(&integer(24).to_le_bytes()[..3]),
                Format::S32 => {
                    let wide = (f64::from(sample) * 2f64.powi(31)) as i32;
                    data.extend_from_slice(&wide.to_le_bytes());
                }
                Format::F32 => data.extend_from_slice(&sample.to_le_bytes()),
                Format::F64 => data.extend_from_slice(&f64::from(sample).to_le_bytes()),
            }
        }
    }
    let bytes_per_sample: u16 = match format {
        Format::U8 => 1,
        Format::S16 => 2,
        Format::S24 => 3,
        Format::S32 | Format::F32 => 4,
        Format::F64 => 8,
    };
    let tag: u16 = if matches!(format, Format::F32 | Format::F64) {
        3
    } else {
        1
    };
    let frame_bytes = bytes_per_sample * channels.len() as u16;
    let mut file = Vec::new();
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + data.len() as u32).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16u32.to_le_bytes());
    file.extend_from_slice(&tag.to_le_bytes());
    file.extend_from_slice(&(channels.len() as u16).to_le_bytes());
    file.extend_from_slice(&sample_rate_hz.to_le_bytes());
    file.extend_from_slice(&(sample_rate_hz.wrapping_mul(u32::from(frame_bytes))).to_le_bytes());
    file.extend_from_slice(&frame_bytes.to_le_bytes());
    file.extend_from_slice(&(8 * bytes_per_sample).to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&(data.len() as u32).to_le_bytes());
    file.extend_from_slice(&data);
    file
}

fn write(dir: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn decode_bytes(name: &str, bytes: &[u8]) -> Result<Audio, DecodeError> {
    let dir = TempDir::new().unwrap();
    decode(&write(&dir, name, bytes))
}

fn root_mean_square(a: &[f32], b: &[f32]) -> f64 {
    let sum: f64 = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum();
    (sum / a.len().min(b.len()) as f64).sqrt()
}

#[test]
fn every_wav_sample_format_gives_back_what_was_written() {
    let channels = tones(44_100);
    for (format, tolerance) in [
        (Format::U8, 1.0 / 128.0),
        (Format::S16, 1.0 / 32_768.0),
        (Format::S24, 1.0 / 8_388_608.0),
        (Format::S32, 1e-7),
        (Format::F32, 0.0),
        (Format::F64, 0.0),
    ] {
        let audio = decode_bytes("a.wav", &wav(44_100, &channels, format)).unwrap();
        assert_eq!(audio.sample_rate_hz, 44_100);
        assert_eq!(audio.channels.len(), 2);
        assert_eq!(audio.seconds(), 2.0);
        for (decoded, written) in audio.channels.iter().zip(&channels) {
            let worst = decoded
                .iter()
                .zip(written)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(worst <= tolerance, "{format:?}: {worst}");
        }
    }
}

#[test]
fn unusual_rates_and_channel_counts_are_read() {
    for (rate_hz, count) in [(8_000, 1), (11_025, 2), (96_000, 6), (192_000, 8)] {
        let channels: Vec<_> = tones(rate_hz).into_iter().cycle().take(count).collect();
        let audio = decode_bytes("a.wav", &wav(rate_hz, &channels, Format::S24)).unwrap();
        assert_eq!(
            (audio.sample_rate_hz, audio.channels.len()),
            (rate_hz, count)
        );
        assert_eq!(audio.seconds(), 2.0);
    }
}

#[test]
fn mono_is_the_mean_of_the_channels() {
    let audio = Audio {
        sample_rate_hz: 8_000,
        channels: vec![vec![1.0, 0.5], vec![0.0, -0.5]],
    };
    assert_eq!(audio.mono(), [0.5, 0.0]);
    let audio = Audio {
        sample_rate_hz: 8_000,
        channels: vec![vec![0.1, 0.2]],
    };
    assert_eq!(audio.mono(), [0.1, 0.2]);
}

/// A second of two tones in a compressed format; the fixtures' README says how they were made.
struct Fixture {
    name: &'static str,
    sample_rate_hz: u32,
    channels: usize,
    seconds: f64,
    /// RMS difference to the tones that the format may leave.
    tolerance: f64,
}

impl Fixture {
    const fn new(name: &'static str, tolerance: f64) -> Self {
        Self {
            name,
            sample_rate_hz: 16_000,
            channels: 2,
            seconds: 1.0,
            tolerance,
        }
    }
}

/// The smallest difference of the middle to the tone's over the delays that encoders add.
fn difference(decoded: &[f32], tone: &[f32]) -> f64 {
    let start = decoded.len() * 3 / 8;
    let middle = &tone[start..decoded.len() * 5 / 8];
    (0..decoded.len() / 4)
        .map(|delay| root_mean_square(&decoded[start + delay..], middle))
        .fold(f64::MAX, f64::min)
}

#[test]
fn every_compressed_format_is_decoded() {
    let mono = |name, seconds| Fixture {
        sample_rate_hz: 8_000,
        channels: 1,
        seconds,
        ..Fixture::new(name, 1e-3)
    };
    for fixture_of in [
        Fixture::new("tone.flac", 1e-4),
        Fixture::new("tone24.flac", 1e-4),
        Fixture::new("tone.ogg", 0.02),
        Fixture::new("tone.mp3", 0.02),
        Fixture::new("vbr.mp3", 0.02),
        Fixture::new("tone.m4a", 0.02),
        Fixture::new("tone.aac", 0.02),
        Fixture::new("adpcm.wav", 0.02),
        Fixture {
            sample_rate_hz: 8_000,
            ..Fixture::new("alac.m4a", 1e-3)
        },
        Fixture::new("tone.mp2", 0.02),
        Fixture::new("tone.mka", 1e-4),
        mono("tone.caf", 1.0),
        mono("tone.aiff", 1.0),
        mono("ext.wav", 0.75),
    ] {
        let name = fixture_of.name;
        let audio = decode(&fixture(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            (audio.sample_rate_hz, audio.channels.len()),
            (fixture_of.sample_rate_hz, fixture_of.channels),
            "{name}"
        );
        // A frame of an encoder that does not say where the song ends.
        let off_seconds = audio.seconds() - fixture_of.seconds;
        assert!(
            (-0.001..0.2).contains(&off_seconds),
            "{name}: {} s",
            audio.seconds()
        );
        for (decoded, tone) in audio.channels.iter().zip(&tones(fixture_of.sample_rate_hz)) {
            let worst = difference(decoded, tone);
            assert!(worst < fixture_of.tolerance, "{name}: {worst}");
        }
    }
}

#[test]
fn the_encoders_delay_is_trimmed_where_the_file_tells_it() {
    for name in ["tone.mp3", "tone.ogg", "tone.flac", "tone.m4a"] {
        let audio = decode(&fixture(name)).unwrap();
        assert_eq!(audio.channels[0].len(), 16_000, "{name}");
        // The song begins where it should: no frame late.
        for (channel, tone) in audio.channels.iter().zip(&tones(16_000)) {
            let off = root_mean_square(&channel[2_000..14_000], &tone[2_000..14_000]);
            assert!(off < 0.02, "{name}: {off}");
        }
    }
}

/// Opus has a rate of its own, and surround in the order of Vorbis.
#[test]
fn opus_is_decoded_in_every_container() {
    let two = &[440.0, 1_000.0][..];
    // Front left, centre and right, then the rear.
    let six = &[440.0, 440.0, 1_000.0, 440.0, 1_000.0][..];
    for (name, channels, frequencies, tolerance) in [
        ("tone.opus", 2, two, 0.1),
        ("tone.webm", 2, two, 0.1),
        ("six.opus", 6, six, 0.25),
    ] {
        let audio = decode(&fixture(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(audio.sample_rate_hz, 48_000, "{name}");
        assert_eq!(audio.channels.len(), channels, "{name}");
        // The last packet is longer than what is left of the song, and says by how much.
        assert_eq!(audio.channels[0].len(), 48_000, "{name}");
        let tone = |frequency_hz: f64| -> Vec<f32> {
            let phase = |k: u32| f64::from(k) / 48_000.0 * frequency_hz;
            (0..48_000)
                .map(|k| (0.5 * (phase(k) * std::f64::consts::TAU).sin()) as f32)
                .collect()
        };
        for (channel, frequency_hz) in audio.channels.iter().zip(frequencies) {
            let off =
                root_mean_square(&channel[8_000..40_000], &tone(*frequency_hz)[8_000..40_000]);
            assert!(off < tolerance, "{name}: {off}");
        }
    }
}

#[test]
fn an_unsupported_codec_is_named() {
    let error = decode(&fixture("ac3.mp4")).unwrap_err();
    assert!(
        matches!(error, DecodeError::UnsupportedCodec { .. }),
        "{error}"
    );
    let error = error.to_string();
    assert!(error.contains("AC-3"), "{error}");
    assert!(error.contains("ac3.flac"), "{error}");
}

#[test]
fn a_missing_file_is_named() {
    let error = decode(Path::new("no/such/song.wav")).unwrap_err();
    assert!(matches!(error, DecodeError::Io { .. }), "{error:?}");
    assert!(
        error.to_string().starts_with("no/such/song.wav: "),
        "{error}"
    );
}

#[test]
fn a_folder_is_not_a_file() {
    let dir = TempDir::new().unwrap();
    assert!(matches!(
        decode(dir.path()),
        Err(DecodeError::NotAFile { .. })
    ));
}

#[test]
fn an_empty_file_and_a_text_are_not_audio() {
    for (name, bytes) in [
        ("a.wav", &b""[..]),
        ("a.mp3", b"Dear diary, no song today.\n"),
    ] {
        let error = decode_bytes(name, bytes).unwrap_err();
        assert!(matches!(error, DecodeError::NotAudio { .. }), "{error:?}");
    }
}

#[test]
fn a_wav_without_samples_is_an_error() {
    let error = decode_bytes("a.wav", &wav(44_100, &[vec![]], Format::S16)).unwrap_err();
    assert!(matches!(error, DecodeError::Nothing { .. }), "{error:?}");
}

#[test]
fn impossible_rates_and_channel_counts_are_errors() {
    let one = [vec![0.1; 100]];
    for rate_hz in [0, 1, 999, 768_001, u32::MAX] {
        assert!(
            decode_bytes("a.wav", &wav(rate_hz, &one, Format::S16)).is_err(),
            "{rate_hz} Hz"
        );
    }
    let mut without_channels = wav(44_100, &one, Format::S16);
    without_channels[22..24].copy_from_slice(&0u16.to_le_bytes());
    assert!(decode_bytes("a.wav", &without_channels).is_err());
    let mut with_many = wav(44_100, &one, Format::S16);
    with_many[22..24].copy_from_slice(&u16::MAX.to_le_bytes());
    assert!(decode_bytes("a.wav", &with_many).is_err());
}

#[test]
fn a_truncated_song_gives_what_comes_before_the_cut() {
    let whole = wav(44_100, &tones(44_100), Format::S16);
    let audio = decode_bytes("a.wav", &whole[..whole.len() * 3 / 4]).unwrap();
    assert!(
        (1.4..=1.5).contains(&audio.seconds()),
        "{} s",
        audio.seconds()
    );
    assert!(
        audio
            .channels
            .iter()
            .all(|channel| channel.len() == audio.channels[0].len())
    );
    let error = decode_bytes("a.wav", &whole[..whole.len() / 4]).unwrap_err();
    assert!(matches!(error, DecodeError::Truncated { .. }), "{error:?}");
}

#[test]
fn truncated_compressed_songs_give_their_beginning_or_an_error() {
    // A page of Ogg holds more than a second of so plain a tone, and a cut one is lost.
    for (name, gives_its_beginning) in [
        ("two.flac", true),
        ("two.mp3", true),
        ("two.m4a", true),
        ("two.ogg", false),
        ("tone.aiff", false),
    ] {
        let bytes = std::fs::read(fixture(name)).unwrap();
        if gives_its_beginning {
            let most = decode_bytes(name, &bytes[..bytes.len() * 4 / 5])
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(
                (1.0..2.0).contains(&most.seconds()),
                "{name}: {} s",
                most.seconds()
            );
        }
        for eighth in 0..8 {
            // Audio or an error: it must return.
            let _ = decode_bytes(name, &bytes[..bytes.len() * eighth / 8]);
        }
    }
}

#[test]
fn damage_in_the_middle_is_skipped() {
    for name in ["tone.flac", "tone.mp3"] {
        let mut bytes = std::fs::read(fixture(name)).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..middle + 200].fill(0x55);
        let audio = decode_bytes(name, &bytes).unwrap();
        assert!(audio.seconds() > 0.6, "{name}: {} s", audio.seconds());
    }
}

#[test]
fn samples_that_are_no_numbers_become_silence() {
    let channels = [vec![0.25, f32::NAN, f32::INFINITY, -2.0]];
    let audio = decode_bytes("a.wav", &wav(44_100, &channels, Format::F32)).unwrap();
    assert_eq!(audio.channels[0], [0.25, 0.0, 0.0, -2.0]);
}

#[test]
fn a_header_that_claims_gigabytes_allocates_none() {
    let mut file = wav(44_100, &tones(44_100), Format::S16);
    file[40..44].copy_from_slice(&0xffff_fff0u32.to_le_bytes());
    // What is there is read, and the rest is a remark.
    let audio = decode_bytes("a.wav", &file).unwrap();
    assert_eq!(audio.seconds(), 2.0);
    assert!(audio.channels.iter().all(|c| c.capacity() < 1 << 20));
    // A program that writes to a pipe and cannot know the length says so in both places: that is
    // a song like any other.
    file[4..8].fill(0xff);
    file[40..44].fill(0xff);
    let audio = decode_bytes("a.wav", &file).unwrap();
    assert!(
        (audio.seconds() - 2.0).abs() < 0.05,
        "{} s",
        audio.seconds()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_crash(
        start in prop::sample::select(vec![
            &b""[..], b"RIFF\x00\x10\x00\x00WAVEfmt ", b"fLaC\x00\x00\x00\x22", b"OggS\x00\x02",
            b"ID3\x04\x00\x00", b"\xff\xfb\x90\x64", b"\x00\x00\x00\x20ftypM4A ",
            b"FORM\x00\x00\x10\x00AIFFCOMM", b"\xff\xf1\x50\x80",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..4096),
    ) {
        let mut file = start.to_vec();
        file.extend(bytes);
        if let Ok(audio) = decode_bytes("a.bin", &file) {
            prop_assert!(!audio.channels.is_empty());
        }
    }

    #[test]
    fn a_damaged_header_never_crashes(position in 0usize..64, byte in any::<u8>()) {
        let mut file = wav(44_100, &[vec![0.5; 4096]], Format::S24);
        if let Some(target) = file.get_mut(position) {
            *target = byte;
        }
        if let Ok(audio) = decode_bytes("a.wav", &file) {
            prop_assert!(audio.channels.iter().flatten().all(|sample| sample.is_finite()));
        }
    }
}
