//! The plugin's editor, embedded in a window of the host.

use clack_extensions::gui::{GuiApiType, GuiConfiguration, PluginGui, Window};
use clack_host::prelude::PluginMainThreadHandle;

use super::{HostedPlugin, refused};
use crate::HostingError;

/// The editor that hosts under X11 embed.
const EMBEDDED: GuiConfiguration<'static> = GuiConfiguration {
    api_type: GuiApiType::X11,
    is_floating: false,
};

impl HostedPlugin {
    fn gui(&mut self) -> Result<PluginGui, HostingError> {
        self.instance
            .plugin_handle()
            .get_extension()
            .ok_or(HostingError::NoExtension("clap.gui"))
    }

    /// Calls `f` with the plugin and its editor extension, for each step of opening an editor on
    /// its own.
    ///
    /// # Errors
    /// [`HostingError::NoExtension`] if the plugin has no editor.
    pub fn with_editor<R>(
        &mut self,
        f: impl FnOnce(&PluginMainThreadHandle<'_>, PluginGui) -> R,
    ) -> Result<R, HostingError> {
        let gui = self.gui()?;
        Ok(f(&self.instance.plugin_handle(), gui))
    }

    /// Opens the editor inside the X11 window `parent`, which must live until the editor is
    /// closed. Returns the editor's width and height in pixels, where it tells them.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin refuses.
    pub fn open_editor(&mut self, parent: u32) -> Result<Option<(u32, u32)>, HostingError> {
        let gui = self.gui()?;
        let handle = self.instance.plugin_handle();
        if !gui.is_api_supported(&handle, EMBEDDED) {
            return Err(refused("an editor", &"it does not support X11"));
        }
        gui.create(&handle, EMBEDDED)
            .map_err(|error| refused("an editor", &error))?;
        let size = gui.get_size(&handle).map(|size| (size.width, size.height));
        // SAFETY: X11 names windows by number: one that is gone is an error of the X server and
        // touches no memory of this process.
        let embedded = unsafe { gui.set_parent(&handle, Window::from_x11_handle(parent.into())) };
        embedded.map_err(|error| refused("the host's window", &error))?;
        // Editors that show themselves as soon as they are embedded may refuse this.
        let _ = gui.show(&handle);
        Ok(size)
    }

    /// Closes the editor.
    pub fn close_editor(&mut self) {
        if let Ok(gui) = self.gui() {
            gui.destroy(&self.instance.plugin_handle());
        }
    }
}
