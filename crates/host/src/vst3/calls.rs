//! The calls of a plugin to its VST3 host, with the thread that each comes on.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ThreadId;

use vst3::Steinberg::Vst::{ParamID, ParamValue};
use vst3::Steinberg::int32;

/// Something the plugin asked of the host.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Asked {
    /// `beginEdit` of this parameter.
    Begin(ParamID),
    /// `performEdit` of this parameter, with the normalised value.
    Perform(ParamID, ParamValue),
    /// `endEdit` of this parameter.
    End(ParamID),
    /// `restartComponent` with these flags.
    Restart(int32),
    /// `setDirty`.
    Dirty(bool),
    /// The host's menu for this parameter, at a point of the view.
    Menu(ParamID, (i32, i32)),
}

/// A call of the plugin's to its host.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HandlerCall {
    /// The thread that it came on.
    pub thread: ThreadId,
    /// What was asked.
    pub asked: Asked,
}

/// What has been asked, oldest first.
pub(super) type Calls = Arc<Mutex<Vec<HandlerCall>>>;

/// Notes that the plugin asks for something.
pub(super) fn note(calls: &Calls, asked: Asked) {
    let call = HandlerCall {
        thread: std::thread::current().id(),
        asked,
    };
    let mut calls = calls.lock().unwrap_or_else(PoisonError::into_inner);
    calls.push(call);
}
