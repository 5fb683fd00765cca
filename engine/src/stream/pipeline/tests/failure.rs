//! Backends that fail while a stream runs.

use super::*;

#[test]
fn a_backend_that_fails_while_running_is_replaced_by_tract_without_losing_a_window() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Cuda, 3));
    bench.play(5.5);
    assert!(matches!(
        bench.events.try_recv(),
        Ok(Event::ModelReady { generation: 1, .. })
    ));
    let (source, backend) = bench.answer(loaded(Backend::Tract, u32::MAX));
    assert_eq!(source, ModelSource::File("flaky.onnx".into()));
    assert_eq!(backend, BackendChoice::Only(Backend::Tract));
    let Ok(Event::BackendReplaced { message, running }) = bench.events.try_recv() else {
        panic!("the replacement is told")
    };
    assert_eq!(running, Backend::Tract);
    assert_eq!(
        message,
        "CUDA: the device was removed; tract has taken over"
    );
    bench.play(2.0);
    let updates = bench.updates();
    assert_eq!(
        updates.len(),
        5,
        "one at about 3, 4, 5 (failed, run again), 6 and 7 s"
    );
    assert!(
        updates
            .windows(2)
            .all(|p| p[0].position_samples < p[1].position_samples)
    );
    assert_eq!(bench.status().late_updates.load(Relaxed), 0);
    assert!(updates.iter().all(|update| update.generation == 1));
}

#[test]
fn a_model_that_fails_in_tract_too_stops_the_tags_and_says_so_once() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Tract, 1));
    bench.play(8.0);
    assert!(matches!(
        bench.events.try_recv(),
        Ok(Event::ModelReady { .. })
    ));
    assert!(matches!(
        bench.events.try_recv(),
        Ok(Event::Stopped { ended: false, .. })
    ));
    assert!(bench.events.try_recv().is_err());
    assert!(bench.tap.pop().is_none());
}

#[test]
fn a_backend_that_fails_while_audio_goes_on_drops_no_sample_and_keeps_every_position() {
    let mut whole = bench();
    whole.answer(loaded(Backend::Tract, u32::MAX));
    whole.play(9.0);
    let expected = whole.positions();

    let mut bench = bench();
    bench.answer(loaded(Backend::Cuda, 3));
    // The third window fails at about 5.1 s; the replacement is there 2.4 s later.
    bench.play(7.5);
    assert_eq!(bench.positions(), expected[..2]);
    bench.answer(loaded(Backend::Tract, u32::MAX));
    bench.play(1.5);
    // Windows that came due meanwhile are late, all but the newest.
    assert_eq!(bench.positions(), expected[4..]);
    assert_eq!(bench.status().late_updates.load(Relaxed), 2);
    assert_eq!(bench.status().dropped_samples.load(Relaxed), 0);
    assert_eq!(
        bench.status().updates.load(Relaxed) + 2,
        expected.len() as u64
    );
}

#[test]
fn two_streams_on_one_failing_network_both_get_the_reason_and_go_on_with_tract() {
    let shared = loaded(Backend::Cuda, 3);
    let mut benches = [bench(), bench()];
    for bench in &mut benches {
        bench.answer(shared.clone());
    }
    for _ in 0..500 {
        for bench in &mut benches {
            bench.play(0.01);
        }
    }
    for bench in &mut benches {
        let (_, backend) = bench.answer(loaded(Backend::Tract, u32::MAX));
        assert_eq!(backend, BackendChoice::Only(Backend::Tract));
        let told = bench.told();
        let [
            Event::ModelReady { .. },
            Event::BackendReplaced { message, .. },
        ] = &told[..]
        else {
            panic!("{told:?}");
        };
        assert!(message.contains("the device was removed"), "{message}");
        bench.play(1.5);
        assert_eq!(bench.updates().len(), 4, "at about 3, 4, 5 and 6 s");
        assert_eq!(bench.status().dropped_samples.load(Relaxed), 0);
    }
}
