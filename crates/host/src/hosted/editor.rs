//! The plugin's editor.

use clack_extensions::gui::PluginGui;
use clack_extensions::track_info::PluginTrackInfo;
use clack_host::prelude::PluginMainThreadHandle;

use super::HostedPlugin;
use crate::{HostingError, Track};

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

    /// Puts the plugin on a track, where it stays, and tells it so.
    ///
    /// # Errors
    /// [`HostingError::NoExtension`] if the plugin does not want to know.
    pub fn set_track(&mut self, track: &Track) -> Result<(), HostingError> {
        self.instance.access_shared_handler(|requests| {
            let _ = requests.track.set(track.clone());
        });
        let plugin = self.instance.plugin_handle();
        let extension: PluginTrackInfo = plugin
            .get_extension()
            .ok_or(HostingError::NoExtension("clap.track-info"))?;
        extension.changed(&plugin);
        Ok(())
    }

    /// The host's menus that the plugin asked for, oldest first: the parameter, and where.
    #[must_use]
    pub fn menus(&self) -> Vec<(u32, (i32, i32))> {
        self.instance
            .access_shared_handler(|requests| requests.menus.lock().map(|it| it.clone()))
            .unwrap_or_default()
    }

    /// The sizes of the editor that the plugin asked for, oldest first.
    #[must_use]
    pub fn asked_sizes(&self) -> Vec<(u32, u32)> {
        self.instance
            .access_shared_handler(|requests| requests.sizes.lock().map(|it| it.clone()))
            .unwrap_or_default()
    }
}
