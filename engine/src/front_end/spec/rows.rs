//! A normalisation of each row of a window.

/// The mean and the deviation of each row of a window, such as a network's training data had.
#[derive(Clone, Debug, PartialEq)]
pub struct RowNorm {
    /// What is subtracted from each row.
    pub mean: Vec<f32>,
    /// What each row is divided by after that.
    pub deviation: Vec<f32>,
}
