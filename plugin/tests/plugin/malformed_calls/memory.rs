//! The memory that the channels of a call lead to.

use std::ptr;

use proptest::prelude::*;

/// Which channels there are in one precision: `None` without an array, and for each channel whether
/// its pointer leads anywhere.
pub(super) type Precision = Option<Vec<bool>>;

/// Most channels of a port.
pub(super) const MOST_CHANNELS: usize = 4;

/// Any such channels.
pub(super) fn precision() -> impl Strategy<Value = Precision> {
    proptest::option::weighted(
        0.7,
        proptest::collection::vec(prop::bool::weighted(0.85), MOST_CHANNELS),
    )
}

/// The samples and pointers of a port.
pub(super) struct Memory<S> {
    pub(super) samples: Vec<Vec<S>>,
    pub(super) pointers: Vec<*mut S>,
}

impl<S: Copy> Memory<S> {
    /// Four channels of `frames` samples; `there` says which have a pointer.
    pub(super) fn new(
        there: &Precision,
        frames: usize,
        sample: impl Fn(usize, usize) -> S,
    ) -> Self {
        let mut samples: Vec<Vec<S>> = (0..MOST_CHANNELS)
            .map(|channel| (0..frames).map(|frame| sample(channel, frame)).collect())
            .collect();
        let there = there.iter().flatten();
        let pointers = samples.iter_mut().zip(there).map(|(channel, there)| {
            if *there {
                channel.as_mut_ptr()
            } else {
                ptr::null_mut()
            }
        });
        let pointers = pointers.collect();
        Self { samples, pointers }
    }

    /// The array of pointers, or null.
    pub(super) fn array(&mut self) -> *mut *mut S {
        if self.pointers.is_empty() {
            ptr::null_mut()
        } else {
            self.pointers.as_mut_ptr()
        }
    }

    /// A channel's samples, if there is a pointer to them.
    pub(super) fn channel(&self, channel: usize) -> Option<&[S]> {
        let pointer = self.pointers.get(channel)?;
        (!pointer.is_null()).then(|| self.samples[channel].as_slice())
    }
}

/// A sample that tells its port and channel.
pub(super) fn sample(port: usize, channel: usize, frame: usize) -> f32 {
    (port * 1_000 + channel * 100 + frame % 97) as f32 / 4_096.0 - 0.3
}

/// The same in double precision, which single precision would not hold.
pub(super) fn wide_sample(port: usize, channel: usize, frame: usize) -> f64 {
    f64::from(sample(port, channel, frame)) + 1e-12
}

/// Lets the output have the input's memory, where both have a pointer.
pub(super) fn share<S>(input: &[*mut S], output: &mut [*mut S]) {
    for (input, output) in input.iter().zip(output) {
        if !input.is_null() && !output.is_null() {
            *output = *input;
        }
    }
}

/// The samples that an array of pointers leads to.
///
/// # Safety
/// `array` is null or has a pointer for `channel`, which is null or leads to `frames` samples.
pub(super) unsafe fn samples<'a, S>(
    array: *const *mut S,
    channel: usize,
    frames: u32,
) -> Option<&'a [S]> {
    if array.is_null() {
        return None;
    }
    // SAFETY: as the caller says.
    unsafe {
        let pointer = *array.add(channel);
        (!pointer.is_null()).then(|| std::slice::from_raw_parts(pointer, frames as usize))
    }
}

/// A sample whose bits can be compared.
pub(super) trait Bits: Copy {
    fn bits(self) -> u64;
}

impl Bits for f32 {
    fn bits(self) -> u64 {
        self.to_bits().into()
    }
}

impl Bits for f64 {
    fn bits(self) -> u64 {
        self.to_bits()
    }
}

/// The bits of samples, as NaN is like nothing.
pub(super) fn bits<S: Bits>(samples: &[S]) -> Vec<u64> {
    samples.iter().map(|sample| sample.bits()).collect()
}
