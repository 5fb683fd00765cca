//! Tags reach the host: with no editor open, in each mode, offline and live.

use crate::common::models::{Models, RATE, of, song};
use crate::common::{Heard, Host, Told, ids};
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
    for id in [5, 6] {
        let told = of(&host.heard, id);
        let live = told.iter().filter(|told| matches!(told, Told::Live(..)));
        assert_eq!(live.count(), host.updates(), "parameter {id}");
    }
    assert!(
        host.heard
            .iter()
            .all(|(_, told)| matches!(told, Told::Live(5 | 6, _)))
    );
    assert!(of(&host.heard, 7).is_empty(), "an unused slot is silent");
    assert!(host.value(5) > host.value(6), "the tone is low");
    assert!(host.value(ids::SECONDS_HEARD) > 0.0);
    let running = host.value(ids::RUNNING_BACKEND);
    assert_eq!(running, 1.0, "something runs, and it is tract here");
}

#[test]
fn a_host_that_counts_every_value_as_a_change_is_sent_none_in_live_and_all_in_record() {
    let models = Models::new();
    let mut host = Host::named("qtractorClapPlugin");
    host.load(&models.state(&["low", "high"], &json!({"update_seconds": 0.25})));
    host.activate(RATE, 4_096);
    host.play_until_updates(3);
    assert!(host.heard.is_empty(), "{:?}", host.heard);
    assert!(host.value(5) > host.value(6), "it can read them");
    host.block(&mut song(host.position, 240), false, &[(0, ids::MODE, 1.0)]);
    let before = host.updates();
    host.play_until_updates(before + 2);
    let recorded = |told: &&Told| matches!(told, Told::Value(..));
    assert!(of(&host.heard, 5).iter().filter(recorded).count() > 0);
    assert_eq!(gestures(&host.heard).len(), 2, "both tags are in a gesture");
    // What the user changes is told in each mode.
    host.flush(&[(ids::MODE, 0.0)]);
    host.heard.clear();
    host.play_until_updates(before + 4);
    assert!(host.heard.is_empty(), "{:?}", host.heard);
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
    let before = host.updates();
    host.play_until_updates(before + 3);
    host.playing = Some(false);
    host.play(64, 64);
    for id in [5, 6] {
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
        Told::Begin(id) | Told::End(id) => [5, 6].contains(id),
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
        host.block(&mut song(start, 256), false, &[(100, ids::MODE, mode)]);
        assert!(host.heard.contains(&(start + 100, Told::End(5))));
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
    assert_eq!(gestures(&host.heard), [Told::End(5)]);
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
    assert_eq!(gestures(&host.heard), [Told::End(5)]);
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
    block(&mut host, &[(17, 5, 100.0), (400, 5, 0.0), (900, 6, 50.0)]);
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
    assert_eq!((host.value(5), host.value(6)), (0.0, 50.0));
    host.block(&mut song(host.position, 64), false, &[(0, 1, 0.0)]);
    host.play_until_updates(1);
}

#[test]
fn in_live_a_slot_set_by_the_host_is_overwritten_by_the_next_update() {
    let models = Models::new();
    let mut host = Host::with_model(&models, &["low"], &json!({"update_seconds": 0.25}));
    host.play_until_updates(1);
    let driven = host.value(5);
    host.block(&mut song(host.position, 64), false, &[(0, 5, 1.5)]);
    let count = host.updates();
    host.play_until_updates(count + 1);
    assert!((host.value(5) - driven).abs() < 20.0 && host.value(5) != 1.5);
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
    let state = json!({"update_seconds": 0.25, "midi_cc_output": true, "midi_channel": 3,
        "midi_cc_first": 70, "midi_cc_count": 1});
    host.load(&models.state(&["low", "high"], &state));
    host.play_until(|heard| heard.iter().any(|(_, told)| matches!(told, Told::Midi(_))));
    for [status, control, value] in midi(&host) {
        assert_eq!((status, control), (0xb2, 70), "channel 3, one CC");
        assert!(value < 128);
    }
    let sent = midi(&host);
    assert!(sent.windows(2).all(|pair| pair[0][2] != pair[1][2]));
}

/// Values that a host heard in `seconds` of a bounce of the song, with the built-in model: those
/// that it may record, those that it must not, and gestures.
fn heard_in_a_bounce(mode: &str, resolution: f64, seconds: usize) -> [usize; 3] {
    let mut host = Host::new();
    let settings = json!({"mode": mode, "update_seconds": 0.25, "resolution": resolution});
    let state = json!({"format": "tagline-state", "version": 2, "settings": settings});
    host.load(&state.to_string());
    host.set_offline(true);
    host.activate(RATE, 4_096);
    host.play(RATE as usize * seconds, 4_096);
    host.playing = Some(false);
    host.play(64, 64);
    let mut last = std::collections::BTreeMap::new();
    for (_, told) in &host.heard {
        if let Told::Live(id, value) = told {
            assert_ne!(last.insert(*id, *value), Some(*value), "told again");
        }
        let own = match told {
            Told::Begin(id) | Told::End(id) | Told::Value(id, _) | Told::Live(id, _) => *id,
            Told::Midi(_) => continue,
        };
        assert!((5..=54).contains(&own), "{told:?}");
    }
    let count = |of: fn(&Told) -> bool| host.heard.iter().filter(|(_, told)| of(told)).count();
    [
        count(|told| matches!(told, Told::Value(..))),
        count(|told| matches!(told, Told::Live(..))),
        count(is_gesture),
    ]
}

#[test]
fn a_host_hears_of_few_values_none_to_record_in_live_and_one_gesture_for_each_tag_in_record() {
    let [recorded, live, gestures] = heard_in_a_bounce("live", 0.5, 20);
    let [_, every_change, _] = heard_in_a_bounce("live", 0.0, 20);
    eprintln!("live: {live} of {every_change} values");
    assert_eq!((recorded, gestures), (0, 0));
    assert!(
        live > 50 && 2 * live < every_change,
        "{live} of {every_change}"
    );

    let tags = built_in_info().tags.len().min(50);
    let [recorded, live, gestures] = heard_in_a_bounce("record", 0.5, 20);
    let [all_recorded, ..] = heard_in_a_bounce("record", 0.0, 20);
    eprintln!("record: {recorded} of {all_recorded} values");
    assert_eq!((live, gestures), (0, 2 * tags));
    assert!(
        recorded >= tags && 2 * recorded < all_recorded,
        "{recorded} of {all_recorded}"
    );

    assert_eq!(heard_in_a_bounce("follow", 0.5, 20), [0, 0, 0]);
}

#[test]
fn bypassed_the_signal_passes_and_nothing_is_analysed_or_told() {
    let models = Models::new();
    let settings = json!({"update_seconds": 0.25, "mode": "record", "midi_cc_output": true});
    let mut host = Host::with_model(&models, &["low"], &settings);
    host.play_until_updates(1);
    let start = host.position;
    host.block(&mut song(start, 256), false, &[(100, ids::BYPASS, 1.0)]);
    assert!(host.heard.contains(&(start + 100, Told::End(5))));
    let (count, heard) = (host.updates(), host.heard.len());
    for _ in 0..40 {
        let mut input = song(host.position, 4_096);
        let output = host.block(&mut input, false, &[]);
        assert_eq!(output, input);
        std::thread::sleep(std::time::Duration::from_millis(3));
    }
    assert_eq!((host.updates(), host.heard.len()), (count, heard));
    host.block(
        &mut song(host.position, 64),
        false,
        &[(0, ids::BYPASS, 0.0)],
    );
    assert_eq!(host.value(ids::SECONDS_HEARD), 0.0, "a new window begins");
    host.play_until_updates(count + 1);
}

#[test]
fn a_plugin_without_a_chosen_model_tags_with_the_embedded_one() {
    let mut host = Host::new();
    let tags = built_in_info().tags.len().min(50);
    let names = host.names();
    for (slot, tag) in built_in_info().tags.iter().take(tags).enumerate() {
        let (id, name) = (5 + slot as u32, tag.clone());
        let known = |(i, n, _): &(u32, String, String)| (*i, n) == (id, &name);
        assert!(names.iter().any(known), "{name} names slot {slot} at once");
    }
    host.set_offline(true);
    host.activate(RATE, 4_096);
    host.play(RATE as usize * 6, 4_096);
    assert!(host.updates() >= 3);
    for slot in 0..tags as u32 {
        assert!(!of(&host.heard, 5 + slot).is_empty(), "slot {slot}");
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
            host.flush(&[(ids::VALUES, 1.0)]);
        }
        host.set_offline(true);
        host.activate(RATE, 4_096);
        host.play(RATE as usize * 4, 512);
        let value = |told: &Told| told.value().expect("a value") as f32 / 100.0;
        [5, 6].map(|id| of(&host.heard, id).iter().map(value).collect::<Vec<f32>>())
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
        assert!(host.updates() > 0, "{rate} Hz");
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
    assert_eq!(of(&other.heard, 6), []);
    assert!(!of(&low.heard, 6).is_empty());
    drop(low);
    let count = other.updates();
    other.play_until_updates(count + 1);
}

#[test]
fn a_host_that_takes_few_events_hears_the_newest_values_in_the_end() {
    let models = Models::new();
    let settings = json!({"update_seconds": 0.5, "mode": "record"});
    let mut host = Host::with_model(&models, &["a", "b", "c"], &settings);
    host.room = 1;
    host.play_until(|heard| of(heard, 7).len() > 1);
    host.room = 0;
    host.play(4_096, 64);
    host.room = usize::MAX;
    host.playing = Some(false);
    host.play(64, 64);
    for id in 5..=7 {
        let told = of(&host.heard, id);
        assert_eq!(told.first(), Some(&Told::Begin(id)));
        assert_eq!(told.last(), Some(&Told::End(id)));
        let last = told.iter().rev().find_map(Told::value);
        assert_eq!(last, Some(host.value(id)));
    }
}

#[test]
fn a_model_with_fewer_tags_leaves_no_stale_values() {
    let models = Models::new();
    let mut host = Host::with_model(&models, &["a", "b", "c"], &json!({"update_seconds": 0.25}));
    host.play_until_updates(1);
    assert!(host.value(7) > 0.0);
    host.load(&models.state(&["only"], &json!({"update_seconds": 0.25})));
    let named = |host: &mut Host| host.name(5) == "only";
    while !named(&mut host) {
        let count = host.updates();
        host.play_until_updates(count + 1);
    }
    let count = host.updates();
    host.play_until_updates(count + 2);
    assert_eq!((host.value(6), host.value(7)), (0.0, 0.0));
    assert_eq!(of(&host.heard, 7).last(), Some(&Told::Live(7, 0.0)));
    assert!(host.value(5) > 0.0);
    assert_eq!(host.name(7), "Tag 3");
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
    assert!(host.value(5) > 0.0 && host.value(7) > 0.0);
    let told = |host: &Host| of(&host.heard, 6).len();
    let before = told(&host);
    host.load(&models.state(&["only"], &json!({"update_seconds": 0.25})));
    let patience = std::time::Instant::now();
    while host.name(5) != "only" {
        assert!(patience.elapsed().as_secs() < 60, "the model does not come");
        silence(&mut host);
    }
    assert_eq!((host.value(6), host.value(7)), (0.0, 0.0));
    // Its own value comes although nothing sounds.
    while told(&host) == before {
        assert!(
            patience.elapsed().as_secs() < 60,
            "its window is not computed"
        );
        silence(&mut host);
    }
    assert_eq!((host.value(6), host.value(7)), (0.0, 0.0));
    assert!(host.value(5) > 0.0);
}
