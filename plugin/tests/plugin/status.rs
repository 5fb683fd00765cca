//! The status: hidden parameters that a host may read, and that no event tells.

use crate::common::models::{Models, RATE};
use crate::common::{Host, Told, ids};
use serde_json::json;

fn offline(models: &Models) -> Host {
    let mut host = Host::new();
    host.load(&models.state(&["low"], &json!({"update_seconds": 0.5})));
    host.set_offline(true);
    host.activate(RATE, 4_096);
    host
}

#[test]
fn a_reset_begins_a_new_window() {
    let models = Models::new();
    let mut host = offline(&models);
    host.play(RATE as usize * 5, 512);
    let before = host.updates();
    assert!(before > 0);
    host.reset();
    host.play(RATE as usize * 2, 512);
    assert_eq!(host.updates(), before, "too little was heard since");
    host.play(RATE as usize * 2, 512);
    assert!(host.updates() > before);
}

#[test]
fn a_reset_takes_back_the_seconds_heard_at_once() {
    let models = Models::new();
    let mut host = offline(&models);
    host.play(RATE as usize * 4, 512);
    let count = host.updates();
    assert!(host.value(ids::SECONDS_HEARD) >= 3.0 && count > 0);
    host.reset();
    assert_eq!(host.value(ids::SECONDS_HEARD), 0.0);
    host.heard.clear();
    host.play(64, 64);
    assert_eq!(host.heard, [], "nobody needs to be told");
    assert_eq!(host.updates(), count, "updates are counted on");
}

#[test]
fn an_activation_counts_from_0() {
    let models = Models::new();
    let mut host = offline(&models);
    host.play(RATE as usize * 4, 512);
    assert!(host.value(ids::SECONDS_HEARD) > 0.0 && host.updates() > 0);
    host.deactivate();
    host.activate(RATE, 4_096);
    for id in ids::SECONDS_HEARD..=ids::SILENT_UPDATES {
        assert_eq!(host.value(id), 0.0, "parameter {id}");
    }
}

#[test]
fn why_no_update_comes_can_be_read_before_there_is_one() {
    let models = Models::new();
    let mut host = offline(&models);
    for _ in 0..60 {
        host.block(&mut vec![vec![0.0f32; 2_048]; 2], false, &[]);
    }
    assert_eq!(host.updates(), 0);
    assert!(host.value(ids::SILENT_UPDATES) > 0.0, "silence");
    assert_eq!(host.heard, []);
}

#[test]
fn the_status_is_never_told_as_an_event() {
    let models = Models::new();
    let mut host = offline(&models);
    host.play(RATE as usize * 5, 512);
    assert!(host.updates() > 1);
    let is_tag = |told: &Told| matches!(told, Told::Live(5, _));
    assert!(host.heard.iter().all(|(_, told)| is_tag(told)));
}
