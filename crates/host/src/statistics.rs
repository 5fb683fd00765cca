//! The times of many blocks, in three numbers.

use std::time::Duration;

use serde::Serialize;

/// Median, 99.9th percentile and maximum of the time that blocks took, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Costs {
    /// Median.
    pub p50: f64,
    /// 99.9th percentile.
    pub p999: f64,
    /// The slowest block.
    pub max: f64,
}

impl Costs {
    /// Summarises the times of blocks. Without any, all numbers are 0.
    #[must_use]
    pub fn of(costs: &[Duration]) -> Self {
        let mut micros: Vec<f64> = costs.iter().map(|cost| cost.as_secs_f64() * 1e6).collect();
        micros.sort_by(f64::total_cmp);
        Self {
            p50: percentile(&micros, 0.5),
            p999: percentile(&micros, 0.999),
            max: percentile(&micros, 1.0),
        }
    }
}

/// The smallest of the ascending `values` that at least a `share` of them do not exceed; 0 if there are
/// none.
pub(crate) fn percentile(values: &[f64], share: f64) -> f64 {
    let rank = (share * values.len() as f64).ceil() as usize;
    values
        .get(rank.clamp(1, values.len().max(1)) - 1)
        .copied()
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let micros: Vec<Duration> = (1..=1_000).map(Duration::from_micros).collect();
        let costs = Costs::of(&micros);
        assert!((costs.p50 - 500.0).abs() < 1e-6, "{costs:?}");
        assert!((costs.p999 - 999.0).abs() < 1e-6, "{costs:?}");
        assert!((costs.max - 1_000.0).abs() < 1e-6, "{costs:?}");
        assert_eq!(Costs::of(&[]), Costs::default());
    }
}
