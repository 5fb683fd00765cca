//! Whole audio through one instance, block by block.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use crate::hosted::BlockOptions;
use crate::{BlockSizes, Guest, HostEvent, HostingError, Sample, Transport};

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
    let channels = fit_channels(audio, plugin.channels());
    if options.double_precision {
        run(plugin, &channels, options, each, f64::from, |sample| {
            sample as f32
        })
    } else {
        run(
            plugin,
            &channels,
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
    wide: impl Fn(f32) -> S,
    narrow: impl Fn(S) -> f32,
) -> Result<Streamed, HostingError> {
    let frames = audio.first().map_or(0, Vec::len);
    let mut streamed = Streamed {
        output: vec![Vec::with_capacity(frames); audio.len()],
        ..Streamed::default()
    };
    let block_options = BlockOptions {
        in_place: options.in_place,
        transport: options.transport,
        changes: &[],
    };
    let longest = options.blocks.max_frames() as usize;
    let mut input = vec![vec![S::default(); longest]; audio.len()];
    let mut output = input.clone();
    let start = Instant::now();
    let mut done = 0;
    for size in options.blocks.frames() {
        let size = size.min(frames - done);
        if size == 0 {
            break;
        }
        for (buffer, channel) in input.iter_mut().zip(audio) {
            for (to, from) in buffer.iter_mut().zip(&channel[done..done + size]) {
                *to = wide(*from);
            }
        }
        wait_for(options.pace, start, done as f64 / plugin.sample_rate_hz());
        let inputs: Vec<&[S]> = input.iter().map(|channel| &channel[..size]).collect();
        let mut outputs: Vec<&mut [S]> = output
            .iter_mut()
            .map(|channel| &mut channel[..size])
            .collect();
        let seen = streamed.events.len();
        let cost = plugin.process(&inputs, &mut outputs, &block_options, &mut streamed.events)?;
        streamed.block_costs.push(cost);
        for (all, channel) in streamed.output.iter_mut().zip(&output) {
            all.extend(channel[..size].iter().map(|sample| narrow(*sample)));
        }
        done += size;
        plugin.run_callbacks();
        let block = BlockDone {
            frames_done: done,
            events: &streamed.events[seen..],
        };
        if each(plugin, block).is_break() {
            break;
        }
    }
    streamed.wall = start.elapsed();
    Ok(streamed)
}

/// Waits until a block that begins at `position_seconds` is due.
fn wait_for(pace: Pace, start: Instant, position_seconds: f64) {
    if let Pace::Times(speed) = pace {
        let due = Duration::try_from_secs_f64(position_seconds / speed).unwrap_or_default();
        if let Some(early) = due.checked_sub(start.elapsed()) {
            std::thread::sleep(early);
        }
    }
}
