//! Speaker arrangements by their number of channels.

use vst3::Steinberg::Vst::SpeakerArr::{
    k50, k51, k61Cine, k71_2, k71_4, k71_6, k71CineFullRear, k91_6, kMono, kStereo,
};
use vst3::Steinberg::Vst::SpeakerArrangement;

/// An arrangement with this many channels that hosts have; past the usual ones, the lowest bits.
#[must_use]
pub fn arrangement_of(channels: usize) -> SpeakerArrangement {
    match channels {
        1 => kMono,
        2 => kStereo,
        5 => k50,
        6 => k51,
        7 => k61Cine,
        8 => k71CineFullRear,
        10 => k71_2,
        12 => k71_4,
        14 => k71_6,
        16 => k91_6,
        0 => 0,
        _ if channels < 64 => (1 << channels) - 1,
        _ => SpeakerArrangement::MAX,
    }
}
