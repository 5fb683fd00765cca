//! The VST3 shell: what a VST3 host sees, over the plugin's [core](crate::core).
//!
//! `entry`, `factory` and `class` say what there is. One object, [`plugin`], is component, processor
//! and controller at once; `component`, `processor`, `controller` and `units` are its interfaces,
//! and `buses` and `arrangement` its ports. `audio`, `points` and `outputs` are the audio thread's.
//! `view` is the editor in a host's window, `menu` the host's menu, `track` what it says of the track, and
//! `shown` what the controller has been told and the processor has not.
//!
//! **The host's main thread.** Gestures (`beginEdit`, `performEdit`, `endEdit`) and
//! `restartComponent` may only come on it, so a timer on that thread ([`timer`]) tells what the
//! audio thread has left in [`gestures`]. On Windows and macOS the system has such timers. On Linux
//! the host's run loop has them; a host shows it in its context, in its component handler, or in the
//! frame of a view. Where there is none, as long as there is none:
//!
//! - values reach the host in `process`, each at its sample;
//! - gestures are not told, and nothing of them is kept for later;
//! - names that have changed are told when the host next activates or deactivates the plugin, and a
//!   host that reads them gets the newest at any time.
//!
//! Everything that may be called is called with nothing locked. Every method ends panics
//! ([`abi`]), and `process` writes its output before it looks at anything else.

// The enumerations of the interfaces have another type on Windows.
#![allow(clippy::unnecessary_cast)]

mod abi;
mod arrangement;
mod audio;
mod audio_side;
mod buses;
mod class;
mod component;
mod controller;
mod entry;
mod factory;
mod gestures;
mod host;
mod location;
mod menu;
mod outputs;
mod plugin;
mod points;
mod processor;
mod serial;
mod shown;
mod stream;
mod text;
mod timer;
mod track;
mod units;
mod view;
