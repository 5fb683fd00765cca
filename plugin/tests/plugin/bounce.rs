//! A bounce is the same at every block size: each update, and each automated setting, has its own
//! sample.

use crate::common::models::{Models, RATE, song};
use crate::common::{Heard, Host, ids};
use serde_json::json;
use tagline_tests::TinyModel;

pub const BLOCKS: [usize; 5] = [64, 441, 1_000, 4_096, 1];

/// A setting that the host changes at a sample of the stream.
pub type Change = (u64, u32, f64);

/// Everything that the host hears in `seconds` of the song, at this block size and with these changes.
pub fn bounce(state: &str, seconds: u64, block: usize, changes: &[Change]) -> Vec<Heard> {
    let mut host = Host::new();
    host.load(state);
    host.set_offline(true);
    host.activate(RATE, 4_096);
    let end = RATE as u64 * seconds;
    while host.position < end {
        let start = host.position;
        // Blocks of one sample are the strictest test and slow, so only where something happens.
        let near = |(at, ..): &Change| at.abs_diff(start) < 64;
        let block = if block > 1 || changes.iter().any(near) {
            block
        } else {
            61
        };
        let frames = (block as u64).min(end - start);
        let now: Vec<(u32, u32, f64)> = changes
            .iter()
            .filter(|(at, ..)| (start..start + frames).contains(at))
            .map(|&(at, id, value)| ((at - start) as u32, id, value))
            .collect();
        host.block(&mut song(start, frames as usize), false, &now);
    }
    std::mem::take(&mut host.heard)
}

/// Positions at which tags were told, each once.
pub fn positions(heard: &[Heard]) -> Vec<u64> {
    let tags = heard.iter().filter(|(_, told)| told.value().is_some());
    let mut positions: Vec<u64> = tags.map(|(position, _)| *position).collect();
    positions.dedup();
    positions
}

#[test]
fn each_update_is_told_at_its_own_sample_whatever_the_block_size() {
    let models = Models::new();
    let state = models.state(&["low", "high"], &json!({"update_seconds": 0.25}));
    let reference = bounce(&state, 6, 64, &[]);
    // The shortest step is 16 frames of 21.3 ms: 3.0 s, 3.34 s, … 5.73 s.
    assert_eq!(positions(&reference).len(), 9);
    for block in BLOCKS {
        assert_eq!(
            bounce(&state, 6, block, &[]),
            reference,
            "blocks of {block}"
        );
    }
}

#[test]
fn with_a_resolution_too_the_same_values_are_told_at_the_same_samples_whatever_the_block_size() {
    let models = Models::new();
    let settings = json!({"update_seconds": 0.25, "resolution": 1.0});
    let state = models.state(&["low", "high"], &settings);
    let reference = bounce(&state, 8, 64, &[]);
    let every_change = bounce(
        &models.state(&["low", "high"], &json!({"update_seconds": 0.25})),
        8,
        64,
        &[],
    );
    assert!(!reference.is_empty() && reference.len() < every_change.len());
    for block in BLOCKS {
        assert_eq!(
            bounce(&state, 8, block, &[]),
            reference,
            "blocks of {block}"
        );
    }
}

fn calibrated(models: &Models) -> String {
    let calibration = r#"[{"slope":0.5,"offset":1.0,"threshold":0.5},
        {"slope":2.0,"offset":0.0,"threshold":0.5}]"#;
    let model =
        TinyModel::new(&["low", "high"], 141).with("tagline.calibration", Some(calibration));
    models.state_of(
        "calibrated",
        &model.bytes(),
        &json!({"update_seconds": 0.25}),
    )
}

#[test]
fn an_automated_setting_acts_from_its_own_sample_on_whatever_the_block_size() {
    let models = Models::new();
    let state = calibrated(&models);
    let changes: [Change; 9] = [
        (75_017, ids::SMOOTHING, 2.0),
        (90_011, ids::VALUES, 1.0),
        (100_003, ids::VALUES, 0.0),
        (105_500, ids::SMOOTHING, 0.0),
        (110_000, ids::UPDATE_EVERY, 1.0),
        (122_345, ids::UPDATE_EVERY, 0.0),
        // A new window begins where Follow ends.
        (140_007, ids::MODE, 2.0),
        (147_779, ids::MODE, 0.0),
        (147_780, ids::SMOOTHING, 1.0),
    ];
    let reference = bounce(&state, 10, 64, &changes);
    let last = *positions(&reference).last().expect("updates");
    assert!(last > 147_779 + 3 * 24_000, "it tags again after Follow");
    let in_the_new_window = |at: &u64| (147_779..147_779 + 3 * 24_000).contains(at);
    assert!(!positions(&reference).iter().any(in_the_new_window));
    for block in BLOCKS {
        let again = bounce(&state, 10, block, &changes);
        assert_eq!(again, reference, "blocks of {block}");
    }
}

#[test]
fn a_setting_that_changes_with_the_sample_that_completes_a_window_counts_for_it() {
    let models = Models::new();
    let state = calibrated(&models);
    let value = |heard: &[Heard], at: u64| {
        let mut tags = heard.iter().filter(|(position, _)| *position == at);
        tags.find_map(|(_, told)| told.value())
    };
    let plain = bounce(&state, 4, 64, &[]);
    let at = positions(&plain)[1];
    let raw = bounce(&state, 4, 64, &[(0, ids::VALUES, 1.0)]);
    assert_ne!(value(&plain, at), value(&raw, at));
    for block in BLOCKS {
        for (change, expected) in [(at - 1, &raw), (at, &raw), (at + 1, &plain)] {
            let heard = bounce(&state, 4, block, &[(change, ids::VALUES, 1.0)]);
            let (found, expected) = (value(&heard, at), value(expected, at));
            assert_eq!(found, expected, "{change} in blocks of {block}");
        }
    }
}

#[test]
fn a_focus_acts_from_its_own_sample_on_whatever_the_block_size() {
    let models = Models::new();
    let model = TinyModel::new(&["low", "high"], 564);
    let state = models.state_of("long", &model.bytes(), &json!({"update_seconds": 0.25}));
    let plain = bounce(&state, 14, 64, &[]);
    let positions = positions(&plain);
    let first = positions[positions.len() / 2];
    let changes: [Change; 3] = [
        (first, ids::FOCUS, 0.0),
        (first + 40_001, ids::FOCUS, 3.0),
        (first + 60_002, ids::FOCUS, 1.0),
    ];
    let reference = bounce(&state, 14, 64, &changes);
    let until = |heard: &[Heard], end: u64| {
        let before = heard.iter().filter(|(at, _)| *at < end);
        before.cloned().collect::<Vec<_>>()
    };
    assert_eq!(until(&reference, first), until(&plain, first));
    assert_ne!(until(&reference, first + 1), until(&plain, first + 1));
    for block in BLOCKS {
        let again = bounce(&state, 14, block, &changes);
        assert_eq!(again, reference, "blocks of {block}");
    }
}
