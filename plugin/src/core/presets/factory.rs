//! The presets that come with the plugin.

use std::sync::OnceLock;

use super::Preset;

/// A preset that comes with the plugin.
#[derive(Debug)]
pub struct FactoryPreset {
    /// What hosts remember it by. It never changes.
    pub key: &'static str,
    /// The preset.
    pub preset: Preset,
}

macro_rules! texts {
    ($($key:literal),* $(,)?) => {
        [$(($key, include_str!(concat!("../../../presets/", $key, ".tagline")))),*]
    };
}

/// Their texts, in the order in which they are shown.
const TEXTS: [(&str, &str); 12] = texts![
    "drums-gate",
    "voice-duck",
    "energy-reverb",
    "quiet-lights",
    "genre-switch",
    "build-and-drop",
    "singers",
    "moods",
    "instruments",
    "acoustic-electronic",
    "tempo-delay",
    "sure-of-genre",
];

/// The presets that come with the plugin, in the order in which they are shown. They are read once
/// in a process.
#[must_use]
pub fn factory_presets() -> &'static [FactoryPreset] {
    static PRESETS: OnceLock<Vec<FactoryPreset>> = OnceLock::new();
    PRESETS.get_or_init(|| {
        let read = TEXTS.iter().filter_map(|(key, text)| {
            let read = Preset::from_bytes(text.as_bytes()).ok()?;
            Some(FactoryPreset {
                key,
                preset: read.preset,
            })
        });
        read.collect()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tagline_engine::built_in_info;

    use super::*;
    use crate::core::macros::Source;

    #[test]
    fn each_is_read_without_a_word_and_says_what_to_connect_it_to() {
        let mut names = BTreeSet::new();
        for (key, text) in TEXTS {
            let read = Preset::from_bytes(text.as_bytes()).unwrap_or_else(|e| panic!("{key}: {e}"));
            assert!(read.unknown.is_empty(), "{key}: {:?}", read.unknown);
            let preset = read.preset;
            assert!(names.insert(preset.name.clone()), "{key} has a name twice");
            assert!(preset.about.len() > 40, "{key}: {}", preset.about);
            let first = &preset.macros[0];
            assert!(
                first.source != Source::Off && !first.name.is_empty(),
                "{key}"
            );
        }
        assert_eq!(factory_presets().len(), TEXTS.len());
    }

    /// Tags and groups that a source names.
    fn named(source: &Source) -> (Vec<&str>, Option<&str>) {
        match source {
            Source::Off
            | Source::Loudness
            | Source::OtherTag { .. }
            | Source::OtherMacro { .. } => (Vec::new(), None),
            Source::Tag { tag } => (vec![tag], None),
            Source::Larger { tags }
            | Source::Smaller { tags }
            | Source::Sum { tags }
            | Source::Difference { tags } => (tags.iter().map(String::as_str).collect(), None),
            Source::Group { group } | Source::Certainty { group } => (Vec::new(), Some(group)),
        }
    }

    #[test]
    fn each_tag_and_group_that_they_name_is_the_built_in_models() {
        let info = built_in_info();
        let groups = info.groups.as_deref().unwrap_or_default();
        for FactoryPreset { key, preset } in factory_presets() {
            for described in &preset.macros {
                let (tags, group) = named(&described.source);
                for tag in tags {
                    assert!(info.tags.iter().any(|known| known == tag), "{key}: {tag}");
                }
                if let Some(group) = group {
                    assert!(groups.iter().any(|known| known == group), "{key}: {group}");
                }
            }
        }
    }
}
