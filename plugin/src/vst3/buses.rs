//! The buses: one of audio each way, and one of events out.

use vst3::Steinberg::Vst::BusDirections_::{kInput, kOutput};
use vst3::Steinberg::Vst::BusInfo_::BusFlags_::kDefaultActive;
use vst3::Steinberg::Vst::BusTypes_::kMain;
use vst3::Steinberg::Vst::MediaTypes_::{kAudio, kEvent};
use vst3::Steinberg::Vst::{BusDirection, BusInfo, MediaType};
use vst3::Steinberg::{int32, uint32};

use super::text::put_wide;

/// MIDI channels of the bus of events.
const MIDI_CHANNELS: int32 = 16;

/// A bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bus {
    Input,
    Output,
    Events,
}

fn bus(media: MediaType, direction: BusDirection, index: int32) -> Option<Bus> {
    let (is_audio, is_event) = (media == kAudio as i32, media == kEvent as i32);
    let (is_input, is_output) = (direction == kInput as i32, direction == kOutput as i32);
    match index {
        0 if is_audio && is_input => Some(Bus::Input),
        0 if is_audio && is_output => Some(Bus::Output),
        0 if is_event && is_output => Some(Bus::Events),
        _ => None,
    }
}

/// Number of buses of a kind.
pub(super) fn count(media: MediaType, direction: BusDirection) -> int32 {
    int32::from(exists(media, direction, 0))
}

/// Whether there is such a bus.
pub(super) fn exists(media: MediaType, direction: BusDirection, index: int32) -> bool {
    bus(media, direction, index).is_some()
}

/// Describes a bus. Returns whether there is one.
pub(super) fn put(
    info: &mut BusInfo,
    (media, direction, index): (MediaType, BusDirection, int32),
    channels: u32,
) -> bool {
    let Some(bus) = bus(media, direction, index) else {
        return false;
    };
    let (name, channels) = match bus {
        Bus::Input => ("Input", channels as int32),
        Bus::Output => ("Output", channels as int32),
        Bus::Events => ("Tags as MIDI CC", MIDI_CHANNELS),
    };
    info.mediaType = media;
    info.direction = direction;
    info.channelCount = channels;
    put_wide(name, &mut info.name);
    info.busType = kMain as int32;
    info.flags = kDefaultActive as uint32;
    true
}
