//! One block of audio through the plugin.

use std::time::{Duration, Instant};

use vst3::Steinberg::Vst::Event_::EventTypes_::{
    kLegacyMIDICCOutEvent, kNoteOffEvent, kNoteOnEvent,
};
use vst3::Steinberg::Vst::ProcessContext_::StatesAndFlags_::{
    kPlaying, kProjectTimeMusicValid, kTempoValid, kTimeSigValid,
};
use vst3::Steinberg::Vst::SymbolicSampleSizes_::{kSample32, kSample64};
use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, Event, IAudioProcessorTrait, ProcessContext,
    ProcessData,
};
use vst3::Steinberg::kResultOk;

use super::{Asked, Vst3Plugin};
use crate::hosted::BlockOptions;
use crate::{HostEvent, HostEventKind, HostingError, Sample, Transport};

impl Vst3Plugin {
    /// Processes one block: `input: [channel][frame]`, as many channels as the plugin has, to
    /// `output` of the same shape. What the plugin says is appended to `events`, gestures that have
    /// come through the handler since the last block at its beginning. Returns the time the plugin
    /// took, on this thread.
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
        let is_double = size_of::<S>() == size_of::<f64>();
        self.set_sample_size(if is_double { kSample64 } else { kSample32 } as i32)?;
        if !self.is_active() {
            return Err(HostingError::NotActive);
        }
        let buffers = S::of(&mut self.buffers);
        let frames = buffers.fill(input, output)?;
        let pointers = |channels: &mut [Vec<S>]| -> Vec<*mut S> {
            channels.iter_mut().map(Vec::as_mut_ptr).collect()
        };
        let inputs = pointers(&mut buffers.input);
        let outputs = if options.in_place {
            inputs.clone()
        } else {
            pointers(&mut buffers.output)
        };
        self.input_changes.clear();
        for change in options.changes {
            let value = self.normalized(change.id, change.value);
            self.input_changes
                .push(change.id, change.offset_frames as i32, value);
        }
        self.hear();
        self.tell_gestures(events);
        let cost = self.run_block(frames, [inputs, outputs].map(erased), options.transport)?;
        S::of(&mut self.buffers).read(options.in_place, output);
        self.read_told(events);
        self.position_samples += frames as u64;
        Ok(cost)
    }

    fn run_block(
        &mut self,
        frames: usize,
        channels: [Vec<*mut f32>; 2],
        transport: Option<Transport>,
    ) -> Result<Duration, HostingError> {
        self.output_changes.clear();
        self.output_events.clear();
        let [mut inputs, mut outputs] = channels;
        let bus = |channels: &mut Vec<*mut f32>| AudioBusBuffers {
            numChannels: channels.len() as i32,
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 {
                channelBuffers32: channels.as_mut_ptr(),
            },
        };
        let mut input_bus = bus(&mut inputs);
        let mut output_bus = bus(&mut outputs);
        let mut context = transport.map(|transport| self.context(transport));
        let input_changes = self.input_changes.interface();
        let output_changes = self.output_changes.interface();
        let input_events = self.input_events.interface();
        let output_events = self.output_events.interface();
        let mut data = ProcessData {
            processMode: self.setup.process_mode,
            symbolicSampleSize: self.setup.sample_size,
            numSamples: frames as i32,
            numInputs: 1,
            numOutputs: 1,
            inputs: &mut input_bus,
            outputs: &mut output_bus,
            inputParameterChanges: input_changes.as_ptr(),
            outputParameterChanges: output_changes.as_ptr(),
            inputEvents: input_events.as_ptr(),
            outputEvents: output_events.as_ptr(),
            processContext: context
                .as_mut()
                .map_or(std::ptr::null_mut(), std::ptr::from_mut),
        };
        let start = Instant::now();
        // SAFETY: everything that the block points to lives until the call returns, and the
        // buffers are as long as is said and of the size that was set up.
        let result = unsafe { self.processor.process(&mut data) };
        let cost = start.elapsed();
        if result == kResultOk {
            Ok(cost)
        } else {
            Err(HostingError::Process {
                position_samples: self.position_samples,
            })
        }
    }

    fn context(&self, transport: Transport) -> ProcessContext {
        // SAFETY: a plain structure of numbers, for which zeros are values.
        let mut context: ProcessContext = unsafe { std::mem::zeroed() };
        context.sampleRate = self.setup.sample_rate_hz;
        context.projectTimeSamples = self.position_samples as i64;
        context.tempo = transport.tempo_bpm;
        let seconds = self.position_samples as f64 / self.setup.sample_rate_hz;
        context.projectTimeMusic = seconds * transport.tempo_bpm / 60.0;
        (context.timeSigNumerator, context.timeSigDenominator) = (4, 4);
        context.state = (kTempoValid | kProjectTimeMusicValid | kTimeSigValid) as u32;
        if transport.playing {
            context.state |= kPlaying as u32;
        }
        context
    }

    /// Gestures since the last block, as events at its beginning; the rest stays.
    fn tell_gestures(&mut self, events: &mut Vec<HostEvent>) {
        let position_samples = self.position_samples;
        self.calls.retain(|call| {
            let kind = match call.asked {
                Asked::Begin(id) => HostEventKind::GestureBegin { id },
                Asked::End(id) => HostEventKind::GestureEnd { id },
                // The value comes in the block, too, with its sample.
                Asked::Perform(..) => return false,
                Asked::Restart(_) | Asked::Dirty(_) | Asked::Menu(..) => return true,
            };
            events.push(HostEvent {
                position_samples,
                kind,
            });
            false
        });
    }

    /// What the plugin has said in the block, in the order of time.
    fn read_told(&self, events: &mut Vec<HostEvent>) {
        let at = |offset: i32| self.position_samples + offset.max(0) as u64;
        let values = self.output_changes.points().into_iter();
        let mut told: Vec<HostEvent> = values
            .map(|(id, offset, value)| HostEvent {
                position_samples: at(offset),
                kind: HostEventKind::Value {
                    id,
                    value: self.plain(id, value),
                },
            })
            .collect();
        told.extend(self.output_events.events().iter().filter_map(|event| {
            Some(HostEvent {
                position_samples: at(event.sampleOffset),
                kind: HostEventKind::Midi(midi(event)?),
            })
        }));
        told.sort_by_key(|event| event.position_samples);
        events.extend(told);
    }
}

/// The MIDI message of an event.
fn midi(event: &Event) -> Option<[u8; 3]> {
    let kind = u32::from(event.r#type);
    // SAFETY: the type says which field of the union it is.
    unsafe {
        if kind == kLegacyMIDICCOutEvent as u32 {
            let control = event.__field0.midiCCOut;
            let status = 0xb0 | control.channel as u8;
            Some([status, control.controlNumber, control.value as u8])
        } else if kind == kNoteOnEvent as u32 {
            let note = event.__field0.noteOn;
            let velocity = (note.velocity * 127.0).round() as u8;
            Some([0x90 | note.channel as u8, note.pitch as u8, velocity])
        } else if kind == kNoteOffEvent as u32 {
            let note = event.__field0.noteOff;
            let velocity = (note.velocity * 127.0).round() as u8;
            Some([0x80 | note.channel as u8, note.pitch as u8, velocity])
        } else {
            None
        }
    }
}

/// Channel pointers of either size, as the one of the union's fields that is written.
fn erased<S>(channels: Vec<*mut S>) -> Vec<*mut f32> {
    channels.into_iter().map(|channel| channel.cast()).collect()
}
