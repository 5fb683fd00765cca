//! Containers of plain samples, and the mistakes that programs make in their headers.

mod made;
mod refused;

use tagline_media::DecodeError;

use crate::common::{Decoded, read_bytes};
use made::*;

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
