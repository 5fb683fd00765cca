//! Files that are written whole or not at all, whatever ends the process.
//!
//! - [`atomic`] writes a file under a temporary name and then puts it in place.
//! - [`interrupt`] takes Ctrl-C over: it removes temporary files, and lets long work end well.
//! - [`Lock`] keeps two processes from working in one folder.
//! - [`hash`] names content by its SHA-256.
//! - [`advice`] ends a message about a write that failed.

mod advice;
pub mod atomic;
pub mod hash;
pub mod interrupt;
mod lock;

pub use advice::{advice, not_written};
pub use lock::{LOCK, Lock};
