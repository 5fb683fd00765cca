//! Main thread: parameters, state, render mode and timer as a CLAP host asks for them.

use std::cell::Cell;
use std::ffi::CStr;
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::sync::Arc;

use clack_extensions::params::{
    ParamDisplayWriter, ParamInfo, ParamInfoFlags, ParamInfoWriter, PluginMainThreadParams,
};
use clack_extensions::preset_discovery::HostPresetLoad;
use clack_extensions::preset_discovery::preset_data::Location;
use clack_extensions::render::{PluginRenderImpl, RenderMode};
use clack_extensions::state::PluginStateImpl;
use clack_extensions::timer::{HostTimer, PluginTimerImpl, TimerId};
use clack_plugin::events::io::{InputEvents, OutputEvents};
use clack_plugin::host::HostMainThreadHandle;
use clack_plugin::plugin::{PluginError, PluginMainThread};
use clack_plugin::stream::{InputStream, OutputStream};
use clack_plugin::utils::{ClapId, Cookie};

use super::host::{MainThreadHost, Shared};
use crate::core::params::{self, Access, Param, param};
use crate::core::state::{MAX_STATE_BYTES, StateError};
use crate::core::{Host, Instance};
use crate::editor::Editor;

/// How often the timer looks for what waits, in milliseconds.
const TIMER_MS: u32 = 100;

/// The main thread's part of an instance.
pub struct MainThread<'a> {
    /// The plugin itself.
    pub instance: Instance<'a>,
    /// Its window.
    pub editor: Editor,
    pub(super) host: HostMainThreadHandle<'a>,
    shared: &'a Shared,
    /// Some hosts never answer `request_callback`. Where they have timers, one calls instead.
    timer: Cell<Option<(HostTimer, TimerId)>>,
}

impl<'a> MainThread<'a> {
    /// A fresh instance. Opens no file and starts no thread.
    pub fn new(host: HostMainThreadHandle<'a>, shared: &'a Shared) -> Self {
        shared.host.connect(host.shared());
        let any_thread = Arc::clone(&shared.host) as Arc<dyn Host>;
        let main_thread = Box::new(MainThreadHost::new(host));
        let instance = Instance::new(any_thread, main_thread, shared.library_dirs.clone());
        let editor = Editor::new(instance.editor_source());
        let timer = host
            .get_extension::<HostTimer>()
            .and_then(|timer| Some((timer, timer.register_timer(&host, TIMER_MS).ok()?)));
        let main_thread = Self {
            instance,
            editor,
            host,
            shared,
            timer: Cell::new(timer),
        };
        main_thread.read_track();
        main_thread
    }

    /// Tells a host that shows presets which one is loaded.
    pub fn preset_is_loaded(&self, location: Location<'_>, key: Option<&CStr>) {
        if let Some(presets) = self.host.get_extension::<HostPresetLoad>() {
            presets.loaded(&self.host, location, key);
        }
    }

    /// Tells a host with a browser of presets why one was refused.
    pub fn preset_is_refused(
        &self,
        location: Location<'_>,
        key: Option<&CStr>,
        os_code: i32,
        message: &CStr,
    ) {
        if let Some(presets) = self.host.get_extension::<HostPresetLoad>() {
            presets.on_error(&self.host, location, key, os_code, Some(message));
        }
    }
}

impl<'a> PluginMainThread<'a, Shared> for MainThread<'a> {
    fn on_main_thread(&self) {
        self.instance.on_main_thread();
    }
}

impl PluginTimerImpl for MainThread<'_> {
    fn on_timer(&self, _timer_id: TimerId) {
        self.instance.on_main_thread();
    }
}

impl Drop for MainThread<'_> {
    fn drop(&mut self) {
        if let Some((timer, id)) = self.timer.take() {
            let _ = timer.unregister_timer(&self.host, id);
        }
        // Threads of the instance may live a moment longer than the host's handle.
        self.shared.host.disconnect();
    }
}

fn refused(error: StateError) -> PluginError {
    PluginError::Error(Box::new(error))
}

/// The flags that a CLAP host reads.
fn flags(param: &Param) -> ParamInfoFlags {
    let mut flags = match param.access {
        Access::Automatable => ParamInfoFlags::IS_AUTOMATABLE,
        Access::Settable => ParamInfoFlags::empty(),
        Access::ReadOnly => ParamInfoFlags::IS_READONLY,
    };
    flags.set(ParamInfoFlags::IS_STEPPED, param.is_stepped());
    flags.set(ParamInfoFlags::IS_ENUM, param.is_choice());
    flags.set(ParamInfoFlags::IS_BYPASS, param.is_bypass());
    flags.set(ParamInfoFlags::IS_HIDDEN, param.is_hidden());
    flags
}

impl PluginMainThreadParams for MainThread<'_> {
    fn count(&self) -> u32 {
        params::COUNT as u32
    }

    fn get_info(&self, param_index: u32, info: &mut ParamInfoWriter<'_>) {
        let index = param_index as usize;
        if let Some(param) = param(index) {
            info.set(&ParamInfo {
                id: ClapId::new(param.id),
                flags: flags(&param),
                cookie: Cookie::empty(),
                name: self.instance.name(index).as_bytes(),
                module: self.instance.group(index).as_bytes(),
                min_value: param.min,
                max_value: param.max,
                default_value: param.default,
            });
        }
    }

    fn get_value(&self, param_id: ClapId) -> Option<f64> {
        self.instance.value(param_id.get())
    }

    fn value_to_text(
        &self,
        param_id: ClapId,
        value: f64,
        writer: &mut ParamDisplayWriter<'_>,
    ) -> std::fmt::Result {
        // For an unknown id nothing is written, which tells the host so; an error would be logged.
        let text = self.instance.text(param_id.get(), value);
        text.map_or(Ok(()), |text| writer.write_str(&text))
    }

    fn text_to_value(&self, param_id: ClapId, text: &CStr) -> Option<f64> {
        self.instance.parse(param_id.get(), text.to_str().ok()?)
    }

    /// Never called: [`calls`](super::calls) has its own function.
    fn flush(&self, _input: &InputEvents<'_>, _output: &mut OutputEvents<'_>) {}
}

impl PluginStateImpl for MainThread<'_> {
    fn save(&self, output: &mut OutputStream<'_>) -> Result<(), PluginError> {
        let bytes = self.instance.save().map_err(refused)?;
        output.write_all(&bytes)?;
        Ok(())
    }

    fn load(&self, input: &mut InputStream<'_>) -> Result<(), PluginError> {
        let mut bytes = Vec::new();
        input.take(MAX_STATE_BYTES + 1).read_to_end(&mut bytes)?;
        self.instance.load(&bytes).map_err(refused)
    }
}

impl PluginRenderImpl for MainThread<'_> {
    fn has_hard_realtime_requirement(&self) -> bool {
        false
    }

    fn set(&self, mode: RenderMode) -> Result<(), PluginError> {
        self.instance.set_offline(mode == RenderMode::Offline);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_parameter_is_both_read_only_and_automatable() {
        let both = ParamInfoFlags::IS_READONLY | ParamInfoFlags::IS_AUTOMATABLE;
        for param in (0..params::COUNT).filter_map(param) {
            assert!(!flags(&param).contains(both), "{}", param.name);
        }
    }

    #[test]
    fn only_the_first_parameter_is_the_bypass_and_only_the_status_is_hidden() {
        for (index, param) in (0..params::COUNT).filter_map(param).enumerate() {
            let flags = flags(&param);
            assert_eq!(flags.contains(ParamInfoFlags::IS_BYPASS), index == 0);
            let hidden = flags.contains(ParamInfoFlags::IS_HIDDEN);
            assert_eq!(hidden, index >= params::VISIBLE);
            assert_eq!(hidden, flags.contains(ParamInfoFlags::IS_READONLY));
        }
    }
}
