//! The host against a plugin that tells exactly what it was sent.

mod echo;

use std::ops::ControlFlow;
use std::path::Path;

use clack_host::entry::PluginEntry;
use clack_plugin::prelude::SinglePluginEntry;
use tagline_host::{
    BlockOptions, BlockSizes, HostEvent, HostEventKind, HostedPlugin, HostingError, Pace,
    ParameterChange, Rendering, StreamOptions, Transport, stream,
};

use echo::Echo;

fn hosted() -> HostedPlugin {
    let entry = PluginEntry::load_from_clack::<SinglePluginEntry<Echo>>(c"").unwrap();
    HostedPlugin::from_entry(&entry, c"test.echo").unwrap()
}

fn audio(frames: usize) -> Vec<Vec<f32>> {
    let ramp = |sign: f32| {
        (0..frames)
            .map(|k| sign * k as f32 / frames as f32)
            .collect()
    };
    vec![ramp(1.0), ramp(-1.0)]
}

#[test]
fn positions_do_not_depend_on_how_the_audio_is_cut_or_carried() {
    let audio = audio(10_500);
    let halved: Vec<Vec<f32>> = audio
        .iter()
        .map(|channel| channel.iter().map(|sample| sample * 0.5).collect())
        .collect();
    let sizes = [
        BlockSizes::Fixed(1),
        BlockSizes::Fixed(64),
        BlockSizes::Fixed(441),
        BlockSizes::Fixed(4_096),
        BlockSizes::Random {
            max: 2_000,
            seed: 7,
        },
    ];
    for blocks in sizes {
        for (in_place, double_precision) in
            [(false, false), (true, false), (false, true), (true, true)]
        {
            let mut plugin = hosted();
            plugin.activate(44_100.0, blocks.max_frames()).unwrap();
            let options = StreamOptions {
                blocks,
                in_place,
                double_precision,
                ..StreamOptions::default()
            };
            let streamed = stream(&mut plugin, &audio, &options, |_, _| {
                ControlFlow::Continue(())
            })
            .unwrap();
            let case = format!("{options:?}");
            assert_eq!(streamed.output, halved, "{case}");
            assert_eq!(streamed.events.len(), 4 * 10, "{case}");
            for (k, events) in streamed.events.chunks(4).enumerate() {
                let position_samples = 1_000 * k as u64 + 999;
                let at = |kind| HostEvent {
                    position_samples,
                    kind,
                };
                let expected = [
                    at(HostEventKind::GestureBegin { id: 101 }),
                    at(HostEventKind::Value {
                        id: 101,
                        value: 50.0,
                    }),
                    at(HostEventKind::GestureEnd { id: 101 }),
                    at(HostEventKind::Midi([0xb0, 20, 64])),
                ];
                assert_eq!(events, expected, "{case}");
            }
        }
    }
}

#[test]
fn the_transport_can_stand_still_or_be_absent() {
    let stopped = Transport {
        playing: false,
        tempo_bpm: 90.0,
    };
    for transport in [Some(stopped), None] {
        let mut plugin = hosted();
        plugin.activate(48_000.0, 512).unwrap();
        let options = StreamOptions {
            transport,
            ..StreamOptions::default()
        };
        let streamed = stream(&mut plugin, &audio(1_000), &options, |_, _| {
            ControlFlow::Continue(())
        })
        .unwrap();
        let value = HostEventKind::Value {
            id: 101,
            value: 25.0,
        };
        assert!(streamed.events.iter().any(|event| event.kind == value));
    }
}

#[test]
fn what_the_host_sets_reaches_the_plugin_at_its_offset() {
    let mut plugin = hosted();
    plugin.activate(48_000.0, 64).unwrap();
    let input = [[0.0f32; 64]; 2];
    let mut output = [[0.0f32; 64]; 2];
    let mut events = Vec::new();
    for _ in 0..2 {
        let change = ParameterChange {
            offset_frames: 17,
            id: 101,
            value: 41.0,
        };
        let options = BlockOptions {
            changes: &[change],
            ..BlockOptions::default()
        };
        let inputs: Vec<&[f32]> = input.iter().map(|channel| &channel[..]).collect();
        let mut outputs: Vec<&mut [f32]> =
            output.iter_mut().map(|channel| &mut channel[..]).collect();
        plugin
            .process(&inputs, &mut outputs, &options, &mut events)
            .unwrap();
    }
    let kind = HostEventKind::Value {
        id: 102,
        value: 42.0,
    };
    let at = |position_samples| HostEvent {
        position_samples,
        kind,
    };
    assert_eq!(events, [at(17), at(64 + 17)]);
}

#[test]
fn parameters_state_and_render_mode_reach_the_main_thread() {
    let mut plugin = hosted();
    assert_eq!(plugin.id(), "test.echo");
    assert_eq!(plugin.channels(), 2);
    let parameters = plugin.parameters();
    assert_eq!(parameters.len(), 2);
    assert_eq!(
        (parameters[0].id, parameters[0].name.as_str()),
        (101, "Tag 1")
    );
    assert!(parameters[0].automatable && !parameters[0].read_only);
    assert_eq!(plugin.value_text(101, 73.2).as_deref(), Some("73.2 %"));
    assert_eq!(plugin.text_value(101, "73.2 %"), Some(73.2));
    assert_eq!(plugin.value(9), None);
    plugin.set_rendering(Rendering::Offline).unwrap();
    assert_eq!(plugin.value(101), Some(1.0));
    plugin.set_rendering(Rendering::Realtime).unwrap();
    assert_eq!(plugin.value(101), Some(0.0));
    assert_eq!(plugin.save_state().unwrap(), b"fresh");
    plugin.load_state(b"used").unwrap();
    assert_eq!(plugin.save_state().unwrap(), b"used");
    assert!(matches!(
        plugin.load_state(b""),
        Err(HostingError::Refused { .. })
    ));
}

#[test]
fn the_main_thread_callback_runs_once_for_each_request() {
    let mut plugin = hosted();
    plugin.run_callbacks();
    plugin.run_callbacks();
    assert_eq!(plugin.value(102), Some(1.0));
}

#[test]
fn blocks_that_do_not_fit_are_errors() {
    let mut plugin = hosted();
    let mut events = Vec::new();
    let mut send = |plugin: &mut HostedPlugin, frames: usize, channels: usize| {
        let input = vec![vec![0.0f32; frames]; channels];
        let mut output = input.clone();
        let inputs: Vec<&[f32]> = input.iter().map(Vec::as_slice).collect();
        let mut outputs: Vec<&mut [f32]> = output.iter_mut().map(Vec::as_mut_slice).collect();
        plugin.process(&inputs, &mut outputs, &BlockOptions::default(), &mut events)
    };
    assert!(matches!(
        send(&mut plugin, 64, 2),
        Err(HostingError::NotActive)
    ));
    plugin.activate(48_000.0, 64).unwrap();
    assert!(send(&mut plugin, 64, 2).is_ok());
    for (frames, channels) in [(65, 2), (0, 2), (64, 1), (64, 3), (64, 0)] {
        let result = send(&mut plugin, frames, channels);
        assert!(
            matches!(result, Err(HostingError::Block { .. })),
            "{frames} × {channels}"
        );
    }
    plugin.deactivate();
    assert!(matches!(
        send(&mut plugin, 64, 2),
        Err(HostingError::NotActive)
    ));
}

#[test]
fn an_instance_can_be_activated_again_at_another_rate() {
    let mut plugin = hosted();
    for (rate_hz, frames) in [(44_100.0, 16), (1_234.567_8, 16_384), (768_000.0, 1)] {
        plugin.activate(rate_hz, frames).unwrap();
        assert_eq!(plugin.sample_rate_hz(), rate_hz);
        let options = StreamOptions {
            blocks: BlockSizes::Fixed(frames),
            ..StreamOptions::default()
        };
        stream(&mut plugin, &audio(3_000), &options, |_, _| {
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(plugin.position_samples(), 3_000);
        plugin.reset();
    }
}

#[test]
fn a_mono_song_is_heard_on_both_sides_and_a_surround_song_as_its_mean() {
    for channels in [1, 3] {
        let song: Vec<Vec<f32>> = (0..channels)
            .map(|k| vec![0.25 * k as f32 + 0.25; 500])
            .collect();
        let mean = 0.25 * (channels as f32 + 1.0) / 2.0;
        let mut plugin = hosted();
        plugin.activate(48_000.0, 512).unwrap();
        let options = StreamOptions::default();
        let streamed = stream(&mut plugin, &song, &options, |_, _| {
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(streamed.output, vec![vec![0.5 * mean; 500]; 2]);
    }
}

#[test]
fn a_paced_stream_takes_its_time_and_can_be_ended() {
    let mut plugin = hosted();
    plugin.activate(48_000.0, 480).unwrap();
    let options = StreamOptions {
        blocks: BlockSizes::Fixed(480),
        pace: Pace::Times(2.0),
        ..StreamOptions::default()
    };
    let streamed = stream(&mut plugin, &audio(480_000), &options, |_, block| {
        if block.frames_done >= 24_000 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })
    .unwrap();
    assert_eq!(streamed.block_costs.len(), 50);
    assert!(streamed.wall.as_secs_f64() >= 0.24, "{:?}", streamed.wall);
}

#[test]
fn a_bundle_that_is_missing_or_no_plugin_is_named() {
    let missing = HostedPlugin::load(Path::new("no/such/Tagline.clap"))
        .err()
        .unwrap();
    assert!(
        missing.to_string().contains("cargo xtask bundle"),
        "{missing}"
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Text.clap");
    std::fs::write(&path, "not a library").unwrap();
    let error = HostedPlugin::load(&path).err().unwrap();
    assert!(matches!(error, HostingError::Load { .. }), "{error}");
    assert!(error.to_string().contains("Text.clap"), "{error}");
}
