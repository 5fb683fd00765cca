//! What the plugin tells the host: within a block to the block's lists, and gestures to the main
//! thread.

use vst3::ComRef;
use vst3::Steinberg::Vst::Event_::EventTypes_::kLegacyMIDICCOutEvent;
use vst3::Steinberg::Vst::Event_::EventTypes_::{kNoteOffEvent, kNoteOnEvent};
use vst3::Steinberg::Vst::{
    Event, Event__type0, IEventList, IEventListTrait, IParamValueQueueTrait, IParameterChanges,
    IParameterChangesTrait, LegacyMIDICCOutEvent, NoteOffEvent, NoteOnEvent,
};
use vst3::Steinberg::kResultOk;

use super::gestures::Gestures;
use crate::core::params::{index_of, param};
use crate::core::{Output, Outputs};

/// A plain value as the host's: normalised.
fn normalized(id: u32, value: f64) -> f64 {
    let param = index_of(id).and_then(param);
    param.map_or(0.0, |param| param.to_normalized(value))
}

/// Leaves what `output` says of gestures to the main thread.
fn note(gestures: &Gestures, output: Output) {
    match output {
        Output::GestureBegin { id } => gestures.begin(id),
        Output::Value {
            id,
            value,
            record: true,
        } => gestures.perform(id, normalized(id, value)),
        Output::GestureEnd { id } => gestures.end(id),
        Output::Value { record: false, .. } | Output::Midi(_) => {}
    }
}

/// Audio thread: the outputs of one block.
pub(super) struct BlockOutputs<'a> {
    pub(super) changes: Option<ComRef<'a, IParameterChanges>>,
    pub(super) events: Option<ComRef<'a, IEventList>>,
    pub(super) gestures: &'a Gestures,
}

impl BlockOutputs<'_> {
    /// Returns whether the host has taken the value. A host without a list reads it when it likes.
    fn value(&self, time: u32, id: u32, value: f64) -> bool {
        let Some(changes) = self.changes else {
            return true;
        };
        let (mut index, mut point) = (0, 0);
        // SAFETY: the list is the host's for the length of the call, and its queues with it.
        unsafe {
            let queue = changes.addParameterData(&id, &mut index);
            ComRef::from_raw(queue).is_some_and(|queue| {
                queue.addPoint(time as i32, normalized(id, value), &mut point) == kResultOk
            })
        }
    }

    fn midi(&self, time: u32, message: [u8; 3]) -> bool {
        let Some(events) = self.events else {
            return true;
        };
        let Some(mut event) = event_of(message) else {
            return true;
        };
        event.sampleOffset = time as i32;
        // SAFETY: the list is the host's for the length of the call, and copies the event.
        unsafe { events.addEvent(&mut event) == kResultOk }
    }
}

impl Outputs for BlockOutputs<'_> {
    fn push(&mut self, time: u32, output: Output) -> bool {
        let is_told = match output {
            Output::Value { id, value, .. } => self.value(time, id, value),
            Output::Midi(message) => self.midi(time, message),
            Output::GestureBegin { .. } | Output::GestureEnd { .. } => true,
        };
        if is_told {
            note(self.gestures, output);
        }
        is_told
    }
}

/// Outputs without a block: gestures reach the host, the rest it reads when it likes.
pub(super) struct Unheard<'a>(pub(super) &'a Gestures);

impl Outputs for Unheard<'_> {
    fn push(&mut self, _time: u32, output: Output) -> bool {
        note(self.0, output);
        true
    }
}

/// A MIDI message as the event that VST3 has for it; `None` for one that it has none for.
fn event_of([status, first, second]: [u8; 3]) -> Option<Event> {
    let channel = status & 0x0f;
    let velocity = f32::from(second) / 127.0;
    let (kind, data) = match status & 0xf0 {
        0xb0 => (
            kLegacyMIDICCOutEvent as u16,
            Event__type0 {
                midiCCOut: LegacyMIDICCOutEvent {
                    controlNumber: first,
                    channel: channel as i8,
                    value: second as i8,
                    value2: 0,
                },
            },
        ),
        0x90 if second > 0 => (
            kNoteOnEvent as u16,
            Event__type0 {
                noteOn: NoteOnEvent {
                    channel: channel.into(),
                    pitch: first.into(),
                    tuning: 0.0,
                    velocity,
                    length: 0,
                    noteId: -1,
                },
            },
        ),
        0x80 | 0x90 => (
            kNoteOffEvent as u16,
            Event__type0 {
                noteOff: NoteOffEvent {
                    channel: channel.into(),
                    pitch: first.into(),
                    velocity,
                    noteId: -1,
                    tuning: 0.0,
                },
            },
        ),
        _ => return None,
    };
    // The union is larger than its variants: what they leave is written, too.
    // SAFETY: a plain structure of numbers, for which zeros are values.
    let mut event: Event = unsafe { std::mem::zeroed() };
    event.r#type = kind;
    event.__field0 = data;
    Some(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controllers_and_notes_become_the_events_that_vst3_has_for_them() {
        let control = event_of([0xb9, 20, 127]).expect("a controller");
        assert_eq!(control.r#type, kLegacyMIDICCOutEvent as u16);
        // SAFETY: the type says which field it is.
        let control = unsafe { control.__field0.midiCCOut };
        assert_eq!(
            (control.channel, control.controlNumber, control.value),
            (9, 20, 127)
        );
        let on = event_of([0x92, 60, 127]).expect("a note");
        // SAFETY: the type says which field it is.
        let (kind, on) = (on.r#type, unsafe { on.__field0.noteOn });
        assert_eq!(kind, kNoteOnEvent as u16);
        assert_eq!((on.channel, on.pitch, on.velocity), (2, 60, 1.0));
        for off in [[0x82, 60, 0], [0x92, 60, 0]] {
            assert_eq!(event_of(off).expect("a note").r#type, kNoteOffEvent as u16);
        }
        assert!(event_of([0xe0, 0, 0]).is_none());
    }
}
