//! MIDI that the plugin sends: controllers and notes, each at its sample.

use serde_json::{Value, json};
use tagline_host::vst3::Vst3Plugin;
use tagline_host::{Guest, HostEvent, HostEventKind, HostedPlugin, ids, state_with_model};

use crate::in_both_formats;
use crate::session::Session;

in_both_formats!(
    a_controller_comes_at_the_sample_of_its_tags_value,
    a_macros_controller_and_its_note_come_at_the_samples_of_the_macro,
);

/// The length of the note, in samples.
const NOTE_SAMPLES: u64 = 12_000;

/// 8 seconds with controllers 30 and 31 of channel 3 for the tags, controller 74 of channel 5 for the
/// first macro, and a note of the second one.
fn played<G: Guest>(test: &str) -> Option<Vec<HostEvent>> {
    let mut session = Session::<G>::start(test)?;
    let state = state_with_model(Some(&session.model()), 1.0);
    let mut state: Value = serde_json::from_str(&state).expect("a state is JSON");
    let settings = &mut state["settings"];
    settings["midi_cc_output"] = true.into();
    settings["midi_channel"] = 3.into();
    settings["midi_cc_first"] = 30.into();
    settings["midi_cc_count"] = 2.into();
    state["macros"] = json!({
        "1": {
            "source": {"kind": "tag", "tag": "low"},
            "midi_cc": {"channel": 5, "number": 74},
        },
        "2": {
            "source": {"kind": "loudness"}, "threshold": 50,
            "note": {"channel": 2, "number": 60, "velocity": 99, "length_seconds": 0.25},
        },
    });
    let plugin = &mut session.plugin;
    plugin
        .load_state(state.to_string().as_bytes())
        .expect("the state");
    session.activate();
    Some(session.play(8.0, true).events)
}

fn messages(events: &[HostEvent]) -> Vec<(u64, [u8; 3])> {
    let midi = events.iter().filter_map(|event| match event.kind {
        HostEventKind::Midi(message) => Some((event.position_samples, message)),
        _ => None,
    });
    midi.collect()
}

/// Whether parameter `id` has been told at `position`, with a value that is `data` in 7 bits.
fn is_told(events: &[HostEvent], position: u64, id: u32, data: u8) -> bool {
    events.iter().any(|event| match event.kind {
        HostEventKind::Value { id: of, value } => {
            let is_near = (value * 1.27 - f64::from(data)).abs() < 0.5 + 1e-6;
            of == id && event.position_samples == position && is_near
        }
        _ => false,
    })
}

fn a_controller_comes_at_the_sample_of_its_tags_value<G: Guest>(test: &str) {
    let Some(events) = played::<G>(test) else {
        return;
    };
    let mut heard = [0, 0];
    for (position, [status, number, data]) in messages(&events) {
        if status != 0xb2 {
            continue;
        }
        assert!((30..32).contains(&number), "controller {number}");
        let tag = u32::from(number) - 30;
        heard[tag as usize] += 1;
        assert!(
            is_told(&events, position, ids::TAGS.start() + tag, data),
            "{}: controller {number} is {data} at {position}",
            G::FORMAT
        );
    }
    assert!(heard[0] >= 1 && heard[1] >= 1, "{heard:?}");
}

fn a_macros_controller_and_its_note_come_at_the_samples_of_the_macro<G: Guest>(test: &str) {
    let Some(events) = played::<G>(test) else {
        return;
    };
    let messages = messages(&events);
    let controllers = messages.iter().filter(|(_, message)| message[0] == 0xb4);
    let mut count = 0;
    for (position, [_, number, data]) in controllers {
        assert_eq!(*number, 74);
        count += 1;
        assert!(
            is_told(&events, *position, *ids::MACROS.start(), *data),
            "{}: {data} at {position}",
            G::FORMAT
        );
    }
    assert!(count >= 1);
    let notes: Vec<_> = messages
        .iter()
        .filter(|(_, message)| matches!(message[0], 0x81 | 0x91))
        .collect();
    let [(begin, [0x91, 60, 99]), (end, [0x81, 60, 0])] = notes[..] else {
        panic!("{}: {notes:?}", G::FORMAT);
    };
    assert_eq!(end - begin, NOTE_SAMPLES);
    assert!(
        begin % 480 == 0 && begin % 512 != 0,
        "{begin}: within a block"
    );
}

#[test]
fn both_formats_send_the_same_midi_at_the_same_samples() {
    let test = "both_formats_send_the_same_midi_at_the_same_samples";
    let (Some(clap), Some(vst3)) = (played::<HostedPlugin>(test), played::<Vst3Plugin>(test))
    else {
        return;
    };
    assert_eq!(messages(&vst3), messages(&clap));
}
