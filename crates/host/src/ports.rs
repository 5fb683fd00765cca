//! The buffers of one block, in either sample format.

use clack_host::prelude::*;

use crate::HostingError;

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

    /// Takes a block in, and returns its length in frames.
    ///
    /// # Errors
    /// [`HostingError::Block`] if the input or the output does not fit the buffers.
    pub(crate) fn fill(
        &mut self,
        input: &[&[S]],
        output: &[&mut [S]],
    ) -> Result<usize, HostingError> {
        let frames = input.first().map_or(0, |channel| channel.len());
        self.check(frames, input, output)
            .map_err(|reason| HostingError::Block {
                frames,
                channels: input.len(),
                reason,
            })?;
        for (buffer, channel) in self.input.iter_mut().zip(input) {
            buffer[..frames].copy_from_slice(channel);
        }
        Ok(frames)
    }

    fn check(
        &self,
        frames: usize,
        input: &[&[S]],
        output: &[&mut [S]],
    ) -> Result<(), &'static str> {
        let channels = self.input.len();
        let max_frames = self.input.first().map_or(0, Vec::len);
        if input.len() != channels || output.len() != channels {
            Err("the plugin has another number of channels")
        } else if frames == 0 || frames > max_frames {
            Err("it is empty, or longer than announced at the activation")
        } else if input.iter().any(|channel| channel.len() != frames)
            || output.iter().any(|channel| channel.len() != frames)
        {
            Err("its channels differ in length")
        } else {
            Ok(())
        }
    }

    /// Copies what the plugin has written to `output`. In place, that stands in the input buffers.
    pub(crate) fn read(&self, in_place: bool, output: &mut [&mut [S]]) {
        let written = if in_place { &self.input } else { &self.output };
        for (channel, buffer) in output.iter_mut().zip(written) {
            channel.copy_from_slice(&buffer[..channel.len()]);
        }
    }
}

/// Buffers of both formats.
#[derive(Default)]
pub struct Buffers {
    pub(crate) single: PortBuffers<f32>,
    pub(crate) double: PortBuffers<f64>,
}

impl Buffers {
    pub(crate) fn new(channels: usize, max_frames: usize) -> Self {
        Self {
            single: PortBuffers::new(channels, max_frames),
            double: PortBuffers::new(channels, max_frames),
        }
    }
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
