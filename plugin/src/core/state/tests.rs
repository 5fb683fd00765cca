//! States as they are written, and whatever else a host may hand over.

use tagline_engine::BackendChoice;
use tagline_tests::Random;

use super::*;
use crate::core::macros::{ControlChange, NoteOutput, Source};
use crate::core::settings::{CcRoute, Mode, Setting};
use proptest::prelude::*;

const FRESH: &str = r#"{"format":"tagline-state","model":null,"settings":{"backend":"auto","bypass":false,"focus_seconds":null,"midi_cc_count":12,"midi_cc_first":20,"midi_cc_output":false,"midi_channel":1,"mode":"live","resolution":0.5,"smoothing_seconds":0.0,"update_seconds":1.0,"values":"calibrated"},"version":2}"#;

/// A fresh state as version 1 wrote it.
const FRESH_1: &str = r#"{"format":"tagline-state","model":null,"settings":{"backend":"auto","midi_cc_count":12,"midi_cc_first":20,"midi_cc_output":false,"midi_channel":1,"mode":"live","smoothing_seconds":0.0,"update_seconds":1.0,"values":"calibrated"},"version":1}"#;

fn error(text: &str) -> String {
    State::from_bytes(text.as_bytes())
        .expect_err("this state must be refused")
        .to_string()
}

#[test]
fn a_fresh_state_has_exactly_these_bytes() {
    let bytes = State::default().to_bytes().expect("writable");
    assert_eq!(String::from_utf8(bytes).expect("UTF-8"), FRESH);
}

#[test]
fn the_presets_name_is_saved_and_a_state_without_one_has_none() {
    let state = State {
        preset: "Drums open a gate".to_owned(),
        ..State::default()
    };
    let bytes = state.to_bytes().expect("writable");
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains(r#""preset":"Drums open a gate""#), "{text}");
    assert_eq!(State::from_bytes(&bytes).expect("well-formed"), state);
    let before = State::from_bytes(FRESH.as_bytes()).expect("well-formed");
    assert_eq!(before.preset, "");
    let long = FRESH.replacen(
        "\"settings\"",
        &format!("\"preset\":{:?},\"settings\"", "x".repeat(99)),
        1,
    );
    let cut = State::from_bytes(long.as_bytes()).expect("well-formed");
    assert_eq!(cut.preset.len(), 60);
}

#[test]
fn damaged_sets_and_labels_are_refused_or_cut() {
    let with = |field: &str| FRESH.replacen("\"model\"", &format!("{field},\"model\""), 1);
    let bad_set = with(r#""compared":{"in_force":"C"}"#);
    assert!(error(&bad_set).contains("`C`"), "{}", error(&bad_set));
    let bad_settings =
        with(r#""compared":{"in_force":"B","other":{"settings":{"resolution":11.0}}}"#);
    assert!(error(&bad_settings).contains("resolution = 11"));
    let long = with(&format!(
        r#""labels":{{"names":{{"jazz":{:?}}}}}"#,
        "x".repeat(99)
    ));
    let cut = State::from_bytes(long.as_bytes()).expect("well-formed");
    assert_eq!(cut.labels.name("jazz").len(), 40);
    let huge = with(r#""window":{"width":1e12,"height":0,"zoom":7}"#);
    let window = State::from_bytes(huge.as_bytes())
        .expect("well-formed")
        .window;
    let window = window.expect("a window");
    assert_eq!(
        (window.width, window.height, window.zoom),
        (2400.0, 360.0, 3.0)
    );
}

#[test]
fn an_empty_a_foreign_and_a_newer_state_are_named_errors() {
    assert!(matches!(State::from_bytes(b""), Err(StateError::Empty)));
    assert!(error(r#"{"format":"other","version":1}"#).contains("other"));
    let newer = error(r#"{"format":"tagline-state","settings":7,"version":3}"#);
    assert!(
        newer.contains("version 3") && newer.contains("update"),
        "{newer}"
    );
    let none = error(r#"{"format":"tagline-state","version":0}"#);
    assert!(
        none.contains("version 0") && !none.contains("update"),
        "no update reads it: {none}"
    );
    for padding in [&b"\0\0\0"[..], b" \n"] {
        assert!(matches!(State::from_bytes(padding), Err(StateError::Empty)));
    }
    let long = vec![b' '; MAX_STATE_BYTES as usize + 1];
    assert!(matches!(State::from_bytes(&long), Err(StateError::TooLong)));
}

#[test]
fn missing_settings_take_their_defaults() {
    let partial = r#"{"format":"tagline-state","settings":{"mode":"follow"},"version":1}"#;
    let state = State::from_bytes(partial.as_bytes()).expect("well-formed");
    let expected = Settings {
        mode: Mode::Follow,
        ..Settings::default()
    };
    assert_eq!(state.settings, expected);
    let bare = br#"{"format":"tagline-state","version":1}"#;
    assert_eq!(
        State::from_bytes(bare).expect("well-formed"),
        State::default()
    );
}

#[test]
fn a_wrong_type_or_an_impossible_value_is_an_error() {
    let with = |settings: &str| {
        error(&format!(
            r#"{{"format":"tagline-state","settings":{{{settings}}},"version":1}}"#
        ))
    };
    let wrong_type = br#"{"format":"tagline-state","settings":{"mode":3},"version":1}"#;
    let malformed = State::from_bytes(wrong_type);
    assert!(matches!(malformed, Err(StateError::Malformed(_))));
    assert!(with(r#""midi_channel":"1""#).contains("u8"));
    assert!(with(r#""midi_channel":17"#).contains("midi_channel = 17"));
    assert!(with(r#""update_seconds":3"#).contains("0.25, 0.5, 1, 2 or 5"));
    assert!(with(r#""smoothing_seconds":-1"#).contains("0 to 10"));
    assert!(with(r#""focus_seconds":4"#).contains("3, 6, 12 or null"));
    assert!(with(r#""resolution":11"#).contains("resolution = 11"));
    assert!(error(r#"{"format":"tagline-state","tags":{"151":1},"version":1}"#).contains("151"));
    assert!(error(r#"{"format":"tagline-state","tags":{"101":101},"version":1}"#).contains("101"));
    assert!(
        error(r#"{"format":"tagline-state","tags":{"101":1},"version":2}"#).contains("5 to 54")
    );
    assert!(
        error(r#"{"format":"tagline-state","model":{"name":"x"},"version":1}"#).contains("path")
    );
}

#[test]
fn a_model_may_be_given_by_its_path_alone() {
    let text = br#"{"format":"tagline-state","model":{"path":"/a.onnx"},"version":1}"#;
    let model = State::from_bytes(text).expect("well-formed").model;
    let expected = SavedModel {
        path: "/a.onnx".into(),
        ..SavedModel::default()
    };
    assert_eq!(model, Some(expected));
}

#[test]
fn a_state_of_version_1_loads_with_its_tags_in_the_same_slots() {
    let state = State::from_bytes(FRESH_1.as_bytes()).expect("well-formed");
    assert_eq!(state, State::default());
    let tags = |tags: &str, version: u64| {
        let text = format!(r#"{{"format":"tagline-state","tags":{tags},"version":{version}}}"#);
        State::from_bytes(text.as_bytes())
            .expect("well-formed")
            .tags
    };
    let old = tags(r#"{"101":1.0,"150":2.0}"#, 1);
    assert_eq!(old, BTreeMap::from([(0, 1.0), (49, 2.0)]));
    assert_eq!(tags(r#"{"5":1.0,"54":2.0}"#, 2), old);
}

#[test]
fn zero_bytes_and_white_space_behind_a_state_are_ignored_and_nothing_else_is() {
    let with = |padding: &[u8]| State::from_bytes(&[FRESH.as_bytes(), padding].concat());
    for padding in [&[0_u8; 7][..], b"\n", b" \0\r\n\0\t", &[0; 4096]] {
        assert_eq!(with(padding).expect("a padded state"), State::default());
    }
    for rubbish in [&b"x"[..], b"{}", b"\0\0}"] {
        assert!(matches!(with(rubbish), Err(StateError::Malformed(_))));
    }
}

#[test]
fn a_state_from_before_calibration_loads_and_shows_calibrated_values() {
    let old = FRESH_1.replace(r#","values":"calibrated""#, "");
    assert_ne!(old, FRESH_1);
    let state = State::from_bytes(old.as_bytes()).expect("well-formed");
    assert_eq!(state, State::default());
}

#[test]
fn deep_nesting_does_not_exhaust_the_stack() {
    let deep = "[".repeat(500_000);
    assert!(State::from_bytes(deep.as_bytes()).is_err());
    let inside = format!(r#"{{"format":"tagline-state","x":{deep}"#);
    assert!(State::from_bytes(inside.as_bytes()).is_err());
}

fn described_macros() -> impl Strategy<Value = Macros> {
    let source = prop::sample::select(vec![
        Source::Off,
        Source::Tag { tag: "jazz".into() },
        Source::Difference {
            tags: ["a".into(), "b".into()],
        },
        Source::Certainty {
            group: "genre".into(),
        },
        Source::Loudness,
    ]);
    let percent = || 0.0..=100.0f64;
    let numbers = (
        0.0..=60.0f64,
        -100.0..=100.0f64,
        percent(),
        [percent(), percent()],
    );
    let midi = (1..=16u8, 0..=119u8, proptest::option::of(0.0..=60.0f64));
    let one = (
        source,
        ".{0,40}",
        numbers,
        proptest::option::of(midi),
        any::<bool>(),
    );
    let one = one.prop_map(
        |(source, name, (time, curve, share, output), midi, invert)| Macro {
            attack_seconds: time,
            curve,
            invert,
            midi_cc: midi.map(|(channel, number, _)| ControlChange { channel, number }),
            name,
            note: midi.map(|(channel, number, length_seconds)| NoteOutput {
                channel,
                length_seconds,
                number,
                velocity: None,
            }),
            output,
            source,
            threshold: invert.then_some(share),
            ..Macro::default()
        },
    );
    prop::array::uniform8(one)
}

fn states() -> impl Strategy<Value = State> {
    let model = (".{0,30}", ".{1,60}", "[0-9a-f]{64}|", any::<bool>());
    let model = proptest::option::of(model);
    let midi = (0..16u8, 0..=119u8, 1..=50u8, any::<bool>());
    let modes = prop::sample::select(vec![Mode::Live, Mode::Record, Mode::Follow]);
    let backends = prop::sample::select(BackendChoice::ALL.to_vec());
    let numbers = (0..5usize, 0.0..=10.0f64, 0.0..=10.0f64, 0..4usize);
    let rest = (modes, numbers, backends, any::<bool>(), any::<bool>());
    let tags = proptest::collection::btree_map(0..MAX_TAGS, 0.0..=100.0f64, 0..8);
    let macro_values = proptest::collection::btree_map(0..MACROS, 0.0..=100.0f64, 0..3);
    let macros = (described_macros(), macro_values);
    (model, midi, rest, tags, macros).prop_map(|(model, midi, rest, tags, macros)| State {
        compared: Compared {
            is_b: midi.3,
            other: rest.4.then(|| {
                Arc::new(Tuned {
                    macros: Arc::new(macros.0.clone()),
                    preset: "Who sings".into(),
                    settings: Settings::default().with(Setting::Resolution(rest.1.1)),
                })
            }),
        },
        instance: if midi.3 { "00000000deadbeef" } else { "" }.to_owned(),
        labels: if rest.3 {
            Labels::default()
                .renamed("jazz", "Swing")
                .with_hidden("rock", true)
        } else {
            Labels::default()
        },
        window: rest.3.then(WindowPlace::default),
        macros: macros.0,
        macro_values: macros.1,
        osc: OscSettings {
            on: midi.3,
            port: 1 + u16::from(midi.0),
            ..OscSettings::default()
        },
        pinned: if midi.3 {
            vec!["jazz".to_owned()]
        } else {
            vec![]
        },
        preset: if midi.3 { "Who sings" } else { "" }.to_owned(),
        model: model.map(|(name, path, sha256, built_in)| SavedModel {
            built_in,
            version: name.chars().rev().collect(),
            name,
            path,
            sha256,
        }),
        settings: Settings {
            mode: rest.0,
            update_every: rest.1.0,
            smoothing_seconds: rest.1.1,
            resolution: rest.1.2,
            focus: rest.1.3,
            midi_cc_output: midi.3,
            midi: CcRoute {
                channel: midi.0,
                first: midi.1,
                count: midi.2,
            },
            backend: rest.2,
            calibrated: rest.3,
            bypass: rest.4,
        },
        tags,
    })
}

proptest! {
    #[test]
    fn a_saved_state_loads_and_saves_to_the_same_bytes(state in states()) {
        let bytes = state.to_bytes().expect("writable");
        let loaded = State::from_bytes(&bytes).expect("its own bytes");
        prop_assert_eq!(&loaded.model, &state.model);
        prop_assert_eq!(loaded.settings.midi, state.settings.midi);
        prop_assert_eq!(&loaded.macros, &state.macros.map(|described| described.rounded()));
        prop_assert_eq!(&loaded.osc, &state.osc);
        prop_assert_eq!(loaded.settings.focus, state.settings.focus);
        let apart = loaded.settings.smoothing_seconds - state.settings.smoothing_seconds;
        prop_assert!(apart.abs() < 1e-11);
        prop_assert_eq!(loaded.to_bytes().expect("writable"), bytes);
    }

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
        let _ = State::from_bytes(&bytes);
    }

    #[test]
    fn a_damaged_state_never_panics(state in states(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = state.to_bytes().expect("writable");
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        let _ = State::from_bytes(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn a_megabyte_of_random_bytes_never_panics(seed in any::<u64>()) {
        let mut random = Random::new(seed);
        let bytes: Vec<u8> = (0..1 << 20).map(|_| random.bits() as u8).collect();
        let _ = State::from_bytes(&bytes);
    }
}
