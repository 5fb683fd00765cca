//! What the plugin may ask the host for.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use clack_extensions::latency::{HostLatency, HostLatencyImpl};
use clack_extensions::log::{HostLog, HostLogImpl, LogSeverity};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags,
};
use clack_extensions::state::{HostState, HostStateImpl};
use clack_host::prelude::*;

/// Requests of the plugin, as flags that any of its threads may set.
#[derive(Default)]
pub(crate) struct Requests {
    pub(crate) process: AtomicBool,
    pub(crate) callback: AtomicBool,
    pub(crate) flush: AtomicBool,
    pub(crate) dirty: AtomicBool,
    /// Times the plugin said that parameters' names, ranges or values have changed.
    pub(crate) rescans: AtomicU32,
    /// Lines that the plugin logged, oldest first.
    pub(crate) log: Mutex<Vec<String>>,
}

/// The most lines of the plugin's log that are kept.
const MAX_LOG_LINES: usize = 1_000;

impl SharedHandler<'_> for Requests {
    /// The plugin never needs one.
    fn request_restart(&self) {}

    fn request_process(&self) {
        self.process.store(true, Ordering::Release);
    }

    fn request_callback(&self) {
        self.callback.store(true, Ordering::Release);
    }
}

impl HostParamsImplShared for Requests {
    fn request_flush(&self) {
        self.flush.store(true, Ordering::Release);
    }
}

impl HostLogImpl for Requests {
    fn log(&self, severity: LogSeverity, message: &str) {
        tracing::debug!("plugin: {severity}: {message}");
        if let Ok(mut log) = self.log.lock()
            && log.len() < MAX_LOG_LINES
        {
            log.push(format!("{severity}: {message}"));
        }
    }
}

/// The main thread's half. It only passes on what it is told.
pub(crate) struct MainThread<'a> {
    requests: &'a Requests,
}

impl<'a> MainThread<'a> {
    pub(crate) fn new(requests: &'a Requests) -> Self {
        Self { requests }
    }
}

impl<'a> MainThreadHandler<'a> for MainThread<'a> {}

impl HostParamsImplMainThread for MainThread<'_> {
    fn rescan(&self, _flags: ParamRescanFlags) {
        self.requests.rescans.fetch_add(1, Ordering::AcqRel);
    }

    fn clear(&self, _param_id: ClapId, _flags: ParamClearFlags) {}
}

impl HostStateImpl for MainThread<'_> {
    fn mark_dirty(&self) {
        self.requests.dirty.store(true, Ordering::Release);
    }
}

impl HostLatencyImpl for MainThread<'_> {
    fn changed(&self) {}
}

/// The host, as clack sees it.
pub(crate) struct Handlers;

impl HostHandlers for Handlers {
    type Shared<'a> = Requests;
    type MainThread<'a> = MainThread<'a>;
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _shared: &Self::Shared<'_>) {
        builder
            .register::<HostParams>()
            .register::<HostState>()
            .register::<HostLatency>()
            .register::<HostLog>();
    }
}
