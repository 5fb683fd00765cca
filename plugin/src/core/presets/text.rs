//! A preset as text. Pure functions; nothing here touches a file or the plugin.

use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::{PRESET_ABOUT_CHARACTERS, PRESET_NAME_CHARACTERS, Preset, PresetError, Tuning};
use crate::core::macros::{MACROS, Macro, Macros};
use crate::core::saved::{OutOfRange, SettingsText, ValuesText, described, without_padding};
use crate::core::settings::Settings;

/// What a preset says that it is.
pub const FORMAT: &str = "tagline-preset";

/// The format's version.
pub const VERSION: u64 = 1;

/// Longest preset that is read, in bytes; one of eight macros has about four thousand.
pub const MAX_PRESET_BYTES: u64 = 1 << 18;

/// A preset that has been read.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The preset.
    pub preset: Preset,
    /// Keys that this version does not know, such as `macros.3.colour`. They have no effect.
    pub unknown: Vec<String>,
}

/// The text's fields, in the order they are written.
#[derive(Serialize, Deserialize)]
struct Text {
    format: String,
    version: u64,
    #[serde(default)]
    name: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    settings: TuningText,
    #[serde(
        default,
        serialize_with = "write_macros",
        deserialize_with = "read_macros"
    )]
    macros: Macros,
}

/// The settings of a preset; one that is missing has its default.
#[derive(Serialize, Deserialize)]
#[serde(default)]
struct TuningText {
    focus_seconds: Option<f64>,
    resolution: f64,
    smoothing_seconds: f64,
    update_seconds: f64,
    values: ValuesText,
}

impl Default for TuningText {
    fn default() -> Self {
        Self::from(Tuning::default())
    }
}

impl From<Tuning> for TuningText {
    fn from(tuning: Tuning) -> Self {
        let mut settings = Settings::default();
        for setting in tuning.settings() {
            settings = settings.with(setting);
        }
        let text = SettingsText::from(&settings);
        Self {
            focus_seconds: text.focus_seconds,
            resolution: text.resolution,
            smoothing_seconds: text.smoothing_seconds,
            update_seconds: text.update_seconds,
            values: text.values,
        }
    }
}

impl TuningText {
    fn tuning(&self) -> Result<Tuning, OutOfRange> {
        let mut text = SettingsText::default();
        text.focus_seconds = self.focus_seconds;
        text.resolution = self.resolution;
        text.smoothing_seconds = self.smoothing_seconds;
        text.update_seconds = self.update_seconds;
        text.values = self.values;
        Ok(Tuning::of(&text.settings()?))
    }
}

/// Writes what a person would: the macros that are not fresh, with what is not fresh of them.
fn write_macros<S: Serializer>(macros: &Macros, serializer: S) -> Result<S::Ok, S::Error> {
    let fresh = keys(&Macro::default());
    let changed = described(macros).into_iter().map(|(number, described)| {
        let mut keys = keys(&described);
        keys.retain(|key, value| fresh.get(key) != Some(value));
        (number, Value::Object(keys))
    });
    changed.collect::<Map<_, _>>().serialize(serializer)
}

fn keys(described: &Macro) -> Map<String, Value> {
    match serde_json::to_value(described) {
        Ok(Value::Object(keys)) => keys,
        _ => Map::new(),
    }
}

fn read_macros<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Macros, D::Error> {
    /// Checks each macro where it stands, so that an error has its line.
    struct ByNumber;

    impl<'de> Visitor<'de> for ByNumber {
        type Value = Macros;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("macros by their numbers, \"1\" to \"8\"")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Macros, A::Error> {
            let mut macros = Macros::default();
            while let Some(key) = map.next_key::<String>()? {
                let number = (1..=MACROS).find(|number| number.to_string() == key);
                let unknown =
                    || A::Error::custom(format!("there is no macro {key:?}, only \"1\" to \"8\""));
                let number = number.ok_or_else(unknown)?;
                let read: Macro = map.next_value()?;
                let checked = read.check();
                checked.map_err(|error| {
                    A::Error::custom(format!("macro {number} cannot be used: its {error}"))
                })?;
                macros[number - 1] = read;
            }
            Ok(macros)
        }
    }
    deserializer.deserialize_map(ByNumber)
}

impl Preset {
    /// The preset as text for people and programs. The same preset always gives the same text.
    ///
    /// # Errors
    /// [`PresetError::Malformed`] if a value cannot be written as JSON, which no preset's can.
    pub fn to_text(&self) -> Result<String, PresetError> {
        let text = Text {
            format: FORMAT.to_owned(),
            version: VERSION,
            name: self.name.clone(),
            about: self.about.clone(),
            settings: self.tuning.into(),
            macros: self.macros.clone(),
        };
        let mut text = serde_json::to_string_pretty(&text).map_err(|error| malformed(&error))?;
        text.push('\n');
        Ok(text)
    }

    /// Reads a preset. What it lacks has its default, so a text always means the same. Zero bytes
    /// and white space behind it are ignored.
    ///
    /// # Errors
    /// [`PresetError`] says what is wrong with it, and in which line.
    pub fn from_bytes(bytes: &[u8]) -> Result<Read, PresetError> {
        if bytes.len() as u64 > MAX_PRESET_BYTES {
            return Err(PresetError::TooLong);
        }
        let bytes = without_padding(bytes);
        check_header(bytes)?;
        let text: Text = serde_json::from_slice(bytes).map_err(|error| located(&error, bytes))?;
        let bad = |field: &str, value: &str, expected: &str| PresetError::Malformed {
            line: lines_with(bytes, field).next().unwrap_or(1),
            reason: format!("{field} is {value}, but it must be {expected}"),
        };
        let most = "at most 60 characters in one line";
        check_line(&text.name, PRESET_NAME_CHARACTERS).map_err(|it| bad("name", &it, most))?;
        let most = "at most 400 characters in one line";
        check_line(&text.about, PRESET_ABOUT_CHARACTERS).map_err(|it| bad("about", &it, most))?;
        let tuning = text.settings.tuning();
        let tuning = tuning.map_err(|it| bad(&it.field, &it.value, it.expected))?;
        let unknown = unknown_keys(bytes, &text);
        Ok(Read {
            preset: Self {
                name: text.name.trim().to_owned(),
                about: text.about.trim().to_owned(),
                tuning,
                macros: text.macros,
            },
            unknown,
        })
    }
}

/// Refuses a text that is long or has several lines; gives it back, shortened.
fn check_line(text: &str, most: usize) -> Result<(), String> {
    if text.chars().count() <= most && !text.contains(char::is_control) {
        return Ok(());
    }
    Err(format!("{:?}", text.chars().take(20).collect::<String>()))
}

/// A later version's preset is refused here, before anything that the version may have changed is
/// read.
fn check_header(bytes: &[u8]) -> Result<(), PresetError> {
    #[derive(Deserialize)]
    struct Header {
        format: String,
        version: u64,
    }
    let header: Header = serde_json::from_slice(bytes).map_err(|error| located(&error, bytes))?;
    if header.format != FORMAT {
        let format = header.format.chars().take(40).collect();
        return Err(PresetError::Foreign(format));
    }
    match header.version {
        0 => Err(PresetError::NoVersion),
        1..=VERSION => Ok(()),
        newer => Err(PresetError::Newer(newer)),
    }
}

fn malformed(error: &serde_json::Error) -> PresetError {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    PresetError::Malformed {
        line: error.line().max(1),
        reason: text.strip_suffix(&place).unwrap_or(&text).to_owned(),
    }
}

/// The error with the line of the field that it names. The reader itself only knows where the
/// macro ends that the field is in.
fn located(error: &serde_json::Error, bytes: &[u8]) -> PresetError {
    let mut found = malformed(error);
    if let PresetError::Malformed { line, reason } = &mut found
        && let Some((_, rest)) = reason.split_once("cannot be used: its ")
    {
        let field = rest.split(' ').next().unwrap_or_default();
        let end = *line;
        let lines = lines_with(bytes, field).take_while(|line| *line <= end);
        *line = lines.last().unwrap_or(end);
    }
    found
}

/// The lines, from 1, in which the key `field` stands.
fn lines_with<'a>(bytes: &'a [u8], field: &str) -> impl Iterator<Item = usize> + 'a {
    let key = format!("\"{field}\"").into_bytes();
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let with_key = lines.filter(move |(_, line)| line.windows(key.len()).any(|part| part == key));
    with_key.map(|(index, _)| index + 1)
}

/// The keys of a preset that reading it has made nothing of.
fn unknown_keys(bytes: &[u8], read: &Text) -> Vec<String> {
    let mut unknown = Vec::new();
    let known = serde_json::to_value(read).ok().and_then(|mut known| {
        // All macros, the fresh ones, too, with all of their keys.
        let macros = read.macros.iter().enumerate().map(|(index, described)| {
            let number = (index + 1).to_string();
            (number, Value::Object(keys(described)))
        });
        known["macros"] = Value::Object(macros.collect());
        known.as_object().cloned()
    });
    let given: Option<Map<String, Value>> = serde_json::from_slice(bytes).ok();
    if let (Some(given), Some(known)) = (given, known) {
        collect_unknown(&given, &known, "", &mut unknown);
    }
    unknown
}

fn collect_unknown(
    given: &Map<String, Value>,
    known: &Map<String, Value>,
    path: &str,
    unknown: &mut Vec<String>,
) {
    for (key, value) in given {
        match (value, known.get(key)) {
            (_, None) => unknown.push(format!("{path}{key}")),
            (Value::Object(value), Some(Value::Object(known))) => {
                collect_unknown(value, known, &format!("{path}{key}."), unknown);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
