//! The status parameters: what the host reads of the analysis, and when.

use crate::common::Host;
use crate::common::Told;
use crate::common::models::{Models, RATE, of, updates};
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
    let before = updates(&host.heard);
    assert!(before > 0);
    host.reset();
    host.play(RATE as usize * 2, 512);
    assert_eq!(updates(&host.heard), before, "too little was heard since");
    host.play(RATE as usize * 2, 512);
    assert!(updates(&host.heard) > before);
}

#[test]
fn a_reset_takes_back_the_seconds_heard_at_once() {
    let models = Models::new();
    let mut host = offline(&models);
    host.play(RATE as usize * 4, 512);
    let count = host.value(82);
    assert!(host.value(81) >= 3.0 && count > 0.0);
    host.reset();
    assert_eq!(host.value(81), 0.0);
    host.heard.clear();
    host.play(64, 64);
    assert_eq!(of(&host.heard, 81), [Told::Value(81, 0.0)]);
    assert_eq!(host.value(82), count, "updates are counted on");
    host.reset();
    host.heard.clear();
    host.play(64, 64);
    assert_eq!(host.heard, [], "once is enough");
}

#[test]
fn an_activation_counts_anew() {
    let models = Models::new();
    let mut host = offline(&models);
    host.play(RATE as usize * 4, 512);
    assert!(host.value(81) > 0.0 && host.value(82) > 0.0);
    host.deactivate();
    host.activate(RATE, 4_096);
    for id in 81..=86 {
        assert_eq!(host.value(id), 0.0, "parameter {id}");
    }
    host.play(64, 64);
    for id in [81, 82] {
        assert_eq!(of(&host.heard, id), [Told::Value(id, 0.0)]);
    }
}

#[test]
fn why_no_update_comes_can_be_read_before_there_is_one() {
    let models = Models::new();
    let mut host = offline(&models);
    for _ in 0..60 {
        host.block(&mut vec![vec![0.0f32; 2_048]; 2], false, &[]);
    }
    assert_eq!(updates(&host.heard), 0);
    assert!(host.value(86) > 0.0, "silence");
    let told = of(&host.heard, 86);
    assert_eq!(told.last(), Some(&Told::Value(86, host.value(86))));
    assert_eq!(told.len(), host.heard.len(), "and nothing else moves");
}
