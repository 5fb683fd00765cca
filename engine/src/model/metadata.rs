//! What a model says of itself: `tagline.*` properties in the file, or a sidecar beside it.

use std::collections::BTreeMap;

use serde::Deserialize;
use tract_onnx::pb::{ModelProto, StringStringEntryProto};

use super::{ModelError, ModelInfo, OutputKind};
use crate::FrontEndSpec;

/// Version of the metadata this program reads and writes.
const FORMAT: &str = "1";
/// What every property's key begins with.
const PREFIX: &str = "tagline.";
/// Most tags.
const MAX_MODEL_TAGS: usize = 10_000;
/// Longest tag, in bytes.
const MAX_TAG_BYTES: usize = 200;
/// Longest sidecar, in bytes.
pub(super) const MAX_SIDECAR_BYTES: u64 = 4 << 20;

/// Where the metadata stands, for messages.
const IN_FILE: &str = "model's metadata";
const IN_SIDECAR: &str = "sidecar .json";

/// Writes `info` into `model`'s metadata properties (`docs/model-format.md`), in place of any
/// that Tagline wrote before; properties of others stay. `info.sha256` is not written: it is
/// that of the finished file.
pub fn write_metadata(model: &mut ModelProto, info: &ModelInfo) {
    let json = |value: serde_json::Result<String>| value.unwrap_or_default();
    let output = match info.output {
        OutputKind::Probabilities => "probabilities",
        OutputKind::Logits => "logits",
    };
    model
        .metadata_props
        .retain(|property| !property.key.starts_with(PREFIX));
    for (key, value) in [
        ("format", FORMAT.to_owned()),
        ("name", info.name.clone()),
        ("version", info.version.clone()),
        ("licence", info.licence.clone()),
        ("provenance", info.provenance.clone()),
        ("tags", json(serde_json::to_string(&info.tags))),
        ("front_end", json(serde_json::to_string(&info.front_end))),
        ("output", output.to_owned()),
    ] {
        model.metadata_props.push(StringStringEntryProto {
            key: format!("{PREFIX}{key}"),
            value,
        });
    }
}

/// Reads the properties of `model`, or else `sidecar`; `sha256` stays empty.
pub(super) fn read(model: &ModelProto, sidecar: Option<&str>) -> Result<ModelInfo, ModelError> {
    let mut properties = BTreeMap::new();
    for property in &model.metadata_props {
        let Some(key) = property.key.strip_prefix(PREFIX) else {
            continue;
        };
        if properties.insert(key, property.value.as_str()).is_some() {
            return Err(ModelError::Metadata {
                key: property.key.clone(),
                place: IN_FILE,
                reason: "it is there twice".to_owned(),
            });
        }
    }
    let info = if properties.is_empty() {
        from_sidecar(sidecar.ok_or(ModelError::MissingMetadata)?)?
    } else {
        from_properties(&properties)?
    };
    check_tags(&info.tags)?;
    info.front_end.check()?;
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
        sha256: String::new(),
    })
}

/// A sidecar's form, after `format`.
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
}

fn from_sidecar(text: &str) -> Result<ModelInfo, ModelError> {
    let wrong = |key: &str, reason: String| ModelError::Metadata {
        key: key.to_owned(),
        place: IN_SIDECAR,
        reason,
    };
    let json: serde_json::Value =
        serde_json::from_str(text).map_err(|error| wrong("the JSON", error.to_string()))?;
    match json.get("format") {
        Some(serde_json::Value::String(format)) => check_format(format, IN_SIDECAR)?,
        Some(other) => check_format(&other.to_string(), IN_SIDECAR)?,
        None => {
            return Err(ModelError::MissingKey {
                key: "format".to_owned(),
                place: IN_SIDECAR,
            });
        }
    }
    // From the text, not from the value, so that a message names line and column.
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
