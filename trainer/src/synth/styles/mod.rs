//! The styles, one file a genre.

mod ambient;
mod baroque;
mod blues;
mod classical;
mod country;
mod electronic;
mod folk;
mod funk;
mod hip_hop;
mod house;
mod indian;
mod jazz;
mod latin;
mod metal;
mod new_age;
mod pop;
mod reggae;
mod rock;
mod shared;
mod soundtrack;
mod techno;

use super::style::Style;

/// Every genre with its styles, those named twice drawn twice as often. A corpus holds all genres
/// equally often.
pub(crate) const GENRES: &[(&str, &[&Style])] = &[
    ("ambient", ambient::STYLES),
    ("baroque", baroque::STYLES),
    ("blues", blues::STYLES),
    ("classical", classical::STYLES),
    ("country", country::STYLES),
    ("electronic", electronic::STYLES),
    ("folk", folk::STYLES),
    ("funk", funk::STYLES),
    ("hip hop", hip_hop::STYLES),
    ("house", house::STYLES),
    ("indian", indian::STYLES),
    ("jazz", jazz::STYLES),
    ("latin", latin::STYLES),
    ("metal", metal::STYLES),
    ("new age", new_age::STYLES),
    ("pop", pop::STYLES),
    ("reggae", reggae::STYLES),
    ("rock", rock::STYLES),
    ("soundtrack", soundtrack::STYLES),
    ("techno", techno::STYLES),
];
