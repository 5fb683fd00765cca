//! The front-end of Choi et al.'s released networks, from audio to tags: squared power, the window's
//! own range of 80 dB, and an affine map.

use tagline_engine::{
    Backend, BackendChoice, FrontEnd, FrontEndSpec, Model, RollingWindow, open_network,
};
use tagline_tests::{npy, reference};

use super::cases;

/// How far our front-end from 16-bit audio may lie from one in float64, in probability.
const TOLERANCE: f32 = 2e-4;

/// The network's input `[mel band, frame]` of a whole clip at the model's own rate.
fn input(spec: &FrontEndSpec, clip: &[f32]) -> Vec<f32> {
    let mut front_end = FrontEnd::new(spec, f64::from(spec.sample_rate)).unwrap();
    let mut window = RollingWindow::new(spec, 1);
    front_end.push(clip, |frame| window.push(frame));
    front_end.finish(|frame| window.push(frame));
    assert_eq!(window.pushed(), spec.frames as u64, "frames of the clip");
    let mut values = vec![0.0; spec.input_bands() * spec.frames];
    window.read(window.pushed(), &mut values);
    values
}

#[test]
fn squared_power_range_and_affine_give_the_published_tags_from_audio() {
    let test = "squared_power_range_and_affine_give_the_published_tags_from_audio";
    let Some(reference) = reference(test) else {
        return;
    };
    let model: Model = cases::music_tagger_cnn(&reference);
    let choice = BackendChoice::Only(Backend::Tract);
    let (mut network, _) = open_network(&model, choice, &[]).unwrap();
    let of_the_model = &model.info().front_end;
    assert_eq!(
        (of_the_model.exponent, of_the_model.top_db),
        (2.0, Some(80.0))
    );
    for (scaling, scale, offset) in [
        ("raw_db", 1.0, 0.0),
        ("affine_db_plus24_div16", 0.0625, 1.5),
    ] {
        let spec = FrontEndSpec {
            scale,
            offset,
            ..of_the_model.clone()
        };
        for clip in cases::CLIPS {
            let path = reference.join(format!("choi2016/frontend/{clip}_12k_i16.npy"));
            let samples = npy::read(path).data;
            let audio: Vec<f32> = samples.iter().map(|x| (x / 32_768.0) as f32).collect();
            let mut found = vec![0.0; model.info().tags.len()];
            network.run(&input(&spec, &audio), &mut found).unwrap();
            let source = format!("own_librosa_mel/{scaling}");
            let expected = cases::expected_of_music_tagger_cnn(&reference, &source, clip);
            let differences = found.iter().zip(&expected).map(|(a, b)| (a - b).abs());
            let worst = differences.fold(0.0, f32::max);
            println!("{clip}, {scaling}: within {worst:.1e}");
            assert!(worst <= TOLERANCE, "{clip}, {scaling}: {worst:e}");
        }
    }
}
