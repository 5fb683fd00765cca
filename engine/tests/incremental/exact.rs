//! Networks of the published shapes, over many updates.

use tagline_engine::{Network, NetworkState};
use tagline_tests::FcnModel;

use crate::support::{Song, Whole, largest_difference, open};

/// Largest difference of a probability.
const TOLERANCE: f32 = 2e-5;

/// Runs windows that end with each of `ends`, and compares with tract's answer to the whole window,
/// and bit for bit with a network that has never seen an earlier one.
fn compare(fcn: &FcnModel, ends: impl Iterator<Item = u64>) {
    let onnx = fcn.bytes();
    let (model, mut network, line) = open(&onnx);
    assert_eq!(line, "tract: works, incremental");
    let (song, whole) = (Song::for_model(&model), Whole::new(&onnx, &model));
    let mut state = NetworkState::default();
    let mut previous = vec![0.0; fcn.tags];
    for end in ends {
        let window = song.window(end);
        let found = run(&mut *network, &mut state, end, &window, fcn.tags);
        let difference = largest_difference(&found, &whole.run(&window));
        assert!(difference <= TOLERANCE, "{end}: {difference:e}");
        assert_eq!(found, fresh(&mut *network, end, &window, fcn.tags), "{end}");
        assert!(
            largest_difference(&found, &previous) > 1e-4,
            "the song moves the tags"
        );
        previous = found;
    }
}

fn run(
    network: &mut dyn Network,
    state: &mut NetworkState,
    end: u64,
    window: &[f32],
    tags: usize,
) -> Vec<f32> {
    let mut found = vec![f32::NAN; tags];
    network
        .run_next(state, end, window, &mut found)
        .expect("it runs");
    found
}

fn fresh(network: &mut dyn Network, end: u64, window: &[f32], tags: usize) -> Vec<f32> {
    run(network, &mut NetworkState::default(), end, window, tags)
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
fn windows_that_repeat_what_was_heard_are_exact_until_and_beyond_the_first_full_one() {
    compare(&FcnModel::fcn5(), (3..30).map(|update| 48 * update));
    compare(&FcnModel::fcn4(), (3..30).map(|update| 48 * update));
}
