//! Main thread: the host's window requests, as CLAP has them.

use clack_extensions::gui::{
    AspectRatioStrategy, GuiApiType, GuiConfiguration, GuiResizeHints, GuiSize, PluginGuiImpl,
    Window,
};
use clack_plugin::plugin::PluginError;

use super::main_thread::MainThread;
use crate::editor::{EditorError, WindowSize};

/// What a host may ask for that the editor does not do.
#[derive(Debug, thiserror::Error)]
#[error("the editor opens only inside a window of the host, through {wanted}")]
struct Unsupported {
    /// The platform's window interface.
    wanted: &'static str,
}

fn unsupported() -> PluginError {
    let wanted = GuiApiType::default_for_current_platform()
        .and_then(|api| api.0.to_str().ok())
        .unwrap_or("no interface of this platform");
    Unsupported { wanted }.into()
}

fn to_clap(size: WindowSize) -> GuiSize {
    GuiSize {
        width: size.width,
        height: size.height,
    }
}

fn from_clap(size: GuiSize) -> WindowSize {
    WindowSize {
        width: size.width,
        height: size.height,
    }
}

impl PluginGuiImpl for MainThread<'_> {
    fn is_api_supported(&self, configuration: GuiConfiguration<'_>) -> bool {
        !configuration.is_floating
            && GuiApiType::default_for_current_platform() == Some(configuration.api_type)
    }

    fn get_preferred_api(&self) -> Option<GuiConfiguration<'_>> {
        Some(GuiConfiguration {
            api_type: GuiApiType::default_for_current_platform()?,
            is_floating: false,
        })
    }

    fn create(&self, configuration: GuiConfiguration<'_>) -> Result<(), PluginError> {
        if !self.is_api_supported(configuration) {
            return Err(unsupported());
        }
        self.instance.editor_opens();
        Ok(self.editor.open()?)
    }

    fn destroy(&self) {
        self.editor.close();
    }

    fn set_scale(&self, scale: f64) -> Result<(), PluginError> {
        Ok(self.editor.set_scale(scale)?)
    }

    fn get_size(&self) -> Option<GuiSize> {
        self.editor.size().map(to_clap)
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
        Some(to_clap(self.editor.nearest_size(from_clap(size))))
    }

    fn set_size(&self, size: GuiSize) -> Result<(), PluginError> {
        Ok(self.editor.resize(from_clap(size))?)
    }

    fn set_parent(&self, window: Window<'_, '_>) -> Result<(), PluginError> {
        if Some(window.api_type()) != GuiApiType::default_for_current_platform() {
            return Err(EditorError::NoParent.into());
        }
        Ok(self.editor.set_parent(&window)?)
    }

    fn set_transient(&self, _window: Window<'_, '_>) -> Result<(), PluginError> {
        Err(unsupported())
    }

    fn suggest_title(&self, _title: &str) {}

    fn show(&self) -> Result<(), PluginError> {
        Ok(self.editor.show()?)
    }

    fn hide(&self) -> Result<(), PluginError> {
        Ok(self.editor.hide()?)
    }
}
