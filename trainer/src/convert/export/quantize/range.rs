//! Finds the range of a layer's values that 256 steps cover best.

/// Bins on each side of 0.
const BINS: usize = 8192;
/// Number of ranges to try, from 1/TRIED of the values' own range up to all of it.
const TRIED: usize = 200;
/// Smallest step, such that the product of two steps is a normal number.
pub(super) const SMALLEST_SCALE: f32 = 1e-15;
/// Steps of a uint8.
const STEPS: f64 = 255.0;

/// `value ≈ (quantized − zero_point) · scale`, `quantized` a uint8.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Affine {
    pub scale: f32,
    pub zero_point: u8,
}

/// A histogram of values whose range is not known in advance.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    /// From −`limit` to `limit`; zeros, which every range holds exactly, are left out.
    bins: Vec<u64>,
    limit: f64,
    lowest: f64,
    highest: f64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            bins: vec![0; 2 * BINS],
            limit: f64::from(f32::MIN_POSITIVE),
            lowest: 0.0,
            highest: 0.0,
        }
    }
}

impl Histogram {
    /// Adds `values`, which must be finite.
    pub(super) fn add(&mut self, values: &[f32]) {
        let largest = values.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        while f64::from(largest) > self.limit {
            self.widen();
        }
        let bins_per_unit = BINS as f64 / self.limit;
        for value in values.iter().map(|&x| f64::from(x)).filter(|&x| x != 0.0) {
            self.lowest = self.lowest.min(value);
            self.highest = self.highest.max(value);
            let bin = ((value + self.limit) * bins_per_unit) as usize;
            self.bins[bin.min(2 * BINS - 1)] += 1;
        }
    }

    /// Doubles the range by joining pairs of bins.
    fn widen(&mut self) {
        self.limit *= 2.0;
        let mut wider = vec![0; 2 * BINS];
        for (i, pair) in self.bins.as_chunks::<2>().0.iter().enumerate() {
            wider[BINS / 2 + i] = pair[0] + pair[1];
        }
        self.bins = wider;
    }

    /// The map whose mean squared error is the least. Its range holds 0, which zero padding and
    /// ReLU need exactly.
    pub(super) fn affine(&self) -> Affine {
        let candidates = (1..=TRIED).map(|i| {
            let share = i as f64 / TRIED as f64;
            (self.lowest * share, self.highest * share)
        });
        let best = candidates
            .map(|(low, high)| (self.squared_error(low, high), low, high))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        best.map_or(affine(0.0, 0.0), |(_, low, high)| affine(low, high))
    }

    /// Sum of the squared errors of all values if the steps span `low..=high`.
    fn squared_error(&self, low: f64, high: f64) -> f64 {
        let step = (high - low) / STEPS;
        let rounding = step * step / 12.0;
        let width = self.limit / BINS as f64;
        let occupied = self
            .bins
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0);
        occupied
            .map(|(bin, &count)| {
                let value = (bin as f64 + 0.5) * width - self.limit;
                let beyond = value - value.clamp(low, high);
                count as f64 * (rounding + beyond * beyond)
            })
            .sum()
    }
}

fn affine(low: f64, high: f64) -> Affine {
    // A layer that only gives 0 needs a scale, too.
    let scale = (((high - low) / STEPS) as f32).max(SMALLEST_SCALE);
    Affine {
        scale,
        // Like a cast, this stays within 0 to 255.
        zero_point: (-low / f64::from(scale)).round() as u8,
    }
}

#[cfg(test)]
mod tests {
    use tagline_tests::Random;

    use super::*;

    fn of(values: &[f32]) -> Affine {
        let mut histogram = Histogram::default();
        values.chunks(7).for_each(|chunk| histogram.add(chunk));
        histogram.affine()
    }

    /// The map's mean squared error on `values`.
    fn error(affine: Affine, values: &[f32]) -> f64 {
        let errors = values.iter().map(|&x| {
            let zero_point = f64::from(affine.zero_point);
            let quantized = (f64::from(x / affine.scale).round() + zero_point).clamp(0.0, STEPS);
            (f64::from(x) - (quantized - zero_point) * f64::from(affine.scale)).powi(2)
        });
        errors.sum::<f64>() / values.len() as f64
    }

    /// Bell-shaped: sums of 12 even random numbers, times `scale`.
    fn bell(count: usize, scale: f32) -> Vec<f32> {
        let mut random = Random::new(1);
        (0..count)
            .map(|_| scale * (0..12).map(|_| random.share() - 0.5).sum::<f32>())
            .collect()
    }

    #[test]
    fn the_best_range_is_found_at_any_scale_of_the_values() {
        for scale in [1e-10, 1e-3, 1.0, 3e4, 1e20] {
            let mut values = bell(20_000, scale);
            // One outlier must not take the precision from all others.
            values.push(60.0 * scale);
            let found = of(&values);
            let best = (1..2_000)
                .map(|i| f64::from(scale) * 0.05 * f64::from(i))
                .flat_map(|high| [affine(-high, high), affine(-high * 0.1, high)])
                .map(|affine| error(affine, &values))
                .fold(f64::INFINITY, f64::min);
            let found = error(found, &values);
            assert!(
                found < 1.3 * best,
                "{scale:e}: {found:e}, possible {best:e}"
            );
        }
    }

    #[test]
    fn the_output_of_a_relu_starts_at_its_lowest_step() {
        let values: Vec<f32> = bell(5_000, 1.0).iter().map(|x| x.max(0.0)).collect();
        assert_eq!(of(&values).zero_point, 0);
    }

    #[test]
    fn zero_is_exact_even_outside_the_values_range() {
        let affine = of(&[5.0, 6.0, 7.0]);
        assert_eq!(affine.zero_point, 0);
        assert!((f64::from(affine.scale) - 7.0 / 255.0).abs() < 1e-3);
        assert_eq!(of(&[-5.0, -6.0, -7.0]).zero_point, 255);
    }

    #[test]
    fn a_layer_that_only_gives_0_still_has_a_scale() {
        for values in [&[][..], &[0.0, 0.0]] {
            let affine = of(values);
            assert!(affine.scale > 0.0);
            assert_eq!(affine.zero_point, 0);
        }
    }
}
