//! Main thread: one main audio port each way, stereo unless the host asks for something else, and
//! a MIDI output.

use clack_extensions::audio_ports::{
    AudioPortFlags, AudioPortInfo, AudioPortInfoWriter, AudioPortType, PluginAudioPortsImpl,
};
use clack_extensions::audio_ports_config::{
    AudioPortConfigWriter, AudioPortsConfiguration, MainPortInfo, PluginAudioPortsConfigImpl,
    PluginAudioPortsConfigInfoImpl,
};
use clack_extensions::configurable_audio_ports::{
    AudioPortRequest, PluginConfigurableAudioPortsImpl,
};
use clack_extensions::latency::PluginLatencyImpl;
use clack_extensions::note_ports::{
    NoteDialect, NoteDialects, NotePortInfo, NotePortInfoWriter, PluginNotePortsImpl,
};
use clack_plugin::plugin::PluginError;
use clack_plugin::utils::ClapId;

use super::main_thread::MainThread;
use crate::core::MAX_CHANNELS;

/// Both main ports have this id, so that a host may process in place.
const MAIN_PORT: ClapId = ClapId::new(0);

const MIDI_PORT: ClapId = ClapId::new(0);

/// The configurations to choose from, as number of channels and name. The number is the id.
const CONFIGURATIONS: [(u32, &str); 2] = [(2, "Stereo"), (1, "Mono")];

fn port(channels: u32, is_input: bool) -> AudioPortInfo<'static> {
    AudioPortInfo {
        id: MAIN_PORT,
        name: if is_input { b"Input" } else { b"Output" },
        channel_count: channels,
        flags: AudioPortFlags::IS_MAIN
            | AudioPortFlags::SUPPORTS_64BITS
            | AudioPortFlags::REQUIRES_COMMON_SAMPLE_SIZE,
        port_type: AudioPortType::from_channel_count(channels),
        in_place_pair: Some(MAIN_PORT),
    }
}

impl PluginAudioPortsImpl for MainThread<'_> {
    fn count(&self, _is_input: bool) -> u32 {
        1
    }

    fn get(&self, index: u32, is_input: bool, writer: &mut AudioPortInfoWriter<'_>) {
        if index == 0 {
            writer.set(&port(self.instance.channels(), is_input));
        }
    }
}

impl PluginAudioPortsConfigImpl for MainThread<'_> {
    fn count(&self) -> u32 {
        CONFIGURATIONS.len() as u32
    }

    fn get(&self, index: u32, writer: &mut AudioPortConfigWriter<'_>) {
        let Some(&(channels, name)) = CONFIGURATIONS.get(index as usize) else {
            return;
        };
        let main = Some(MainPortInfo {
            channel_count: channels,
            port_type: AudioPortType::from_channel_count(channels),
        });
        writer.write(&AudioPortsConfiguration {
            id: ClapId::new(channels),
            name: name.as_bytes(),
            input_port_count: 1,
            output_port_count: 1,
            main_input: main,
            main_output: main,
        });
    }

    fn select(&self, config_id: ClapId) -> Result<(), PluginError> {
        if !is_configuration(config_id) {
            return Err(PluginError::Message("there is no such port configuration"));
        }
        self.instance.set_channels(config_id.get());
        Ok(())
    }
}

fn is_configuration(id: ClapId) -> bool {
    CONFIGURATIONS
        .iter()
        .any(|(channels, _)| *channels == id.get())
}

impl PluginAudioPortsConfigInfoImpl for MainThread<'_> {
    fn current_config(&self) -> Option<ClapId> {
        ClapId::from_raw(self.instance.channels()).filter(|id| is_configuration(*id))
    }

    fn get(
        &self,
        config_id: ClapId,
        index: u32,
        is_input: bool,
        writer: &mut AudioPortInfoWriter<'_>,
    ) {
        if index == 0 && is_configuration(config_id) {
            writer.set(&port(config_id.get(), is_input));
        }
    }
}

/// The channels that all of `requests` ask for, if the main ports can have them.
fn agreed_channels(requests: &[AudioPortRequest<'_>]) -> Option<u32> {
    let channels = requests.first()?.details().channel_count();
    let agrees = |request: &AudioPortRequest<'_>| {
        let details = request.details();
        let type_fits = match details.port_type() {
            None => true,
            wanted => wanted == AudioPortType::from_channel_count(channels),
        };
        request.port_index() == 0 && details.channel_count() == channels && type_fits
    };
    ((1..=MAX_CHANNELS).contains(&channels) && requests.iter().all(agrees)).then_some(channels)
}

impl PluginConfigurableAudioPortsImpl for MainThread<'_> {
    fn can_apply_configuration(&self, list: &[AudioPortRequest<'_>]) -> bool {
        agreed_channels(list).is_some()
    }

    fn apply_configuration(&self, list: &[AudioPortRequest<'_>]) -> bool {
        agreed_channels(list).is_some_and(|channels| self.instance.set_channels(channels))
    }
}

impl PluginNotePortsImpl for MainThread<'_> {
    fn count(&self, is_input: bool) -> u32 {
        u32::from(!is_input)
    }

    fn get(&self, index: u32, is_input: bool, writer: &mut NotePortInfoWriter<'_>) {
        if index == 0 && !is_input {
            writer.set(&NotePortInfo {
                id: MIDI_PORT,
                name: b"Tags as MIDI CC",
                supported_dialects: NoteDialects::MIDI,
                preferred_dialect: Some(NoteDialect::Midi),
            });
        }
    }
}

impl PluginLatencyImpl for MainThread<'_> {
    fn get(&self) -> u32 {
        0
    }
}
