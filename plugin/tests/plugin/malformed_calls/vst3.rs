//! VST3's methods, those of the audio thread and those that come at odd times between its blocks.

mod call;
mod host;
mod instance;

use proptest::prelude::*;
use vst3::Steinberg::Vst::SymbolicSampleSizes_::kSample64;
use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, IAudioProcessorTrait, ProcessContext, ProcessData,
};
use vst3::Steinberg::kResultOk;

use call::{Block, Bus, Count, Step, steps};
use host::{Changes, Events, Told};
use instance::Instance;

use super::memory::{Bits, MOST_CHANNELS, Memory, bits, sample, samples, share, wide_sample};

/// Processes the block, and checks that every output channel holds what it must.
fn check(instance: &Instance, block: &Block) -> Result<(), TestCaseError> {
    if block.sample_size == kSample64 as i32 {
        check_in(instance, block, wide_sample)
    } else {
        check_in(instance, block, sample)
    }
}

fn check_in<S: Bits + Default>(
    instance: &Instance,
    block: &Block,
    sample: impl Fn(usize, usize, usize) -> S,
) -> Result<(), TestCaseError> {
    let frames = usize::try_from(block.frames).unwrap_or(0);
    let memory = |buses: &[Bus], first: usize| -> Vec<Memory<S>> {
        let numbered = buses.iter().enumerate();
        let of_bus = |(number, bus): (usize, &Bus)| {
            let sample = |channel, frame| sample(first + number, channel, frame);
            Memory::new(&bus.channels, frames, sample)
        };
        numbered.map(of_bus).collect()
    };
    let (mut inputs, mut outputs) = (memory(&block.inputs, 0), memory(&block.outputs, 7));
    if block.in_place {
        for (input, output) in inputs.iter().zip(&mut outputs) {
            share(&input.pointers, &mut output.pointers);
        }
    }
    let input_count = block.input_count.of(block.inputs.len());
    let output_count = block.output_count.of(block.outputs.len());
    // What the interface lets the plugin see of the input.
    let readable = |port: usize, channel: usize| {
        let is_there = !block.no_inputs && (port as i32) < input_count;
        let bus = block.inputs.get(port).filter(|_| is_there)?;
        let is_there = (channel as i32) < bus.count;
        inputs[port].channel(channel).filter(|_| is_there)
    };
    let expected: Vec<Vec<Vec<u64>>> = (0..outputs.len())
        .map(|port| {
            let silence = || bits(&vec![S::default(); frames]);
            let of = |channel| readable(port, channel).map_or_else(silence, bits);
            (0..MOST_CHANNELS).map(of).collect()
        })
        .collect();

    let buffers = |memory: &mut [Memory<S>], buses: &[Bus]| -> Vec<AudioBusBuffers> {
        let both = memory.iter_mut().zip(buses);
        let buffer = |(memory, bus): (&mut Memory<S>, &Bus)| AudioBusBuffers {
            numChannels: bus.count,
            silenceFlags: bus.silence,
            __field0: AudioBusBuffers__type0 {
                channelBuffers32: memory.array().cast(),
            },
        };
        both.map(buffer).collect()
    };
    let mut input_buses = buffers(&mut inputs, &block.inputs);
    let mut output_buses = buffers(&mut outputs, &block.outputs);
    let told = Told::within(block.frames);
    let changes = block.changes.as_ref().map(Changes::of);
    let events = block.events.as_ref().map(Events::of);
    let output_changes = block.takes.map(|takes| Changes::taking(takes, &told));
    let output_events = block.takes.map(|takes| Events::taking(takes, &told));
    // SAFETY: a plain structure of numbers, for which zeros are values.
    let mut context: ProcessContext = unsafe { std::mem::zeroed() };
    context.state = block.context.unwrap_or(0);
    let mut data = ProcessData {
        processMode: block.mode,
        symbolicSampleSize: block.sample_size,
        numSamples: block.frames,
        numInputs: input_count,
        numOutputs: output_count,
        inputs: if block.no_inputs {
            std::ptr::null_mut()
        } else {
            input_buses.as_mut_ptr()
        },
        outputs: if block.no_outputs {
            std::ptr::null_mut()
        } else {
            output_buses.as_mut_ptr()
        },
        inputParameterChanges: host::raw(changes.as_ref().map(Changes::interface)),
        outputParameterChanges: host::raw(output_changes.as_ref().map(Changes::interface)),
        inputEvents: host::raw(events.as_ref().map(Events::interface)),
        outputEvents: host::raw(output_events.as_ref().map(Events::interface)),
        processContext: match block.context {
            Some(_) => &mut context,
            None => std::ptr::null_mut(),
        },
    };
    // SAFETY: everything that the block leads to lives on, and is null or as long as its true counts.
    let result = unsafe { instance.processor.process(&mut data) };
    prop_assert_eq!(result, kResultOk);
    told.check()?;
    let has_outputs = !block.no_outputs;
    for (port, bus) in output_buses.iter().enumerate() {
        let is_asked = has_outputs && (port as i32) < output_count;
        let channels = if is_asked { bus.numChannels } else { 0 };
        for channel in 0..channels.max(0) as usize {
            // SAFETY: the arrays are null or have four pointers, and each that is not null leads to
            // `frames` samples of the memory above, which lives on.
            let found = unsafe {
                let array = bus.__field0.channelBuffers32.cast::<*mut S>();
                samples(array, channel, frames as u32)
            };
            if let Some(found) = found {
                let expected = &expected[port][channel];
                prop_assert_eq!(&bits(found), expected, "bus {} {}", port, channel);
            }
        }
    }
    Ok(())
}

thread_local! {
    /// One instance for all cases, so that what a call leaves behind meets the next one.
    static INSTANCE: Instance = Instance::new();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn whatever_is_called_in_whatever_order_the_output_is_written_with_the_input(steps in steps()) {
        INSTANCE.with(|instance| {
            for step in &steps {
                match step {
                    Step::Process(block) => check(instance, block)?,
                    Step::Other(call) => instance.make(call),
                }
            }
            Ok::<(), TestCaseError>(())
        })?;
    }
}

/// A stereo block of 64 frames with nothing wrong.
fn plain() -> Block {
    let bus = Bus {
        count: 2,
        channels: Some(vec![true; MOST_CHANNELS]),
        silence: 0,
    };
    Block {
        frames: 64,
        sample_size: 0,
        mode: 0,
        inputs: vec![bus.clone()],
        outputs: vec![bus],
        input_count: Count::True,
        output_count: Count::True,
        no_inputs: false,
        no_outputs: false,
        in_place: false,
        changes: None,
        events: None,
        takes: None,
        context: None,
    }
}

#[test]
fn lists_that_claim_to_be_endless_do_not_hold_the_block_up() {
    let instance = Instance::new();
    instance.activate();
    let endless = call::ListOfChanges::endless();
    let block = Block {
        changes: Some(endless),
        ..plain()
    };
    let start = std::time::Instant::now();
    check(&instance, &block).expect("the signal passes");
    let seconds = start.elapsed().as_secs_f64();
    assert!(seconds < 1.0, "{seconds} s");
}

#[test]
fn before_it_is_initialized_and_after_it_is_terminated_it_passes_the_signal() {
    let instance = Instance::bare();
    check(&instance, &plain()).expect("the signal passes");
    instance.initialize();
    instance.activate();
    check(&instance, &plain()).expect("the signal passes");
    instance.terminate();
    check(&instance, &plain()).expect("the signal passes");
}
