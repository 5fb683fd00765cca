//! Files as programs write them, header by header.

use crate::common::tone;

pub(super) const RATE_HZ: u32 = 8_000;

/// Two seconds.
pub(super) const SAMPLES: usize = 16_000;

/// The samples of the tests, as 16 bits.
pub(super) fn samples() -> Vec<i16> {
    let tone = tone(440.0, RATE_HZ, SAMPLES);
    tone.iter()
        .map(|sample| (sample * 32_768.0) as i16)
        .collect()
}

pub(super) fn little_endian() -> Vec<u8> {
    samples().iter().flat_map(|s| s.to_le_bytes()).collect()
}

pub(super) fn big_endian() -> Vec<u8> {
    samples().iter().flat_map(|s| s.to_be_bytes()).collect()
}

/// A chunk with a size of its own, and a byte that makes it even.
pub(super) fn chunk_of(name: &[u8; 4], size: u32, content: &[u8]) -> Vec<u8> {
    let mut chunk = [&name[..], &size.to_le_bytes(), content].concat();
    if content.len() % 2 == 1 {
        chunk.push(0);
    }
    chunk
}

pub(super) fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    chunk_of(name, content.len() as u32, content)
}

/// A `fmt ` chunk for samples of this many bytes.
pub(super) fn format(tag: u16, channels: u16, bytes: u16) -> Vec<u8> {
    let mut format = [tag, channels].map(u16::to_le_bytes).concat();
    format.extend(RATE_HZ.to_le_bytes());
    format.extend((RATE_HZ * u32::from(channels * bytes)).to_le_bytes());
    format.extend((channels * bytes).to_le_bytes());
    format.extend((8 * bytes).to_le_bytes());
    format
}

pub(super) fn fmt() -> Vec<u8> {
    chunk(b"fmt ", &format(1, 1, 2))
}

pub(super) fn data() -> Vec<u8> {
    chunk(b"data", &little_endian())
}

/// A file of these chunks.
pub(super) fn riff(name: &[u8; 4], chunks: &[Vec<u8>]) -> Vec<u8> {
    let chunks = chunks.concat();
    riff_of(name, chunks.len() as u32 + 4, &chunks)
}

pub(super) fn riff_of(name: &[u8; 4], size: u32, chunks: &[u8]) -> Vec<u8> {
    [&name[..], &size.to_le_bytes(), b"WAVE", chunks].concat()
}

pub(super) fn ds64(data_bytes: u64) -> Vec<u8> {
    let mut content = (data_bytes + 100).to_le_bytes().to_vec();
    content.extend(data_bytes.to_le_bytes());
    content.extend([0; 12]);
    chunk(b"ds64", &content)
}

pub(super) fn extensible() -> Vec<u8> {
    let mut content = format(0xfffe, 1, 2);
    content.extend([22, 0, 16, 0, 4, 0, 0, 0, 1, 0]);
    content.extend(b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71");
    chunk(b"fmt ", &content)
}

pub(super) fn rifx() -> Vec<u8> {
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

pub(super) fn wave64() -> Vec<u8> {
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
pub(super) fn aiff(
    kind: &[u8; 4],
    frames: u32,
    bytes: u32,
    before: &[u8],
    samples: &[u8],
) -> Vec<u8> {
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

pub(super) fn whole_aiff(before: &[u8]) -> Vec<u8> {
    aiff(
        b"AIFF",
        SAMPLES as u32,
        8 + 2 * SAMPLES as u32,
        before,
        &big_endian(),
    )
}

pub(super) fn au(magic: &[u8; 4], bytes: u32, samples: &[u8]) -> Vec<u8> {
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

pub(super) fn caf(data_bytes: i64) -> Vec<u8> {
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
