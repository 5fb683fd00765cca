//! The styles, one file a genre.

mod jazz;
mod rock;
mod shared;
mod techno;

use super::style::Style;

/// Every genre with its styles. A corpus holds all genres equally often.
pub(crate) const GENRES: &[(&str, &[&Style])] = &[
    ("jazz", jazz::STYLES),
    ("rock", rock::STYLES),
    ("techno", techno::STYLES),
];
