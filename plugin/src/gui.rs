//! Main thread: hands the host's window requests to the editor.

use clack_extensions::gui::{GuiConfiguration, GuiResizeHints, GuiSize, PluginGuiImpl, Window};
use clack_plugin::plugin::PluginError;

use crate::main_thread::MainThread;

impl PluginGuiImpl for MainThread<'_> {
    fn is_api_supported(&self, configuration: GuiConfiguration<'_>) -> bool {
        self.editor.is_api_supported(configuration)
    }

    fn get_preferred_api(&self) -> Option<GuiConfiguration<'_>> {
        self.editor.get_preferred_api()
    }

    fn create(&self, configuration: GuiConfiguration<'_>) -> Result<(), PluginError> {
        self.editor.create(configuration)
    }

    fn destroy(&self) {
        self.editor.destroy();
    }

    fn set_scale(&self, scale: f64) -> Result<(), PluginError> {
        self.editor.set_scale(scale)
    }

    fn get_size(&self) -> Option<GuiSize> {
        self.editor.get_size()
    }

    fn can_resize(&self) -> bool {
        self.editor.can_resize()
    }

    fn get_resize_hints(&self) -> Option<GuiResizeHints> {
        self.editor.get_resize_hints()
    }

    fn adjust_size(&self, size: GuiSize) -> Option<GuiSize> {
        self.editor.adjust_size(size)
    }

    fn set_size(&self, size: GuiSize) -> Result<(), PluginError> {
        self.editor.set_size(size)
    }

    fn set_parent(&self, window: Window<'_, '_>) -> Result<(), PluginError> {
        self.editor.set_parent(window)
    }

    fn set_transient(&self, window: Window<'_, '_>) -> Result<(), PluginError> {
        self.editor.set_transient(window)
    }

    fn suggest_title(&self, title: &str) {
        self.editor.suggest_title(title);
    }

    fn show(&self) -> Result<(), PluginError> {
        self.editor.show()
    }

    fn hide(&self) -> Result<(), PluginError> {
        self.editor.hide()
    }
}
