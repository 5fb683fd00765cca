//! `cargo xtask default-model`: the recipe of the model that is built in, from a folder of audio.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::error::Error;
use crate::process;
use crate::workspace::{Workspace, cargo, create_folder};

/// Goes up whenever the model changes.
const VERSION: &str = "2";
const LICENCE: &str = "MIT OR Apache-2.0";
const PROVENANCE: &str = "Tagline's own weights: FCN-5 compact, distilled from the FCNs of Won et \
    al. (2020, MIT) on openly licensed music and speech, and trained on synthetic music labelled by \
    construction; models/README.md names every source";
/// Music and speech, which people play to the model. Single notes of an instrument are neither.
const ON_REAL_AUDIO: &str = "--without synth- --without no-music --without karoryfer-";
/// Music alone. Speech has no genre, which is too easy to learn.
const ON_MUSIC: &str = "--without speech- --without librispeech-";
/// The SoundFont of the synthetic music. Its licence (MIT) leaves the model free.
const SOUNDFONT: &str = "/usr/share/sounds/sf2/FluidR3_GM.sf2";

/// What makes the default model.
#[derive(Debug, Args)]
pub struct Recipe {
    /// Folder of audio, one folder for each source (docs/distill.md)
    audio: PathBuf,
    /// A model that teaches; give the option once for each
    #[arg(long, value_name = "MODEL", required = true)]
    teacher: Vec<PathBuf>,
    /// Where the training runs
    #[arg(long, default_value = "cpu", value_parser = ["cpu", "cuda", "vulkan"])]
    device: String,
    /// Folder of everything on the way, 5 GB; an interrupted recipe goes on there
    #[arg(long, default_value = "target/default-model")]
    work: PathBuf,
    /// Where the model is written
    #[arg(long, default_value = "models/tagline-default.onnx")]
    out: PathBuf,
}

/// Renders, distils, trains, exports, calibrates and evaluates. It passes over every step that is
/// done.
///
/// # Errors
/// Those of building, and of the first step that fails.
pub fn run(workspace: &Workspace, recipe: &Recipe) -> Result<(), Error> {
    let mut build = cargo();
    build.args(["build", "--release", "--package=trainer"]);
    if recipe.device != "cpu" {
        build.arg(format!("--features={}", recipe.device));
    }
    process::run_to_stderr(&mut build)?;
    let absolute = |path: &Path| workspace.started_in.join(path);
    let work = absolute(&recipe.work);
    create_folder(&work)?;
    let program = workspace.release_program("trainer");
    let trainer = |words: &str| {
        let mut command = Command::new(&program);
        command.args(words.split_whitespace());
        command
    };
    let step = |command: &mut Command| {
        eprintln!("\n=== {}", process::shown(command));
        process::run(command)
    };
    let [synth, data, run, raw] =
        ["synth", "distilled", "run", "raw.onnx"].map(|name| work.join(name));
    let out = absolute(&recipe.out);

    step(
        trainer("synth --clips 3000 --seed 11")
            .args(["--soundfont", SOUNDFONT])
            .arg(&synth),
    )?;
    let mut distil = trainer("distill --no-music 400 --windows 2 --variants 1");
    for teacher in &recipe.teacher {
        distil.arg("--teacher").arg(absolute(teacher));
    }
    step(
        distil
            .args([Path::new("--synth"), &synth, Path::new("--out"), &data])
            .arg(absolute(&recipe.audio)),
    )?;
    step(
        trainer(
            "train --arch fcn5-compact --epochs 20 --batch 16 --lr 0.004 --half-windows 0.75 \
             --variable-length --augment --seed 3",
        )
        .args([Path::new("--data"), &data, Path::new("--run"), &run])
        .args(["--device", &recipe.device]),
    )?;
    step(
        trainer("export --vocabulary models/tags.toml")
            .args(["--name", "Tagline default", "--version", VERSION])
            .args(["--licence", LICENCE, "--provenance", PROVENANCE])
            .args([Path::new("--run"), &run, Path::new("--out"), &raw]),
    )?;
    let on_data = [Path::new("--data"), &data];
    step(
        trainer(&format!("calibrate --check test {ON_REAL_AUDIO}"))
            .args(on_data)
            .arg(&raw)
            .args([Path::new("--out"), &out]),
    )?;
    let real = format!("{ON_REAL_AUDIO} {ON_MUSIC} --draw sources");
    for clips in [real.as_str(), "--only synth-"] {
        step(
            trainer(&format!("evaluate {clips} --seconds-heard"))
                .args(on_data)
                .arg(&out),
        )?;
    }
    Ok(())
}
