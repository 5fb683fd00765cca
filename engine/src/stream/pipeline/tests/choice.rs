//! A model that is chosen while the one before it fails, or in silence.

use super::*;

#[test]
fn a_choice_that_is_pending_outlives_the_failure_of_the_backend_before_it() {
    for sent in [false, true] {
        let mut bench = bench();
        bench.answer(loaded(Backend::Cuda, 1));
        bench.pipeline.want_model(named("chosen.onnx"));
        let ahead = sent.then(|| bench.pipeline.next_request().expect("the choice"));
        bench.play(3.5);
        let request = ahead.or_else(|| bench.pipeline.next_request());
        let request = request.expect("the choice is still wanted");
        assert_eq!(request.source, named("chosen.onnx"));
        assert_eq!(request.backend, BackendChoice::Auto);
        assert!(bench.pipeline.next_request().is_none(), "and nothing else");
        let chosen = loaded(Backend::Cuda, u32::MAX);
        bench
            .pipeline
            .take_answer(request.wanted.ticket(), Ok(chosen));
        bench.assert_told_of_two_models();
        bench.play(1.5);
        let update = bench.tap.pop().expect("the chosen model runs");
        assert_eq!(update.generation, 2);
    }
}

#[test]
fn a_refused_choice_leaves_the_model_whose_backend_failed_meanwhile_to_tract() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Cuda, 1));
    bench.pipeline.want_model(named("broken.onnx"));
    bench.play(3.5);
    let request = bench.pipeline.next_request().expect("the choice");
    let refusal = Err("it is damaged".into());
    bench.pipeline.take_answer(request.wanted.ticket(), refusal);
    let (source, backend) = bench.answer(loaded(Backend::Tract, u32::MAX));
    assert_eq!(source, named("flaky.onnx"));
    assert_eq!(backend, BackendChoice::Only(Backend::Tract));
    let told = bench.told();
    assert!(
        matches!(
            told[..],
            [
                Event::ModelReady { .. },
                Event::ModelFailed { .. },
                Event::BackendReplaced { .. }
            ]
        ),
        "{told:?}"
    );
    bench.play(1.5);
    assert!(bench.tap.pop().is_some());
}

#[test]
fn a_model_chosen_while_a_failed_backend_is_replaced_is_a_new_model() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Cuda, 1));
    bench.play(3.5);
    let replacement = bench.pipeline.next_request().expect("the replacement");
    bench.pipeline.want_model(named("chosen.onnx"));
    let tract = loaded(Backend::Tract, u32::MAX);
    bench
        .pipeline
        .take_answer(replacement.wanted.ticket(), Ok(tract));
    let (source, _) = bench.answer(loaded(Backend::Tract, u32::MAX));
    assert_eq!(source, named("chosen.onnx"));
    bench.assert_told_of_two_models();
}

#[test]
fn another_backend_does_not_take_a_pending_choice_away() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Tract, u32::MAX));
    bench.pipeline.want_model(named("chosen.onnx"));
    let tract = BackendChoice::Only(Backend::Tract);
    bench.pipeline.stream.controls.set_backend(tract);
    bench.pipeline.drain();
    let request = bench.pipeline.next_request().expect("a request");
    assert_eq!(request.source, named("chosen.onnx"));
    assert_eq!(request.backend, tract);
}

#[test]
fn a_model_chosen_in_silence_shows_its_own_values_at_the_next_window() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Tract, u32::MAX));
    bench.play(4.5);
    bench.play_at(SILENT, 3.0);
    bench.updates();
    bench.pipeline.want_model(named("chosen.onnx"));
    bench.answer(loaded(Backend::Tract, u32::MAX));
    bench.play_at(SILENT, 4.0);
    let generations: Vec<u32> = bench.updates().iter().map(|u| u.generation).collect();
    assert_eq!(generations, [2], "one window of it, and then the tags hold");
}

#[test]
fn values_of_another_kind_chosen_in_silence_come_with_the_next_window() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Tract, u32::MAX));
    bench.play(4.5);
    bench.play_at(SILENT, 3.0);
    assert!(bench.updates().iter().all(|update| update.calibrated));
    bench.tap.set_calibrated(false);
    bench.play_at(SILENT, 4.0);
    let calibrated: Vec<bool> = bench.updates().iter().map(|u| u.calibrated).collect();
    assert_eq!(calibrated, [false], "one window, and then the tags hold");
}
