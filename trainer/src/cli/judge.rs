//! `trainer judge`.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use tagline_files::not_written;
use trainer::distill::Teacher;
use trainer::judge::{
    Heard, JudgeError, Judgement, Labelled, TagWeights, hear, json, judge, read_labels, weigh,
    write_table,
};
use trainer::metrics::Bootstrap;
use trainer::vocabulary::Vocabulary;

use super::backend::{BackendArg, library_dirs};
use super::progress::Shown;
use super::resamples::resamples;
use super::{Outcome, check_folder, still_wanted};

/// Judge models by what people say of music: per set and tag ROC-AUC, the right genre first, what is
/// shown at 50 %, how often that is right, and tags that never show.
///
/// A table names audio files and what people say of each (docs/judge.md). A model hears the last window
/// of a file, as `trainer tag` does; a shorter file is repeated.
#[derive(Debug, Args)]
pub(super) struct JudgeArgs {
    /// Model files: of the vocabulary's own tags, or teachers whose words it translates.
    #[arg(required = true, value_name = "MODEL")]
    models: Vec<PathBuf>,
    /// Table of labels: path, and any of set, genre, tags, without, artist.
    #[arg(long, value_name = "CSV")]
    labels: PathBuf,
    /// Folder that the paths of the table lie in; several times for several.
    #[arg(long, value_name = "DIR", required = true)]
    audio: Vec<PathBuf>,
    /// The vocabulary; that of the built-in model if not given.
    #[arg(long, value_name = "TOML")]
    vocabulary: Option<PathBuf>,
    /// Judge the blend of the models, too, as `trainer distill` makes it.
    #[arg(long)]
    blend: bool,
    /// Say which of the models to trust on which tag, in lines for the vocabulary; with --blend.
    #[arg(long, requires = "blend")]
    weigh: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Write what every model says of every file, a row each.
    #[arg(long, value_name = "CSV")]
    answers: Option<PathBuf>,
    /// Resamples over artists for the intervals, 0 for none.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = resamples)]
    bootstrap: usize,
    /// What runs the networks.
    #[arg(long, value_enum, default_value_t)]
    backend: BackendArg,
    /// Files side by side; as many as there are processors if not given.
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
}

pub(super) fn run(args: &JudgeArgs) -> Outcome {
    args.answers
        .iter()
        .try_for_each(|path| check_folder(path))?;
    let vocabulary = match &args.vocabulary {
        Some(path) => Vocabulary::read(path)?,
        None => Vocabulary::built_in(),
    };
    let tags = vocabulary.names();
    let files = read_labels(&args.labels, &vocabulary).map_err(JudgeError::from)?;
    if !files
        .iter()
        .any(|file| file.labels.iter().any(|label| !label.is_nan()))
    {
        let path = args.labels.display().to_string();
        return Err(JudgeError::NothingToJudge { path }.into());
    }
    let mut models = Vec::new();
    for path in &args.models {
        let dirs = library_dirs();
        models.push(Teacher::open(
            path,
            &vocabulary,
            args.backend.into(),
            &dirs,
        )?);
    }
    let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let jobs = args.jobs.unwrap_or(processors);
    let progress = Shown::new();
    let heard = hear(&files, &args.audio, &models, tags.len(), jobs, &progress)?;
    drop(progress);
    let names = names(args);
    if let Some(path) = &args.answers {
        let csv = answers_csv(&names, &tags, &files, &heard)?;
        tagline_files::atomic::write(path, &csv).map_err(|error| not_written(path, &error))?;
    }
    let bootstrap = Bootstrap {
        resamples: args.bootstrap,
        seed: 0,
    };
    let everybody = heard.said.iter().chain(args.blend.then_some(&heard.blend));
    let judgements: Vec<Judgement> = names
        .iter()
        .zip(everybody)
        .map(|(name, said)| judge(name, &tags, &files, said, bootstrap))
        .collect();
    let weights = match args.weigh {
        true => weigh(&tags, &files, &heard, bootstrap),
        false => Vec::new(),
    };
    let mut out = Vec::new();
    if args.json {
        writeln!(out, "{}", json(&judgements, &weights))?;
    } else {
        judgements
            .iter()
            .try_for_each(|one| write_table(&mut out, one))?;
        write_weights(&mut out, &weights, &models)?;
    }
    still_wanted(std::io::stdout().write_all(&out))?;
    Ok(ExitCode::SUCCESS)
}

/// Those of the models, by their files, and of the blend.
fn names(args: &JudgeArgs) -> Vec<String> {
    let models = args.models.iter().map(|path| path.display().to_string());
    models
        .chain(args.blend.then(|| "blend".to_owned()))
        .collect()
}

/// Which teachers to trust, as the vocabulary says it.
fn write_weights(
    out: &mut impl Write,
    weights: &[TagWeights],
    models: &[Teacher],
) -> std::io::Result<()> {
    for TagWeights { tag, teachers } in weights {
        let known = teachers.iter().zip(models);
        let areas = known.clone().filter_map(|(teacher, model)| {
            let teacher = teacher.as_ref()?;
            let ends = teacher.interval.map_or_else(String::new, |it| {
                format!(" [{:.3}, {:.3}]", it.low, it.high)
            });
            Some(format!("{} {:.3}{ends}", model.speaks(), teacher.roc_auc))
        });
        writeln!(out, "{tag}: {}", areas.collect::<Vec<_>>().join(", "))?;
        let not = known.filter_map(|(teacher, model)| {
            let doubted = teacher.as_ref().is_some_and(|teacher| !teacher.is_trusted);
            doubted.then(|| format!("{} = 0.0", model.speaks()))
        });
        let not: Vec<String> = not.collect();
        if !not.is_empty() {
            writeln!(out, "    trust = {{ {} }}", not.join(", "))?;
        }
    }
    Ok(())
}

fn answers_csv(
    names: &[String],
    tags: &[String],
    files: &[Labelled],
    heard: &Heard,
) -> Result<Vec<u8>, csv::Error> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(
        ["model", "path"]
            .into_iter()
            .chain(tags.iter().map(String::as_str)),
    )?;
    for (name, said) in names.iter().zip(heard.said.iter().chain([&heard.blend])) {
        for (file, said) in files.iter().zip(said) {
            let numbers = said.iter().map(f32::to_string);
            csv.write_record([name.clone(), file.path.clone()].into_iter().chain(numbers))?;
        }
    }
    csv.into_inner().map_err(|error| error.into_error().into())
}
