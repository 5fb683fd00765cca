//! What a stream keeps for the editor.

use super::*;

#[test]
fn the_history_keeps_each_update_with_the_place_in_the_hosts_song() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Tract, u32::MAX));
    let at = |seconds: f64| Transport {
        playing: true,
        seconds: Some(seconds),
        bars: Some(1.0 + seconds / 2.0),
        bars_a_second: Some(0.5),
    };
    // The song begins at 100 s, loops after 5 s, and stops after another second.
    for block in 0..800 {
        let seconds = f64::from(block) / 100.0;
        bench.tap.set_transport(match block {
            0..500 => at(100.0 + seconds),
            500..600 => at(100.0 + seconds - 5.0),
            _ => Transport {
                playing: false,
                ..at(101.0)
            },
        });
        bench.push(LOUD, 120);
        bench.analyse();
    }
    let past = bench.past();
    let positions = bench.positions();
    assert_eq!(past.moments.len(), positions.len());
    for (moment, position) in past.moments.iter().zip(positions) {
        let stream = moment.position_seconds;
        assert_eq!(stream, position as f64 / 12_000.0);
        assert_eq!(moment.probabilities[..], [0.5]);
        let song = moment.transport.seconds.expect("a place in the song");
        let expected = match stream {
            ..5.0 => 100.0 + stream,
            5.0..6.0 => 95.0 + stream,
            _ => 101.0,
        };
        assert!((song - expected).abs() < 0.011, "{song}, not {expected}");
        let bars = moment.transport.bars.expect("bars");
        assert!((bars - (1.0 + song / 2.0)).abs() < 0.011, "{bars}");
    }
    let begins: Vec<bool> = past.moments.iter().map(|moment| moment.begins).collect();
    assert_eq!(begins, [true, false, true, true, false]);
}

#[test]
fn the_history_begins_anew_with_another_model() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Tract, u32::MAX));
    bench.play(5.5);
    assert_eq!(bench.past().moments.len(), 3);
    bench.pipeline.want_model(ModelSource::BuiltIn);
    bench.answer(loaded(Backend::Tract, u32::MAX));
    assert!(bench.past().moments.is_empty());
    bench.play(1.5);
    assert!(!bench.past().moments.is_empty());
}

#[test]
fn a_picture_of_the_window_is_made_only_when_somebody_asks_for_one() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Tract, u32::MAX));
    let spectrogram = Arc::clone(&bench.pipeline.stream.spectrogram);
    bench.play(3.0);
    assert!(spectrogram.ask().is_none(), "nobody had asked");
    bench.play(0.01);
    let first = spectrogram.ask().expect("a picture");
    assert_eq!((first.rows, first.columns), (96, 200));
    assert!((first.filled - 3.0 / 8.53).abs() < 0.02, "{}", first.filled);
    bench.play(2.0);
    let second = spectrogram.ask().expect("a picture");
    bench.play(2.0);
    let third = spectrogram.ask().expect("a picture");
    assert!(second.filled < third.filled);
    // Two were asked for, so two were made.
    bench.play(1.0);
    let fourth = spectrogram.ask().expect("a picture");
    assert!(
        fourth.filled < 0.9,
        "it is of just after the third was asked for"
    );
}
