//! What the built CLAP bundle owes its host: parameters, values, gestures, state.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

use serde_json::json;
use tagline_engine::built_in_info;
use tagline_host::{
    HostEvent, HostEventKind, HostedPlugin, Pace, Parameter, ParameterChange, Rendering,
    StreamOptions, Streamed, Transport, ids, stream,
};
use tagline_tests::{bundle, tiny_model};
use tempfile::TempDir;

const RATE_HZ: f64 = 48_000.0;
const BLOCK_FRAMES: u32 = 512;

/// An instance with a model of the tags `low` and `high`.
struct Session {
    plugin: HostedPlugin,
    folder: TempDir,
}

impl Session {
    /// Without a bundle, prints that the test was skipped and returns `None`.
    fn start(test: &str, mode: &str) -> Option<Self> {
        let bundle = bundle(test, "Tagline.clap")?;
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(
            folder.path().join("tiny.onnx"),
            tiny_model(&["low", "high"]),
        )
        .expect("a model");
        let mut plugin = HostedPlugin::load(&bundle).expect("the plugin");
        plugin
            .load_state(&state(&folder.path().join("tiny.onnx"), mode))
            .expect("the state");
        plugin
            .set_rendering(Rendering::Offline)
            .expect("the render mode");
        let mut session = Self { plugin, folder };
        session.activate();
        Some(session)
    }

    fn activate(&mut self) {
        self.plugin.activate(RATE_HZ, BLOCK_FRAMES).expect("active");
    }

    /// Streams `seconds` of a low tone.
    fn play(&mut self, seconds: f64, playing: bool) -> Streamed {
        let options = StreamOptions {
            transport: Some(Transport {
                playing,
                tempo_bpm: 120.0,
            }),
            ..StreamOptions::default()
        };
        stream(&mut self.plugin, &low_tone(seconds), &options, |_, _| {
            ControlFlow::Continue(())
        })
        .expect("streamed")
    }
}

fn state(model: &Path, mode: &str) -> Vec<u8> {
    json!({
        "format": "tagline-state",
        "version": 2,
        "model": { "name": "Tiny", "path": model, "sha256": "" },
        "settings": {
            "mode": mode, "resolution": 0.0, "update_seconds": 1.0, "smoothing_seconds": 0.0, "backend": "tract",
            "midi_cc_output": false, "midi_channel": 1, "midi_cc_first": 20, "midi_cc_count": 12,
        },
    })
    .to_string()
    .into_bytes()
}

fn low_tone(seconds: f64) -> Vec<Vec<f32>> {
    let step = std::f64::consts::TAU * 220.0 / RATE_HZ;
    let channel: Vec<f32> = (0..(seconds * RATE_HZ) as usize)
        .map(|n| (0.5 * (step * n as f64).sin()) as f32)
        .collect();
    vec![channel.clone(), channel]
}

fn values_of(events: &[HostEvent], wanted: u32) -> Vec<f64> {
    events
        .iter()
        .filter_map(|event| match event.kind {
            HostEventKind::Value { id, value } if id == wanted => Some(value),
            _ => None,
        })
        .collect()
}

/// Ids of tags in the events for which `pick` returns an id.
fn tags_in(events: &[HostEvent], pick: fn(HostEventKind) -> Option<u32>) -> BTreeSet<u32> {
    events
        .iter()
        .filter_map(|event| pick(event.kind))
        .filter(|id| ids::TAGS.contains(id))
        .collect()
}

fn driven(kind: HostEventKind) -> Option<u32> {
    match kind {
        HostEventKind::Value { id, .. } => Some(id),
        _ => None,
    }
}

fn begun(kind: HostEventKind) -> Option<u32> {
    match kind {
        HostEventKind::GestureBegin { id } => Some(id),
        _ => None,
    }
}

fn ended(kind: HostEventKind) -> Option<u32> {
    match kind {
        HostEventKind::GestureEnd { id } => Some(id),
        _ => None,
    }
}

/// Sessions store these ids, and hosts show these names. A change here breaks sessions.
#[test]
fn parameters_keep_their_ids_names_ranges_and_flags() {
    let Some(bundle) = bundle(
        "parameters_keep_their_ids_names_ranges_and_flags",
        "Tagline.clap",
    ) else {
        return;
    };
    // Flags: A automatable, R read-only, S stepped.
    let mut expected: Vec<String> = [
        "0 Settings/Bypass 0..1 = 0 AS",
        "1 Settings/Mode 0..2 = 0 AS",
        "2 Settings/Update Every 0..4 = 2 AS",
        "3 Settings/Smoothing 0..10 = 0 A",
        "4 Settings/Values 0..1 = 0 S",
    ]
    .map(str::to_owned)
    .into();
    let default = built_in_info();
    expected.extend((0..50).map(|slot| {
        let name = default.tags.get(slot).cloned();
        let name = name.unwrap_or_else(|| format!("Tag {}", slot + 1));
        let group = default.groups.as_ref().and_then(|groups| groups.get(slot));
        let group = group.map_or_else(String::new, |group| {
            format!("/{}{}", group[..1].to_uppercase(), &group[1..])
        });
        format!("{} Tags{group}/{name} 0..100 = 0 A", 5 + slot)
    }));
    expected.push("55 Settings/Focus 0..3 = 3 AS".to_owned());
    expected.extend((0..8).map(|n| format!("{} Macros/Macro {} 0..100 = 0 A", 56 + n, n + 1)));
    expected.extend(
        [
            "64 Status/Running Backend 0..4 = 0 RS",
            "65 Status/Seconds Heard 0..3600 = 0 R",
            "66 Status/Updates 0..16777215 = 0 RS",
            "67 Status/Late Updates 0..16777215 = 0 RS",
            "68 Status/Dropped Samples 0..16777215 = 0 RS",
            "69 Status/Update Time 0..60000 = 0 R",
            "70 Status/Silent Updates 0..16777215 = 0 RS",
        ]
        .map(str::to_owned),
    );

    let mut plugin = HostedPlugin::load(&bundle).expect("the plugin");
    let found: Vec<String> = plugin.parameters().iter().map(row).collect();
    assert_eq!(found, expected);
}

fn row(p: &Parameter) -> String {
    let flags: String = [(p.automatable, 'A'), (p.read_only, 'R'), (p.stepped, 'S')]
        .into_iter()
        .filter_map(|(set, letter)| set.then_some(letter))
        .collect();
    format!(
        "{} {}/{} {}..{} = {} {flags}",
        p.id, p.module, p.name, p.min, p.max, p.default
    )
}

#[test]
fn every_text_reads_back_to_the_value_it_was_written_for() {
    let Some(bundle) = bundle(
        "every_text_reads_back_to_the_value_it_was_written_for",
        "Tagline.clap",
    ) else {
        return;
    };
    let mut plugin = HostedPlugin::load(&bundle).expect("the plugin");
    for p in plugin.parameters() {
        for part in 0..=8 {
            let value = p.min + (p.max - p.min) * f64::from(part) / 8.0;
            let text = plugin.value_text(p.id, value).expect("a text");
            let read = plugin.text_value(p.id, &text).expect("a value");
            let again = plugin.value_text(p.id, read);
            assert_eq!(again.as_deref(), Some(text.as_str()), "{}", p.name);
        }
    }
}

#[test]
fn live_drives_the_tags_with_the_editor_closed_and_without_gestures() {
    let test = "live_drives_the_tags_with_the_editor_closed_and_without_gestures";
    let Some(mut session) = Session::start(test, "live") else {
        return;
    };
    let events = session.play(6.0, true).events;

    assert_eq!(tags_in(&events, driven), BTreeSet::from([5, 6]));
    assert!(tags_in(&events, begun).is_empty());
    let low = values_of(&events, 5);
    let high = values_of(&events, 6);
    assert!(low.len() >= 3, "{} updates in 6 s", low.len());
    assert!(
        low.iter().zip(&high).all(|(low, high)| low > high),
        "a low tone: {low:?} {high:?}"
    );
    let mut status = |id| session.plugin.value(id).expect("a status");
    assert_eq!(low.len(), status(ids::UPDATES) as usize);
    assert!(status(ids::SECONDS_HEARD) >= 3.0);

    let names: Vec<String> = session
        .plugin
        .parameters()
        .into_iter()
        .filter(|p| (5..=7).contains(&p.id))
        .map(|p| p.name)
        .collect();
    assert_eq!(names, ["low", "high", "Tag 3"]);
    assert!(session.plugin.rescans() > 0, "the host must learn of names");
}

#[test]
fn nothing_is_driven_before_three_seconds_are_heard() {
    let test = "nothing_is_driven_before_three_seconds_are_heard";
    let Some(mut session) = Session::start(test, "live") else {
        return;
    };
    let events = session.play(2.5, true).events;
    assert!(tags_in(&events, driven).is_empty());
}

#[test]
fn live_follows_the_clock_in_realtime_too() {
    let Some(mut session) = Session::start("live_follows_the_clock_in_realtime_too", "live") else {
        return;
    };
    session.plugin.deactivate();
    session
        .plugin
        .set_rendering(Rendering::Realtime)
        .expect("the render mode");
    session.activate();
    let options = StreamOptions {
        pace: Pace::Times(1.0),
        ..StreamOptions::default()
    };
    // It ends as soon as an update has come, which may take a while on a busy machine.
    let streamed = stream(
        &mut session.plugin,
        &low_tone(60.0),
        &options,
        |_, block| {
            if tags_in(block.events, driven).is_empty() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        },
    )
    .expect("streamed");
    assert_eq!(tags_in(&streamed.events, driven), BTreeSet::from([5, 6]));
}

#[test]
fn record_holds_every_tag_it_drives_until_the_transport_stops() {
    let test = "record_holds_every_tag_it_drives_until_the_transport_stops";
    let Some(mut session) = Session::start(test, "record") else {
        return;
    };
    let playing = session.play(6.0, true).events;
    let held = tags_in(&playing, begun);
    assert!(held.is_superset(&tags_in(&playing, driven)), "{held:?}");
    assert!(held.is_superset(&BTreeSet::from([5, 6])), "{held:?}");
    assert!(tags_in(&playing, ended).is_empty());
    for id in tags_in(&playing, driven) {
        let first = playing
            .iter()
            .find(|event| driven(event.kind) == Some(id) || begun(event.kind) == Some(id));
        let first = first.map(|event| event.kind);
        assert_eq!(first, Some(HostEventKind::GestureBegin { id }));
    }

    let stopped = session.play(0.5, false).events;
    assert_eq!(tags_in(&stopped, ended), held);
    assert!(tags_in(&stopped, begun).is_empty());
}

#[test]
fn follow_takes_the_hosts_values_and_drives_none() {
    let test = "follow_takes_the_hosts_values_and_drives_none";
    let Some(mut session) = Session::start(test, "follow") else {
        return;
    };
    let mut events = session.play(4.0, true).events;
    let frames = BLOCK_FRAMES as usize;
    let silence = vec![0.0_f32; frames];
    let (mut left, mut right) = (silence.clone(), silence.clone());
    session
        .plugin
        .process(
            &[&silence, &silence],
            &mut [&mut left, &mut right],
            &tagline_host::BlockOptions {
                changes: &[ParameterChange {
                    offset_frames: 7,
                    id: 5,
                    value: 42.0,
                }],
                ..Default::default()
            },
            &mut events,
        )
        .expect("processed");
    session.plugin.run_callbacks();

    assert_eq!(session.plugin.value(5), Some(42.0));
    assert!(tags_in(&events, driven).is_empty());
    assert_eq!(session.plugin.value(ids::UPDATES), Some(0.0));
}

#[test]
fn audio_passes_bit_for_bit() {
    let Some(mut session) = Session::start("audio_passes_bit_for_bit", "live") else {
        return;
    };
    // Noise of every size, with the values that arithmetic would change: −0, a denormal.
    let mut seed = 1_u32;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from_bits(seed & 0xbfff_ffff)
    };
    let mut audio: Vec<Vec<f32>> = (0..2)
        .map(|_| (0..48_000).map(|_| noise()).collect())
        .collect();
    audio[0][..2].copy_from_slice(&[-0.0, f32::from_bits(1)]);
    let bits = |audio: &[Vec<f32>]| -> Vec<Vec<u32>> {
        audio
            .iter()
            .map(|channel| channel.iter().map(|sample| sample.to_bits()).collect())
            .collect()
    };
    for (in_place, double_precision) in [(false, false), (true, false), (false, true), (true, true)]
    {
        let options = StreamOptions {
            in_place,
            double_precision,
            ..StreamOptions::default()
        };
        let streamed = stream(&mut session.plugin, &audio, &options, |_, _| {
            ControlFlow::Continue(())
        })
        .expect("streamed");
        assert!(
            bits(&streamed.output) == bits(&audio),
            "in place: {in_place}, f64: {double_precision}"
        );
    }
}

#[test]
fn driven_values_never_enter_the_saved_state() {
    let Some(mut session) = Session::start("driven_values_never_enter_the_saved_state", "live")
    else {
        return;
    };
    // The given state may lack the model's hash. The saved state is the plugin's own.
    session.play(4.0, true);
    let one = session.plugin.save_state().expect("a state");
    let moved = session.play(3.0, true).events;
    assert!(!tags_in(&moved, driven).is_empty());
    let two = session.plugin.save_state().expect("a state");
    assert_eq!(String::from_utf8_lossy(&one), String::from_utf8_lossy(&two));
    session.plugin.load_state(&two).expect("its own state");
    let three = session.plugin.save_state().expect("a state");
    assert_eq!(two, three);
    assert!(session.folder.path().join("tiny.onnx").exists());
}

#[test]
fn a_broken_state_is_refused_and_the_settings_stay() {
    let test = "a_broken_state_is_refused_and_the_settings_stay";
    let Some(mut session) = Session::start(test, "record") else {
        return;
    };
    session.play(1.0, true);
    let before = session.plugin.save_state().expect("a state");
    let mut noise = vec![0_u8; 1 << 20];
    let mut seed = 7_u32;
    for byte in &mut noise {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (seed >> 24) as u8;
    }
    let half = &before[..before.len() / 2];
    let deep = "[".repeat(1 << 20).into_bytes();
    for broken in [&[][..], half, &noise, &deep, b"null", b"{}"] {
        let refused = session.plugin.load_state(broken);
        assert!(refused.is_err(), "{} bytes", broken.len());
        let after = session.plugin.save_state().expect("a state");
        assert_eq!(after, before, "{} bytes", broken.len());
    }
}
