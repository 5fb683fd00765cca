//! Networks, whatever runs them.
//!
//! `choose` opens a model with the best backend: `tract`, or `onnxruntime` with the `library` that
//! it finds, each tried on the windows of `trial`. `incremental` computes only what is new in a
//! window. `guarded` stands around all of them, with every check.
//!
//! This wing knows models and front-ends, and nothing of streams and threads.

mod adapters;
mod backend;
mod choose;
mod guarded;
mod incremental;
mod inference;
mod library;
mod onnxruntime;
mod runner;
mod span;
mod tract;
mod trial;

pub use backend::{Backend, BackendChoice, BackendReport};
pub use choose::open_network;
pub(crate) use choose::open_network_while;
pub use incremental::NetworkState;
pub use inference::{InferenceError, Network};
pub use span::Span;
