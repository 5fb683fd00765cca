//! The whole recipe at a small size: a corpus is rendered, prepared, learnt, scored and exported, and
//! the plugin runs what came of it.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tagline_host::BlockSizes;
use tagline_host::demo::{self, DemoOptions, View};
use tagline_tests::{bundle, soundfont};
use tempfile::TempDir;

const CLIPS: usize = 96;

/// Runs the built `trainer` in `folder`, and gives what it prints.
fn trainer(folder: &Path, arguments: &str) -> String {
    // target/debug/deps/program → target/debug/trainer
    let program = std::env::current_exe().unwrap();
    let program = program.ancestors().nth(2).unwrap().join("trainer");
    let output = Command::new(&program)
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}; build it first", program.display()));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "trainer {arguments}: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_corpus_becomes_a_model_that_the_plugin_runs() {
    let test = "a_corpus_becomes_a_model_that_the_plugin_runs";
    let Some(font) = soundfont(test) else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let synth = format!(
        "synth corpus --clips {CLIPS} --seconds 10 --seed 3 --soundfont {}",
        font.display()
    );
    let prepare = "prepare magnatagatune corpus --out data";
    let train = "train --arch fcn5-compact --width 0.5 --data data --run run --epochs 6 --batch 8 \
                 --lr 0.003 --half-windows 1";
    trainer(at, &synth);
    trainer(at, prepare);
    trainer(at, train);
    // Each step can be repeated, and then has nothing left to do.
    let weights = std::fs::read(at.join("run/best.safetensors")).unwrap();
    let again = trainer(at, &synth);
    assert!(
        again.contains(&format!("0 clips rendered, {CLIPS} kept")),
        "{again}"
    );
    trainer(at, prepare);
    trainer(at, train);
    assert!(std::fs::read(at.join("run/best.safetensors")).unwrap() == weights);

    trainer(at, "export --run run --out models/model.onnx");
    let scores = trainer(
        at,
        "evaluate models/model.onnx --data data --split train --json",
    );
    let scores: Value = serde_json::from_str(&scores).unwrap();
    let auc = scores["macro_roc_auc"].as_f64().unwrap();
    assert!(auc > 0.65, "it has not learnt the corpus: ROC-AUC {auc}");

    let song = std::fs::read_dir(at.join("corpus/0")).unwrap().next();
    let song = song.unwrap().unwrap().path();
    let report = demo::run(
        &DemoOptions {
            audio: song.clone(),
            bundle: bundle(test, "Tagline.clap").expect("`cargo xtask bundle` makes the bundle"),
            model: Some(at.join("models/model.onnx")),
            raw: false,
            realtime: false,
            out: at.join("demo"),
            blocks: BlockSizes::Fixed(512),
        },
        &mut View::Silent,
    )
    .unwrap();
    assert_eq!(report.tags.len(), 50);
    assert!(report.updates >= 6, "{} updates", report.updates);

    let tagged = trainer(
        at,
        &format!("tag {} --model models/model.onnx --json", song.display()),
    );
    let tagged: Value = serde_json::from_str(&tagged).unwrap();
    for (tag, in_plugin) in &report.tags {
        let in_trainer = tagged["tags"][tag].as_f64().unwrap();
        let difference = (in_plugin - in_trainer).abs();
        assert!(difference < 0.01, "{tag}: {in_plugin} and {in_trainer}");
    }
}
