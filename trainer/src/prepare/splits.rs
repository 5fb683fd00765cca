//! Splits: reads published ones, which are NumPy arrays of texts, and deals new ones.

use std::path::Path;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::PrepareError;
use crate::data::Split;
use crate::weights::npy_texts;

/// Most bytes of a list.
const MAX_BYTES: u64 = 1 << 30;

/// The bytes of a published file.
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
    npy_texts(&bytes).map_err(|error| PrepareError::format(path, error))
}

/// The lines of a text file, without empty ones.
///
/// # Errors
/// [`PrepareError`] names the file and what is wrong with it.
pub fn read_lines(path: &Path) -> Result<Vec<String>, PrepareError> {
    let text = String::from_utf8(read(path)?);
    let text = text.map_err(|_| PrepareError::format(path, "not a text file in UTF-8"))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}

/// The shares of the items that validate and test, each 0 to 1. The rest train.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// The share that validates.
    pub valid: f64,
    /// The share that tests.
    pub test: f64,
}

impl Parts {
    /// Checks that some items are left to train on.
    pub(crate) fn check(self) -> Result<(), PrepareError> {
        let possible = |part: f64| (0.0..1.0).contains(&part);
        if possible(self.valid) && possible(self.test) && self.valid + self.test < 1.0 {
            return Ok(());
        }
        Err(PrepareError::Option(
            "the parts for valid and test must be at least 0 and below 1 together".to_owned(),
        ))
    }

    /// The split of each group of items with these `sizes`. The groups are shuffled and dealt to
    /// the test split first, then to the validation split, then to training. A group that would
    /// bring a split further above its share than the split is below it goes to the next one. Every
    /// split with a share gets a group, if there are enough groups.
    pub(crate) fn deal(self, sizes: &[usize], seed: u64) -> Vec<Split> {
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        order.retain(|group| sizes[*group] > 0);
        let wanted = self.wanted(sizes.iter().sum());
        let mut dealt = [0; Split::ALL.len()];
        let mut splits = vec![Split::Train; sizes.len()];
        for group in &order {
            let size = sizes[*group];
            let fits = |split: &Split| {
                let split = *split as usize;
                size <= 2 * usize::saturating_sub(wanted[split], dealt[split])
            };
            let split = [Split::Test, Split::Valid].into_iter().find(fits);
            splits[*group] = split.unwrap_or(Split::Train);
            dealt[splits[*group] as usize] += size;
        }
        let asked_for = [
            (1.0, Split::Train),
            (self.valid, Split::Valid),
            (self.test, Split::Test),
        ];
        for (_, empty) in asked_for.into_iter().filter(|(part, _)| *part > 0.0) {
            if !order.iter().any(|group| splits[*group] == empty)
                && let Some(group) = spare(&order, sizes, &splits, wanted, empty)
            {
                splits[group] = empty;
            }
        }
        splits
    }

    /// Number of items of each split, as near to its share as whole items allow.
    fn wanted(self, items: usize) -> [usize; Split::ALL.len()] {
        let wanted = |part: f64| (part * items as f64).round() as usize;
        let (valid, test) = (wanted(self.valid), wanted(self.test));
        [items.saturating_sub(valid + test), valid, test]
    }
}

/// The best group to move to an `empty` split: it comes from the split with the largest excess, and
/// its size is nearest to the wanted one. The training split may even take another split's only
/// group.
fn spare(
    order: &[usize],
    sizes: &[usize],
    splits: &[Split],
    wanted: [usize; Split::ALL.len()],
    empty: Split,
) -> Option<usize> {
    let groups = |split: Split| {
        let order = order.iter().copied();
        order.filter(move |group| splits[*group] == split)
    };
    let to_remain = usize::from(empty != Split::Train);
    let excess = |split: &Split| {
        let items: usize = groups(*split).map(|group| sizes[group]).sum();
        (items as i64 - wanted[*split as usize] as i64, items)
    };
    let from = Split::ALL
        .into_iter()
        .filter(|split| groups(*split).nth(to_remain).is_some())
        .max_by_key(excess)?;
    groups(from).min_by_key(|group| sizes[*group].abs_diff(wanted[empty as usize]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Items and groups of each split: train, valid, test.
    fn dealt(sizes: &[usize], valid: f64, test: f64, seed: u64) -> ([usize; 3], [usize; 3]) {
        let splits = Parts { valid, test }.deal(sizes, seed);
        let (mut items, mut groups) = ([0; 3], [0; 3]);
        for (split, size) in splits.into_iter().zip(sizes) {
            items[split as usize] += size;
            groups[split as usize] += usize::from(*size > 0);
        }
        (items, groups)
    }

    #[test]
    fn large_groups_starve_no_split_and_move_none_further_than_their_size() {
        for seed in 0..50 {
            let items = |sizes: &[usize], valid, test| dealt(sizes, valid, test, seed).0;
            assert_eq!(items(&[10; 7], 0.1, 0.1), [50, 10, 10]);
            // Larger than twice the share.
            assert_eq!(items(&[30; 4], 0.1, 0.1), [60, 30, 30]);
            assert_eq!(items(&[30; 4], 0.0, 0.1), [90, 0, 30]);
            let one_large = [60, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5];
            assert_eq!(items(&one_large, 0.1, 0.1), [90, 10, 10]);
            assert_eq!(items(&[10; 10], 0.45, 0.45)[0], 10);
            // Hardly any items.
            assert_eq!(items(&[1; 10], 0.01, 0.2), [7, 1, 2]);
            assert_eq!(items(&[4, 4, 4, 0, 0], 0.1, 0.1), [4, 4, 4]);
        }
    }

    #[test]
    fn every_split_with_a_share_gets_a_group() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let parts = [
            (0.1, 0.1),
            (0.01, 0.3),
            (0.45, 0.5),
            (0.0, 0.2),
            (0.6, 0.0),
            (0.0, 0.0),
        ];
        for seed in 0..500 {
            let mut sizes: Vec<usize> = (0..200).map(|k| (k * k * k) % 997).collect();
            sizes.shuffle(&mut random);
            sizes.truncate(3 + seed as usize % 20);
            sizes.iter_mut().for_each(|size| *size += 1);
            for (valid, test) in parts {
                let (_, groups) = dealt(&sizes, valid, test, seed);
                let asked_for = [1.0, valid, test].map(|part| part > 0.0);
                assert_eq!(groups.map(|groups| groups > 0), asked_for, "{sizes:?}");
            }
        }
    }

    #[test]
    fn with_too_few_groups_the_training_split_comes_first() {
        for seed in 0..20 {
            for parts in [0.1, 0.3, 0.45] {
                let groups = |sizes: &[usize]| dealt(sizes, parts, parts, seed).1;
                assert_eq!(groups(&[5]), [1, 0, 0]);
                assert_eq!(groups(&[5, 5]), [1, 1, 0]);
                assert_eq!(groups(&[]), [0, 0, 0]);
            }
        }
    }

    /// With groups of one item, each split has exactly its share, in the shuffled order.
    #[test]
    fn single_files_are_dealt_exactly() {
        for seed in 0..5 {
            assert_eq!(dealt(&[1; 100], 0.1, 0.2, seed).0, [70, 10, 20]);
            assert_eq!(dealt(&[4; 10], 0.2, 0.2, seed).0, [24, 8, 8]);
        }
        let splits = |seed| {
            Parts {
                valid: 0.1,
                test: 0.2,
            }
            .deal(&[1; 100], seed)
        };
        assert_eq!(splits(1), splits(1));
        assert_ne!(splits(1), splits(2));
    }
}
