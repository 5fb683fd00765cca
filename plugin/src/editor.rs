//! The plugin's window. [`Editor`] is what the plugin owns and the host opens; it shows what an
//! [`EditorSource`] tells it.
//!
//! `window` (CLAP's side) → `app` (a frame) → `header`, `heard`, `page` and `footer`, made of
//! `bars`, `chooser`, `message`, `segmented` and `switch`. `motion` moves the bars, `pacing` says
//! when the next frame is drawn, `theme` has every colour and font.

mod app;
mod bars;
mod chooser;
mod footer;
mod header;
mod heard;
mod message;
mod motion;
mod pacing;
mod page;
pub mod preview;
mod segmented;
mod source;
mod switch;
mod theme;
mod thread_end;
mod window;

pub use source::{EditorSource, ModelInForce, Settings, Snapshot, setting};
pub use window::{Editor, EditorError};
