//! Macros that are set up through the state move their parameters, MIDI and OSC, in a CLAP host.

use std::net::UdpSocket;
use std::time::Duration;

use crate::bounce::{BLOCKS, bounce};
use crate::common::models::{Models, RATE, of, song};
use crate::common::{Heard, Host, Told, ids};
use serde_json::{Value, json};

const TAGS: [&str; 2] = ["low", "high"];

/// A state with these macros, by number, and an update every 0.34 s.
fn state(models: &Models, settings: &Value, macros: &Value) -> String {
    let mut settings = settings.clone();
    settings["update_seconds"] = 0.25.into();
    let mut state: Value =
        serde_json::from_str(&models.state(&TAGS, &settings)).expect("a state is JSON");
    state["macros"] = macros.clone();
    state.to_string()
}

fn tag(name: &str) -> Value {
    json!({"kind": "tag", "tag": name})
}

/// Positions and values of a parameter.
fn curve(heard: &[Heard], id: u32) -> Vec<(u64, f64)> {
    let of_it = heard.iter().filter_map(|(position, told)| match told {
        Told::Value(of, value) | Told::Live(of, value) if *of == id => Some((*position, *value)),
        _ => None,
    });
    of_it.collect()
}

fn midi(heard: &[Heard]) -> Vec<(u64, [u8; 3])> {
    let midi = heard.iter().filter_map(|(position, told)| match told {
        Told::Midi(message) => Some((*position, *message)),
        _ => None,
    });
    midi.collect()
}

/// The tag as a macro hears it at each sample from its first update on: a straight line from each
/// value to the next, which takes as long as the time between the two.
fn glide(updates: &[(u64, f64)], until: u64) -> Vec<f64> {
    let (first, value) = updates[0];
    let mut line = vec![value; (until - first) as usize];
    for pair in updates.windows(2) {
        let [(before, _), (at, to)] = [pair[0], pair[1]];
        let from = line[(at - first) as usize - 1];
        let start = line.get((at - first) as usize).copied().unwrap_or(from);
        for (n, place) in line[(at - first) as usize..].iter_mut().enumerate() {
            let share = (n as f64 / (at - before) as f64).min(1.0);
            *place = start + (to - start) * share;
        }
    }
    line
}

#[test]
fn a_macro_follows_its_tag_in_straight_lines() {
    let models = Models::new();
    let macros = json!({"1": {"source": tag("low")}, "8": {"source": tag("high"), "invert": true}});
    let heard = bounce(&state(&models, &json!({}), &macros), 8, 441, &[]);
    let end = RATE as u64 * 8;
    for (tag, id, is_inverted) in [(5, 56, false), (6, 63, true)] {
        let updates = curve(&heard, tag);
        let line = glide(&updates, end);
        let told = curve(&heard, id);
        assert!(
            told.len() > 10 * updates.len(),
            "a smooth curve: {}",
            told.len()
        );
        assert_eq!(told[0].0, updates[0].0, "from the first update on");
        for (position, value) in told {
            let expected = line[(position - updates[0].0) as usize];
            let expected = if is_inverted {
                100.0 - expected
            } else {
                expected
            };
            assert!(
                (value - expected).abs() < 1e-4,
                "{value}, not {expected} at {position}"
            );
        }
    }
    assert!(
        of(&heard, 57).is_empty(),
        "a macro without a source does not move"
    );
}

#[test]
fn attack_release_curve_and_range_bend_the_value_as_they_say() {
    let models = Models::new();
    let macros = json!({"2": {
        "source": tag("low"), "attack_seconds": 3.0, "release_seconds": 7.0, "curve": -50,
        "output": [90, 10],
    }});
    let heard = bounce(&state(&models, &json!({}), &macros), 8, 1_000, &[]);
    let updates = curve(&heard, 5);
    let line = glide(&updates, RATE as u64 * 8);
    // Sample by sample: no more than a 3 s attack and a 7 s release allow.
    let mut level = 0.0;
    let levels: Vec<f64> = line
        .iter()
        .enumerate()
        .map(|(n, target)| {
            if n > 0 {
                let (rise, fall) = (1.0 / (3.0 * RATE), 1.0 / (7.0 * RATE));
                level += (target / 100.0 - level).clamp(-fall, rise);
            }
            level
        })
        .collect();
    let told = curve(&heard, 57);
    assert!(told.len() > 100, "{}", told.len());
    for (position, value) in told {
        let level = levels[(position - updates[0].0) as usize];
        let expected = 90.0 - 80.0 * level.powf(2.0);
        assert!(
            (value - expected).abs() < 0.01,
            "{value}, not {expected} at {position}"
        );
    }
}

/// Macros of every kind, with MIDI; `between` is a value that the tag "low" crosses.
fn everything(between: f64) -> Value {
    json!({
        "1": {
            "source": tag("low"), "midi_cc": {"channel": 3, "number": 74},
            "attack_seconds": 0.2, "release_seconds": 0.5,
        },
        "2": {
            "source": tag("low"), "threshold": between, "hysteresis": 0,
            "note": {"channel": 2, "number": 60, "velocity": 99},
        },
        "3": {
            "source": {"kind": "loudness"}, "threshold": 50, "hysteresis": 1, "hold_seconds": 0.1,
            "note": {"channel": 1, "number": 36, "length_seconds": 0.2},
        },
        "4": {"source": {"kind": "difference", "tags": TAGS}, "hold_seconds": 0.3},
        "5": {"source": {"kind": "loudness"}, "release_seconds": 1.0},
    })
}

/// A value that the tag crosses in the first seconds of the song.
fn crossed(models: &Models) -> f64 {
    let plain = bounce(&state(models, &json!({}), &json!({})), 8, 4_096, &[]);
    let values = curve(&plain, 5);
    let largest = values.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    let least = values.iter().map(|(_, value)| *value).fold(100.0, f64::min);
    assert!(largest > least + 0.5, "the tag stands still at {least}");
    (largest + least) / 2.0
}

#[test]
fn macros_midi_and_notes_are_the_same_twice_and_at_every_block_size() {
    let models = Models::new();
    let macros = everything(crossed(&models));
    for settings in [json!({}), json!({"resolution": 1.0})] {
        let state = state(&models, &settings, &macros);
        // The gate's note ends here.
        let changes = [(170_011, ids::BYPASS, 1.0), (175_001, ids::BYPASS, 0.0)];
        let reference = bounce(&state, 8, 64, &changes);
        let messages = midi(&reference);
        for status in [0x91, 0x81, 0xb2, 0x90, 0x80] {
            assert!(
                messages.iter().any(|(_, message)| message[0] == status),
                "no message {status:x} in {messages:?}"
            );
        }
        assert!(messages.contains(&(170_011, [0x81, 60, 0])), "{messages:?}");
        assert_eq!(bounce(&state, 8, 64, &changes), reference, "the same twice");
        for block in BLOCKS {
            assert_eq!(
                bounce(&state, 8, block, &changes),
                reference,
                "blocks of {block}"
            );
        }
    }
}

#[test]
fn a_note_begins_with_the_update_that_passes_the_threshold_and_ends_with_its_gate_or_length() {
    let models = Models::new();
    let threshold = crossed(&models);
    let state = state(&models, &json!({}), &everything(threshold));
    let heard = bounce(&state, 8, 512, &[]);
    let updates = curve(&heard, 5);
    let mut is_open = false;
    let mut expected = Vec::new();
    for (position, value) in &updates {
        if (*value >= threshold) != is_open {
            is_open = !is_open;
            let message = if is_open {
                [0x91, 60, 99]
            } else {
                [0x81, 60, 0]
            };
            expected.push((*position, message));
        }
    }
    let of_gate = |message: &[u8; 3]| matches!(message[0], 0x91 | 0x81);
    let notes: Vec<_> = midi(&heard)
        .into_iter()
        .filter(|(_, m)| of_gate(m))
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(notes, expected);
    // The tone is there from the first sample on, so the input's loudness opens its gate at the
    // first step of the grid; the note lasts 0.2 s.
    let of_loudness = |message: &[u8; 3]| matches!(message[0], 0x90 | 0x80);
    let notes: Vec<_> = midi(&heard)
        .into_iter()
        .filter(|(_, m)| of_loudness(m))
        .collect();
    let level = notes[0].1[2];
    assert!(level > 64, "the velocity is the source's value: {level}");
    assert_eq!(
        notes,
        [(240, [0x90, 36, level]), (240 + 4_800, [0x80, 36, 0])]
    );
}

#[test]
fn a_macro_of_the_loudness_follows_the_level_of_the_last_four_tenths_of_a_second() {
    let models = Models::new();
    let macros = json!({"4": {"source": {"kind": "loudness"}}});
    let mut host = Host::new();
    host.load(&state(&models, &json!({}), &macros));
    host.set_offline(true);
    host.activate(RATE, 4_096);
    // A second of silence, a second of a square wave of half the full scale, and silence again.
    let (start, end) = (24_000, 48_000);
    while host.position < 72_000 {
        let (from, to) = (host.position, (host.position + 441).min(72_000));
        let level = |n: u64| match n {
            n if !(start..end).contains(&n) => 0.0,
            n if n % 100 < 50 => 0.5,
            _ => -0.5_f32,
        };
        let channel: Vec<f32> = (from..to).map(level).collect();
        host.block(&mut [channel.clone(), channel], false, &[]);
    }
    let told = curve(&host.heard, 59);
    let window = 9_600.0;
    for (position, value) in &told {
        let loud = match *position {
            n if n < start => 0.0,
            n if n < end => ((n - start) as f64 / window).min(1.0),
            n => (1.0 - (n - end) as f64 / window).max(0.0),
        };
        let expected = 100.0 * (1.0 + 10.0 * (0.25 * loud).log10() / 60.0).clamp(0.0, 1.0);
        assert!(
            (value - expected).abs() < 1e-6,
            "{value}, not {expected} at {position}"
        );
    }
    assert!(told.len() > 70, "{}", told.len());
    assert_eq!(host.value(59), 0.0);
}

#[test]
fn record_wraps_macros_in_gestures_as_it_does_tags() {
    let models = Models::new();
    let macros = json!({"1": {"source": tag("low")}});
    let mut host = Host::new();
    host.load(&state(&models, &json!({"mode": "record"}), &macros));
    host.set_offline(true);
    host.activate(RATE, 4_096);
    host.play(RATE as usize * 5, 512);
    host.playing = Some(false);
    host.play(64, 64);
    let told = of(&host.heard, 56);
    assert_eq!(told.first(), Some(&Told::Begin(56)));
    let end = told.iter().position(|told| *told == Told::End(56));
    let (told, after) = told.split_at(end.expect("an end") + 1);
    assert!(after.iter().all(|told| matches!(told, Told::Live(..))));
    let values = told
        .iter()
        .filter(|told| matches!(told, Told::Value(..)))
        .count();
    assert_eq!(values, told.len() - 2);
    assert!(values > 100);
}

#[test]
fn follow_plays_back_a_macros_automation_and_analyses_nothing() {
    let models = Models::new();
    let macros = everything(1.0);
    let mut host = Host::new();
    host.load(&state(&models, &json!({"mode": "follow"}), &macros));
    host.set_offline(true);
    host.activate(RATE, 4_096);
    let mut input = song(0, 4_096);
    host.block(
        &mut input,
        false,
        &[(17, 56, 100.0), (400, 56, 0.0), (900, 57, 80.0)],
    );
    host.play(RATE as usize * 5, 4_096);
    // The automation reaches the macro's controller, and nothing plays a note.
    let expected = [
        (17, Told::Midi([0xb2, 74, 127])),
        (400, Told::Midi([0xb2, 74, 0])),
    ];
    assert_eq!(host.heard, expected);
    assert_eq!((host.value(56), host.value(57)), (0.0, 80.0));
    assert_eq!(host.updates(), 0, "nothing was analysed");
}

#[test]
fn a_sounding_note_ends_at_a_bypass_and_with_the_activation() {
    let models = Models::new();
    let macros = json!({"3": {
        "source": {"kind": "loudness"}, "threshold": 30,
        "note": {"channel": 1, "number": 36},
    }});
    let mut host = Host::new();
    host.load(&state(&models, &json!({}), &macros));
    host.activate(RATE, 4_096);
    host.play(4_096, 512);
    let notes = midi(&host.heard);
    assert!(matches!(notes[..], [(_, [0x90, 36, _])]), "{notes:?}");
    let start = host.position;
    host.block(&mut song(start, 512), false, &[(100, ids::BYPASS, 1.0)]);
    assert_eq!(
        midi(&host.heard).last(),
        Some(&(start + 100, [0x80, 36, 0]))
    );
    host.block(
        &mut song(host.position, 512),
        false,
        &[(0, ids::BYPASS, 0.0)],
    );
    host.play(4_096, 512);
    assert_eq!(midi(&host.heard).len(), 3, "it sounds again");
    host.deactivate();
    assert!(host.wants_flush());
    host.heard.clear();
    host.flush(&[]);
    assert_eq!(
        midi(&host.heard).first().map(|(_, m)| *m),
        Some([0x80, 36, 0])
    );
}

#[test]
fn macros_and_the_values_that_the_host_has_set_survive_saving_and_loading() {
    let models = Models::new();
    let macros = json!({"2": {"name": "Gate", "source": tag("low"), "threshold": 40.0}});
    let mut host = Host::new();
    host.load(&state(&models, &json!({}), &macros));
    assert_eq!(host.name(57), "Gate");
    assert_eq!(host.name(56), "Macro 1");
    let module = host.names().into_iter().find(|(id, ..)| *id == 57);
    assert_eq!(module.expect("a parameter").2, "Macros");
    host.flush(&[(58, 12.5)]);
    let saved = host.save();
    let text: Value = serde_json::from_str(&saved).expect("JSON");
    assert_eq!(text["macros"]["2"]["threshold"], 40.0);
    assert_eq!(
        text["macros"]["1"],
        Value::Null,
        "a fresh macro is not written"
    );
    assert_eq!(text["macro_values"], json!({"58": 12.5}));
    let mut other = Host::new();
    other.load(&saved);
    assert_eq!(other.save(), saved);
    assert_eq!((other.value(58), other.name(57)), (12.5, "Gate".to_owned()));
    // A state of before the macros has none.
    other.load(r#"{"format":"tagline-state","version":2}"#);
    assert_eq!(
        (other.value(58), other.name(57)),
        (0.0, "Macro 2".to_owned())
    );
    for broken in [
        json!({"9": {}}),
        json!({"1": {"threshold": 101}}),
        json!({"1": {"source": {"kind": "moon"}}}),
        json!({"1": {"midi_cc": {"channel": 17, "number": 0}}}),
    ] {
        let text = state(&models, &json!({}), &broken);
        assert!(!other.try_load(text.as_bytes()), "{broken}");
    }
}

#[test]
fn osc_carries_the_tags_the_macros_and_the_strongest_names_to_a_socket() {
    let models = Models::new();
    let socket = UdpSocket::bind(("127.0.0.1", 0)).expect("a port");
    let patience = Some(Duration::from_secs(60));
    socket.set_read_timeout(patience).expect("a time");
    let port = socket.local_addr().expect("an address").port();
    let macros = json!({"1": {"source": {"kind": "loudness"}}});
    let mut text: Value = serde_json::from_str(&state(&models, &json!({}), &macros)).expect("JSON");
    text["osc"] = json!({"on": true, "port": port, "prefix": "/tagline/left", "rate_hz": 100});
    let mut host = Host::new();
    host.load(&text.to_string());
    host.activate(RATE, 4_096);
    host.play_until_updates(1);
    let (tag, level) = (host.value(5), host.value(56));
    assert!(tag > 0.0 && level > 0.0);
    let mut bytes = [0; 4_096];
    let found = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
    loop {
        let length = socket
            .recv(&mut bytes)
            .expect("bundles go on until the values are there");
        let bundle = &bytes[..length];
        assert!(bundle.starts_with(b"#bundle\0"));
        for address in ["tag/low", "tag/high", "macro/1", "macro/8", "top"] {
            assert!(
                found(bundle, &format!("/tagline/left/{address}\0")),
                "{address}"
            );
        }
        let value = ((tag / 100.0) as f32).to_be_bytes();
        if bundle.windows(4).any(|window| window == value) {
            break;
        }
        host.play(480, 240);
    }
    // It survives the session, and is off in a fresh one.
    let saved: Value = serde_json::from_str(&host.save()).expect("JSON");
    assert_eq!(saved["osc"]["port"], port);
    assert_eq!(saved["osc"]["on"], true);
    let fresh: Value = serde_json::from_str(&Host::new().save()).expect("JSON");
    assert_eq!(fresh["osc"], Value::Null);
}
