//! The plugin's window. [`Editor`] is what a shell owns and the host opens; it shows what an
//! [`EditorSource`](crate::core::view::EditorSource) tells it.
//!
//! `window` (the platform's side) → `app` (a frame) → `header`, `heard`, `page` and `footer`, made of `bars`, `past`,
//! `chooser`, `choice`, `message`, `number`, `segmented`, `switch` and `text_button`. `motion` moves the bars, `focus`
//! shows where the keys go, `parameter` what the host has to do with a control, `compare` has the sets A and B, and
//! `undo` takes changes back. `modifiers` keeps Shift, `pacing` says when the next frame is drawn, `room` is asked of the
//! host after a zoom, `x11` gives the host its keys, and `drop` takes files. `preferences` are the user's for all editors,
//! and `theme` has every colour and font. `offscreen` draws the same without a window.

mod app;
mod bars;
mod choice;
mod chooser;
mod compare;
#[cfg(target_os = "linux")]
mod drop;
mod focus;
mod footer;
mod header;
mod heard;
mod message;
mod modifiers;
mod motion;
mod number;
mod offscreen;
mod pacing;
mod page;
mod parameter;
mod past;
mod preferences;
mod room;
mod segmented;
mod switch;
#[cfg(test)]
mod test_snapshot;
mod text_button;
mod theme;
mod thread_end;
mod undo;
#[cfg(target_os = "windows")]
mod win32;
mod window;
#[cfg(target_os = "linux")]
mod x11;

pub use offscreen::{Offscreen, Picture};
pub use page::Page;
pub use theme::Look;
pub use window::{Editor, EditorError, WindowSize, run_alone};
