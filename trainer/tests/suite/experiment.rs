//! `trainer experiment` end to end, at reduced width and on few clips.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use trainer::data::Input;

use crate::common::clips::{self, prepare};
use crate::common::program::{self, assert_refused, stderr, stdout, trainer};

/// Clips of each split.
const CLIPS: [usize; 3] = [8, 4, 4];

fn experiment(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let reduced = [("--width", "0.01"), ("--batch", "4"), ("--epochs", "2")];
    let reduced = reduced
        .into_iter()
        .filter(|(name, _)| !arguments.contains(name));
    let reduced: Vec<&str> = reduced.flat_map(|(name, value)| [name, value]).collect();
    let given = ["experiment", "--data", "data", "--backend", "tract"];
    program::command(folder, &[&given[..], &reduced, arguments].concat())
}

/// The output without the spaces that align it.
#[track_caller]
fn text(output: &Output) -> String {
    let text = stdout(output);
    let lines = text.lines().map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.join(" ") + "\n"
    });
    lines.collect()
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn experiment_one_prints_the_papers_tables_with_ours_beside() {
    let folder = clips::folder(&Input::ALL, CLIPS);
    let printed = text(&experiment(folder.path(), &["paper-1"]));
    let out = folder.path().join("experiments/paper-1");
    let results: Value = serde_json::from_str(&read(&out, "results.json")).unwrap();
    let runs = results["runs"].as_array().unwrap();
    let systems = [
        ("fcn3", "FCN-3, mel-spectrogram", "0.852"),
        ("fcn4", "FCN-4, mel-spectrogram", "0.894"),
        ("fcn5", "FCN-5, mel-spectrogram", "0.890"),
        ("fcn4-stft", "FCN-4, STFT", "0.846"),
        ("mfcc", "FCN-4, MFCC", "0.862"),
    ];
    for ((name, title, paper), run) in systems.iter().zip(runs) {
        assert_eq!(run["architecture"], *name);
        assert_eq!(run["epochs"].as_array().unwrap().len(), 2, "{name}");
        assert_eq!(run["test_clips"], 4);
        let here = format!("{:.3}", run["roc_auc"].as_f64().unwrap());
        let row = format!("| {title} | {paper} | {here} | ");
        assert!(printed.contains(&row), "{row:?} is not in {printed}");
        assert!(out.join("runs").join(name).join("model.onnx").is_file());
    }
    assert!(printed.contains("## Table 4"), "{printed}");
    assert!(
        printed.contains("| FCN-4, in the paper | 0.894 |"),
        "{printed}"
    );
    assert!(
        printed.contains("| 2012, multi-scale approach | 0.898 |"),
        "{printed}"
    );
    assert!(
        printed.contains("# paper-1: made-up here, MagnaTagATune in the paper"),
        "{printed}"
    );
    assert!(read(&out, "results.md").contains("## Table 3"));
    assert!(read(&out, "figure-2.svg").contains("STFT"));
}

#[test]
fn experiment_two_draws_learning_curves_and_does_not_repeat_what_is_finished() {
    let folder = clips::folder(&[Input::Mel], CLIPS);
    let first = experiment(
        folder.path(),
        &["paper-2", "--out", "two", "--only", "fcn5,fcn7"],
    );
    let printed = text(&first);
    assert!(
        printed.contains("| FCN-3, mel-spectrogram | 0.786 | not run |"),
        "{printed}"
    );
    let out = folder.path().join("two");
    let model = out.join("runs/fcn5/model.onnx");
    let made = model.metadata().unwrap().modified().unwrap();

    let all = experiment(folder.path(), &["paper-2", "--out", "two"]);
    let printed = text(&all);
    assert!(!printed.contains("not run"), "{printed}");
    assert!(
        printed.contains("| FCN-7, mel-spectrogram | 0.845 | "),
        "{printed}"
    );
    let said = stderr(&all);
    assert!(
        said.contains("FCN-5, mel-spectrogram: was finished before"),
        "{said}"
    );
    assert_eq!(model.metadata().unwrap().modified().unwrap(), made);
    let figure = read(&out, "figure-3.svg");
    for depth in 3..=7 {
        assert!(figure.contains(&format!("FCN-{depth}")), "{figure}");
    }
    let written = read(&out, "results.md");
    assert!(written.contains("(figure-3.svg)"));
    assert!(written.contains("12,605 clips for validation") && written.contains("0.004"));

    let other = experiment(folder.path(), &["paper-2", "--out", "two", "--seed", "5"]);
    assert_refused(
        &other,
        "result.json: was made with seed 0; give the same options",
    );
    let wider = experiment(
        folder.path(),
        &["paper-2", "--out", "two", "--width", "0.02"],
    );
    assert_refused(&wider, "was made with width 0.01;");
    assert!(read(&out, "results.json").contains("\"fcn5\""));
}

#[test]
fn missing_data_are_named_before_the_first_training() {
    let folder = clips::folder(&[Input::Mel], CLIPS);
    let refused = |arguments: &[&str], message: &str| {
        let output = experiment(folder.path(), arguments);
        assert_refused(&output, message);
        assert!(!folder.path().join("experiments").exists());
    };
    refused(&["paper-1"], "prepared without stft");
    refused(
        &["paper-2", "--only", "fcn9"],
        "this experiment has no system `fcn9`; it has fcn3, fcn4",
    );
    refused(&["paper-2", "--width", "0"], "--width must be above 0");
    refused(&["paper-2", "--epochs", "0"], "--epochs must be at least 1");
    refused(&["paper-3"], "paper-3");
    let nowhere = ["experiment", "paper-2", "--data", "none"];
    let nowhere = trainer(folder.path(), &nowhere);
    assert_refused(&nowhere, "none: no prepared data set");
    std::fs::write(folder.path().join("file"), "").unwrap();
    let output = experiment(folder.path(), &["paper-2", "--out", "file"]);
    assert_refused(&output, "file: ");
}

#[test]
fn a_finished_system_stays_in_the_table_where_the_data_lack_its_input() {
    let folder = clips::folder(&Input::ALL, CLIPS);
    let only = |name| {
        let arguments = ["paper-1", "--epochs", "1", "--only", name];
        experiment(folder.path(), &arguments)
    };
    let row = |printed: &str| {
        let row = printed
            .lines()
            .find(|line| line.starts_with("| FCN-4, MFCC"));
        row.unwrap().to_owned()
    };
    let before = row(&text(&only("mfcc")));
    assert!(!before.contains("not run"), "{before}");
    std::fs::remove_dir_all(folder.path().join("data")).unwrap();
    prepare(folder.path(), &[Input::Mel], CLIPS);
    let printed = text(&only("fcn3"));
    assert_eq!(row(&printed), before);
    assert!(
        printed.contains("| FCN-4, STFT | 0.846 | not run |"),
        "{printed}"
    );

    // The result of another data set does not belong there.
    let run = folder.path().join("experiments/paper-1/runs/mfcc/run.json");
    let description = std::fs::read_to_string(&run).unwrap();
    std::fs::write(&run, description.replace("\"made-up\"", "\"large\"")).unwrap();
    assert_refused(&only("fcn3"), "was made with other data;");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_test_at_once_and_the_same_command_goes_on_with_it() {
    let folder = clips::folder(&[Input::Mel], [4, 2, 96]);
    let arguments = [
        "paper-2", "--only", "fcn3", "--epochs", "1", "--width", "0.1",
    ];
    let jobs = ["--jobs", "1"];
    let arguments = [&arguments[..], &jobs].concat();
    let run = folder.path().join("experiments/paper-2/runs/fcn3");
    let child = command(folder.path(), &arguments).spawn().unwrap();
    // The model is exported right before it is tested.
    let ended = tagline_tests::interrupt_once(|| run.join("model.onnx").exists(), child);
    assert_eq!(ended.status.code(), Some(130), "{ended:?}");
    let said = stderr(&ended);
    assert!(
        said.contains("the same command goes on from there"),
        "{said}"
    );
    assert!(!run.join("result.json").exists(), "it tested to its end");
    let printed = text(&experiment(folder.path(), &arguments));
    assert!(
        printed.contains("| FCN-3, mel-spectrogram | 0.786 | "),
        "{printed}"
    );
    assert!(run.join("result.json").is_file());
}
