//! What the plugin is: its descriptor, its extensions, and the types of its threads.

use std::path::PathBuf;
use std::sync::Arc;

use clack_extensions::audio_ports::PluginAudioPorts;
use clack_extensions::audio_ports_config::{PluginAudioPortsConfig, PluginAudioPortsConfigInfo};
use clack_extensions::configurable_audio_ports::PluginConfigurableAudioPorts;
use clack_extensions::gui::PluginGui;
use clack_extensions::latency::PluginLatency;
use clack_extensions::note_ports::PluginNotePorts;
use clack_extensions::params::PluginParams;
use clack_extensions::render::PluginRender;
use clack_extensions::state::PluginState;
use clack_extensions::tail::PluginTail;
use clack_plugin::extensions::PluginExtensions;
use clack_plugin::host::HostSharedHandle;
use clack_plugin::plugin::features::{ANALYZER, AUDIO_EFFECT, MONO, STEREO, UTILITY};
use clack_plugin::plugin::{Plugin, PluginDescriptor, PluginShared};

use crate::board::Board;
use crate::main_thread::MainThread;
use crate::process::Processor;

/// The id under which hosts remember the plugin. It never changes: the VST3 class id is derived
/// from it, too.
pub const ID: &str = "audio.tagline.tagline";

/// The plugin.
pub struct Tagline;

impl Plugin for Tagline {
    type AudioProcessor<'a> = Processor<'a>;
    type Shared<'a> = Shared<'a>;
    type MainThread<'a> = MainThread<'a>;

    fn declare_extensions(builder: &mut PluginExtensions<Self>, _shared: Option<&Shared<'_>>) {
        builder
            .register::<PluginAudioPorts>()
            .register::<PluginAudioPortsConfig>()
            .register::<PluginAudioPortsConfigInfo>()
            .register::<PluginConfigurableAudioPorts>()
            .register::<PluginNotePorts>()
            .register::<PluginParams>()
            .register::<PluginState>()
            .register::<PluginRender>()
            .register::<PluginLatency>()
            .register::<PluginTail>()
            .register::<PluginGui>();
    }
}

/// What hosts list.
pub fn descriptor() -> PluginDescriptor {
    PluginDescriptor::new(ID, "Tagline")
        .with_vendor("Tagline")
        .with_version(env!("CARGO_PKG_VERSION"))
        .with_description("Tags music as it plays, and drives parameters with the tags")
        .with_features([AUDIO_EFFECT, ANALYZER, UTILITY, STEREO, MONO])
}

/// What all threads of an instance may use.
pub struct Shared<'a> {
    /// The host.
    pub host: HostSharedHandle<'a>,
    /// What the threads share; the editor holds it too.
    pub board: Arc<Board>,
    /// Where ONNX Runtime's library is looked for first.
    pub library_dirs: Vec<PathBuf>,
}

impl<'a> Shared<'a> {
    /// An instance of `host`.
    pub fn new(host: HostSharedHandle<'a>, library_dirs: Vec<PathBuf>) -> Self {
        let board = Arc::default();
        #[cfg(test)]
        BOARDS.with_borrow_mut(|boards| boards.push(Arc::clone(&board)));
        Self {
            host,
            board,
            library_dirs,
        }
    }
}

impl<'a> PluginShared<'a> for Shared<'a> {}

#[cfg(test)]
thread_local! {
    static BOARDS: std::cell::RefCell<Vec<Arc<Board>>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// What the threads of the newest instance on this thread share, for tests that do what its editor
/// does.
#[cfg(test)]
pub fn newest_board() -> Option<Arc<Board>> {
    BOARDS.with_borrow(|boards| boards.last().cloned())
}
