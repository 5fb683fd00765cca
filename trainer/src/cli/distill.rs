//! `trainer distill`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use trainer::data::Input;
use trainer::distill::{Distillation, Teacher, distill};
use trainer::prepare::Parts;
use trainer::vocabulary::Vocabulary;
use trainer::work::processors;

use super::backend::{BackendArg, library_dirs};
use super::prepare::{finish, parse_least_seconds};
use super::progress::Shown;
use super::{Outcome, say};

/// Make training data from unlabelled audio: existing models tag it, and their opinions are
/// translated into one vocabulary and blended.
///
/// Can be interrupted at any time; the same command goes on where it stopped.
#[derive(Debug, Args)]
pub(super) struct DistillArgs {
    /// Folder of audio with one folder for each source (an album, an author, a game). A file beside
    /// these folders is a source of its own. The tables sources.csv and SOURCE/labels.csv are read
    /// if they exist.
    audio: Vec<PathBuf>,
    /// A model that teaches. Can be given several times.
    #[arg(long, value_name = "MODEL")]
    teacher: Vec<PathBuf>,
    /// The vocabulary: tags, their groups, and the names that other vocabularies have for them. By
    /// default it is that of the built-in model.
    #[arg(long, value_name = "TOML")]
    vocabulary: Option<PathBuf>,
    /// Folder of the data set. It is made if it does not exist.
    #[arg(long)]
    out: PathBuf,
    /// A corpus of `trainer synth`, whose labels are facts. Can be given several times.
    #[arg(long, value_name = "DIR")]
    synth: Vec<PathBuf>,
    /// Audio to leave out wherever it lies, such as the audio that models are tested on: a text
    /// file with one SHA-256 in each line (as sha256sum writes it), or a folder of audio. Can be
    /// given several times.
    #[arg(long, value_name = "FILE")]
    except: Vec<PathBuf>,
    /// Number of sounds without music (silence, noise, sweeps, hum), which have no tag.
    #[arg(long, value_name = "N", default_value_t = 0)]
    no_music: usize,
    /// Most windows of 29.1 s from one file. A single window is the file's centre.
    #[arg(long, default_value = "1")]
    windows: NonZeroUsize,
    /// Altered copies (speed and pitch, room, codec) of each window of real audio to train on.
    #[arg(long, value_name = "N", default_value_t = 0)]
    variants: usize,
    /// Shortest file that is used. A file shorter than a window is repeated to fill it.
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = parse_least_seconds)]
    least_seconds: f64,
    /// Share of the files, by whole sources, that go to the validation split where sources.csv does
    /// not decide.
    #[arg(long, value_name = "PART", default_value_t = 0.1)]
    valid: f64,
    /// Share of the files, by whole sources, that go to the test split where sources.csv does not
    /// decide.
    #[arg(long, value_name = "PART", default_value_t = 0.1)]
    test: f64,
    /// Seed of splits, copies and sounds.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// What runs the teachers.
    #[arg(long, value_enum, default_value_t)]
    backend: BackendArg,
    /// Files at the same time, 32 at most; by default one for each processor.
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: DistillArgs) -> Outcome {
    if !args.audio.is_empty() && args.teacher.is_empty() {
        return Err("real audio needs a model that tags it: name one with --teacher".into());
    }
    let vocabulary = match &args.vocabulary {
        Some(path) => Vocabulary::read(path)?,
        None => Vocabulary::built_in(),
    };
    let mut teachers = Vec::new();
    for path in &args.teacher {
        let teacher = Teacher::open(path, &vocabulary, args.backend.into(), &library_dirs())?;
        say(&format!(
            "{}: speaks {}, knows {} of {} tags",
            path.display(),
            teacher.speaks(),
            teacher.translated(),
            vocabulary.tags().len()
        ));
        teachers.push(teacher);
    }
    let distillation = Distillation {
        audio: args.audio,
        except: args.except,
        synth: args.synth,
        no_music: args.no_music,
        windows: args.windows,
        variants: args.variants,
        least_seconds: args.least_seconds,
        parts: Parts {
            valid: args.valid,
            test: args.test,
        },
        seed: args.seed,
        jobs: args.jobs.unwrap_or_else(processors),
        out: args.out,
    };
    let shown = Shown::new();
    let distilled = distill(&distillation, &vocabulary, &teachers, &shown);
    drop(shown);
    finish(distilled, &distillation.out, Input::Mel, args.json)
}
