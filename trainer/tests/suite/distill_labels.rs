//! `trainer distill`: where the labels come from.

use tagline_engine::Calibration;
use tagline_tests::TinyModel;
use trainer::data::Split;
use trainer::distill::Distillation;

use crate::common::sounds::tones;
use crate::distill::{Studio, labels};

/// A model that gives the same tags for every sound.
fn constant(tags: &[(&str, f32)]) -> TinyModel {
    let names: Vec<&str> = tags.iter().map(|(name, _)| *name).collect();
    let mut model = TinyModel::new(&names, 141);
    let logits = tags.iter().map(|(_, p)| (p / (1.0 - p)).ln());
    for tensor in &mut model.model.graph.as_mut().unwrap().initializer {
        match tensor.name.as_str() {
            "bias" => tensor.raw_data = logits.clone().flat_map(f32::to_le_bytes).collect(),
            _ => tensor.raw_data.fill(0),
        }
    }
    model
}

#[track_caller]
fn assert_labels(found: &[f32], expected: [f32; 3]) {
    for (found, expected) in found.iter().zip(expected) {
        let same = found.is_nan() && expected.is_nan();
        assert!(
            same || (found - expected).abs() < 1e-5,
            "{found} for {expected}"
        );
    }
}

#[test]
fn teachers_label_what_no_table_labels_and_the_rest_stays_unknown() {
    let studio = Studio::new();
    let data = studio.run(&studio.distillation()).unwrap();
    assert_eq!(data.tags(), ["deep", "bright", "warm"]);
    let clips = data.split(Split::Train).unwrap();
    assert_eq!(clips.len(), 3);
    let (low, high) = (
        labels(&clips, "cellar/one.wav"),
        labels(&clips, "attic/one.wav"),
    );
    assert!(low[0] > low[1] && high[1] > high[0], "{low:?} {high:?}");
    assert!(low[2].is_nan() && high[2].is_nan());
    // A clip of 4 s is repeated to fill the window.
    assert_eq!(clips.frames(), 1366);
    assert!((180..200).contains(&clips.heard_frames(0)));
}

#[test]
fn tables_count_more_than_teachers_and_files_more_than_sources() {
    let studio = Studio::new();
    let tables = "source,split,tags,without,author\ncellar,train,warm,height,x\nattic,test,,,y\n";
    studio.write("audio/sources.csv", tables);
    studio.write(
        "audio/cellar/labels.csv",
        "path,tags\ntwo.wav,bright; deep\n",
    );
    let data = studio.run(&studio.distillation()).unwrap();
    let train = data.split(Split::Train).unwrap();
    assert_eq!(labels(&train, "cellar/one.wav"), [0.0, 0.0, 1.0]);
    assert_eq!(labels(&train, "cellar/two.wav"), [1.0, 1.0, 1.0]);
    let test = data.split(Split::Test).unwrap();
    assert_eq!(test.len(), 1);
    assert!(labels(&test, "attic/one.wav")[2].is_nan());
}

#[test]
fn teachers_are_asked_about_copies_themselves_and_a_table_says_how_many_there_are() {
    let studio = Studio::new();
    // Low for a while, then high, so that a copy's tags depend on the part that it was cut from.
    tones(
        &studio.file("audio/loft/both.wav"),
        &[(200.0, 10.0), (4_000.0, 10.0)],
    );
    let tables = "source,tags,without,windows,variants\nloft,warm,,,12\ncellar,,deep,1,4\n";
    studio.write("audio/sources.csv", tables);
    let data = studio.run(&studio.distillation()).unwrap();
    let clips = data.split(Split::Train).unwrap();
    let copies = |prefix: &str| clips.named(prefix).map_or(0, |clips| clips.len());
    assert_eq!(copies("loft/both.wav~"), 12);
    assert_eq!(copies("cellar/one.wav~"), 4);
    assert_eq!(copies("attic/one.wav~"), 0);
    let whole = labels(&clips, "loft/both.wav");
    let of_copies: Vec<Vec<f32>> = (1..=12)
        .map(|copy| labels(&clips, &format!("loft/both.wav~{copy}")))
        .collect();
    assert!(of_copies.iter().any(|copy| copy[0] > whole[0] + 0.01));
    assert!(of_copies.iter().any(|copy| copy[1] > whole[1] + 0.01));
    // A part may lack a tag that the whole has, so its label is unknown. It has no tag that the whole lacks.
    assert_eq!(whole[2], 1.0);
    assert!(of_copies.iter().any(|copy| copy[2].is_nan()));
    assert!(of_copies.iter().any(|copy| copy[2] == 1.0));
    assert!((1..=4).all(|copy| labels(&clips, &format!("cellar/one.wav~{copy}"))[0] == 0.0));
    studio.write("audio/sources.csv", "source,variants\nloft,many\n");
    let error = studio.run(&studio.distillation()).unwrap_err();
    assert!(error.contains("`many`"), "{error}");
}

#[test]
fn a_teacher_that_the_vocabulary_does_not_trust_on_a_tag_is_not_heard_on_it() {
    let studio = Studio::new();
    let tiny = constant(&[("low", 0.3), ("high", 0.9)]);
    std::fs::write(studio.file("tiny.onnx"), tiny.bytes()).unwrap();
    let other = constant(&[("sub", 0.8)]);
    std::fs::write(studio.file("other.onnx"), other.bytes()).unwrap();
    let studio = studio.with_vocabulary(
        "name = \"deep\"\n",
        "name = \"deep\"\ntrust = { tiny = 0.0 }\n",
    );
    let teachers = ["tiny.onnx", "other.onnx"];
    let data = studio.run_with(&studio.distillation(), &teachers).unwrap();
    let clips = data.split(Split::Train).unwrap();
    let expected = [opinion(0.8, 0.2), opinion(0.9, 0.5), f32::NAN];
    assert_labels(&labels(&clips, "attic/one.wav"), expected);
}

/// What a teacher makes of a word of this probability and threshold.
fn opinion(p: f32, t: f32) -> f32 {
    p * p / (p * p + t * t)
}

#[test]
fn the_strongest_synonym_is_an_opinion_and_opinions_are_averaged_over_those_who_have_one() {
    let studio = Studio::new();
    let tiny = constant(&[("low", 0.3), ("nether", 0.6), ("high", 0.9)]);
    std::fs::write(studio.file("a.onnx"), tiny.bytes()).unwrap();
    let other = constant(&[("sub", 0.1), ("polka", 0.9)]);
    std::fs::write(studio.file("b.onnx"), other.bytes()).unwrap();
    let distillation = studio.distillation();
    let data = studio.run_with(&distillation, &["a.onnx", "b.onnx"]);
    let clips = data.unwrap().split(Split::Train).unwrap();
    let (deep, bright) = (opinion(0.6, 0.5), opinion(0.9, 0.5));
    assert!(
        (opinion(0.5, 0.5) - 0.5).abs() < 1e-6,
        "a half at the threshold"
    );
    let expected = [(deep + opinion(0.1, 0.2)) / 2.0, bright, f32::NAN];
    for clip in 0..clips.len() {
        assert_labels(clips.labels(clip), expected);
    }
    // The order of the teachers makes no difference.
    let out = studio.file("other-order");
    let turned = Distillation {
        out,
        ..distillation
    };
    let data = studio.run_with(&turned, &["b.onnx", "a.onnx"]).unwrap();
    assert_labels(data.split(Split::Train).unwrap().labels(0), expected);
}

#[test]
fn a_teacher_of_the_vocabularys_own_tags_says_its_own_calibrated_probabilities() {
    let studio = Studio::new();
    let plain = constant(&[("deep", 0.8), ("warm", 0.3)]);
    std::fs::write(studio.file("own.onnx"), plain.bytes()).unwrap();
    let calibration = Calibration {
        slope: 2.0,
        offset: 0.5,
        threshold: 0.4,
    };
    let both = serde_json::to_string(&[calibration; 2]).unwrap();
    let calibrated = plain.with("tagline.calibration", Some(&both));
    std::fs::write(studio.file("calibrated.onnx"), calibrated.bytes()).unwrap();
    std::fs::write(studio.file("b.onnx"), constant(&[("sub", 0.1)]).bytes()).unwrap();
    let [deep, warm] = [0.8, 0.3].map(|p| calibration.apply(p));
    let sub = opinion(0.1, 0.2);
    for (teachers, expected) in [
        (&["own.onnx"][..], [0.8, f32::NAN, 0.3]),
        (&["calibrated.onnx"], [deep, f32::NAN, warm]),
        (
            &["calibrated.onnx", "b.onnx"],
            [(deep + sub) / 2.0, f32::NAN, warm],
        ),
    ] {
        let out = studio.file(&format!("data-{}", expected[0]));
        let distillation = Distillation {
            out,
            ..studio.distillation()
        };
        let data = studio.run_with(&distillation, teachers).unwrap();
        assert_labels(data.split(Split::Train).unwrap().labels(0), expected);
    }
}

/// A corpus in the form of `trainer synth`.
fn synthetic(studio: &Studio) {
    let rows = [("0/a", 1), ("1/b", 0), ("c/c", 1), ("d/d", 0)];
    let mut table = "clip_id\tbass line\tother\tmp3_path\n".to_owned();
    for (id, (name, bass)) in rows.iter().enumerate() {
        table += &format!("{id}\t{bass}\t1\t{name}.wav\n");
        tones(&studio.file(&format!("synth/{name}.wav")), &[(300.0, 4.0)]);
    }
    studio.write("synth/annotations_final.csv", &table);
}

#[test]
fn facts_of_a_synthetic_corpus_win_and_teachers_are_not_asked_about_it() {
    let studio = Studio::new();
    synthetic(&studio);
    let teacher = constant(&[("deep", 0.7), ("bright", 0.6), ("warm", 0.9)]);
    std::fs::write(studio.file("own.onnx"), teacher.bytes()).unwrap();
    let distillation = Distillation {
        synth: vec![studio.file("synth")],
        ..studio.distillation()
    };
    let data = studio.run_with(&distillation, &["own.onnx"]).unwrap();
    let [train, valid, test] = Split::ALL.map(|split| data.split(split).unwrap());
    // The corpus does not know warmth, and the teacher is not asked.
    let unknown = f32::NAN;
    assert_labels(&labels(&train, "synth-1/0"), [1.0, 0.0, unknown]);
    assert_labels(&labels(&train, "synth-1/1"), [0.0, 0.0, unknown]);
    assert_labels(&labels(&valid, "synth-1/2"), [1.0, 0.0, unknown]);
    assert_labels(&labels(&test, "synth-1/3"), [0.0, 0.0, unknown]);
    assert_labels(&labels(&train, "attic/one.wav"), [0.7, 0.6, 0.9]);
}
