//! What states and presets write alike: the settings and the macros.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tagline_engine::BackendChoice;

use super::macros::{Macro, Macros};
use super::params::{FOCUS_SECONDS, MAX_SMOOTHING_SECONDS, UPDATE_SECONDS};
use super::settings::{CcRoute, LAST_CC, MAX_RESOLUTION, Mode, Settings};

/// A value that no parameter has.
#[derive(Debug, thiserror::Error)]
#[error("{field} = {value}, but it must be {expected}")]
pub struct OutOfRange {
    /// Which field.
    pub field: String,
    /// What it holds.
    pub value: String,
    /// What it may hold.
    pub expected: &'static str,
}

/// Refuses a field unless its value is `good`.
pub(super) fn check(
    good: bool,
    field: &str,
    value: impl ToString,
    expected: &'static str,
) -> Result<(), OutOfRange> {
    if good {
        return Ok(());
    }
    Err(OutOfRange {
        field: field.to_owned(),
        value: value.to_string(),
        expected,
    })
}

/// The settings as states and presets write them.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub(super) struct SettingsText {
    backend: BackendText,
    bypass: bool,
    /// Missing or `null` for the model's whole window.
    pub(super) focus_seconds: Option<f64>,
    midi_cc_count: u8,
    midi_cc_first: u8,
    midi_cc_output: bool,
    midi_channel: u8,
    mode: ModeText,
    pub(super) resolution: f64,
    pub(super) smoothing_seconds: f64,
    pub(super) update_seconds: f64,
    pub(super) values: ValuesText,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ModeText {
    Live,
    Record,
    Follow,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ValuesText {
    Calibrated,
    Raw,
}

/// A [`BackendChoice`], written by its id.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
struct BackendText(BackendChoice);

impl From<BackendText> for &'static str {
    fn from(text: BackendText) -> Self {
        text.0.id()
    }
}

impl TryFrom<String> for BackendText {
    type Error = String;

    fn try_from(id: String) -> Result<Self, String> {
        let ids = BackendChoice::ALL.map(BackendChoice::id).join(", ");
        let choice = BackendChoice::from_id(&id);
        let known = choice.ok_or_else(|| format!("unknown backend `{id}`, expected one of {ids}"));
        known.map(Self)
    }
}

impl Default for SettingsText {
    fn default() -> Self {
        Self::from(&Settings::default())
    }
}

impl From<&Settings> for SettingsText {
    fn from(settings: &Settings) -> Self {
        Self {
            backend: BackendText(settings.backend),
            bypass: settings.bypass,
            focus_seconds: Some(settings.focus_seconds()).filter(|seconds| seconds.is_finite()),
            midi_cc_count: settings.midi.count,
            midi_cc_first: settings.midi.first,
            midi_cc_output: settings.midi_cc_output,
            midi_channel: settings.midi.channel + 1,
            mode: match settings.mode {
                Mode::Live => ModeText::Live,
                Mode::Record => ModeText::Record,
                Mode::Follow => ModeText::Follow,
            },
            resolution: short(settings.resolution),
            smoothing_seconds: short(settings.smoothing_seconds),
            update_seconds: settings.update_seconds(),
            values: if settings.calibrated {
                ValuesText::Calibrated
            } else {
                ValuesText::Raw
            },
        }
    }
}

/// Rounds to 12 decimals: so few digits are read back exactly, and a state that is loaded and saved
/// again keeps its bytes.
pub(super) fn short(value: f64) -> f64 {
    (value * 1e12).round() / 1e12
}

impl SettingsText {
    /// The settings, if each of them is one that there is.
    ///
    /// # Errors
    /// [`OutOfRange`] names the first that is not.
    pub(super) fn settings(&self) -> Result<Settings, OutOfRange> {
        let Self {
            midi_cc_count: count,
            midi_cc_first: first,
            midi_channel: channel,
            resolution,
            smoothing_seconds,
            update_seconds,
            ..
        } = *self;
        check((1..=50).contains(&count), "midi_cc_count", count, "1 to 50")?;
        check(first <= LAST_CC, "midi_cc_first", first, "0 to 119")?;
        check(
            (1..=16).contains(&channel),
            "midi_channel",
            channel,
            "1 to 16",
        )?;
        check(
            (0.0..=MAX_RESOLUTION).contains(&resolution),
            "resolution",
            resolution,
            "0 to 10",
        )?;
        check(
            (0.0..=MAX_SMOOTHING_SECONDS).contains(&smoothing_seconds),
            "smoothing_seconds",
            smoothing_seconds,
            "0 to 10",
        )?;
        let update_every = UPDATE_SECONDS.iter().position(|&s| s == update_seconds);
        let one_of = "0.25, 0.5, 1, 2 or 5";
        check(
            update_every.is_some(),
            "update_seconds",
            update_seconds,
            one_of,
        )?;
        let focus = self.focus_seconds.unwrap_or(f64::INFINITY);
        let (given, expected) = (focus, "3, 6, 12 or null");
        let focus = FOCUS_SECONDS.iter().position(|&s| s == focus);
        check(focus.is_some(), "focus_seconds", given, expected)?;
        Ok(Settings {
            bypass: self.bypass,
            mode: match self.mode {
                ModeText::Live => Mode::Live,
                ModeText::Record => Mode::Record,
                ModeText::Follow => Mode::Follow,
            },
            update_every: update_every.unwrap_or_default(),
            focus: focus.unwrap_or_default(),
            smoothing_seconds,
            midi_cc_output: self.midi_cc_output,
            midi: CcRoute {
                channel: channel - 1,
                first,
                count,
            },
            backend: self.backend.0,
            calibrated: self.values == ValuesText::Calibrated,
            resolution,
        })
    }
}

/// Whether a value can be left out, as reading gives it anyway.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The macros that are not fresh, by their numbers.
pub(super) fn described(macros: &Macros) -> BTreeMap<String, Macro> {
    let numbered = macros.iter().enumerate();
    let changed = numbered.filter(|(_, described)| !is_default(*described));
    changed
        .map(|(index, described)| ((index + 1).to_string(), described.rounded()))
        .collect()
}

/// The bytes up to the last that is neither zero nor white space.
pub(super) fn without_padding(bytes: &[u8]) -> &[u8] {
    let is_padding = |byte: &u8| *byte == 0 || byte.is_ascii_whitespace();
    let end = bytes.iter().rposition(|byte| !is_padding(byte));
    &bytes[..end.map_or(0, |last| last + 1)]
}
