//! The CLAP side of the editor: a window of the host's platform, embedded in the host's.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clack_extensions::gui::{
    AspectRatioStrategy, GuiApiType, GuiConfiguration, GuiResizeHints, GuiSize, PluginGuiImpl,
    Window as HostWindow,
};
use clack_plugin::plugin::PluginError;
use egui_baseview::baseview::dpi::{LogicalSize, PhysicalSize, Size};
use egui_baseview::baseview::{self, ParentWindowHandle};
use egui_baseview::{EguiWindow, EguiWindowSettings, GraphicsConfig};

use super::app::EditorApp;
use super::source::EditorSource;
use super::thread_end::{self, ThreadEnd};

/// Size of the window when it is first opened, in points.
pub const DEFAULT_SIZE: (f64, f64) = (760.0, 640.0);
/// Smallest size of the window, in points.
pub const MIN_SIZE: (f64, f64) = (680.0, 360.0);
/// Largest size of the window, in points.
pub const MAX_SIZE: (f64, f64) = (2400.0, 2400.0);

/// Why the editor does not do what the host asked. The plugin goes on without it.
#[derive(Debug, thiserror::Error)]
pub enum EditorError {
    /// The host wants a kind of window that there is not.
    #[error("the editor opens only inside a window of the host, through {wanted}")]
    Unsupported {
        /// The platform's window interface.
        wanted: &'static str,
    },
    /// The host asks for something out of turn.
    #[error("the editor is not open")]
    NotOpen,
    /// The host's window is not one.
    #[error("the host gave no valid window to open the editor in")]
    NoParent,
    /// The platform refuses to put the editor into the host's window.
    #[error(
        "the editor's window cannot be put into the host's: {0}; either the window that the host \
         gave is not there any more, or the display has no OpenGL 3.2: open the editor again"
    )]
    Parent(baseview::Error),
    /// The platform refuses.
    #[error("the editor's window: {0}; check that a display with OpenGL 3.2 or newer is there")]
    Platform(#[from] baseview::Error),
    /// A fault of ours, which must not reach the host.
    #[error("the editor's window panicked; close it and open it again")]
    Panicked,
}

/// The plugin's editor: closed, or one window. Closed it owns nothing but its source.
pub struct Editor {
    source: Arc<dyn EditorSource>,
    open: RefCell<Option<OpenWindow>>,
    /// The host's scale factor, for platforms that know none.
    scale: Cell<f64>,
}

struct OpenWindow {
    window: baseview::Window,
    visible: Arc<AtomicBool>,
    end: ThreadEnd,
}

impl Editor {
    /// A closed editor of `source`.
    #[must_use]
    pub fn new(source: Arc<dyn EditorSource>) -> Self {
        Self {
            source,
            open: RefCell::new(None),
            scale: Cell::new(1.0),
        }
    }

    fn with_window<T>(
        &self,
        action: impl FnOnce(&OpenWindow) -> Result<T, EditorError>,
    ) -> Result<T, EditorError> {
        let open = self.open.try_borrow().map_err(|_| EditorError::NotOpen)?;
        let open = open.as_ref().ok_or(EditorError::NotOpen)?;
        guarded(|| action(open))
    }

    fn open(&self) -> Result<(), EditorError> {
        self.close();
        let visible = Arc::new(AtomicBool::new(false));
        let (alive, end) = thread_end::pair();
        let app = EditorApp::new(Arc::clone(&self.source), Arc::clone(&visible), Some(alive));
        let window = guarded(|| {
            let window = EguiWindow::create(settings(), app)?;
            // On X11 a window closed before its thread waits for events would never end, and the
            // host's main thread with it (baseview 0.4, calloop 0.14). The thread answers this
            // request once it waits.
            window.resize(native_size(size_of(&window)))?;
            Ok(window)
        })?;
        *self.open.borrow_mut() = Some(OpenWindow {
            window,
            visible,
            end,
        });
        Ok(())
    }

    fn close(&self) {
        let Some(open) = self.open.borrow_mut().take() else {
            return;
        };
        let OpenWindow { window, end, .. } = open;
        let closed = guarded(|| {
            drop(window);
            Ok(())
        });
        if closed.is_err() {
            tracing::error!("the editor's window panicked");
        }
        if cfg!(target_os = "linux") && !end.wait() {
            tracing::error!("the editor's window does not end");
        }
    }

    /// Size limits in the units of the host: `bound` in points.
    fn native(&self, bound: (f64, f64)) -> GuiSize {
        let scale = if cfg!(target_os = "macos") {
            1.0
        } else {
            self.with_window(|open| Ok(open.window.size().scale_factor))
                .map_or(1.0, |scale| scale.max(self.scale.get()))
        };
        GuiSize {
            width: (bound.0 * scale).round() as u32,
            height: (bound.1 * scale).round() as u32,
        }
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.close();
    }
}

/// Runs `action` so that no panic passes it.
fn guarded<T>(action: impl FnOnce() -> Result<T, EditorError>) -> Result<T, EditorError> {
    catch_unwind(AssertUnwindSafe(action)).unwrap_or(Err(EditorError::Panicked))
}

/// How the window is created.
pub(super) fn settings() -> EguiWindowSettings {
    let size = |(width, height)| Size::Logical(LogicalSize::new(width, height));
    // No repaint notifier: a frame asked for before the window is mapped would never come, and
    // with it none after (baseview 0.4 waits for its completion). The app asks for its own.
    let graphics = GraphicsConfig {
        // There is no gradient to dither, and without a GPU it costs as much as all the rest.
        dithering: false,
        ..GraphicsConfig::default()
    };
    EguiWindowSettings::new()
        .with_graphics_config(graphics)
        .with_title("Tagline")
        .with_size(size(DEFAULT_SIZE))
        .with_min_size(Some(size(MIN_SIZE)))
        .with_max_size(Some(size(MAX_SIZE)))
        .with_resizable(true)
        .with_wait_for_parent(true)
        .with_repaint_poll_interval(std::time::Duration::from_secs(3600))
}

/// Size of `window` in the units of the platform's window interface.
fn size_of(window: &baseview::Window) -> GuiSize {
    let size = window.size();
    if cfg!(target_os = "macos") {
        GuiSize {
            width: size.logical.width.round() as u32,
            height: size.logical.height.round() as u32,
        }
    } else {
        GuiSize {
            width: size.physical.width,
            height: size.physical.height,
        }
    }
}

/// `size` in the units of the platform's window interface.
fn native_size(size: GuiSize) -> Size {
    if cfg!(target_os = "macos") {
        Size::Logical(LogicalSize::new(size.width.into(), size.height.into()))
    } else {
        Size::Physical(PhysicalSize::new(size.width, size.height))
    }
}

fn parent(window: HostWindow) -> Result<ParentWindowHandle, EditorError> {
    let is_null = window.as_x11_handle().is_some_and(|id| id == 0)
        || window.as_win32_hwnd().is_some_and(|hwnd| hwnd.is_null())
        || window.as_cocoa_nsview().is_some_and(|view| view.is_null());
    if is_null || Some(window.api_type()) != GuiApiType::default_for_current_platform() {
        return Err(EditorError::NoParent);
    }
    guarded(|| Ok(ParentWindowHandle::from_window(&window)))
}

impl PluginGuiImpl for Editor {
    fn is_api_supported(&self, configuration: GuiConfiguration) -> bool {
        !configuration.is_floating
            && GuiApiType::default_for_current_platform() == Some(configuration.api_type)
    }

    fn get_preferred_api(&self) -> Option<GuiConfiguration<'_>> {
        Some(GuiConfiguration {
            api_type: GuiApiType::default_for_current_platform()?,
            is_floating: false,
        })
    }

    fn create(&self, configuration: GuiConfiguration) -> Result<(), PluginError> {
        if !self.is_api_supported(configuration) {
            let wanted = GuiApiType::default_for_current_platform()
                .and_then(|api| api.0.to_str().ok())
                .unwrap_or("no interface of this platform");
            return Err(EditorError::Unsupported { wanted }.into());
        }
        Ok(self.open()?)
    }

    fn destroy(&self) {
        self.close();
    }

    fn set_scale(&self, scale: f64) -> Result<(), PluginError> {
        let scale = if scale.is_finite() { scale } else { 1.0 };
        let scale = scale.clamp(0.5, 8.0);
        self.scale.set(scale);
        Ok(self.with_window(|open| Ok(open.window.suggest_fallback_scale_factor(scale)?))?)
    }

    fn get_size(&self) -> Option<GuiSize> {
        self.with_window(|open| Ok(size_of(&open.window))).ok()
    }

    fn can_resize(&self) -> bool {
        true
    }

    fn get_resize_hints(&self) -> Option<GuiResizeHints> {
        Some(GuiResizeHints {
            can_resize_horizontally: true,
            can_resize_vertically: true,
            strategy: AspectRatioStrategy::Disregard,
        })
    }

    fn adjust_size(&self, size: GuiSize) -> Option<GuiSize> {
        let (least, most) = (self.native(MIN_SIZE), self.native(MAX_SIZE));
        Some(GuiSize {
            width: size.width.clamp(least.width, most.width),
            height: size.height.clamp(least.height, most.height),
        })
    }

    fn set_size(&self, size: GuiSize) -> Result<(), PluginError> {
        // An X11 window of size 0, or of more than 16 bits, is an error that closes the display.
        let size = self.adjust_size(size).unwrap_or(size);
        Ok(self.with_window(|open| Ok(open.window.resize(native_size(size))?))?)
    }

    fn set_parent(&self, window: HostWindow) -> Result<(), PluginError> {
        let parent = parent(window)?;
        let taken =
            self.with_window(|open| open.window.set_parent(parent).map_err(EditorError::Parent));
        Ok(taken?)
    }

    fn set_transient(&self, _window: HostWindow) -> Result<(), PluginError> {
        Err(EditorError::Unsupported {
            wanted: "an embedded window",
        }
        .into())
    }

    fn show(&self) -> Result<(), PluginError> {
        Ok(self.with_window(|open| {
            open.visible.store(true, Ordering::Relaxed);
            Ok(open.window.show()?)
        })?)
    }

    fn hide(&self) -> Result<(), PluginError> {
        Ok(self.with_window(|open| {
            open.visible.store(false, Ordering::Relaxed);
            Ok(open.window.hide()?)
        })?)
    }
}
