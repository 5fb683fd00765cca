//! The editor's window: one of the host's platform, embedded in the host's. It knows no plugin
//! format; the shells call it on the host's main thread.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use egui_baseview::baseview::dpi::{LogicalSize, PhysicalSize, Size};
use egui_baseview::baseview::{self, ParentWindowHandle};
use egui_baseview::{EguiWindow, EguiWindowSettings, GraphicsConfig};
use raw_window_handle::{HasWindowHandle, RawWindowHandle};

use super::app::EditorApp;
use super::page::Page;
use super::thread_end::{self, ThreadEnd};
use crate::core::view::EditorSource;
use crate::core::window::{self, MAX_SIZE, MIN_SIZE, WindowPlace};

/// Why the editor does not do what the host asked. The plugin goes on without it.
#[derive(Debug, thiserror::Error)]
pub enum EditorError {
    /// The host asks for something out of turn.
    #[error("the editor is not open")]
    NotOpen,
    /// The host's window is not a window of the platform.
    #[error("the host gave no valid window to open the editor in")]
    NoParent,
    /// The host's window has been destroyed.
    #[error(
        "the editor cannot be opened because the window that the host gave for it has gone; open \
         the editor again"
    )]
    ParentHasGone,
    /// The platform refuses to put the editor into the host's window.
    #[error("the editor's window cannot be put into the host's: {0}; open the editor again")]
    Parent(baseview::Error),
    /// The platform refuses.
    #[error("the editor's window: {0}; check that a display with OpenGL 3.2 or newer is there")]
    Platform(#[from] baseview::Error),
    /// A fault of Tagline's, which must not reach the host.
    #[error("the editor's window panicked; close it and open it again")]
    Panicked,
}

/// Width and height in the units of the platform's window interface: points on macOS, pixels
/// elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowSize {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// The plugin's editor: closed, or one window. Closed it owns nothing but its source.
pub struct Editor {
    source: Arc<dyn EditorSource>,
    open: RefCell<Option<OpenWindow>>,
    /// The host's scale factor, for platforms without one of their own.
    scale: Cell<f64>,
}

struct OpenWindow {
    window: baseview::Window,
    visible: Arc<AtomicBool>,
    edits_text: Arc<AtomicBool>,
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

    /// Creates the window, without a parent and hidden. A window that is open is closed first.
    ///
    /// # Errors
    /// [`EditorError::Platform`] if there is no display with OpenGL.
    pub fn open(&self) -> Result<(), EditorError> {
        self.close();
        let visible = Arc::new(AtomicBool::new(false));
        let (alive, end) = thread_end::pair();
        let app = EditorApp::new(Arc::clone(&self.source), Arc::clone(&visible), Some(alive));
        let edits_text = app.edits_text();
        let window = guarded(|| {
            let window = EguiWindow::create(settings(self.source.window()), app)?;
            // On X11 a window closed before its thread waits for events would never end, and the
            // host's main thread with it (baseview 0.4, calloop 0.14). The thread answers this
            // request once it waits.
            window.resize(native_size(size_of(&window)))?;
            Ok(window)
        });
        #[cfg(target_os = "windows")]
        super::win32::destroy_forgotten_windows();
        let window = window?;
        *self.open.borrow_mut() = Some(OpenWindow {
            window,
            visible,
            edits_text,
            end,
        });
        Ok(())
    }

    /// Closes the window, if it is open, and waits until it has gone.
    pub fn close(&self) {
        let Some(open) = self.open.borrow_mut().take() else {
            return;
        };
        let OpenWindow { window, end, .. } = open;
        self.remember(&window);
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

    /// Takes the host's scale factor, for platforms without one of their own.
    ///
    /// # Errors
    /// [`EditorError`] if the window is not open or its platform refuses.
    pub fn set_scale(&self, scale: f64) -> Result<(), EditorError> {
        let scale = if scale.is_finite() { scale } else { 1.0 };
        let scale = scale.clamp(0.5, 8.0);
        self.scale.set(scale);
        self.with_window(|open| Ok(open.window.suggest_fallback_scale_factor(scale)?))
    }

    /// The window's size; `None` while it is not open.
    pub fn size(&self) -> Option<WindowSize> {
        self.with_window(|open| Ok(size_of(&open.window))).ok()
    }

    /// The size nearest to `size` that the window can have.
    pub fn nearest_size(&self, size: WindowSize) -> WindowSize {
        let (least, most) = (self.native(MIN_SIZE), self.native(MAX_SIZE));
        WindowSize {
            width: size.width.clamp(least.width, most.width),
            height: size.height.clamp(least.height, most.height),
        }
    }

    /// Gives the window the size nearest to `size`.
    ///
    /// # Errors
    /// [`EditorError`] if the window is not open or its platform refuses.
    pub fn resize(&self, size: WindowSize) -> Result<(), EditorError> {
        // An X11 window of size 0, or of more than 16 bits, is an error that closes the display.
        let size = self.nearest_size(size);
        self.with_window(|open| {
            open.window.resize(native_size(size))?;
            let place = self.place_of(&open.window, size);
            self.source.set_window(place);
            Ok(())
        })
    }

    /// The size that a window has before it is opened for the first time, at a scale of the host's.
    pub fn wanted_size(&self, scale: f64) -> WindowSize {
        let place = self.source.window();
        let native = |points: f64| (points * place.zoom * scale).round() as u32;
        WindowSize {
            width: native(place.width),
            height: native(place.height),
        }
    }

    /// A size of the platform's as the session keeps it.
    fn place_of(&self, window: &baseview::Window, size: WindowSize) -> WindowPlace {
        let zoom = self.source.window().zoom;
        let scale = zoom
            * if cfg!(target_os = "macos") {
                1.0
            } else {
                window.size().scale_factor
            };
        WindowPlace {
            height: f64::from(size.height) / scale,
            width: f64::from(size.width) / scale,
            zoom,
        }
    }

    /// Keeps the size of a window that is closed, for the session and for new instances.
    fn remember(&self, window: &baseview::Window) {
        let place = guarded(|| Ok(self.place_of(window, size_of(window))));
        let Ok(place) = place else { return };
        self.source.set_window(place);
        if let Some(file) = window::settings_file()
            && window::read(&file) != place.within_limits()
            && let Err(error) = window::write(&file, place)
        {
            tracing::warn!("{}: the editor's size is not kept: {error}", file.display());
        }
    }

    /// Puts the window into a window of the host, which outlives it.
    ///
    /// # Errors
    /// [`EditorError`] if the editor is not open, or the host's window is not valid or has gone.
    pub fn set_parent(&self, window: &impl HasWindowHandle) -> Result<(), EditorError> {
        let handle = window.window_handle().map(|handle| handle.as_raw());
        if !handle.is_ok_and(is_of_this_platform) {
            return Err(EditorError::NoParent);
        }
        self.with_window(|open| {
            let parent = ParentWindowHandle::from_window(window);
            open.window.set_parent(parent).map_err(|error| {
                #[cfg(target_os = "linux")]
                if super::x11::has_gone(window) {
                    return EditorError::ParentHasGone;
                }
                EditorError::Parent(error)
            })
        })
    }

    /// Whether the user edits text in the window, so that keys are the editor's and not the host's.
    #[must_use]
    pub fn edits_text(&self) -> bool {
        let edits = self.with_window(|open| Ok(open.edits_text.load(Ordering::Relaxed)));
        edits.unwrap_or(false)
    }

    /// Shows the window and draws it from now on.
    ///
    /// # Errors
    /// [`EditorError`] if the window is not open or its platform refuses.
    pub fn show(&self) -> Result<(), EditorError> {
        self.with_window(|open| {
            open.visible.store(true, Ordering::Relaxed);
            Ok(open.window.show()?)
        })
    }

    /// Hides the window; it costs nothing while it is hidden.
    ///
    /// # Errors
    /// [`EditorError`] if the window is not open or its platform refuses.
    pub fn hide(&self) -> Result<(), EditorError> {
        self.with_window(|open| {
            open.visible.store(false, Ordering::Relaxed);
            Ok(open.window.hide()?)
        })
    }

    /// `bound`, in points, in the units of the platform's window interface.
    fn native(&self, bound: (f64, f64)) -> WindowSize {
        let scale = if cfg!(target_os = "macos") {
            1.0
        } else {
            self.with_window(|open| Ok(open.window.size().scale_factor))
                .map_or(1.0, |scale| scale.max(self.scale.get()))
        } * self.source.window().zoom;
        WindowSize {
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
fn settings(place: WindowPlace) -> EguiWindowSettings {
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
        .with_size(size((place.width, place.height)))
        .with_zoom_factor(place.zoom as f32)
        .with_min_size(Some(size(MIN_SIZE)))
        .with_max_size(Some(size(MAX_SIZE)))
        .with_resizable(true)
        .with_wait_for_parent(true)
        .with_repaint_poll_interval(std::time::Duration::from_secs(3600))
}

/// Size of `window` in the units of the platform's window interface.
fn size_of(window: &baseview::Window) -> WindowSize {
    let size = window.size();
    if cfg!(target_os = "macos") {
        WindowSize {
            width: size.logical.width.round() as u32,
            height: size.logical.height.round() as u32,
        }
    } else {
        WindowSize {
            width: size.physical.width,
            height: size.physical.height,
        }
    }
}

/// `size` in the units of the platform's window interface.
fn native_size(size: WindowSize) -> Size {
    if cfg!(target_os = "macos") {
        Size::Logical(LogicalSize::new(size.width.into(), size.height.into()))
    } else {
        Size::Physical(PhysicalSize::new(size.width, size.height))
    }
}

fn is_of_this_platform(handle: RawWindowHandle) -> bool {
    match handle {
        RawWindowHandle::Xlib(handle) => cfg!(target_os = "linux") && handle.window != 0,
        RawWindowHandle::Xcb(_) => cfg!(target_os = "linux"),
        RawWindowHandle::Win32(_) => cfg!(target_os = "windows"),
        RawWindowHandle::AppKit(_) => cfg!(target_os = "macos"),
        _ => false,
    }
}

/// Opens an editor in a window of its own, in `size` points and on `page`, until it is closed. For
/// looking at the editor without a host.
///
/// # Errors
/// [`EditorError`] if there is no display with OpenGL.
pub fn run_alone(
    source: Arc<dyn EditorSource>,
    page: Page,
    size: (f64, f64),
) -> Result<(), EditorError> {
    let mut app = EditorApp::new(source, Arc::new(AtomicBool::new(true)), None);
    app.page = page;
    let place = WindowPlace {
        width: size.0,
        height: size.1,
        ..WindowPlace::default()
    };
    let mut settings = settings(place);
    settings.wait_for_parent = false;
    EguiWindow::create(settings, app)?.run_until_closed()?;
    Ok(())
}
