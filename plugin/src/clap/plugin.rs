//! The plugin, as clack knows it: its descriptor, its extensions, and the types of its threads.

use clack_extensions::audio_ports::PluginAudioPorts;
use clack_extensions::audio_ports_config::{PluginAudioPortsConfig, PluginAudioPortsConfigInfo};
use clack_extensions::configurable_audio_ports::PluginConfigurableAudioPorts;
use clack_extensions::gui::PluginGui;
use clack_extensions::latency::PluginLatency;
use clack_extensions::note_ports::PluginNotePorts;
use clack_extensions::param_indication::PluginParamIndication;
use clack_extensions::params::{PluginAudioProcessorParams, PluginParams};
use clack_extensions::preset_discovery::PluginPresetLoad;
use clack_extensions::remote_controls::PluginRemoteControls;
use clack_extensions::render::PluginRender;
use clack_extensions::state::PluginState;
use clack_extensions::tail::{PluginTail, PluginTailImpl, TailLength};
use clack_extensions::timer::PluginTimer;
use clack_extensions::track_info::PluginTrackInfo;
use clack_plugin::events::io::{InputEvents, OutputEvents};
use clack_plugin::extensions::PluginExtensions;
use clack_plugin::host::HostAudioProcessorHandle;
use clack_plugin::plugin::features::{ANALYZER, AUDIO_EFFECT, MONO, STEREO, UTILITY};
use clack_plugin::plugin::{Plugin, PluginAudioProcessor, PluginDescriptor, PluginError};
use clack_plugin::process::{Audio, Events, PluginAudioConfiguration, Process, ProcessStatus};

use super::host::Shared;
use super::main_thread::MainThread;
use crate::core;

/// The id under which hosts remember the plugin. It never changes: the VST3 class id is derived
/// from it, too.
pub const ID: &str = "audio.tagline.tagline";

/// The plugin.
pub struct Tagline;

impl Plugin for Tagline {
    type AudioProcessor<'a> = Processor;
    type Shared<'a> = Shared;
    type MainThread<'a> = MainThread<'a>;

    fn declare_extensions(builder: &mut PluginExtensions<Self>, _shared: Option<&Shared>) {
        builder
            .register::<PluginAudioPorts>()
            .register::<PluginAudioPortsConfig>()
            .register::<PluginAudioPortsConfigInfo>()
            .register::<PluginConfigurableAudioPorts>()
            .register::<PluginNotePorts>()
            .register::<PluginParams>()
            .register::<PluginState>()
            .register::<PluginPresetLoad>()
            .register::<PluginRender>()
            .register::<PluginLatency>()
            .register::<PluginTail>()
            .register::<PluginTimer>()
            .register::<PluginTrackInfo>()
            .register::<PluginParamIndication>()
            .register::<PluginRemoteControls>()
            .register::<PluginGui>();
    }
}

/// The entry in a host's list of plugins.
pub fn descriptor() -> PluginDescriptor {
    PluginDescriptor::new(ID, "Tagline")
        .with_vendor("Tagline")
        .with_version(env!("CARGO_PKG_VERSION"))
        .with_description("Tags music as it plays, and drives parameters with the tags")
        .with_features([AUDIO_EFFECT, ANALYZER, UTILITY, STEREO, MONO])
}

/// The audio thread's part of an instance. The [calls](super::calls) use it.
pub struct Processor {
    /// The plugin's own processor.
    pub core: core::Processor,
}

impl<'a> PluginAudioProcessor<'a, Shared, MainThread<'a>> for Processor {
    fn activate(
        _host: HostAudioProcessorHandle<'a>,
        main_thread: &MainThread<'a>,
        _shared: &'a Shared,
        config: PluginAudioConfiguration,
    ) -> Result<Self, PluginError> {
        let instance = &main_thread.instance;
        Ok(Self {
            core: instance.activate(config.sample_rate, config.max_frames_count),
        })
    }

    /// Never called: [`calls`](super::calls) has its own function.
    fn process(
        &mut self,
        _process: Process<'_>,
        _audio: Audio<'_>,
        _events: Events<'_>,
    ) -> Result<ProcessStatus, PluginError> {
        Err(PluginError::Message(
            "the host has bypassed the function table",
        ))
    }

    /// Gestures that are open end with the flush that the instance asks for here. No other way is
    /// left: `stop_processing`, `deactivate` and `destroy` have no events, and a host that destroys
    /// an active plugin has broken CLAP's rule and may not be called any more. Such a host ends the
    /// gestures of an instance that it has destroyed by itself.
    fn deactivate(self, main_thread: &MainThread<'a>) {
        main_thread.instance.deactivate(self.core);
    }

    fn reset(&mut self) {
        self.core.reset();
    }
}

impl PluginAudioProcessorParams for Processor {
    /// Never called: [`calls`](super::calls) has its own function.
    fn flush(&mut self, _input: &InputEvents<'_>, _output: &mut OutputEvents<'_>) {}
}

impl PluginTailImpl for Processor {
    fn get(&self) -> TailLength {
        TailLength::Finite(0)
    }
}
