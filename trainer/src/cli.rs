//! The command line.

use std::io::{ErrorKind, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use indicatif::{MultiProgress, ProgressDrawTarget};
use tagline_engine::{Backend, BackendChoice};

use crate::import::{Import, PRESETS};
use crate::tag::{Format, Report, TagError, TaggedFile, Tagging, Taggrams, find_model, tag_files};

/// Where imported models lie, seen from the project's folder.
const IMPORTED: &str = "target/models";

/// Imports tagging networks and tags audio files.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Import(ImportArgs),
    Tag(TagArgs),
}

/// Make a model file of published weights: safetensors, PyTorch (.pth, .pt) or Keras 1.x HDF5.
#[derive(Debug, Args)]
struct ImportArgs {
    /// File of weights. It is read without executing anything in it.
    file: PathBuf,
    /// The network whose weights they are.
    #[arg(long, value_parser = PRESETS.map(|preset| preset.name))]
    preset: String,
    /// Tag names in output order: a JSON list, a JSON object of lists, or one a line.
    #[arg(long)]
    tags: PathBuf,
    /// Which list to take where the file of tags holds several.
    #[arg(long, value_name = "NAME")]
    tag_set: Option<String>,
    /// Where the model is written, whole or not at all.
    #[arg(long)]
    out: PathBuf,
    /// Name of the model for people.
    #[arg(long)]
    name: Option<String>,
    /// Version of the model.
    #[arg(long)]
    version: Option<String>,
    /// Licence of the weights.
    #[arg(long)]
    licence: Option<String>,
    /// Where the weights come from.
    #[arg(long)]
    provenance: Option<String>,
}

/// Tag audio files (wav, flac, mp3, ogg, m4a, aiff) as the plugin would at their end.
#[derive(Debug, Args)]
struct TagArgs {
    /// Audio files.
    #[arg(required = true)]
    audio: Vec<PathBuf>,
    /// Model file. Without it: the default in the model folder, or else the newest imported one.
    #[arg(long)]
    model: Option<PathBuf>,
    /// Seconds between windows.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = update_seconds)]
    update: f64,
    /// Print the tags of every window, too (with --json or --csv).
    #[arg(long)]
    updates: bool,
    /// Print one JSON object a line for each file.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print a table of comma-separated values.
    #[arg(long)]
    csv: bool,
    /// Draw tags over time: a .png, or for several files a folder of them.
    #[arg(long, value_name = "PNG")]
    taggram: Option<PathBuf>,
    /// What runs the network.
    #[arg(long, value_enum, default_value_t)]
    backend: BackendArg,
    /// Files side by side; as many as there are processors if not given.
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum BackendArg {
    /// The fastest that works here.
    #[default]
    Auto,
    Tract,
    /// ONNX Runtime on the CPU.
    OrtCpu,
    Cuda,
    Directml,
}

impl From<BackendArg> for BackendChoice {
    fn from(backend: BackendArg) -> Self {
        match backend {
            BackendArg::Auto => Self::Auto,
            BackendArg::Tract => Self::Only(Backend::Tract),
            BackendArg::OrtCpu => Self::Only(Backend::OnnxRuntimeCpu),
            BackendArg::Cuda => Self::Only(Backend::Cuda),
            BackendArg::Directml => Self::Only(Backend::DirectMl),
        }
    }
}

fn update_seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 10.0 => Ok(seconds),
        _ => Err("a number of seconds above 0 and up to 10 is expected".into()),
    }
}

/// Runs the command. What fails is said in a line on standard error.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    let outcome = match cli.command {
        Command::Import(args) => import(args),
        Command::Tag(args) => tag(&args),
    };
    outcome.unwrap_or_else(|error| {
        complain(&error.to_string());
        ExitCode::FAILURE
    })
}

type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

fn import(args: ImportArgs) -> Outcome {
    let import = Import {
        weights: args.file,
        preset: args.preset,
        tags: args.tags,
        tag_set: args.tag_set,
        name: args.name,
        version: args.version,
        licence: args.licence,
        provenance: args.provenance,
    };
    let model = import.write(&args.out)?;
    let line = format!(
        "{}: {}, {} tags, {:.1} s window\n",
        args.out.display(),
        model.info().name,
        model.info().tags.len(),
        model.info().front_end.window_seconds(),
    );
    still_wanted(std::io::stdout().write_all(line.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

fn tag(args: &TagArgs) -> Outcome {
    let model = find_model(args.model.as_deref(), Path::new(IMPORTED))?;
    let info = model.info().clone();
    let format = match (args.json, args.csv) {
        (true, _) => Format::Json,
        (_, true) => Format::Csv,
        _ => Format::Table,
    };
    let report = Report {
        format,
        model: &info,
        updates: args.updates,
    };
    let mut taggrams = match &args.taggram {
        Some(path) => Some(
            Taggrams::new(path, args.audio.len())
                .map_err(|error| format!("{}: {error}", path.display()))?,
        ),
        None => None,
    };
    let tagging = Tagging {
        model,
        backend: args.backend.into(),
        library_dirs: library_dirs(),
        update_seconds: args.update,
        every_update: taggrams.is_some() || (args.updates && format != Format::Table),
    };
    let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let progress = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
    let mut out = std::io::stdout();
    let mut failed = false;
    if !still_wanted(report.begin(&mut out))? {
        return Ok(ExitCode::SUCCESS);
    }
    let mut broken = None;
    tag_files(
        &tagging,
        &args.audio,
        args.jobs.unwrap_or(processors),
        &progress,
        |outcome| {
            let drawn = outcome.and_then(|file| draw(taggrams.as_mut(), file, &info));
            progress.suspend(|| match drawn {
                Ok(file) => still_wanted(report.file(&mut out, &file)).unwrap_or_else(|error| {
                    broken = Some(error);
                    false
                }),
                Err(error) => {
                    failed = true;
                    complain(&error.to_string());
                    true
                }
            })
        },
    )?;
    if let Some(error) = broken {
        return Err(format!("standard output: {error}").into());
    }
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn draw(
    taggrams: Option<&mut Taggrams>,
    file: TaggedFile,
    model: &tagline_engine::ModelInfo,
) -> Result<TaggedFile, TagError> {
    if let Some(taggrams) = taggrams {
        taggrams.write(&file, model)?;
    }
    Ok(file)
}

/// `false` where the reader of the output has gone, as `head` does: that is no error.
fn still_wanted(written: std::io::Result<()>) -> std::io::Result<bool> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

/// A line on standard error; where that is gone, too, there is nobody to tell.
fn complain(message: &str) {
    let line = format!("trainer: {message}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// ONNX Runtime's library may lie beside the program.
fn library_dirs() -> Vec<PathBuf> {
    let program = std::env::current_exe().ok();
    let folder = program.as_deref().and_then(Path::parent);
    folder.map(Path::to_owned).into_iter().collect()
}
