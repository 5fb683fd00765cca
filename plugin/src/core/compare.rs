//! Two sets of settings, A and B. One of them is in use, and the user switches between them to compare.

use std::sync::Arc;

use super::macros::Macros;
use super::settings::{Setting, Settings};

/// What a set holds: what the plugin does, but not where OSC goes, nor how tags are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Tuned {
    /// The macros.
    pub macros: Arc<Macros>,
    /// Name of the preset that was loaded or saved last, or empty.
    pub preset: Arc<str>,
    /// The settings. The bypass belongs to neither set, and stays as it is.
    pub settings: Settings,
}

/// The sets. A fresh plugin has one alone: B begins as a copy of A.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compared {
    /// Whether B is in use.
    pub is_b: bool,
    /// The set that is not in force; `None` while it is the same as the other.
    pub other: Option<Arc<Tuned>>,
}

impl Tuned {
    /// The settings that differ from those of `before`, without the bypass.
    pub fn changes(&self, before: &Settings) -> impl Iterator<Item = Setting> + use<> {
        let pairs = self.settings.all().into_iter().zip(before.all());
        pairs
            .filter(|(after, before)| after != before && !matches!(after, Setting::Bypass(_)))
            .map(|(after, _)| after)
    }
}

impl Compared {
    /// Name of the set that is in force.
    #[must_use]
    pub fn name(&self) -> &'static str {
        if self.is_b { "B" } else { "A" }
    }

    /// Name of the set that is not in force.
    #[must_use]
    pub fn other_name(&self) -> &'static str {
        if self.is_b { "A" } else { "B" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_changes_what_differs_and_never_the_bypass() {
        let before = Settings::default();
        let settings = before
            .with(Setting::Bypass(true))
            .with(Setting::Smoothing(2.0))
            .with(Setting::Resolution(3.0));
        let set = Tuned {
            macros: Arc::default(),
            preset: Arc::default(),
            settings,
        };
        let changes: Vec<_> = set.changes(&before).collect();
        assert_eq!(changes, [Setting::Smoothing(2.0), Setting::Resolution(3.0)]);
    }
}
