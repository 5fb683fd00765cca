//! The memory that the ports of a call lead to.

use std::ptr;

use clap_sys::audio_buffer::clap_audio_buffer;

use super::call::{Port, Precision};

/// The samples and pointers of a port.
pub(super) struct Memory<S> {
    pub(super) samples: Vec<Vec<S>>,
    pub(super) pointers: Vec<*mut S>,
}

impl<S: Copy> Memory<S> {
    /// Four channels of `frames` samples; `there` says which have a pointer.
    fn new(there: &Precision, frames: usize, sample: impl Fn(usize, usize) -> S) -> Self {
        let mut samples: Vec<Vec<S>> = (0..4)
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
    fn array(&mut self) -> *mut *mut S {
        if self.pointers.is_empty() {
            ptr::null_mut()
        } else {
            self.pointers.as_mut_ptr()
        }
    }

    /// A channel's samples, if there is a pointer to them.
    fn channel(&self, channel: usize) -> Option<&[S]> {
        let pointer = self.pointers.get(channel)?;
        (!pointer.is_null()).then(|| self.samples[channel].as_slice())
    }
}

pub(super) struct PortMemory {
    pub(super) channels: u32,
    pub(super) single: Memory<f32>,
    pub(super) double: Memory<f64>,
}

impl PortMemory {
    pub(super) fn new(port: &Port, frames: u32, number: usize) -> Self {
        let frames = frames as usize;
        let sample = move |channel: usize, frame: usize| {
            (number * 1_000 + channel * 100 + frame % 97) as f32 / 4_096.0 - 0.3
        };
        Self {
            channels: port.channels,
            single: Memory::new(&port.single, frames, sample),
            double: Memory::new(&port.double, frames, move |channel, frame| {
                f64::from(sample(channel, frame)) + 1e-12
            }),
        }
    }

    pub(super) fn buffer(&mut self) -> clap_audio_buffer {
        clap_audio_buffer {
            data32: self.single.array(),
            data64: self.double.array(),
            channel_count: self.channels,
            latency: 0,
            constant_mask: 0,
        }
    }

    /// What an output in either precision must hold of this input's channel, if it has any.
    pub(super) fn expected(&self, channel: usize) -> Option<(Vec<f32>, Vec<f64>)> {
        if channel >= self.channels as usize {
            return None;
        }
        let (single, double) = (self.single.channel(channel), self.double.channel(channel));
        let narrow = |samples: &[f64]| samples.iter().map(|sample| *sample as f32).collect();
        let wide = |samples: &[f32]| samples.iter().map(|sample| f64::from(*sample)).collect();
        match (single, double) {
            (Some(single), Some(double)) => Some((single.to_vec(), double.to_vec())),
            (Some(single), None) => Some((single.to_vec(), wide(single))),
            (None, Some(double)) => Some((narrow(double), double.to_vec())),
            (None, None) => None,
        }
    }
}

/// Lets the output have the input's memory, where both have a pointer.
pub(super) fn share<S>(input: &[*mut S], output: &mut [*mut S]) {
    for (input, output) in input.iter().zip(output) {
        if !input.is_null() && !output.is_null() {
            *output = *input;
        }
    }
}
