//! Everything that the engine promises to its users: one program, which is linked once.

mod front_end;
mod incremental;
mod model;
mod network;
mod service;

/// Lets `assert_no_alloc` see every allocation of these tests.
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;
