//! The audio thread's time, measured in real-time mode, where it must be short.

use std::ops::ControlFlow;
use std::time::Duration;

use super::player::Played;
use super::{DemoError, DemoOptions, start};
use crate::{Pace, StreamOptions, stream};

/// Times faster than real time, so that it is short and updates still arrive between blocks.
const SPEED: f64 = 8.0;

/// Times of the song's first blocks in real-time mode. In a bounce the plugin waits on the audio thread
/// for every update, so the times of a bounce say nothing about a live stream.
pub(super) fn realtime_block_costs(
    options: &DemoOptions,
    played: &Played,
) -> Result<Vec<Duration>, DemoError> {
    let mut plugin = start(options, played.sample_rate_hz, played.channels, true)?;
    let stream_options = StreamOptions {
        blocks: options.blocks,
        pace: Pace::Times(SPEED),
        ..StreamOptions::default()
    };
    let streamed = stream(&mut plugin, &played.beginning, &stream_options, |_, _| {
        ControlFlow::Continue(())
    })?;
    Ok(streamed.block_costs)
}
