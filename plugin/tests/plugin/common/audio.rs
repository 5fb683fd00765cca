//! Blocks of either sample format, in place or not.

use clack_host::prelude::*;

/// A sample format.
pub trait Sample: Copy + Default + Sized + 'static {
    fn from_bits64(bits: u64) -> Self;
    fn bits(self) -> u64;
    fn inputs<'a>(
        ports: &'a mut AudioPorts,
        channels: &'a mut [Vec<Self>],
    ) -> InputAudioBuffers<'a>;
    fn outputs<'a>(
        ports: &'a mut AudioPorts,
        channels: &'a mut [Vec<Self>],
    ) -> OutputAudioBuffers<'a>;
}

macro_rules! sample {
    ($type:ty, $bits:ty, $input:ident, $output:ident) => {
        impl Sample for $type {
            fn from_bits64(bits: u64) -> Self {
                Self::from_bits(bits as $bits)
            }

            fn bits(self) -> u64 {
                u64::from(self.to_bits())
            }

            fn inputs<'a>(
                ports: &'a mut AudioPorts,
                channels: &'a mut [Vec<Self>],
            ) -> InputAudioBuffers<'a> {
                ports.with_input_buffers([AudioPortBuffer {
                    latency: 0,
                    channels: AudioPortBufferType::$input(
                        channels.iter_mut().map(InputChannel::variable),
                    ),
                }])
            }

            fn outputs<'a>(
                ports: &'a mut AudioPorts,
                channels: &'a mut [Vec<Self>],
            ) -> OutputAudioBuffers<'a> {
                ports.with_output_buffers([AudioPortBuffer {
                    latency: 0,
                    channels: AudioPortBufferType::$output(
                        channels.iter_mut().map(Vec::as_mut_slice),
                    ),
                }])
            }
        }
    };
}

sample!(f32, u32, f32_input_only, f32_output_only);
sample!(f64, u64, f64_input_only, f64_output_only);

/// Calls `process` with buffers of `input`, and returns what the output then holds.
pub fn run<S: Sample>(
    input: &mut [Vec<S>],
    in_place: bool,
    process: impl FnOnce(&InputAudioBuffers<'_>, &mut OutputAudioBuffers<'_>),
) -> Vec<Vec<S>> {
    let frames = input.first().map_or(0, Vec::len);
    let channels = input.len();
    let mut input_ports = AudioPorts::with_capacity(channels, 1);
    let mut output_ports = AudioPorts::with_capacity(channels, 1);
    // A sample that the plugin does not write keeps this pattern.
    let mut output = vec![vec![S::from_bits64(0x5555_5555_5555_5555); frames]; channels];
    let inputs = S::inputs(&mut input_ports, input);
    if in_place {
        let mut raw: Vec<_> = inputs.as_raw_buffers().to_vec();
        // SAFETY: the descriptors point to `input`, which is borrowed by `inputs`; that a host
        // gives one buffer as input and output is what CLAP calls processing in place.
        let mut outputs = unsafe { OutputAudioBuffers::from_raw_buffers(&mut raw, frames as u32) };
        process(&inputs, &mut outputs);
        return input.to_vec();
    }
    process(&inputs, &mut S::outputs(&mut output_ports, &mut output));
    output
}
