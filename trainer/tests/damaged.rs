//! Bytes that changed on the disk, under the commands that read prepared data.

use std::path::Path;
use std::process::Command;

use tagline_tests::TinyModel;
use tempfile::TempDir;
use trainer::data::{Clip, ClipInfo, DatasetWriter, Input, Plan, Split};

const FRAMES: usize = 1366;
const BYTES: usize = 2 * 96 * FRAMES;

/// Twelve clips, those of each split in a shard of their own, and a model of their tags.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tags = vec!["low".to_owned(), "high".to_owned()];
    let mut plan = Plan::new("small", tags, &[Input::Mel]);
    plan.shard_items = 4;
    let mut writer = DatasetWriter::create(&folder.path().join("data"), plan).unwrap();
    for number in 0..12 {
        let labels = [number % 2, number / 2 % 2].map(|label| label as f32);
        let value = |at: usize| labels[usize::from(at >= 48 * FRAMES)] - 1.0;
        let clip = Clip {
            info: ClipInfo {
                id: number.to_string(),
                path: format!("{number}.wav"),
                source: String::new(),
                split: Split::ALL[number / 4],
                labels: labels.to_vec(),
                heard_frames: FRAMES,
                offset_seconds: 0.0,
            },
            windows: vec![(0..96 * FRAMES).map(value).collect()],
        };
        writer.push(&[clip], &[]).unwrap();
    }
    writer.finish().unwrap();
    let front_end = serde_json::to_string(&Input::Mel.front_end()).unwrap();
    let model = TinyModel::new(&["low", "high"], FRAMES);
    let model = model.with("tagline.front_end", Some(&front_end)).bytes();
    std::fs::write(folder.path().join("model.onnx"), model).unwrap();
    folder
}

const TRAIN: &[&str] = &[
    "train",
    "--arch",
    "fcn5-compact",
    "--width",
    "0.1",
    "--epochs",
    "1",
    "--batch",
    "2",
    "--device",
    "cpu",
    "--run",
    "run",
];
const EVALUATE: &[&str] = &["evaluate", "model.onnx", "--backend", "tract"];
const CALIBRATE: &[&str] = &[
    "calibrate",
    "model.onnx",
    "--backend",
    "tract",
    "--out",
    "calibrated.onnx",
];

/// What a command on the data says when it fails; `None` if it does not.
fn error_of(folder: &Path, command: &[&str]) -> Option<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_trainer"))
        .current_dir(folder)
        .args(command)
        .args(["--data", "data"])
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    (!output.status.success()).then_some(error)
}

#[test]
fn no_command_goes_on_with_a_changed_byte_or_a_nan() {
    let folder = folder();
    // The shards of training, validation and test, and who reads them.
    let cases = [(0, TRAIN), (1, TRAIN), (1, CALIBRATE), (2, EVALUATE)];
    for (shard, command) in cases {
        let name = format!("{shard:05}.mel.f16");
        let path = folder.path().join("data").join(&name);
        let good = std::fs::read(&path).unwrap();
        assert_eq!(good.len(), 4 * BYTES);
        for bytes in [[good[BYTES + 100] ^ 1, good[BYTES + 101]], [0x00, 0x7e]] {
            let mut damaged = good.clone();
            damaged[BYTES + 100..][..2].copy_from_slice(&bytes);
            std::fs::write(&path, damaged).unwrap();
            let error = error_of(folder.path(), command);
            let error = error.unwrap_or_else(|| panic!("{} goes on", command[0]));
            for word in [name.as_str(), "damaged", "prepare the data set again"] {
                assert!(error.contains(word), "{}: {error}", command[0]);
            }
            assert!(!error.contains("panicked"), "{error}");
        }
        std::fs::write(&path, &good).unwrap();
    }
    assert!(!folder.path().join("calibrated.onnx").exists());
    assert_eq!(error_of(folder.path(), EVALUATE), None);
}
