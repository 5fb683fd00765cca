//! Plays a song through the plugin while it is decoded.

use std::ops::ControlFlow;
use std::time::Duration;

use tagline_media::{DecodeError, Sink, decode_to, mix};

use super::{DemoError, DemoOptions, View, start};
use crate::stream::{Feed, Processed};
use crate::updates::UpdateLog;
use crate::{HostedPlugin, Pace, StreamOptions};

/// −80 dBFS: below it the plugin takes a song for silent.
const SILENCE_PEAK: f32 = 1e-4;

/// How much of a song is kept, to measure the audio thread's time with.
const BEGINNING_SECONDS: f64 = 24.0;

/// A song that was played to its end, and what the plugin made of it.
pub(super) struct Played {
    /// What the plugin said.
    pub log: UpdateLog,
    /// Updates that have been shown, or passed over for newer ones.
    shown: usize,
    /// The song's rate.
    pub sample_rate_hz: u32,
    /// The song's channels.
    pub channels: usize,
    /// The song's length.
    pub frames: usize,
    /// The song's beginning, `[channel][frame]`, as the plugin got it.
    pub beginning: Vec<Vec<f32>>,
    /// The plugin's time for each block; only of a song that is paced by the clock.
    pub block_costs: Option<Vec<Duration>>,
    /// The time of all blocks.
    pub wall: Duration,
    /// Whether the plugin handed the song through bit by bit.
    pub passed_through: bool,
    /// Whether the song is silent to the plugin.
    pub is_silent: bool,
}

/// Plays the song of `options` to its end. The plugin that is returned is still active.
///
/// # Errors
/// [`DemoError`] if the song or the plugin cannot be used.
pub(super) fn play(
    options: &DemoOptions,
    view: &mut View,
) -> Result<(HostedPlugin, Played), DemoError> {
    view.start(&options.audio);
    let mut player = Player {
        options,
        view,
        playing: None,
        failed: None,
        decoded: 0.0,
    };
    let outcome = decode_to(&options.audio, &mut player);
    if let Some(error) = player.failed {
        return Err(error);
    }
    if let Some(remark) = outcome? {
        tracing::warn!("{}: {remark}", options.audio.display());
    }
    match player.playing.take() {
        Some(playing) => playing.finish(player.view),
        // What is decoded without an error has samples.
        None => Err(DemoError::Song(DecodeError::Nothing {
            path: options.audio.display().to_string(),
            reason: "it holds no samples".to_owned(),
        })),
    }
}

/// Takes a song from its decoder.
struct Player<'a> {
    options: &'a DemoOptions,
    view: &'a mut View,
    playing: Option<Playing>,
    /// Why playing ended early, if it is not the song's fault.
    failed: Option<DemoError>,
    /// How much of the file has been read, 0 to 1.
    decoded: f64,
}

/// A song that is being played.
struct Playing {
    plugin: HostedPlugin,
    played: Played,
    feed: Feed<f32>,
    mono: Vec<f32>,
}

impl Sink for Player<'_> {
    fn restart(&mut self) {
        self.playing = None;
    }

    fn take(&mut self, sample_rate_hz: u32, channels: &[Vec<f32>]) -> bool {
        let taken = self.play(sample_rate_hz, channels);
        let went_on = taken.is_ok();
        self.failed = taken.err();
        went_on
    }

    fn progress(&mut self, done: f64) {
        self.decoded = done;
    }
}

impl Player<'_> {
    fn play(&mut self, sample_rate_hz: u32, channels: &[Vec<f32>]) -> Result<(), DemoError> {
        let playing = match &mut self.playing {
            Some(playing) => playing,
            none => none.insert(Playing::start(
                self.options,
                sample_rate_hz,
                channels.len(),
            )?),
        };
        playing.push(channels, self.decoded, self.view)
    }
}

impl Playing {
    fn start(
        options: &DemoOptions,
        sample_rate_hz: u32,
        channels: usize,
    ) -> Result<Self, DemoError> {
        let plugin = start(options, sample_rate_hz, channels, options.realtime)?;
        let stream_options = StreamOptions {
            blocks: options.blocks,
            pace: match options.realtime {
                true => Pace::Times(1.0),
                false => Pace::Unpaced,
            },
            ..StreamOptions::default()
        };
        Ok(Self {
            feed: Feed::new(plugin.channels(), &stream_options, |sample| sample),
            mono: Vec::new(),
            played: Played {
                log: UpdateLog::default(),
                shown: 0,
                sample_rate_hz,
                channels,
                frames: 0,
                beginning: vec![Vec::new(); plugin.channels()],
                block_costs: options.realtime.then(Vec::new),
                wall: Duration::ZERO,
                passed_through: true,
                is_silent: true,
            },
            plugin,
        })
    }

    fn push(
        &mut self,
        channels: &[Vec<f32>],
        decoded: f64,
        view: &mut View,
    ) -> Result<(), DemoError> {
        mix(channels, &mut self.mono);
        self.played.is_silent &= self.mono.iter().all(|sample| sample.abs() < SILENCE_PEAK);
        let played = &mut self.played;
        let _ = self
            .feed
            .push(&mut self.plugin, channels, &mut |plugin, block| {
                played.block(plugin, &block, decoded, view)
            })?;
        Ok(())
    }

    fn finish(mut self, view: &mut View) -> Result<(HostedPlugin, Played), DemoError> {
        let played = &mut self.played;
        self.feed.finish(&mut self.plugin, &mut |plugin, block| {
            played.block(plugin, &block, 1.0, view)
        })?;
        self.played.wall = self.feed.wall();
        Ok((self.plugin, self.played))
    }
}

impl Played {
    /// Length of the song, in seconds.
    pub fn seconds(&self) -> f64 {
        self.frames as f64 / f64::from(self.sample_rate_hz)
    }

    /// Takes what the plugin made of a block, when so much of the file was decoded.
    fn block(
        &mut self,
        plugin: &mut HostedPlugin,
        block: &Processed<'_, f32>,
        decoded: f64,
        view: &mut View,
    ) -> ControlFlow<()> {
        self.frames = block.frames_done;
        if let Some(costs) = &mut self.block_costs {
            costs.push(block.cost);
        }
        let most = (BEGINNING_SECONDS * f64::from(self.sample_rate_hz)) as usize;
        for (channel, (input, output)) in std::iter::zip(block.input, block.output).enumerate() {
            let (input, output) = (&input[..block.frames], &output[..block.frames]);
            self.passed_through &= input == output;
            let kept = &mut self.beginning[channel];
            kept.extend(&input[..block.frames.min(most - kept.len())]);
        }
        self.log.push(block.events);
        self.log.read_status(plugin);
        let whole = self.log.whole(block.frames_done as u64);
        let shown = std::mem::replace(&mut self.shown, whole);
        let update = self.log.updates()[shown..whole].last();
        view.block(plugin, self.seconds(), decoded, update);
        ControlFlow::Continue(())
    }
}
