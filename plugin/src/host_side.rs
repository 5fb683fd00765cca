//! Main thread: parameters, state and render mode as the host asks for them.

use std::ffi::CStr;
use std::io::{Read, Write as _};

use clack_extensions::params::{
    ParamDisplayWriter, ParamInfo, ParamInfoWriter, PluginMainThreadParams,
};
use clack_extensions::render::{PluginRenderImpl, RenderMode};
use clack_extensions::state::PluginStateImpl;
use clack_plugin::events::event_types::ParamValueEvent;
use clack_plugin::events::io::{InputEvents, OutputEvents};
use clack_plugin::plugin::PluginError;
use clack_plugin::stream::{InputStream, OutputStream};
use clack_plugin::utils::{ClapId, Cookie};

use crate::main_thread::MainThread;
use crate::params::{self, index_of, param, tag_slot};
use crate::state::{MAX_STATE_BYTES, State, StateError};
use crate::text::{read_value, write_value};

/// Longest name of a parameter that a host can hold, in bytes.
const MAX_NAME_BYTES: usize = 255;

fn refused(error: StateError) -> PluginError {
    PluginError::Error(Box::new(error))
}

impl MainThread<'_> {
    /// Name of the parameter at `index`: of a tag slot, its tag's.
    pub fn name(&self, index: usize) -> String {
        let Some(slot) = tag_slot(index) else {
            return param(index).map_or_else(String::new, |param| param.name.to_owned());
        };
        let tag = self.board().desk().names.get(slot).cloned();
        let mut name = tag
            .filter(|tag| !tag.is_empty())
            .unwrap_or_else(|| format!("Tag {}", slot + 1));
        while name.len() > MAX_NAME_BYTES {
            name.pop();
        }
        name
    }

    /// Group of the parameter at `index`: of a tag slot, its tag's where the model has groups.
    fn module(&self, index: usize) -> String {
        let module = param(index).map_or("", |param| param.module);
        let group = tag_slot(index).and_then(|slot| self.board().desk().groups.get(slot).cloned());
        group.map_or_else(|| module.to_owned(), |group| tag_module(module, &group))
    }
}

/// The group of a tag in the host's tree of parameters: `Tags/Genre`.
fn tag_module(module: &str, group: &str) -> String {
    let mut letters = group.trim().chars();
    let first = letters.next().map(char::to_uppercase);
    let group = first.into_iter().flatten().chain(letters);
    format!("{module}/{}", group.collect::<String>())
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
                flags: param.flags(),
                cookie: Cookie::empty(),
                name: self.name(index).as_bytes(),
                module: self.module(index).as_bytes(),
                min_value: param.min,
                max_value: param.max,
                default_value: param.default,
            });
        }
    }

    fn get_value(&self, param_id: ClapId) -> Option<f64> {
        Some(self.board().value(index_of(param_id.get())?))
    }

    fn value_to_text(
        &self,
        param_id: ClapId,
        value: f64,
        writer: &mut ParamDisplayWriter<'_>,
    ) -> std::fmt::Result {
        // Of an unknown id nothing is written, which tells the host so; an error would be logged.
        let param = index_of(param_id.get()).and_then(param);
        param.map_or(Ok(()), |param| write_value(&param, value, writer))
    }

    fn text_to_value(&self, param_id: ClapId, text: &CStr) -> Option<f64> {
        let param = index_of(param_id.get()).and_then(param)?;
        read_value(&param, text.to_str().ok()?)
    }

    fn flush(&self, input: &InputEvents<'_>, output: &mut OutputEvents<'_>) {
        let board = self.board();
        for event in input {
            if let Some(event) = event.as_event::<ParamValueEvent>()
                && let Some(id) = event.param_id()
            {
                let mode = board.settings().mode;
                board.set_from_host(id.get(), event.value(), mode);
            }
        }
        self.outbox.borrow_mut().send(board, 0, output);
    }
}

impl PluginStateImpl for MainThread<'_> {
    fn save(&self, output: &mut OutputStream<'_>) -> Result<(), PluginError> {
        let bytes = self.state().to_bytes().map_err(refused)?;
        output.write_all(&bytes)?;
        Ok(())
    }

    fn load(&self, input: &mut InputStream<'_>) -> Result<(), PluginError> {
        let mut bytes = Vec::new();
        input.take(MAX_STATE_BYTES + 1).read_to_end(&mut bytes)?;
        let state = State::from_bytes(&bytes).map_err(refused)?;
        self.set_state(&state);
        Ok(())
    }
}

impl PluginRenderImpl for MainThread<'_> {
    fn has_hard_realtime_requirement(&self) -> bool {
        false
    }

    fn set(&self, mode: RenderMode) -> Result<(), PluginError> {
        let board = self.board();
        board.set_stalled(false);
        board.set_offline(mode == RenderMode::Offline);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_groups_name_begins_with_a_capital_in_the_hosts_tree() {
        assert_eq!(tag_module("Tags", "genre"), "Tags/Genre");
        assert_eq!(tag_module("Tags", " élan vital"), "Tags/Élan vital");
    }
}
