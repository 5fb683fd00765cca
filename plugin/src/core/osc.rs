//! Tags and macros over OSC (Open Sound Control 1.0), as UDP datagrams.
//!
//! A thread of its own sends, while the plugin is active and OSC is on; the audio thread knows
//! nothing of it. `settings` says where to, `packet` what, `sender` is the thread, and `link` is what
//! the other threads have of it.

mod link;
mod packet;
mod sender;
mod settings;

pub use link::OscLink;
pub use settings::{MAX_RATE_HZ, OscError, OscSettings};
