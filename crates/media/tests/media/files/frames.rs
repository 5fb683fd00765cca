//! MPEG audio and AAC without a container: all of the data count, whatever a header promises, and what is
//! no audio is none, however many headers chance puts into it.

use crate::common::{fixture, fixture_bytes, read, read_bytes};
use tagline_media::DecodeError;
use tagline_tests::Random;

/// Bytes of the first frame, which says how long the song is: at 16 kHz, 144 bytes at 64 kbit/s and so on.
fn first_frame(mp3: &[u8]) -> usize {
    const RATES: [usize; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    let rate = RATES[usize::from(mp3[2] >> 4)] * 1_000;
    72 * rate / 16_000 + usize::from(mp3[2] >> 1 & 1)
}

/// The fixture without the tag in front.
fn mp3(name: &str) -> Vec<u8> {
    let bytes = fixture_bytes(name);
    let start = match bytes.starts_with(b"ID3") {
        true => 10 + usize::from(bytes[8]) * 128 + usize::from(bytes[9]),
        false => 0,
    };
    bytes[start..].to_vec()
}

/// The song as a program writes it into a pipe.
fn without_header(name: &str) -> Vec<u8> {
    let bytes = mp3(name);
    bytes[first_frame(&bytes)..].to_vec()
}

/// The song with another count of frames in its header.
fn with_count(name: &str, frames: u32) -> Vec<u8> {
    let mut bytes = mp3(name);
    let tag = bytes
        .windows(4)
        .position(|name| name == b"Xing" || name == b"Info")
        .unwrap();
    bytes[tag + 8..tag + 12].copy_from_slice(&frames.to_be_bytes());
    bytes
}

fn id3(bytes: usize) -> Vec<u8> {
    let sevens = [21, 14, 7, 0].map(|shift| (bytes >> shift & 0x7f) as u8);
    // A picture is full of what looks like a frame.
    let content = b"\xff\xfb\x90\x64".iter().cycle().take(bytes).copied();
    [&b"ID3\x03\0\0"[..], &sevens]
        .concat()
        .into_iter()
        .chain(content)
        .collect()
}

#[test]
fn an_mp3_is_decoded_to_the_end_of_its_data_whatever_its_header_promises() {
    let ape = [&b"APETAGEX\xd0\x07\0\0\x40\0\0\0"[..], &[0; 16 + 64]].concat();
    for (name, bytes, seconds, remark) in [
        ("whole", mp3("vbr.mp3"), 1.0, None),
        ("no header", without_header("vbr.mp3"), 1.08, None),
        (
            "a stale count",
            with_count("vbr.mp3", 3),
            1.0,
            Some("its header promises 0.11 s, and 1.0"),
        ),
        (
            "two songs",
            [mp3("vbr.mp3"), mp3("vbr.mp3")].concat(),
            2.08,
            None,
        ),
        (
            "two without header",
            without_header("vbr.mp3").repeat(2),
            2.16,
            None,
        ),
        (
            "tags between",
            [
                mp3("vbr.mp3"),
                [b"TAG".as_slice(), &[0; 125]].concat(),
                id3(300),
                mp3("vbr.mp3"),
            ]
            .concat(),
            2.08,
            None,
        ),
        (
            "tags behind",
            [mp3("vbr.mp3"), ape, [b"TAG".as_slice(), &[0; 125]].concat()].concat(),
            1.0,
            None,
        ),
        (
            "a picture of 1.1 MiB in front",
            [id3(1_100 * 1_024), mp3("vbr.mp3")].concat(),
            1.0,
            None,
        ),
        (
            "junk in front",
            [&[0x55; 3_000][..], &mp3("vbr.mp3")].concat(),
            1.0,
            None,
        ),
        ("a quiet beginning", without_header("vbr.mp3"), 1.08, None),
    ] {
        let decoded = read_bytes(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            (decoded.rate_hz, decoded.channels.len()),
            (16_000, 2),
            "{name}"
        );
        let off = (decoded.seconds() - seconds).abs();
        assert!(off < 0.12, "{name}: {} s", decoded.seconds());
        match remark {
            Some(remark) => assert!(
                decoded.remark.contains(remark),
                "{name}: {}",
                decoded.remark
            ),
            None => assert_eq!(decoded.remark, "", "{name}"),
        }
    }
}

#[test]
fn a_count_that_promises_more_than_there_is_names_the_cut() {
    let decoded = read_bytes(&with_count("vbr.mp3", 200)).unwrap();
    assert!(
        decoded.remark.contains("truncated after 1.0"),
        "{}",
        decoded.remark
    );
}

#[test]
fn a_change_of_channels_is_followed_and_a_change_of_rate_is_named() {
    let both = [mp3("tone.mp3"), without_header("mono.mp3")].concat();
    let decoded = read_bytes(&both).unwrap();
    assert_eq!(decoded.channels.len(), 2);
    assert!(decoded.seconds() > 2.0, "{} s", decoded.seconds());
    assert!(
        decoded.remark.contains("changes from 2 to 1"),
        "{}",
        decoded.remark
    );
    let end = decoded.channels[0].len() - 4_000;
    assert_eq!(decoded.channels[0][end..], decoded.channels[1][end..]);

    let rates = [
        mp3("tone.mp3"),
        without_header("tone.mp3"),
        fixture_bytes("two.mp3"),
    ]
    .concat();
    let decoded = read_bytes(&rates).unwrap();
    assert!(
        (2.0..2.3).contains(&decoded.seconds()),
        "{} s",
        decoded.seconds()
    );
    assert!(
        decoded.remark.contains("changes from 16000 to 8000 Hz"),
        "{}",
        decoded.remark
    );
    assert!(decoded.remark.contains("ffmpeg -i "), "{}", decoded.remark);
}

#[test]
fn aac_without_a_container_goes_on_after_damage() {
    let whole = read(&fixture("tone.aac")).unwrap();
    let mut bytes = fixture_bytes("tone.aac");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 400].fill(0x55);
    let decoded = read_bytes(&bytes).unwrap();
    assert!(
        decoded.seconds() > whole.seconds() - 0.4,
        "{} s",
        decoded.seconds()
    );
    assert!(!decoded.remark.is_empty());
    let joined = read_bytes(&fixture_bytes("tone.aac").repeat(2)).unwrap();
    assert!((joined.seconds() - 2.0 * whole.seconds()).abs() < 1e-9);
}

#[test]
fn headers_that_are_there_by_chance_are_no_audio() {
    let mut random = Random::new(1);
    let noise: Vec<u8> = (0..600_000).map(|_| random.bits() as u8).collect();
    // A table of jumps as it stands in programs: small negative numbers.
    let jumps: Vec<u8> = (0..100_000u32)
        .flat_map(|k| (-(70_000 + (k * 97 % 3_000) as i32)).to_le_bytes())
        .collect();
    // Headers everywhere, of frames that are not there.
    let headers: Vec<u8> = b"\xff\xfb\x90\x64".repeat(20_000);
    let sparse: Vec<u8> = noise
        .chunks(417)
        .enumerate()
        .flat_map(|(k, part)| match k % 4 {
            0 | 1 => [&b"\xff\xfb\x90\x64"[..], &part[4.min(part.len())..]].concat(),
            _ => part.to_vec(),
        })
        .collect();
    for (name, bytes) in [
        ("noise", noise),
        ("a table of jumps", jumps),
        ("headers", headers),
        ("two in a row", sparse),
    ] {
        let error = read_bytes(&bytes).unwrap_err();
        assert!(
            matches!(error, DecodeError::NotAudio { .. }),
            "{name}: {error}"
        );
    }
}
