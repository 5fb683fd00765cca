//! The buffers of one block, in either sample format.

use clack_host::prelude::*;

/// A sample format of the plugin's ports.
pub trait Sample: Copy + Default + private::Ported {}

impl Sample for f32 {}
impl Sample for f64 {}

/// Buffers for one port in and one port out.
#[derive(Default)]
pub struct PortBuffers<S> {
    pub(crate) input: Vec<Vec<S>>,
    pub(crate) output: Vec<Vec<S>>,
}

impl<S: Sample> PortBuffers<S> {
    pub(crate) fn new(channels: usize, max_frames: usize) -> Self {
        Self {
            input: vec![vec![S::default(); max_frames]; channels],
            output: vec![vec![S::default(); max_frames]; channels],
        }
    }
}

/// Buffers of both formats.
#[derive(Default)]
pub struct Buffers {
    pub(crate) single: PortBuffers<f32>,
    pub(crate) double: PortBuffers<f64>,
}

pub(crate) mod private {
    use super::*;

    /// What differs between the two formats.
    pub trait Ported: Sized {
        /// The buffers of this format.
        fn of(buffers: &mut Buffers) -> &mut PortBuffers<Self>;
        /// One input port of `frames` frames.
        fn input<'a>(
            ports: &'a mut AudioPorts,
            channels: &'a mut [Vec<Self>],
            frames: usize,
        ) -> InputAudioBuffers<'a>;
        /// One output port of `frames` frames.
        fn output<'a>(
            ports: &'a mut AudioPorts,
            channels: &'a mut [Vec<Self>],
            frames: usize,
        ) -> OutputAudioBuffers<'a>;
    }

    /// [`Ported`] for one format: its field of [`Buffers`], and what the host library calls it.
    macro_rules! ported {
        ($sample:ty, $field:ident, $input_only:ident, $output_only:ident) => {
            impl Ported for $sample {
                fn of(buffers: &mut Buffers) -> &mut PortBuffers<Self> {
                    &mut buffers.$field
                }

                fn input<'a>(
                    ports: &'a mut AudioPorts,
                    channels: &'a mut [Vec<Self>],
                    frames: usize,
                ) -> InputAudioBuffers<'a> {
                    let channels = channels
                        .iter_mut()
                        .map(move |channel| InputChannel::variable(&mut channel[..frames]));
                    ports.with_input_buffers([AudioPortBuffer {
                        latency: 0,
                        channels: AudioPortBufferType::$input_only(channels),
                    }])
                }

                fn output<'a>(
                    ports: &'a mut AudioPorts,
                    channels: &'a mut [Vec<Self>],
                    frames: usize,
                ) -> OutputAudioBuffers<'a> {
                    let channels = channels
                        .iter_mut()
                        .map(move |channel| &mut channel[..frames]);
                    ports.with_output_buffers([AudioPortBuffer {
                        latency: 0,
                        channels: AudioPortBufferType::$output_only(channels),
                    }])
                }
            }
        };
    }

    ported!(f32, single, f32_input_only, f32_output_only);
    ported!(f64, double, f64_input_only, f64_output_only);
}
