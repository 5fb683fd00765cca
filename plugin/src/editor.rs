//! The plugin's window. [`Editor`] is what a shell owns and the host opens; it shows what an
//! [`EditorSource`](crate::core::view::EditorSource) tells it.
//!
//! `window` (the platform's side) → `app` (a frame) → `header`, `heard`, `page` and `footer`, made
//! of `bars`, `past`, `chooser`, `choice`, `message`, `segmented` and `switch`. `motion` moves the bars,
//! `undo` takes changes back, `pacing` says when the next frame is drawn, `x11` gives the host its keys, `preferences` are
//! the user's for all editors, and `theme` has every colour and font. `offscreen` draws the same without a window.

mod app;
mod bars;
mod choice;
mod chooser;
mod footer;
mod header;
mod heard;
mod message;
mod motion;
mod offscreen;
mod pacing;
mod page;
mod past;
mod preferences;
mod segmented;
mod switch;
#[cfg(test)]
mod test_snapshot;
mod theme;
mod thread_end;
mod undo;
mod window;
#[cfg(target_os = "linux")]
mod x11;

pub use offscreen::{Offscreen, Picture};
pub use page::Page;
pub use theme::Look;
pub use window::{DEFAULT_SIZE, Editor, EditorError, WindowSize, run_alone};
