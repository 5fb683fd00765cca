//! A small VST3 host: what a DAW does with the bundle, with its habits as options.
//!
//! [`Vst3Module`] is the loaded library, [`Vst3Plugin`] one instance of its first class. The other
//! types are the objects that a host hands to a plugin, and they record what the plugin does with
//! them: [`HandlerCall`] with the thread it came on, [`Bytes`] with a stream's habits, [`RunLoop`]
//! with the timers.

// The enumerations of the interfaces have another type on Windows.
#![allow(clippy::unnecessary_cast)]

mod arrangement;
mod attributes;
mod block;
mod calls;
mod changes;
mod context;
mod event_list;
mod frame;
mod handler;
mod instance;
mod menu;
mod module;
mod parameters;
mod preset;
mod run_loop;
mod setup;
mod stream;
mod text;
mod view;

pub use arrangement::arrangement_of;
pub use calls::{Asked, HandlerCall};
pub use changes::ParameterChanges;
pub use event_list::EventList;
pub use instance::{RunLoopFrom, Vst3Host, Vst3Plugin};
pub use module::{ClassInfo, Vst3Module};
pub use run_loop::RunLoop;
pub use stream::{Bytes, StreamHabits};
pub use view::Vst3View;
