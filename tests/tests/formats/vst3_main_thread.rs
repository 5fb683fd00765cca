//! VST3: calls to the host come only on its main thread, with the editor closed as well as open.

use std::time::{Duration, Instant};

use tagline_host::vst3::{Asked, RunLoopFrom, Vst3Host, Vst3Module, Vst3Plugin};
use tagline_host::{Guest, Rendering, ids, state_with_model};
use tagline_tests::{bundle, tiny_model};
use vst3::ComPtr;
use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, IAudioProcessor, IAudioProcessorTrait, ProcessContext,
    ProcessContext_::StatesAndFlags_::kPlaying, ProcessData,
};

use crate::session::{Session, TAGS};

const FRAMES: usize = 480;

/// An instance that records, in a host of this kind.
fn recording(test: &str, host: Vst3Host) -> Option<Session<Vst3Plugin>> {
    let bundle = bundle(test, Vst3Plugin::BUNDLE)?;
    let module = Vst3Module::load(&bundle).expect("the module");
    let mut session = Session {
        plugin: Vst3Plugin::of(&module, host).expect("the plugin"),
        folder: tempfile::tempdir().expect("a folder"),
    };
    std::fs::write(session.model(), tiny_model(&TAGS)).expect("a model");
    let state = state_with_model(Some(&session.model()), 0.25);
    let plugin = &mut session.plugin;
    plugin.load_state(state.as_bytes()).expect("the state");
    plugin.set_value(ids::MODE, 1.0).expect("a value");
    Some(session)
}

/// Plays a tone for this many blocks, in real time.
fn play(processor: &ComPtr<IAudioProcessor>, blocks: usize) {
    let mut input = [[0.0_f32; FRAMES]; 2];
    let mut output = [[0.0_f32; FRAMES]; 2];
    // SAFETY: a plain structure of numbers, for which zeros are values.
    let mut context: ProcessContext = unsafe { std::mem::zeroed() };
    // It has another type on Windows.
    #[allow(clippy::unnecessary_cast)]
    let playing = kPlaying as u32;
    context.state = playing;
    let start = Instant::now();
    for block in 0..blocks {
        for (at, sample) in input[0].iter_mut().enumerate() {
            *sample = (0.03 * (block * FRAMES + at) as f32).sin();
        }
        let mut inputs = [input[0].as_mut_ptr(), input[0].as_mut_ptr()];
        let mut outputs = output.each_mut().map(|channel| channel.as_mut_ptr());
        let bus = |channels: &mut [*mut f32; 2]| AudioBusBuffers {
            numChannels: 2,
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 {
                channelBuffers32: channels.as_mut_ptr(),
            },
        };
        let (mut input_bus, mut output_bus) = (bus(&mut inputs), bus(&mut outputs));
        let mut data = ProcessData {
            processMode: 0,
            symbolicSampleSize: 0,
            numSamples: FRAMES as i32,
            numInputs: 1,
            numOutputs: 1,
            inputs: &mut input_bus,
            outputs: &mut output_bus,
            inputParameterChanges: std::ptr::null_mut(),
            outputParameterChanges: std::ptr::null_mut(),
            inputEvents: std::ptr::null_mut(),
            outputEvents: std::ptr::null_mut(),
            processContext: &mut context,
        };
        // SAFETY: everything that the block points to lives until the call returns.
        unsafe { processor.process(&mut data) };
        let due = Duration::from_secs_f64((block * FRAMES) as f64 / 48_000.0);
        std::thread::sleep(due.saturating_sub(start.elapsed()));
    }
}

/// Plays on a thread of its own, while this one does what a host's main thread does.
fn play_elsewhere(plugin: &mut Vst3Plugin, blocks: usize) {
    struct Sent(ComPtr<IAudioProcessor>);
    // SAFETY: the interface names the audio thread for these calls.
    unsafe impl Send for Sent {}
    let sent = Sent(plugin.processor.clone());
    std::thread::scope(|scope| {
        let audio = scope.spawn(move || {
            let sent = sent;
            play(&sent.0, blocks);
        });
        while !audio.is_finished() {
            plugin.run_callbacks();
            std::thread::sleep(Duration::from_millis(5));
        }
    });
}

#[test]
fn gestures_come_on_the_main_thread_alone_with_the_editor_closed() {
    let test = "gestures_come_on_the_main_thread_alone_with_the_editor_closed";
    if crate::outruns_the_timer(test, "VST3") {
        return;
    }
    let Some(mut session) = recording(test, Vst3Host::default()) else {
        return;
    };
    let plugin = &mut session.plugin;
    plugin.activate(48_000.0, FRAMES as u32).expect("active");
    play_elsewhere(plugin, 600);
    let calls = plugin.take_calls();
    let me = std::thread::current().id();
    assert!(calls.iter().all(|call| call.thread == me), "{calls:?}");
    let count = |asked: fn(&Asked) -> bool| calls.iter().filter(|c| asked(&c.asked)).count();
    assert_eq!(
        count(|asked| matches!(asked, Asked::Begin(_))),
        2,
        "{calls:?}"
    );
    assert!(
        count(|asked| matches!(asked, Asked::Perform(..))) > 2,
        "{calls:?}"
    );
    assert_eq!(
        count(|asked| matches!(asked, Asked::End(_))),
        0,
        "{calls:?}"
    );
    plugin.deactivate();
    let ends = plugin.take_calls();
    let ended = ends
        .iter()
        .filter(|call| matches!(call.asked, Asked::End(_)));
    assert_eq!(ended.count(), 2, "deactivation ends them: {ends:?}");
}

#[test]
fn without_a_run_loop_nothing_waits_for_an_editor_that_opens_later() {
    let test = "without_a_run_loop_nothing_waits_for_an_editor_that_opens_later";
    if crate::outruns_the_timer(test, "VST3") {
        return;
    }
    let host = Vst3Host {
        run_loop: RunLoopFrom::Frame,
        ..Vst3Host::default()
    };
    let Some(mut session) = recording(test, host) else {
        return;
    };
    session
        .plugin
        .set_rendering(Rendering::Offline)
        .expect("the mode");
    session.activate();
    let told = session.play(10.0, true).events;
    assert!(told.len() > 20, "values come all the same: {told:?}");
    let gestures = |plugin: &mut Vst3Plugin| -> Vec<Asked> {
        let asked = plugin.take_calls().into_iter().map(|call| call.asked);
        asked
            .filter(|asked| !matches!(asked, Asked::Restart(_) | Asked::Dirty(_)))
            .collect()
    };
    assert_eq!(gestures(&mut session.plugin), [], "and no gesture does");
    let view = session.plugin.view().expect("a view");
    view.show_frame();
    session.plugin.run_callbacks();
    let first = *ids::TAGS.start();
    assert_eq!(
        gestures(&mut session.plugin),
        [Asked::Begin(first), Asked::Begin(first + 1)]
    );
    drop(view);
    session.plugin.run_callbacks();
    assert_eq!(
        gestures(&mut session.plugin),
        [Asked::End(first), Asked::End(first + 1)]
    );
    session.play(2.0, true);
    session.plugin.deactivate();
    assert_eq!(gestures(&mut session.plugin), []);
}

#[test]
fn an_instance_that_goes_ends_its_gestures_and_its_timer() {
    let test = "an_instance_that_goes_ends_its_gestures_and_its_timer";
    if crate::outruns_the_timer(test, "VST3") {
        return;
    }
    let Some(mut session) = recording(test, Vst3Host::default()) else {
        return;
    };
    session
        .plugin
        .set_rendering(Rendering::Offline)
        .expect("the mode");
    session.activate();
    session.play(6.0, true);
    let run_loop = std::rc::Rc::clone(session.plugin.run_loop());
    assert_eq!(run_loop.timers(), 1);
    drop(session);
    assert_eq!(run_loop.timers(), 0);
    run_loop.run();
}
