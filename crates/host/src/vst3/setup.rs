//! Buses, activation and state.

use vst3::Steinberg::Vst::BusDirections_::{kInput, kOutput};
use vst3::Steinberg::Vst::MediaTypes_::{kAudio, kEvent};
use vst3::Steinberg::Vst::ProcessModes_::{kOffline, kRealtime};
use vst3::Steinberg::Vst::SymbolicSampleSizes_::kSample32;
use vst3::Steinberg::Vst::{
    BusInfo, IAudioProcessorTrait, IComponentTrait, IEditControllerTrait, ProcessSetup,
    SpeakerArrangement,
};
use vst3::Steinberg::{kNotImplemented, kResultOk, kResultTrue};

use super::{Bytes, StreamHabits, Vst3Plugin, arrangement_of};
use crate::ports::Buffers;
use crate::{HostingError, Rendering};

/// How an instance is set up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setup {
    pub(super) channels: usize,
    pub(super) sample_rate_hz: f64,
    pub(super) max_block_frames: usize,
    pub(super) sample_size: i32,
    pub(super) process_mode: i32,
    pub(super) is_active: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            channels: 0,
            sample_rate_hz: 0.0,
            max_block_frames: 0,
            sample_size: kSample32 as i32,
            process_mode: kRealtime as i32,
            is_active: false,
        }
    }
}

impl Vst3Plugin {
    /// Number of channels of the main buses.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.setup.channels
    }

    /// Whether the plugin is active.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.setup.is_active
    }

    /// The rate of the stream, in Hz.
    #[must_use]
    pub fn sample_rate_hz(&self) -> f64 {
        self.setup.sample_rate_hz
    }

    /// Samples processed since the activation.
    #[must_use]
    pub fn position_samples(&self) -> u64 {
        self.position_samples
    }

    /// Asks for these arrangements of the main buses; only while the plugin is not active. Returns
    /// whether it takes them.
    pub fn set_arrangements(
        &mut self,
        mut input: SpeakerArrangement,
        mut output: SpeakerArrangement,
    ) -> bool {
        // SAFETY: one arrangement each way, as is said.
        let result = unsafe {
            self.processor
                .setBusArrangements(&mut input, 1, &mut output, 1)
        };
        self.setup.channels = self.read_channels();
        result == kResultTrue
    }

    /// Gives the main buses this many channels; only while the plugin is not active.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin cannot have them.
    pub fn set_channels(&mut self, channels: usize) -> Result<(), HostingError> {
        let arrangement = arrangement_of(channels);
        if self.set_arrangements(arrangement, arrangement) && self.setup.channels == channels {
            Ok(())
        } else {
            Err(HostingError::answered("another number of channels", 0))
        }
    }

    pub(super) fn read_channels(&self) -> usize {
        self.bus(true).map_or(0, |bus| bus.channelCount as usize)
    }

    /// What the plugin says of its main audio bus.
    #[must_use]
    pub fn bus(&self, is_input: bool) -> Option<BusInfo> {
        let direction = if is_input { kInput } else { kOutput } as i32;
        // SAFETY: a plain structure of numbers, which the plugin fills.
        unsafe {
            let mut bus: BusInfo = std::mem::zeroed();
            let result = self
                .component
                .getBusInfo(kAudio as i32, direction, 0, &mut bus);
            (result == kResultOk).then_some(bus)
        }
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
        let frames = max_block_frames.max(1);
        self.setup.sample_rate_hz = sample_rate_hz;
        self.setup.max_block_frames = frames as usize;
        self.start()?;
        let channels = self.setup.channels;
        self.buffers = Buffers::new(channels, frames as usize);
        self.position_samples = 0;
        self.run_callbacks();
        Ok(())
    }

    fn start(&mut self) -> Result<(), HostingError> {
        let mut setup = ProcessSetup {
            processMode: self.setup.process_mode,
            symbolicSampleSize: self.setup.sample_size,
            maxSamplesPerBlock: self.setup.max_block_frames as i32,
            sampleRate: self.setup.sample_rate_hz,
        };
        // SAFETY: the order of calls and their threads are those of the interface.
        unsafe {
            let result = self.processor.setupProcessing(&mut setup);
            if result != kResultOk {
                return Err(HostingError::answered("its setup", result));
            }
            let component = &self.component;
            component.activateBus(kAudio as i32, kInput as i32, 0, 1);
            component.activateBus(kAudio as i32, kOutput as i32, 0, 1);
            component.activateBus(kEvent as i32, kOutput as i32, 0, 1);
            let result = component.setActive(1);
            if result != kResultOk {
                return Err(HostingError::answered("to be activated", result));
            }
            let result = self.processor.setProcessing(1);
            if result != kResultOk && result != kNotImplemented {
                return Err(HostingError::answered("to start processing", result));
            }
        }
        self.setup.is_active = true;
        Ok(())
    }

    /// Stops processing and deactivates the plugin.
    pub fn deactivate(&mut self) {
        if std::mem::take(&mut self.setup.is_active) {
            // SAFETY: the order of calls and their threads are those of the interface.
            unsafe {
                self.processor.setProcessing(0);
                self.component.setActive(0);
            }
            self.run_callbacks();
        }
    }

    /// Resets the plugin's stream, as a host does after a jump.
    pub fn reset(&mut self) {
        if self.setup.is_active {
            // SAFETY: the order of calls and their threads are those of the interface.
            unsafe {
                self.processor.setProcessing(0);
                self.processor.setProcessing(1);
            }
        }
    }

    /// Sets the plugin up for samples of this size, if it is for another one.
    pub(super) fn set_sample_size(&mut self, sample_size: i32) -> Result<(), HostingError> {
        if self.setup.sample_size == sample_size {
            return Ok(());
        }
        self.setup.sample_size = sample_size;
        let (rate_hz, frames) = (self.setup.sample_rate_hz, self.setup.max_block_frames);
        self.activate(rate_hz, frames as u32)
    }

    /// Says how the host renders, from the next activation on.
    ///
    /// # Errors
    /// None: the plugin is told when it is activated.
    pub fn set_rendering(&mut self, rendering: Rendering) -> Result<(), HostingError> {
        self.setup.process_mode = match rendering {
            Rendering::Realtime => kRealtime as i32,
            Rendering::Offline => kOffline as i32,
        };
        Ok(())
    }

    /// The plugin's state, as a session would hold it.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin refuses.
    pub fn save_state(&mut self) -> Result<Vec<u8>, HostingError> {
        self.save_state_to(&Bytes::new(&[], StreamHabits::default()))
    }

    /// The plugin's state, through a stream of the caller's.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin refuses.
    pub fn save_state_to(&mut self, stream: &Bytes) -> Result<Vec<u8>, HostingError> {
        // SAFETY: the stream lives.
        let result = unsafe { self.component.getState(stream.interface().as_ptr()) };
        if result != kResultOk {
            return Err(HostingError::answered("to save its state", result));
        }
        Ok(stream.content())
    }

    /// Puts the plugin into a state: the component, then the controller.
    ///
    /// # Errors
    /// [`HostingError`] if the component refuses.
    pub fn load_state(&mut self, state: &[u8]) -> Result<(), HostingError> {
        let habits = StreamHabits::default();
        let result = self.set_component_state(&Bytes::new(state, habits));
        if result != kResultOk {
            return Err(HostingError::answered("this state", result));
        }
        self.tell_controller(&Bytes::new(state, habits));
        self.hear();
        Ok(())
    }

    /// The component's `setState`, and what it answers.
    pub fn set_component_state(&self, stream: &Bytes) -> i32 {
        // SAFETY: the stream lives.
        unsafe { self.component.setState(stream.interface().as_ptr()) }
    }

    /// The controller's `setComponentState`, and what it answers.
    pub fn tell_controller(&self, stream: &Bytes) -> i32 {
        // SAFETY: the stream lives.
        unsafe {
            self.controller
                .setComponentState(stream.interface().as_ptr())
        }
    }
}

/// The bytes of a class id in the order in which people read it: on Windows its first three
/// numbers lie the other way round.
pub(super) fn in_order(id: [u8; 16]) -> [u8; 16] {
    if !cfg!(target_os = "windows") {
        return id;
    }
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    ORDER.map(|at| id[at])
}
