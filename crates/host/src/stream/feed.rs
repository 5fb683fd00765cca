//! Audio on its way into a plugin, as it comes.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::{Pace, StreamOptions};
use crate::hosted::BlockOptions;
use crate::{Guest, HostEvent, HostingError, Sample};

/// Cuts audio that comes in pieces of any length into blocks, and sends them through a plugin.
pub(crate) struct Feed<S> {
    options: StreamOptions,
    wide: fn(f32) -> S,
    sizes: Box<dyn Iterator<Item = usize>>,
    /// Frames of the block that is being filled.
    size: usize,
    filled: usize,
    /// Frames that have been processed.
    done: usize,
    /// `[channel][frame]`, as long as the longest block.
    input: Vec<Vec<S>>,
    output: Vec<Vec<S>>,
    events: Vec<HostEvent>,
    start: Option<Instant>,
    /// The time of all blocks, with the waits between them.
    wall: Duration,
}

/// A block that has just been processed.
pub(crate) struct Processed<'a, S> {
    /// `[channel][frame]`; only the first [`frames`](Self::frames) count.
    pub input: &'a [Vec<S>],
    /// What the plugin made of it.
    pub output: &'a [Vec<S>],
    /// The block's length.
    pub frames: usize,
    /// Frames of all blocks so far.
    pub frames_done: usize,
    /// What the plugin told the host.
    pub events: &'a [HostEvent],
    /// The plugin's time.
    pub cost: Duration,
}

impl<S: Sample> Feed<S> {
    /// A feed for a plugin of so many channels. `wide` makes the plugin's samples.
    pub fn new(channels: usize, options: &StreamOptions, wide: fn(f32) -> S) -> Self {
        let mut sizes: Box<dyn Iterator<Item = usize>> = Box::new(options.blocks.frames());
        let longest = options.blocks.max_frames() as usize;
        let input = vec![vec![S::default(); longest]; channels];
        Self {
            options: *options,
            wide,
            size: sizes.next().unwrap_or(longest),
            sizes,
            filled: 0,
            done: 0,
            output: input.clone(),
            input,
            events: Vec::new(),
            start: None,
            wall: Duration::ZERO,
        }
    }

    /// The time of all blocks so far, with the waits between them.
    pub fn wall(&self) -> Duration {
        self.wall
    }

    /// Takes the next `audio: [channel][frame]`, and calls `each` after every block that it fills. Audio of
    /// another number of channels than the plugin's is sent as its mean, on every channel.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin fails.
    pub fn push<G: Guest>(
        &mut self,
        plugin: &mut G,
        audio: &[Vec<f32>],
        each: &mut impl FnMut(&mut G, Processed<'_, S>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, HostingError> {
        let frames = audio.first().map_or(0, Vec::len);
        let mut at = 0;
        while at < frames {
            let count = (self.size - self.filled).min(frames - at);
            self.fill(audio, at, count);
            at += count;
            self.filled += count;
            if self.filled == self.size && self.block(plugin, each)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Sends what is left as a shorter block.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin fails.
    pub fn finish<G: Guest>(
        &mut self,
        plugin: &mut G,
        each: &mut impl FnMut(&mut G, Processed<'_, S>) -> ControlFlow<()>,
    ) -> Result<(), HostingError> {
        if self.filled > 0 {
            let _ = self.block(plugin, each)?;
        }
        Ok(())
    }

    /// Copies `count` frames of `audio` from `at` on behind what is there.
    fn fill(&mut self, audio: &[Vec<f32>], at: usize, count: usize) {
        let wide = self.wide;
        let to = self.filled..self.filled + count;
        if audio.len() == self.input.len() {
            for (buffer, channel) in self.input.iter_mut().zip(audio) {
                for (to, from) in buffer[to.clone()].iter_mut().zip(&channel[at..]) {
                    *to = wide(*from);
                }
            }
            return;
        }
        for (place, frame) in to.zip(at..) {
            let sum: f32 = audio.iter().map(|channel| channel[frame]).sum();
            let mean = wide(sum / audio.len() as f32);
            for buffer in &mut self.input {
                buffer[place] = mean;
            }
        }
    }

    fn block<G: Guest>(
        &mut self,
        plugin: &mut G,
        each: &mut impl FnMut(&mut G, Processed<'_, S>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, HostingError> {
        let entered = Instant::now();
        let start = *self.start.get_or_insert(entered);
        wait_for(
            self.options.pace,
            start,
            self.done as f64 / plugin.sample_rate_hz(),
        );
        let frames = std::mem::take(&mut self.filled);
        let block_options = BlockOptions {
            in_place: self.options.in_place,
            transport: self.options.transport,
            changes: &[],
        };
        let inputs: Vec<&[S]> = self.input.iter().map(|buffer| &buffer[..frames]).collect();
        let mut outputs: Vec<&mut [S]> = self
            .output
            .iter_mut()
            .map(|buffer| &mut buffer[..frames])
            .collect();
        self.events.clear();
        let cost = plugin.process(&inputs, &mut outputs, &block_options, &mut self.events)?;
        self.done += frames;
        self.size = self.sizes.next().unwrap_or(self.size);
        plugin.run_callbacks();
        let processed = Processed {
            input: &self.input,
            output: &self.output,
            frames,
            frames_done: self.done,
            events: &self.events,
            cost,
        };
        let went_on = each(plugin, processed);
        self.wall += entered.elapsed();
        Ok(went_on)
    }
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
