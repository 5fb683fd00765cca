//! How much of a Matroska track's last packet is no sound: an encoder fills its last frame up, and the block
//! says by how much (`DiscardPadding`, RFC 9559). symphonia's reader passes over that.

use std::io::Result;

use super::input::Input;

const SEGMENT: u32 = 0x1853_8067;
const CLUSTER: u32 = 0x1f43_b675;
const BLOCK_GROUP: u32 = 0xa0;
const BLOCK: u32 = 0xa1;
const SIMPLE_BLOCK: u32 = 0xa3;
const DISCARD_PADDING: u32 = 0x75a2;

/// Longest header of an element: a name of 4 bytes, and a length of 8.
const MOST_HEADER: usize = 12;

/// The padding at a track's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Padding {
    /// The track's number.
    pub track: u32,
    /// Its length.
    pub nanoseconds: u64,
}

/// An element of the file.
struct Element {
    id: u32,
    /// Where its content begins.
    start: u64,
    /// Where it ends; `None` where it says that it does not know.
    end: Option<u64>,
}

/// The padding of each track whose last block has one. Only the last cluster is looked into, unless clusters do
/// not say how long they are.
///
/// # Errors
/// The system's, if the file cannot be read.
pub(super) fn paddings(input: &mut Input) -> Result<Vec<Padding>> {
    let mut found = Vec::new();
    let mut last_cluster = None;
    let mut at = 0;
    while let Some(element) = element(input, at)? {
        at = match (element.id, element.end) {
            (SEGMENT, _) | (CLUSTER, None) => element.start,
            (CLUSTER, Some(end)) => {
                last_cluster = Some((element.start, end));
                end
            }
            (_, Some(end)) => {
                block(input, &element, end, &mut found)?;
                end
            }
            (_, None) => break,
        };
    }
    if let Some((mut at, end)) = last_cluster {
        while at < end
            && let Some(element) = element(input, at)?
            && let Some(end) = element.end
        {
            block(input, &element, end, &mut found)?;
            at = end;
        }
    }
    found.retain(|padding| padding.nanoseconds > 0);
    Ok(found)
}

/// If this is a block, `found` gets its track's padding in place of what an earlier block said.
fn block(input: &mut Input, whole: &Element, end: u64, found: &mut Vec<Padding>) -> Result<()> {
    let mut block = (whole.id == SIMPLE_BLOCK).then_some(whole.start);
    let mut nanoseconds = 0;
    if whole.id == BLOCK_GROUP {
        let mut at = whole.start;
        while at < end
            && let Some(part) = element(input, at)?
            && let Some(end) = part.end
        {
            match part.id {
                BLOCK => block = Some(part.start),
                DISCARD_PADDING => nanoseconds = signed(input, part.start, end)?.max(0) as u64,
                _ => {}
            }
            at = end;
        }
    }
    let Some(start) = block.filter(|start| *start < input.len()) else {
        return Ok(());
    };
    let mut bytes = [0; MOST_HEADER];
    let read = input.read_at(start, &mut bytes)?;
    let number = number(&bytes[..read], false).and_then(|(number, _)| u32::try_from(number).ok());
    if let Some(track) = number {
        found.retain(|padding| padding.track != track);
        found.push(Padding { track, nanoseconds });
    }
    Ok(())
}

/// The element that begins at byte `at`. `None` if the file ends there, or no element begins there.
fn element(input: &mut Input, at: u64) -> Result<Option<Element>> {
    if at >= input.len() {
        return Ok(None);
    }
    let mut bytes = [0; MOST_HEADER];
    let read = input.read_at(at, &mut bytes)?;
    let header = || {
        let (id, id_bytes) = number(&bytes[..read], true)?;
        let (length, length_bytes) = number(&bytes[id_bytes..read], false)?;
        let start = at + (id_bytes + length_bytes) as u64;
        let is_known = length != (1 << (7 * length_bytes)) - 1;
        Some(Element {
            id: u32::try_from(id).ok()?,
            start,
            end: is_known.then(|| start.saturating_add(length)),
        })
    };
    Ok(header())
}

/// The number at the beginning of `bytes`, and how many bytes it takes. The zeros in front of its first bit say
/// that; the bit itself counts in names only.
fn number(bytes: &[u8], with_marker: bool) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    if length > 8 {
        return None;
    }
    let rest = bytes.get(1..length)?;
    let first = match with_marker {
        true => u64::from(first),
        false => u64::from(first) & ((1 << (8 - length)) - 1),
    };
    let number = rest.iter().fold(first, |n, byte| n << 8 | u64::from(*byte));
    Some((number, length))
}

/// A signed number, big-endian, of at most 8 bytes.
fn signed(input: &mut Input, start: u64, end: u64) -> Result<i64> {
    let mut bytes = [0; 8];
    let length = end.saturating_sub(start).min(8) as usize;
    let read = input.read_at(start, &mut bytes[..length])?;
    let bytes = &bytes[..read];
    let sign = match bytes.first() {
        Some(first) if *first >= 0x80 => -1,
        _ => 0,
    };
    Ok(bytes
        .iter()
        .fold(sign, |n: i64, byte| n << 8 | i64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn paddings_of(bytes: &[u8]) -> Vec<Padding> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        paddings(&mut Input::new(file, bytes.len() as u64).unwrap()).unwrap()
    }

    /// An element of these bytes, or one that does not know its length.
    fn of(id: &[u8], content: &[u8], is_known: bool) -> Vec<u8> {
        let length = match is_known {
            true => vec![0x40 | (content.len() >> 8) as u8, content.len() as u8],
            false => vec![0xff],
        };
        [id, &length, content].concat()
    }

    fn group(track: u8, padding: &[u8]) -> Vec<u8> {
        let block = of(&[0xa1], &[0x80 | track, 0, 0, 0, 1, 2], true);
        let padding = of(&[0x75, 0xa2], padding, true);
        of(&[0xa0], &[block, padding].concat(), true)
    }

    fn file(clusters: &[&[Vec<u8>]], is_known: bool) -> Vec<u8> {
        let clusters = clusters.iter();
        let clusters = clusters.map(|blocks| of(b"\x1f\x43\xb6\x75", &blocks.concat(), is_known));
        let clusters: Vec<Vec<u8>> = clusters.collect();
        let segment = of(b"\x18\x53\x80\x67", &clusters.concat(), is_known);
        [of(b"\x1a\x45\xdf\xa3", b"webm", true), segment].concat()
    }

    #[test]
    fn the_last_block_of_each_track_says_how_much_of_it_is_padding() {
        let simple = |track: u8| of(&[0xa3], &[0x80 | track, 0, 0, 0, 9], true);
        let padded = |track, nanoseconds| Padding { track, nanoseconds };
        for is_known in [true, false] {
            let blocks: &[&[Vec<u8>]] = &[
                &[group(1, &[0x7f]), simple(2)],
                &[
                    simple(1),
                    group(1, &[0xcd, 0xfe, 0x60]),
                    group(2, &[0, 0xcd]),
                ],
            ];
            // The first of the two is negative: what a negative padding means is not for the end.
            assert_eq!(paddings_of(&file(blocks, is_known)), [padded(2, 0xcd)]);
            let blocks: &[&[Vec<u8>]] = &[&[group(1, &[0x7f])], &[group(1, &[9]), simple(1)]];
            assert_eq!(paddings_of(&file(blocks, is_known)), []);
        }
    }

    #[test]
    fn whatever_the_bytes_are_the_search_ends() {
        for bytes in [
            &[0; 100][..],
            &[0xff; 100],
            b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xfe",
            &[0xa3, 0x80, 0xa3, 0x80, 0xa3],
        ] {
            assert_eq!(paddings_of(bytes), []);
        }
    }
}
