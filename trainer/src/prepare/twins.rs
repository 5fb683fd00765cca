//! The same recording in several splits: a network would be judged by what it has learnt from.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tagline_files::hash::sha256_of_file;

use crate::data::Split;

/// Bytes of a file's middle that are compared before all of it is.
const GLANCE: usize = 4_096;

/// A file of a data set.
pub(crate) struct Candidate {
    pub path: PathBuf,
    /// Its name in the report.
    pub shown: String,
    pub split: Split,
}

/// What there is to remark of files that are equal, byte for byte, to one of another split, by their
/// numbers among the `candidates`. Files that cannot be read are equal to none.
pub(crate) fn twins(candidates: &[Candidate]) -> BTreeMap<usize, String> {
    let all: Vec<usize> = (0..candidates.len()).collect();
    let path = |number: usize| candidates[number].path.as_path();
    let sizes = groups(&all, |number| {
        let metadata = std::fs::metadata(path(number)).ok()?;
        (metadata.is_file() && metadata.len() > 0).then_some(metadata.len())
    });
    let glances = again(sizes, |number| glance(path(number)));
    let equal = again(glances, |number| sha256_of_file(path(number)).ok());
    let mut remarks = BTreeMap::new();
    for group in equal {
        for number in &group {
            let own = &candidates[*number];
            let other = group.iter().map(|other| &candidates[*other]);
            // A link that leads to the same place is the same recording, too.
            if let Some(other) = other.into_iter().find(|other| other.split != own.split) {
                remarks.insert(
                    *number,
                    format!(
                        "the same recording as {}, which is in {}",
                        other.shown, other.split
                    ),
                );
            }
        }
    }
    remarks
}

/// The groups of two and more whose members have the same key, in order; those without a key are in none.
fn groups<K: Ord + Send>(
    numbers: &[usize],
    key: impl Fn(usize) -> Option<K> + Sync,
) -> Vec<Vec<usize>> {
    let keys: Vec<Option<K>> = numbers.par_iter().map(|number| key(*number)).collect();
    let mut by_key: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for (number, key) in numbers.iter().zip(keys) {
        if let Some(key) = key {
            by_key.entry(key).or_default().push(*number);
        }
    }
    by_key
        .into_values()
        .filter(|group| group.len() > 1)
        .collect()
}

/// Divides each group by another key.
fn again<K: Ord + Send>(
    all: Vec<Vec<usize>>,
    key: impl Fn(usize) -> Option<K> + Sync,
) -> Vec<Vec<usize>> {
    all.iter().flat_map(|group| groups(group, &key)).collect()
}

/// A few bytes from the middle of a file.
fn glance(path: &Path) -> Option<Vec<u8>> {
    let mut file = File::open(path).ok()?;
    let middle = file.metadata().ok()?.len() / 2;
    file.seek(SeekFrom::Start(middle)).ok()?;
    let mut bytes = Vec::with_capacity(GLANCE);
    file.take(GLANCE as u64).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}
