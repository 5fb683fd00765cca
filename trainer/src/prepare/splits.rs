//! Splits: published ones, as NumPy arrays of texts, and dealt ones.

use std::path::Path;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use tagline_media::Npy;

use super::PrepareError;
use crate::data::Split;

/// Most bytes of a list.
const MAX_BYTES: u64 = 1 << 30;

/// The bytes of a file of the field's.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, PrepareError> {
    let metadata = std::fs::metadata(path).map_err(PrepareError::io(path))?;
    if metadata.len() > MAX_BYTES {
        return Err(PrepareError::format(path, "larger than such lists are"));
    }
    std::fs::read(path).map_err(PrepareError::io(path))
}

/// The texts of a `.npy` file.
pub(super) fn read_texts(path: &Path) -> Result<Vec<String>, PrepareError> {
    let bytes = read(path)?;
    let npy = Npy::parse(&bytes).map_err(|error| PrepareError::format(path, error))?;
    npy.texts()
        .map_err(|error| PrepareError::format(path, error))
}

/// The lines of a text file, without those that are empty.
///
/// # Errors
/// [`PrepareError`] names the file and what is wrong with it.
pub fn read_lines(path: &Path) -> Result<Vec<String>, PrepareError> {
    let text = String::from_utf8(read(path)?);
    let text = text.map_err(|_| PrepareError::format(path, "not a text file in UTF-8"))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}

/// Which part of the items validates, and which tests, each 0 to 1; the rest is trained on.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// The part that decides when to stop.
    pub valid: f64,
    /// The part for the end.
    pub test: f64,
}

impl Parts {
    /// Checks that something is left to train on.
    pub(crate) fn check(self) -> Result<(), PrepareError> {
        let possible = |part: f64| (0.0..1.0).contains(&part);
        if possible(self.valid) && possible(self.test) && self.valid + self.test < 1.0 {
            return Ok(());
        }
        Err(PrepareError::Option(
            "the parts for valid and test must be at least 0 and below 1 together".to_owned(),
        ))
    }

    /// The split of each group of items, whose `sizes` are given: shuffled, first those for the end,
    /// then those that decide, then the rest.
    pub(crate) fn deal(self, sizes: &[usize], seed: u64) -> Vec<Split> {
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let items = sizes.iter().sum::<usize>() as f64;
        let wanted = |part: f64| (part * items).round() as usize;
        let (test, valid) = (wanted(self.test), wanted(self.valid));
        let mut taken = 0;
        let mut splits = vec![Split::Train; sizes.len()];
        for group in order {
            splits[group] = match taken {
                taken if taken < test => Split::Test,
                taken if taken < test + valid => Split::Valid,
                _ => Split::Train,
            };
            taken += sizes[group];
        }
        splits
    }
}
