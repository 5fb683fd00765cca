//! Headers of MPEG audio frames: ISO 11172-3 and 13818-3, and MPEG-2.5. Layer 1 is not read: nobody uses
//! it any more, and the tables of jumps in programs are full of bytes that look like its headers.

use crate::decode::frames::Header;

/// Bytes of a header, without the check sum that may follow.
pub(super) const HEADER_BYTES: usize = 4;

/// Bit rates in kbit/s by version, layer and index, from 1 on.
const RATES_V1_L2: [u32; 14] = [
    32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384,
];
const RATES_V1_L3: [u32; 14] = [
    32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
];
const RATES_V2: [u32; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/// Frames in a row that prove a stream of layer 3.
const PROOF: usize = 4;
/// The same for layer 2, whose headers are likelier by chance.
const PROOF_OF_LAYER_2: usize = 12;

/// Layer of the frames of a kind, 2 or 3.
pub(super) fn layer(kind: u32) -> u32 {
    4 - (kind >> 17 & 3)
}

/// Whether the frames of a kind are of MPEG-1.
pub(super) fn is_mpeg1(kind: u32) -> bool {
    kind >> 19 & 3 == 3
}

/// Reads the header of a frame.
pub(crate) fn parse(bytes: &[u8]) -> Option<Header> {
    let word = u32::from_be_bytes(*bytes.first_chunk()?);
    if word >> 21 != 0x7ff {
        return None;
    }
    let (version, layer_bits) = (word >> 19 & 3, word >> 17 & 3);
    let (rate_index, frequency) = (word >> 12 & 15, word >> 10 & 3);
    // Frames of no stated bit rate (index 0) have no length to go by.
    if version == 1
        || !matches!(layer_bits, 1 | 2)
        || frequency == 3
        || !(1..15).contains(&rate_index)
    {
        return None;
    }
    let mpeg1 = version == 3;
    let rates = match (mpeg1, layer_bits) {
        (true, 2) => &RATES_V1_L2,
        (true, _) => &RATES_V1_L3,
        (false, _) => &RATES_V2,
    };
    let bit_rate = rates[rate_index as usize - 1] * 1_000;
    let rate_hz = [44_100, 48_000, 32_000][frequency as usize] >> [2, 0, 1, 0][version as usize];
    let padding = word >> 9 & 1;
    let samples = if mpeg1 || layer_bits == 2 { 1_152 } else { 576 };
    let bytes = samples / 8 * bit_rate / rate_hz + padding;
    Some(Header {
        bytes: bytes as usize,
        header_bytes: HEADER_BYTES,
        // Version, layer and sampling rate; channels may change within a stream.
        kind: word & 0xfffe_0c00,
        proof: if layer_bits == 2 {
            PROOF_OF_LAYER_2
        } else {
            PROOF
        },
        samples,
        rate_hz,
        channels: if word >> 6 & 3 == 3 { 1 } else { 2 },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_frame_follows_from_its_header() {
        // 128 kbit/s, 44.1 kHz, joint stereo.
        let header = parse(&[0xff, 0xfb, 0x90, 0x64]).unwrap();
        assert_eq!((header.bytes, header.samples), (417, 1_152));
        assert_eq!((header.rate_hz, header.channels), (44_100, 2));
        assert_eq!((layer(header.kind), is_mpeg1(header.kind)), (3, true));
        let padded = parse(&[0xff, 0xfb, 0x92, 0x64]).unwrap();
        assert_eq!((padded.bytes, padded.kind), (418, header.kind));
        // MPEG-2.5, layer 3, 8 kbit/s at 8 kHz, mono.
        let low = parse(&[0xff, 0xe3, 0x18, 0xc4]).unwrap();
        assert_eq!((low.bytes, low.samples, low.rate_hz), (72, 576, 8_000));
        assert_eq!((low.channels, is_mpeg1(low.kind)), (1, false));
        // MPEG-1, layer 2, 192 kbit/s at 48 kHz.
        let second = parse(&[0xff, 0xfd, 0xa4, 0x04]).unwrap();
        assert_eq!((second.bytes, layer(second.kind)), (576, 2));
    }

    #[test]
    fn reserved_values_are_no_header() {
        for bytes in [
            [0xff, 0xeb, 0x90, 0x64],
            [0xff, 0xff, 0x90, 0x64],
            [0xff, 0xf9, 0x90, 0x64],
            [0xff, 0xfb, 0xf0, 0x64],
            [0xff, 0xfb, 0x00, 0x64],
            [0xff, 0xfb, 0x9c, 0x64],
            [0xfe, 0xfb, 0x90, 0x64],
        ] {
            assert_eq!(parse(&bytes), None, "{bytes:x?}");
        }
    }
}
