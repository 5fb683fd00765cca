//! Networks of many shapes, and streams that share a network.

use proptest::prelude::*;
use tagline_engine::NetworkState;
use tagline_tests::{FcnBlock, FcnModel, Overlap};

use super::support::{Song, Whole, fresh, largest_difference, open, run};

fn block() -> impl Strategy<Value = FcnBlock> {
    (
        1..5usize,
        prop::sample::select(vec![[1, 1], [3, 1], [1, 3], [3, 3], [3, 5], [2, 2], [1, 4]]),
        1..3usize,
        any::<bool>(),
        1..3usize,
        1..6usize,
        prop::option::of(overlap()),
    )
        .prop_map(
            |(maps, kernel, dilation, padded, bands, frames, overlap)| FcnBlock {
                maps,
                kernel,
                dilation,
                padded,
                pool: [bands, frames],
                overlap,
            },
        )
}

fn overlap() -> impl Strategy<Value = Overlap> {
    (1..4usize, 1..8usize, 1..4usize).prop_map(|(step, of, mean_step)| Overlap {
        step,
        of,
        mean_step,
    })
}

/// Networks whose layers fit their input.
fn network() -> impl Strategy<Value = FcnModel> {
    let blocks = prop::collection::vec(block(), 1..5);
    (8..30usize, 300..900usize, blocks).prop_filter_map("a layer larger than its input", fitting)
}

fn fitting((bands, frames, blocks): (usize, usize, Vec<FcnBlock>)) -> Option<FcnModel> {
    let pooled =
        |length: usize, pool: usize, step: usize| Some(length.checked_sub(pool)? / step + 1);
    let fits = |length: usize, kernel: usize, padded: bool, pool: usize, step: usize| {
        let padding = if padded { (kernel - 1) / 2 * 2 } else { 0 };
        pooled((length + padding).checked_sub(kernel - 1)?, pool, step)
    };
    let mut size = [bands, frames];
    for block in &blocks {
        let reach = (block.kernel[1] - 1) * block.dilation + 1;
        let [bands, frames] = block.pool;
        let step = block.overlap.map_or(frames, |overlap| overlap.step);
        let largest = fits(size[1], reach, block.padded, frames, step)?;
        size = [
            fits(size[0], block.kernel[0], block.padded, bands, bands)?,
            match block.overlap {
                Some(Overlap { of, mean_step, .. }) => pooled(largest, of, mean_step)?,
                None => largest,
            },
        ];
    }
    Some(FcnModel {
        bands,
        ..FcnModel::new(frames, blocks)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_shape_gives_the_whole_windows_tags_after_every_history(
        fcn in network(),
        first in 1..60u64,
        focus in 1..60u64,
        steps in prop::collection::vec(1..12u64, 8),
    ) {
        let onnx = fcn.bytes();
        let (model, mut network, line) = open(&onnx);
        prop_assert!(!line.contains("differ"), "{}", line);
        // Whole windows would compare tract with itself.
        prop_assume!(line.ends_with("incremental"));
        let focus = (focus * 16).min(fcn.frames as u64);
        let song = Song::for_model(&model).with_focus(focus);
        let whole = Whole::new(&onnx, &model);
        let mut state = NetworkState::default();
        let mut end = first * 16;
        for step in steps {
            let window = song.window(end);
            let found = run(&mut *network, &mut state, song.span(end), &window, fcn.tags);
            let difference = largest_difference(&found, &whole.run(&window));
            prop_assert!(difference <= 2e-5, "{}: {:e} ({})", end, difference, line);
            prop_assert_eq!(&found, &fresh(&mut *network, song.span(end), &window, fcn.tags));
            end += step * 16;
        }
    }
}

#[test]
fn streams_that_share_a_network_do_not_disturb_each_other() {
    let (model, mut network, _) = open(&FcnModel::fcn5().bytes());
    let song = Song::for_model(&model);
    let mut states = [(); 3].map(|()| NetworkState::default());
    for update in 0..6u64 {
        for (stream, state) in states.iter_mut().enumerate() {
            let end = 1376 + 48 * update + 16_000 * stream as u64;
            let window = song.window(end);
            let found = run(&mut *network, state, song.span(end), &window, 10);
            assert_eq!(found, fresh(&mut *network, song.span(end), &window, 10));
        }
    }
}

#[test]
fn columns_that_another_network_kept_are_not_used() {
    let mut other = FcnModel::fcn5();
    other.blocks[1].maps = 10;
    let (model, mut network, _) = open(&FcnModel::fcn5().bytes());
    let (_, mut other, _) = open(&other.bytes());
    let song = Song::for_model(&model);
    let mut state = NetworkState::default();
    for end in [1376, 1424, 1472] {
        let window = song.window(end);
        for network in [&mut network, &mut other] {
            let found = run(&mut **network, &mut state, song.span(end), &window, 10);
            assert_eq!(found, fresh(&mut **network, song.span(end), &window, 10));
        }
    }
}

#[test]
fn memory_stays_within_bounds_and_is_given_back() {
    let (model, mut network, _) = open(&FcnModel::fcn4().bytes());
    let song = Song::for_model(&model);
    let mut state = NetworkState::default();
    assert_eq!(state.bytes(), 0);
    let mut most = 0;
    for update in 0..40 {
        let end = 1376 + 16 * update;
        run(
            &mut *network,
            &mut state,
            song.span(end),
            &song.window(end),
            10,
        );
        if update == 8 {
            most = state.bytes();
        }
    }
    assert!(most > 0);
    assert_eq!(
        state.bytes(),
        most,
        "all phases have occurred after a few updates"
    );
    state.clear();
    assert_eq!(state.bytes(), 0);
}

#[test]
fn networks_that_need_the_whole_window_say_why() {
    let per_frame = FcnModel {
        gain_per_frame: true,
        ..FcnModel::fcn5()
    };
    let limited = FcnModel {
        top_db: Some(80.0),
        ..FcnModel::fcn5()
    };
    for (fcn, reason) in [
        (
            per_frame,
            "Mul `Mul_scaled`: it differs between the window's frames",
        ),
        (
            limited,
            "in this front-end, a frame depends on the rest of the window",
        ),
    ] {
        let onnx = fcn.bytes();
        let (model, mut network, line) = open(&onnx);
        assert_eq!(line, format!("tract: works, whole windows: {reason}"));
        let (song, whole) = (Song::for_model(&model), Whole::new(&onnx, &model));
        let mut state = NetworkState::default();
        for end in [160, 1376, 1424] {
            let window = song.window(end);
            let found = run(&mut *network, &mut state, song.span(end), &window, 10);
            assert_eq!(found, whole.run(&window));
        }
        assert_eq!(state.bytes(), 0);
    }
}
