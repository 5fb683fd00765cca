//! `cargo xtask default-model`: the recipe of the model that is built in, from a folder of audio.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::bundle::{self, Build};
use crate::error::Error;
use crate::process;
use crate::workspace::{Workspace, create_folder};

/// Raised whenever the model becomes another.
const VERSION: &str = "1";
const LICENCE: &str = "MIT OR Apache-2.0";
const PROVENANCE: &str = "Tagline's own weights: FCN-5 compact, distilled from the FCNs of Won et \
    al. (2020, MIT) on openly licensed music and speech, and trained on synthetic music labelled by \
    construction; models/README.md names every source";
/// The SoundFont of the synthetic music; its licence (MIT) leaves the model free.
const SOUNDFONT: &str = "/usr/share/sounds/sf2/FluidR3_GM.sf2";

/// What the default model is made of.
#[derive(Debug, Args)]
pub struct Recipe {
    /// Folder of audio, one folder for each source (docs/distill.md)
    audio: PathBuf,
    /// A model that teaches; several times for several
    #[arg(long, value_name = "MODEL", required = true)]
    teacher: Vec<PathBuf>,
    /// What computes: cpu, cuda or vulkan
    #[arg(long, default_value = "cpu")]
    device: String,
    /// Folder of everything on the way, 5 GB; an interrupted recipe goes on there
    #[arg(long, default_value = "target/default-model")]
    work: PathBuf,
    /// Where the model is written
    #[arg(long, default_value = "models/tagline-default.onnx")]
    out: PathBuf,
}

/// Renders, distils, trains, exports, calibrates and evaluates. Every step that is done already is
/// passed over.
///
/// # Errors
/// Those of building, and of the first step that fails.
pub fn run(workspace: &Workspace, recipe: &Recipe) -> Result<(), Error> {
    bundle::run(workspace, Build::Release)?;
    let absolute = |path: &Path| workspace.started_in.join(path);
    let work = absolute(&recipe.work);
    create_folder(&work)?;
    let program = Build::Release.folder(workspace).join("trainer");
    let program = program.with_extension(std::env::consts::EXE_EXTENSION);
    let step = |arguments: &[OsString]| {
        let mut command = Command::new(&program);
        eprintln!("\n=== {}", process::shown(command.args(arguments)));
        process::run(&mut command)
    };
    let [synth, data, run, raw] =
        ["synth", "distilled", "run", "raw.onnx"].map(|name| work.join(name));
    let out = absolute(&recipe.out);

    step(
        &words("synth --clips 3000 --seed 11")
            .with("--soundfont", SOUNDFONT)
            .and(&synth),
    )?;
    let mut distil = words("distill --no-music 400 --windows 2 --variants 1")
        .with("--synth", &synth)
        .with("--out", &data)
        .and(absolute(&recipe.audio));
    for teacher in &recipe.teacher {
        distil = distil.with("--teacher", absolute(teacher));
    }
    step(&distil)?;
    let train = "train --arch fcn5-compact --epochs 20 --batch 16 --lr 0.004 --half-windows 0.75 \
                 --variable-length --augment --seed 3";
    step(
        &words(train)
            .with("--data", &data)
            .with("--run", &run)
            .with("--device", &recipe.device),
    )?;
    let export = words("export --vocabulary models/tags.toml")
        .with("--name", "Tagline default")
        .with("--version", VERSION)
        .with("--licence", LICENCE)
        .with("--provenance", PROVENANCE);
    step(&export.with("--run", &run).with("--out", &raw))?;
    // Real music is what people play to it; single notes of an instrument are none.
    let calibrate = words("calibrate --without synth- --without karoryfer-").and(&raw);
    step(&calibrate.with("--data", &data).with("--out", &out))?;
    for clips in [
        "--without synth- --without no-music --without karoryfer- --seconds-heard",
        "--only synth-",
    ] {
        let evaluate = words("evaluate").and(&out).with("--data", &data);
        step(&[evaluate, words(clips)].concat())?;
    }
    Ok(())
}

/// The words of a command line.
fn words(line: &str) -> Vec<OsString> {
    line.split_whitespace().map(OsString::from).collect()
}

/// Adds to the words of a command line.
trait Words {
    /// Adds an option with its value.
    fn with(self, option: &str, value: impl Into<OsString>) -> Self;
    /// Adds a word.
    fn and(self, word: impl Into<OsString>) -> Self;
}

impl Words for Vec<OsString> {
    fn with(self, option: &str, value: impl Into<OsString>) -> Self {
        self.and(option).and(value)
    }

    fn and(mut self, word: impl Into<OsString>) -> Self {
        self.push(word.into());
        self
    }
}
