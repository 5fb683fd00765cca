//! Runs that were killed, interrupted, moved or damaged.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use safetensors::SafeTensors;
use serde_json::Value;
use tagline_files::hash::Sha256;
use tagline_files::hash::sha256_of_file;
use tempfile::TempDir;
use trainer::arch::Architecture;
use trainer::convert::export::Export;
use trainer::data::Input;
use trainer::train::{self, End, Recipe, TrainError, TrainOptions};
use trainer::work::{Event, Progress};

use crate::common::clips;
use crate::common::program::{assert_refused, command, stderr, stdout};
use crate::common::training::options;

const EPOCHS: usize = 6;

fn folder(clips: [usize; 3]) -> TempDir {
    clips::folder(&[Input::Mel], clips)
}

fn program(folder: &Path, arguments: &str) -> Command {
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    command(folder, &arguments)
}

fn train_command(folder: &Path, run: &str) -> Command {
    let arguments = format!(
        "train --arch fcn5-compact --width 0.1 --epochs {EPOCHS} --batch 2 --lr 0.01 --data data \
         --run {run}"
    );
    program(folder, &arguments)
}

/// Every tensor of a checkpoint, including Adam's moments, and the state of the training without
/// its times.
fn checkpoint(file: &Path) -> (BTreeMap<String, Vec<u8>>, Value) {
    let bytes = std::fs::read(file).unwrap();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let tensors = tensors.iter();
    let tensors = tensors.map(|(name, tensor)| (name.to_owned(), tensor.data().to_vec()));
    let metadata = header.metadata().clone().unwrap();
    let state = metadata["tagline.state"].split_once(' ').unwrap().1;
    let mut state: Value = serde_json::from_str(state).unwrap();
    let state = state["state"].take();
    (tensors.collect(), without_times(state))
}

fn without_times(mut state: Value) -> Value {
    let epochs = state["epochs"].as_array_mut().into_iter().flatten();
    for epoch in epochs {
        let epoch = epoch.as_object_mut().unwrap();
        epoch.remove("seconds");
        epoch.remove("waited");
    }
    state
}

fn assert_same_run(folder: &Path, found: &str, expected: &str) {
    let file = |run: &str, name: &str| folder.join(run).join(name);
    let [last, other] = [found, expected].map(|run| checkpoint(&file(run, "last.safetensors")));
    assert_eq!(last.1, other.1);
    assert_eq!(last.1["epochs"].as_array().unwrap().len(), EPOCHS);
    assert!(last.0.contains_key("block1.conv.weight.exp_avg_sq"));
    assert!(last.0 == other.0, "last.safetensors differs");
    for name in ["best.safetensors", "tags.csv", "curves.svg"] {
        let [found, expected] =
            [found, expected].map(|run| std::fs::read(file(run, name)).unwrap());
        assert!(found == expected, "{name} differs");
    }
}

#[test]
fn a_training_that_was_killed_or_interrupted_in_an_epoch_ends_the_same() {
    let folder = folder([12, 4, 4]);
    let at = folder.path();
    stdout(&train_command(at, "whole").output().unwrap());
    let begun = |run: &str| {
        let file = at.join(run).join("epochs.csv");
        move || file.exists()
    };

    // A program cannot answer this signal.
    let mut killed = train_command(at, "killed").spawn().unwrap();
    while !begun("killed")() && killed.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(Duration::from_millis(40));
    killed.kill().unwrap();
    killed.wait().unwrap();
    let (_, standing) = checkpoint(&at.join("killed/last.safetensors"));
    let done = standing["epochs"].as_array().unwrap().len();
    assert!((1..EPOCHS).contains(&done), "{done} epochs are done");
    let again = train_command(at, "killed").output().unwrap();
    let said = stderr(&again);
    assert!(
        said.contains(&format!("going on after {done} epochs")),
        "{said}"
    );
    assert_same_run(at, "killed", "whole");

    #[cfg(unix)]
    {
        let child = train_command(at, "interrupted").spawn().unwrap();
        let ended = tagline_tests::interrupt_once(begun("interrupted"), child);
        let said = String::from_utf8_lossy(&ended.stdout);
        assert_eq!(ended.status.code(), Some(130), "{ended:?}");
        assert!(said.contains("interrupted after"), "{said}");
        stdout(&train_command(at, "interrupted").output().unwrap());
        assert_same_run(at, "interrupted", "whole");
    }
}

#[test]
fn figures_that_could_not_be_written_after_the_last_epoch_come_when_the_run_is_opened() {
    let folder = folder([4, 4, 4]);
    let options = options(folder.path(), "run");
    let table = options.run.join("epochs.csv");
    // Every system refuses to replace a folder, even for root.
    std::fs::create_dir_all(table.join("in the way")).unwrap();
    let error = train::run(&options, &()).unwrap_err();
    assert!(matches!(error, TrainError::Write { .. }), "{error}");
    assert!(options.run.join("last.safetensors").is_file());
    std::fs::remove_dir_all(&table).unwrap();
    let report = train::run(&options, &()).unwrap();
    assert_eq!((report.end, report.epochs.len()), (End::Finished, 1));
    let written = std::fs::read_to_string(&table).unwrap();
    assert_eq!(written.lines().count(), 2, "{written}");
    for name in ["curves.svg", "loss.svg"] {
        assert!(options.run.join(name).is_file(), "{name}");
    }
}

#[test]
fn a_run_whose_best_network_is_gone_or_damaged_fails() {
    let folder = folder([4, 4, 4]);
    let options = options(folder.path(), "run");
    train::run(&options, &()).unwrap();
    let best = options.run.join("best.safetensors");
    let whole = std::fs::read(&best).unwrap();
    let export = Export {
        run: options.run.clone(),
        ..Export::default()
    };
    let both = || {
        let training = train::run(&options, &()).unwrap_err().to_string();
        [training, export.model().unwrap_err().to_string()]
    };
    std::fs::remove_file(&best).unwrap();
    for error in both() {
        assert!(error.contains("best.safetensors"), "{error}");
        assert!(error.contains("is gone"), "{error}");
    }
    std::fs::write(&best, &whole[..whole.len() / 2]).unwrap();
    for error in both() {
        assert!(error.contains("best.safetensors"), "{error}");
    }
    std::fs::write(&best, whole).unwrap();
    train::run(&options, &()).unwrap();
    export.model().unwrap();
}

/// Ends a training as soon as an epoch is finished.
#[derive(Default)]
struct OneEpoch(AtomicBool);

impl Progress for OneEpoch {
    fn event(&self, event: &Event<'_>) {
        if matches!(event, Event::Epoch { .. }) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    fn interrupted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Removes Adam's moments from a checkpoint, as in checkpoints of early versions.
fn forget_moments(file: &Path) {
    let bytes = std::fs::read(file).unwrap();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let metadata = header.metadata().clone().unwrap();
    let (_, described) = metadata["tagline.state"].split_once(' ').unwrap();
    let mut described: Value = serde_json::from_str(described).unwrap();
    assert!(described["adam_steps"].take().as_u64() > Some(0));
    let described = described.to_string();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let mut kept: Vec<_> = tensors.iter().collect();
    kept.retain(|(name, _)| !name.contains(".exp_avg"));
    kept.sort_by_key(|(name, _)| *name);
    let mut sum = Sha256::new();
    sum.update(&described);
    for (name, tensor) in &kept {
        sum.update(name);
        sum.update((tensor.data().len() as u64).to_le_bytes());
        sum.update(tensor.data());
    }
    let sum = sum.hex();
    let state = HashMap::from([("tagline.state".to_owned(), format!("{sum} {described}"))]);
    std::fs::write(file, safetensors::serialize(kept, Some(state)).unwrap()).unwrap();
}

#[test]
fn an_unfinished_run_without_adams_moments_is_refused_and_a_finished_one_is_done() {
    let folder = folder([4, 4, 4]);
    let unfinished = TrainOptions {
        recipe: Recipe {
            epochs: 2,
            ..options(folder.path(), "unfinished").recipe
        },
        ..options(folder.path(), "unfinished")
    };
    let report = train::run(&unfinished, &OneEpoch::default()).unwrap();
    assert_eq!((report.end, report.epochs.len()), (End::Interrupted, 1));
    let last = unfinished.run.join("last.safetensors");
    let whole = std::fs::read(&last).unwrap();
    forget_moments(&last);
    let error = train::run(&unfinished, &()).unwrap_err().to_string();
    assert!(error.contains("last.safetensors"), "{error}");
    assert!(error.contains("lacks Adam's moments"), "{error}");
    std::fs::write(&last, whole).unwrap();
    let finished = train::run(&unfinished, &()).unwrap();
    assert_eq!((finished.end, finished.epochs.len()), (End::Finished, 2));
    forget_moments(&last);
    assert_eq!(train::run(&unfinished, &()).unwrap(), finished);
}

/// Starts the same training while it runs.
struct Twice<'a> {
    options: &'a TrainOptions,
    second: Mutex<Option<TrainError>>,
}

impl Progress for Twice<'_> {
    fn event(&self, event: &Event<'_>) {
        if matches!(event, Event::Started { .. }) {
            let second = train::run(self.options, &());
            *self.second.lock().unwrap() = second.err();
        }
    }
}

#[test]
fn a_second_training_in_a_folder_is_kept_out_and_the_first_goes_on() {
    let folder = folder([4, 4, 4]);
    let options = options(folder.path(), "run");
    let twice = Twice {
        options: &options,
        second: Mutex::default(),
    };
    let first = train::run(&options, &twice).unwrap();
    assert_eq!(first.end, End::Finished);
    let second = twice.second.into_inner().unwrap().unwrap();
    assert!(matches!(second, TrainError::Busy { .. }), "{second}");
    assert_eq!(train::run(&options, &()).unwrap(), first);
}

/// Keeps the remarks for the user.
#[derive(Default)]
struct Remarks(Mutex<Vec<String>>);

impl Progress for Remarks {
    fn event(&self, event: &Event<'_>) {
        if let Event::Remark { text } = event {
            self.0.lock().unwrap().push((*text).to_owned());
        }
    }
}

fn description(run: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(run.join("run.json")).unwrap()).unwrap()
}

fn describe(run: &Path, description: &Value) {
    std::fs::write(run.join("run.json"), description.to_string()).unwrap();
}

#[test]
fn a_run_says_what_made_it_and_warns_when_something_else_goes_on_with_it() {
    let folder = folder([4, 4, 4]);
    let options = options(folder.path(), "run");
    let remarks = || {
        let remarks = Remarks::default();
        train::run(&options, &remarks).unwrap();
        remarks.0.into_inner().unwrap()
    };
    assert_eq!(remarks(), [""; 0]);
    let written = description(&options.run);
    assert_eq!(written["machine"]["device"], "cpu");
    for part in ["processor", "simd", "system"] {
        assert!(!written["machine"][part].as_str().unwrap().is_empty());
    }
    assert_eq!(written["trainer"], env!("CARGO_PKG_VERSION"));
    let path = PathBuf::from(written["data"]["path"].as_str().unwrap());
    assert!(path.is_absolute() && path.is_dir(), "{path:?}");
    assert!(written["data"]["options"].is_object());
    assert_eq!(remarks(), [""; 0], "nothing has changed");

    for (place, value, how) in [
        ("/machine/device", "cuda", "as by another seed"),
        ("/machine/simd", "abacus", "in their last bits"),
        ("/trainer", "0.0.1", "in their last bits"),
    ] {
        let mut other = written.clone();
        *other.pointer_mut(place).unwrap() = value.into();
        describe(&options.run, &other);
        let said = remarks().join("\n");
        assert!(said.contains(value) && said.contains(how), "{said}");
    }
    // As early versions wrote it.
    let mut early = written;
    early.as_object_mut().unwrap().remove("machine");
    early.as_object_mut().unwrap().remove("start_sha256");
    early["data"].as_object_mut().unwrap().remove("path");
    early["data"].as_object_mut().unwrap().remove("options");
    describe(&options.run, &early);
    assert_eq!(remarks(), [""; 0]);
}

#[test]
fn a_run_that_begins_with_anothers_weights_holds_their_hash_and_refuses_others() {
    let folder = folder([4, 4, 4]);
    let first = options(folder.path(), "first");
    train::run(&first, &()).unwrap();
    let mut second = options(folder.path(), "second");
    second.recipe.start = Some(first.run.clone());
    train::run(&second, &()).unwrap();
    let sum = sha256_of_file(&first.run.join("best.safetensors")).unwrap();
    assert_eq!(description(&second.run)["start_sha256"], sum);

    let mut other = options(folder.path(), "other");
    other.recipe.seed = 7;
    train::run(&other, &()).unwrap();
    let weights = other.run.join("best.safetensors");
    std::fs::copy(weights, first.run.join("best.safetensors")).unwrap();
    // A run that has begun does not need them.
    train::run(&second, &()).unwrap();
    std::fs::remove_file(second.run.join("last.safetensors")).unwrap();
    let error = train::run(&second, &()).unwrap_err().to_string();
    assert!(
        error.contains(&format!("start weights {sum}, not ")),
        "{error}"
    );
}

#[test]
fn another_number_of_epochs_is_refused_with_what_to_do() {
    let folder = folder([4, 4, 4]);
    let mut options = options(folder.path(), "run");
    train::run(&options, &()).unwrap();
    options.recipe.epochs = 3;
    let error = train::run(&options, &()).unwrap_err().to_string();
    assert!(error.contains("a run of 1 epochs, not 3"), "{error}");
    assert!(error.contains("--start"), "{error}");
    options.recipe.seed = 4;
    let error = train::run(&options, &()).unwrap_err();
    assert!(matches!(error, TrainError::OtherRun { .. }), "{error}");
}

#[test]
fn a_best_epoch_of_another_architecture_is_not_exported() {
    let folder = folder([4, 4, 4]);
    let options = options(folder.path(), "run");
    train::run(&options, &()).unwrap();
    let mut other = options.clone();
    other.run = folder.path().join("other");
    other.architecture = Architecture::named("fcn4").unwrap();
    other.recipe.width = 0.01;
    train::run(&other, &()).unwrap();
    let [best, foreign] = [&options, &other].map(|one| one.run.join("best.safetensors"));
    std::fs::copy(foreign, best).unwrap();
    let export = Export {
        run: options.run,
        ..Export::default()
    };
    let out = folder.path().join("model.onnx");
    let error = export.write(&out).unwrap_err().to_string();
    assert!(
        error.contains("best.safetensors: a checkpoint of fcn4 (width 0.01")
            && error.contains("not of fcn5-compact (width 0.1"),
        "{error}"
    );
    assert!(!out.exists());
}

#[test]
fn a_split_without_clips_is_named_before_any_work_and_leaves_nothing() {
    let [no_valid, no_test] = [[4, 0, 4], [4, 4, 0]].map(folder);
    let arguments = "train --arch fcn5-compact --width 0.1 --epochs 1 --data data --run run";
    let refused = program(no_valid.path(), arguments).output().unwrap();
    assert_refused(&refused, "no clips in the split `valid`");
    assert!(!no_valid.path().join("run").exists());

    let at = no_test.path();
    for split in [&no_valid, &no_test] {
        let arguments = "experiment paper-2 --data data --out out --width 0.01 --epochs 1";
        let refused = program(split.path(), arguments).output().unwrap();
        assert_refused(&refused, "no clips in the split `");
        assert!(!split.path().join("out").exists());
    }
    stdout(&program(at, arguments).output().unwrap());
    let arguments = "export --run run --out model.onnx --quantize int8 --data data";
    let refused = program(at, arguments).output().unwrap();
    assert_refused(&refused, "no clips in the split `test`");
    assert!(!at.join("model.onnx").exists());
}
