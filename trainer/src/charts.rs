//! Figures as SVG: lines, grouped bars, ranked bars. The viewer's sans-serif font draws the text,
//! so drawing needs no font and gives the same file everywhere.

mod bars;
mod lines;
mod ranked;
mod sheet;

pub use bars::{Bars, GroupedBars};
pub use lines::{Line, LineChart};
pub use ranked::{RankedBar, RankedBars};

/// Why a figure cannot be drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChartError {
    /// A series has too few or too many values.
    #[error("{series}: {found} values for {needed} groups")]
    Length {
        /// Which series.
        series: String,
        /// Values given.
        found: usize,
        /// Values needed.
        needed: usize,
    },
    /// The drawing library failed.
    #[error("cannot draw: {0}")]
    Drawing(String),
}
