//! The plugin's editor.

use std::ffi::CStr;

use clack_extensions::gui::PluginGui;
use clack_extensions::param_indication::{ParamIndicationAutomation, PluginParamIndication};
use clack_extensions::remote_controls::{PluginRemoteControls, RemoteControlsPageBuffer};
use clack_extensions::track_info::PluginTrackInfo;
use clack_host::prelude::{ClapId, PluginMainThreadHandle};

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

    /// Tells the plugin what moves the parameter `id`: a controller that people know as `controller`, and the
    /// host's automation, which is being played or is not there.
    ///
    /// # Errors
    /// [`HostingError::NoExtension`] if the plugin does not want to know.
    pub fn indicate(
        &mut self,
        id: u32,
        controller: Option<&CStr>,
        plays_automation: bool,
    ) -> Result<(), HostingError> {
        let plugin = self.instance.plugin_handle();
        let extension: PluginParamIndication = plugin
            .get_extension()
            .ok_or(HostingError::NoExtension("clap.param-indication"))?;
        let id = ClapId::new(id);
        let is_mapped = controller.is_some();
        extension.set_mapping(&plugin, id, is_mapped, None, controller, None);
        let automation = if plays_automation {
            ParamIndicationAutomation::Playing
        } else {
            ParamIndicationAutomation::None
        };
        extension.set_automation(&plugin, id, automation, None);
        Ok(())
    }

    /// The plugin's pages for controllers: their names, and the ids of their parameters.
    pub fn remote_pages(&mut self) -> Vec<(String, Vec<u32>)> {
        let plugin = self.instance.plugin_handle();
        let Some(extension) = plugin.get_extension::<PluginRemoteControls>() else {
            return Vec::new();
        };
        let page = |index| {
            let mut buffer = RemoteControlsPageBuffer::new();
            let page = extension.get(&plugin, index, &mut buffer)?;
            let ids = page.param_ids.into_iter().flatten().map(ClapId::get);
            let name = String::from_utf8_lossy(page.page_name).into_owned();
            Some((name, ids.collect()))
        };
        (0..extension.count(&plugin)).filter_map(page).collect()
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
