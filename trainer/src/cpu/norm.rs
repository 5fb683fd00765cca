//! The sum of squares for a gradient's norm.

use macerator::Simd;

/// Number of sums side by side, each of as many values as the processor adds at once.
const SUMS: usize = 8;

/// The sum of the squares of `values`.
///
/// Its order, and so its last bits, follow the width of the processor's instructions. A training
/// has the same bits on processors of the same width.
#[macerator::with_simd]
pub(crate) fn sum_of_squares<S: Simd>(values: &[f32]) -> f32 {
    match S::lanes32() {
        16 => in_lanes::<16>(values),
        8 => in_lanes::<8>(values),
        4 => in_lanes::<4>(values),
        _ => in_lanes::<1>(values),
    }
}

#[inline(always)]
fn in_lanes<const LANES: usize>(values: &[f32]) -> f32 {
    let mut sums = [[0f32; LANES]; SUMS];
    let (vectors, rest) = values.as_chunks::<LANES>();
    let (groups, single) = vectors.as_chunks::<SUMS>();
    for group in groups {
        for (sum, vector) in sums.iter_mut().zip(group) {
            add(sum, &vector.map(square));
        }
    }
    // Pairs, then pairs of pairs.
    let mut count = SUMS;
    while count > 1 {
        for at in 0..count / 2 {
            let [mut left, right] = [sums[2 * at], sums[2 * at + 1]];
            add(&mut left, &right);
            sums[at] = left;
        }
        count /= 2;
    }
    let mut sum = sums[0];
    for vector in single {
        add(&mut sum, &vector.map(square));
    }
    // Adds one half of the lanes to the other until one is left.
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            sum[lane] += sum[lane + width];
        }
    }
    sum[0] + rest.iter().copied().map(square).sum::<f32>()
}

#[inline(always)]
fn add<const LANES: usize>(sum: &mut [f32; LANES], more: &[f32; LANES]) {
    for (sum, more) in sum.iter_mut().zip(more) {
        *sum += more;
    }
}

#[inline(always)]
fn square(value: f32) -> f32 {
    value * value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_the_sum_once_at_any_length() {
        for length in (0..300).chain([1_000, 4_099]) {
            let values: Vec<f32> = (0..length).map(|n| (n % 7) as f32 - 3.0).collect();
            let expected: f32 = values.iter().map(|value| value * value).sum();
            // No sum of these whole numbers is rounded.
            assert_eq!(sum_of_squares(&values), expected, "{length}");
            assert_eq!(in_lanes::<1>(&values), expected, "{length}");
            assert_eq!(in_lanes::<16>(&values), expected, "{length}");
        }
    }
}
