//! Audio thread: the host's raw channel pointers, for the shells of both formats.
//!
//! [`pass_through`] is the first thing that happens in a block. It trusts the host with nothing but
//! that a pointer which is not null leads to as many channels or frames as the host says.

use std::ptr;

use crate::core::{Channels, MAX_CHANNELS};

/// A port's channels, as the host gives them. Null pointers, of a port's array or of a channel,
/// stand for what is not there.
#[derive(Clone, Copy, Debug)]
pub struct RawPort {
    /// Length of both arrays that are not null.
    pub channel_count: u32,
    /// Channels in single precision.
    pub single: *const *mut f32,
    /// Channels in double precision.
    pub double: *const *mut f64,
}

impl RawPort {
    /// No channel at all.
    pub const NONE: Self = Self {
        channel_count: 0,
        single: ptr::null(),
        double: ptr::null(),
    };

    /// Pointers to a channel in both precisions, each null where it is missing.
    ///
    /// # Safety
    /// An array that is not null has [`Self::channel_count`] readable pointers.
    unsafe fn channel(self, index: u32) -> (*mut f32, *mut f64) {
        // SAFETY: the caller vouches for the arrays.
        unsafe {
            (
                pointer_at(self, self.single, index),
                pointer_at(self, self.double, index),
            )
        }
    }
}

/// # Safety
/// `array`, if it is not null, is one of the port's own.
unsafe fn pointer_at<S>(port: RawPort, array: *const *mut S, index: u32) -> *mut S {
    if array.is_null() || index >= port.channel_count {
        return ptr::null_mut();
    }
    // SAFETY: the array has as many pointers as the port has channels.
    unsafe { array.add(index as usize).read_unaligned() }
}

/// Writes every channel of `output` with the same channel of `input`, bit for bit, in the same
/// precision if the input has it and else converted. A channel without an input gets silence.
///
/// # Safety
/// Arrays that are not null have `channel_count` readable pointers. Of these, each that is not null
/// leads to `frames` samples, readable in `input` and writable in `output`. The same memory may be
/// input and output.
pub unsafe fn pass_through(input: RawPort, output: RawPort, frames: u32) {
    let frames = frames as usize;
    for index in 0..output.channel_count {
        // SAFETY: the caller vouches for the pointers and for `frames` samples behind each.
        unsafe {
            let (single_in, double_in) = input.channel(index);
            let (single_out, double_out) = output.channel(index);
            // The wider one first: with in-place buffers of one precision and a copy in the other,
            // nothing is read after it has been written.
            if !double_out.is_null() {
                if !double_in.is_null() {
                    copy(double_in, double_out, frames);
                } else if !single_in.is_null() {
                    convert(single_in, double_out, frames, f64::from);
                } else {
                    fill(double_out, frames, 0.0);
                }
            }
            if !single_out.is_null() {
                if !single_in.is_null() {
                    copy(single_in, single_out, frames);
                } else if !double_in.is_null() {
                    convert(double_in, single_out, frames, |sample| sample as f32);
                } else {
                    fill(single_out, frames, 0.0);
                }
            }
        }
    }
}

/// # Safety
/// `from` can be read and `to` written for `frames` samples.
unsafe fn copy<S>(from: *const S, to: *mut S, frames: usize) {
    if from != to {
        let bytes = frames * size_of::<S>();
        // SAFETY: as the caller says. Bytes need no alignment, and this kind of copy allows overlap.
        unsafe { ptr::copy(from.cast::<u8>(), to.cast::<u8>(), bytes) };
    }
}

/// # Safety
/// `from` can be read and `to` written for `frames` samples.
unsafe fn convert<S: Copy, T>(from: *const S, to: *mut T, frames: usize, to_t: impl Fn(S) -> T) {
    for frame in 0..frames {
        // SAFETY: as the caller says.
        unsafe {
            let sample = to_t(from.add(frame).read_unaligned());
            to.add(frame).write_unaligned(sample);
        }
    }
}

/// # Safety
/// `to` can be written for `frames` samples.
unsafe fn fill<S: Copy>(to: *mut S, frames: usize, sample: S) {
    for frame in 0..frames {
        // SAFETY: as the caller says.
        unsafe { to.add(frame).write_unaligned(sample) };
    }
}

/// Calls `action` with the channels of `port` that can be read, in single precision if there are
/// any, and of at most [`MAX_CHANNELS`].
///
/// # Safety
/// As for the input of [`pass_through`]; nobody writes to the port's memory during `action`.
pub unsafe fn with_channels<R>(
    port: RawPort,
    frames: u32,
    action: impl FnOnce(Channels<'_>) -> R,
) -> R {
    let mut single: [&[f32]; MOST] = [&[]; MOST];
    // SAFETY: as the caller says.
    let count = unsafe { readable(port, port.single, frames, &mut single) };
    if count > 0 || port.double.is_null() {
        return action(Channels::F32(&single[..count]));
    }
    let mut double: [&[f64]; MOST] = [&[]; MOST];
    // SAFETY: as the caller says.
    let count = unsafe { readable(port, port.double, frames, &mut double) };
    action(Channels::F64(&double[..count]))
}

const MOST: usize = MAX_CHANNELS as usize;

/// Puts the channels of `array` that can be read into `channels`, and returns how many there are.
///
/// # Safety
/// `array` is one of the port's own, and the port is as [`with_channels`] expects it.
unsafe fn readable<S>(
    port: RawPort,
    array: *const *mut S,
    frames: u32,
    channels: &mut [&[S]; MOST],
) -> usize {
    let mut count = 0;
    for index in 0..port.channel_count.min(MAX_CHANNELS) {
        // SAFETY: as the caller says.
        let pointer = unsafe { pointer_at(port, array, index) };
        if !pointer.is_null() && pointer.is_aligned() {
            // SAFETY: the pointer leads to `frames` samples that nobody writes to meanwhile.
            channels[count] = unsafe { std::slice::from_raw_parts(pointer, frames as usize) };
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out for these inputs, in both precisions, of buffers that held rubbish.
    fn passed(single: Option<&[f32]>, double: Option<&[f64]>) -> (Vec<f32>, Vec<f64>) {
        let (mut single, mut double) = (single.map(<[f32]>::to_vec), double.map(<[f64]>::to_vec));
        let (mut out32, mut out64) = ([7.0_f32; 3], [7.0_f64; 3]);
        let in32 = [single.as_mut().map_or(ptr::null_mut(), |s| s.as_mut_ptr())];
        let in64 = [double.as_mut().map_or(ptr::null_mut(), |s| s.as_mut_ptr())];
        let (to32, to64) = ([out32.as_mut_ptr()], [out64.as_mut_ptr()]);
        let port = |single: &[*mut f32; 1], double: &[*mut f64; 1]| RawPort {
            channel_count: 1,
            single: single.as_ptr(),
            double: double.as_ptr(),
        };
        // SAFETY: all pointers are null or lead to three samples that live on.
        unsafe { pass_through(port(&in32, &in64), port(&to32, &to64), 3) };
        (out32.to_vec(), out64.to_vec())
    }

    #[test]
    fn both_precisions_are_written_whichever_the_input_has() {
        let (single, double) = ([0.5_f32, -1.0, 2.0], [0.5_f64, -1.0, 2.0]);
        let expected = (single.to_vec(), double.to_vec());
        assert_eq!(passed(Some(&single), Some(&double)), expected);
        assert_eq!(passed(Some(&single), None), expected);
        assert_eq!(passed(None, Some(&double)), expected);
        assert_eq!(passed(None, None), (vec![0.0; 3], vec![0.0; 3]));
    }

    #[test]
    fn a_channel_that_cannot_be_read_is_left_out_of_the_mix() {
        let mut samples = [1.0_f32, 2.0];
        let channels = [ptr::null_mut(), samples.as_mut_ptr()];
        let port = RawPort {
            channel_count: 2,
            single: channels.as_ptr(),
            double: ptr::null(),
        };
        // SAFETY: the pointers are null or lead to two samples that live on.
        let heard = unsafe {
            with_channels(port, 2, |channels| match channels {
                Channels::F32(channels) => channels.concat(),
                Channels::F64(_) => Vec::new(),
            })
        };
        assert_eq!(heard, samples);
        // SAFETY: there is no pointer.
        assert!(unsafe { with_channels(RawPort::NONE, 9, |channels| channels.is_empty()) });
    }
}
