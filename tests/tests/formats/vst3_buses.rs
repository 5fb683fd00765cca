//! VST3: arrangements of speakers, and blocks that do not fit them.

use std::ops::ControlFlow;

use tagline_host::vst3::{Vst3Plugin, arrangement_of};
use tagline_host::{BlockSizes, StreamOptions, stream};
use tagline_tests::bundle;
use vst3::Steinberg::Vst::SpeakerArr::{k51, k71_4, kMono, kStereo};
use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, IAudioProcessorTrait, ProcessData, kNoTail,
};

fn load(test: &str) -> Option<Vst3Plugin> {
    let bundle = bundle(test, "Tagline.vst3")?;
    Some(Vst3Plugin::load(&bundle).expect("the plugin"))
}

#[test]
fn any_arrangement_of_1_to_16_channels_passes_in_both_sample_sizes() {
    let test = "any_arrangement_of_1_to_16_channels_passes_in_both_sample_sizes";
    let Some(mut plugin) = load(test) else { return };
    for channels in 1..=16 {
        plugin.set_channels(channels).expect("the channels");
        let audio: Vec<Vec<f32>> = (0..channels)
            .map(|channel| {
                (0..777)
                    .map(|n| (n * (channel + 1)) as f32 * 1e-5)
                    .collect()
            })
            .collect();
        for double_precision in [false, true] {
            plugin.activate(44_100.0, 256).expect("active");
            let options = StreamOptions {
                blocks: BlockSizes::Fixed(256),
                double_precision,
                ..StreamOptions::default()
            };
            let streamed = stream(&mut plugin, &audio, &options, |_, _| {
                ControlFlow::Continue(())
            });
            assert!(streamed.expect("streamed").output == audio, "{channels}");
        }
        plugin.deactivate();
    }
}

#[test]
fn arrangements_that_differ_are_refused_and_the_nearest_is_offered() {
    let test = "arrangements_that_differ_are_refused_and_the_nearest_is_offered";
    let Some(mut plugin) = load(test) else { return };
    for arrangement in [kMono, k51, k71_4, kStereo] {
        assert!(plugin.set_arrangements(arrangement, arrangement));
    }
    assert!(!plugin.set_arrangements(kMono, kStereo));
    assert_eq!(plugin.channels(), 1, "the input's");
    assert!(!plugin.set_arrangements(0, 0));
    assert_eq!(plugin.channels(), 1, "as before");
    plugin.activate(48_000.0, 64).expect("active");
    assert!(!plugin.set_arrangements(kStereo, kStereo), "while active");
    assert_eq!(arrangement_of(1), kMono);
}

/// A host that goes on although its arrangement was refused.
#[test]
fn every_output_is_written_whatever_the_host_hands_over() {
    let test = "every_output_is_written_whatever_the_host_hands_over";
    let Some(mut plugin) = load(test) else { return };
    plugin.activate(48_000.0, 64).expect("active");
    for (inputs, outputs) in [(1, 2), (2, 1), (0, 2), (2, 6), (12, 12)] {
        for frames in [0, 1, 64, 1_000] {
            let mut input = vec![vec![0.5_f32; 1_000]; inputs];
            let mut output = vec![vec![7.0_f32; 1_000]; outputs];
            process(&plugin, &mut input, &mut output, frames);
            for (index, channel) in output.iter().enumerate() {
                let expected = if index < inputs { 0.5 } else { 0.0 };
                let (written, rest) = channel.split_at(frames);
                assert!(written.iter().all(|sample| *sample == expected));
                assert!(rest.iter().all(|sample| *sample == 7.0));
            }
        }
    }
}

fn process(plugin: &Vst3Plugin, input: &mut [Vec<f32>], output: &mut [Vec<f32>], frames: usize) {
    let pointers = |channels: &mut [Vec<f32>]| -> Vec<*mut f32> {
        channels.iter_mut().map(Vec::as_mut_ptr).collect()
    };
    let (mut inputs, mut outputs) = (pointers(input), pointers(output));
    let bus = |channels: &mut Vec<*mut f32>| AudioBusBuffers {
        numChannels: channels.len() as i32,
        silenceFlags: 0,
        __field0: AudioBusBuffers__type0 {
            channelBuffers32: channels.as_mut_ptr(),
        },
    };
    let (mut input_bus, mut output_bus) = (bus(&mut inputs), bus(&mut outputs));
    let mut data = ProcessData {
        processMode: 0,
        symbolicSampleSize: 0,
        numSamples: frames as i32,
        numInputs: i32::from(!inputs.is_empty()),
        numOutputs: 1,
        inputs: &mut input_bus,
        outputs: &mut output_bus,
        inputParameterChanges: std::ptr::null_mut(),
        outputParameterChanges: std::ptr::null_mut(),
        inputEvents: std::ptr::null_mut(),
        outputEvents: std::ptr::null_mut(),
        processContext: std::ptr::null_mut(),
    };
    // SAFETY: everything that the block points to lives until the call returns.
    assert_eq!(unsafe { plugin.processor.process(&mut data) }, 0);
}

#[test]
fn the_signal_comes_out_without_delay_and_leaves_no_tail() {
    let test = "the_signal_comes_out_without_delay_and_leaves_no_tail";
    let Some(mut plugin) = load(test) else { return };
    plugin.activate(48_000.0, 64).expect("active");
    // SAFETY: the interface of a living object.
    let delays = unsafe {
        (
            plugin.processor.getLatencySamples(),
            plugin.processor.getTailSamples(),
        )
    };
    assert_eq!(delays, (0, kNoTail));
}
