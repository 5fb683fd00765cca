//! The C functions that a host calls on the audio thread, with calls that no host should make and
//! some do. Whatever comes, the output is written with the input.

use std::cell::Cell;
use std::ffi::{c_char, c_void};
use std::ptr;

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::events::{
    CLAP_EVENT_PARAM_VALUE, CLAP_EVENT_TRANSPORT, clap_event_header, clap_event_param_value,
    clap_event_transport, clap_input_events, clap_output_events,
};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_plugin_params};
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::{CLAP_PROCESS_CONTINUE, CLAP_PROCESS_ERROR, clap_process};
use clap_sys::version::CLAP_VERSION;
use proptest::prelude::*;

/// A host that has no extension and answers nothing.
fn host() -> &'static clap_host {
    unsafe extern "C" fn no_extension(_: *const clap_host, _: *const c_char) -> *const c_void {
        ptr::null()
    }
    unsafe extern "C" fn nothing(_: *const clap_host) {}
    Box::leak(Box::new(clap_host {
        clap_version: CLAP_VERSION,
        host_data: ptr::null_mut(),
        name: c"Test".as_ptr(),
        vendor: c"Test".as_ptr(),
        url: c"".as_ptr(),
        version: c"1".as_ptr(),
        get_extension: Some(no_extension),
        request_restart: Some(nothing),
        request_process: Some(nothing),
        request_callback: Some(nothing),
    }))
}

/// An instance, as a pointer.
struct Instance(*const clap_plugin);

impl Instance {
    /// A fresh instance that has announced blocks of at most 64 frames.
    fn active() -> Self {
        // SAFETY: the calls that every host makes, in their order, with pointers that live on.
        unsafe {
            let entry = &tagline::clap_entry;
            assert!((entry.init.expect("init"))(
                c"/nowhere/Tagline.clap".as_ptr()
            ));
            let get_factory = entry.get_factory.expect("get_factory");
            let factory: *const clap_plugin_factory =
                get_factory(CLAP_PLUGIN_FACTORY_ID.as_ptr()).cast();
            let create = (*factory).create_plugin.expect("create_plugin");
            assert!(create(factory, ptr::null(), c"audio.tagline.tagline".as_ptr()).is_null());
            assert!(create(factory, host(), ptr::null()).is_null());
            assert!(create(factory, host(), c"audio.tagline.other".as_ptr()).is_null());
            let plugin = create(factory, host(), c"audio.tagline.tagline".as_ptr());
            assert!((*plugin).init.expect("init")(plugin));
            let activate = (*plugin).activate.expect("activate");
            assert!(activate(plugin, 48_000.0, 1, 64));
            assert!((*plugin).start_processing.expect("start")(plugin));
            Self(plugin)
        }
    }

    fn process(&self, call: *const clap_process) -> i32 {
        // SAFETY: the instance lives, and the function must cope with the call.
        unsafe { (*self.0).process.expect("process")(self.0, call) }
    }

    fn flush(&self, inputs: *const clap_input_events, outputs: *const clap_output_events) {
        // SAFETY: the instance lives, and the function must cope with the lists.
        unsafe {
            let get_extension = (*self.0).get_extension.expect("get_extension");
            assert!(get_extension(self.0, ptr::null()).is_null());
            let params = get_extension(self.0, CLAP_EXT_PARAMS.as_ptr());
            let params = &*params.cast::<clap_plugin_params>();
            params.flush.expect("flush")(self.0, inputs, outputs);
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: the calls that every host makes at the end.
        unsafe {
            (*self.0).stop_processing.expect("stop")(self.0);
            (*self.0).deactivate.expect("deactivate")(self.0);
            (*self.0).destroy.expect("destroy")(self.0);
        }
    }
}

/// Which channels a port has in one precision: `None` without an array, and for each channel
/// whether its pointer leads anywhere.
type Precision = Option<Vec<bool>>;

#[derive(Clone, Debug)]
struct Port {
    channels: u32,
    single: Precision,
    double: Precision,
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Null,
    Zeroed,
    Foreign,
    TooShort,
    TooLong,
    Unknown(u16),
    Value(u32, f64),
    Transport(bool),
}

#[derive(Clone, Copy, Debug)]
enum List {
    Null,
    WithoutFunctions,
    Whole,
}

#[derive(Clone, Debug)]
struct Call {
    frames: u32,
    inputs: Vec<Port>,
    outputs: Vec<Port>,
    /// Whether output channels are the input's, where both are there.
    in_place: bool,
    /// Whether the pointer to the input ports is null although there are some.
    no_inputs: bool,
    /// `None` for a null pointer; else whether the header is good, and whether it plays.
    transport: Option<(bool, bool)>,
    events: Vec<(u32, Event)>,
    list: List,
    queue: List,
    /// Events that the queue takes.
    room: usize,
}

fn precision() -> impl Strategy<Value = Precision> {
    proptest::option::weighted(
        0.7,
        proptest::collection::vec(prop::bool::weighted(0.85), 4..=4),
    )
}

fn port() -> impl Strategy<Value = Port> {
    (0..=4_u32, precision(), precision()).prop_map(|(channels, single, double)| Port {
        channels,
        single,
        double,
    })
}

fn event() -> impl Strategy<Value = (u32, Event)> {
    let value = prop_oneof![-1e9..1e9_f64, Just(f64::NAN), Just(f64::INFINITY)];
    let event = prop_oneof![
        Just(Event::Null),
        Just(Event::Zeroed),
        Just(Event::Foreign),
        Just(Event::TooShort),
        Just(Event::TooLong),
        any::<u16>().prop_map(Event::Unknown),
        (0..80_u32, value).prop_map(|(id, value)| Event::Value(id, value)),
        any::<bool>().prop_map(Event::Transport),
    ];
    (prop_oneof![0..200_u32, any::<u32>()], event)
}

fn list() -> impl Strategy<Value = List> {
    prop_oneof![
        1 => Just(List::Null),
        1 => Just(List::WithoutFunctions),
        3 => Just(List::Whole),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    let audio = (
        prop_oneof![Just(0_u32), 1..64_u32, 65..300_u32],
        proptest::collection::vec(port(), 0..3),
        proptest::collection::vec(port(), 0..3),
        any::<bool>(),
        prop::bool::weighted(0.1),
    );
    let events = (
        proptest::option::of((any::<bool>(), any::<bool>())),
        proptest::collection::vec(event(), 0..12),
        list(),
        list(),
        prop_oneof![Just(0_usize), Just(usize::MAX), 0..5_usize],
    );
    (audio, events).prop_map(|(audio, events)| Call {
        frames: audio.0,
        inputs: audio.1,
        outputs: audio.2,
        in_place: audio.3,
        no_inputs: audio.4,
        transport: events.0,
        events: events.1,
        list: events.2,
        queue: events.3,
        room: events.4,
    })
}

/// The samples and pointers of a port.
struct Memory<S> {
    samples: Vec<Vec<S>>,
    pointers: Vec<*mut S>,
}

impl<S: Copy> Memory<S> {
    /// Four channels of `frames` samples; `there` says which have a pointer.
    fn new(there: &Precision, frames: usize, sample: impl Fn(usize, usize) -> S) -> Self {
        let mut samples: Vec<Vec<S>> = (0..4)
            .map(|channel| (0..frames).map(|frame| sample(channel, frame)).collect())
            .collect();
        let there = there.iter().flatten();
        let pointers = samples.iter_mut().zip(there).map(|(channel, there)| {
            if *there {
                channel.as_mut_ptr()
            } else {
                ptr::null_mut()
            }
        });
        let pointers = pointers.collect();
        Self { samples, pointers }
    }

    /// The array of pointers, or null.
    fn array(&mut self) -> *mut *mut S {
        if self.pointers.is_empty() {
            ptr::null_mut()
        } else {
            self.pointers.as_mut_ptr()
        }
    }

    /// A channel's samples, if there is a pointer to them.
    fn channel(&self, channel: usize) -> Option<&[S]> {
        let pointer = self.pointers.get(channel)?;
        (!pointer.is_null()).then(|| self.samples[channel].as_slice())
    }
}

struct PortMemory {
    channels: u32,
    single: Memory<f32>,
    double: Memory<f64>,
}

impl PortMemory {
    fn new(port: &Port, frames: u32, number: usize) -> Self {
        let frames = frames as usize;
        let sample = move |channel: usize, frame: usize| {
            (number * 1_000 + channel * 100 + frame % 97) as f32 / 4_096.0 - 0.3
        };
        Self {
            channels: port.channels,
            single: Memory::new(&port.single, frames, sample),
            double: Memory::new(&port.double, frames, move |channel, frame| {
                f64::from(sample(channel, frame)) + 1e-12
            }),
        }
    }

    fn buffer(&mut self) -> clap_audio_buffer {
        clap_audio_buffer {
            data32: self.single.array(),
            data64: self.double.array(),
            channel_count: self.channels,
            latency: 0,
            constant_mask: 0,
        }
    }

    /// What an output in either precision must hold of this input's channel, if it has any.
    fn expected(&self, channel: usize) -> Option<(Vec<f32>, Vec<f64>)> {
        if channel >= self.channels as usize {
            return None;
        }
        let (single, double) = (self.single.channel(channel), self.double.channel(channel));
        let narrow = |samples: &[f64]| samples.iter().map(|sample| *sample as f32).collect();
        let wide = |samples: &[f32]| samples.iter().map(|sample| f64::from(*sample)).collect();
        match (single, double) {
            (Some(single), Some(double)) => Some((single.to_vec(), double.to_vec())),
            (Some(single), None) => Some((single.to_vec(), wide(single))),
            (None, Some(double)) => Some((narrow(double), double.to_vec())),
            (None, None) => None,
        }
    }
}

/// An event in memory that is as large as the largest.
#[repr(C)]
union Bytes {
    header: clap_event_header,
    value: clap_event_param_value,
    transport: clap_event_transport,
}

fn transport(header: clap_event_header, playing: bool) -> clap_event_transport {
    clap_event_transport {
        header,
        flags: if playing { 1 << 4 } else { 0 },
        song_pos_beats: 0,
        song_pos_seconds: 0,
        tempo: 120.0,
        tempo_inc: 0.0,
        loop_start_beats: 0,
        loop_end_beats: 0,
        loop_start_seconds: 0,
        loop_end_seconds: 0,
        bar_start: 0,
        bar_number: 0,
        tsig_num: 4,
        tsig_denom: 4,
    }
}

fn header(size: usize, time: u32, space_id: u16, type_: u16) -> clap_event_header {
    clap_event_header {
        size: size as u32,
        time,
        space_id,
        type_,
        flags: 0,
    }
}

/// `None` stands for a null pointer.
fn bytes(time: u32, event: Event) -> Option<Box<Bytes>> {
    let whole = size_of::<clap_event_param_value>();
    let value = |size, space, id, value| Bytes {
        value: clap_event_param_value {
            header: header(size, time, space, CLAP_EVENT_PARAM_VALUE),
            param_id: id,
            cookie: ptr::null_mut(),
            note_id: -1,
            port_index: -1,
            channel: -1,
            key: -1,
            value,
        },
    };
    Some(Box::new(match event {
        Event::Null => return None,
        Event::Zeroed => Bytes {
            header: header(0, 0, 0, 0),
        },
        Event::Foreign => value(whole, 0x1234, 1, 2.0),
        Event::TooShort => value(size_of::<clap_event_header>(), 0, 1, 2.0),
        Event::TooLong => value(whole + 8, 0, 3, 1.5),
        Event::Unknown(type_) if type_ == CLAP_EVENT_PARAM_VALUE => return None,
        Event::Unknown(type_) if type_ == CLAP_EVENT_TRANSPORT => return None,
        Event::Unknown(type_) => Bytes {
            header: header(size_of::<clap_event_header>(), time, 0, type_),
        },
        Event::Value(id, plain) => value(whole, 0, id, plain),
        Event::Transport(playing) => {
            let size = size_of::<clap_event_transport>();
            let header = header(size, time, 0, CLAP_EVENT_TRANSPORT);
            Bytes {
                transport: transport(header, playing),
            }
        }
    }))
}

type Events = Vec<Option<Box<Bytes>>>;

unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
    // SAFETY: the context is the test's list.
    unsafe { (*(*list).ctx.cast::<Events>()).len() as u32 }
}

unsafe extern "C" fn get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
    // SAFETY: the context is the test's list.
    let events = unsafe { &*(*list).ctx.cast::<Events>() };
    match events.get(index as usize) {
        Some(Some(event)) => ptr::from_ref(&**event).cast(),
        _ => ptr::null(),
    }
}

unsafe extern "C" fn try_push(
    list: *const clap_output_events,
    event: *const clap_event_header,
) -> bool {
    assert!(!event.is_null());
    // SAFETY: the context is the test's room.
    let room = unsafe { &*(*list).ctx.cast::<Cell<usize>>() };
    let left = room.get().checked_sub(1);
    room.set(left.unwrap_or(0));
    left.is_some()
}

/// Makes the call, and checks that every output channel holds what it must.
fn check(instance: &Instance, call: &Call) -> Result<(), TestCaseError> {
    let mut inputs: Vec<PortMemory> = (call.inputs.iter().enumerate())
        .map(|(number, port)| PortMemory::new(port, call.frames, number))
        .collect();
    let mut outputs: Vec<PortMemory> = (call.outputs.iter().enumerate())
        .map(|(number, port)| PortMemory::new(port, call.frames, number + 7))
        .collect();
    if call.in_place {
        for (input, output) in inputs.iter().zip(&mut outputs) {
            share(&input.single.pointers, &mut output.single.pointers);
            share(&input.double.pointers, &mut output.double.pointers);
        }
    }
    let has_inputs = !call.no_inputs;
    let expected: Vec<Vec<_>> = (0..outputs.len())
        .map(|port| {
            let input = inputs.get(port).filter(|_| has_inputs);
            let of = |channel| input.and_then(|input| input.expected(channel));
            (0..4).map(of).collect()
        })
        .collect();
    let mut input_ports: Vec<_> = inputs.iter_mut().map(PortMemory::buffer).collect();
    let mut output_ports: Vec<_> = outputs.iter_mut().map(PortMemory::buffer).collect();

    let mut events: Events = call
        .events
        .iter()
        .map(|&(time, event)| bytes(time, event))
        .collect();
    let in_events = clap_input_events {
        ctx: ptr::from_mut(&mut events).cast(),
        size: matches!(call.list, List::Whole).then_some(size as _),
        get: matches!(call.list, List::Whole).then_some(get as _),
    };
    let mut room = Cell::new(call.room);
    let out_events = clap_output_events {
        ctx: ptr::from_mut(&mut room).cast(),
        try_push: matches!(call.queue, List::Whole).then_some(try_push as _),
    };
    let in_events = match call.list {
        List::Null => ptr::null(),
        _ => ptr::from_ref(&in_events),
    };
    let out_events = match call.queue {
        List::Null => ptr::null(),
        _ => ptr::from_ref(&out_events),
    };
    let transport = call.transport.map(|(good, playing)| {
        let size = size_of::<clap_event_transport>();
        let header = if good {
            header(size, 0, 0, CLAP_EVENT_TRANSPORT)
        } else {
            header(0, 0, 0, 0)
        };
        transport(header, playing)
    });
    let status = instance.process(&clap_process {
        steady_time: -1,
        frames_count: call.frames,
        transport: transport.as_ref().map_or(ptr::null(), ptr::from_ref),
        audio_inputs: if has_inputs {
            input_ports.as_mut_ptr()
        } else {
            ptr::null()
        },
        audio_outputs: output_ports.as_mut_ptr(),
        audio_inputs_count: input_ports.len() as u32,
        audio_outputs_count: output_ports.len() as u32,
        in_events,
        out_events,
    });
    prop_assert_eq!(status, CLAP_PROCESS_CONTINUE);
    for (port, output) in output_ports.iter().enumerate() {
        let channels = output.channel_count as usize;
        for (channel, expected) in expected[port].iter().enumerate().take(channels) {
            let silence = || {
                (
                    vec![0.0; call.frames as usize],
                    vec![0.0; call.frames as usize],
                )
            };
            let (single, double) = expected.clone().unwrap_or_else(silence);
            // SAFETY: the arrays are null or have a pointer for each channel, and each pointer that
            // is not null leads to `frames` samples of the memory above, which lives on.
            unsafe {
                if let Some(found) = samples(output.data32, channel, call.frames) {
                    prop_assert_eq!(bits32(found), bits32(&single), "port {} {}", port, channel);
                }
                if let Some(found) = samples(output.data64, channel, call.frames) {
                    prop_assert_eq!(bits64(found), bits64(&double), "port {} {}", port, channel);
                }
            }
        }
    }
    instance.flush(in_events, out_events);
    Ok(())
}

/// Lets the output have the input's memory, where both have a pointer.
fn share<S>(input: &[*mut S], output: &mut [*mut S]) {
    for (input, output) in input.iter().zip(output) {
        if !input.is_null() && !output.is_null() {
            *output = *input;
        }
    }
}

/// # Safety
/// `array` is null or has a pointer for `channel`, which is null or leads to `frames` samples.
unsafe fn samples<'a, S>(array: *const *mut S, channel: usize, frames: u32) -> Option<&'a [S]> {
    if array.is_null() {
        return None;
    }
    // SAFETY: as the caller says.
    unsafe {
        let pointer = *array.add(channel);
        (!pointer.is_null()).then(|| std::slice::from_raw_parts(pointer, frames as usize))
    }
}

fn bits32(samples: &[f32]) -> Vec<u32> {
    samples.iter().map(|sample| sample.to_bits()).collect()
}

fn bits64(samples: &[f64]) -> Vec<u64> {
    samples.iter().map(|sample| sample.to_bits()).collect()
}

thread_local! {
    /// One instance for all cases, so that what a call leaves behind meets the next one.
    static INSTANCE: Instance = Instance::active();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn whatever_the_call_the_output_is_written_with_the_input(call in call()) {
        INSTANCE.with(|instance| check(instance, &call))?;
    }
}

#[test]
fn a_call_that_is_null_is_an_error_and_does_no_harm() {
    let instance = Instance::active();
    assert_eq!(instance.process(ptr::null()), CLAP_PROCESS_ERROR);
}

#[test]
fn qtractors_transport_with_a_zeroed_header_neither_stops_the_sound_nor_the_transport() {
    let instance = Instance::active();
    let port = Port {
        channels: 2,
        single: Some(vec![true; 4]),
        double: None,
    };
    let call = Call {
        frames: 64,
        inputs: vec![port.clone()],
        outputs: vec![port],
        in_place: false,
        no_inputs: false,
        transport: Some((false, true)),
        events: vec![(0, Event::Zeroed), (3, Event::Foreign)],
        list: List::Whole,
        queue: List::Whole,
        room: usize::MAX,
    };
    for _ in 0..100 {
        check(&instance, &call).expect("the signal passes");
    }
}

#[test]
fn a_plugin_that_is_not_active_still_passes_the_signal() {
    let instance = Instance::active();
    // SAFETY: the instance lives.
    unsafe {
        (*instance.0).stop_processing.expect("stop")(instance.0);
        (*instance.0).deactivate.expect("deactivate")(instance.0);
    }
    let (input, mut output) = ([0.5_f32, -0.25], [9.0_f32; 2]);
    let mut from = [input.as_ptr().cast_mut()];
    let mut to = [output.as_mut_ptr()];
    let port = |data32: *mut *mut f32| clap_audio_buffer {
        data32,
        data64: ptr::null_mut(),
        channel_count: 1,
        latency: 0,
        constant_mask: 0,
    };
    let (inputs, mut outputs) = ([port(from.as_mut_ptr())], [port(to.as_mut_ptr())]);
    instance.process(&clap_process {
        steady_time: 0,
        frames_count: 2,
        transport: ptr::null(),
        audio_inputs: inputs.as_ptr(),
        audio_outputs: outputs.as_mut_ptr(),
        audio_inputs_count: 1,
        audio_outputs_count: 1,
        in_events: ptr::null(),
        out_events: ptr::null(),
    });
    assert_eq!(output, input);
    // SAFETY: so that the drop's deactivation finds it active.
    unsafe {
        assert!((*instance.0).activate.expect("activate")(
            instance.0, 48_000.0, 1, 64
        ));
        assert!((*instance.0).start_processing.expect("start")(instance.0));
    }
}
