//! What the plugin may ask the host for.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

use clack_extensions::context_menu::{
    ContextMenuBuilder, ContextMenuTarget, HostContextMenu, HostContextMenuImpl,
};
use clack_extensions::gui::{GuiSize, HostGui, HostGuiImpl};
use clack_extensions::latency::{HostLatency, HostLatencyImpl};
use clack_extensions::log::{HostLog, HostLogImpl, LogSeverity};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags,
};
use clack_extensions::state::{HostState, HostStateImpl};
use clack_extensions::track_info::{HostTrackInfo, HostTrackInfoImpl, TrackInfo, TrackInfoWriter};
use clack_host::prelude::*;
use clack_host::utils::Color;

/// The track that the plugin is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// Its name.
    pub name: String,
    /// Red, green and blue.
    pub colour: [u8; 3],
}

/// Requests of the plugin, as flags that any of its threads may set.
#[derive(Default)]
pub(crate) struct Requests {
    pub(crate) process: AtomicBool,
    pub(crate) callback: AtomicBool,
    pub(crate) flush: AtomicBool,
    pub(crate) dirty: AtomicBool,
    /// Times the plugin said that parameters' names, ranges or values have changed.
    pub(crate) rescans: AtomicU32,
    /// Menus that the plugin asked for, oldest first: the parameter, and where.
    pub(crate) menus: Mutex<Vec<(u32, (i32, i32))>>,
    /// Sizes of the editor that the plugin asked for, oldest first.
    pub(crate) sizes: Mutex<Vec<(u32, u32)>>,
    /// The plugin's track, if the host says which it is.
    pub(crate) track: OnceLock<Track>,
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

impl HostContextMenuImpl for MainThread<'_> {
    /// The host shows its own menu, and lends nobody its items.
    fn populate(
        &self,
        _target: ContextMenuTarget,
        _builder: &mut ContextMenuBuilder<'_>,
    ) -> Result<(), HostError> {
        Err(HostError::Message("this host shows its menu by itself"))
    }

    fn perform(&self, _target: ContextMenuTarget, _action: ClapId) -> Result<(), HostError> {
        Err(HostError::Message("this host shows its menu by itself"))
    }

    fn can_popup(&self) -> bool {
        true
    }

    fn popup(
        &self,
        target: ContextMenuTarget,
        _screen_index: i32,
        x: i32,
        y: i32,
    ) -> Result<(), HostError> {
        if let (ContextMenuTarget::Param(id), Ok(mut menus)) = (target, self.requests.menus.lock())
        {
            menus.push((id.get(), (x, y)));
        }
        Ok(())
    }
}

impl HostTrackInfoImpl for MainThread<'_> {
    fn get<'a>(&'a self, writer: &mut TrackInfoWriter<'_, 'a>) {
        if let Some(track) = self.requests.track.get() {
            let [red, green, blue] = track.colour;
            let colour = Color {
                alpha: 255,
                red,
                green,
                blue,
            };
            let info = TrackInfo::new().with_name(Some(track.name.as_bytes()));
            writer.set(&info.with_color(Some(colour)));
        }
    }
}

impl HostGuiImpl for Requests {
    fn resize_hints_changed(&self) {}

    fn request_resize(&self, new_size: GuiSize) -> Result<(), HostError> {
        if let Ok(mut sizes) = self.sizes.lock() {
            sizes.push((new_size.width, new_size.height));
        }
        Ok(())
    }

    fn request_show(&self) -> Result<(), HostError> {
        Err(HostError::Message("this host shows editors by itself"))
    }

    fn request_hide(&self) -> Result<(), HostError> {
        Err(HostError::Message("this host hides editors by itself"))
    }

    fn closed(&self, _was_destroyed: bool) {}
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
            .register::<HostLog>()
            .register::<HostContextMenu>()
            .register::<HostTrackInfo>()
            .register::<HostGui>();
    }
}
