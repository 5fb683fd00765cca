//! One instance of the plugin.

mod block;
mod editor;
mod extensions;
mod live;
mod presets;

use std::ffi::CStr;
use std::path::Path;
use std::sync::atomic::Ordering;

use clack_host::prelude::*;

use crate::HostingError;
use crate::handlers::{Handlers, MainThread, Requests};
use crate::ports::Buffers;

pub use block::BlockOptions;
pub use live::{Live, Marks};
pub use presets::{FoundPreset, presets};

/// Events of one block that fit without an allocation.
const EVENTS_PER_BLOCK: usize = 4_096;

/// How the host renders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rendering {
    /// In real time: the plugin must never wait.
    Realtime,
    /// A bounce: the plugin may take its time.
    Offline,
}

/// One instance of the plugin, on the thread that made it.
pub struct HostedPlugin {
    // It stands before `instance`, which must outlive it.
    processor: Option<PluginAudioProcessor<Handlers>>,
    instance: PluginInstance<Handlers>,
    name: String,
    channels: usize,
    sample_rate_hz: f64,
    max_block_frames: usize,
    buffers: Buffers,
    input_ports: AudioPorts,
    output_ports: AudioPorts,
    input_events: EventBuffer,
    output_events: EventBuffer,
    position_samples: u64,
}

impl HostedPlugin {
    /// Loads the first plugin of a bundle.
    ///
    /// # Errors
    /// [`HostingError`] if there is no bundle, or none that works.
    pub fn load(bundle: &Path) -> Result<Self, HostingError> {
        let entry = load_entry(bundle)?;
        let id = entry
            .get_plugin_factory()
            .and_then(|factory| factory.plugin_descriptor(0))
            .and_then(|descriptor| descriptor.id())
            .map(CStr::to_owned)
            .ok_or_else(|| HostingError::Load {
                path: bundle.to_owned(),
                reason: "it holds no plugin".to_owned(),
            })?;
        Self::from_entry(&entry, &id)
    }

    /// Makes an instance of the plugin `id` of an entry that is already loaded.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin refuses.
    pub fn from_entry(entry: &PluginEntry, id: &CStr) -> Result<Self, HostingError> {
        let refused = |reason: String| HostingError::Refused {
            what: "an instance",
            reason,
        };
        let host = host_info()?;
        let instance = PluginInstance::<Handlers>::new(
            |_| Requests::default(),
            |requests| MainThread::new(requests),
            entry,
            id,
            &host,
        )
        .map_err(|error| refused(error.to_string()))?;
        let mut plugin = Self {
            processor: None,
            instance,
            name: id.to_string_lossy().into_owned(),
            channels: 0,
            sample_rate_hz: 0.0,
            max_block_frames: 0,
            buffers: Buffers::default(),
            input_ports: AudioPorts::with_capacity(8, 1),
            output_ports: AudioPorts::with_capacity(8, 1),
            input_events: EventBuffer::with_capacity(EVENTS_PER_BLOCK),
            output_events: EventBuffer::with_capacity(EVENTS_PER_BLOCK),
            position_samples: 0,
        };
        plugin.channels = plugin.read_channels();
        Ok(plugin)
    }

    /// The plugin's CLAP id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.name
    }

    /// Number of channels of the main ports.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Activates the plugin and starts processing; the stream begins at position 0.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin refuses.
    pub fn activate(
        &mut self,
        sample_rate_hz: f64,
        max_block_frames: u32,
    ) -> Result<(), HostingError> {
        self.deactivate();
        let configuration = PluginAudioConfiguration {
            sample_rate: sample_rate_hz,
            min_frames_count: 1,
            max_frames_count: max_block_frames.max(1),
        };
        let stopped = self
            .instance
            .activate(|_, _| (), configuration)
            .map_err(|error| refused("to be activated", &error))?;
        let mut processor = PluginAudioProcessor::from(stopped);
        let started = processor.start_processing().map(|_| ());
        self.processor = Some(processor);
        started.map_err(|error| refused("to start processing", &error))?;
        self.sample_rate_hz = sample_rate_hz;
        self.max_block_frames = max_block_frames.max(1) as usize;
        self.buffers = Buffers::new(self.channels, self.max_block_frames);
        self.position_samples = 0;
        self.run_callbacks();
        Ok(())
    }

    /// Stops processing and deactivates the plugin.
    pub fn deactivate(&mut self) {
        if let Some(processor) = self.processor.take() {
            self.instance.deactivate(processor.into_stopped());
            self.run_callbacks();
        }
    }

    /// Whether the plugin is active.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.processor.is_some()
    }

    /// Resets the plugin's stream, as a host does after a jump.
    pub fn reset(&mut self) {
        if let Some(processor) = &mut self.processor {
            processor.reset();
        }
    }

    /// The rate of the stream, in Hz.
    #[must_use]
    pub fn sample_rate_hz(&self) -> f64 {
        self.sample_rate_hz
    }

    /// Samples processed since the activation.
    #[must_use]
    pub fn position_samples(&self) -> u64 {
        self.position_samples
    }

    /// Runs the plugin's main-thread callback if it asked for one. A host does this all the time; this
    /// one does it between blocks.
    pub fn run_callbacks(&mut self) {
        let asked = self
            .instance
            .access_shared_handler(|requests| requests.callback.swap(false, Ordering::AcqRel));
        if asked {
            self.instance.call_on_main_thread_callback();
        }
    }

    /// How often the plugin asked the host to read its parameters again.
    #[must_use]
    pub fn rescans(&self) -> u32 {
        self.instance
            .access_shared_handler(|requests| requests.rescans.load(Ordering::Acquire))
    }

    /// What the plugin logged, oldest first.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.instance.access_shared_handler(|requests| {
            requests
                .log
                .lock()
                .map(|log| log.clone())
                .unwrap_or_default()
        })
    }
}

impl Drop for HostedPlugin {
    fn drop(&mut self) {
        self.deactivate();
    }
}

fn load_entry(bundle: &Path) -> Result<PluginEntry, HostingError> {
    if !bundle.exists() {
        return Err(HostingError::NoBundle(bundle.to_owned()));
    }
    // SAFETY: loading a library runs its code, which is what hosting a plugin means; the path is the
    // user's choice of a plugin.
    unsafe { PluginEntry::load(bundle) }.map_err(|error| HostingError::Load {
        path: bundle.to_owned(),
        reason: error.to_string(),
    })
}

fn host_info() -> Result<HostInfo, HostingError> {
    HostInfo::new(
        "Tagline host",
        "Tagline",
        "https://tagline.audio",
        env!("CARGO_PKG_VERSION"),
    )
    .map_err(|error| refused("an instance", &error))
}

fn refused(what: &'static str, error: &impl std::fmt::Display) -> HostingError {
    HostingError::Refused {
        what,
        reason: error.to_string(),
    }
}
