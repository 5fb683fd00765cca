//! The whole recipe at a small size: a corpus is rendered and prepared, a network is trained, scored and
//! exported, and the plugin runs it.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde_json::Value;
use tagline_host::BlockSizes;
use tagline_host::demo::{self, DemoOptions, View};
use tagline_tests::{bundle, soundfont};
use tempfile::TempDir;

const CLIPS: usize = 96;
/// ROC-AUC on the clips of the test split. Chance is 0.5, and with so few clips a mean over 50 tags
/// strays from it by a few hundredths.
const BETTER_THAN_CHANCE: f64 = 0.58;

/// Runs the built `trainer` in `folder`, and returns what it prints.
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

/// What each recipe starts from.
struct Recipe {
    start: Instant,
    folder: TempDir,
    /// The arguments of `trainer` that render the corpus.
    synth: String,
}

/// Starts a recipe with a corpus of these options, if there is a SoundFont.
fn recipe(test: &str, corpus: &str) -> Option<Recipe> {
    let font = soundfont(test)?;
    Some(Recipe {
        start: Instant::now(),
        folder: TempDir::new().unwrap(),
        synth: format!("synth corpus {corpus} --soundfont {}", font.display()),
    })
}

#[test]
fn a_corpus_becomes_a_model_that_the_plugin_runs() {
    let test = "a_corpus_becomes_a_model_that_the_plugin_runs";
    let corpus = format!("--clips {CLIPS} --seconds 10 --seed 3");
    let Some(Recipe {
        start,
        folder,
        synth,
    }) = recipe(test, &corpus)
    else {
        return;
    };
    let at = folder.path();
    let prepare = "prepare magnatagatune corpus --out data";
    let train = "train --arch fcn5-compact --width 0.5 --data data --run run --epochs 6 --batch 8 \
                 --lr 0.003 --half-windows 1";
    trainer(at, &synth);
    trainer(at, prepare);
    trainer(at, train);
    // A repeated step has nothing to do.
    let weights = std::fs::read(at.join("run/best.safetensors")).unwrap();
    let again = trainer(at, &synth);
    assert!(
        again.contains(&format!("0 clips rendered, {CLIPS} kept")),
        "{again}"
    );
    trainer(at, prepare);
    trainer(at, train);
    assert!(std::fs::read(at.join("run/best.safetensors")).unwrap() == weights);

    the_run_folder_can_be_read(&at.join("run"));

    trainer(at, "export --run run --out models/model.onnx");
    let auc = |split: &str, model: &str| {
        let arguments = format!("evaluate models/{model} --data data --split {split} --json");
        let scores: Value = serde_json::from_str(&trainer(at, &arguments)).unwrap();
        scores["macro_roc_auc"].as_f64().unwrap()
    };
    let learnt = auc("train", "model.onnx");
    assert!(
        learnt > 0.65,
        "it has not learnt the corpus: ROC-AUC {learnt}"
    );
    let tested = auc("test", "model.onnx");
    println!("ROC-AUC {learnt:.3} on what it has heard, {tested:.3} on what it has not");
    assert!(tested > BETTER_THAN_CHANCE, "ROC-AUC {tested} on new clips");

    let said = trainer(
        at,
        "export --run run --out models/int8.onnx --quantize int8 --data data",
    );
    let cost = said
        .lines()
        .find(|line| line.starts_with("int8: "))
        .unwrap();
    let number = |after: &str, until: &str| -> f64 {
        let rest = cost.split_once(after).unwrap().1;
        rest.split_once(until).unwrap().0.parse().unwrap()
    };
    let [int8, f32, change] = [
        number("macro ROC-AUC ", " on "),
        number("test clips, ", " in f32"),
        number("in f32 (", ")"),
    ];
    assert!((f32 - tested).abs() < 1e-4, "{cost}: {tested}");
    assert!((int8 - f32 - change).abs() < 2e-4, "{cost}");
    assert!(change > -0.03, "{cost}");
    assert!((auc("test", "int8.onnx") - int8).abs() < 1e-2, "{cost}");
    println!(
        "the trainer's part: {:.0} s; {cost}",
        start.elapsed().as_secs_f64()
    );

    let song = std::fs::read_dir(at.join("corpus/0")).unwrap().next();
    let song = song.unwrap().unwrap().path();
    let report = demo::run(
        &DemoOptions {
            audio: song.clone(),
            bundle: bundle(test, "Tagline.clap").expect("`cargo xtask bundle` makes the bundle"),
            model: Some(at.join("models/model.onnx")),
            raw: false,
            focus: None,
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
    println!("all: {:.0} s", start.elapsed().as_secs_f64());
}

/// Tables have numbers in every row, and figures are whole.
fn the_run_folder_can_be_read(run: &Path) {
    let read = |name: &str| std::fs::read_to_string(run.join(name)).unwrap();
    let epochs = read("epochs.csv");
    let columns = epochs.lines().next().unwrap().split(',').count();
    assert_eq!(epochs.lines().count(), 1 + 6, "{epochs}");
    for line in epochs.lines().skip(1) {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(cells.len(), columns, "{line}");
        assert!(cells.iter().all(|cell| cell.is_finite()), "{line}");
    }
    let tags = read("tags.csv");
    assert!(tags.starts_with("tag,positives,roc_auc,"), "{tags}");
    assert_eq!(tags.lines().count(), 2 + 50, "{tags}");
    for name in ["curves.svg", "loss.svg", "tags.svg"] {
        let figure = read(name);
        assert!(figure.starts_with("<svg"), "{name}: {figure}");
        assert_well_formed(name, &figure);
    }
    assert!(read("curves.svg").contains("ROC-AUC"));
}

/// Every element is closed, in order.
fn assert_well_formed(name: &str, xml: &str) {
    let mut open = Vec::new();
    for part in xml.split('<').skip(1) {
        let (tag, _) = part
            .split_once('>')
            .unwrap_or_else(|| panic!("{name}: <{part}"));
        let element = tag.trim_start_matches('/').split_whitespace().next();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "{name}");
        } else if !tag.ends_with('/') {
            open.extend(element);
        }
    }
    assert!(open.is_empty(), "{name}: {open:?} stay open");
}

#[test]
fn the_papers_experiments_run_on_a_synthetic_corpus() {
    let test = "the_papers_experiments_run_on_a_synthetic_corpus";
    let Some(Recipe {
        start,
        folder,
        synth,
    }) = recipe(test, "--clips 32 --seconds 5 --seed 4")
    else {
        return;
    };
    let at = folder.path();
    trainer(at, &synth);
    trainer(
        at,
        "prepare magnatagatune corpus --out data --inputs mel,stft,mfcc",
    );
    for (experiment, table, figure, rows) in [
        (
            "paper-1",
            "## Table 3",
            "figure-2.svg",
            ["FCN-4, STFT", "FCN-4, MFCC"],
        ),
        (
            "paper-2",
            "## Table 5",
            "figure-3.svg",
            ["FCN-3, mel-spectrogram", "FCN-7, mel-spectrogram"],
        ),
    ] {
        let printed = trainer(
            at,
            &format!("experiment {experiment} --data data --width 0.01 --epochs 1 --batch 8"),
        );
        assert!(printed.contains(table), "{printed}");
        assert!(!printed.contains("not run"), "{printed}");
        assert!(rows.iter().all(|row| printed.contains(row)), "{printed}");
        let out = at.join("experiments").join(experiment);
        let results = std::fs::read_to_string(out.join("results.json")).unwrap();
        let results: Value = serde_json::from_str(&results).unwrap();
        let runs = results["runs"].as_array().unwrap();
        assert_eq!(runs.len(), 5);
        for run in runs {
            let auc = run["roc_auc"].as_f64().unwrap();
            assert!((0.0..=1.0).contains(&auc), "{run}");
        }
        let figure_text = std::fs::read_to_string(out.join(figure)).unwrap();
        assert_well_formed(figure, &figure_text);
    }
    println!("{:.0} s", start.elapsed().as_secs_f64());
}
