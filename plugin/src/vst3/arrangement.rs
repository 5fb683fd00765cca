//! Speaker arrangements: any of 1 to [`MAX_CHANNELS`](crate::core::MAX_CHANNELS) channels, the
//! same in and out.

use vst3::Steinberg::Vst::SpeakerArr::kStereo;
use vst3::Steinberg::Vst::SpeakerArrangement;

/// What the buses have until a host asks for something else.
pub(super) const DEFAULT: SpeakerArrangement = kStereo;

/// Number of channels of an arrangement: each speaker is a bit.
pub(super) const fn channels(arrangement: SpeakerArrangement) -> u32 {
    arrangement.count_ones()
}

/// Whether both buses can have these.
pub(super) fn agree(input: SpeakerArrangement, output: SpeakerArrangement, most: u32) -> bool {
    input == output && (1..=most).contains(&channels(input))
}

/// What to offer a host that has asked for two that do not agree: the input's, as the signal that
/// comes in is what there is to be passed on; else the output's; else what there was.
pub(super) fn nearest(
    input: SpeakerArrangement,
    output: SpeakerArrangement,
    before: SpeakerArrangement,
    most: u32,
) -> SpeakerArrangement {
    let can_be = |arrangement: &SpeakerArrangement| agree(*arrangement, *arrangement, most);
    [input, output].into_iter().find(can_be).unwrap_or(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use vst3::Steinberg::Vst::SpeakerArr::{k51, k71_4, kEmpty, kMono};

    #[test]
    fn the_same_arrangement_of_1_to_16_channels_is_taken() {
        for arrangement in [kMono, kStereo, k51, k71_4, 0xffff] {
            assert!(agree(arrangement, arrangement, 16), "{arrangement:#x}");
        }
        assert!(!agree(kMono, kStereo, 16));
        assert!(!agree(kEmpty, kEmpty, 16));
        assert!(!agree(0x1_ffff, 0x1_ffff, 16));
    }

    #[test]
    fn a_host_that_asks_for_two_different_ones_is_offered_its_input() {
        assert_eq!(nearest(kMono, kStereo, kStereo, 16), kMono);
        assert_eq!(nearest(kEmpty, k51, kStereo, 16), k51);
        assert_eq!(nearest(kEmpty, kEmpty, kMono, 16), kMono);
    }
}
