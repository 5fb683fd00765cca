//! Macros in a host of either format: their parameters, and what they send on.

use std::net::UdpSocket;
use std::ops::ControlFlow;
use std::time::Duration;

use serde_json::{Value, json};
use tagline_host::vst3::Vst3Plugin;
use tagline_host::{
    BlockSizes, Guest, HostEvent, HostEventKind, HostedPlugin, Pace, StreamOptions, ids,
    state_with_model, stream,
};

use crate::in_both_formats;
use crate::session::{RATE_HZ, Session, TAGS, values_of_tag};

in_both_formats!(
    a_macro_of_a_state_moves_its_parameter_along_the_curve_that_it_describes,
    a_macro_of_a_preset_does_what_the_same_macro_of_a_state_does,
    controllers_and_notes_arrive_at_the_samples_at_which_the_macro_moves,
    a_bounce_of_macros_is_the_same_twice_and_at_every_block_size,
    osc_arrives_at_a_socket,
);

const SECONDS: f64 = 8.0;

/// A tone that rises, so that every window differs.
fn song(seconds: f64) -> Vec<Vec<f32>> {
    let channel: Vec<f32> = (0..(seconds * RATE_HZ) as usize)
        .map(|n| {
            let t = n as f64 / RATE_HZ;
            (0.3 * (std::f64::consts::TAU * (200.0 + 40.0 * t) * t).sin()) as f32
        })
        .collect();
    vec![channel; 2]
}

fn tag(name: &str) -> Value {
    json!({"kind": "tag", "tag": name})
}

/// Puts macros, by their numbers, into an instance with an update every 0.34 s.
fn set_up<G: Guest>(session: &mut Session<G>, macros: &Value) {
    let state = state_with_model(Some(&session.model()), 0.25);
    let mut state: Value = serde_json::from_str(&state).expect("a state is JSON");
    state["macros"] = macros.clone();
    let loaded = session.plugin.load_state(state.to_string().as_bytes());
    loaded.expect("the state");
}

/// What the host hears of the song.
fn bounce<G: Guest>(session: &mut Session<G>, block_frames: u32) -> Vec<HostEvent> {
    session
        .plugin
        .activate(RATE_HZ, block_frames)
        .expect("active");
    let options = StreamOptions {
        blocks: BlockSizes::Fixed(block_frames),
        ..StreamOptions::default()
    };
    let song = song(SECONDS);
    stream(&mut session.plugin, &song, &options, |_, _| {
        ControlFlow::Continue(())
    })
    .expect("streamed")
    .events
}

/// What the host hears of an instance with these macros.
fn with_macros<G: Guest>(test: &str, macros: &Value, block_frames: u32) -> Option<Vec<HostEvent>> {
    let mut session = Session::<G>::start(test)?;
    set_up(&mut session, macros);
    Some(bounce(&mut session, block_frames))
}

/// Positions and values of a macro, by its number from 1.
fn curve(events: &[HostEvent], number: u32) -> Vec<(u64, f64)> {
    let wanted = ids::MACROS.start() + number - 1;
    let of_it = events.iter().filter_map(|event| match event.kind {
        HostEventKind::Value { id, value } if id == wanted => Some((event.position_samples, value)),
        _ => None,
    });
    of_it.collect()
}

fn midi(events: &[HostEvent]) -> Vec<(u64, [u8; 3])> {
    let of_it = events.iter().filter_map(|event| match event.kind {
        HostEventKind::Midi(message) => Some((event.position_samples, message)),
        _ => None,
    });
    of_it.collect()
}

/// The tag as a macro hears it at each sample from its first update on: a straight line from each
/// value to the next, which takes as long as the time between the two.
fn glide(updates: &[(u64, f64)]) -> Vec<f64> {
    let (first, value) = updates[0];
    let mut line = vec![value; (SECONDS * RATE_HZ) as usize - first as usize];
    for pair in updates.windows(2) {
        let [(before, _), (at, to)] = [pair[0], pair[1]];
        let start = line[(at - first) as usize];
        for (n, place) in line[(at - first) as usize..].iter_mut().enumerate() {
            let share = (n as f64 / (at - before) as f64).min(1.0);
            *place = start + (to - start) * share;
        }
    }
    line
}

/// The values of a macro of `updates` that rises in 2 s, falls in 5 s, is squared, and goes from 90
/// down to 10 %.
fn described(updates: &[(u64, f64)]) -> Vec<f64> {
    let (rise, fall) = (1.0 / (2.0 * RATE_HZ), 1.0 / (5.0 * RATE_HZ));
    let mut level = None;
    let values = glide(updates).into_iter().map(|target| {
        // Sample by sample: no more than attack and release allow, from 0 on.
        let before = level.unwrap_or(0.0);
        let step = if level.is_some() { rise } else { 0.0 };
        let now = before + (target / 100.0 - before).clamp(-fall, step);
        level = Some(now);
        90.0 - 80.0 * now.powi(2)
    });
    values.collect()
}

fn bent() -> Value {
    json!({
        "source": tag(TAGS[0]), "attack_seconds": 2.0, "release_seconds": 5.0, "curve": -50,
        "output": [90, 10],
    })
}

fn check_curve(events: &[HostEvent], number: u32, format: &str) {
    let updates = values_of_tag(events, 0);
    assert!(updates.len() > 10, "{format}: {updates:?}");
    let expected = described(&updates);
    let told = curve(events, number);
    assert!(told.len() > 100, "{format}: {}", told.len());
    for (position, value) in told {
        let expected = expected[(position - updates[0].0) as usize];
        assert!(
            (value - expected).abs() < 0.01,
            "{format}: {value}, not {expected} at {position}"
        );
    }
}

fn a_macro_of_a_state_moves_its_parameter_along_the_curve_that_it_describes<G: Guest>(test: &str) {
    let Some(events) = with_macros::<G>(test, &json!({"3": bent()}), 512) else {
        return;
    };
    check_curve(&events, 3, G::FORMAT);
    assert!(curve(&events, 1).is_empty(), "a macro without a source");
}

fn a_macro_of_a_preset_does_what_the_same_macro_of_a_state_does<G: Guest>(test: &str) {
    let Some(mut session) = Session::<G>::start(test) else {
        return;
    };
    let preset = json!({
        "format": "tagline-preset", "version": 1, "name": "Bent",
        "settings": {"update_seconds": 0.25, "resolution": 0},
        "macros": {"3": bent()},
    });
    let loaded = session.plugin.load_state(preset.to_string().as_bytes());
    loaded.expect("the preset");
    let events = bounce(&mut session, 512);
    check_curve(&events, 3, G::FORMAT);
    let state = with_macros::<G>(test, &json!({"3": bent()}), 512);
    assert_eq!(events, state.expect("a bundle"));
}

/// Macros of every kind that send MIDI; `between` is a value that the first tag crosses.
fn everything(between: f64) -> Value {
    json!({
        "1": {
            "source": tag(TAGS[0]), "midi_cc": {"channel": 3, "number": 74},
            "attack_seconds": 0.2, "release_seconds": 0.5,
        },
        "2": {
            "source": tag(TAGS[0]), "threshold": between, "hysteresis": 0,
            "note": {"channel": 2, "number": 60, "velocity": 99},
        },
        "3": {
            "source": {"kind": "loudness"}, "threshold": 50, "hysteresis": 1,
            "note": {"channel": 1, "number": 36, "length_seconds": 0.2},
        },
        "4": {"source": {"kind": "difference", "tags": TAGS}, "hold_seconds": 0.3},
    })
}

/// Such macros whose threshold the song crosses.
fn macros<G: Guest>(test: &str) -> Option<Value> {
    let plain = with_macros::<G>(test, &json!({}), 512)?;
    let values = values_of_tag(&plain, 0).into_iter().map(|(_, value)| value);
    let (least, most) = values.fold((100.0_f64, 0.0_f64), |(least, most), value| {
        (least.min(value), most.max(value))
    });
    assert!(most > least + 0.5, "the tag stands still at {least}");
    Some(everything(f64::midpoint(least, most)))
}

fn controllers_and_notes_arrive_at_the_samples_at_which_the_macro_moves<G: Guest>(test: &str) {
    let Some(macros) = macros::<G>(test) else {
        return;
    };
    let events = with_macros::<G>(test, &macros, 512).expect("a bundle");
    let messages = midi(&events);
    // Each controller has the seven bits of the macro's value at its own sample.
    let values = curve(&events, 1);
    let mut sent = Vec::new();
    for (position, value) in values {
        let bits = (value * 1.27).round() as u8;
        if sent.last().is_none_or(|(_, last)| *last != bits) {
            sent.push((position, bits));
        }
    }
    let controllers: Vec<_> = messages
        .iter()
        .filter(|(_, message)| message[0] == 0xb2)
        .map(|(position, message)| (*position, message[2]))
        .collect();
    assert!(controllers.len() > 5, "{controllers:?}");
    assert_eq!(controllers, sent, "{}", G::FORMAT);
    // The gate's note begins and ends with the updates that cross its threshold.
    let threshold = macros["2"]["threshold"].as_f64().expect("a threshold");
    let mut is_open = false;
    let mut expected = Vec::new();
    for (position, value) in values_of_tag(&events, 0) {
        if (value >= threshold) != is_open {
            is_open = !is_open;
            let message = if is_open {
                [0x91, 60, 99]
            } else {
                [0x81, 60, 0]
            };
            expected.push((position, message));
        }
    }
    let of_channel = |channel: u8| {
        let is_it = |message: &[u8; 3]| matches!(message[0] & 0xf0, 0x80 | 0x90);
        let notes = messages.iter().copied();
        let notes = notes.filter(move |(_, m)| is_it(m) && m[0] & 0x0f == channel);
        notes.collect::<Vec<_>>()
    };
    assert!(!expected.is_empty());
    assert_eq!(of_channel(1), expected, "{}", G::FORMAT);
    // The tone is there from the first sample on: the loudness opens its gate at the first step of
    // 10 ms, and the note lasts 0.2 s.
    let notes = of_channel(0);
    assert_eq!(notes[0].0, 480);
    assert_eq!(notes[1], (480 + 9_600, [0x80, 36, 0]));
}

/// Everything in the order of time, and values as VST3 can tell them: it speaks of shares.
fn in_order(events: &[HostEvent]) -> Vec<(u64, String)> {
    let mut all: Vec<(u64, String)> = events
        .iter()
        .map(|event| {
            let what = match event.kind {
                HostEventKind::Value { id, value } => format!("{id} {:.9}", value),
                HostEventKind::Midi(message) => format!("midi {message:?}"),
                other => format!("{other:?}"),
            };
            (event.position_samples, what)
        })
        .collect();
    all.sort();
    all
}

fn a_bounce_of_macros_is_the_same_twice_and_at_every_block_size<G: Guest>(test: &str) {
    let Some(macros) = macros::<G>(test) else {
        return;
    };
    let bounced = |block| in_order(&with_macros::<G>(test, &macros, block).expect("a bundle"));
    let expected = bounced(512);
    assert!(expected.iter().any(|(_, what)| what.starts_with("midi")));
    for block in [512, 64, 441, 4_096] {
        assert_eq!(
            bounced(block),
            expected,
            "{} in blocks of {block}",
            G::FORMAT
        );
    }
}

#[test]
fn both_formats_tell_the_same_of_macros_at_the_same_samples() {
    let test = "both_formats_tell_the_same_of_macros_at_the_same_samples";
    let Some(macros) = macros::<HostedPlugin>(test) else {
        return;
    };
    let clap = with_macros::<HostedPlugin>(test, &macros, 512).expect("a bundle");
    let Some(vst3) = with_macros::<Vst3Plugin>(test, &macros, 512) else {
        return;
    };
    assert_eq!(in_order(&vst3), in_order(&clap));
}

fn osc_arrives_at_a_socket<G: Guest>(test: &str) {
    let Some(mut session) = Session::<G>::start(test) else {
        return;
    };
    let socket = UdpSocket::bind(("127.0.0.1", 0)).expect("a port");
    let port = socket.local_addr().expect("an address").port();
    socket.set_nonblocking(true).expect("it does not wait");
    let mut state: Value =
        serde_json::from_slice(&session.plugin.save_state().expect("a state")).expect("JSON");
    state["osc"] = json!({"on": true, "port": port, "prefix": "/left", "rate_hz": 100});
    state["macros"] = json!({"2": {"source": {"kind": "loudness"}}});
    let loaded = session.plugin.load_state(state.to_string().as_bytes());
    loaded.expect("the state");
    session.activate();
    let options = StreamOptions {
        pace: Pace::Times(4.0),
        ..StreamOptions::default()
    };
    let song = song(20.0);
    let mut heard: Vec<u8> = Vec::new();
    let has = |heard: &[u8], address: &str| {
        let address = address.as_bytes();
        heard.windows(address.len()).any(|part| part == address)
    };
    stream(&mut session.plugin, &song, &options, |_, _| {
        let mut bytes = [0; 4_096];
        while let Ok(length) = socket.recv(&mut bytes) {
            assert!(bytes.starts_with(b"#bundle\0"), "one bundle a datagram");
            heard.extend(&bytes[..length]);
        }
        let wanted = ["/left/tag/low\0", "/left/macro/2\0", "/left/top\0"];
        if wanted.iter().all(|address| has(&heard, address)) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })
    .expect("streamed");
    assert!(has(&heard, "/left/macro/2\0"), "{}: {heard:?}", G::FORMAT);
    assert!(has(&heard, "/left/tag/low\0"), "{}", G::FORMAT);
    session.plugin.deactivate();
    // What is still on its way has arrived by then; after it comes nothing.
    std::thread::sleep(Duration::from_millis(200));
    while socket.recv(&mut [0; 4_096]).is_ok() {}
    std::thread::sleep(Duration::from_millis(100));
    assert!(
        socket.recv(&mut [0; 16]).is_err(),
        "it has been switched off"
    );
}
