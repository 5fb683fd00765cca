//! Runs models on prepared clips: the windows that they see, and how they are stopped.

use std::num::NonZeroUsize;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tagline_engine::{FrontEndSpec, Model, RollingWindow};
use trainer::data::{Dataset, DatasetWriter, Input, Plan, Split};
use trainer::evaluation::{EvaluateError, HeardWindows, Predictor};

use crate::common::networks::TRACT;
use crate::common::progress::EndWhen;
use crate::evaluate::{FRAMES, clip, folder};

/// Frames as from a front-end, different for every clip.
fn frames(spec: &FrontEndSpec, clip: usize, count: usize) -> Vec<Vec<f32>> {
    let mut random = ChaCha8Rng::seed_from_u64(clip as u64);
    let mut frame = || {
        let values = (0..spec.frame_values()).map(|_| random.random_range(-90.0..-10.0));
        values.collect()
    };
    (0..count).map(|_| frame()).collect()
}

/// The window of the plugin's network after these frames.
fn window_after(spec: &FrontEndSpec, frames: &[Vec<f32>]) -> Vec<f32> {
    let mut rolling = RollingWindow::new(spec, 0);
    frames.iter().for_each(|frame| rolling.push(frame));
    let mut window = vec![0.0; spec.input_bands() * spec.frames];
    rolling.read(frames.len() as u64, &mut window);
    window
}

#[test]
fn a_window_partly_heard_is_the_plugins_for_every_input() {
    const SHORT: usize = 700;
    let inputs = Input::ALL;
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan::new("small", vec!["low".into()], &inputs);
    let mut writer = DatasetWriter::create(&folder.path().join("data"), plan).unwrap();
    // The second clip is a short one.
    let lengths = [FRAMES, SHORT];
    for (number, &length) in lengths.iter().enumerate() {
        let mut clip = clip(number);
        clip.info.labels.truncate(1);
        clip.info.heard_frames = length;
        let specs = inputs.map(Input::front_end);
        let windows = specs
            .iter()
            .map(|spec| window_after(spec, &frames(spec, number, length)));
        clip.windows = windows.collect();
        writer.push(&[clip], &[]).unwrap();
    }
    writer.finish().unwrap();
    for input in inputs {
        let data = Dataset::open(&folder.path().join("data"), input).unwrap();
        let clips = data.split(Split::Test).unwrap();
        let spec = data.front_end();
        let mut found = vec![0.0; spec.input_bands() * FRAMES];
        for heard in [144, 240, 944, FRAMES] {
            let mut windows = HeardWindows::new(&clips, spec, heard);
            for (number, &length) in lengths.iter().enumerate() {
                windows.read(number, &mut found).unwrap();
                let frames = frames(spec, number, heard.min(length));
                let expected = window_after(spec, &frames);
                // The data have 16 bits.
                let worst = found.iter().zip(&expected).map(|(a, b)| (a - b).abs());
                let worst = worst.fold(0.0, f32::max);
                assert!(
                    worst < 4e-3,
                    "{input}, {heard} frames of clip {number}: {worst}"
                );
            }
        }
    }
}

#[test]
fn a_model_stops_among_the_clips_when_it_is_asked_to() {
    let folder = folder();
    let model = Model::open(&folder.path().join("model.onnx")).unwrap();
    let data = Dataset::open(&folder.path().join("data"), Input::Mel).unwrap();
    let clips = data.split(Split::Test).unwrap();
    let jobs = NonZeroUsize::new(2).unwrap();
    let mut predictor = Predictor::open(&model, TRACT, &[], jobs).unwrap();
    let mut predict = |stop_after| {
        let end = EndWhen::new(|[done, ..]| done >= stop_after);
        let predicted = predictor.predict(&clips, clips.frames(), "test", &end);
        (predicted, end.last())
    };
    let (predicted, last) = predict(3);
    assert!(matches!(predicted, Err(EvaluateError::Interrupted)));
    assert_eq!(last, Some([3, 12, 0, 0]));
    let (predicted, last) = predict(100);
    assert_eq!((predicted.unwrap().len(), last), (12, Some([12, 12, 0, 0])));
    // It is interrupted during the last clip, after which nothing is left to end.
    let (predicted, _) = predict(12);
    assert!(matches!(predicted, Err(EvaluateError::Interrupted)));
}
