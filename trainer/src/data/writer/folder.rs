//! The folder of a data set that is being written.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use rayon::prelude::*;
use tagline_files::{LOCK, atomic};

use crate::data::DataError;
use crate::data::manifest::{MANIFEST, Manifest};
use crate::data::plan::{PLAN, Plan};
use crate::data::shard::{ShardRecord, shard_of};

/// Whether `folder` holds the finished data set of this plan.
pub(super) fn is_complete(folder: &Path, plan: &Plan) -> Result<bool, DataError> {
    if !folder.join(MANIFEST).exists() {
        return Ok(false);
    }
    plan.compare(&Manifest::read(folder)?.plan, folder)?;
    Ok(true)
}

/// Writes or compares the plan.
pub(super) fn begin(folder: &Path, plan: &Plan) -> Result<(), DataError> {
    let path = folder.join(PLAN);
    match std::fs::read(&path) {
        Ok(bytes) => {
            let begun: Plan =
                serde_json::from_slice(&bytes).map_err(|error| DataError::Manifest {
                    path: path.clone(),
                    reason: error.to_string(),
                })?;
            plan.compare(&begun, folder)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            refuse_foreign(folder)?;
            write_json(&path, plan)
        }
        Err(error) => Err(DataError::io(&path)(error)),
    }
}

/// A folder that holds other files belongs to something else.
fn refuse_foreign(folder: &Path) -> Result<(), DataError> {
    let foreign = names(folder)?
        .into_iter()
        .find(|name| !name.starts_with('.'));
    match foreign {
        Some(file) => Err(DataError::Foreign {
            path: folder.to_owned(),
            file,
        }),
        None => Ok(()),
    }
}

/// Whether a finished data set does not need the file of this name.
pub(super) fn is_trace(name: &str) -> bool {
    name == PLAN || name == LOCK || shard_of(name).is_some() || atomic::is_temporary(name)
}

/// Removes the files that only an unfinished data set needs. The lock removes its own.
pub(super) fn remove_traces(folder: &Path) -> Result<(), DataError> {
    let names = names(folder)?;
    for name in names.iter().filter(|name| is_trace(name) && *name != LOCK) {
        let path = folder.join(name);
        std::fs::remove_file(&path).map_err(DataError::io(&path))?;
    }
    Ok(())
}

pub(super) fn names(folder: &Path) -> Result<Vec<String>, DataError> {
    let entries = std::fs::read_dir(folder).map_err(DataError::io(folder))?;
    entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<std::io::Result<_>>()
        .map_err(DataError::io(folder))
}

pub(super) fn finished_shards(folder: &Path) -> Result<BTreeMap<usize, ShardRecord>, DataError> {
    let shards: Vec<usize> = names(folder)?.iter().filter_map(|n| shard_of(n)).collect();
    // Every byte of them is read and hashed.
    Ok(shards
        .into_par_iter()
        .filter_map(|shard| Some((shard, ShardRecord::read(folder, shard)?)))
        .collect())
}

pub(super) fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<(), DataError> {
    let mut json = serde_json::to_vec_pretty(value)
        .map_err(std::io::Error::from)
        .map_err(DataError::io(path))?;
    json.push(b'\n');
    atomic::write(path, &json).map_err(DataError::io(path))
}
