//! The streaming front-end: exactness, resampling, streaming, the update grid, and no allocation.

mod analyzer;
mod exact;
mod kinds;
mod rates;
mod stream;
mod support;
