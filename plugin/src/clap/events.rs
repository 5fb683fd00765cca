//! Audio thread: CLAP's events, read as bytes and written as structs.
//!
//! Hosts hand over events with zeroed headers, wrong sizes and spaces of their own. An event counts
//! only if its header says that it is one of CLAP's own and as long as its type; everything else is
//! passed over.

use std::ptr;

use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_DONT_RECORD, CLAP_EVENT_MIDI,
    CLAP_EVENT_PARAM_GESTURE_BEGIN, CLAP_EVENT_PARAM_GESTURE_END, CLAP_EVENT_PARAM_VALUE,
    CLAP_EVENT_TRANSPORT, CLAP_TRANSPORT_HAS_BEATS_TIMELINE, CLAP_TRANSPORT_HAS_SECONDS_TIMELINE,
    CLAP_TRANSPORT_HAS_TEMPO, CLAP_TRANSPORT_HAS_TIME_SIGNATURE, CLAP_TRANSPORT_IS_PLAYING,
    clap_event_header, clap_event_midi, clap_event_param_gesture, clap_event_param_value,
    clap_event_transport, clap_input_events, clap_output_events,
};
use clap_sys::fixedpoint::{CLAP_BEATTIME_FACTOR, CLAP_SECTIME_FACTOR};
use tagline_engine::Transport;

use crate::core::{Input, Output, Outputs, TimedInput};

/// Events of one call that are looked at. A list may claim any number, and the block may not wait for
/// all of them to be refused.
const MOST_EVENTS: u32 = 65_536;

/// The host's events of one call, in its order.
pub struct RawInputs {
    list: *const clap_input_events,
    next: u32,
    count: u32,
}

impl RawInputs {
    /// The events of `list`; none if it is null.
    ///
    /// # Safety
    /// `list` is null or valid as long as this value, and its functions, where there are any, do
    /// what CLAP says.
    pub unsafe fn new(list: *const clap_input_events) -> Self {
        // SAFETY: the caller vouches for the list and its functions.
        let count = unsafe { list.as_ref() }
            .and_then(|events| events.size)
            .map_or(0, |size| unsafe { size(list) }.min(MOST_EVENTS));
        Self {
            list,
            next: 0,
            count,
        }
    }
}

impl Iterator for RawInputs {
    type Item = TimedInput;

    fn next(&mut self) -> Option<TimedInput> {
        while self.next < self.count {
            // SAFETY: a list with a count is not null.
            let get = unsafe { (*self.list).get }?;
            // SAFETY: the index is below the list's size, and an event that is not null has a
            // header and as many bytes as that says.
            let input = unsafe { read(get(self.list, self.next)) };
            self.next += 1;
            if input.is_some() {
                return input;
            }
        }
        None
    }
}

/// # Safety
/// `event` is null or leads to a header and to as many bytes as that says.
unsafe fn read(event: *const clap_event_header) -> Option<TimedInput> {
    if event.is_null() {
        return None;
    }
    // SAFETY: there is a header. Nothing says that it is aligned.
    let header = unsafe { event.read_unaligned() };
    if header.space_id != CLAP_CORE_EVENT_SPACE_ID {
        return None;
    }
    let is_as_long_as = |bytes: usize| header.size as usize >= bytes;
    let input = match header.type_ {
        CLAP_EVENT_PARAM_VALUE if is_as_long_as(size_of::<clap_event_param_value>()) => {
            // SAFETY: the header says that the event is as long as this struct.
            let event = unsafe { event.cast::<clap_event_param_value>().read_unaligned() };
            Input::Value {
                id: event.param_id,
                value: event.value,
            }
        }
        CLAP_EVENT_TRANSPORT if is_as_long_as(size_of::<clap_event_transport>()) => {
            // SAFETY: the header says that the event is as long as this struct.
            Input::Transport(unsafe { transport(event.cast()) })
        }
        _ => return None,
    };
    Some(TimedInput {
        time: header.time,
        input,
    })
}

/// Reads the position of the host's song. Without a transport the song is stopped. The event's header is not
/// looked at, since some hosts leave it empty.
///
/// # Safety
/// `transport` is null or leads to a whole struct.
pub unsafe fn transport(transport: *const clap_event_transport) -> Transport {
    if transport.is_null() {
        return Transport::default();
    }
    // SAFETY: the struct is there. Nothing says that it is aligned.
    let event = unsafe { transport.read_unaligned() };
    let has = |flag| event.flags & flag != 0;
    let seconds = event.song_pos_seconds as f64 / CLAP_SECTIME_FACTOR as f64;
    let quarters = |beats: i64| beats as f64 / CLAP_BEATTIME_FACTOR as f64;
    let has_bars = has(CLAP_TRANSPORT_HAS_BEATS_TIMELINE)
        && has(CLAP_TRANSPORT_HAS_TIME_SIGNATURE)
        && event.tsig_num > 0
        && event.tsig_denom > 0;
    let bar_quarters = 4.0 * f64::from(event.tsig_num) / f64::from(event.tsig_denom.max(1));
    let into_bar = quarters(event.song_pos_beats) - quarters(event.bar_start);
    let bars = f64::from(event.bar_number) + 1.0 + into_bar / bar_quarters;
    let has_tempo = has(CLAP_TRANSPORT_HAS_TEMPO) && event.tempo.is_finite();
    Transport {
        playing: has(CLAP_TRANSPORT_IS_PLAYING),
        seconds: has(CLAP_TRANSPORT_HAS_SECONDS_TIMELINE).then_some(seconds),
        bars: has_bars.then_some(bars),
        bars_a_second: (has_bars && has_tempo).then_some(event.tempo / 60.0 / bar_quarters),
    }
}

/// The host's queue for the plugin's events of one call.
pub struct RawOutputs {
    list: *const clap_output_events,
    takes_live_values: bool,
}

impl RawOutputs {
    /// The queue `list`, which takes nothing if it is null. Values that the host must not record are
    /// left out of it unless the host [`takes_live_values`](super::host::takes_live_values).
    ///
    /// # Safety
    /// `list` is null or valid as long as this value, and its function, where there is one, does
    /// what CLAP says.
    pub unsafe fn new(list: *const clap_output_events, takes_live_values: bool) -> Self {
        Self {
            list,
            takes_live_values,
        }
    }

    fn try_push<E>(&self, event: &E) -> bool {
        // SAFETY: the maker of this value vouches for the list. `event` begins with a header that
        // states its length; the private callers below see to that.
        unsafe {
            let push = self.list.as_ref().and_then(|list| list.try_push);
            push.is_some_and(|push| push(self.list, ptr::from_ref(event).cast()))
        }
    }
}

fn header<E>(time: u32, type_: u16, flags: u32) -> clap_event_header {
    clap_event_header {
        size: size_of::<E>() as u32,
        time,
        space_id: CLAP_CORE_EVENT_SPACE_ID,
        type_,
        flags,
    }
}

impl Outputs for RawOutputs {
    fn push(&mut self, time: u32, output: Output) -> bool {
        let gesture = |type_, param_id| clap_event_param_gesture {
            header: header::<clap_event_param_gesture>(time, type_, 0),
            param_id,
        };
        match output {
            Output::GestureBegin { id } => {
                self.try_push(&gesture(CLAP_EVENT_PARAM_GESTURE_BEGIN, id))
            }
            Output::GestureEnd { id } => self.try_push(&gesture(CLAP_EVENT_PARAM_GESTURE_END, id)),
            Output::Value { record: false, .. } if !self.takes_live_values => true,
            Output::Value { id, value, record } => {
                let flags = if record { 0 } else { CLAP_EVENT_DONT_RECORD };
                self.try_push(&clap_event_param_value {
                    header: header::<clap_event_param_value>(time, CLAP_EVENT_PARAM_VALUE, flags),
                    param_id: id,
                    cookie: ptr::null_mut(),
                    note_id: -1,
                    port_index: -1,
                    channel: -1,
                    key: -1,
                    value,
                })
            }
            Output::Midi(data) => self.try_push(&clap_event_midi {
                header: header::<clap_event_midi>(time, CLAP_EVENT_MIDI, 0),
                port_index: 0,
                data,
            }),
        }
    }
}
