//! The paper's results: Choi, Fazekas, Sandler, "Automatic tagging using deep convolutional neural
//! networks" (ISMIR 2016).

/// One of the paper's experiments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Experiment {
    /// Section 5.2: three depths and three inputs, on MagnaTagATune.
    One,
    /// Section 5.3: five depths, on the Million Song Dataset.
    Two,
}

/// A system of an experiment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct System {
    /// Name of its architecture.
    pub architecture: &'static str,
    /// Its name in the paper's table.
    pub title: &'static str,
    /// The ROC-AUC that the paper reports.
    pub paper_roc_auc: f64,
}

/// Another author's system in Table 4.
pub(super) struct Previous {
    pub title: &'static str,
    pub roc_auc: f64,
}

const ONE: &[System] = &[
    system("fcn3", "FCN-3, mel-spectrogram", 0.852),
    system(BEST_OF_ONE, "FCN-4, mel-spectrogram", 0.894),
    system("fcn5", "FCN-5, mel-spectrogram", 0.890),
    system("fcn4-stft", "FCN-4, STFT", 0.846),
    system("mfcc", "FCN-4, MFCC", 0.862),
];

const TWO: &[System] = &[
    system("fcn3", "FCN-3, mel-spectrogram", 0.786),
    system("fcn4", "FCN-4, mel-spectrogram", 0.808),
    system("fcn5", "FCN-5, mel-spectrogram", 0.848),
    system("fcn6", "FCN-6, mel-spectrogram", 0.851),
    system("fcn7", "FCN-7, mel-spectrogram", 0.845),
];

/// The system of Experiment I that Table 4 compares with previous work.
pub(super) const BEST_OF_ONE: &str = "fcn4";

/// Table 4 below its first row.
pub(super) const PREVIOUS: &[Previous] = &[
    previous("2015, bag of features and RBM", 0.888),
    previous("2014, 1D convolutions", 0.882),
    previous("2014, transferred learning", 0.88),
    previous("2012, multi-scale approach", 0.898),
    previous("2011, pooling MFCC", 0.861),
];

const fn system(architecture: &'static str, title: &'static str, paper_roc_auc: f64) -> System {
    System {
        architecture,
        title,
        paper_roc_auc,
    }
}

const fn previous(title: &'static str, roc_auc: f64) -> Previous {
    Previous { title, roc_auc }
}

impl Experiment {
    /// Its systems, in the order of the paper's table.
    #[must_use]
    pub fn systems(self) -> &'static [System] {
        match self {
            Self::One => ONE,
            Self::Two => TWO,
        }
    }

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "paper-1",
            Self::Two => "paper-2",
        }
    }

    /// The data set that the paper used.
    #[must_use]
    pub fn papers_data(self) -> &'static str {
        match self {
            Self::One => "MagnaTagATune",
            Self::Two => "Million Song Dataset",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arch::Architecture;

    #[test]
    fn every_system_is_an_architecture() {
        for experiment in [Experiment::One, Experiment::Two] {
            assert_eq!(experiment.systems().len(), 5);
            for system in experiment.systems() {
                assert!(
                    Architecture::named(system.architecture).is_some(),
                    "{system:?}"
                );
            }
        }
    }
}
