//! Tags reach the host: with no editor open, in each mode, offline and live.

use crate::common::models::{Models, RATE, of, song, updates};
use crate::common::{Heard, Host, Told};
use serde_json::json;
use tagline_engine::{built_in_info, logit, sigmoid};
use tagline_tests::TinyModel;

fn is_gesture(told: &Told) -> bool {
    matches!(told, Told::Begin(_) | Told::End(_))
}

fn gestures(heard: &[Heard]) -> Vec<Told> {
    let told = heard.iter().map(|(_, told)| *told);
    told.filter(is_gesture).collect()
}

#[test]
fn live_drives_every_tag_with_no_editor_open_and_without_gestures() {
    let models = Models::new();
    let mut host = Host::with_model(&models, &["low", "high"], &json!({"update_seconds": 0.5}));
    host.play_until_updates(3);
    assert!(gestures(&host.heard).is_empty());
    for id in [101, 102, 81, 82, 85] {
        let told = of(&host.heard, id);
        assert_eq!(told.len(), updates(&host.heard), "parameter {id}");
    }
    assert!(of(&host.heard, 103).is_empty(), "an unused slot is silent");
    assert!(host.value(101) > host.value(102), "the tone is low");
    assert!(host.value(81) > 0.0);
    assert_eq!(host.value(80), 1.0, "something runs, and it is tract here");
}

#[test]
fn record_opens_gestures_while_the_transport_plays_and_closes_them_when_it_stops() {
    let models = Models::new();
    let settings = json!({"update_seconds": 0.25, "mode": "record"});
    let mut host = Host::with_model(&models, &["low", "high"], &settings);
    host.playing = Some(false);
    host.play_until_updates(1);
    assert!(gestures(&host.heard).is_empty(), "nothing plays yet");
    host.playing = Some(true);
    let before = updates(&host.heard);
    host.play_until(|heard| updates(heard) >= before + 3);
    host.playing = Some(false);
    host.play(64, 64);
    for id in [101, 102] {
        let told = of(&host.heard, id);
        let first = told
            .iter()
            .position(|t| *t == Told::Begin(id))
            .expect("a begin");
        assert!(
            matches!(told[first + 1], Told::Value(..)),
            "a value follows"
        );
        assert_eq!(told.last(), Some(&Told::End(id)));
        assert_eq!(told.iter().filter(|t| is_gesture(t)).count(), 2);
    }
    assert!(gestures(&host.heard).iter().all(|told| match told {
        Told::Begin(id) | Told::End(id) => [101, 102].contains(id),
        _ => false,
    }));
}

#[test]
fn leaving_record_within_a_block_ends_the_gestures_there() {
    let models = Models::new();
    let settings = json!({"update_seconds": 0.25, "mode": "record"});
    for mode in [0.0, 2.0] {
        let mut host = Host::with_model(&models, &["low"], &settings);
        host.play_until_updates(1);
        let start = host.position;
        host.block(&mut song(start, 256), false, &[(100, 1, mode)]);
        assert!(host.heard.contains(&(start + 100, Told::End(101))));
    }
}

#[test]
fn a_deactivated_instance_ends_its_gestures_in_the_next_flush() {
    let models = Models::new();
    let settings = json!({"update_seconds": 0.25, "mode": "record"});
    let mut host = Host::with_model(&models, &["low"], &settings);
    host.play_until_updates(1);
    host.deactivate();
    assert!(host.wants_flush());
    host.heard.clear();
    host.flush(&[]);
    assert_eq!(gestures(&host.heard), [Told::End(101)]);
    host.flush(&[]);
    assert_eq!(gestures(&host.heard).len(), 1, "once is enough");
}

#[test]
fn gestures_left_open_by_a_deactivation_end_when_the_host_never_flushes() {
    let models = Models::new();
    let settings = json!({"update_seconds": 0.25, "mode": "record"});
    let mut host = Host::with_model(&models, &["low"], &settings);
    host.play_until_updates(1);
    host.deactivate();
    host.activate(RATE, 4_096);
    host.play(64, 64);
    assert_eq!(gestures(&host.heard), [Told::End(101)]);
}

#[test]
fn follow_tells_nothing_and_keeps_the_hosts_values() {
    let models = Models::new();
    let settings = json!({"update_seconds": 0.25, "mode": "follow", "midi_cc_output": true});
    let mut host = Host::with_model(&models, &["low", "high"], &settings);
    let block = |host: &mut Host, changes: &[(u32, u32, f64)]| {
        let mut input = song(host.position, 4_096);
        host.block(&mut input, false, changes);
    };
    block(
        &mut host,
        &[(17, 101, 100.0), (400, 101, 0.0), (900, 102, 50.0)],
    );
    for _ in 0..40 {
        block(&mut host, &[]);
        std::thread::sleep(std::time::Duration::from_millis(3));
    }
    let expected = [
        (17, Told::Midi([0xb0, 20, 127])),
        (400, Told::Midi([0xb0, 20, 0])),
        (900, Told::Midi([0xb0, 21, 64])),
    ];
    assert_eq!(host.heard, expected);
    assert_eq!((host.value(101), host.value(102)), (0.0, 50.0));
    host.block(&mut song(host.position, 64), false, &[(0, 1, 0.0)]);
    host.play_until_updates(1);
}

#[test]
fn in_live_a_slot_set_by_the_host_is_overwritten_by_the_next_update() {
    let models = Models::new();
    let mut host = Host::with_model(&models, &["low"], &json!({"update_seconds": 0.25}));
    host.play_until_updates(1);
    let driven = host.value(101);
    host.block(&mut song(host.position, 64), false, &[(0, 101, 1.5)]);
    let count = updates(&host.heard);
    host.play_until(|heard| updates(heard) > count);
    assert!((host.value(101) - driven).abs() < 20.0 && host.value(101) != 1.5);
}

#[test]
fn midi_is_off_by_default_and_then_follows_seven_bits() {
    let midi = |host: &Host| -> Vec<[u8; 3]> {
        let told = host.heard.iter().filter_map(|(_, told)| match told {
            Told::Midi(data) => Some(*data),
            _ => None,
        });
        told.collect()
    };
    let models = Models::new();
    let mut host = Host::with_model(&models, &["low", "high"], &json!({"update_seconds": 0.25}));
    host.play_until_updates(2);
    assert!(midi(&host).is_empty());
    let changes = [(0, 4, 1.0), (0, 5, 3.0), (0, 6, 70.0), (0, 7, 1.0)];
    host.block(&mut song(host.position, 64), false, &changes);
    host.play_until(|heard| heard.iter().any(|(_, told)| matches!(told, Told::Midi(_))));
    for [status, control, value] in midi(&host) {
        assert_eq!((status, control), (0xb2, 70), "channel 3, one CC");
        assert!(value < 128);
    }
    let sent = midi(&host);
    assert!(sent.windows(2).all(|pair| pair[0][2] != pair[1][2]));
}

#[test]
fn a_plugin_without_a_chosen_model_tags_with_the_embedded_one() {
    let mut host = Host::new();
    let tags = built_in_info().tags.len().min(50);
    let names = host.names();
    for (slot, tag) in built_in_info().tags.iter().take(tags).enumerate() {
        let (id, name) = (101 + slot as u32, tag.clone());
        let known = |(i, n, _): &(u32, String, String)| (*i, n) == (id, &name);
        assert!(names.iter().any(known), "{name} names slot {slot} at once");
    }
    host.set_offline(true);
    host.activate(RATE, 4_096);
    host.play(RATE as usize * 6, 4_096);
    assert!(updates(&host.heard) >= 3);
    for slot in 0..tags as u32 {
        assert!(!of(&host.heard, 101 + slot).is_empty(), "slot {slot}");
    }
}

#[test]
fn tags_are_calibrated_unless_raw_values_are_wanted() {
    let models = Models::new();
    let calibration = r#"[{"slope":0.5,"offset":1.0,"threshold":0.5},
        {"slope":2.0,"offset":0.0,"threshold":0.5}]"#;
    let model = TinyModel::new(&["low", "high"], 141)
        .with("tagline.calibration", Some(calibration))
        .bytes();
    let state = |values: &str| {
        models.state_of(
            "calibrated",
            &model,
            &json!({"values": values, "update_seconds": 0.25}),
        )
    };
    let bounce = |state: &str, raw_from_the_host: bool| {
        let mut host = Host::new();
        host.load(state);
        if raw_from_the_host {
            host.flush(&[(9, 1.0)]);
        }
        host.set_offline(true);
        host.activate(RATE, 4_096);
        host.play(RATE as usize * 4, 512);
        let value = |told: &Told| match told {
            Told::Value(_, value) => *value as f32 / 100.0,
            other => panic!("{other:?}"),
        };
        [101, 102].map(|id| of(&host.heard, id).iter().map(value).collect::<Vec<f32>>())
    };
    let raw = bounce(&state("raw"), false);
    assert!(raw[0].len() > 2);
    assert_eq!(bounce(&state("calibrated"), true), raw);
    let shown = bounce(&state("calibrated"), false);
    for (tag, (slope, offset)) in [(0.5, 1.0), (2.0, 0.0)].into_iter().enumerate() {
        for (shown, raw) in shown[tag].iter().zip(&raw[tag]) {
            let expected = sigmoid(slope * logit(*raw) + offset) as f32;
            assert!((shown - expected).abs() < 1e-5, "{shown} is not {expected}");
        }
    }
}

#[test]
fn an_instance_can_be_activated_again_at_another_rate() {
    let models = Models::new();
    let mut host = Host::new();
    host.load(&models.state(&["low"], &json!({})));
    host.set_offline(true);
    for rate in [RATE, 44_100.0, RATE] {
        host.activate(rate, 4_096);
        host.play(rate as usize * 4, 4_096);
        assert!(updates(&host.heard) > 0, "{rate} Hz");
        host.deactivate();
    }
}

#[test]
fn two_instances_do_not_hear_each_other() {
    let models = Models::new();
    let mut low = Host::with_model(&models, &["low", "high"], &json!({"update_seconds": 0.25}));
    let mut other = Host::with_model(&models, &["one"], &json!({"update_seconds": 0.25}));
    low.play_until_updates(1);
    other.play_until_updates(1);
    assert_eq!(of(&other.heard, 102), []);
    assert!(!of(&low.heard, 102).is_empty());
    drop(low);
    let count = updates(&other.heard);
    other.play_until(|heard| updates(heard) > count);
}

#[test]
fn a_host_that_takes_few_events_hears_the_newest_values_in_the_end() {
    let models = Models::new();
    let settings = json!({"update_seconds": 0.5, "mode": "record"});
    let mut host = Host::with_model(&models, &["a", "b", "c"], &settings);
    host.room = 1;
    host.play_until(|heard| of(heard, 103).len() > 1);
    host.room = 0;
    host.play(4_096, 64);
    host.room = usize::MAX;
    host.playing = Some(false);
    host.play(64, 64);
    for id in 101..=103 {
        let told = of(&host.heard, id);
        assert_eq!(told.first(), Some(&Told::Begin(id)));
        assert_eq!(told.last(), Some(&Told::End(id)));
        let last = told.iter().rev().find_map(|told| match told {
            Told::Value(_, value) => Some(*value),
            _ => None,
        });
        assert_eq!(last, Some(host.value(id)));
    }
}

#[test]
fn a_model_with_fewer_tags_leaves_no_stale_values() {
    let models = Models::new();
    let mut host = Host::with_model(&models, &["a", "b", "c"], &json!({"update_seconds": 0.25}));
    host.play_until_updates(1);
    assert!(host.value(103) > 0.0);
    host.load(&models.state(&["only"], &json!({"update_seconds": 0.25})));
    let named = |host: &mut Host| host.name(101) == "only";
    while !named(&mut host) {
        host.play_until_updates(updates(&host.heard) + 1);
    }
    host.play_until_updates(updates(&host.heard) + 2);
    assert_eq!((host.value(102), host.value(103)), (0.0, 0.0));
    assert_eq!(of(&host.heard, 103).last(), Some(&Told::Value(103, 0.0)));
    assert!(host.value(101) > 0.0);
    assert_eq!(host.name(103), "Tag 3");
}

#[test]
fn a_model_chosen_in_silence_never_stands_beside_the_old_ones_values() {
    let models = Models::new();
    let mut host = Host::with_model(&models, &["a", "b", "c"], &json!({"update_seconds": 0.25}));
    host.play_until_updates(1);
    let silence = |host: &mut Host| {
        host.block(&mut vec![vec![0.0f32; 480]; 2], false, &[]);
        std::thread::sleep(std::time::Duration::from_millis(2));
    };
    // Until the window's last new sound has been analysed.
    for _ in 0..100 {
        silence(&mut host);
    }
    assert!(host.value(101) > 0.0 && host.value(103) > 0.0);
    let told = |host: &Host| of(&host.heard, 102).len();
    let before = told(&host);
    host.load(&models.state(&["only"], &json!({"update_seconds": 0.25})));
    let patience = std::time::Instant::now();
    while host.name(101) != "only" {
        assert!(patience.elapsed().as_secs() < 60, "the model does not come");
        silence(&mut host);
    }
    assert_eq!((host.value(102), host.value(103)), (0.0, 0.0));
    // Its own value comes although nothing sounds.
    while told(&host) == before {
        assert!(
            patience.elapsed().as_secs() < 60,
            "its window is not computed"
        );
        silence(&mut host);
    }
    assert_eq!((host.value(102), host.value(103)), (0.0, 0.0));
    assert!(host.value(101) > 0.0);
}
