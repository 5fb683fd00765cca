//! Measures how alike two rankings are.

use super::bootstrap::{self, Bootstrap, Interval, Units};

/// Spearman's rank correlation of pairs of numbers, −1 to 1: Pearson's correlation of their ranks,
/// where equal numbers share the mean of their ranks.
///
/// `None` for fewer than two pairs, or if all numbers of a side are equal.
#[must_use]
pub fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    let left = ranks(pairs.iter().map(|pair| pair.0).collect());
    let right = ranks(pairs.iter().map(|pair| pair.1).collect());
    // The mean of all ranks. Ties do not change it.
    let mean = (pairs.len() as f64 - 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum()
    };
    let size = (product(&left, &left) * product(&right, &right)).sqrt();
    (size > 0.0).then(|| product(&left, &right) / size)
}

/// The rank of each number, from 0. Equal numbers get the mean of their ranks.
fn ranks(numbers: Vec<f64>) -> Vec<f64> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
    let mut ranks = vec![0.0; numbers.len()];
    let mut first = 0;
    for tie in order.chunk_by(|a, b| numbers[*a] == numbers[*b]) {
        let rank = first as f64 + (tie.len() as f64 - 1.0) / 2.0;
        tie.iter().for_each(|number| ranks[*number] = rank);
        first += tie.len();
    }
    ranks
}

/// How far two systems agree on the order of each clip's tags: the mean over clips of Spearman's
/// correlation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// The mean.
    pub spearman: f64,
    /// Its confidence interval, where one was asked for.
    pub interval: Option<Interval>,
    /// Number of clips that have a correlation.
    pub clips: usize,
}

impl Agreement {
    /// The mean of the clips' correlations, without the clips that have none; `None` if no clip has
    /// one.
    #[must_use]
    pub fn of(correlations: &[Option<f64>], units: &Units, bootstrap: Bootstrap) -> Option<Self> {
        let clips = correlations.iter().flatten().count();
        (clips > 0).then(|| Self {
            spearman: correlations.iter().flatten().sum::<f64>() / clips as f64,
            interval: bootstrap::mean_interval(correlations, units, bootstrap),
            clips,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_of_equal_numbers_are_their_mean() {
        assert_eq!(ranks(vec![3.0, 1.0, 3.0, 2.0]), [2.5, 0.0, 2.5, 1.0]);
    }

    /// By hand, and by the formula without ties: 1 − 6 Σ d² / (n (n² − 1)).
    #[test]
    fn only_the_order_counts() {
        let rising = [(1.0, 0.1), (2.0, 0.2), (30.0, 0.21)];
        assert!((spearman(&rising).unwrap() - 1.0).abs() < 1e-12);
        let falling = rising.map(|(a, b)| (a, -b));
        assert!((spearman(&falling).unwrap() + 1.0).abs() < 1e-12);
        let mixed = [(1.0, 2.0), (2.0, 1.0), (3.0, 4.0), (4.0, 3.0)];
        assert!((spearman(&mixed).unwrap() - 0.6).abs() < 1e-12);
        assert_eq!(spearman(&[(1.0, 1.0), (1.0, 2.0)]), None);
        assert_eq!(spearman(&[(1.0, 1.0)]), None);
    }

    #[test]
    fn the_mean_lies_in_its_interval() {
        let some = (0..100).map(|n| Some(f64::from(n % 10) / 10.0));
        let correlations: Vec<Option<f64>> = some.chain([None; 20]).collect();
        let units = Units::clips(correlations.len());
        let agreement = Agreement::of(&correlations, &units, Bootstrap::default()).unwrap();
        assert_eq!(agreement.clips, 100);
        let interval = agreement.interval.unwrap();
        assert!((agreement.spearman - 0.45).abs() < 1e-12);
        assert!(interval.low > 0.38 && interval.low < 0.45);
        assert!(interval.high < 0.52 && interval.high > 0.45);
        let none = Agreement::of(&[None], &Units::clips(1), Bootstrap::default());
        assert_eq!(none, None);
    }
}
