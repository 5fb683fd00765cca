//! Figures as SVG: lines, grouped bars, ranked bars. Text is left to the viewer's sans-serif font,
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
    /// Some numbers are missing or too many.
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
