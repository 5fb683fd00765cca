//! Audio thread: the buffers of a block.

use vst3::Steinberg::Vst::SymbolicSampleSizes_::kSample64;
use vst3::Steinberg::Vst::{AudioBusBuffers, ProcessData};

use crate::raw_audio::{RawPort, pass_through};

/// Length of a block, in frames.
pub(super) fn frames(data: &ProcessData) -> u32 {
    u32::try_from(data.numSamples).unwrap_or(0)
}

/// The bus at `index` of a block's list of buses.
///
/// # Safety
/// `buses` is null or has `count` buses.
pub(super) unsafe fn port(
    data: &ProcessData,
    buses: *const AudioBusBuffers,
    count: i32,
    index: u32,
) -> RawPort {
    let is_there = u32::try_from(count).is_ok_and(|count| index < count);
    if buses.is_null() || !is_there {
        return RawPort::NONE;
    }
    // SAFETY: the bus is one of the list, and both fields of the union are pointers.
    let (bus, channels) = unsafe {
        let bus = buses.add(index as usize).read_unaligned();
        (bus, bus.__field0.channelBuffers32)
    };
    let channel_count = u32::try_from(bus.numChannels).unwrap_or(0);
    if data.symbolicSampleSize == kSample64 as i32 {
        RawPort {
            channel_count,
            single: std::ptr::null(),
            double: channels.cast(),
        }
    } else {
        RawPort {
            channel_count,
            single: channels,
            double: std::ptr::null(),
        }
    }
}

/// Writes every channel of every output bus.
///
/// # Safety
/// The block's lists of buses, their arrays of channels and the channels are null or as long as the
/// block says.
pub(super) unsafe fn write_outputs(data: &ProcessData) {
    if data.outputs.is_null() {
        return;
    }
    for index in 0..u32::try_from(data.numOutputs).unwrap_or(0) {
        // SAFETY: the caller vouches for the buses and what they lead to.
        unsafe {
            let input = port(data, data.inputs, data.numInputs, index);
            let output = port(data, data.outputs, data.numOutputs, index);
            let frames = frames(data);
            if frames > 0 {
                pass_through(input, output, frames);
            }
            let mut silent = u64::MAX.checked_shl(input.channel_count).unwrap_or(0);
            if input.channel_count > 0 {
                let input = data.inputs.add(index as usize);
                silent |= std::ptr::addr_of!((*input).silenceFlags).read_unaligned();
            }
            let used = u64::MAX
                .checked_shl(output.channel_count)
                .map_or(u64::MAX, |rest| !rest);
            let output = data.outputs.add(index as usize);
            std::ptr::addr_of_mut!((*output).silenceFlags).write_unaligned(silent & used);
        }
    }
}
