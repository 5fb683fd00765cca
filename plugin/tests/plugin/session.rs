//! What a host's session holds: parameters, their names, and the state.

use crate::common::models::{Models, RATE};
use crate::common::{Host, ids};
use clack_extensions::params::ParamRescanFlags;
use serde_json::{Value, json};
use tagline_engine::{built_in_info, built_in_sha256};
use tagline_tests::TinyModel;

#[test]
fn ids_names_and_groups_are_the_published_ones() {
    let mut host = Host::new();
    let names = host.names();
    assert_eq!(names.len(), 5 + 50 + 1 + 8 + 7);
    let expected = [
        (0, "Bypass", "Settings"),
        (1, "Mode", "Settings"),
        (2, "Update Every", "Settings"),
        (3, "Smoothing", "Settings"),
        (4, "Values", "Settings"),
        (55, "Focus", "Settings"),
        (56, "Macro 1", "Macros"),
        (63, "Macro 8", "Macros"),
        (64, "Running Backend", "Status"),
        (65, "Seconds Heard", "Status"),
        (66, "Updates", "Status"),
        (67, "Late Updates", "Status"),
        (68, "Dropped Samples", "Status"),
        (69, "Update Time", "Status"),
        (70, "Silent Updates", "Status"),
    ];
    for (id, name, module) in expected {
        let known = (id, name.to_owned(), module.to_owned());
        assert!(names.contains(&known), "{known:?}");
    }
    let tags = names.iter().filter(|(id, ..)| (5..=54).contains(id));
    assert!(tags.clone().all(|(.., module)| module.starts_with("Tags")));
    assert_eq!(tags.count(), 50);
}

#[test]
fn tags_lie_in_the_hosts_tree_by_their_groups() {
    let models = Models::new();
    let model = TinyModel::new(&["jazz", "piano", "calm"], 141)
        .with("tagline.groups", Some(r#"["genre", "instrument", "mood"]"#))
        .bytes();
    let mut host = Host::new();
    host.load(&models.state_of("grouped", &model, &json!({})));
    assert!(host.rescanned().contains(ParamRescanFlags::INFO));
    let names = host.names();
    for (id, name, module) in [
        (5, "jazz", "Tags/Genre"),
        (6, "piano", "Tags/Instrument"),
        (7, "calm", "Tags/Mood"),
        (8, "Tag 4", "Tags"),
    ] {
        let known = (id, name.to_owned(), module.to_owned());
        assert!(names.contains(&known), "{known:?}");
    }
    host.load(&models.state(&["jazz"], &json!({})));
    let ungrouped = (5, "jazz".to_owned(), "Tags".to_owned());
    assert!(host.names().contains(&ungrouped));
}

#[test]
fn a_fresh_state_is_the_published_one_and_survives_a_round_trip() {
    let mut host = Host::new();
    let fresh = host.save();
    let value: Value = serde_json::from_str(&fresh).expect("JSON");
    let default = json!({
        "built_in": true,
        "name": built_in_info().name,
        "path": "",
        "sha256": built_in_sha256(),
        "version": built_in_info().version,
    });
    assert_eq!(value["model"], default);
    assert_eq!(value["settings"]["mode"], "live");
    assert_eq!(value["settings"]["resolution"], 0.5);
    assert_eq!(value["version"], 2);
    let mut other = Host::new();
    other.load(&fresh);
    assert_eq!(other.save(), fresh);
}

#[test]
fn values_set_by_the_host_survive_a_round_trip_inactive_and_active() {
    let changes = [
        (ids::BYPASS, 1.0),
        (ids::MODE, 2.0),
        (ids::UPDATE_EVERY, 4.0),
        (ids::SMOOTHING, 3.25),
        (ids::VALUES, 1.0),
        (5, 12.5),
        (54, 99.875),
        (ids::FOCUS, 1.0),
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
fn settings_that_are_not_parameters_survive_a_round_trip() {
    let settings = json!({
        "backend": "tract", "bypass": false, "focus_seconds": null, "midi_cc_count": 50,
        "midi_cc_first": 33, "midi_cc_output": true, "midi_channel": 7, "mode": "live", "resolution": 2.5,
        "smoothing_seconds": 0.0, "update_seconds": 1.0, "values": "calibrated",
    });
    let state = json!({"format": "tagline-state", "version": 2, "settings": settings});
    let mut host = Host::new();
    host.load(&state.to_string());
    let saved: Value = serde_json::from_str(&host.save()).expect("JSON");
    assert_eq!(saved["settings"], settings);
}

#[test]
fn a_state_of_version_1_opens_with_its_tags_and_settings() {
    let state = r#"{"format":"tagline-state","model":null,"settings":{"midi_channel":9,
        "mode":"follow","values":"raw"},"tags":{"101":12.5,"150":99.0},"version":1}"#;
    let mut host = Host::new();
    host.load(state);
    let values = [5, 54, ids::MODE, ids::VALUES].map(|id| host.value(id));
    assert_eq!(values, [12.5, 99.0, 2.0, 1.0]);
    let saved: Value = serde_json::from_str(&host.save()).expect("JSON");
    assert_eq!(saved["version"], 2);
    assert_eq!(saved["settings"]["midi_channel"], 9);
    assert_eq!(saved["tags"], json!({"5": 12.5, "54": 99.0}));
}

#[test]
fn a_negative_zero_of_a_state_is_a_plain_one() {
    let state = r#"{"format":"tagline-state","settings":{"smoothing_seconds":-0.0},
        "tags":{"5":-0.0},"version":2}"#;
    let mut host = Host::new();
    host.load(state);
    let saved: Value = serde_json::from_str(&host.save()).expect("JSON");
    assert_eq!(saved["settings"]["smoothing_seconds"].to_string(), "0.0");
    for id in [3, 5] {
        assert!(host.value(id).is_sign_positive(), "parameter {id}");
    }
}

#[test]
fn bytes_that_are_not_a_state_change_nothing() {
    let mut host = Host::new();
    host.flush(&[(3, 2.0)]);
    let before = host.save();
    let random: Vec<u8> = (0..1_u32 << 20)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let refused: [&[u8]; 5] = [
        b"",
        b"{}",
        b"{\"format\":\"tagline-state\",\"version\":3}",
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
    assert_eq!(host.name(5), "jazz");
    assert_eq!(host.name(6), "piano");
    assert_eq!(host.name(7), "Tag 3");
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
    assert_eq!(other.name(5), "jazz");
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
fn with_a_state_of_another_versions_default_model_the_present_one_tags() {
    let model = json!({
        "built_in": true,
        "name": "Tagline default",
        "path": "",
        "sha256": "ab".repeat(32),
        "version": "0.0.1",
    });
    let state = json!({"format": "tagline-state", "version": 1, "model": model});
    let mut host = Host::new();
    host.load(&state.to_string());
    host.set_offline(true);
    host.activate(RATE, 4_096);
    host.play(RATE as usize * 5, 512);
    assert!(host.updates() > 0);
    let saved: Value = serde_json::from_str(&host.save()).expect("JSON");
    assert_eq!(
        saved["model"], model,
        "an update must not hide what made the project"
    );
}

#[test]
fn a_state_that_names_no_model_gets_the_embedded_one() {
    for model in [json!(null), json!({"name": "", "path": "", "sha256": ""})] {
        let state = json!({"format": "tagline-state", "version": 1, "model": model});
        let mut host = Host::new();
        host.load(&state.to_string());
        let saved: Value = serde_json::from_str(&host.save()).expect("JSON");
        assert_eq!(saved["model"]["sha256"], built_in_sha256());
    }
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
