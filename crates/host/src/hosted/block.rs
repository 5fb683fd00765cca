//! One block of audio through the plugin.

use std::time::{Duration, Instant};

use clack_host::events::event_types::ParamValueEvent;
use clack_host::prelude::*;

use super::HostedPlugin;
use crate::events::read_events;
use crate::{HostEvent, HostingError, ParameterChange, Sample, Transport};

/// How a block is processed.
#[derive(Clone, Copy, Debug, Default)]
pub struct BlockOptions<'a> {
    /// Whether the plugin's output buffers are its input buffers.
    pub in_place: bool,
    /// The transport, if the host has one.
    pub transport: Option<Transport>,
    /// Values that the host sets, by ascending offset.
    pub changes: &'a [ParameterChange],
}

impl HostedPlugin {
    /// Processes one block: `input: [channel][frame]`, with the plugin's number of channels, to
    /// `output` of the same shape. Appends to `events` what the plugin tells the host. Returns the
    /// plugin's time on this thread.
    ///
    /// # Errors
    /// [`HostingError`] if the block does not fit or the plugin fails.
    pub fn process<S: Sample>(
        &mut self,
        input: &[&[S]],
        output: &mut [&mut [S]],
        options: &BlockOptions<'_>,
        events: &mut Vec<HostEvent>,
    ) -> Result<Duration, HostingError> {
        if !self.is_active() {
            return Err(HostingError::NotActive);
        }
        let frames = S::of(&mut self.buffers).fill(input, output)?;
        self.input_events.clear();
        for change in options.changes {
            if let Some(id) = ClapId::from_raw(change.id) {
                let event =
                    ParamValueEvent::new(change.offset_frames, id, Pckn::match_all(), change.value);
                self.input_events.push(&event);
            }
        }
        let cost = self.run_block::<S>(frames, options)?;
        S::of(&mut self.buffers).read(options.in_place, output);
        read_events(&self.output_events, self.position_samples, events);
        self.position_samples += frames as u64;
        Ok(cost)
    }

    fn run_block<S: Sample>(
        &mut self,
        frames: usize,
        options: &BlockOptions<'_>,
    ) -> Result<Duration, HostingError> {
        let failed = HostingError::Process {
            position_samples: self.position_samples,
        };
        let seconds = self.position_samples as f64 / self.sample_rate_hz;
        let transport = options.transport.map(|transport| transport.at(seconds));
        let Some(Ok(processor)) = self.processor.as_mut().map(|p| p.as_started_mut()) else {
            return Err(HostingError::NotActive);
        };
        let buffers = S::of(&mut self.buffers);
        let input = S::input(&mut self.input_ports, &mut buffers.input, frames);
        let mut in_place = [*match input.as_raw_buffers() {
            [port] => port,
            _ => return Err(failed),
        }];
        let mut output = if options.in_place {
            // SAFETY: the descriptors point to `buffers.input`, which is alive, exclusively
            // borrowed through `input` and at least `frames` long; processing in place is what
            // CLAP calls one buffer given as input and output.
            unsafe { OutputAudioBuffers::from_raw_buffers(&mut in_place, frames as u32) }
        } else {
            S::output(&mut self.output_ports, &mut buffers.output, frames)
        };
        self.output_events.clear();
        let input_events = self.input_events.as_input();
        let mut output_events = self.output_events.as_output();
        let start = Instant::now();
        let status = processor.process(
            &input,
            &mut output,
            &input_events,
            &mut output_events,
            Some(self.position_samples),
            transport.as_ref(),
        );
        let cost = start.elapsed();
        status.map(|_| cost).map_err(|_| failed)
    }
}
