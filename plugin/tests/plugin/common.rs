//! A host in the same process, which sees every event and can be as unpleasant as it likes.

pub mod audio;
pub mod models;

use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use clack_extensions::configurable_audio_ports::{
    AudioPortRequest, AudioPortRequestDetails, PluginConfigurableAudioPorts,
};
use clack_extensions::latency::PluginLatency;
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamInfoBuffer,
    ParamRescanFlags, PluginParams,
};
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::state::{HostState, HostStateImpl, PluginState};
use clack_extensions::tail::{PluginTail, TailLength};
use clack_host::events::event_types::{
    MidiEvent, ParamGestureBeginEvent, ParamGestureEndEvent, ParamValueEvent, TransportEvent,
    TransportFlags,
};
use clack_host::events::io::{EventBuffer, OutputEventBuffer, TryPushError};
use clack_host::events::{EventFlags, EventHeader, UnknownEvent};
use clack_host::prelude::*;
use clack_host::utils::{BeatTime, SecondsTime};

use audio::Sample;
pub use tagline::core::params::id as ids;

/// What the plugin told the host, with its position in the stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    Begin(u32),
    /// A value that the host may record.
    Value(u32, f64),
    /// A value that the host must not record.
    Live(u32, f64),
    End(u32),
    Midi([u8; 3]),
}

impl Told {
    /// The value, whoever may record it.
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Value(_, value) | Self::Live(_, value) => Some(*value),
            _ => None,
        }
    }
}

pub type Heard = (u64, Told);

/// What the plugin asked of the host.
#[derive(Default)]
pub struct Requests {
    callback: AtomicBool,
    flush: AtomicBool,
    rescanned: AtomicU32,
    dirty: AtomicBool,
}

impl SharedHandler<'_> for Requests {
    fn request_restart(&self) {}
    fn request_process(&self) {}
    fn request_callback(&self) {
        self.callback.store(true, Ordering::Release);
    }
}

impl HostParamsImplShared for Requests {
    fn request_flush(&self) {
        self.flush.store(true, Ordering::Release);
    }
}

pub struct MainThread<'a>(&'a Requests);

impl<'a> MainThreadHandler<'a> for MainThread<'a> {}

impl HostParamsImplMainThread for MainThread<'_> {
    fn rescan(&self, flags: ParamRescanFlags) {
        self.0.rescanned.fetch_or(flags.bits(), Ordering::AcqRel);
    }
    fn clear(&self, _param_id: ClapId, _flags: ParamClearFlags) {}
}

impl HostStateImpl for MainThread<'_> {
    fn mark_dirty(&self) {
        self.0.dirty.store(true, Ordering::Release);
    }
}

struct Handlers;

impl HostHandlers for Handlers {
    type Shared<'a> = Requests;
    type MainThread<'a> = MainThread<'a>;
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _shared: &Self::Shared<'_>) {
        builder.register::<HostParams>().register::<HostState>();
    }
}

/// An output queue that takes so many events a block and no more.
struct Queue {
    room: usize,
    taken: EventBuffer,
}

impl OutputEventBuffer for Queue {
    fn try_push(&mut self, event: &UnknownEvent) -> Result<(), TryPushError> {
        self.room = self.room.checked_sub(1).ok_or(TryPushError::new())?;
        self.taken.push(event);
        Ok(())
    }
}

/// One instance and its host, on this thread.
pub struct Host {
    processor: Option<StartedPluginAudioProcessor<Handlers>>,
    instance: PluginInstance<Handlers>,
    queue: Queue,
    /// Events the host takes in a block.
    pub room: usize,
    /// Whether the transport plays; `None` for a host without one.
    pub playing: Option<bool>,
    pub channels: usize,
    pub position: u64,
    /// Everything the plugin told since the activation.
    pub heard: Vec<Heard>,
}

/// The library's own entry, as a host finds it. No model of this machine's user is used.
pub fn entry() -> PluginEntry {
    static NO_MODELS: Once = Once::new();
    NO_MODELS.call_once(|| {
        let nowhere = std::env::temp_dir().join("tagline-tests-have-no-models-here");
        // SAFETY: every test comes here before it does anything else, so nothing reads the
        // environment outside of Rust's own lock.
        unsafe { std::env::set_var("TAGLINE_MODELS", nowhere) };
    });
    // SAFETY: the descriptor is the plugin's own, made by clack.
    unsafe { PluginEntry::load_from_raw(&tagline::clap_entry, c"/nowhere/Tagline.clap") }
        .expect("the entry initialises")
}

impl Host {
    /// A fresh stereo instance.
    pub fn new() -> Self {
        Self::named("Test")
    }

    /// A fresh stereo instance in a host that calls itself so.
    pub fn named(name: &str) -> Self {
        let info = HostInfo::new(name, "Tagline", "", "1").expect("plain strings");
        let id = c"audio.tagline.tagline";
        let instance = PluginInstance::<Handlers>::new(
            |_| Requests::default(),
            |requests| MainThread(requests),
            &entry(),
            id,
            &info,
        )
        .expect("an instance");
        Self {
            processor: None,
            instance,
            queue: Queue {
                room: 0,
                taken: EventBuffer::with_capacity(8_192),
            },
            room: usize::MAX,
            playing: Some(true),
            channels: 2,
            position: 0,
            heard: Vec::new(),
        }
    }

    /// Asks for another number of channels.
    pub fn set_channels(&mut self, channels: u32) -> bool {
        let mut handle = self
            .instance
            .inactive_plugin_handle()
            .expect("the plugin is inactive");
        let ports: PluginConfigurableAudioPorts =
            handle.get_extension().expect("configurable ports");
        let details = match channels {
            1 => AudioPortRequestDetails::mono(),
            2 => AudioPortRequestDetails::stereo(),
            n => AudioPortRequestDetails::untyped(n),
        };
        let requests = [true, false].map(|is_input| AudioPortRequest::new(is_input, 0, details));
        let applied = ports.apply_configuration(&mut handle, &requests);
        if applied {
            self.channels = channels as usize;
        }
        applied
    }

    pub fn activate(&mut self, sample_rate_hz: f64, max_frames: u32) {
        let config = PluginAudioConfiguration {
            sample_rate: sample_rate_hz,
            min_frames_count: 1,
            max_frames_count: max_frames,
        };
        let stopped = self.instance.activate(|_, _| (), config);
        let started = stopped.expect("activates").start_processing();
        self.processor = Some(started.expect("starts"));
        self.position = 0;
        self.heard.clear();
    }

    /// Latency in samples, and the tail of the active plugin.
    pub fn delays(&mut self) -> (u32, TailLength) {
        let processor = self.processor.as_mut().expect("active");
        let handle = processor.plugin_handle();
        let tail: PluginTail = handle.get_extension().expect("a tail");
        let tail = tail.get(&handle);
        let handle = self.instance.plugin_handle();
        let latency: PluginLatency = handle.get_extension().expect("a latency");
        (latency.get(&handle), tail)
    }

    pub fn deactivate(&mut self) {
        if let Some(processor) = self.processor.take() {
            self.instance.deactivate(processor.stop_processing());
        }
    }

    pub fn reset(&mut self) {
        self.processor.as_mut().expect("active").reset();
    }

    pub fn set_offline(&mut self, offline: bool) {
        let handle = self.instance.plugin_handle();
        let render: PluginRender = handle.get_extension().expect("the render extension");
        let mode = if offline {
            RenderMode::Offline
        } else {
            RenderMode::Realtime
        };
        render.set(&handle, mode).expect("either mode");
    }

    /// One block; `changes` are (offset, id, value).
    pub fn block<S: Sample>(
        &mut self,
        input: &mut [Vec<S>],
        in_place: bool,
        changes: &[(u32, u32, f64)],
    ) -> Vec<Vec<S>> {
        let mut events = EventBuffer::with_capacity(changes.len());
        for &(offset, id, value) in changes {
            events.push(&value_event(offset, id, value));
        }
        let transport = self.playing.map(transport);
        self.queue.room = self.room;
        let output = audio::run(input, in_place, |inputs, outputs| {
            let processor = self.processor.as_mut().expect("active");
            let mut queue = (&mut self.queue).into();
            let at = Some(self.position);
            let (events, transport) = (events.as_input(), transport.as_ref());
            let status = processor.process(inputs, outputs, &events, &mut queue, at, transport);
            assert_eq!(status.expect("a block"), ProcessStatus::Continue);
        });
        let frames = input.first().map_or(0, Vec::len) as u64;
        self.take_queue(frames);
        self.position += frames;
        self.run_callback();
        output
    }

    /// A flush of parameters, active or not.
    pub fn flush(&mut self, changes: &[(u32, f64)]) {
        let mut events = EventBuffer::with_capacity(changes.len());
        for &(id, value) in changes {
            events.push(&value_event(0, id, value));
        }
        self.queue.room = self.room;
        let mut queue = (&mut self.queue).into();
        if let Some(processor) = &mut self.processor {
            let mut handle = processor.plugin_handle();
            let params: PluginParams = handle.get_extension().expect("parameters");
            params.flush_active(&mut handle, &events.as_input(), &mut queue);
        } else {
            let mut handle = self.instance.inactive_plugin_handle().expect("inactive");
            let params: PluginParams = handle.get_extension().expect("parameters");
            params.flush(&mut handle, &events.as_input(), &mut queue);
        }
        self.take_queue(1);
    }

    fn take_queue(&mut self, frames: u64) {
        let mut last = 0;
        for event in &self.queue.taken {
            let time = event.header().time();
            assert!(time >= last, "events are sorted by time");
            assert!(u64::from(time) < frames.max(1), "and lie within the block");
            last = time;
            self.heard
                .push((self.position + u64::from(time), told(event)));
        }
        self.queue.taken.clear();
    }

    /// Calls the plugin back if it asked for that.
    pub fn run_callback(&mut self) {
        if self.took(|requests| &requests.callback) {
            self.instance.call_on_main_thread_callback();
        }
    }

    fn took(&self, flag: impl Fn(&Requests) -> &AtomicBool) -> bool {
        self.instance
            .access_shared_handler(|requests| flag(requests).swap(false, Ordering::AcqRel))
    }

    /// Whether the plugin asked for a flush since the last call.
    pub fn wants_flush(&self) -> bool {
        self.took(|requests| &requests.flush)
    }

    /// Whether the plugin said that its state changed since the last call.
    pub fn is_dirty(&self) -> bool {
        self.took(|requests| &requests.dirty)
    }

    /// What the plugin asked the host to read again since the last call.
    pub fn rescanned(&self) -> ParamRescanFlags {
        let bits = self
            .instance
            .access_shared_handler(|requests| requests.rescanned.swap(0, Ordering::AcqRel));
        ParamRescanFlags::from_bits_truncate(bits)
    }

    /// Updates since the activation.
    pub fn updates(&mut self) -> usize {
        self.value(ids::UPDATES) as usize
    }

    pub fn value(&mut self, id: u32) -> f64 {
        let handle = self.instance.plugin_handle();
        let params: PluginParams = handle.get_extension().expect("parameters");
        params
            .get_value(&handle, ClapId::new(id))
            .expect("a known id")
    }

    /// Ids, names and modules in the plugin's order.
    pub fn names(&mut self) -> Vec<(u32, String, String)> {
        let handle = self.instance.plugin_handle();
        let params: PluginParams = handle.get_extension().expect("parameters");
        let mut buffer = ParamInfoBuffer::new();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        (0..params.count(&handle))
            .map(|index| {
                let info = params
                    .get_info(&handle, index, &mut buffer)
                    .expect("every index");
                (info.id.get(), text(info.name), text(info.module))
            })
            .collect()
    }

    pub fn name(&mut self, id: u32) -> String {
        let names = self.names();
        let found = names.into_iter().find(|(known, ..)| *known == id);
        found.expect("a known id").1
    }

    pub fn save(&mut self) -> String {
        let handle = self.instance.plugin_handle();
        let state: PluginState = handle.get_extension().expect("state");
        let mut bytes = Vec::new();
        state.save(&handle, &mut bytes).expect("saves");
        String::from_utf8(bytes).expect("UTF-8")
    }

    pub fn try_load(&mut self, bytes: &[u8]) -> bool {
        let handle = self.instance.plugin_handle();
        let state: PluginState = handle.get_extension().expect("state");
        let loaded = state.load(&handle, &mut &*bytes).is_ok();
        self.run_callback();
        loaded
    }

    pub fn load(&mut self, text: &str) {
        assert!(self.try_load(text.as_bytes()), "loads {text}");
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.deactivate();
    }
}

fn value_event(offset: u32, id: u32, value: f64) -> ParamValueEvent {
    ParamValueEvent::new(offset, ClapId::new(id), Pckn::match_all(), value)
}

fn told(event: &UnknownEvent) -> Told {
    let raw = |id: Option<ClapId>| id.expect("a valid id").get();
    if let Some(event) = event.as_event::<ParamGestureBeginEvent>() {
        Told::Begin(raw(event.param_id()))
    } else if let Some(event) = event.as_event::<ParamValueEvent>() {
        let (id, value) = (raw(event.param_id()), event.value());
        let flags = event.header().flags();
        if flags.contains(EventFlags::DONT_RECORD) {
            Told::Live(id, value)
        } else {
            Told::Value(id, value)
        }
    } else if let Some(event) = event.as_event::<ParamGestureEndEvent>() {
        Told::End(raw(event.param_id()))
    } else {
        let midi = event.as_event::<MidiEvent>();
        Told::Midi(midi.expect("no other events are sent").data())
    }
}

fn transport(playing: bool) -> TransportEvent {
    let mut flags = TransportFlags::HAS_TEMPO;
    flags.set(TransportFlags::IS_PLAYING, playing);
    let beats = BeatTime::from_float(0.0);
    let seconds = SecondsTime::from_float(0.0);
    TransportEvent {
        header: EventHeader::new_core(0, EventFlags::empty()),
        flags,
        song_pos_beats: beats,
        song_pos_seconds: seconds,
        tempo: 120.0,
        tempo_inc: 0.0,
        loop_start_beats: beats,
        loop_end_beats: beats,
        loop_start_seconds: seconds,
        loop_end_seconds: seconds,
        bar_start: beats,
        bar_number: 0,
        time_signature_numerator: 4,
        time_signature_denominator: 4,
    }
}
