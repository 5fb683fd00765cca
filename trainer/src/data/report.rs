//! Writes `report.csv`, which lists every clip that was left out or has a remark, and `files.csv`,
//! which lists the audio files that a distillation heard.

use std::path::Path;

use tagline_files::atomic;
use tagline_files::hash::sha256;

use super::mapped::FileEntry;
use super::{DataError, Remark, SourceFile};

/// Name of the report in a data set's folder.
const REPORT: &str = "report.csv";

/// Name of the list of audio files.
const FILES: &str = "files.csv";

/// Writes the report: columns `status` (`skipped` or `kept`), `id`, `path`, `reason`.
pub(super) fn write<'a>(
    folder: &Path,
    remarks: impl Iterator<Item = &'a Remark>,
) -> Result<FileEntry, DataError> {
    let rows = remarks.map(|remark| {
        let status = if remark.skipped { "skipped" } else { "kept" };
        [
            status.to_owned(),
            remark.id.clone(),
            remark.path.clone(),
            remark.reason.clone(),
        ]
    });
    write_table(folder, REPORT, ["status", "id", "path", "reason"], rows)
}

/// Writes the list of files: columns `source`, `path`, `sha256`, `windows`. `None` if there are none.
pub(super) fn write_files<'a>(
    folder: &Path,
    files: impl Iterator<Item = &'a SourceFile>,
) -> Result<Option<FileEntry>, DataError> {
    let mut files = files.peekable();
    if files.peek().is_none() {
        return Ok(None);
    }
    let rows = files.map(|file| {
        [
            file.source.clone(),
            file.path.clone(),
            file.sha256.clone(),
            file.windows.to_string(),
        ]
    });
    let header = ["source", "path", "sha256", "windows"];
    write_table(folder, FILES, header, rows).map(Some)
}

fn write_table(
    folder: &Path,
    name: &str,
    header: [&str; 4],
    rows: impl Iterator<Item = [String; 4]>,
) -> Result<FileEntry, DataError> {
    let path = folder.join(name);
    let bytes = encode(header, rows)
        .and_then(|bytes| atomic::write(&path, &bytes).map(|()| bytes))
        .map_err(DataError::io(&path))?;
    Ok(FileEntry {
        file: name.to_owned(),
        bytes: bytes.len() as u64,
        sha256: sha256(&bytes),
    })
}

fn encode(header: [&str; 4], rows: impl Iterator<Item = [String; 4]>) -> std::io::Result<Vec<u8>> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(header)?;
    for row in rows {
        table.write_record(row)?;
    }
    table.into_inner().map_err(|error| error.into_error())
}
