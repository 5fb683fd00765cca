//! The plugin's extensions, for the host's main thread.

use std::ffi::CString;

use clack_extensions::audio_ports::{AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::audio_ports_config::{AudioPortsConfigBuffer, PluginAudioPortsConfig};
use clack_extensions::params::{ParamInfoBuffer, ParamInfoFlags, PluginParams};
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::state::PluginState;
use clack_host::events::event_types::ParamValueEvent;
use clack_host::prelude::*;

use super::{HostedPlugin, refused};
use crate::{HostingError, Parameter, Rendering};

impl HostedPlugin {
    /// Chooses the port configuration with this many channels. The plugin must not be active.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin has none or is active.
    pub fn set_channels(&mut self, channels: usize) -> Result<(), HostingError> {
        let what = "another number of channels";
        let refuse = |reason: &str| HostingError::Refused {
            what,
            reason: reason.to_owned(),
        };
        if self.is_active() {
            return Err(refuse("it is active"));
        }
        let handle = self.instance.plugin_handle();
        let extension: PluginAudioPortsConfig = handle
            .get_extension()
            .ok_or(HostingError::NoExtension("clap.audio-ports-config"))?;
        let mut buffer = AudioPortsConfigBuffer::new();
        let id = (0..extension.count(&handle)).find_map(|index| {
            let configuration = extension.get(&handle, index, &mut buffer)?;
            let main = configuration.main_input?;
            (main.channel_count as usize == channels).then_some(configuration.id)
        });
        let id = id.ok_or_else(|| refuse("it has no such port configuration"))?;
        extension
            .select(&handle, id)
            .map_err(|error| refused(what, &error))?;
        self.channels = self.read_channels();
        Ok(())
    }

    pub(super) fn read_channels(&mut self) -> usize {
        let handle = self.instance.plugin_handle();
        let Some(ports) = handle.get_extension::<PluginAudioPorts>() else {
            return 0;
        };
        let mut buffer = AudioPortInfoBuffer::new();
        ports
            .get(&handle, 0, true, &mut buffer)
            .map_or(0, |port| port.channel_count as usize)
    }

    fn params(&mut self) -> Option<(PluginMainThreadHandle<'_>, PluginParams)> {
        let handle = self.instance.plugin_handle();
        let params = handle.get_extension()?;
        Some((handle, params))
    }

    /// All parameters, in the plugin's order.
    pub fn parameters(&mut self) -> Vec<Parameter> {
        let Some((handle, params)) = self.params() else {
            return Vec::new();
        };
        let mut buffer = ParamInfoBuffer::new();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (0..params.count(&handle))
            .filter_map(|index| {
                let info = params.get_info(&handle, index, &mut buffer)?;
                Some(Parameter {
                    id: info.id.get(),
                    name: text(info.name),
                    module: text(info.module),
                    min: info.min_value,
                    max: info.max_value,
                    default: info.default_value,
                    automatable: info.flags.contains(ParamInfoFlags::IS_AUTOMATABLE),
                    read_only: info.flags.contains(ParamInfoFlags::IS_READONLY),
                    stepped: info.flags.contains(ParamInfoFlags::IS_STEPPED),
                })
            })
            .collect()
    }

    /// A parameter's plain value.
    pub fn value(&mut self, id: u32) -> Option<f64> {
        let (handle, params) = self.params()?;
        params.get_value(&handle, ClapId::from_raw(id)?)
    }

    /// The plugin's text for a plain value.
    pub fn value_text(&mut self, id: u32, value: f64) -> Option<String> {
        let (handle, params) = self.params()?;
        let mut buffer = [0; 256];
        let text = params.value_to_text(&handle, ClapId::from_raw(id)?, value, &mut buffer);
        Some(String::from_utf8_lossy(text.ok()?).into_owned())
    }

    /// The plain value that the plugin reads from a text.
    pub fn text_value(&mut self, id: u32, text: &str) -> Option<f64> {
        let (handle, params) = self.params()?;
        let text = CString::new(text).ok()?;
        params.text_to_value(&handle, ClapId::from_raw(id)?, &text)
    }

    /// Sets a parameter's plain value, as a host does outside of `process`. The plugin must not be active.
    ///
    /// # Errors
    /// [`HostingError`] if it is active, or has no parameters.
    pub fn set_value(&mut self, id: u32, value: f64) -> Result<(), HostingError> {
        let what = "a parameter's value";
        let Some(id) = ClapId::from_raw(id) else {
            return Err(HostingError::Refused {
                what,
                reason: format!("{id} is no id"),
            });
        };
        let handle = self.instance.inactive_plugin_handle();
        let mut handle = handle.ok_or_else(|| HostingError::Refused {
            what,
            reason: "it is active".to_owned(),
        })?;
        let params: PluginParams = handle
            .get_extension()
            .ok_or(HostingError::NoExtension("clap.params"))?;
        let mut events = EventBuffer::with_capacity(1);
        events.push(&ParamValueEvent::new(0, id, Pckn::match_all(), value));
        let mut told = EventBuffer::new();
        params.flush(&mut handle, &events.as_input(), &mut told.as_output());
        Ok(())
    }

    /// The plugin's state, as a session would hold it.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin refuses.
    pub fn save_state(&mut self) -> Result<Vec<u8>, HostingError> {
        let handle = self.instance.plugin_handle();
        let extension: PluginState = handle
            .get_extension()
            .ok_or(HostingError::NoExtension("clap.state"))?;
        let mut state = Vec::new();
        let saved = extension.save(&handle, &mut state);
        saved.map_err(|error| refused("to save its state", &error))?;
        Ok(state)
    }

    /// Puts the plugin into a state.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin refuses.
    pub fn load_state(&mut self, state: &[u8]) -> Result<(), HostingError> {
        let handle = self.instance.plugin_handle();
        let extension: PluginState = handle
            .get_extension()
            .ok_or(HostingError::NoExtension("clap.state"))?;
        let loaded = extension.load(&handle, &mut &*state);
        loaded.map_err(|error| refused("this state", &error))
    }

    /// Tells the plugin how the host renders.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin refuses.
    pub fn set_rendering(&mut self, rendering: Rendering) -> Result<(), HostingError> {
        let handle = self.instance.plugin_handle();
        let extension: PluginRender = handle
            .get_extension()
            .ok_or(HostingError::NoExtension("clap.render"))?;
        let mode = match rendering {
            Rendering::Realtime => RenderMode::Realtime,
            Rendering::Offline => RenderMode::Offline,
        };
        extension
            .set(&handle, mode)
            .map_err(|error| refused("this render mode", &error))
    }
}
