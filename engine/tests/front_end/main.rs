//! The streaming front-end: exactness, resampling, streaming, the update grid, and no allocation.

mod analyzer;
mod exact;
mod kinds;
mod rates;
mod stream;
mod support;

/// Lets `assert_no_alloc` see every allocation of these tests.
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;
