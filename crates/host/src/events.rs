//! Events between host and plugin, with positions in the stream.

use clack_host::events::event_types::{TransportEvent, TransportFlags};
use clack_host::events::io::EventBuffer;
use clack_host::events::spaces::CoreEventSpace;
use clack_host::events::{EventFlags, EventHeader};
use clack_host::utils::{BeatTime, SecondsTime};

/// Something the plugin told the host.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HostEvent {
    /// Position in the stream, in samples since the activation.
    pub position_samples: u64,
    /// What happened there.
    pub kind: HostEventKind,
}

/// What the plugin can tell the host.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HostEventKind {
    /// A parameter has a new value.
    Value {
        /// The parameter.
        id: u32,
        /// Its plain value.
        value: f64,
    },
    /// The plugin begins a gesture: it takes hold of a parameter, as a hand does.
    GestureBegin {
        /// The parameter.
        id: u32,
    },
    /// The plugin ends a gesture.
    GestureEnd {
        /// The parameter.
        id: u32,
    },
    /// A MIDI message.
    Midi([u8; 3]),
}

/// A value that the host sets, as its automation does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParameterChange {
    /// Offset in the block, in frames.
    pub offset_frames: u32,
    /// The parameter.
    pub id: u32,
    /// Its plain value.
    pub value: f64,
}

/// The host's transport.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transport {
    /// Whether it plays.
    pub playing: bool,
    /// Tempo, in beats per minute.
    pub tempo_bpm: f64,
}

impl Transport {
    pub(crate) fn at(self, seconds: f64) -> TransportEvent {
        let mut flags = TransportFlags::HAS_TEMPO
            | TransportFlags::HAS_SECONDS_TIMELINE
            | TransportFlags::HAS_BEATS_TIMELINE
            | TransportFlags::HAS_TIME_SIGNATURE;
        flags.set(TransportFlags::IS_PLAYING, self.playing);
        TransportEvent {
            header: EventHeader::new_core(0, EventFlags::empty()),
            flags,
            song_pos_beats: BeatTime::from_float(seconds * self.tempo_bpm / 60.0),
            song_pos_seconds: SecondsTime::from_float(seconds),
            tempo: self.tempo_bpm,
            tempo_inc: 0.0,
            loop_start_beats: BeatTime::from_float(0.0),
            loop_end_beats: BeatTime::from_float(0.0),
            loop_start_seconds: SecondsTime::from_float(0.0),
            loop_end_seconds: SecondsTime::from_float(0.0),
            bar_start: BeatTime::from_float(0.0),
            bar_number: 0,
            time_signature_numerator: 4,
            time_signature_denominator: 4,
        }
    }
}

/// Appends to `events` the plugin's events of a block that began at `block_start_samples`.
pub(crate) fn read_events(
    buffer: &EventBuffer,
    block_start_samples: u64,
    events: &mut Vec<HostEvent>,
) {
    for event in buffer {
        let kind = match event.as_core_event() {
            Some(CoreEventSpace::ParamValue(event)) => {
                event.param_id().map(|id| HostEventKind::Value {
                    id: id.get(),
                    value: event.value(),
                })
            }
            Some(CoreEventSpace::ParamGestureBegin(event)) => event
                .param_id()
                .map(|id| HostEventKind::GestureBegin { id: id.get() }),
            Some(CoreEventSpace::ParamGestureEnd(event)) => event
                .param_id()
                .map(|id| HostEventKind::GestureEnd { id: id.get() }),
            Some(CoreEventSpace::Midi(event)) => Some(HostEventKind::Midi(event.data())),
            _ => None,
        };
        if let Some(kind) = kind {
            events.push(HostEvent {
                position_samples: block_start_samples + u64::from(event.header().time()),
                kind,
            });
        }
    }
}
