//! What an event means for everything around the choice of a model.

use std::path::PathBuf;
use std::sync::Arc;

use tagline_engine::{Backend, ModelSource};

use crate::core::host::{Changed, Severity};

/// Whether there is an analysis that can be asked for a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Analysis {
    /// The plugin is not active, or cannot analyse at the host's rate.
    Off,
    /// It runs.
    On,
    /// It has come to an unexpected end and answers nothing any more.
    Ended,
}

/// The consequences of an event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effects {
    /// What the host must read again.
    pub changed: Changed,
    /// Whether the state would be saved differently.
    pub state: bool,
    /// The analysis must be asked for this model.
    pub ask: Option<ModelSource>,
    /// This file's metadata must be read, for [`ModelChoice::names_read`].
    pub read: Option<PathBuf>,
    /// What runs the network now, where that has changed.
    pub running: Option<Option<Backend>>,
    /// Driven values of models before this one must go; [`u32::MAX`] stands for all.
    pub take_back: Option<u32>,
    /// Whether a bounce that has given up waiting may wait again.
    pub wait_again: bool,
    /// What people must be told in the host's log.
    pub log: Option<(Severity, Arc<str>)>,
}
