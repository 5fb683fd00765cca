//! The files that a demonstration writes.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use serde_json::json;
use tagline_taggram::{Taggram, write_taggram};

use super::{DemoError, DemoOptions, DemoReport};
use crate::HostedPlugin;
use crate::updates::{Update, UpdateLog};

/// An update as it stands in the files.
struct Record<'a> {
    position_seconds: f64,
    update: &'a Update,
    tags: Vec<(String, f64)>,
}

/// Tags by name instead of parameter id.
pub(super) fn named(plugin: &mut HostedPlugin, tags: &[(u32, f64)]) -> Vec<(String, f64)> {
    let names: HashMap<u32, String> = plugin
        .parameters()
        .into_iter()
        .map(|parameter| (parameter.id, parameter.name))
        .collect();
    tags.iter()
        .filter_map(|(id, value)| Some((names.get(id)?.clone(), *value)))
        .collect()
}

/// Writes `taggram.png` and `tags.json`.
pub(super) fn write(
    options: &DemoOptions,
    plugin: &mut HostedPlugin,
    log: &UpdateLog,
    report: &DemoReport,
) -> Result<(), DemoError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| DemoError::Io { path, source }
    };
    std::fs::create_dir_all(&options.out).map_err(io(&options.out))?;
    let rate_hz = plugin.sample_rate_hz();
    let records: Vec<Record<'_>> = log
        .updates()
        .iter()
        .map(|update| Record {
            position_seconds: update.position_samples as f64 / rate_hz,
            update,
            tags: named(plugin, &update.tags),
        })
        .collect();
    let path = options.out.join("tags.json");
    std::fs::File::create(&path)
        .and_then(|mut file| file.write_all(tags_json(report, &records).as_bytes()))
        .map_err(io(&path))?;
    draw(&options.out.join("taggram.png"), report, &records)
}

fn tags_json(report: &DemoReport, records: &[Record<'_>]) -> String {
    let updates: Vec<serde_json::Value> = records
        .iter()
        .map(|record| {
            let tags: serde_json::Map<String, serde_json::Value> = record
                .tags
                .iter()
                .map(|(name, value)| (name.clone(), json!(value)))
                .collect();
            json!({
                "position_seconds": record.position_seconds,
                "seconds_heard": record.update.seconds_heard,
                "tags": tags,
            })
        })
        .collect();
    let json = json!({
        "file": report.file,
        "model": report.model,
        "updates": updates,
    });
    format!("{json:#}\n")
}

fn draw(path: &Path, report: &DemoReport, records: &[Record<'_>]) -> Result<(), DemoError> {
    // Tag columns in the order of the newest update; every update of one model has the same.
    let tags: Vec<String> = records
        .last()
        .map(|record| record.tags.iter().map(|(name, _)| name.clone()).collect())
        .unwrap_or_default();
    let positions: Vec<f64> = records
        .iter()
        .map(|record| record.position_seconds)
        .collect();
    let rows: Vec<Vec<f32>> = records
        .iter()
        .map(|record| record.tags.iter().map(|(_, value)| *value as f32).collect())
        .collect();
    let song = Path::new(&report.file).file_name().map_or_else(
        || report.file.clone(),
        |name| name.to_string_lossy().into_owned(),
    );
    let title = match &report.model {
        Some(model) => format!("{song} · {model}"),
        None => song,
    };
    let taggram = Taggram {
        title: &title,
        tags: &tags,
        positions_seconds: &positions,
        probabilities: &rows,
    };
    Ok(write_taggram(path, &taggram)?)
}
