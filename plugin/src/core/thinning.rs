//! Audio thread: which of the driven values the host needs to hear.
//!
//! A host may count every value that a plugin sends as an edit, and tags move a little with every
//! update. So a value is due only when it has moved by the resolution since the host heard of it
//! last, or when it has settled near another value than that. A value that the host already has is
//! never due.

use super::params::DRIVEN;

/// A value that stays this part of the resolution near itself has not moved.
const STILL_PART: f64 = 0.1;

/// After so many updates in a row without a move a value has settled.
const SETTLED_UPDATES: u8 = 3;

/// What the host has heard of each driven slot, and how long its value has stood still.
pub struct Thinning {
    /// Values that the host has, in per cent; NaN where it has none that is known.
    told: [f64; DRIVEN],
    /// Where each value was when it began to stand still.
    anchor: [f64; DRIVEN],
    /// Updates since then.
    still: [u8; DRIVEN],
}

impl Default for Thinning {
    fn default() -> Self {
        Self {
            told: [f64::NAN; DRIVEN],
            anchor: [f64::NAN; DRIVEN],
            still: [0; DRIVEN],
        }
    }
}

impl Thinning {
    /// Takes a slot's value of an update, in per cent. Returns whether the host needs to hear it.
    pub fn update(&mut self, slot: usize, value: f64, resolution: f64) -> bool {
        let nearby = STILL_PART * resolution;
        // A NaN is near nothing.
        if (value - self.anchor[slot]).abs() <= nearby {
            self.still[slot] = self.still[slot].saturating_add(1);
        } else {
            self.anchor[slot] = value;
            self.still[slot] = 1;
        }
        let moved = (value - self.told[slot]).abs();
        if moved.is_nan() {
            return true;
        }
        let is_settled = self.still[slot] >= SETTLED_UPDATES;
        moved > 0.0 && (moved >= resolution || (is_settled && moved > nearby))
    }

    /// Takes a slot's value on its way, in per cent, of which the end will be told. Returns whether
    /// the host needs to hear it.
    pub fn pass(&self, slot: usize, value: f64, resolution: f64) -> bool {
        let moved = (value - self.told[slot]).abs();
        moved.is_nan() || (moved > 0.0 && moved >= resolution)
    }

    /// Whether the host has another value of a slot than `value`, in per cent.
    pub fn differs(&self, slot: usize, value: f64) -> bool {
        self.told[slot] != value
    }

    /// The host has this value of a slot now: it was told, or it has set it itself.
    pub fn host_has(&mut self, slot: usize, value: f64) {
        self.told[slot] = value;
    }

    /// It is not known any more which value of a slot the host has.
    pub fn forget(&mut self, slot: usize) {
        self.told[slot] = f64::NAN;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of these that are told at this resolution.
    fn told(resolution: f64, values: &[f64]) -> Vec<f64> {
        let mut thinning = Thinning::default();
        let mut told = Vec::new();
        for &value in values {
            if thinning.update(0, value, resolution) {
                thinning.host_has(0, value);
                told.push(value);
            }
        }
        told
    }

    #[test]
    fn a_value_is_told_when_it_has_moved_by_the_resolution() {
        assert_eq!(told(0.5, &[10.0, 10.2, 10.45, 10.5, 10.1]), [10.0, 10.5]);
        assert_eq!(told(0.5, &[10.0, 11.0, 9.0]), [10.0, 11.0, 9.0]);
    }

    #[test]
    fn a_slow_drift_is_told_in_steps_of_the_resolution() {
        let drift: Vec<f64> = (0..100).map(|step| f64::from(step) * 0.125).collect();
        assert_eq!(told(0.5, &drift).len(), 25);
    }

    #[test]
    fn a_value_that_has_settled_is_told_once() {
        let values = [10.0, 10.3, 10.3, 10.3, 10.3, 10.3, 10.32, 10.31];
        assert_eq!(told(0.5, &values), [10.0, 10.3]);
    }

    #[test]
    fn a_value_that_trembles_about_what_was_told_is_not_told_again() {
        let values: Vec<f64> = (0..50).map(|n| 10.0 + 0.02 * f64::from(n % 3)).collect();
        assert_eq!(told(0.5, &values), [10.0]);
    }

    #[test]
    fn without_a_resolution_every_change_is_told_and_nothing_unchanged() {
        assert_eq!(told(0.0, &[1.0, 1.0, 1.001, 1.001, 1.0]), [1.0, 1.001, 1.0]);
    }

    #[test]
    fn a_value_that_the_host_has_set_is_answered_with_the_plugins() {
        let mut thinning = Thinning::default();
        assert!(thinning.update(0, 50.0, 0.5));
        thinning.host_has(0, 50.0);
        assert!(!thinning.update(0, 50.0, 0.5));
        thinning.host_has(0, 3.0);
        assert!(thinning.update(0, 50.0, 0.5));
    }
}
