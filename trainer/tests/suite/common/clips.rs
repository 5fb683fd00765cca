//! Small prepared data sets.

use std::path::Path;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;
use trainer::data::{Clip, ClipInfo, DatasetWriter, Input, Plan, Split};

/// Tags of [`prepare`]'s clips: the first or the last third of the rows is raised.
pub const TAGS: [&str; 2] = ["low", "high"];

/// A data set `data` in `folder` with so many clips of each split. The values of rows are as large
/// as for music: those of MFCC range from -2 ± 0.7 to ± 0.02.
pub fn prepare(folder: &Path, inputs: &[Input], clips: [usize; 3]) {
    let plan = Plan::new("made-up", TAGS.map(str::to_owned).to_vec(), inputs);
    let mut writer = DatasetWriter::create(&folder.join("data"), plan).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for (split, clips) in Split::ALL.into_iter().zip(clips) {
        for number in 0..clips {
            let has = [number % 2 == 0, number % 4 < 2];
            let info = ClipInfo {
                id: format!("{split}-{number}"),
                path: format!("{split}/{number}.wav"),
                source: String::new(),
                split,
                labels: has.map(|has| f32::from(u8::from(has))).to_vec(),
                heard_frames: inputs[0].front_end().frames,
                offset_seconds: 0.0,
            };
            let windows = inputs.iter().map(|input| window(*input, has, &mut rng));
            let windows = windows.collect();
            writer.push(&[Clip { info, windows }], &[]).unwrap();
        }
    }
    writer.finish().unwrap();
}

/// A folder with that data set.
pub fn folder(inputs: &[Input], clips: [usize; 3]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path(), inputs, clips);
    folder
}

fn window(input: Input, has: [bool; 2], rng: &mut ChaCha8Rng) -> Vec<f32> {
    let spec = input.front_end();
    let rows = spec.input_bands();
    let mut window = Vec::with_capacity(rows * spec.frames);
    for row in 0..rows {
        let raised = has[0] && row < rows / 3 || has[1] && row >= rows - rows / 3;
        let (mean, deviation) = match (input, row) {
            (Input::Mfcc, 0) => (-2.0, 0.7),
            (Input::Mfcc, 1..30) => (0.0, 0.2),
            (Input::Mfcc, _) => (0.0, 0.02),
            _ => (0.0, 1.0),
        };
        let offset = if raised { 1.0 } else { 0.0 };
        window.extend(
            (0..spec.frames).map(|_| mean + deviation * (rng.random_range(-1.0..1.0) + offset)),
        );
    }
    window
}
