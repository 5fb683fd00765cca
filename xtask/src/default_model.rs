//! `cargo xtask default-model`: the recipe of the model that is built in, from a folder of audio and the
//! weights of the version before.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::error::Error;
use crate::process;
use crate::say::note;
use crate::workspace::{Workspace, cargo, create_folder};

/// Goes up whenever the model changes.
const VERSION: &str = "4";
const PROVENANCE: &str = "Tagline's own weights: FCN-5 compact, distilled from the FCNs of Won et \
    al. (2020, MIT) on openly licensed music and speech and on songs that open models made, and trained \
    on synthetic music labelled by construction; models/README.md names every source";
/// Music and speech, which people play to the model. Single notes of an instrument are neither.
const ON_REAL_AUDIO: &str = "--without karoryfer-";
/// Music alone. Speech has no genre, which is too easy to learn.
const ON_MUSIC: &str = "--without speech- --without librispeech-";
/// Songs and bands, whose tags are as frequent as in what users play. Soundtracks of games (`deb-`) and speech
/// are not.
const ON_SONGS: &str = "--without speech- --without deb-";
/// How the weights before learn on, at first all but the lowest blocks and then the upper ones alone. The mean of
/// what comes out and of the weights before is the model.
const REFINEMENTS: [&str; 2] = [
    "--blocks 3 --epochs 8 --lr 0.0006 --seed 8",
    "--blocks 2 --epochs 8 --lr 0.0008 --seed 9",
];
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
    /// The weights to begin with, which are those of the version before (models/README.md)
    #[arg(long, value_name = "MODEL")]
    start: PathBuf,
    /// Hashes of audio that is never trained on; give the option once for each list
    #[arg(long, value_name = "FILE")]
    except: Vec<PathBuf>,
    /// Folder of everything on the way, 3 GB; an interrupted recipe goes on there
    #[arg(long, default_value = "target/default-model")]
    work: PathBuf,
    /// Where the model is written
    #[arg(long, default_value = "models/tagline-default.onnx")]
    out: PathBuf,
}

/// Renders, distils, refines, calibrates and evaluates. It passes over what is rendered, labelled and refined
/// already.
///
/// # Errors
/// Those of building, and of the first step that fails.
pub fn run(workspace: &Workspace, recipe: &Recipe) -> Result<(), Error> {
    process::run_to_stderr(cargo().args(["build", "--release", "--package=trainer"]))?;
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
        note!("\n=== {}", process::shown(command));
        process::run(command)
    };
    let [synth, known, noise, heard] =
        ["synth", "known", "noise", "heard"].map(|name| work.join(name));
    let [first, second, raw] =
        ["first.onnx", "second.onnx", "raw.onnx"].map(|name| work.join(name));
    let out = absolute(&recipe.out);

    step(
        trainer("synth --clips 500 --seed 11")
            .args(["--soundfont", SOUNDFONT])
            .arg(&synth),
    )?;
    step(trainer("distill --no-music 240 --seed 3").args([
        Path::new("--synth"),
        &synth,
        Path::new("--out"),
        &known,
    ]))?;
    step(
        trainer("distill --no-music 900 --seed 9")
            .arg("--out")
            .arg(&noise),
    )?;
    // sources.csv says how often each source is heard.
    let mut distil = trainer("distill --seed 5");
    for teacher in &recipe.teacher {
        distil.arg("--teacher").arg(absolute(teacher));
    }
    for list in &recipe.except {
        distil.arg("--except").arg(absolute(list));
    }
    step(
        distil
            .args([Path::new("--out"), &heard])
            .arg(absolute(&recipe.audio)),
    )?;
    let start = absolute(&recipe.start);
    let learned = [&heard, &known, &noise];
    let folders = |option| {
        learned
            .iter()
            .flat_map(move |data| [Path::new(option), data])
    };
    for (how, from, to) in [
        (REFINEMENTS[0], &start, &first),
        (REFINEMENTS[1], &first, &second),
    ] {
        if to.exists() {
            continue;
        }
        step(
            trainer(&format!("refine --views 0 --balance --last {how}"))
                .args(["--version", VERSION, "--provenance", PROVENANCE])
                .args(folders("--data"))
                .args([Path::new("--out"), to])
                .arg(from),
        )?;
    }
    step(
        trainer("average")
            .args([&second, &start])
            .args([Path::new("--out"), &raw]),
    )?;
    step(
        trainer(&format!(
            "calibrate --vocabulary models/tags.toml --together 0.07 {ON_SONGS}"
        ))
        .args([Path::new("--data"), &heard])
        .args(folders("--learned"))
        .arg(&raw)
        .args([Path::new("--out"), &out]),
    )?;
    let real = format!("{ON_REAL_AUDIO} {ON_MUSIC} --draw sources");
    for (clips, data) in [(real.as_str(), &heard), ("--only synth-", &known)] {
        step(
            trainer(&format!("evaluate {clips} --seconds-heard"))
                .args([Path::new("--data"), data])
                .arg(&out),
        )?;
    }
    Ok(())
}
