//! Calls that no host should make, drawn at random.

use proptest::prelude::*;

use super::super::memory::{Precision, precision};

#[derive(Clone, Debug)]
pub(super) struct Port {
    pub(super) channels: u32,
    pub(super) single: Precision,
    pub(super) double: Precision,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
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
pub(super) enum List {
    Null,
    WithoutFunctions,
    Whole,
}

#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) frames: u32,
    pub(super) inputs: Vec<Port>,
    pub(super) outputs: Vec<Port>,
    /// Whether output channels are the input's, where both are there.
    pub(super) in_place: bool,
    /// Whether the pointer to the input ports is null although there are some.
    pub(super) no_inputs: bool,
    /// `None` for a null pointer; else whether the header is good, and whether it plays.
    pub(super) transport: Option<(bool, bool)>,
    pub(super) events: Vec<(u32, Event)>,
    pub(super) list: List,
    pub(super) queue: List,
    /// Events that the queue takes.
    pub(super) room: usize,
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

pub(super) fn call() -> impl Strategy<Value = Call> {
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
