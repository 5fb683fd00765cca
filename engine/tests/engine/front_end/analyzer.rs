//! The update grid: which windows are due, when, and what they hold.

use proptest::prelude::*;
use tagline_engine::{Analyzer, Due, Feature, FrontEndSpec, MelSpec};

use super::support::{in_blocks, log_mel, noise};

fn analyzer(spec: &FrontEndSpec, host_rate_hz: f64, update_seconds: f64) -> Analyzer {
    Analyzer::new(spec, host_rate_hz, update_seconds)
        .unwrap_or_else(|error| panic!("{host_rate_hz} Hz: {error}"))
}

/// Feeds `clip` in blocks whose lengths repeat these, and calls `on_due` with every due window.
fn feed(
    analyzer: &mut Analyzer,
    clip: &[f32],
    blocks: &[usize],
    mut on_due: impl FnMut(&mut Analyzer, Due),
) {
    for block in in_blocks(clip, blocks) {
        let mut rest = block;
        loop {
            let (used, due) = analyzer.push(rest);
            rest = &rest[used..];
            match due {
                Some(due) => on_due(analyzer, due),
                None => break,
            }
        }
        assert!(rest.is_empty());
    }
}

fn dues(analyzer: &mut Analyzer, clip: &[f32], blocks: &[usize]) -> Vec<Due> {
    let mut dues = Vec::new();
    feed(analyzer, clip, blocks, |_, due| dues.push(due));
    dues
}

/// The due windows of `clip`, each with its content.
fn windows(
    spec: &FrontEndSpec,
    analyzer: &mut Analyzer,
    clip: &[f32],
    blocks: &[usize],
) -> Vec<(Due, Vec<f32>)> {
    let mut windows = Vec::new();
    feed(analyzer, clip, blocks, |analyzer, due| {
        let mut window = vec![f32::NAN; spec.input_bands() * spec.frames];
        analyzer.read(&due, &mut window);
        windows.push((due, window));
    });
    windows
}

/// A small window, so that tests can hold many.
fn short() -> FrontEndSpec {
    FrontEndSpec {
        frames: 200,
        top_db: Some(60.0),
        ..FrontEndSpec::choi2016()
    }
}

#[test]
fn the_first_window_comes_after_3_s_and_then_one_at_each_multiple_of_the_interval() {
    let spec = FrontEndSpec::choi2016();
    for (update_seconds, expected) in [
        (0.25, [144, 160, 176, 192]),
        (1.0, [144, 192, 240, 288]),
        (2.0, [144, 192, 288, 384]),
        (5.0, [144, 240, 480, 720]),
    ] {
        for rate_hz in [8_000.0, 12_000.0, 44_100.0, 44_101.0] {
            let clip = noise((16.0 * rate_hz) as usize, 0.5);
            let dues = dues(&mut analyzer(&spec, rate_hz, update_seconds), &clip, &[512]);
            let ends: Vec<u64> = dues.iter().map(|due| due.end_frame).take(4).collect();
            assert_eq!(ends, expected, "{update_seconds} s at {rate_hz} Hz");
            for due in dues {
                let seconds = due.end_frame as f64 * spec.frame_seconds();
                assert!((f64::from(due.seconds_heard) - seconds).abs() < 1e-5);
                assert!(!due.silent);
                // It becomes known half a frame, a chunk and half a filter later, and no more.
                let known = due.position_samples as f64 / rate_hz;
                assert!(
                    (0.0..0.12).contains(&(known - seconds)),
                    "{known} {seconds}"
                );
            }
        }
    }
}

#[test]
fn seconds_heard_grow_up_to_the_window() {
    let clip = noise(12_000 * 8, 0.5);
    let dues = dues(&mut analyzer(&short(), 12_000.0, 1.0), &clip, &[4096]);
    let window_seconds = short().window_seconds() as f32;
    assert!(dues[0].seconds_heard < window_seconds);
    assert_eq!(dues[dues.len() - 1].seconds_heard, window_seconds);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn windows_and_positions_do_not_depend_on_blocks(
        rate in prop_oneof![Just(1_000.0), Just(44_100.0), 1_000.0..60_000.0],
        update_seconds in 0.1..2.0,
        blocks in proptest::collection::vec(prop_oneof![1usize..4, 1usize..9_000], 1..20),
    ) {
        let spec = short();
        let clip = noise((rate * 5.0) as usize, 0.5);
        let mut streamed = analyzer(&spec, rate, update_seconds);
        let expected = windows(&spec, &mut analyzer(&spec, rate, update_seconds), &clip, &[1 << 30]);
        let found = windows(&spec, &mut streamed, &clip, &blocks);
        prop_assert!(!found.is_empty());
        prop_assert!(found == expected);
        streamed.reset();
        prop_assert!(windows(&spec, &mut streamed, &clip, &blocks) == expected);
    }
}

#[test]
fn a_window_holds_the_front_ends_frames() {
    let spec = FrontEndSpec {
        top_db: None,
        ..short()
    };
    let clip = noise(44_100 * 7, 0.5);
    let frames = log_mel(&spec, 44_100.0, &clip);
    for (due, window) in windows(&spec, &mut analyzer(&spec, 44_100.0, 0.5), &clip, &[1000]) {
        let end = due.end_frame as usize;
        let start = end.saturating_sub(spec.frames);
        for (i, &value) in window.iter().enumerate() {
            let (band, column) = (i / spec.frames, i % spec.frames);
            let frame = start + column % (end - start);
            assert_eq!(value, frames[frame * spec.input_bands() + band]);
        }
    }
}

#[test]
fn a_due_window_can_be_read_until_the_next_one() {
    let spec = short();
    let clip = noise(12_000 * 40, 0.5);
    let mut kept: Option<(Due, Vec<f32>)> = None;
    let mut analyzer = analyzer(&spec, 12_000.0, 10.0);
    let mut checked = 0;
    for block in clip.chunks(50) {
        // The earlier window reads the same until another one is due.
        let (_, due) = analyzer.push(block);
        let mut window = vec![0.0; spec.input_bands() * spec.frames];
        if let Some(due) = due {
            analyzer.read(&due, &mut window);
            kept = Some((due, window));
        } else if let Some((due, expected)) = &kept {
            analyzer.read(due, &mut window);
            assert!(window == *expected);
            checked += 1;
        }
    }
    assert!(checked > 100);
}

#[test]
fn several_windows_of_one_chunk_are_all_delivered() {
    // 16 frames of 10 samples last 13 ms. A chunk of the resampler lasts longer.
    let spec = FrontEndSpec {
        n_fft: 128,
        hop: 10,
        feature: Feature::LogMel(MelSpec {
            bands: 8,
            ..MelSpec::choi2016()
        }),
        frames: 1000,
        ..FrontEndSpec::choi2016()
    };
    for rate_hz in [1_000.0, 12_000.0, 44_100.0, 44_101.0] {
        let clip = noise((rate_hz * 4.0) as usize, 0.5);
        let dues = dues(&mut analyzer(&spec, rate_hz, 0.0), &clip, &[100_000]);
        let ends: Vec<u64> = dues.iter().map(|due| due.end_frame).collect();
        let expected: Vec<u64> = (0..dues.len() as u64).map(|i| 1008 + 16 * i).collect();
        assert_eq!(ends, expected, "{rate_hz}");
        assert!(dues.is_sorted_by_key(|due| due.position_samples));
        assert!(dues.iter().all(|due| !due.silent), "{rate_hz}");
        assert!(
            ends[ends.len() - 1] as f64 * spec.frame_seconds() > 3.4,
            "{rate_hz}"
        );
    }
}

#[test]
fn silence_is_reported_and_the_last_sound_before_it_is_not_lost() {
    let spec = FrontEndSpec::choi2016();
    let rate_hz = 48_000.0;
    let mut clip = noise((rate_hz * 20.0) as usize, 0.9e-4);
    // Sound lasts up to the sample at which a window becomes known. That window holds only a part of
    // it, so the next one is not silent.
    let positions = dues(&mut analyzer(&spec, rate_hz, 1.0), &clip, &[512]);
    assert!(positions.iter().all(|due| due.silent));
    let last = positions[5].position_samples as usize - 1;
    clip[last] = -0.5;
    let silent: Vec<bool> = dues(&mut analyzer(&spec, rate_hz, 1.0), &clip, &[512])
        .iter()
        .map(|due| due.silent)
        .collect();
    let sounding: Vec<usize> = (0..silent.len()).filter(|&i| !silent[i]).collect();
    assert_eq!(sounding, [5, 6]);
}

#[test]
fn samples_that_are_not_numbers_are_silent() {
    let clip = vec![f32::NAN; 48_000 * 5];
    let dues = dues(&mut analyzer(&short(), 48_000.0, 1.0), &clip, &[64]);
    assert!(!dues.is_empty() && dues.iter().all(|due| due.silent));
}

#[test]
fn a_new_interval_holds_from_the_next_window_on() {
    let spec = short();
    let clip = noise(12_000 * 4, 0.5);
    let mut analyzer = analyzer(&spec, 12_000.0, 1.0);
    let first: Vec<u64> = dues(&mut analyzer, &clip, &[64])
        .iter()
        .map(|d| d.end_frame)
        .collect();
    assert_eq!(first, [144]);
    assert_eq!(analyzer.update_samples(), 48 * 256);
    analyzer.set_update_seconds(0.25);
    assert_eq!(analyzer.update_samples(), 16 * 256);
    let then: Vec<u64> = dues(&mut analyzer, &clip, &[64])
        .iter()
        .map(|d| d.end_frame)
        .collect();
    // 4 s hold 187 frames. The last of them waits for its second half.
    assert_eq!(then[..3], [192, 208, 224]);
    for odd in [f64::NAN, f64::INFINITY, -1.0, 1e300] {
        analyzer.set_update_seconds(odd);
        let dues = dues(&mut analyzer, &clip, &[64]);
        assert!(dues.is_sorted_by(|a, b| a.end_frame < b.end_frame), "{odd}");
    }
}

#[test]
fn a_model_with_a_short_window_does_not_wait_for_3_s() {
    let spec = FrontEndSpec {
        frames: 32,
        ..short()
    };
    let dues = dues(
        &mut analyzer(&spec, 12_000.0, 0.1),
        &noise(12_000, 0.5),
        &[64],
    );
    assert_eq!(dues[0].end_frame, 32);
    assert_eq!(
        f64::from(dues[0].seconds_heard),
        f64::from(spec.window_seconds() as f32)
    );
}

#[test]
fn a_stream_too_short_for_a_first_window_ends_with_a_window_of_all_there_is() {
    let spec = FrontEndSpec::choi2016();
    for (seconds, windows) in [(0.0, 0), (0.01, 1), (1.0, 1), (2.9, 1), (3.5, 0)] {
        let mut analyzer = Analyzer::new(&spec, 44_100.0, 1.0).expect("a possible rate");
        let samples = (seconds * 44_100.0) as usize;
        let clip: Vec<f32> = (0..samples).map(|n| (n as f32 * 0.1).sin()).collect();
        let mut rest = clip.as_slice();
        let mut due_before_the_end = 0;
        loop {
            let (used, due) = analyzer.push(rest);
            rest = &rest[used..];
            due_before_the_end += usize::from(due.is_some());
            if due.is_none() {
                break;
            }
        }
        let last = analyzer.finish();
        assert_eq!(last.iter().count(), windows, "{seconds} s");
        assert_eq!(
            due_before_the_end,
            usize::from(seconds > 3.0),
            "{seconds} s"
        );
        if let Some(due) = last {
            assert!(
                (f64::from(due.seconds_heard) - seconds).abs() < 0.05,
                "{due:?}"
            );
            let mut window = vec![f32::NAN; spec.input_bands() * spec.frames];
            analyzer.read(&due, &mut window);
            assert!(window.iter().all(|value| value.is_finite()));
        }
    }
}
