//! Containers of plain samples, and the mistakes that programs make in their headers.

use crate::common::{Decoded, read_bytes, tone};
use tagline_media::DecodeError;

const RATE_HZ: u32 = 8_000;
/// Two seconds.
const SAMPLES: usize = 16_000;

/// The samples of the tests, as 16 bits.
fn samples() -> Vec<i16> {
    let tone = tone(440.0, RATE_HZ, SAMPLES);
    tone.iter()
        .map(|sample| (sample * 32_768.0) as i16)
        .collect()
}

fn little_endian() -> Vec<u8> {
    samples().iter().flat_map(|s| s.to_le_bytes()).collect()
}

fn big_endian() -> Vec<u8> {
    samples().iter().flat_map(|s| s.to_be_bytes()).collect()
}

/// A chunk with a size of its own, and a byte that makes it even.
fn chunk_of(name: &[u8; 4], size: u32, content: &[u8]) -> Vec<u8> {
    let mut chunk = [&name[..], &size.to_le_bytes(), content].concat();
    if content.len() % 2 == 1 {
        chunk.push(0);
    }
    chunk
}

fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    chunk_of(name, content.len() as u32, content)
}

/// A `fmt ` chunk for samples of this many bytes.
fn format(tag: u16, channels: u16, bytes: u16) -> Vec<u8> {
    let mut format = [tag, channels].map(u16::to_le_bytes).concat();
    format.extend(RATE_HZ.to_le_bytes());
    format.extend((RATE_HZ * u32::from(channels * bytes)).to_le_bytes());
    format.extend((channels * bytes).to_le_bytes());
    format.extend((8 * bytes).to_le_bytes());
    format
}

fn fmt() -> Vec<u8> {
    chunk(b"fmt ", &format(1, 1, 2))
}

fn data() -> Vec<u8> {
    chunk(b"data", &little_endian())
}

/// A file of these chunks.
fn riff(name: &[u8; 4], chunks: &[Vec<u8>]) -> Vec<u8> {
    let chunks = chunks.concat();
    riff_of(name, chunks.len() as u32 + 4, &chunks)
}

fn riff_of(name: &[u8; 4], size: u32, chunks: &[u8]) -> Vec<u8> {
    [&name[..], &size.to_le_bytes(), b"WAVE", chunks].concat()
}

fn ds64(data_bytes: u64) -> Vec<u8> {
    let mut content = (data_bytes + 100).to_le_bytes().to_vec();
    content.extend(data_bytes.to_le_bytes());
    content.extend([0; 12]);
    chunk(b"ds64", &content)
}

fn extensible() -> Vec<u8> {
    let mut content = format(0xfffe, 1, 2);
    content.extend([22, 0, 16, 0, 4, 0, 0, 0, 1, 0]);
    content.extend(b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71");
    chunk(b"fmt ", &content)
}

fn rifx() -> Vec<u8> {
    let mut bytes = b"RIFX".to_vec();
    let fmt = format(1, 1, 2);
    let swapped: Vec<u8> = [
        &fmt[..2],
        &fmt[2..4],
        &fmt[4..8],
        &fmt[8..12],
        &fmt[12..14],
        &fmt[14..],
    ]
    .iter()
    .flat_map(|field| field.iter().rev().copied())
    .collect();
    bytes.extend((36 + big_endian().len() as u32).to_be_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16u32.to_be_bytes());
    bytes.extend(swapped);
    bytes.extend(b"data");
    bytes.extend((big_endian().len() as u32).to_be_bytes());
    bytes.extend(big_endian());
    bytes
}

fn wave64() -> Vec<u8> {
    const TAIL: &[u8] = b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";
    let chunk = |name: &[u8; 4], content: &[u8]| {
        let size = (content.len() as u64 + 24).to_le_bytes();
        let mut chunk = [&name[..], TAIL, &size, content].concat();
        chunk.resize(chunk.len().next_multiple_of(8), 0);
        chunk
    };
    let chunks = [
        chunk(b"fmt ", &format(1, 1, 2)),
        chunk(b"junk", b"abc"),
        chunk(b"data", &little_endian()),
    ]
    .concat();
    let riff = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00";
    let size = (chunks.len() as u64 + 40).to_le_bytes();
    [&riff[..], &size, b"wave", TAIL, &chunks].concat()
}

/// A file of 16 bits whose header claims `frames` and `bytes`.
fn aiff(kind: &[u8; 4], frames: u32, bytes: u32, before: &[u8], samples: &[u8]) -> Vec<u8> {
    let mut common = 1u16.to_be_bytes().to_vec();
    common.extend(frames.to_be_bytes());
    common.extend(16u16.to_be_bytes());
    common.extend([0x40, 0x0b, 0xfa, 0, 0, 0, 0, 0, 0, 0]);
    if kind == b"AIFC" {
        common.extend(b"sowt\x00\x00");
    }
    let mut file = b"FORM\0\0\0\0".to_vec();
    file.extend(kind);
    file.extend(b"COMM");
    file.extend((common.len() as u32).to_be_bytes());
    file.extend(common);
    file.extend(before);
    file.extend(b"SSND");
    file.extend(bytes.to_be_bytes());
    file.extend([0; 8]);
    file.extend(samples);
    file
}

fn whole_aiff(before: &[u8]) -> Vec<u8> {
    aiff(
        b"AIFF",
        SAMPLES as u32,
        8 + 2 * SAMPLES as u32,
        before,
        &big_endian(),
    )
}

fn au(magic: &[u8; 4], bytes: u32, samples: &[u8]) -> Vec<u8> {
    let mut file = magic.to_vec();
    for number in [28, bytes, 3, RATE_HZ, 1, 0] {
        file.extend(match magic {
            b".snd" => u32::to_be_bytes(number),
            _ => u32::to_le_bytes(number),
        });
    }
    file.extend(samples);
    file
}

fn caf(data_bytes: i64) -> Vec<u8> {
    let mut file = b"caff\0\x01\0\0desc\0\0\0\0\0\0\0\x20".to_vec();
    file.extend(f64::from(RATE_HZ).to_be_bytes());
    // Plain samples, big-endian: 2 bytes a packet of one frame of one channel of 16 bits.
    file.extend(b"lpcm");
    for number in [0u32, 2, 1, 1, 16] {
        file.extend(number.to_be_bytes());
    }
    file.extend(b"data");
    file.extend(data_bytes.to_be_bytes());
    file.extend([0; 4]);
    file.extend(big_endian());
    file
}

fn assert_whole(name: &str, bytes: &[u8], remark: Option<&str>) -> Decoded {
    let decoded = read_bytes(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(decoded.rate_hz, RATE_HZ, "{name}");
    assert_eq!(decoded.channels[0].len(), SAMPLES, "{name}");
    for channel in &decoded.channels {
        let expected = samples();
        let same = channel
            .iter()
            .zip(expected)
            .all(|(sample, expected)| *sample == f32::from(expected) / 32_768.0);
        assert!(same, "{name}");
    }
    match remark {
        Some(remark) => assert!(
            decoded.remark.contains(remark),
            "{name}: {}",
            decoded.remark
        ),
        None => assert_eq!(decoded.remark, "", "{name}"),
    }
    decoded
}

#[test]
fn every_container_is_read_whole_whatever_its_header_says() {
    let bytes = 2 * SAMPLES as u32;
    let sized = |size| chunk_of(b"data", size, &little_endian());
    let list = chunk(b"LIST", b"INFOISFT\x06\0\0\0Lavf59\0\0");
    let crash = Some("never filled in");
    let padded: Vec<u8> = chunk(b"odd ", b"abc");
    let unpadded = &padded[..padded.len() - 1];
    let mut appl = b"APPL".to_vec();
    appl.extend(0x00ff_ffffu32.to_be_bytes());
    appl.extend(b"stocabcd");
    let mut odd_name = b"NAME".to_vec();
    odd_name.extend(3u32.to_be_bytes());
    odd_name.extend(b"abc");
    for (name, file, remark) in [
        ("plain", riff(b"RIFF", &[fmt(), data()]), None),
        (
            "RF64",
            riff_of(
                b"RF64",
                u32::MAX,
                &[ds64(bytes.into()), fmt(), sized(u32::MAX)].concat(),
            ),
            None,
        ),
        (
            "BW64",
            riff_of(
                b"BW64",
                u32::MAX,
                &[ds64(bytes.into()), fmt(), sized(u32::MAX)].concat(),
            ),
            None,
        ),
        (
            "RF64 with a size of its own",
            riff_of(b"RF64", u32::MAX, &[ds64(0), fmt(), data()].concat()),
            None,
        ),
        ("RIFX", rifx(), None),
        ("Wave64", wave64(), None),
        (
            "sizes of 0",
            riff_of(b"RIFF", 0, &[fmt(), sized(0)].concat()),
            crash,
        ),
        (
            "a size of 0, and a list before",
            riff_of(b"RIFF", 0, &[fmt(), list.clone(), sized(0)].concat()),
            crash,
        ),
        (
            "a stream's sizes",
            riff_of(b"RIFF", u32::MAX, &[fmt(), sized(u32::MAX)].concat()),
            None,
        ),
        (
            "SoX's sizes of a stream",
            riff_of(b"RIFF", 0x7fff_f024, &[fmt(), sized(0x7fff_f000)].concat()),
            None,
        ),
        (
            "8 too few in all",
            riff_of(b"RIFF", 28 + bytes, &[fmt(), data()].concat()),
            None,
        ),
        (
            "8 too many in all",
            riff_of(b"RIFF", 44 + bytes, &[fmt(), data()].concat()),
            None,
        ),
        (
            "8 too many samples",
            riff(b"RIFF", &[fmt(), sized(bytes + 8)]),
            None,
        ),
        (
            "many more samples",
            riff(b"RIFF", &[fmt(), sized(bytes * 2)]),
            Some("it promises 2.00 s more"),
        ),
        (
            "a list",
            riff(b"RIFF", &[fmt(), list.clone(), data(), list.clone()]),
            None,
        ),
        (
            "a list that is too long",
            riff(
                b"RIFF",
                &[fmt(), chunk_of(b"LIST", 1 << 30, b"INFOab"), data()],
            ),
            None,
        ),
        (
            "a list that is too short",
            riff(
                b"RIFF",
                &[
                    fmt(),
                    chunk_of(b"LIST", 7, b"INFOISFT\x01\0\0\0\0\0"),
                    data(),
                ],
            ),
            None,
        ),
        (
            "no byte to make it even",
            riff(b"RIFF", &[unpadded.to_vec(), fmt(), data()]),
            None,
        ),
        (
            "fmt of 18",
            riff(
                b"RIFF",
                &[
                    chunk(b"fmt ", &[format(1, 1, 2), vec![0; 2]].concat()),
                    data(),
                ],
            ),
            None,
        ),
        (
            "fmt of 20",
            riff(
                b"RIFF",
                &[
                    chunk(b"fmt ", &[format(1, 1, 2), vec![2, 0, 0, 0]].concat()),
                    data(),
                ],
            ),
            None,
        ),
        ("extensible", riff(b"RIFF", &[extensible(), data()]), None),
        (
            "two ID3 tags in front",
            [
                &b"ID3\x04\0\0\0\0\0\x02abID3\x03\0\0\0\0\0\x00"[..],
                &riff(b"RIFF", &[fmt(), data()]),
            ]
            .concat(),
            None,
        ),
        ("AIFF", whole_aiff(b""), None),
        ("AIFF with a malformed APPL", whole_aiff(&appl), None),
        (
            "AIFF without a byte to make it even",
            whole_aiff(&odd_name),
            None,
        ),
        (
            "AIFF-C, little-endian",
            aiff(b"AIFC", SAMPLES as u32, 8 + bytes, b"", &little_endian()),
            None,
        ),
        (
            "AIFF with sizes of 0",
            aiff(b"AIFF", 0, 0, b"", &big_endian()),
            crash,
        ),
        ("AU", au(b".snd", bytes, &big_endian()), None),
        (
            "AU without a size",
            au(b".snd", u32::MAX, &big_endian()),
            None,
        ),
        (
            "AU, little-endian",
            au(b"dns.", bytes, &little_endian()),
            None,
        ),
        ("CAF", caf(4 + i64::from(bytes)), None),
        ("CAF without a size", caf(-1), None),
    ] {
        assert_whole(name, &file, remark);
    }
}

#[test]
fn up_to_64_channels_are_read_and_more_are_refused() {
    let of = |channels: u16| {
        let frames = samples();
        let bytes: Vec<u8> = frames
            .iter()
            .flat_map(|sample| sample.to_le_bytes().repeat(channels.into()))
            .collect();
        let fmt = chunk(b"fmt ", &format(1, channels, 2));
        riff(b"RIFF", &[fmt, chunk(b"data", &bytes)])
    };
    for channels in [1, 2, 6, 27, 32, 64] {
        let decoded = assert_whole("many", &of(channels), None);
        assert_eq!(decoded.channels.len(), usize::from(channels));
    }
    let error = read_bytes(&of(65)).unwrap_err();
    assert!(
        matches!(error, DecodeError::Channels { channels: 65, .. }),
        "{error}"
    );
}

#[test]
fn a_file_without_samples_or_without_a_format_says_so() {
    let empty = riff(b"RIFF", &[fmt(), chunk(b"data", b"")]);
    let error = read_bytes(&empty).unwrap_err();
    assert!(matches!(error, DecodeError::Nothing { .. }), "{error}");
    let followed = riff(
        b"RIFF",
        &[fmt(), chunk(b"data", b""), chunk(b"LIST", b"INFO")],
    );
    let error = read_bytes(&followed).unwrap_err();
    assert!(matches!(error, DecodeError::Nothing { .. }), "{error}");
    for (file, reason) in [
        (riff(b"RIFF", &[fmt()]), "no samples"),
        (riff(b"RIFF", &[data()]), "without a format"),
        (whole_aiff(b"")[..30].to_vec(), "says nothing of its format"),
        (au(b".snd", 9, b"")[..20].to_vec(), "header is cut"),
    ] {
        let error = read_bytes(&file).unwrap_err();
        assert!(matches!(error, DecodeError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn a_codec_that_is_not_read_is_named_with_the_command_that_converts_it() {
    let gsm = riff(b"RIFF", &[chunk(b"fmt ", &format(0x31, 1, 2)), data()]);
    let error = read_bytes(&gsm).unwrap_err().to_string();
    assert!(error.contains("its audio is GSM 6.10"), "{error}");
    assert!(error.contains("ffmpeg -i "), "{error}");
    let mut mace = aiff(b"AIFC", 9, 9, b"", b"");
    let at = mace.windows(4).position(|name| name == b"sowt").unwrap();
    mace[at..at + 4].copy_from_slice(b"MAC3");
    let error = read_bytes(&mace).unwrap_err().to_string();
    assert!(error.contains("its audio is `MAC3`"), "{error}");
}

#[test]
fn known_formats_that_are_not_read_are_named_with_the_command_that_converts_them() {
    let noise: Vec<u8> = (0..200_000u32)
        .map(|k| (k.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    for (magic, name) in [
        (&b"wvpk"[..], "WavPack"),
        (b"MAC \x96\x0f", "Monkey's Audio"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media"),
        (b"MPCKSH", "Musepack"),
        (b"DSD ", "DSD"),
        (b"#!AMR\n", "AMR"),
        (b"\x0b\x77", "AC-3"),
        (b"RIFF\0\0\0\0AVI LIST", "AVI"),
    ] {
        let error = read_bytes(&[magic, &noise].concat()).unwrap_err();
        assert!(
            matches!(error, DecodeError::UnsupportedFormat { .. }),
            "{name}: {error}"
        );
        let error = error.to_string();
        assert!(
            error.contains(name) && error.contains("ffmpeg -i "),
            "{error}"
        );
    }
    for (magic, what) in [
        (&b"MThd\0\0\0\x06"[..], "MIDI"),
        (b"\0\x05\x16\x07\0\x02", "macOS"),
        (b"<!DOCTYPE html>", "web page"),
        (b"PK\x03\x04", "zip"),
    ] {
        let error = read_bytes(&[magic, &noise].concat()).unwrap_err();
        assert!(
            matches!(error, DecodeError::NotAudio { .. }),
            "{what}: {error}"
        );
        assert!(error.to_string().contains(what), "{error}");
    }
}
