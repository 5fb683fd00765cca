//! Audio in real time on a thread of its own, as hosts do it.

use std::time::{Duration, Instant};

use clack_host::prelude::*;

use super::{EVENTS_PER_BLOCK, HostedPlugin};
use crate::handlers::Handlers;
use crate::ports::PortBuffers;
use crate::ports::private::Ported;
use crate::updates::update_of;
use crate::{HostEvent, HostingError, Transport, events};

/// What was counted.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    /// Blocks that were processed.
    pub blocks: usize,
    /// Updates of which tags were told.
    pub updates: usize,
}

/// Sleeps of the audio thread that say where its first block begins and its last one ends, for whoever
/// watches its system calls.
#[derive(Clone, Copy, Debug)]
pub struct Marks {
    /// Before the first block.
    pub begin: Duration,
    /// After the last one.
    pub end: Duration,
}

impl HostedPlugin {
    /// Plays `audio: [channel][frame]` in blocks of `block_frames` at the clock's pace, on a thread of
    /// its own that allocates nothing between its first block and its last. Meanwhile this thread does
    /// what a host's main thread does. `started` is called on the audio thread before `marks.begin`.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin is not active or fails.
    pub fn play_live(
        &mut self,
        audio: &[Vec<f32>],
        block_frames: usize,
        marks: Marks,
        started: impl FnOnce() + Send,
    ) -> Result<Live, HostingError> {
        let processor = self.processor.take().ok_or(HostingError::NotActive)?;
        let rate_hz = self.sample_rate_hz;
        let block_frames = block_frames.min(self.max_block_frames);
        let (processor, played) = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("audio".to_owned());
            let thread = thread.spawn_scoped(scope, move || {
                let mut pass = Pass::new(processor, audio, block_frames, rate_hz);
                started();
                std::thread::sleep(marks.begin);
                let played = pass.play();
                std::thread::sleep(marks.end);
                (pass.processor, played)
            });
            let thread = thread.map_err(|error| HostingError::Refused {
                what: "an audio thread",
                reason: error.to_string(),
            })?;
            while !thread.is_finished() {
                self.run_callbacks();
                std::thread::sleep(Duration::from_millis(5));
            }
            thread.join().map_err(|_| HostingError::Process {
                position_samples: 0,
            })
        })?;
        self.processor = Some(processor);
        played
    }
}

/// Everything the audio thread needs, made before its first block.
struct Pass<'a> {
    processor: PluginAudioProcessor<Handlers>,
    audio: &'a [Vec<f32>],
    block_frames: usize,
    rate_hz: f64,
    buffers: PortBuffers<f32>,
    input_ports: AudioPorts,
    output_ports: AudioPorts,
    input_events: EventBuffer,
    output_events: EventBuffer,
    told: Vec<HostEvent>,
}

impl<'a> Pass<'a> {
    fn new(
        processor: PluginAudioProcessor<Handlers>,
        audio: &'a [Vec<f32>],
        block_frames: usize,
        rate_hz: f64,
    ) -> Self {
        Self {
            processor,
            audio,
            block_frames,
            rate_hz,
            buffers: PortBuffers::new(audio.len(), block_frames),
            input_ports: AudioPorts::with_capacity(audio.len(), 1),
            output_ports: AudioPorts::with_capacity(audio.len(), 1),
            input_events: EventBuffer::with_capacity(1),
            output_events: EventBuffer::with_capacity(EVENTS_PER_BLOCK),
            told: Vec::with_capacity(EVENTS_PER_BLOCK),
        }
    }

    fn play(&mut self) -> Result<Live, HostingError> {
        let frames = self.audio.first().map_or(0, Vec::len);
        let blocks = frames / self.block_frames;
        let start = Instant::now();
        let (mut updates, mut newest) = (0, None);
        for block in 0..blocks {
            let position = block * self.block_frames;
            let due = Duration::from_secs_f64(position as f64 / self.rate_hz);
            if let Some(early) = due.checked_sub(start.elapsed()) {
                std::thread::sleep(early);
            }
            self.block(position)?;
            for update in self.told.iter().filter_map(update_of) {
                updates += usize::from(newest.replace(update) != Some(update));
            }
        }
        Ok(Live { blocks, updates })
    }

    fn block(&mut self, position: usize) -> Result<(), HostingError> {
        let frames = self.block_frames;
        let failed = HostingError::Process {
            position_samples: position as u64,
        };
        let Ok(processor) = self.processor.as_started_mut() else {
            return Err(HostingError::NotActive);
        };
        for (buffer, channel) in self.buffers.input.iter_mut().zip(self.audio) {
            buffer.copy_from_slice(&channel[position..position + frames]);
        }
        let input = f32::input(&mut self.input_ports, &mut self.buffers.input, frames);
        let mut output = f32::output(&mut self.output_ports, &mut self.buffers.output, frames);
        self.output_events.clear();
        let transport = Transport {
            playing: true,
            tempo_bpm: 120.0,
        };
        let transport = transport.at(position as f64 / self.rate_hz);
        let status = processor.process(
            &input,
            &mut output,
            &self.input_events.as_input(),
            &mut self.output_events.as_output(),
            Some(position as u64),
            Some(&transport),
        );
        status.map_err(|_| failed)?;
        self.told.clear();
        events::read_events(&self.output_events, position as u64, &mut self.told);
        Ok(())
    }
}
