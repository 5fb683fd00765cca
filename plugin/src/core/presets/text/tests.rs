//! Presets as they are written, and whatever else a file may hold.

use proptest::prelude::*;

use super::*;
use crate::core::macros::{ControlChange, NoteOutput, Source};

fn example() -> Preset {
    let mut preset = Preset {
        name: "Gate".to_owned(),
        about: "Link macro 3 to a gate.".to_owned(),
        tuning: Tuning {
            focus: 0,
            update_every: 0,
            smoothing_seconds: 0.25,
            ..Tuning::default()
        },
        ..Preset::default()
    };
    preset.macros[2] = Macro {
        name: "Drums".to_owned(),
        source: Source::Tag {
            tag: "drums".to_owned(),
        },
        threshold: Some(50.0),
        invert: true,
        note: Some(NoteOutput {
            channel: 1,
            length_seconds: None,
            number: 36,
            velocity: Some(100),
        }),
        ..Macro::default()
    };
    preset
}

/// The preset as a text whose first `from` is `to`.
fn with(from: &str, to: &str) -> String {
    let text = example().to_text().expect("a text");
    assert!(text.contains(from), "{text}");
    text.replacen(from, to, 1)
}

fn refused(text: &str) -> String {
    let error = Preset::from_bytes(text.as_bytes()).expect_err("this preset must be refused");
    error.to_string()
}

#[test]
fn a_preset_survives_the_way_through_its_text_which_is_always_the_same() {
    let text = example().to_text().expect("a text");
    let read = Preset::from_bytes(text.as_bytes()).expect("a preset");
    assert_eq!(read.preset, example());
    assert!(read.unknown.is_empty(), "{:?}", read.unknown);
    assert_eq!(read.preset.to_text().expect("a text"), text);
    assert!(!text.contains("\"1\""), "a fresh macro is not written");
    let padded = format!("{text}\0\0\n");
    assert_eq!(
        Preset::from_bytes(padded.as_bytes()).expect("a preset"),
        read
    );
}

#[test]
fn what_a_preset_lacks_has_its_default() {
    let bare = r#"{"format":"tagline-preset","version":1}"#;
    let read = Preset::from_bytes(bare.as_bytes()).expect("a preset");
    assert_eq!(read.preset, Preset::default());
}

#[test]
fn what_a_text_need_not_say_never_changes() {
    let fresh = serde_json::to_string(&Macro::default()).expect("JSON");
    let expected = r#"{"attack_seconds":0.0,"curve":0.0,"hold_seconds":0.0,"hysteresis":5.0,"input":[0.0,100.0],"invert":false,"midi_cc":null,"name":"","note":null,"output":[0.0,100.0],"release_seconds":0.0,"source":{"kind":"off"},"threshold":null}"#;
    assert_eq!(fresh, expected);
    let expected = r#"{
  "format": "tagline-preset",
  "version": 1,
  "name": "",
  "about": "",
  "settings": {
    "focus_seconds": null,
    "resolution": 0.5,
    "smoothing_seconds": 0.0,
    "update_seconds": 1.0,
    "values": "calibrated"
  },
  "macros": {}
}
"#;
    assert_eq!(Preset::default().to_text().expect("a text"), expected);
}

#[test]
fn each_mistake_is_named_with_its_line() {
    let line_of = |key: &str| {
        let text = example().to_text().expect("a text");
        let at = text.lines().position(|line| line.contains(key));
        at.unwrap_or_else(|| panic!("{key} in {text}")) + 1
    };
    let threshold = refused(&with("\"threshold\": 50.0", "\"threshold\": 101.0"));
    let expected = "macro 3 cannot be used: its threshold is 101, but it must be 0 to 100";
    let line = line_of("\"threshold\"");
    assert!(
        threshold.starts_with(&format!("line {line}: {expected}")),
        "{threshold}"
    );
    let channel = refused(&with("\"channel\": 1", "\"channel\": 17"));
    let line = line_of("\"channel\"");
    assert!(
        channel.starts_with(&format!("line {line}: macro 3 ")),
        "{channel}"
    );
    let focus = refused(&with("\"focus_seconds\": 3.0", "\"focus_seconds\": 4.0"));
    let line = line_of("\"focus_seconds\"");
    assert!(
        focus.starts_with(&format!("line {line}: focus_seconds is 4")),
        "{focus}"
    );
    let number = refused(&with("\"3\": {", "\"9\": {"));
    assert!(number.contains("there is no macro \"9\""), "{number}");
    let kind = refused(&with("\"kind\": \"tag\"", "\"kind\": \"moon\""));
    assert!(kind.contains("moon") && kind.starts_with("line "), "{kind}");
    let type_ = refused(&with("\"invert\": true", "\"invert\": 7"));
    let line = line_of("\"invert\"");
    assert!(type_.starts_with(&format!("line {line}: ")), "{type_}");
    let comma = refused(&with("\"about\"", "about"));
    assert!(comma.starts_with("line 5: "), "{comma}");
    let long = refused(&with("\"Gate\"", &format!("{:?}", "x".repeat(61))));
    assert!(long.starts_with("line 4: name is "), "{long}");
    for error in [threshold, channel, focus, number, kind, type_, comma, long] {
        assert!(error.ends_with("nothing has changed"), "{error}");
    }
}

#[test]
fn foreign_newer_and_endless_presets_are_refused_by_name() {
    let newer = refused(r#"{"format":"tagline-preset","version":2,"macros":7}"#);
    assert!(
        newer.contains("version 2") && newer.contains("update"),
        "{newer}"
    );
    let foreign = refused(r#"{"format":"tagline-state","version":2}"#);
    assert!(foreign.contains("tagline-state"), "{foreign}");
    let none = refused(r#"{"format":"tagline-preset","version":0}"#);
    assert!(none.contains("version 0"), "{none}");
    let endless = refused(&" ".repeat(MAX_PRESET_BYTES as usize + 1));
    assert!(endless.contains("longer than"), "{endless}");
    assert!(refused("").starts_with("line 1: "));
}

#[test]
fn keys_of_a_later_version_are_named_and_have_no_effect() {
    let text = with(
        "\"name\": \"Gate\"",
        "\"mood\": \"dark\",\n  \"name\": \"Gate\"",
    );
    let text = text.replacen("\"invert\": true", "\"invert\": true, \"colour\": 3", 1);
    let text = text.replacen("\"tag\": \"drums\"", "\"tag\": \"drums\", \"weight\": 2", 1);
    let text = text.replacen("\"velocity\": 100", "\"velocity\": 100, \"bend\": 1", 1);
    let read = Preset::from_bytes(text.as_bytes()).expect("a preset");
    assert_eq!(read.preset, example());
    let expected = [
        "macros.3.colour",
        "macros.3.note.bend",
        "macros.3.source.weight",
        "mood",
    ];
    assert_eq!(read.unknown, expected);
}

#[test]
fn a_fresh_macro_that_is_written_out_is_no_unknown_key() {
    let text = r#"{"format":"tagline-preset","version":1,"macros":{"1":{"invert":false}}}"#;
    let read = Preset::from_bytes(text.as_bytes()).expect("a preset");
    assert!(read.unknown.is_empty(), "{:?}", read.unknown);
}

proptest! {
    #[test]
    fn no_bytes_bring_the_reader_down(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = Preset::from_bytes(&bytes);
    }

    #[test]
    fn no_change_of_a_byte_brings_the_reader_down(at in any::<prop::sample::Index>(), byte: u8) {
        let mut bytes = example().to_text().expect("a text").into_bytes();
        let place = at.index(bytes.len());
        bytes[place] = byte;
        if let Ok(read) = Preset::from_bytes(&bytes) {
            prop_assert!(read.preset.macros.iter().all(|described| described.check().is_ok()));
        }
    }

    #[test]
    fn every_macro_survives_the_way_through_a_preset(
        attack in 0.0..=60.0f64,
        curve in -100.0..=100.0f64,
        threshold in proptest::option::of(0.0..=100.0f64),
        cc in proptest::option::of((1u8..=16, 0u8..=119)),
        number in 0..MACROS,
    ) {
        let mut preset = example();
        preset.macros[number] = Macro {
            attack_seconds: attack,
            curve,
            threshold,
            midi_cc: cc.map(|(channel, number)| ControlChange { channel, number }),
            source: Source::Loudness,
            ..Macro::default()
        }
        .rounded();
        let text = preset.to_text().expect("a text");
        let read = Preset::from_bytes(text.as_bytes()).expect("a preset");
        prop_assert_eq!(read.preset, preset);
    }
}
