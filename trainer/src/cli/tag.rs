//! `trainer tag`.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use tagline_engine::Analyzer;
use trainer::tag::{
    At, Format, Library, LibraryError, Report, Shard, TagError, TaggedFile, Tagging, Taggrams,
    Windows, find_model, list, tag_files,
};
use trainer::work::processors;

use super::backend::{BackendArg, library_dirs};
use super::progress::Shown;
use super::{Outcome, complain, interrupted, make_folder_of, still_wanted};

/// Tag audio files (wav, flac, mp3, ogg, opus, m4a, aiff and others) as the plugin would after
/// hearing them.
#[derive(Debug, Args)]
pub(super) struct TagArgs {
    /// Audio files, folders of them, and playlists (m3u, m3u8).
    #[arg(required_unless_present = "files_from")]
    audio: Vec<PathBuf>,
    /// A list of more of them, one in each line; - for standard input.
    #[arg(long, value_name = "LIST")]
    files_from: Vec<PathBuf>,
    /// Tag only part I, from 0, of N parts of the files. Each file is in the same part on every machine.
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Write the tags to this Parquet file, with a row for each file, also for those that cannot be
    /// read. Can be interrupted at any time; the same command goes on where it stopped.
    #[arg(
        long,
        value_name = "PARQUET",
        group = "for_programs",
        conflicts_with = "taggram"
    )]
    out: Option<PathBuf>,
    /// Which windows of a file the tags are of: the last (end), as the plugin shows at the file's end, the
    /// mean or the maximum (max) over all, or a number of windows, spread evenly, each by itself.
    #[arg(long, value_name = "WINDOWS", default_value_t)]
    at: At,
    /// Model file; by default the built-in model.
    #[arg(long)]
    model: Option<PathBuf>,
    /// Seconds between windows [default: 1, or 10 with another --at than end].
    #[arg(long, value_name = "SECONDS", value_parser = update_seconds)]
    update: Option<f64>,
    /// How many of the last seconds count, at least 3; by default the model's whole window.
    #[arg(long, value_name = "SECONDS", value_parser = focus_seconds)]
    focus: Option<f64>,
    /// Also print the tags of every window (with --json or --csv), or give each a row (with --out).
    #[arg(long, requires = "for_programs")]
    updates: bool,
    /// Print one JSON object in a line for each file.
    #[arg(long, group = "for_programs")]
    json: bool,
    /// Print a table of comma-separated values.
    #[arg(long, group = "for_programs")]
    csv: bool,
    /// Give each row of the table the embedding, too: what the network's last layer takes in.
    #[arg(long, requires = "out")]
    embeddings: bool,
    /// Write the tags into the files, too: the strongest genre and the moods where a file has none, and a
    /// comment. A checked copy takes the place of each file.
    #[arg(long, conflicts_with = "raw")]
    write_tags: bool,
    /// Draw tags over time: to a .png, or for several files to a folder.
    #[arg(long, value_name = "PNG")]
    taggram: Option<PathBuf>,
    /// Give the network's own probabilities instead of calibrated ones.
    #[arg(long)]
    raw: bool,
    /// What runs the network.
    #[arg(long, value_enum, default_value_t)]
    backend: BackendArg,
    /// Files at the same time; by default one for each processor.
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
}

fn update_seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 10.0 => Ok(seconds),
        _ => Err("a number of seconds above 0 and up to 10 is expected".into()),
    }
}

fn focus_seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds >= Analyzer::FIRST_WINDOW_SECONDS => Ok(seconds),
        _ => Err("a number of seconds from 3 on is expected".into()),
    }
}

pub(super) fn run(args: &TagArgs) -> Outcome {
    let mut model = find_model(args.model.as_deref())?;
    if args.embeddings {
        model = model.with_embedding()?;
    }
    let files = list(&args.audio, &args.files_from)?;
    if files.is_empty() {
        return Err("there is no audio file in what is named".into());
    }
    let jobs = args.jobs.unwrap_or_else(processors);
    let tagging = Tagging {
        model,
        backend: args.backend.into(),
        library_dirs: library_dirs(),
        update_seconds: args.update.unwrap_or(args.at.update_seconds()),
        focus_seconds: args.focus.unwrap_or(f64::INFINITY),
        raw: args.raw,
        write_tags: args.write_tags.then_some(args.at),
        windows: match args.taggram.is_some() || args.updates {
            true => Windows::Every,
            false => args.at.windows(),
        },
    };
    let shard = args.shard.unwrap_or(Shard::ALL);
    match &args.out {
        Some(out) => {
            let library = Library {
                tagging: &tagging,
                files,
                shard,
                at: args.at,
                every_window: args.updates,
                jobs,
            };
            to_table(library, out)
        }
        None => {
            let files: Vec<PathBuf> = files.into_iter().filter(|path| shard.holds(path)).collect();
            to_output(args, &tagging, &files, jobs)
        }
    }
}

/// Tags a library into a table.
fn to_table(library: Library<'_>, out: &Path) -> Outcome {
    make_folder_of(out)?;
    let progress = Shown::new();
    let shown = out.display();
    match library.tag(out, &progress) {
        Ok(done) if done.already => print_line(format!("{shown}: is complete already")),
        Ok(done) => print_line(format!(
            "{shown}: {} files tagged, {} of them unreadable",
            done.files, done.unreadable
        )),
        Err(error @ LibraryError::Interrupted { .. }) => Ok(interrupted(&error)),
        Err(error) => Err(error.into()),
    }
}

fn print_line(line: String) -> Outcome {
    still_wanted(std::io::stdout().write_all(format!("{line}\n").as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

/// Tags files and prints the tags.
fn to_output(args: &TagArgs, tagging: &Tagging, files: &[PathBuf], jobs: NonZeroUsize) -> Outcome {
    let info = tagging.model.info();
    let format = match (args.json, args.csv) {
        (true, _) => Format::Json,
        (_, true) => Format::Csv,
        _ => Format::Table,
    };
    let report = Report {
        format,
        model: info,
        updates: args.updates || args.at.is_windows(),
        calibrated: !args.raw,
    };
    let mut taggrams = match &args.taggram {
        Some(path) => Some(
            Taggrams::new(path, files.len())
                .map_err(|error| format!("{}: {error}", path.display()))?,
        ),
        None => None,
    };
    let progress = Shown::without_stop();
    let mut out = std::io::stdout();
    let mut failed = false;
    if !still_wanted(report.begin(&mut out))? {
        return Ok(ExitCode::SUCCESS);
    }
    let mut broken = None;
    tag_files(tagging, files, jobs, &progress, |outcome| {
        let drawn = outcome.and_then(|file| draw(taggrams.as_mut(), file, info));
        progress.suspend(|| match drawn {
            Ok(file) => {
                if let Some(remark) = &file.remark {
                    tracing::warn!("{}: {remark}", file.path.display());
                }
                let file = args.at.of(file);
                still_wanted(report.file(&mut out, &file)).unwrap_or_else(|error| {
                    broken = Some(error);
                    false
                })
            }
            Err(error) => {
                failed = true;
                complain(&error.to_string());
                true
            }
        })
    })?;
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
