//! Long work: it runs on several threads and reports how far it is.
//!
//! - `ordered` runs tasks side by side in bounded memory and gives their results in order.
//! - `ahead` makes things before they are asked for.
//! - [`Progress`] hears how far work is and can end it.

mod ahead;
mod epoch;
mod ordered;
mod progress;

use std::num::NonZeroUsize;

pub(crate) use ahead::{Ahead, ahead, threads};
pub use epoch::EpochRecord;
pub(crate) use epoch::exact;
#[cfg(test)]
pub(crate) use ordered::alone;
pub(crate) use ordered::{Desk, Held, NO_LIMIT, Room, ordered};
pub use progress::{Count, Event, Progress, Unit};

/// Number of processors; 1 if the system does not tell it.
#[must_use]
pub fn processors() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
