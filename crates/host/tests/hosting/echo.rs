//! A plugin that tells exactly what it was sent.

use std::cell::{Cell, RefCell};
use std::ffi::CStr;
use std::fmt::Write as _;
use std::io::{Read, Write};

use clack_extensions::audio_ports::{
    AudioPortFlags, AudioPortInfo, AudioPortInfoWriter, AudioPortType, PluginAudioPorts,
    PluginAudioPortsImpl,
};
use clack_extensions::params::{
    ParamDisplayWriter, ParamInfo, ParamInfoFlags, ParamInfoWriter, PluginAudioProcessorParams,
    PluginMainThreadParams, PluginParams,
};
use clack_extensions::render::{PluginRender, PluginRenderImpl, RenderMode};
use clack_extensions::state::{PluginState, PluginStateImpl};
use clack_plugin::events::event_types::{
    MidiEvent, ParamGestureBeginEvent, ParamGestureEndEvent, ParamValueEvent,
};
use clack_plugin::events::spaces::CoreEventSpace;
use clack_plugin::prelude::*;
use clack_plugin::stream::{InputStream, OutputStream};
use clack_plugin::utils::Cookie;

/// Halves what it hears, and speaks every 1,000 samples.
pub struct Echo;

const SPEAKS_EVERY: u64 = 1_000;

impl Plugin for Echo {
    type AudioProcessor<'a> = EchoProcessor;
    type Shared<'a> = ();
    type MainThread<'a> = EchoMain<'a>;

    fn declare_extensions(builder: &mut PluginExtensions<Self>, _shared: Option<&()>) {
        builder
            .register::<PluginAudioPorts>()
            .register::<PluginParams>()
            .register::<PluginRender>()
            .register::<PluginState>();
    }
}

impl DefaultPluginFactory for Echo {
    fn get_descriptor() -> PluginDescriptor {
        PluginDescriptor::new("test.echo", "Echo")
    }

    fn new_shared(_host: HostSharedHandle<'_>) -> Result<(), PluginError> {
        Ok(())
    }

    fn new_main_thread<'a>(
        host: HostMainThreadHandle<'a>,
        _shared: &'a (),
    ) -> Result<EchoMain<'a>, PluginError> {
        host.shared().request_callback();
        Ok(EchoMain {
            _host: host,
            offline: Cell::new(false),
            callbacks: Cell::new(0.0),
            state: RefCell::new(b"fresh".to_vec()),
        })
    }
}

pub struct EchoMain<'a> {
    _host: HostMainThreadHandle<'a>,
    offline: Cell<bool>,
    callbacks: Cell<f64>,
    state: RefCell<Vec<u8>>,
}

impl<'a> PluginMainThread<'a, ()> for EchoMain<'a> {
    fn on_main_thread(&self) {
        self.callbacks.set(self.callbacks.get() + 1.0);
    }
}

impl PluginAudioPortsImpl for EchoMain<'_> {
    fn count(&self, _is_input: bool) -> u32 {
        1
    }

    fn get(&self, _index: u32, _is_input: bool, writer: &mut AudioPortInfoWriter) {
        writer.set(&AudioPortInfo {
            id: ClapId::new(1),
            name: b"main",
            channel_count: 2,
            flags: AudioPortFlags::IS_MAIN | AudioPortFlags::SUPPORTS_64BITS,
            port_type: Some(AudioPortType::STEREO),
            in_place_pair: Some(ClapId::new(1)),
        });
    }
}

impl PluginRenderImpl for EchoMain<'_> {
    fn has_hard_realtime_requirement(&self) -> bool {
        false
    }

    fn set(&self, mode: RenderMode) -> Result<(), PluginError> {
        self.offline.set(mode == RenderMode::Offline);
        Ok(())
    }
}

impl PluginStateImpl for EchoMain<'_> {
    fn save(&self, output: &mut OutputStream) -> Result<(), PluginError> {
        Ok(output.write_all(&self.state.borrow())?)
    }

    fn load(&self, input: &mut InputStream) -> Result<(), PluginError> {
        let mut state = Vec::new();
        input.read_to_end(&mut state)?;
        if state.is_empty() {
            return Err(PluginError::Message("empty"));
        }
        *self.state.borrow_mut() = state;
        Ok(())
    }
}

impl PluginMainThreadParams for EchoMain<'_> {
    fn count(&self) -> u32 {
        2
    }

    fn get_info(&self, index: u32, info: &mut ParamInfoWriter) {
        info.set(&ParamInfo {
            id: ClapId::new(101 + index),
            flags: ParamInfoFlags::IS_AUTOMATABLE,
            cookie: Cookie::empty(),
            name: format!("Tag {}", index + 1).as_bytes(),
            module: b"Tags",
            min_value: 0.0,
            max_value: 100.0,
            default_value: 0.0,
        });
    }

    fn get_value(&self, id: ClapId) -> Option<f64> {
        match id.get() {
            101 => Some(f64::from(u8::from(self.offline.get()))),
            102 => Some(self.callbacks.get()),
            _ => None,
        }
    }

    fn value_to_text(
        &self,
        _id: ClapId,
        value: f64,
        writer: &mut ParamDisplayWriter,
    ) -> core::fmt::Result {
        write!(writer, "{value:.1} %")
    }

    fn text_to_value(&self, _id: ClapId, text: &CStr) -> Option<f64> {
        text.to_str().ok()?.trim_end_matches(" %").parse().ok()
    }

    fn flush(&self, _input: &InputEvents, _output: &mut OutputEvents) {}
}

pub struct EchoProcessor {
    position: u64,
}

impl PluginAudioProcessorParams for EchoProcessor {
    fn flush(&mut self, _input: &InputEvents, _output: &mut OutputEvents) {}
}

impl<'a> PluginAudioProcessor<'a, (), EchoMain<'a>> for EchoProcessor {
    fn activate(
        _host: HostAudioProcessorHandle<'a>,
        _main_thread: &EchoMain<'a>,
        _shared: &'a (),
        _config: PluginAudioConfiguration,
    ) -> Result<Self, PluginError> {
        Ok(Self { position: 0 })
    }

    fn process(
        &mut self,
        process: Process,
        mut audio: Audio,
        events: Events,
    ) -> Result<ProcessStatus, PluginError> {
        let frames = audio.frames_count();
        for mut pair in &mut audio {
            match pair.channels()? {
                SampleType::F32(channels) => channels.into_iter().for_each(|pair| halve(pair, 0.5)),
                SampleType::F64(channels) => channels.into_iter().for_each(|pair| halve(pair, 0.5)),
                SampleType::Both(..) => return Err(PluginError::Message("both")),
            }
        }
        let playing = process
            .transport
            .is_some_and(|transport| transport.flags.bits() & (1 << 4) != 0);
        let id = ClapId::new(101);
        for event in events.input {
            if let Some(CoreEventSpace::ParamValue(value)) = event.as_core_event() {
                // What the host sets comes back, one higher, on the second parameter.
                let time = event.header().time();
                let echo = ParamValueEvent::new(
                    time,
                    ClapId::new(102),
                    Pckn::match_all(),
                    value.value() + 1.0,
                );
                events.output.try_push(echo)?;
            }
        }
        for offset in 0..frames {
            let position = self.position + u64::from(offset);
            if position % SPEAKS_EVERY == 999 {
                let value = if playing { 50.0 } else { 25.0 };
                let output = &mut *events.output;
                output.try_push(ParamGestureBeginEvent::new(offset, id))?;
                output.try_push(ParamValueEvent::new(offset, id, Pckn::match_all(), value))?;
                output.try_push(ParamGestureEndEvent::new(offset, id))?;
                output.try_push(MidiEvent::new(offset, 0, [0xb0, 20, 64]))?;
            }
        }
        self.position += u64::from(frames);
        Ok(ProcessStatus::Continue)
    }
}

fn halve<S: Copy + std::ops::Mul<Output = S>>(pair: ChannelPair<'_, S>, half: S) {
    match pair {
        ChannelPair::InputOutput(input, output) => {
            for (to, from) in output.iter_mut().zip(input) {
                *to = *from * half;
            }
        }
        ChannelPair::InPlace(samples) => {
            for sample in samples {
                *sample = *sample * half;
            }
        }
        ChannelPair::InputOnly(_) | ChannelPair::OutputOnly(_) => {}
    }
}
