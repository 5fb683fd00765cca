//! Whole audio through one instance, block by block.

mod feed;

use std::ops::ControlFlow;
use std::time::Duration;

use crate::{BlockSizes, Guest, HostEvent, HostingError, Sample, Transport};

pub(crate) use feed::{Feed, Processed};

/// How fast audio is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// As fast as possible.
    Unpaced,
    /// This many seconds of audio a second.
    Times(f64),
}

/// How audio is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StreamOptions {
    /// How it is cut into blocks.
    pub blocks: BlockSizes,
    /// How fast it is sent.
    pub pace: Pace,
    /// Whether output buffers are input buffers.
    pub in_place: bool,
    /// Whether samples are sent as f64.
    pub double_precision: bool,
    /// The transport, if the host has one.
    pub transport: Option<Transport>,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self {
            blocks: BlockSizes::Fixed(512),
            pace: Pace::Unpaced,
            in_place: false,
            double_precision: false,
            transport: Some(Transport {
                playing: true,
                tempo_bpm: 120.0,
            }),
        }
    }
}

/// A block that has just been processed.
#[derive(Clone, Copy, Debug)]
pub struct BlockDone<'a> {
    /// Frames of this audio that have been processed.
    pub frames_done: usize,
    /// What the plugin told the host in this block.
    pub events: &'a [HostEvent],
}

/// What the plugin returned.
#[derive(Clone, Debug, Default)]
pub struct Streamed {
    /// Everything that the plugin told the host, in order.
    pub events: Vec<HostEvent>,
    /// `[channel][frame]`.
    pub output: Vec<Vec<f32>>,
    /// The plugin's time for each block, on the audio thread.
    pub block_costs: Vec<Duration>,
    /// The time of the whole stream.
    pub wall: Duration,
}

/// Sends `audio: [channel][frame]` through the active `plugin`. `each` is called after every
/// block, may use the plugin as a host's main thread does, and may end the stream.
///
/// Audio of another number of channels than the plugin's is sent as its mean, on every channel.
///
/// # Errors
/// [`HostingError`] if the plugin fails.
pub fn stream<G: Guest>(
    plugin: &mut G,
    audio: &[Vec<f32>],
    options: &StreamOptions,
    each: impl FnMut(&mut G, BlockDone<'_>) -> ControlFlow<()>,
) -> Result<Streamed, HostingError> {
    if options.double_precision {
        run(plugin, audio, options, each, f64::from, |sample| {
            sample as f32
        })
    } else {
        run(
            plugin,
            audio,
            options,
            each,
            |sample| sample,
            |sample| sample,
        )
    }
}

/// `audio` on this many channels: as it is if the number is right, otherwise its mean on each channel.
pub(crate) fn fit_channels(audio: &[Vec<f32>], channels: usize) -> Vec<Vec<f32>> {
    if audio.len() == channels || audio.is_empty() {
        return audio.to_vec();
    }
    let mean = (0..audio[0].len())
        .map(|frame| audio.iter().map(|channel| channel[frame]).sum::<f32>() / audio.len() as f32)
        .collect();
    vec![mean; channels]
}

fn run<S: Sample, G: Guest>(
    plugin: &mut G,
    audio: &[Vec<f32>],
    options: &StreamOptions,
    mut each: impl FnMut(&mut G, BlockDone<'_>) -> ControlFlow<()>,
    wide: fn(f32) -> S,
    narrow: fn(S) -> f32,
) -> Result<Streamed, HostingError> {
    let frames = audio.first().map_or(0, Vec::len);
    let channels = plugin.channels();
    let mut streamed = Streamed {
        output: vec![Vec::with_capacity(frames); channels],
        ..Streamed::default()
    };
    let mut feed = Feed::new(channels, options, wide);
    let mut take = |plugin: &mut G, block: Processed<'_, S>| {
        streamed.block_costs.push(block.cost);
        streamed.events.extend_from_slice(block.events);
        for (all, channel) in streamed.output.iter_mut().zip(block.output) {
            all.extend(channel[..block.frames].iter().map(|sample| narrow(*sample)));
        }
        let done = BlockDone {
            frames_done: block.frames_done,
            events: block.events,
        };
        each(plugin, done)
    };
    if feed.push(plugin, audio, &mut take)?.is_continue() {
        feed.finish(plugin, &mut take)?;
    }
    streamed.wall = feed.wall();
    Ok(streamed)
}
