//! CLAP's functions of the audio thread.

mod call;
mod event_list;
mod instance;
mod port;

use std::cell::Cell;
use std::ptr;

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::events::{
    CLAP_EVENT_TRANSPORT, clap_event_transport, clap_input_events, clap_output_events,
};
use clap_sys::process::{CLAP_PROCESS_CONTINUE, CLAP_PROCESS_ERROR, clap_process};
use proptest::prelude::*;

use call::{Call, Event, List, Port, call};
use event_list::{Events, bytes, get, header, size, transport, try_push};
use instance::Instance;
use port::PortMemory;

use super::memory::{bits, samples, share};

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
                    prop_assert_eq!(bits(found), bits(&single), "port {} {}", port, channel);
                }
                if let Some(found) = samples(output.data64, channel, call.frames) {
                    prop_assert_eq!(bits(found), bits(&double), "port {} {}", port, channel);
                }
            }
        }
    }
    instance.flush(in_events, out_events);
    Ok(())
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
