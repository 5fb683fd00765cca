//! What the host says of the plugin's surroundings: its track, and what else moves its parameters. None of it
//! is saved.

use std::collections::BTreeMap;

/// Red, green and blue.
pub type Rgb = [u8; 3];

/// Longest text that is kept of the host's, in characters.
const MOST_CHARACTERS: usize = 80;

/// A text of the host's, as much of it as is kept.
#[must_use]
pub fn short(text: &str) -> String {
    text.trim().chars().take(MOST_CHARACTERS).collect()
}

/// The track that the plugin is on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Track {
    /// Its name, or empty.
    pub name: String,
    /// Its colour, if the host has one for it.
    pub colour: Option<Rgb>,
}

/// What the host does with a parameter's automation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Automation {
    /// There is none.
    #[default]
    None,
    /// There is some, which is not played.
    Present,
    /// It is played.
    Playing,
    /// It is recorded.
    Recording,
    /// It would be played, but the user has taken the parameter over.
    Overriding,
}

impl Automation {
    /// What a person reads.
    #[must_use]
    pub fn text(self) -> Option<&'static str> {
        Some(match self {
            Self::None => return None,
            Self::Present => "The host has automation for this",
            Self::Playing => "The host plays its automation for this",
            Self::Recording => "The host records automation for this",
            Self::Overriding => "This overrides the host's automation",
        })
    }
}

/// What else moves a parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Indication {
    /// What the host says of the controller that is mapped to it, if one is.
    pub mapping: Option<String>,
    /// What the host does with its automation.
    pub automation: Automation,
    /// The host's colour for either.
    pub colour: Option<Rgb>,
}

/// Parameters that something else moves, by their ids.
pub type Indications = BTreeMap<u32, Indication>;
