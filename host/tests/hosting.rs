//! The host against a plugin that tells exactly what it was sent.

use std::cell::{Cell, RefCell};
use std::ffi::CStr;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::Path;

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
use clack_host::entry::PluginEntry;
use clack_plugin::events::event_types::{
    MidiEvent, ParamGestureBeginEvent, ParamGestureEndEvent, ParamValueEvent,
};
use clack_plugin::events::spaces::CoreEventSpace;
use clack_plugin::prelude::*;
use clack_plugin::stream::{InputStream, OutputStream};
use clack_plugin::utils::Cookie;
use tagline_host::{
    BlockOptions, BlockSizes, HostEvent, HostEventKind, HostedPlugin, HostingError, Pace,
    ParameterChange, Rendering, StreamOptions, Transport, stream,
};

/// Halves what it hears, and speaks every 1,000 samples.
struct Echo;

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

struct EchoMain<'a> {
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

struct EchoProcessor {
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

fn hosted() -> HostedPlugin {
    let entry = PluginEntry::load_from_clack::<SinglePluginEntry<Echo>>(c"").unwrap();
    HostedPlugin::from_entry(&entry, c"test.echo").unwrap()
}

fn audio(frames: usize) -> Vec<Vec<f32>> {
    let ramp = |sign: f32| {
        (0..frames)
            .map(|k| sign * k as f32 / frames as f32)
            .collect()
    };
    vec![ramp(1.0), ramp(-1.0)]
}

#[test]
fn positions_do_not_depend_on_how_the_audio_is_cut_or_carried() {
    let audio = audio(10_500);
    let halved: Vec<Vec<f32>> = audio
        .iter()
        .map(|channel| channel.iter().map(|sample| sample * 0.5).collect())
        .collect();
    let sizes = [
        BlockSizes::Fixed(1),
        BlockSizes::Fixed(64),
        BlockSizes::Fixed(441),
        BlockSizes::Fixed(4_096),
        BlockSizes::Random {
            max: 2_000,
            seed: 7,
        },
    ];
    for blocks in sizes {
        for (in_place, double_precision) in
            [(false, false), (true, false), (false, true), (true, true)]
        {
            let mut plugin = hosted();
            plugin.activate(44_100.0, blocks.max_frames()).unwrap();
            let options = StreamOptions {
                blocks,
                in_place,
                double_precision,
                ..StreamOptions::default()
            };
            let streamed = stream(&mut plugin, &audio, &options, |_, _| {
                ControlFlow::Continue(())
            })
            .unwrap();
            let case = format!("{options:?}");
            assert_eq!(streamed.output, halved, "{case}");
            assert_eq!(streamed.events.len(), 4 * 10, "{case}");
            for (k, events) in streamed.events.chunks(4).enumerate() {
                let position_samples = 1_000 * k as u64 + 999;
                let at = |kind| HostEvent {
                    position_samples,
                    kind,
                };
                let expected = [
                    at(HostEventKind::GestureBegin { id: 101 }),
                    at(HostEventKind::Value {
                        id: 101,
                        value: 50.0,
                    }),
                    at(HostEventKind::GestureEnd { id: 101 }),
                    at(HostEventKind::Midi([0xb0, 20, 64])),
                ];
                assert_eq!(events, expected, "{case}");
            }
        }
    }
}

#[test]
fn the_transport_can_stand_still_or_be_absent() {
    let stopped = Transport {
        playing: false,
        tempo_bpm: 90.0,
    };
    for transport in [Some(stopped), None] {
        let mut plugin = hosted();
        plugin.activate(48_000.0, 512).unwrap();
        let options = StreamOptions {
            transport,
            ..StreamOptions::default()
        };
        let streamed = stream(&mut plugin, &audio(1_000), &options, |_, _| {
            ControlFlow::Continue(())
        })
        .unwrap();
        let value = HostEventKind::Value {
            id: 101,
            value: 25.0,
        };
        assert!(streamed.events.iter().any(|event| event.kind == value));
    }
}

#[test]
fn what_the_host_sets_reaches_the_plugin_at_its_offset() {
    let mut plugin = hosted();
    plugin.activate(48_000.0, 64).unwrap();
    let input = [[0.0f32; 64]; 2];
    let mut output = [[0.0f32; 64]; 2];
    let mut events = Vec::new();
    for _ in 0..2 {
        let change = ParameterChange {
            offset_frames: 17,
            id: 101,
            value: 41.0,
        };
        let options = BlockOptions {
            changes: &[change],
            ..BlockOptions::default()
        };
        let inputs: Vec<&[f32]> = input.iter().map(|channel| &channel[..]).collect();
        let mut outputs: Vec<&mut [f32]> =
            output.iter_mut().map(|channel| &mut channel[..]).collect();
        plugin
            .process(&inputs, &mut outputs, &options, &mut events)
            .unwrap();
    }
    let kind = HostEventKind::Value {
        id: 102,
        value: 42.0,
    };
    let at = |position_samples| HostEvent {
        position_samples,
        kind,
    };
    assert_eq!(events, [at(17), at(64 + 17)]);
}

#[test]
fn parameters_state_and_render_mode_reach_the_main_thread() {
    let mut plugin = hosted();
    assert_eq!(plugin.id(), "test.echo");
    assert_eq!(plugin.channels(), 2);
    let parameters = plugin.parameters();
    assert_eq!(parameters.len(), 2);
    assert_eq!(
        (parameters[0].id, parameters[0].name.as_str()),
        (101, "Tag 1")
    );
    assert!(parameters[0].automatable && !parameters[0].read_only);
    assert_eq!(plugin.value_text(101, 73.2).as_deref(), Some("73.2 %"));
    assert_eq!(plugin.text_value(101, "73.2 %"), Some(73.2));
    assert_eq!(plugin.value(9), None);
    plugin.set_rendering(Rendering::Offline).unwrap();
    assert_eq!(plugin.value(101), Some(1.0));
    plugin.set_rendering(Rendering::Realtime).unwrap();
    assert_eq!(plugin.value(101), Some(0.0));
    assert_eq!(plugin.save_state().unwrap(), b"fresh");
    plugin.load_state(b"used").unwrap();
    assert_eq!(plugin.save_state().unwrap(), b"used");
    assert!(matches!(
        plugin.load_state(b""),
        Err(HostingError::Refused { .. })
    ));
}

#[test]
fn the_main_thread_callback_runs_once_for_each_request() {
    let mut plugin = hosted();
    plugin.run_callbacks();
    plugin.run_callbacks();
    assert_eq!(plugin.value(102), Some(1.0));
}

#[test]
fn blocks_that_do_not_fit_are_errors() {
    let mut plugin = hosted();
    let mut events = Vec::new();
    let mut send = |plugin: &mut HostedPlugin, frames: usize, channels: usize| {
        let input = vec![vec![0.0f32; frames]; channels];
        let mut output = input.clone();
        let inputs: Vec<&[f32]> = input.iter().map(Vec::as_slice).collect();
        let mut outputs: Vec<&mut [f32]> = output.iter_mut().map(Vec::as_mut_slice).collect();
        plugin.process(&inputs, &mut outputs, &BlockOptions::default(), &mut events)
    };
    assert!(matches!(
        send(&mut plugin, 64, 2),
        Err(HostingError::NotActive)
    ));
    plugin.activate(48_000.0, 64).unwrap();
    assert!(send(&mut plugin, 64, 2).is_ok());
    for (frames, channels) in [(65, 2), (0, 2), (64, 1), (64, 3), (64, 0)] {
        let result = send(&mut plugin, frames, channels);
        assert!(
            matches!(result, Err(HostingError::Block { .. })),
            "{frames} × {channels}"
        );
    }
    plugin.deactivate();
    assert!(matches!(
        send(&mut plugin, 64, 2),
        Err(HostingError::NotActive)
    ));
}

#[test]
fn an_instance_can_be_activated_again_at_another_rate() {
    let mut plugin = hosted();
    for (rate_hz, frames) in [(44_100.0, 16), (1_234.567_8, 16_384), (768_000.0, 1)] {
        plugin.activate(rate_hz, frames).unwrap();
        assert_eq!(plugin.sample_rate_hz(), rate_hz);
        let options = StreamOptions {
            blocks: BlockSizes::Fixed(frames),
            ..StreamOptions::default()
        };
        stream(&mut plugin, &audio(3_000), &options, |_, _| {
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(plugin.position_samples(), 3_000);
        plugin.reset();
    }
}

#[test]
fn a_mono_song_is_heard_on_both_sides_and_a_surround_song_as_its_mean() {
    for channels in [1, 3] {
        let song: Vec<Vec<f32>> = (0..channels)
            .map(|k| vec![0.25 * k as f32 + 0.25; 500])
            .collect();
        let mean = 0.25 * (channels as f32 + 1.0) / 2.0;
        let mut plugin = hosted();
        plugin.activate(48_000.0, 512).unwrap();
        let options = StreamOptions::default();
        let streamed = stream(&mut plugin, &song, &options, |_, _| {
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(streamed.output, vec![vec![0.5 * mean; 500]; 2]);
    }
}

#[test]
fn a_paced_stream_takes_its_time_and_can_be_ended() {
    let mut plugin = hosted();
    plugin.activate(48_000.0, 480).unwrap();
    let options = StreamOptions {
        blocks: BlockSizes::Fixed(480),
        pace: Pace::Times(2.0),
        ..StreamOptions::default()
    };
    let streamed = stream(&mut plugin, &audio(480_000), &options, |_, block| {
        if block.frames_done >= 24_000 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })
    .unwrap();
    assert_eq!(streamed.block_costs.len(), 50);
    assert!(streamed.wall.as_secs_f64() >= 0.24, "{:?}", streamed.wall);
}

#[test]
fn a_bundle_that_is_missing_or_no_plugin_is_named() {
    let missing = HostedPlugin::load(Path::new("no/such/Tagline.clap"))
        .err()
        .unwrap();
    assert!(
        missing.to_string().contains("cargo xtask bundle"),
        "{missing}"
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Text.clap");
    std::fs::write(&path, "not a library").unwrap();
    let error = HostedPlugin::load(&path).err().unwrap();
    assert!(matches!(error, HostingError::Load { .. }), "{error}");
    assert!(error.to_string().contains("Text.clap"), "{error}");
}
