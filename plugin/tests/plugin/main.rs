//! The plugin in a host in the same process: one program, which is linked once.

mod bounce;
mod common;
mod driving;
mod editor_cost;
mod editor_pictures;
mod macros;
mod malformed_calls;
mod pass_through;
mod recipes;
mod session;
mod status;
mod timers;
