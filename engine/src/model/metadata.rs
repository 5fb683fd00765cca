//! Reads and writes what a model says of itself: `tagline.*` properties in the file, or a sidecar.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tract_onnx::pb::{ModelProto, StringStringEntryProto};

use super::calibration::Calibration;
use super::error::ModelError;
use super::info::{ModelInfo, OutputKind, TagNote};
use super::limits::{MAX_GROUP_BYTES, MAX_MODEL_TAGS, MAX_NOTE_BYTES, MAX_TAG_BYTES};
use super::reading::SIDECAR;
use crate::front_end::FrontEndSpec;

/// The version of the metadata that this program reads and writes.
const FORMAT: &str = "1";
/// The key of every property begins with this.
const PREFIX: &str = "tagline.";
/// How messages call the properties in the file.
const IN_FILE: &str = "model's metadata";

/// Writes `info` into the metadata properties of `model` (`docs/model-format.md`). It replaces those
/// that Tagline wrote before, and leaves the others. `info.sha256` is not written, as it is that of
/// the finished file.
pub fn write_metadata(model: &mut ModelProto, info: &ModelInfo) {
    let json = |value: serde_json::Result<String>| value.unwrap_or_default();
    let output = match info.output {
        OutputKind::Probabilities => "probabilities",
        OutputKind::Logits => "logits",
    };
    model
        .metadata_props
        .retain(|property| !property.key.starts_with(PREFIX));
    let groups = info.groups.as_ref().map(serde_json::to_string).map(json);
    let notes = info.notes.as_ref().map(serde_json::to_string).map(json);
    let calibration = info
        .calibration
        .as_ref()
        .map(serde_json::to_string)
        .map(json);
    let required = [
        ("format", FORMAT.to_owned()),
        ("name", info.name.clone()),
        ("version", info.version.clone()),
        ("licence", info.licence.clone()),
        ("provenance", info.provenance.clone()),
        ("tags", json(serde_json::to_string(&info.tags))),
        ("front_end", json(serde_json::to_string(&info.front_end))),
        ("output", output.to_owned()),
    ];
    let optional = [
        ("groups", groups),
        ("notes", notes),
        ("calibration", calibration),
    ];
    let optional = optional
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)));
    for (key, value) in required.into_iter().chain(optional) {
        model.metadata_props.push(StringStringEntryProto {
            key: format!("{PREFIX}{key}"),
            value,
        });
    }
}

/// Reads a model's `metadata_props`, or else its `sidecar`. `sha256` stays empty.
pub(super) fn read(
    metadata_props: &[StringStringEntryProto],
    sidecar: Option<&str>,
) -> Result<ModelInfo, ModelError> {
    let mut properties = BTreeMap::new();
    for property in metadata_props {
        let Some(key) = property.key.strip_prefix(PREFIX) else {
            continue;
        };
        if properties.insert(key, property.value.as_str()).is_some() {
            return Err(ModelError::Metadata {
                key: property.key.clone(),
                place: IN_FILE,
                reason: "it is given twice".to_owned(),
            });
        }
    }
    let (info, place, prefix) = if properties.is_empty() {
        let sidecar = sidecar.ok_or(ModelError::MissingMetadata)?;
        (from_sidecar(sidecar)?, SIDECAR, "")
    } else {
        (from_properties(&properties)?, IN_FILE, PREFIX)
    };
    check_tags(&info.tags)?;
    let wrong = |key: &str, reason: String| ModelError::Metadata {
        key: format!("{prefix}{key}"),
        place,
        reason,
    };
    check_groups(&info).map_err(|reason| wrong("groups", reason))?;
    check_notes(&info).map_err(|reason| wrong("notes", reason))?;
    check_calibration(&info).map_err(|reason| wrong("calibration", reason))?;
    let front_end = info.front_end.check();
    front_end.map_err(|(field, reason)| ModelError::FrontEnd { field, reason })?;
    Ok(info)
}

fn from_properties(properties: &BTreeMap<&str, &str>) -> Result<ModelInfo, ModelError> {
    let required = |key: &str| {
        properties
            .get(key)
            .copied()
            .ok_or_else(|| ModelError::MissingKey {
                key: format!("{PREFIX}{key}"),
                place: IN_FILE,
            })
    };
    let wrong = |key: &str, reason: String| ModelError::Metadata {
        key: format!("{PREFIX}{key}"),
        place: IN_FILE,
        reason,
    };
    check_format(required("format")?, IN_FILE)?;
    let text = |key| required(key).map(str::to_owned);
    let tags = required("tags")?;
    let front_end = required("front_end")?;
    Ok(ModelInfo {
        name: text("name")?,
        version: text("version")?,
        licence: text("licence")?,
        provenance: text("provenance")?,
        tags: serde_json::from_str(tags).map_err(|error| wrong("tags", error.to_string()))?,
        front_end: serde_json::from_str(front_end)
            .map_err(|error| wrong("front_end", error.to_string()))?,
        output: match required("output")? {
            "probabilities" => OutputKind::Probabilities,
            "logits" => OutputKind::Logits,
            other => {
                let reason = format!("`{other}` is neither `probabilities` nor `logits`");
                return Err(wrong("output", reason));
            }
        },
        groups: optional(properties, "groups")?,
        notes: optional(properties, "notes")?,
        calibration: optional(properties, "calibration")?,
        sha256: String::new(),
    })
}

/// A property that a file need not have, as JSON.
fn optional<T: DeserializeOwned>(
    properties: &BTreeMap<&str, &str>,
    key: &str,
) -> Result<Option<T>, ModelError> {
    let text = properties.get(key);
    let value = text.map(|text| serde_json::from_str(text)).transpose();
    value.map_err(|error| ModelError::Metadata {
        key: format!("{PREFIX}{key}"),
        place: IN_FILE,
        reason: error.to_string(),
    })
}

/// What a sidecar holds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sidecar {
    #[serde(rename = "format")]
    _format: String,
    name: String,
    version: String,
    licence: String,
    provenance: String,
    tags: Vec<String>,
    front_end: FrontEndSpec,
    output: OutputKind,
    groups: Option<Vec<String>>,
    notes: Option<Vec<TagNote>>,
    calibration: Option<Vec<Calibration>>,
}

fn from_sidecar(text: &str) -> Result<ModelInfo, ModelError> {
    let wrong = |key: &str, reason: String| ModelError::Metadata {
        key: key.to_owned(),
        place: SIDECAR,
        reason,
    };
    let json: serde_json::Value =
        serde_json::from_str(text).map_err(|error| wrong("the JSON", error.to_string()))?;
    match json.get("format") {
        Some(serde_json::Value::String(format)) => check_format(format, SIDECAR)?,
        Some(other) => check_format(&other.to_string(), SIDECAR)?,
        None => {
            return Err(ModelError::MissingKey {
                key: "format".to_owned(),
                place: SIDECAR,
            });
        }
    }
    // Reading the text, not the value, lets a message name line and column.
    let sidecar: Sidecar =
        serde_json::from_str(text).map_err(|error| wrong("the JSON", error.to_string()))?;
    Ok(ModelInfo {
        name: sidecar.name,
        version: sidecar.version,
        licence: sidecar.licence,
        provenance: sidecar.provenance,
        tags: sidecar.tags,
        front_end: sidecar.front_end,
        output: sidecar.output,
        groups: sidecar.groups,
        notes: sidecar.notes,
        calibration: sidecar.calibration,
        sha256: String::new(),
    })
}

fn check_format(found: &str, place: &'static str) -> Result<(), ModelError> {
    if found == FORMAT {
        return Ok(());
    }
    Err(ModelError::FormatVersion {
        found: found.chars().take(40).collect(),
        place,
    })
}

fn check_tags(tags: &[String]) -> Result<(), ModelError> {
    if tags.is_empty() || tags.len() > MAX_MODEL_TAGS {
        return Err(ModelError::NumberOfTags {
            tags: tags.len(),
            limit: MAX_MODEL_TAGS,
        });
    }
    let mut seen = BTreeMap::new();
    for (index, tag) in tags.iter().enumerate() {
        let reason = if tag.trim().is_empty() {
            "is empty"
        } else if tag.len() > MAX_TAG_BYTES {
            "is longer than 200 bytes"
        } else if tag.chars().any(char::is_control) {
            "holds a control character"
        } else if let Some(first) = seen.insert(tag.as_str(), index) {
            return Err(ModelError::DuplicateTag {
                tag: tag.clone(),
                first,
                second: index,
            });
        } else {
            continue;
        };
        return Err(ModelError::Tag { index, reason });
    }
    Ok(())
}

/// Checks that there is a group for each tag, and that it can stand in a host's path of a parameter.
fn check_groups(info: &ModelInfo) -> Result<(), String> {
    let Some(groups) = &info.groups else {
        return Ok(());
    };
    check_count(groups.len(), info)?;
    for (group, tag) in groups.iter().zip(&info.tags) {
        let reason = if group.trim().is_empty() {
            "is empty"
        } else if group.len() > MAX_GROUP_BYTES {
            "is longer than 200 bytes"
        } else if group
            .chars()
            .any(|letter| letter.is_control() || letter == '/')
        {
            "holds a control character or a slash"
        } else {
            continue;
        };
        return Err(format!("the group of `{tag}` {reason}"));
    }
    Ok(())
}

/// Checks that there is a note for each tag, which can be shown.
fn check_notes(info: &ModelInfo) -> Result<(), String> {
    let Some(notes) = &info.notes else {
        return Ok(());
    };
    check_count(notes.len(), info)?;
    for (note, tag) in notes.iter().zip(&info.tags) {
        let mut texts = [Some(&note.means), note.weak.as_ref()]
            .into_iter()
            .flatten();
        if texts.any(|text| text.len() > MAX_NOTE_BYTES || text.chars().any(char::is_control)) {
            return Err(format!(
                "the note of `{tag}` holds a control character or more than {MAX_NOTE_BYTES} bytes"
            ));
        }
    }
    Ok(())
}

fn check_calibration(info: &ModelInfo) -> Result<(), String> {
    let Some(calibration) = &info.calibration else {
        return Ok(());
    };
    check_count(calibration.len(), info)?;
    for (calibration, tag) in calibration.iter().zip(&info.tags) {
        if let Some(problem) = calibration.problem() {
            return Err(format!("of `{tag}`, {problem}"));
        }
    }
    Ok(())
}

fn check_count(found: usize, info: &ModelInfo) -> Result<(), String> {
    let tags = info.tags.len();
    if found == tags {
        return Ok(());
    }
    Err(format!("it has {found} entries for {tags} tags"))
}
