//! The commands that read prepared data notice bytes that changed on the disk.

use std::path::Path;
use std::process::Output;

use tempfile::TempDir;
use trainer::data::{Clip, ClipInfo, DatasetWriter, Input, Plan, Split};

use crate::common::networks::tiny_model_of_data;
use crate::common::program::{assert_refused, stdout, trainer};

const FRAMES: usize = 1366;
const BYTES: usize = 2 * 96 * FRAMES;

/// Twelve clips, with a shard for each split, and a model of their tags.
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
    let model = tiny_model_of_data(&["low", "high"]).bytes();
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

fn run(folder: &Path, command: &[&str]) -> Output {
    trainer(folder, &[command, &["--data", "data"]].concat())
}

#[test]
fn no_command_goes_on_with_a_changed_byte_or_a_nan() {
    let folder = folder();
    // The shards of training, validation and test, and the commands that read them.
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
            let output = run(folder.path(), command);
            for word in [name.as_str(), "damaged", "prepare the data set again"] {
                assert_refused(&output, word);
            }
        }
        std::fs::write(&path, &good).unwrap();
    }
    assert!(!folder.path().join("calibrated.onnx").exists());
    stdout(&run(folder.path(), EVALUATE));
}
