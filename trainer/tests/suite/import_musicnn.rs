//! The networks of musicnn: their front-end, their patches, and what their own software says.

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tagline_engine::{
    Backend, BackendChoice, FrontEnd, FrontEndSpec, Model, RollingWindow, open_network,
};
use tagline_tests::{onnx_runtime, skipped};
use trainer::convert::import::{Import, ImportError};

use crate::common::networks::TRACT;
use crate::common::weights::{musicnn_weights, write_safetensors};

/// Samples a second.
const RATE_HZ: u32 = 16_000;

/// What `assets/musicnn.py` says of the signal that [`made`] makes.
fn expected() -> Value {
    serde_json::from_str(include_str!("assets/musicnn.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f32> {
    let values = value.as_array().unwrap();
    values.iter().map(|x| x.as_f64().unwrap() as f32).collect()
}

/// The signal of `assets/musicnn.py`.
fn made() -> Vec<f32> {
    let sample = |n: usize| {
        let t = n as f64 / f64::from(RATE_HZ);
        let tone = |hz: f64| (TAU * hz * t).sin();
        let beat = (-8.0 * (t % 0.5)).exp();
        let noise = (n * 1_103_515_245 % 65_536) as f64 / 32_768.0 - 1.0;
        let chord = [220.0, 277.2, 329.6, 440.0].map(tone).iter().sum::<f64>() / 4.0;
        let glide = (TAU * (600.0 * t + 40.0 * (TAU * 0.7 * t).sin())).sin();
        let swell = 0.5 - 0.5 * (TAU * t / 9.0).cos();
        let music = 0.4 * tone(55.0) * beat + 0.3 * swell * chord;
        (music + 0.1 * glide * (1.0 - swell) + 0.2 * noise * beat) as f32
    };
    (0..27 * RATE_HZ as usize).map(sample).collect()
}

/// The frames of a clip, as many as the front-end's window holds.
fn window_of(spec: &FrontEndSpec, rate_hz: u32, clip: &[f32]) -> RollingWindow {
    let mut front_end = FrontEnd::new(spec, f64::from(rate_hz)).unwrap();
    let mut window = RollingWindow::new(spec, 0);
    let mut keep = |frame: &[f32]| {
        if window.pushed() < spec.frames as u64 {
            window.push(frame);
        }
    };
    front_end.push(clip, &mut keep);
    front_end.finish(&mut keep);
    window
}

/// The input of the network at the beginning of a clip.
fn input_of(spec: &FrontEndSpec, rate_hz: u32, clip: &[f32]) -> Vec<f32> {
    let mut input = vec![0.0; spec.input_bands() * spec.frames];
    let window = window_of(spec, rate_hz, clip);
    window.read(window.pushed(), &mut input);
    input
}

fn run(model: &Model, choice: BackendChoice, dirs: &[PathBuf], input: &[f32]) -> Vec<f32> {
    let (mut network, _) = open_network(model, choice, dirs).unwrap();
    let mut probabilities = vec![0.0; model.info().tags.len()];
    network.run(input, &mut probabilities).unwrap();
    probabilities
}

fn largest_difference(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let differences = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f32::max)
}

fn import(weights: PathBuf, preset: &str) -> Import {
    Import {
        weights,
        preset: preset.into(),
        ..Import::default()
    }
}

/// Its software keeps the power of a band in half precision, which is up to 2.1e-4 of its logarithm, and
/// the numbers have four places.
#[test]
fn musicnns_front_end_gives_the_levels_of_its_own_software() {
    let spec = FrontEndSpec {
        frames: 1683,
        ..FrontEndSpec::musicnn()
    };
    let found = input_of(&spec, RATE_HZ, &made());
    let expected = expected()["levels"].clone();
    let (mut worst, mut compared) = (0f32, 0);
    for (frame, levels) in expected.as_array().unwrap().iter().enumerate() {
        for (band, level) in numbers(levels).into_iter().enumerate() {
            let found = found[5 * band * spec.frames + 100 * frame];
            worst = worst.max((found - level).abs());
            compared += 1;
        }
    }
    println!("musicnn's front-end: largest difference {worst:.1e} of {compared} levels");
    assert_eq!(compared, 17 * 20);
    assert!(worst < 2.8e-4, "{worst}");
}

/// Needs the wheel of musicnn 0.1.0, unpacked as `wheel` in the folder that `TAGLINE_MUSICNN` names. Clips
/// (`clips/*.wav`) with what its software says of them (`clips/expected.json`) may lie beside it.
#[test]
fn musicnns_networks_give_the_probabilities_of_their_own_software() {
    let test = "musicnns_networks_give_the_probabilities_of_their_own_software";
    let Some(folder) = std::env::var_os("TAGLINE_MUSICNN").map(PathBuf::from) else {
        return skipped(test, "TAGLINE_MUSICNN names no folder with musicnn's wheel");
    };
    let mut clips = vec![("made".to_owned(), RATE_HZ, made(), expected())];
    if let Ok(text) = std::fs::read(folder.join("clips/expected.json")) {
        let expected: Value = serde_json::from_slice(&text).unwrap();
        for name in expected["clips"].as_object().unwrap().keys() {
            let clip = tagline_media::decode(&folder.join("clips").join(name)).unwrap();
            clips.push((
                name.clone(),
                clip.sample_rate_hz,
                clip.mono(),
                expected.clone(),
            ));
        }
    }
    let mut backends = vec![(TRACT, Vec::new())];
    if let Some(dir) = onnx_runtime(test) {
        backends.push((BackendChoice::Only(Backend::OnnxRuntimeCpu), vec![dir]));
    }
    for (name, preset) in [
        ("MTT_musicnn", "musicnn-mtt"),
        ("MTT_vgg", "musicnn-mtt-vgg"),
        ("MSD_musicnn", "musicnn-msd"),
        ("MSD_vgg", "musicnn-msd-vgg"),
    ] {
        let index = folder.join("wheel/musicnn").join(name).join(".index");
        let model = import(index, preset).model().unwrap();
        assert_eq!(model.info().licence, "ISC");
        for (clip, rate_hz, samples, expected) in &clips {
            let tags: Vec<String> =
                serde_json::from_value(expected["tags"][&name[..3]].clone()).unwrap();
            assert_eq!(model.info().tags, tags);
            let expected = numbers(&expected["clips"][clip][name]);
            for (choice, dirs) in &backends {
                let input = input_of(&model.info().front_end, *rate_hz, samples);
                let found = run(&model, *choice, dirs, &input);
                let difference = largest_difference(&found, &expected);
                println!("{preset}, {choice:?}, {clip}: largest difference {difference:.1e}");
                // At another rate, its software's resampler is not ours.
                if *rate_hz == RATE_HZ {
                    assert!(difference < 1e-4, "{preset} {clip}: {difference}");
                }
            }
        }
    }
}

/// A checkpoint's weights that were never trained, in safetensors.
fn made_up(folder: &Path, vgg: bool) -> Import {
    let weights = folder.join("w.safetensors");
    write_safetensors(&weights, &musicnn_weights(vgg, 50));
    let preset = if vgg {
        "musicnn-mtt-vgg"
    } else {
        "musicnn-mtt"
    };
    import(weights, preset)
}

#[test]
fn a_window_of_patches_has_the_mean_of_its_patches_tags_on_every_backend() {
    let test = "a_window_of_patches_has_the_mean_of_its_patches_tags_on_every_backend";
    let folder = tempfile::tempdir().unwrap();
    for vgg in [false, true] {
        let with = |patches| {
            let import = Import {
                patches: Some(patches),
                ..made_up(folder.path(), vgg)
            };
            import.model().unwrap()
        };
        let (one, two) = (with(1), with(2));
        assert_eq!(one.info().front_end.frames, 187);
        assert_eq!(two.info().front_end.frames, 374);
        let clip = made();
        let spec = &two.info().front_end;
        let mut input = input_of(spec, RATE_HZ, &clip);
        // Untrained networks hardly tell one music from another.
        for row in input.chunks_exact_mut(374) {
            row[187..].iter_mut().for_each(|level| *level *= 0.3);
        }
        let patch = |number: usize| -> Vec<f32> {
            let rows = input.chunks_exact(374);
            rows.flat_map(|row| &row[number * 187..][..187])
                .copied()
                .collect()
        };
        let [first, second] = [0, 1].map(|number| run(&one, TRACT, &[], &patch(number)));
        // A patch that were left out, or counted twice, would move the mean by half of this.
        let apart = largest_difference(&first, &second);
        assert!(apart > 1e-6, "the patches' tags differ by {apart} only");
        let mean: Vec<f32> = first
            .iter()
            .zip(&second)
            .map(|(a, b)| (a + b) / 2.0)
            .collect();
        let found = run(&two, TRACT, &[], &input);
        assert!(largest_difference(&found, &mean) < apart / 5.0);
        let Some(dir) = onnx_runtime(test) else {
            continue;
        };
        let choice = BackendChoice::Only(Backend::OnnxRuntimeCpu);
        let found = run(&two, choice, &[dir], &input);
        assert!(largest_difference(&found, &mean) < apart / 5.0);
    }
}

/// The embedding of `input`.
fn embedding(model: &Model, choice: BackendChoice, dirs: &[PathBuf], input: &[f32]) -> Vec<f32> {
    let (mut network, _) = open_network(model, choice, dirs).unwrap();
    let mut probabilities = vec![0.0; model.info().tags.len()];
    network.run(input, &mut probabilities).unwrap();
    network.embedding().to_vec()
}

#[test]
fn an_embedding_has_a_length_of_its_own_and_is_the_mean_over_a_windows_patches() {
    let test = "an_embedding_has_a_length_of_its_own_and_is_the_mean_over_a_windows_patches";
    let folder = tempfile::tempdir().unwrap();
    let mut backends = vec![(TRACT, Vec::new())];
    if let Some(dir) = onnx_runtime(test) {
        backends.push((BackendChoice::Only(Backend::OnnxRuntimeCpu), vec![dir]));
    }
    // The dense layer's units, and the last convolution's maps.
    for (vgg, values) in [(false, 200), (true, 128)] {
        let with = |patches| {
            let import = Import {
                patches: Some(patches),
                ..made_up(folder.path(), vgg)
            };
            import.model().unwrap().with_embedding().unwrap()
        };
        let (one, two) = (with(1), with(2));
        assert_eq!(one.embedding_values(), values);
        assert_eq!(two.embedding_values(), values);
        let mut input = input_of(&two.info().front_end, RATE_HZ, &made());
        for row in input.chunks_exact_mut(374) {
            row[187..].iter_mut().for_each(|level| *level *= 0.3);
        }
        let patch = |number: usize| -> Vec<f32> {
            let rows = input.chunks_exact(374);
            rows.flat_map(|row| &row[number * 187..][..187])
                .copied()
                .collect()
        };
        for (choice, dirs) in &backends {
            let [first, second] =
                [0, 1].map(|number| embedding(&one, *choice, dirs, &patch(number)));
            let apart = largest_difference(&first, &second);
            let largest = first
                .iter()
                .fold(0.0f32, |most, value| most.max(value.abs()));
            assert!(apart > 1e-3 * largest, "{apart} of {largest}");
            let halves = first.iter().zip(&second);
            let mean: Vec<f32> = halves.map(|(a, b)| (a + b) / 2.0).collect();
            let found = embedding(&two, *choice, dirs, &input);
            let difference = largest_difference(&found, &mean);
            assert!(
                difference < 1e-5 * largest.max(1.0),
                "{difference} of {largest}"
            );
        }
    }
}

#[test]
fn tags_and_patches_are_refused_where_they_do_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |import: Import| import.model().unwrap_err();
    let vgg = made_up(folder.path(), true);
    for patches in [0, 201] {
        let error = refused(Import {
            patches: Some(patches),
            ..vgg.clone()
        });
        assert!(matches!(error, ImportError::Patches { .. }), "{error}");
    }
    let error = refused(Import {
        preset: "won2020-fcn".into(),
        ..vgg.clone()
    });
    assert!(matches!(error, ImportError::TagsNeeded { .. }), "{error}");
    let tags = folder.path().join("tags.txt");
    std::fs::write(&tags, "rock\npop\n").unwrap();
    let named = Import {
        tags: Some(tags),
        ..vgg.clone()
    };
    let error = refused(Import {
        preset: "won2020-fcn".into(),
        patches: Some(2),
        ..named.clone()
    });
    assert!(error.to_string().contains("leave --patches out"), "{error}");
    assert!(matches!(
        refused(named),
        ImportError::TagCount {
            tags: 2,
            outputs: 50,
            ..
        }
    ));
    // The other network's tensors have no place in this one.
    let error = refused(Import {
        preset: "musicnn-mtt".into(),
        ..vgg
    });
    assert!(matches!(error, ImportError::Tensors { .. }), "{error}");
}
