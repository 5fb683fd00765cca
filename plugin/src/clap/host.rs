//! What the plugin's core asks of a CLAP host.

use std::ffi::{CStr, CString};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clack_extensions::context_menu::{ContextMenuTarget, HostContextMenu};
use clack_extensions::gui::HostGui;
use clack_extensions::log::{HostLog, LogSeverity};
use clack_extensions::params::{HostParams, ParamRescanFlags};
use clack_extensions::state::HostState;
use clack_plugin::host::{HostInfo, HostMainThreadHandle, HostSharedHandle};
use clack_plugin::plugin::PluginShared;
use clack_plugin::utils::ClapId;

use crate::core::{Changed, Host, MainHost, Severity};

/// The host's `request_callback`, for threads that may outlive the instance by a moment. It does
/// nothing before [`AnyThread::connect`] and after [`AnyThread::disconnect`].
#[derive(Default)]
pub struct AnyThread(Mutex<Option<HostSharedHandle<'static>>>);

impl AnyThread {
    /// Calls go to `host` from now on, until [`Self::disconnect`], which must come before `host`
    /// goes.
    pub fn connect(&self, host: HostSharedHandle<'_>) {
        // SAFETY: the owner disconnects before the host's handle dies, and both that and the use
        // of the handle happen under the lock.
        *self.lock() = Some(unsafe { host.with_arbitrary_lifetime() });
    }

    /// Forgets the host.
    pub fn disconnect(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<HostSharedHandle<'static>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host for AnyThread {
    fn request_main_thread(&self) {
        if let Some(host) = &*self.lock() {
            host.request_callback();
        }
    }
}

/// The names of hosts that count every value that a plugin sends as a change of the project, whatever
/// its flags say. This is Qtractor's.
const COUNT_EVERY_VALUE: [&CStr; 1] = [c"qtractorClapPlugin"];

/// Whether `host` may be sent values that it must not record, and be told to read values again. One
/// that counts them as changes reads them by itself, when it saves; otherwise playing alone, and even
/// opening, would modify the project.
pub fn takes_live_values(host: &HostInfo<'_>) -> bool {
    let name = host.name();
    !COUNT_EVERY_VALUE.iter().any(|known| Some(*known) == name)
}

/// What all threads of an instance may use.
pub struct Shared {
    /// The host, for every thread.
    pub host: Arc<AnyThread>,
    /// Folders in which ONNX Runtime's library is looked for first.
    pub library_dirs: Vec<PathBuf>,
    /// See [`takes_live_values`].
    pub takes_live_values: bool,
}

impl PluginShared<'_> for Shared {}

/// The host's extensions for the main thread, as far as it has them.
pub struct MainThreadHost<'a> {
    host: HostMainThreadHandle<'a>,
    params: Option<HostParams>,
    state: Option<HostState>,
    log: Option<HostLog>,
    menu: Option<HostContextMenu>,
    gui: Option<HostGui>,
    takes_live_values: bool,
}

impl<'a> MainThreadHost<'a> {
    /// Asks `host` for its extensions.
    pub fn new(host: HostMainThreadHandle<'a>) -> Self {
        Self {
            host,
            params: host.get_extension(),
            state: host.get_extension(),
            log: host.get_extension(),
            menu: host.get_extension(),
            gui: host.get_extension(),
            takes_live_values: takes_live_values(host.shared().as_info()),
        }
    }
}

impl MainHost for MainThreadHost<'_> {
    fn parameters_changed(&self, changed: Changed) {
        let mut flags = ParamRescanFlags::empty();
        flags.set(
            ParamRescanFlags::VALUES,
            changed.values && self.takes_live_values,
        );
        flags.set(ParamRescanFlags::TEXT, changed.texts);
        flags.set(ParamRescanFlags::INFO, changed.infos);
        if let Some(params) = &self.params
            && !flags.is_empty()
        {
            params.rescan(&self.host, flags);
        }
    }

    fn state_changed(&self) {
        if let Some(state) = &self.state {
            state.mark_dirty(&self.host);
        }
    }

    fn request_flush(&self) {
        if let Some(params) = &self.params {
            params.request_flush(&self.host);
        }
    }

    fn has_menus(&self) -> bool {
        let menu = self.menu.as_ref();
        menu.is_some_and(|menu| menu.can_popup(&self.host))
    }

    fn show_menu(&self, id: u32, (x, y): (i32, i32)) {
        if let Some(menu) = &self.menu {
            let target = ContextMenuTarget::Param(ClapId::new(id));
            if menu.popup(&self.host, target, 0, x, y).is_err() {
                self.log(Severity::Warning, "the host does not show its menu");
            }
        }
    }

    fn resize_editor(&self, width: u32, height: u32) {
        if let Some(gui) = &self.gui {
            // A host that refuses keeps its window, and the editor its size.
            let _ = gui.request_resize(&self.host.shared(), width, height);
        }
    }

    fn log(&self, severity: Severity, message: &str) {
        let severity = match severity {
            Severity::Warning => LogSeverity::Warning,
            Severity::Error => LogSeverity::Error,
        };
        if let Some(log) = &self.log
            && let Ok(message) = CString::new(message.replace('\0', " "))
        {
            log.log(&self.host.shared(), severity, &message);
        }
    }
}
