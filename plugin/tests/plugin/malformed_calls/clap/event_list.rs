//! A host's lists of events, with events that fit none of the types.

use std::cell::Cell;
use std::ptr;

use clap_sys::events::{
    CLAP_EVENT_PARAM_VALUE, CLAP_EVENT_TRANSPORT, clap_event_header, clap_event_param_value,
    clap_event_transport, clap_input_events, clap_output_events,
};

use super::call::Event;

/// An event in memory that is as large as the largest.
#[repr(C)]
pub(super) union Bytes {
    header: clap_event_header,
    value: clap_event_param_value,
    transport: clap_event_transport,
}

pub(super) fn transport(header: clap_event_header, playing: bool) -> clap_event_transport {
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

pub(super) fn header(size: usize, time: u32, space_id: u16, type_: u16) -> clap_event_header {
    clap_event_header {
        size: size as u32,
        time,
        space_id,
        type_,
        flags: 0,
    }
}

/// `None` stands for a null pointer.
pub(super) fn bytes(time: u32, event: Event) -> Option<Box<Bytes>> {
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

pub(super) type Events = Vec<Option<Box<Bytes>>>;

pub(super) unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
    // SAFETY: the context is the test's list.
    unsafe { (*(*list).ctx.cast::<Events>()).len() as u32 }
}

pub(super) unsafe extern "C" fn get(
    list: *const clap_input_events,
    index: u32,
) -> *const clap_event_header {
    // SAFETY: the context is the test's list.
    let events = unsafe { &*(*list).ctx.cast::<Events>() };
    match events.get(index as usize) {
        Some(Some(event)) => ptr::from_ref(&**event).cast(),
        _ => ptr::null(),
    }
}

pub(super) unsafe extern "C" fn try_push(
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
