//! The plugin's window. [`Editor`] is what a shell owns and the host opens; it shows what an
//! [`EditorSource`](crate::core::view::EditorSource) tells it.
//!
//! `window` (the platform's side) → `app` (a frame) → `header`, `heard`, `page` and `footer`, made
//! of `bars`, `chooser`, `choice`, `message`, `segmented` and `switch`. `motion` moves the bars,
//! `undo` takes changes back, `pacing` says when the next frame is drawn, `x11` gives the host its keys, and `theme` has every
//! colour and font.

mod app;
mod bars;
mod choice;
mod chooser;
mod footer;
mod header;
mod heard;
mod message;
mod motion;
mod pacing;
mod page;
mod segmented;
mod switch;
#[cfg(test)]
mod test_snapshot;
mod theme;
mod thread_end;
mod undo;
#[cfg(target_os = "windows")]
mod win32;
mod window;
#[cfg(target_os = "linux")]
mod x11;

pub use page::Page;
pub use window::{DEFAULT_SIZE, Editor, EditorError, WindowSize, run_alone};
