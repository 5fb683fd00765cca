//! Audio thread: the signal, untouched, and its mono mix for the analysis.

use std::ops::Range;

use clack_plugin::process::Audio;
use clack_plugin::process::audio::{ChannelPair, InputChannels, PortPair, SampleType};

/// Copies every input to its output, bit for bit. Outputs without an input get silence.
pub fn pass_through(audio: &mut Audio<'_>) {
    for mut port in audio.port_pairs() {
        let (inputs, _) = port.constant_masks();
        match port.channels() {
            Ok(SampleType::F32(channels)) => channels.into_iter().for_each(copy),
            Ok(SampleType::F64(channels)) => channels.into_iter().for_each(copy),
            Ok(SampleType::Both(single, double)) => {
                single.into_iter().for_each(copy);
                double.into_iter().for_each(copy);
            }
            Err(_) => silence(&mut port),
        }
        // Silence is constant, and beyond the input's channels the mask's bits are unused.
        let channels = port.input().map_or(0, |input| input.channel_count());
        let mut mask = inputs;
        for silent in channels..64 {
            mask.set_channel_constant(u64::from(silent), true);
        }
        if let Some(mut output) = port.output() {
            output.set_constant_mask(mask);
        }
    }
}

fn copy<S: Copy + Default>(pair: ChannelPair<'_, S>) {
    match pair {
        ChannelPair::InputOutput(input, output) => output.copy_from_slice(input),
        ChannelPair::OutputOnly(output) => output.fill(S::default()),
        ChannelPair::InPlace(_) | ChannelPair::InputOnly(_) => {}
    }
}

/// A host that gives one precision and takes the other, which the ports forbid, gets silence
/// rather than whatever was in its buffers.
fn silence(port: &mut PortPair<'_>) {
    let Some(mut output) = port.output() else {
        return;
    };
    match output.channels() {
        Ok(SampleType::F32(mut channels)) => channels.iter_mut().for_each(|c| c.fill(0.0)),
        Ok(SampleType::F64(mut channels)) => channels.iter_mut().for_each(|c| c.fill(0.0)),
        Ok(SampleType::Both(..)) | Err(_) => {}
    }
}

/// The main input as one of the shapes that the analysis takes; feed it to [`MonoMix::with`].
pub struct MonoMix<'a>(SampleType<InputChannels<'a, f32>, InputChannels<'a, f64>>);

/// What takes the mono mix.
pub trait TakeMono {
    /// Takes one block.
    fn take(&mut self, mono: impl ExactSizeIterator<Item = f32>);
}

impl<'a> MonoMix<'a> {
    /// The mix of the main input; `None` where it has no channels.
    pub fn of(audio: &'a Audio<'_>) -> Option<Self> {
        let channels = audio.input_port(0)?.channels().ok()?;
        let count = match &channels {
            SampleType::F32(c) | SampleType::Both(c, _) => c.channel_count(),
            SampleType::F64(c) => c.channel_count(),
        };
        (count > 0).then_some(Self(channels))
    }

    /// Gives the mean of the channels, at these samples of the block, to `taker`.
    pub fn with(&self, samples: Range<usize>, taker: &mut impl TakeMono) {
        match &self.0 {
            SampleType::F32(channels) | SampleType::Both(channels, _) => {
                mix(channels, samples, taker);
            }
            SampleType::F64(channels) => mix(channels, samples, taker),
        }
    }
}

fn mix<S: Sample>(
    channels: &InputChannels<'_, S>,
    samples: Range<usize>,
    taker: &mut impl TakeMono,
) {
    let channel = |index| {
        let whole = channels.channel(index).unwrap_or_default();
        whole.get(samples.clone()).unwrap_or_default()
    };
    match channels.channel_count() {
        1 => taker.take(channel(0).iter().map(|s| s.mono())),
        2 => taker.take(
            channel(0)
                .iter()
                .zip(channel(1))
                .map(|(&l, &r)| S::mean(l, r)),
        ),
        count => {
            let gain = 1.0 / f64::from(count);
            taker.take(samples.map(|frame| {
                let sum: f64 = channels.iter().map(|c| c[frame].double()).sum();
                (sum * gain) as f32
            }));
        }
    }
}

trait Sample: Copy {
    fn mono(self) -> f32;
    fn double(self) -> f64;
    fn mean(left: Self, right: Self) -> f32;
}

impl Sample for f32 {
    fn mono(self) -> f32 {
        self
    }
    fn double(self) -> f64 {
        f64::from(self)
    }
    fn mean(left: f32, right: f32) -> f32 {
        // Halved first: two loud channels do not overflow.
        0.5 * left + 0.5 * right
    }
}

impl Sample for f64 {
    fn mono(self) -> f32 {
        self as f32
    }
    fn double(self) -> f64 {
        self
    }
    fn mean(left: f64, right: f64) -> f32 {
        (0.5 * left + 0.5 * right) as f32
    }
}
