//! The plugin's window.

mod source;

pub use source::{EditorSource, ModelInForce, Settings, Snapshot, setting};
