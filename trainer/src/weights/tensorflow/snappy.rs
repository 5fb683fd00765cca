//! Decompresses blocks of Snappy.

use super::varint::varint;

/// What `bytes` hold, if that is no more than `most` bytes.
pub fn decompress(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut rest = bytes;
    let length = usize::try_from(varint(&mut rest)?).ok()?;
    if length > most {
        return None;
    }
    let mut out = Vec::with_capacity(length);
    while let Some((&tag, after)) = rest.split_first() {
        rest = after;
        let high = usize::from(tag >> 2);
        let (count, distance) = match tag & 3 {
            0 => {
                let count = match high.checked_sub(59) {
                    None | Some(0) => high,
                    Some(width) => number(&mut rest, width)?,
                };
                let (literal, after) = rest.split_at_checked(count.checked_add(1)?)?;
                rest = after;
                out.extend_from_slice(literal);
                continue;
            }
            1 => {
                let low = number(&mut rest, 1)?;
                (4 + (high & 7), (high >> 3) << 8 | low)
            }
            2 => (high + 1, number(&mut rest, 2)?),
            _ => (high + 1, number(&mut rest, 4)?),
        };
        if distance == 0 || out.len() + count > length {
            return None;
        }
        // What is copied may reach into what the copy gives.
        for _ in 0..count {
            let value = *out.get(out.len().checked_sub(distance)?)?;
            out.push(value);
        }
    }
    (out.len() == length).then_some(out)
}

/// A little-endian number of `width` bytes, 1 to 4.
fn number(rest: &mut &[u8], width: usize) -> Option<usize> {
    let (bytes, after) = rest.split_at_checked(width)?;
    *rest = after;
    Some(
        bytes
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | usize::from(*byte)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by hand after the format's description: a literal, a copy of each width, and one that
    /// overlaps itself.
    #[test]
    fn literals_and_copies_of_every_width_are_put_together() {
        let near = [
            &[13][..],
            &[3 << 2],
            b"abcd",
            &[0b0000_0001, 4],
            &[4 << 2 | 2, 1, 0],
        ];
        assert_eq!(decompress(&near.concat(), 99).unwrap(), b"abcdabcdddddd");
        let far = [&[8][..], &[3 << 2], b"abcd", &[3 << 2 | 3, 4, 0, 0, 0]];
        assert_eq!(decompress(&far.concat(), 99).unwrap(), b"abcdabcd");
        let long = [&[200, 1][..], &[60 << 2, 199], &[7; 200]];
        assert_eq!(decompress(&long.concat(), 200).unwrap(), [7; 200]);
    }

    #[test]
    fn what_is_cut_off_or_points_outside_is_refused() {
        let whole = [&[8][..], &[3 << 2], b"abcd", &[3 << 2 | 2, 4, 0]].concat();
        assert!(decompress(&whole, 8).is_some());
        assert!(decompress(&whole, 7).is_none());
        for cut in 0..whole.len() {
            assert!(decompress(&whole[..cut], 99).is_none(), "{cut}");
        }
        for distance in [0, 5, 255] {
            let mut outside = whole.clone();
            outside[7] = distance;
            assert!(decompress(&outside, 99).is_none(), "{distance}");
        }
    }
}
