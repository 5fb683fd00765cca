//! What a host's session holds: parameters, their names, and the state.

mod common;

use clack_extensions::params::ParamRescanFlags;
use common::Host;
use common::models::{Models, RATE};
use serde_json::{Value, json};

#[test]
fn ids_names_and_groups_are_the_published_ones() {
    let mut host = Host::new();
    let names = host.names();
    assert_eq!(names.len(), 8 + 7 + 50);
    let expected = [
        (1, "Mode", "Settings"),
        (2, "Update Every", "Settings"),
        (3, "Smoothing", "Settings"),
        (4, "Send MIDI CC", "Settings"),
        (5, "MIDI Channel", "Settings"),
        (6, "First MIDI CC", "Settings"),
        (7, "Number of MIDI CCs", "Settings"),
        (8, "Backend", "Settings"),
        (80, "Running Backend", "Status"),
        (81, "Seconds Heard", "Status"),
        (82, "Updates", "Status"),
        (83, "Late Updates", "Status"),
        (84, "Dropped Samples", "Status"),
        (85, "Update Time", "Status"),
        (86, "Silent Updates", "Status"),
        (101, "Tag 1", "Tags"),
        (150, "Tag 50", "Tags"),
    ];
    for (id, name, module) in expected {
        let known = (id, name.to_owned(), module.to_owned());
        assert!(names.contains(&known), "{known:?}");
    }
}

#[test]
fn a_fresh_state_is_the_published_one_and_survives_a_round_trip() {
    let mut host = Host::new();
    let fresh = host.save();
    let value: Value = serde_json::from_str(&fresh).expect("JSON");
    assert_eq!(value["model"], Value::Null);
    assert_eq!(value["settings"]["mode"], "live");
    assert_eq!(value["version"], 1);
    let mut other = Host::new();
    other.load(&fresh);
    assert_eq!(other.save(), fresh);
}

#[test]
fn values_set_by_the_host_survive_a_round_trip_inactive_and_active() {
    let changes = [
        (1, 2.0),
        (2, 4.0),
        (3, 3.25),
        (4, 1.0),
        (5, 7.0),
        (6, 33.0),
        (7, 50.0),
        (8, 1.0),
        (101, 12.5),
        (150, 99.875),
    ];
    for active in [false, true] {
        let mut host = Host::new();
        if active {
            host.activate(RATE, 512);
        }
        host.flush(&changes);
        let saved = host.save();
        let mut other = Host::new();
        other.load(&saved);
        assert_eq!(other.rescanned(), ParamRescanFlags::VALUES);
        for (id, value) in changes {
            assert_eq!(other.value(id), value, "parameter {id}");
        }
        assert_eq!(other.save(), saved);
    }
}

#[test]
fn states_that_are_no_states_change_nothing() {
    let mut host = Host::new();
    host.flush(&[(3, 2.0)]);
    let before = host.save();
    let random: Vec<u8> = (0..1_u32 << 20)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let refused: [&[u8]; 5] = [
        b"",
        b"{}",
        b"{\"format\":\"tagline-state\",\"version\":2}",
        b"{\"format\":\"tagline-state\",\"version\":1,\"settings\":{\"mode\":\"x\"}}",
        &random,
    ];
    for bytes in refused {
        assert!(!host.try_load(bytes));
        assert_eq!(host.save(), before);
    }
}

#[test]
fn a_chosen_models_tags_name_the_slots_right_after_loading() {
    let models = Models::new();
    let mut host = Host::new();
    host.load(&models.state(&["jazz", "piano"], &json!({})));
    assert!(host.rescanned().contains(ParamRescanFlags::INFO));
    assert_eq!(host.name(101), "jazz");
    assert_eq!(host.name(102), "piano");
    assert_eq!(host.name(103), "Tag 3");
}

#[test]
fn a_model_chosen_by_its_path_is_pinned_once_it_runs() {
    let models = Models::new();
    let mut host = Host::with_model(&models, &["jazz"], &json!({"update_seconds": 0.25}));
    host.play_until_updates(1);
    host.run_callback();
    let saved = host.save();
    let state: Value = serde_json::from_str(&saved).expect("JSON");
    assert_eq!(state["model"]["name"], "Tiny");
    assert_eq!(state["model"]["sha256"].as_str().map(str::len), Some(64));
    assert!(state.get("tags").is_none(), "driven values are not saved");
    assert!(host.is_dirty());
    let mut other = Host::new();
    other.load(&saved);
    assert_eq!(other.name(101), "jazz");
    assert_eq!(other.save(), saved);
}

#[test]
fn a_missing_model_keeps_its_place_in_the_state() {
    let state = json!({
        "format": "tagline-state",
        "version": 1,
        "model": { "name": "Lost", "path": "/nowhere/lost.onnx", "sha256": "ab" },
    });
    let mut host = Host::new();
    host.load(&state.to_string());
    host.activate(RATE, 512);
    host.play(RATE as usize, 512);
    let saved: Value = serde_json::from_str(&host.save()).expect("JSON");
    assert_eq!(saved["model"], state["model"]);
    assert!(host.heard.is_empty());
}

#[test]
fn a_hundred_instances_come_and_go() {
    let mut hosts: Vec<Host> = (0..20).map(|_| Host::new()).collect();
    for host in &mut hosts {
        host.activate(RATE, 64);
    }
    for host in &mut hosts {
        host.play(256, 64);
    }
    drop(hosts);
    for _ in 0..80 {
        let mut host = Host::new();
        host.activate(RATE, 64);
        host.play(64, 64);
    }
}
