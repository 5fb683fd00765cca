//! Values that a host has set in the controller while the plugin is active.
//!
//! The host sends them to the processor as well, and only there do they act, each at its sample. Until
//! then the controller shows what it was told. It shows the plugin's own value again as soon as that
//! changes, through the host's or through the plugin's doing.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

use crate::core::params::{TAGS_AT, id};

/// The settings among them, a bit each.
const SETTINGS: u64 = ((1 << TAGS_AT) - 1) | (1 << id::FOCUS);

/// Parameters that can be set: the visible ones, whose ids are their indexes.
const MOST: usize = 64;

/// What the controller shows instead of the plugin's own values.
pub(super) struct Shown {
    /// Parameters of which it does, a bit each.
    set: AtomicU64,
    /// What was set, in plain values, as f64 bits.
    values: [AtomicU64; MOST],
    /// The plugin's own values at that time, as f64 bits.
    before: [AtomicU64; MOST],
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            set: AtomicU64::new(0),
            values: std::array::from_fn(|_| AtomicU64::new(0)),
            before: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }
}

impl Shown {
    /// The host sets a value where the plugin has `own`.
    pub(super) fn set(&self, id: u32, value: f64, own: f64) {
        let index = id as usize;
        if index < MOST {
            self.values[index].store(value.to_bits(), Relaxed);
            self.before[index].store(own.to_bits(), Relaxed);
            self.set.fetch_or(1 << index, Release);
        }
    }

    /// What the controller shows of a parameter, where the plugin has `own`.
    pub(super) fn value(&self, id: u32, own: f64) -> f64 {
        let index = id as usize;
        if index >= MOST || self.set.load(Acquire) >> index & 1 == 0 {
            return own;
        }
        if self.before[index].load(Relaxed) == own.to_bits() {
            return f64::from_bits(self.values[index].load(Relaxed));
        }
        self.set.fetch_and(!(1 << index), AcqRel);
        own
    }

    /// Whether there are settings that may not have reached the processor.
    pub(super) fn has_settings(&self) -> bool {
        self.set.load(Relaxed) & SETTINGS != 0
    }

    /// The settings that have not reached the processor, as ids and plain values, where the plugin
    /// has `own`.
    pub(super) fn settings(&self, own: impl Fn(u32) -> f64) -> Vec<(u32, f64)> {
        let ids = (0..MOST as u32).filter(|id| self.has_settings() && SETTINGS >> id & 1 == 1);
        let unheard = ids.filter_map(|id| {
            let (own, value) = (own(id), self.value(id, own(id)));
            (value != own).then_some((id, value))
        });
        unheard.collect()
    }

    /// The same. Nothing is shown any more.
    pub(super) fn take_settings(&self, own: impl Fn(u32) -> f64) -> Vec<(u32, f64)> {
        let unheard = self.settings(own);
        self.clear();
        unheard
    }

    /// Nothing is shown any more.
    pub(super) fn clear(&self) {
        self.set.store(0, Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_value_shows_until_the_plugins_own_changes() {
        let shown = Shown::default();
        assert_eq!(shown.value(3, 1.0), 1.0);
        shown.set(3, 2.0, 1.0);
        assert_eq!(shown.value(3, 1.0), 2.0);
        assert_eq!(shown.value(3, 5.0), 5.0, "the plugin has moved on");
        assert_eq!(shown.value(3, 1.0), 1.0, "and what was set is forgotten");
        shown.set(u32::MAX, 2.0, 1.0);
        assert_eq!(shown.value(u32::MAX, 1.0), 1.0);
    }

    #[test]
    fn only_settings_that_never_reached_the_processor_are_handed_over() {
        let shown = Shown::default();
        shown.set(0, 1.0, 0.0);
        shown.set(1, 2.0, 0.0);
        shown.set(TAGS_AT as u32, 50.0, 0.0);
        shown.set(id::FOCUS, 3.0, 0.0);
        let own = |id| if id == 1 { 2.0 } else { 0.0 };
        assert_eq!(shown.settings(own), [(0, 1.0), (id::FOCUS, 3.0)]);
        assert_eq!(shown.take_settings(own), [(0, 1.0), (id::FOCUS, 3.0)]);
        assert!(!shown.has_settings());
    }
}
