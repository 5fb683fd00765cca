//! One instance of the plugin.

use std::ffi::{CStr, CString};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use clack_extensions::audio_ports::{AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::params::{ParamInfoBuffer, ParamInfoFlags, PluginParams};
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::state::PluginState;
use clack_host::events::event_types::ParamValueEvent;
use clack_host::prelude::*;

use crate::events::read_events;
use crate::handlers::{Handlers, MainThread, Requests};
use crate::ports::{Buffers, PortBuffers};
use crate::{HostEvent, HostingError, Parameter, ParameterChange, Sample, Transport};

/// Events of one block for which there is room without allocating.
const EVENTS_PER_BLOCK: usize = 4_096;

/// How the host renders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rendering {
    /// Against the clock: the plugin must never wait.
    Realtime,
    /// A bounce: the plugin may take its time.
    Offline,
}

/// What a block is, beside its audio.
#[derive(Clone, Copy, Debug, Default)]
pub struct BlockOptions<'a> {
    /// Whether the plugin's output buffers are its input buffers.
    pub in_place: bool,
    /// The transport, if the host has one.
    pub transport: Option<Transport>,
    /// Values the host sets, by ascending offset.
    pub changes: &'a [ParameterChange],
}

/// One instance of the plugin, on the thread that made it.
pub struct HostedPlugin {
    // Before `instance`: the instance must outlive its processor.
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
        if !bundle.exists() {
            return Err(HostingError::NoBundle(bundle.to_owned()));
        }
        // SAFETY: loading a library runs its code, which is what hosting a plugin means; the path
        // is the user's choice of a plugin.
        let entry = unsafe { PluginEntry::load(bundle) }.map_err(|error| HostingError::Load {
            path: bundle.to_owned(),
            reason: error.to_string(),
        })?;
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
        let host = HostInfo::new(
            "Tagline host",
            "Tagline",
            "https://tagline.audio",
            env!("CARGO_PKG_VERSION"),
        )
        .map_err(|error| refused(error.to_string()))?;
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

    fn read_channels(&mut self) -> usize {
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

    /// The plain value the plugin reads from a text.
    pub fn text_value(&mut self, id: u32, text: &str) -> Option<f64> {
        let (handle, params) = self.params()?;
        let text = CString::new(text).ok()?;
        params.text_to_value(&handle, ClapId::from_raw(id)?, &text)
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
        self.buffers = Buffers {
            single: PortBuffers::new(self.channels, self.max_block_frames),
            double: PortBuffers::new(self.channels, self.max_block_frames),
        };
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

    /// Processes one block: `input: [channel][frame]`, as many channels as the plugin has, to
    /// `output` of the same shape. What the plugin says is appended to `events`. Returns the time
    /// the plugin took, on this thread.
    ///
    /// # Errors
    /// [`HostingError`] if the block does not fit or the plugin fails.
    pub fn process<S: Sample>(
        &mut self,
        input: &[&[S]],
        output: &mut [&mut [S]],
        options: &BlockOptions<'_>,
        events: &mut Vec<HostEvent>,
    ) -> Result<Duration, HostingError> {
        let frames = self.check_block(input, output)?;
        let buffers = S::of(&mut self.buffers);
        for (buffer, channel) in buffers.input.iter_mut().zip(input) {
            buffer[..frames].copy_from_slice(channel);
        }
        self.input_events.clear();
        for change in options.changes {
            if let Some(id) = ClapId::from_raw(change.id) {
                let event =
                    ParamValueEvent::new(change.offset_frames, id, Pckn::match_all(), change.value);
                self.input_events.push(&event);
            }
        }
        let cost = self.run_block::<S>(frames, options)?;
        let buffers = S::of(&mut self.buffers);
        let result = if options.in_place {
            &buffers.input
        } else {
            &buffers.output
        };
        for (channel, buffer) in output.iter_mut().zip(result) {
            channel.copy_from_slice(&buffer[..frames]);
        }
        read_events(&self.output_events, self.position_samples, events);
        self.position_samples += frames as u64;
        Ok(cost)
    }

    fn check_block<S>(&self, input: &[&[S]], output: &[&mut [S]]) -> Result<usize, HostingError> {
        let frames = input.first().map_or(0, |channel| channel.len());
        let reason = if !self.is_active() {
            return Err(HostingError::NotActive);
        } else if input.len() != self.channels || output.len() != self.channels {
            "the plugin has another number of channels"
        } else if frames == 0 || frames > self.max_block_frames {
            "it is empty, or longer than announced at the activation"
        } else if input.iter().any(|channel| channel.len() != frames)
            || output.iter().any(|channel| channel.len() != frames)
        {
            "its channels differ in length"
        } else {
            return Ok(frames);
        };
        Err(HostingError::Block {
            frames,
            channels: input.len(),
            reason,
        })
    }

    fn run_block<S: Sample>(
        &mut self,
        frames: usize,
        options: &BlockOptions<'_>,
    ) -> Result<Duration, HostingError> {
        let failed = HostingError::Process {
            position_samples: self.position_samples,
        };
        let seconds = self.position_samples as f64 / self.sample_rate_hz;
        let transport = options.transport.map(|transport| transport.at(seconds));
        let Some(Ok(processor)) = self.processor.as_mut().map(|p| p.as_started_mut()) else {
            return Err(HostingError::NotActive);
        };
        let buffers = S::of(&mut self.buffers);
        let input = S::input(&mut self.input_ports, &mut buffers.input, frames);
        let mut in_place = [*match input.as_raw_buffers() {
            [port] => port,
            _ => return Err(failed),
        }];
        let mut output = if options.in_place {
            // SAFETY: the descriptors point to `buffers.input`, which is alive, exclusively
            // borrowed through `input` and at least `frames` long; processing in place is what
            // CLAP calls one buffer given as input and output.
            unsafe { OutputAudioBuffers::from_raw_buffers(&mut in_place, frames as u32) }
        } else {
            S::output(&mut self.output_ports, &mut buffers.output, frames)
        };
        self.output_events.clear();
        let input_events = self.input_events.as_input();
        let mut output_events = self.output_events.as_output();
        let start = Instant::now();
        let status = processor.process(
            &input,
            &mut output,
            &input_events,
            &mut output_events,
            Some(self.position_samples),
            transport.as_ref(),
        );
        let cost = start.elapsed();
        status.map(|_| cost).map_err(|_| failed)
    }

    /// Runs the plugin's main-thread callback if it asked for one. A host does this all the time;
    /// here it happens between blocks.
    pub fn run_callbacks(&mut self) {
        let asked = self
            .instance
            .access_shared_handler(|requests| requests.callback.swap(false, Ordering::AcqRel));
        if asked {
            self.instance.call_on_main_thread_callback();
        }
    }

    /// Times the plugin asked the host to read its parameters anew.
    #[must_use]
    pub fn rescans(&self) -> u32 {
        self.instance
            .access_shared_handler(|requests| requests.rescans.load(Ordering::Acquire))
    }

    /// Whether the plugin asked to be restarted since the last call.
    pub fn take_restart_request(&mut self) -> bool {
        self.instance
            .access_shared_handler(|requests| requests.restart.swap(false, Ordering::AcqRel))
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

    /// The clack instance, for what this type does not cover: its editor, for one.
    pub fn with_handle<R>(&mut self, f: impl FnOnce(&PluginMainThreadHandle<'_>) -> R) -> R {
        f(&self.instance.plugin_handle())
    }
}

impl Drop for HostedPlugin {
    fn drop(&mut self) {
        self.deactivate();
    }
}

fn refused(what: &'static str, error: &impl std::fmt::Display) -> HostingError {
    HostingError::Refused {
        what,
        reason: error.to_string(),
    }
}
