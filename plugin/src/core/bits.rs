//! Sets of tag slots as the bits of a word.

/// The numbers of the bits that are set, lowest first.
pub fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(lowest)
    })
}

/// The set of the first `count` slots, of at most 64.
pub const fn first_slots(count: usize) -> u64 {
    if count >= 64 { !0 } else { (1 << count) - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_is_listed_once() {
        assert_eq!(bits(0b1010_0001).collect::<Vec<_>>(), [0, 5, 7]);
        assert_eq!(bits(!0).count(), 64);
        assert_eq!(bits(0).count(), 0);
        assert_eq!(bits(first_slots(50)).last(), Some(49));
        assert_eq!(first_slots(64), !0);
    }
}
