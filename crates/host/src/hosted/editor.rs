//! The plugin's editor.

use clack_extensions::gui::PluginGui;
use clack_host::prelude::PluginMainThreadHandle;

use super::HostedPlugin;
use crate::HostingError;

impl HostedPlugin {
    /// Calls `f` with the plugin and its editor extension. So a test can take each step of opening an
    /// editor by itself.
    ///
    /// # Errors
    /// [`HostingError::NoExtension`] if the plugin has no editor.
    pub fn with_editor<R>(
        &mut self,
        f: impl FnOnce(&PluginMainThreadHandle<'_>, PluginGui) -> R,
    ) -> Result<R, HostingError> {
        let plugin = self.instance.plugin_handle();
        let gui = plugin
            .get_extension()
            .ok_or(HostingError::NoExtension("clap.gui"))?;
        Ok(f(&plugin, gui))
    }
}
