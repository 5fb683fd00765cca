//! `trainer judge`: models beside what people say.

use crate::common::program::{assert_refused, json, stdout, trainer};
use crate::distill::Studio;

/// Labels of the studio's three files: two deep ones of one artist, and a bright one.
const LABELS: &str = "path,set,genre,without,artist,listener\n\
    cellar/one.wav,tones,deep,warm,a,x\n\
    cellar/two.wav,tones,deep,,a,y\n\
    attic/one.wav,tones,bright,,b,x\n";

fn judge(studio: &Studio, labels: &str, more: &[&str]) -> std::process::Output {
    studio.write("labels.csv", labels);
    let words = [
        "judge",
        "tiny.onnx",
        "--labels",
        "labels.csv",
        "--audio",
        "nowhere",
        "--audio",
        "audio",
        "--vocabulary",
        "tags.toml",
        "--backend",
        "tract",
    ];
    trainer(&studio.file(""), &[&words, more].concat())
}

#[test]
fn a_model_is_judged_by_a_table_of_labels() {
    let studio = Studio::new();
    let out = json(&judge(
        &studio,
        LABELS,
        &["--json", "--answers", "answers.csv"],
    ));
    let judgement = &out["judgements"][0];
    let set = &judgement["sets"][0];
    assert_eq!(
        (set["set"].as_str(), set["files"].as_u64()),
        (Some("tones"), Some(3))
    );
    assert_eq!(set["genres_roc_auc"], 1.0);
    let deep = &set["tags"][0];
    assert_eq!(
        (&deep["tag"], &deep["with"], &deep["without"]),
        (&"deep".into(), &2.into(), &1.into())
    );
    // Nobody judged knows what is warm.
    assert_eq!(set["tags"].as_array().unwrap().len(), 2);
    assert_eq!(judgement["shown"]["files"], 3);
    let answers = std::fs::read_to_string(studio.file("answers.csv")).unwrap();
    assert!(answers.starts_with("model,path,deep,bright,warm\ntiny.onnx,cellar/one.wav,0."));
    assert_eq!(answers.lines().count(), 4);
    let table = stdout(&judge(&studio, LABELS, &["--blend", "--weigh"]));
    assert!(
        table.contains("tones, 3 files: genres' macro ROC-AUC 1.000"),
        "{table}"
    );
    assert!(table.contains("\nblend\n"), "{table}");
}

#[test]
fn what_is_wrong_with_the_labels_is_named() {
    let studio = Studio::new();
    let refused = |labels: &str, message: &str| {
        assert_refused(&judge(&studio, labels, &[]), message);
    };
    refused("file,genre\none.wav,deep\n", "`path`");
    refused(
        "path,genre\ncellar/three.wav,deep\n",
        "cellar/three.wav: in none of the folders",
    );
    refused("path,tags\ncellar/one.wav,gloomy\n", "`gloomy`");
    refused("path,genre\n../tiny.onnx,deep\n", "leads out of");
    refused(
        "path,genre\ncellar/one.wav,deep\ncellar/one.wav,deep\n",
        "line 3",
    );
    refused("path,genre\ncellar/one.wav,polka\n", "nothing to judge by");
}
