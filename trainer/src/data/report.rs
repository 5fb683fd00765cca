//! `report.csv`: every clip that was left out or that is not simply as it should be.

use std::path::Path;

use super::mapped::{FileEntry, sha256};
use super::{DataError, Remark};
use crate::atomic;

/// Name of the report in a data set's folder.
const REPORT: &str = "report.csv";

/// Writes the report: columns `status` (`skipped` or `kept`), `id`, `path`, `reason`.
pub(super) fn write<'a>(
    folder: &Path,
    remarks: impl Iterator<Item = &'a Remark>,
) -> Result<FileEntry, DataError> {
    let path = folder.join(REPORT);
    let bytes = encode(remarks)
        .and_then(|bytes| atomic::write(&path, &bytes).map(|()| bytes))
        .map_err(DataError::io(&path))?;
    Ok(FileEntry {
        file: REPORT.to_owned(),
        bytes: bytes.len() as u64,
        sha256: sha256(&bytes),
    })
}

fn encode<'a>(remarks: impl Iterator<Item = &'a Remark>) -> std::io::Result<Vec<u8>> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["status", "id", "path", "reason"])?;
    for remark in remarks {
        let status = if remark.skipped { "skipped" } else { "kept" };
        table.write_record([status, &remark.id, &remark.path, &remark.reason])?;
    }
    table.into_inner().map_err(|error| error.into_error())
}
