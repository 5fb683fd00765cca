//! Training on small sets of made-up clips.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use trainer::arch::Architecture;
use trainer::convert::export::{Export, to_int8};
use trainer::data::{Clip, ClipInfo, DatasetWriter, Input, Plan, Split};
use trainer::train::{self, DeviceChoice, End, TrainError, TrainOptions, TrainReport};
use trainer::work::{Event, Progress};

use crate::common::clips;
use crate::common::program::{assert_refused, stderr, stdout, trainer};
use crate::common::training;

const TAGS: [&str; 3] = ["low", "high", "late"];

/// A data set with `clips` clips for each split: noise with a louder part for each tag.
fn prepare(folder: &Path, clips: usize) {
    let tags = TAGS.map(str::to_owned).to_vec();
    let plan = Plan::new("made-up", tags, &[Input::Mel]);
    let mut writer = DatasetWriter::create(folder, plan).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for number in 0..3 * clips {
        let split = [Split::Train, Split::Valid, Split::Test][number % 3];
        let kind = number / 3;
        let labels = [kind % 2 == 0, kind % 4 < 2, kind % 3 == 0];
        let mut window: Vec<f32> = Vec::with_capacity(96 * 1366);
        for band in 0..96 {
            for frame in 0..1366 {
                let loud = labels[0] && band < 20
                    || labels[1] && band > 70
                    || labels[2] && (30..50).contains(&band) && frame > 700;
                window.push(rng.random_range(-1.0..0.0) + if loud { 1.0 } else { 0.0 });
            }
        }
        let clip = Clip {
            info: ClipInfo {
                id: number.to_string(),
                path: format!("{number}.wav"),
                source: String::new(),
                split,
                labels: labels.map(|label| f32::from(u8::from(label))).to_vec(),
                heard_frames: 1366,
                offset_seconds: 0.0,
            },
            windows: vec![window],
        };
        writer.push(&[clip], &[]).unwrap();
    }
    writer.finish().unwrap();
}

fn options(folder: &Path, run: &str) -> TrainOptions {
    let mut options = training::options(folder, run);
    options.recipe.epochs = 3;
    options.recipe.batch = 4;
    options.recipe.learning_rate = 0.01;
    options
}

fn folder(clips: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    prepare(&folder.path().join("data"), clips);
    folder
}

/// Ends a training after some steps.
struct StopAfter {
    steps: usize,
    seen: AtomicUsize,
}

impl Progress for StopAfter {
    fn event(&self, event: &Event<'_>) {
        if let Event::Step { .. } = event {
            self.seen.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn interrupted(&self) -> bool {
        self.seen.load(Ordering::Relaxed) >= self.steps
    }
}

fn stop_after(steps: usize) -> StopAfter {
    StopAfter {
        steps,
        seen: AtomicUsize::new(0),
    }
}

fn file(options: &TrainOptions, name: &str) -> Vec<u8> {
    std::fs::read(options.run.join(name)).unwrap()
}

/// A report without its times.
fn result(report: &TrainReport) -> Vec<(usize, f64, f64, f64)> {
    let epochs = report.epochs.iter();
    epochs
        .map(|one| (one.epoch, one.train_loss, one.roc_auc, one.pr_auc))
        .collect()
}

#[test]
fn a_small_set_is_learnt_and_the_run_folder_tells_all() {
    let folder = folder(16);
    let mut options = options(folder.path(), "run");
    options.recipe.epochs = 12;
    options.recipe.width = 0.4;
    let report = train::run(&options, &()).unwrap();
    assert_eq!(report.end, End::Finished);
    let (first, last) = (&report.epochs[0], report.epochs.last().unwrap());
    assert!(
        last.train_loss < 0.75 * first.train_loss,
        "{:?}",
        report.epochs
    );
    assert!(report.best.unwrap().1 > 0.98, "{:?}", report.epochs);
    let run: serde_json::Value = serde_json::from_slice(&file(&options, "run.json")).unwrap();
    assert_eq!(run["architecture"], "fcn5-compact");
    assert_eq!(run["recipe"]["seed"], 0);
    assert_eq!(run["data"]["tags"][2], "late");
    let epochs = String::from_utf8(file(&options, "epochs.csv")).unwrap();
    assert_eq!(epochs.lines().count(), 13);
    let mut lines = epochs.lines();
    assert!(lines.next().unwrap().ends_with(",seconds,waited"));
    for (line, record) in lines.zip(&report.epochs) {
        let numbers: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        assert!((numbers[6] - record.waited).abs() < 1e-3, "{line}");
        assert!((0.0..record.seconds).contains(&record.waited), "{line}");
    }
    // The first batch cannot be ready yet.
    assert!(report.epochs.iter().all(|record| record.waited > 0.0));
    let tags = String::from_utf8(file(&options, "tags.csv")).unwrap();
    assert!(tags.contains("\nhigh,8,"), "{tags}");
    for figure in ["curves.svg", "loss.svg", "tags.svg"] {
        assert!(file(&options, figure).starts_with(b"<svg"));
    }
    let again = train::run(&options, &()).unwrap();
    assert_eq!(
        again.epochs, report.epochs,
        "a finished run has nothing left to do"
    );
}

#[test]
fn an_interrupted_training_ends_in_the_same_weights_bit_for_bit() {
    let folder = folder(12);
    for variable_length in [false, true] {
        let name = |name: &str| format!("{name}-{variable_length}");
        let mut whole = options(folder.path(), &name("whole"));
        whole.recipe.variable_length = variable_length;
        whole.recipe.half_windows = 0.4;
        let mut parts = TrainOptions {
            run: folder.path().join(name("parts")),
            ..whole.clone()
        };
        let expected = train::run(&whole, &()).unwrap();
        // An epoch has three steps: in the first epoch, at the end of the second, in the third.
        for steps in [2, 4, 1] {
            let report = train::run(&parts, &stop_after(steps)).unwrap();
            assert_eq!(report.end, End::Interrupted);
        }
        let found = train::run(&parts, &()).unwrap();
        assert_eq!(result(&found), result(&expected));
        for name in ["best.safetensors", "tags.csv"] {
            assert!(file(&parts, name) == file(&whole, name), "{name} differs");
        }
        parts.recipe.seed = 9;
        assert!(matches!(
            train::run(&parts, &()),
            Err(TrainError::OtherRun { .. })
        ));
    }
}

#[test]
fn a_training_begins_with_another_runs_best_epoch_and_leaves_out_clips_by_name() {
    let folder = folder(8);
    let first = options(folder.path(), "first");
    let best = train::run(&first, &stop_after(1_000))
        .unwrap()
        .best
        .unwrap()
        .1;
    let mut second = options(folder.path(), "second");
    second.recipe.start = Some(first.run.clone());
    // The steps are too small to change anything.
    second.recipe.learning_rate = 1e-12;
    second.recipe.epochs = 1;
    let found = train::run(&second, &stop_after(1_000))
        .unwrap()
        .best
        .unwrap()
        .1;
    assert!((found - best).abs() < 0.2, "{found} {best}");

    let mut none = options(folder.path(), "none");
    none.recipe.start = Some(folder.path().join("nowhere"));
    let error = train::run(&none, &stop_after(1)).unwrap_err().to_string();
    assert!(
        error.contains("nowhere") && error.contains("no run"),
        "{error}"
    );
    none.recipe.start = None;
    none.recipe.without = vec![String::new()];
    let error = train::run(&none, &stop_after(1)).unwrap_err().to_string();
    assert!(error.contains("only 0 clip"), "{error}");
}

#[test]
fn the_best_epoch_is_exported_as_a_model_that_says_where_it_comes_from() {
    let folder = folder(8);
    let options = options(folder.path(), "run");
    let export = Export {
        run: options.run.clone(),
        ..Export::default()
    };
    let out = folder.path().join("model.onnx");
    let error = export.write(&out).unwrap_err().to_string();
    assert!(error.contains("holds no run"), "{error}");
    train::run(&options, &stop_after(1)).unwrap();
    let error = export.write(&out).unwrap_err().to_string();
    assert!(error.contains("no finished epoch"), "{error}");
    assert!(!out.exists());

    let report = train::run(&options, &()).unwrap();
    let model = export.write(&out).unwrap();
    assert_eq!(model.info().tags, TAGS);
    assert_eq!(model.info().name, "FCN-5 compact (made-up)");
    let (epoch, auc) = report.best.unwrap();
    let part = format!("best of its epochs: {epoch}, validation ROC-AUC {auc:.4}");
    assert!(
        model.info().provenance.contains(&part),
        "{}",
        model.info().provenance
    );
    assert!(std::fs::read(&out).unwrap() == model.onnx());

    let int8 = to_int8(&model, &options.data, &[], &()).unwrap();
    assert_eq!(
        (int8.clips, &int8.model.info().tags),
        (8, &model.info().tags)
    );
    let provenance = &int8.model.info().provenance;
    assert!(
        provenance.ends_with("; made int8 with 8 training clips of made-up"),
        "{provenance}"
    );
    let [before, after] = int8.roc_auc;
    assert!((before - after).abs() < 0.2, "{before} {after}");
}

#[test]
fn a_training_without_gain_ends_early() {
    let folder = folder(8);
    let mut options = options(folder.path(), "run");
    options.recipe.epochs = 40;
    options.recipe.patience = 2;
    options.recipe.learning_rate = 1e-9;
    let report = train::run(&options, &()).unwrap();
    assert_eq!(report.end, End::Stopped);
    let (best, _) = report.best.unwrap();
    assert_eq!(report.epochs.len(), best + 2);
}

#[test]
fn a_folder_of_another_run_is_not_touched() {
    let folder = folder(4);
    let options = options(folder.path(), "run");
    train::run(&options, &stop_after(1)).unwrap();
    let before = file(&options, "last.safetensors");
    let mut other = options.clone();
    other.architecture = Architecture::named("fcn4").unwrap();
    other.recipe.batch = 2;
    let error = train::run(&other, &()).unwrap_err().to_string();
    assert!(error.contains("arch fcn5-compact, not fcn4"), "{error}");
    assert!(error.contains("batch 4, not 2"), "{error}");
    assert!(file(&options, "last.safetensors") == before);
}

#[test]
fn a_damaged_or_foreign_checkpoint_is_refused_by_name() {
    let folder = folder(4);
    let options = options(folder.path(), "run");
    train::run(&options, &stop_after(1)).unwrap();
    let last = options.run.join("last.safetensors");
    let good = std::fs::read(&last).unwrap();
    std::fs::write(&last, &good[..good.len() / 2]).unwrap();
    let error = train::run(&options, &()).unwrap_err().to_string();
    assert!(
        error.contains("last.safetensors: damaged, or not a checkpoint"),
        "{error}"
    );

    let mut wider = options.clone();
    wider.run = folder.path().join("wider");
    wider.recipe.width = 0.2;
    train::run(&wider, &stop_after(1)).unwrap();
    std::fs::copy(wider.run.join("last.safetensors"), &last).unwrap();
    let error = train::run(&options, &()).unwrap_err().to_string();
    assert!(
        error.contains("a checkpoint of fcn5-compact (width 0.2"),
        "{error}"
    );
}

#[test]
fn a_checkpoint_that_cannot_be_written_leaves_the_good_one() {
    let folder = folder(4);
    let options = options(folder.path(), "run");
    train::run(&options, &stop_after(1)).unwrap();
    let good = file(&options, "last.safetensors");
    // Every system refuses to replace a folder, even for root.
    std::fs::create_dir_all(options.run.join("best.safetensors/in the way")).unwrap();
    let error = train::run(&options, &()).unwrap_err();
    assert!(matches!(error, TrainError::Write { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("best.safetensors is not written"),
        "{error}"
    );
    assert!(file(&options, "last.safetensors") == good);
    std::fs::remove_dir_all(options.run.join("best.safetensors")).unwrap();
    assert_eq!(train::run(&options, &()).unwrap().end, End::Finished);
}

#[test]
fn options_and_data_that_make_no_sense_are_named() {
    let folder = folder(1);
    let good = options(folder.path(), "run");
    let error = train::run(&good, &()).unwrap_err().to_string();
    assert!(error.contains("only 1 clip"), "{error}");
    let refused = |change: fn(&mut TrainOptions), part: &str| {
        let mut options = good.clone();
        change(&mut options);
        let error = train::run(&options, &()).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    };
    refused(|o| o.recipe.width = f64::NAN, "--width");
    refused(|o| o.recipe.batch = 1, "--batch must be at least 2");
    refused(|o| o.recipe.learning_rate = 0.0, "--lr");
    refused(|o| o.recipe.epochs = 0, "--epochs");
    refused(|o| o.recipe.epochs = usize::MAX, "--epochs");
    refused(|o| o.device = DeviceChoice::Cuda, "without cuda");
    refused(|o| o.data = "nowhere".into(), "nowhere");
}

#[test]
fn a_validation_that_can_rank_nothing_is_found_before_anything_is_trained() {
    let folder = tempfile::tempdir().unwrap();
    clips::prepare(folder.path(), &[Input::Mel], [4, 1, 1]);
    let options = options(folder.path(), "run");
    let error = train::run(&options, &()).unwrap_err();
    assert!(matches!(error, TrainError::NothingToMeasure), "{error}");
    assert!(!options.run.exists());
}

#[test]
fn the_command_line_trains_and_exports_in_plain_lines() {
    let folder = folder(4);
    let run = |arguments: &[&str]| trainer(folder.path(), arguments);
    let small = ["--width", "0.02", "--epochs", "2", "--batch", "2"];
    let command = ["train", "--arch", "fcn4", "--data", "data", "--run", "run"];
    let trained = run(&[&command[..], &small].concat());
    let (printed, said) = (stdout(&trained), stderr(&trained));
    assert!(printed.contains("2 epochs; best is epoch"), "{printed}");
    assert!(said.starts_with("FCN-4: "), "{said}");
    assert!(said.contains("\nepoch 2/2: loss "), "{said}");
    assert!(said.contains(" % of it waiting for data"), "{said}");

    let printed = stdout(&run(&["export", "--run", "run", "--out", "model.onnx"]));
    assert!(
        printed.contains("FCN-4 (made-up), 3 tags, 29.1 s window"),
        "{printed}"
    );
    let model = tagline_engine::Model::open(&folder.path().join("model.onnx")).unwrap();
    assert_eq!(model.info().tags, TAGS);

    let no_run = run(&["export", "--run", "data", "--out", "model.onnx"]);
    assert_refused(&no_run, "holds no run of `trainer train`");
    let unknown = run(&["train", "--arch", "fcn9", "--data", "data", "--run", "run"]);
    assert_refused(&unknown, "fcn5-compact");
}
