//! The saved state: JSON text of deterministic bytes, the same in every plugin format. Pure
//! functions; nothing here touches a file or the plugin.
//!
//! Tag values that the plugin drives are never saved. A tag slot that the host itself has set is,
//! because a host expects to find every value again that it has set; such states carry `tags`.
//!
//! Version 1 had no bypass and no resolution, and numbered the tags from 101. It still loads.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tagline_engine::MAX_TAGS;

use super::compare::{Compared, Tuned};
use super::labels::Labels;
use super::macros::{MACROS, Macro, MacroError, Macros};
use super::osc::{OscError, OscSettings};
use super::params::id;
use super::presets::{PRESET_NAME_CHARACTERS, PresetError};
use super::saved::{
    OutOfRange, SettingsText, check, described, is_default, short, without_padding,
};
use super::settings::Settings;
use super::window::WindowPlace;

/// Length of what an instance goes by, in characters.
const INSTANCE_CHARACTERS: usize = 16;
const FORMAT: &str = "tagline-state";
const VERSION: u64 = 2;

/// Id of the first tag slot in a state of version 1.
const FIRST_TAG_OF_VERSION_1: u32 = 101;

/// Longest state that is read, in bytes; a saved one has about a thousand.
pub const MAX_STATE_BYTES: u64 = 1 << 20;

/// Why a state is refused. The settings before it stay in force.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// There is nothing to read.
    #[error("the saved state is empty; the settings stay as they are")]
    Empty,
    /// More bytes than any state has.
    #[error("the saved state is longer than {MAX_STATE_BYTES} bytes, so it is not Tagline's")]
    TooLong,
    /// Not the JSON of a state.
    #[error("the saved state cannot be read ({0}); the settings stay as they are")]
    Malformed(#[from] serde_json::Error),
    /// Somebody else's JSON.
    #[error("the saved state says it is {0:?}, not {FORMAT:?}")]
    Foreign(String),
    /// Written by a later version.
    #[error("the saved state has version {0}, and this Tagline reads up to {VERSION}: update it")]
    Newer(u64),
    /// A version that never existed.
    #[error(
        "the saved state has version 0, which there never was, so it is damaged; the settings stay \
         as they are"
    )]
    NoVersion,
    /// A value that no parameter has.
    #[error("the saved state has {0}")]
    OutOfRange(#[from] OutOfRange),
    /// A macro that cannot be.
    #[error("the saved state's macro {number} cannot be used: its {error}")]
    Macro {
        /// Its number, from 1.
        number: usize,
        /// What is wrong with it.
        error: MacroError,
    },
    /// OSC settings that cannot be.
    #[error("the saved state cannot be used: {0}")]
    Osc(#[from] OscError),
    /// A preset in the state's place that cannot be used.
    #[error(transparent)]
    Preset(#[from] PresetError),
}

/// A model, as it is saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedModel {
    /// Whether it is the one inside the version of the plugin that saved it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub built_in: bool,
    /// Name for people; empty where it is not known yet.
    #[serde(default)]
    pub name: String,
    /// Where it was; empty for a built-in one.
    pub path: String,
    /// SHA-256 of the file in lower-case hex, or empty: whatever is at `path`.
    #[serde(default)]
    pub sha256: String,
    /// Its version, for people; empty where it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
}

/// Everything that a session saves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The sets of settings that are compared.
    pub compared: Compared,
    /// What the instance goes by where another one follows it, or empty.
    pub instance: String,
    /// How tags are shown.
    pub labels: Labels,
    /// The macros.
    pub macros: Macros,
    /// Values of macros that the host has set, by index from 0, in per cent.
    pub macro_values: BTreeMap<usize, f64>,
    /// The model; `None` for the built-in one of whatever version loads the state.
    pub model: Option<SavedModel>,
    /// Where OSC goes.
    pub osc: OscSettings,
    /// Names of the tags that the user has pinned.
    pub pinned: Vec<String>,
    /// Name of the preset that was loaded or saved last, or empty.
    pub preset: String,
    /// The settings.
    pub settings: Settings,
    /// Values that the host has set, by tag slot from 0, in per cent.
    pub tags: BTreeMap<usize, f64>,
    /// Size of the editor's window, if it has been open.
    pub window: Option<WindowPlace>,
}

/// The text's fields, in the order they are written: by name.
#[derive(Serialize, Deserialize)]
struct Text {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    compared: Option<ComparedText>,
    format: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    instance: String,
    #[serde(default, skip_serializing_if = "is_default")]
    labels: Labels,
    /// Values by the parameters' ids.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    macro_values: BTreeMap<String, f64>,
    /// Macros that are not fresh, by their numbers from 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    macros: BTreeMap<String, Macro>,
    #[serde(default)]
    model: Option<SavedModel>,
    #[serde(default, skip_serializing_if = "is_default")]
    osc: OscSettings,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pinned: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    preset: String,
    #[serde(default)]
    settings: SettingsText,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    tags: BTreeMap<String, f64>,
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window: Option<WindowPlace>,
}

/// The sets that are compared.
#[derive(Serialize, Deserialize)]
struct ComparedText {
    /// The set that is in force.
    in_force: SetText,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    other: Option<TunedText>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum SetText {
    A,
    B,
}

/// A set of settings.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct TunedText {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    macros: BTreeMap<String, Macro>,
    #[serde(skip_serializing_if = "String::is_empty")]
    preset: String,
    settings: SettingsText,
}

impl ComparedText {
    /// `None` for a plugin whose sets nobody has touched.
    fn of(compared: &Compared) -> Option<Self> {
        let other = compared.other.as_ref().map(|other| TunedText {
            macros: described(&other.macros),
            preset: other.preset.as_ref().to_owned(),
            settings: SettingsText::from(&other.settings),
        });
        let in_force = if compared.is_b {
            SetText::B
        } else {
            SetText::A
        };
        (compared.is_b || other.is_some()).then_some(Self { in_force, other })
    }

    fn compared(self) -> Result<Compared, StateError> {
        let tuned = |text: TunedText| {
            Ok::<_, StateError>(Arc::new(Tuned {
                settings: text.settings.settings()?,
                macros: Arc::new(macros_of(text.macros)?),
                preset: cut(&text.preset).into(),
            }))
        };
        Ok(Compared {
            is_b: self.in_force == SetText::B,
            other: self.other.map(tuned).transpose()?,
        })
    }
}

/// As much of a preset's name as there can be.
fn cut(preset: &str) -> String {
    preset.chars().take(PRESET_NAME_CHARACTERS).collect()
}

impl State {
    /// Writes the state. The same state always gives the same bytes.
    ///
    /// # Errors
    /// [`StateError::Malformed`] if a value cannot be written as JSON, which no parameter's can.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StateError> {
        let text = Text {
            compared: ComparedText::of(&self.compared),
            format: FORMAT.to_owned(),
            instance: self.instance.clone(),
            labels: self.labels.clone(),
            macro_values: self
                .macro_values
                .iter()
                .map(|(index, value)| (tag_key(id::FIRST_MACRO, *index), short(*value)))
                .collect(),
            macros: described(&self.macros),
            model: self.model.clone(),
            osc: self.osc.clone(),
            pinned: self.pinned.clone(),
            preset: self.preset.clone(),
            settings: SettingsText::from(&self.settings),
            tags: self
                .tags
                .iter()
                .map(|(slot, value)| (tag_key(id::FIRST_TAG, *slot), short(*value)))
                .collect(),
            version: VERSION,
            window: self.window,
        };
        Ok(serde_json::to_vec(&text)?)
    }

    /// Reads a state. Settings that it lacks take their defaults. Zero bytes and white space behind
    /// it are ignored, as some hosts pad what they keep.
    ///
    /// # Errors
    /// [`StateError`] says what is wrong with it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
        if bytes.len() as u64 > MAX_STATE_BYTES {
            return Err(StateError::TooLong);
        }
        let bytes = without_padding(bytes);
        if bytes.is_empty() {
            return Err(StateError::Empty);
        }
        let version = check_header(bytes)?;
        let text: Text = serde_json::from_slice(bytes)?;
        let mut tags = BTreeMap::new();
        for (key, value) in text.tags {
            let (first, expected) = match version {
                1 => (FIRST_TAG_OF_VERSION_1, "keyed by 101 to 150"),
                _ => (id::FIRST_TAG, "keyed by 5 to 54"),
            };
            let slot = (0..MAX_TAGS).find(|&slot| tag_key(first, slot) == key);
            check(slot.is_some(), "tags", &key, expected)?;
            check((0.0..=100.0).contains(&value), &key, value, "0 to 100")?;
            tags.extend(slot.map(|slot| (slot, value)));
        }
        let mut macro_values = BTreeMap::new();
        for (key, value) in text.macro_values {
            let index = (0..MACROS).find(|&index| tag_key(id::FIRST_MACRO, index) == key);
            check(index.is_some(), "macro_values", &key, "keyed by 56 to 63")?;
            check((0.0..=100.0).contains(&value), &key, value, "0 to 100")?;
            macro_values.extend(index.map(|index| (index, value)));
        }
        text.osc.check()?;
        let compared = text.compared.map(ComparedText::compared).transpose()?;
        Ok(Self {
            compared: compared.unwrap_or_default(),
            instance: text.instance.chars().take(INSTANCE_CHARACTERS).collect(),
            labels: text.labels.within_limits(),
            macros: macros_of(text.macros)?,
            macro_values,
            osc: text.osc,
            pinned: text.pinned.into_iter().take(MAX_TAGS).collect(),
            preset: cut(&text.preset),
            model: text
                .model
                .filter(|model| model.built_in || !model.path.is_empty()),
            settings: text.settings.settings()?,
            tags,
            window: text.window.map(WindowPlace::within_limits),
        })
    }
}

/// Returns the state's version. A later version's state is refused here, before anything that the
/// version may have changed is read.
fn check_header(bytes: &[u8]) -> Result<u64, StateError> {
    #[derive(Deserialize)]
    struct Header {
        format: String,
        version: u64,
    }
    let header: Header = serde_json::from_slice(bytes)?;
    if header.format != FORMAT {
        return Err(StateError::Foreign(
            header.format.chars().take(40).collect(),
        ));
    }
    match header.version {
        0 => Err(StateError::NoVersion),
        1..=VERSION => Ok(header.version),
        newer => Err(StateError::Newer(newer)),
    }
}

/// The macros of a text; the ones that it lacks are fresh.
fn macros_of(text: BTreeMap<String, Macro>) -> Result<Macros, StateError> {
    let mut macros = Macros::default();
    for (key, described) in text {
        let number = (1..=MACROS).find(|number| number.to_string() == key);
        check(number.is_some(), "macros", &key, "keyed by 1 to 8")?;
        let number = number.unwrap_or(1);
        let checked = described.check();
        checked.map_err(|error| StateError::Macro { number, error })?;
        macros[number - 1] = described;
    }
    Ok(macros)
}

fn tag_key(first: u32, slot: usize) -> String {
    (first as usize + slot).to_string()
}

#[cfg(test)]
mod tests;
