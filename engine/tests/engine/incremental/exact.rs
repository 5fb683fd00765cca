//! Networks of the published shapes, over many updates.

use tagline_engine::NetworkState;
use tagline_tests::FcnModel;

use super::support::{Song, Whole, fresh, largest_difference, open, run};

/// Largest difference of a probability.
const TOLERANCE: f32 = 2e-5;

/// Runs windows that end with each of `ends`, and compares them with tract's answer to the whole
/// window. Every third is also compared, bit for bit, with a network that has seen no earlier window.
fn compare(fcn: &FcnModel, ends: impl Iterator<Item = u64>) {
    compare_with_focus(fcn, u64::MAX, ends);
}

/// The same, where the last `focus` frames of each window count.
fn compare_with_focus(fcn: &FcnModel, focus: u64, ends: impl Iterator<Item = u64>) {
    let onnx = fcn.bytes();
    let (model, mut network, line) = open(&onnx);
    assert_eq!(line, "tract: works, incremental");
    let song = Song::for_model(&model);
    let focus = focus.min(model.info().front_end.frames as u64);
    let (song, whole) = (song.with_focus(focus), Whole::new(&onnx, &model));
    let mut state = NetworkState::default();
    let mut previous = vec![0.0; fcn.tags];
    for (update, end) in ends.enumerate() {
        let window = song.window(end);
        let found = run(&mut *network, &mut state, song.span(end), &window, fcn.tags);
        let difference = largest_difference(&found, &whole.run(&window));
        assert!(difference <= TOLERANCE, "{end}: {difference:e}");
        if update % 3 == 0 {
            assert_eq!(
                found,
                fresh(&mut *network, song.span(end), &window, fcn.tags),
                "{end}"
            );
        }
        let moved = largest_difference(&found, &previous);
        assert!(moved > 1e-4, "{end}: the song moves the tags by {moved:e}");
        previous = found;
    }
}

#[test]
fn fcn5_over_twenty_updates_of_every_interval() {
    for step in [16, 48, 64, 240] {
        compare(
            &FcnModel::fcn5(),
            (0..20).map(|update| 1376 + step * update),
        );
    }
}

#[test]
fn fcn4_over_twenty_updates_of_every_interval() {
    for step in [16, 48, 160] {
        compare(
            &FcnModel::fcn4(),
            (0..20).map(|update| 1376 + step * update),
        );
    }
}

#[test]
fn windows_are_exact_while_they_fill_and_beyond_the_first_full_one() {
    compare(&FcnModel::fcn5(), (3..30).map(|update| 48 * update));
    compare(&FcnModel::fcn4(), (3..30).map(|update| 48 * update));
}

#[test]
fn windows_that_repeat_the_last_seconds_are_exact_at_every_focus_and_interval() {
    for (focus, step) in [(144, 16), (288, 48), (576, 64)] {
        let ends = || (0..8).map(|update| 1376 + step * update);
        compare_with_focus(&FcnModel::fcn5(), focus, ends());
        compare_with_focus(&FcnModel::fcn4(), focus, ends());
    }
}

#[test]
fn a_focus_that_a_stream_reaches_later_or_that_lies_off_the_grid_is_exact() {
    let ends = [
        48, 96, 144, 160, 208, 1600, 1616, 1376, 1392, 1397, 1408, 144, 160,
    ];
    for focus in [144, 150] {
        compare_with_focus(&FcnModel::fcn5(), focus, ends.into_iter());
    }
}

#[test]
fn missed_updates_gaps_and_restarts_leave_no_trace() {
    let ends = [
        1376, 1392, 1440, 2000, 2016, 9984, 10_000, 160, 176, 1360, 1376, 1408,
    ];
    compare(&FcnModel::fcn5(), ends.into_iter());
    compare(&FcnModel::fcn4(), ends.into_iter());
}

#[test]
fn windows_off_the_grid_are_exact_too() {
    let ends = [1376, 1392, 1397, 1408, 149, 160, 7, 1366, 1367, 1376];
    compare(&FcnModel::fcn5(), ends.into_iter());
}

#[test]
fn a_window_of_no_stream_has_the_tags_of_one_within_a_stream() {
    let onnx = FcnModel::fcn5().bytes();
    let (model, mut network, _) = open(&onnx);
    let song = Song::for_model(&model);
    let window = song.window(1376);
    let mut alone = vec![0.0; 10];
    network.run(&window, &mut alone).expect("it runs");
    for end in [1376, 1392] {
        assert_eq!(alone, fresh(&mut *network, song.span(end), &window, 10));
    }
}
