//! The memory of a port in both precisions.

use clap_sys::audio_buffer::clap_audio_buffer;

use super::super::memory::{Memory, sample, wide_sample};
use super::call::Port;

pub(super) struct PortMemory {
    pub(super) channels: u32,
    pub(super) single: Memory<f32>,
    pub(super) double: Memory<f64>,
}

impl PortMemory {
    pub(super) fn new(port: &Port, frames: u32, number: usize) -> Self {
        let frames = frames as usize;
        Self {
            channels: port.channels,
            single: Memory::new(&port.single, frames, |channel, frame| {
                sample(number, channel, frame)
            }),
            double: Memory::new(&port.double, frames, |channel, frame| {
                wide_sample(number, channel, frame)
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
