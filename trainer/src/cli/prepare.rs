//! `trainer prepare`.

use std::collections::BTreeMap;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use trainer::data::{Dataset, Input, Plan, Split, SplitCounts};
use trainer::prepare::{
    Collection, Options, PrepareError, Prepared, Selection, folder, jamendo, magnatagatune, msd,
    prepare, read_lines,
};

use super::progress::Shown;
use super::{Outcome, interrupted, still_wanted};

/// Prepare a data set for training: decode, compute the networks' inputs, write shards.
///
/// Can be interrupted at any time; the same command goes on where it stopped.
#[derive(Debug, Args)]
pub(super) struct PrepareArgs {
    #[command(subcommand)]
    source: Source,
}

#[derive(Debug, Subcommand)]
enum Source {
    Magnatagatune(MagnatagatuneArgs),
    Msd(MsdArgs),
    Jamendo(JamendoArgs),
    Folder(FolderArgs),
}

/// The options of every data set.
#[derive(Debug, Args)]
struct CommonArgs {
    /// Folder of the prepared data set. It is made if it does not exist.
    #[arg(long)]
    out: PathBuf,
    /// Inputs to compute: mel, stft, mfcc.
    #[arg(long, value_delimiter = ',', default_value = "mel", value_parser = input)]
    inputs: Vec<Input>,
    /// Files at the same time, 32 at most; by default one for each processor.
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
    /// Most windows of 29.1 s from one file. A single window is the file's centre.
    #[arg(long, default_value = "1")]
    windows: NonZeroUsize,
    /// Shortest file that is used. A file shorter than a window is repeated to fill it.
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = parse_least_seconds)]
    least_seconds: f64,
    /// Files of a shard. An interruption loses the shard that is not finished.
    #[arg(long, value_name = "FILES", default_value_t = Plan::SHARD_ITEMS)]
    shard: usize,
    /// Keep the tags that this file names, one in each line, in its order.
    #[arg(long, value_name = "FILE")]
    tag_list: Option<PathBuf>,
    /// Number of tags, the most frequent first. By default it is 50 for MagnaTagATune and all tags
    /// for any other data set.
    #[arg(long, conflicts_with = "tag_list")]
    tags: Option<usize>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

impl CommonArgs {
    /// The requested tags; `None` for the data set's own choice.
    fn selection(&self) -> Result<Option<Selection>, Box<dyn std::error::Error>> {
        Ok(match (&self.tag_list, self.tags) {
            (Some(path), _) => Some(Selection::Named(read_lines(path)?)),
            (None, Some(count)) => Some(Selection::Top(count)),
            (None, None) => None,
        })
    }
}

/// MagnaTagATune: annotations_final.csv, and audio in folders 0 to f.
#[derive(Debug, Args)]
struct MagnatagatuneArgs {
    /// Folder that holds annotations_final.csv.
    root: PathBuf,
    #[command(flatten)]
    common: CommonArgs,
    /// Folder that holds 0 to f, if it is neither ROOT nor ROOT/mp3 nor ROOT/audio.
    #[arg(long)]
    audio: Option<PathBuf>,
    /// Which clips are used.
    #[arg(long, value_enum, default_value_t)]
    split: SplitArg,
    /// Folder of a published split: train.npy, valid.npy, test.npy, and tags.npy if it is there.
    #[arg(long, value_name = "DIR", conflicts_with = "split")]
    split_files: Option<PathBuf>,
    /// Merge tags that mean the same, such as `beat` and `beats`.
    #[arg(long)]
    merge_synonyms: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum SplitArg {
    /// All clips: folders 0 to b train, c validates, d to f test.
    #[default]
    Folders,
    /// The same folders, but only clips that have at least one of the chosen tags (15,247 / 1,529 /
    /// 4,332 clips with the 50 most frequent tags).
    Top50,
}

/// Million Song Dataset, Last.fm's top 50: {train,valid,test}_x_*.txt, *_y.npy, and previews.
#[derive(Debug, Args)]
struct MsdArgs {
    /// Folder of the data set.
    root: PathBuf,
    #[command(flatten)]
    common: CommonArgs,
    /// Folder tree of the audio; by default ROOT.
    #[arg(long)]
    audio: Option<PathBuf>,
    /// Folder of the split's files; by default ROOT.
    #[arg(long, value_name = "DIR")]
    split_files: Option<PathBuf>,
    /// Names of the columns of *_y.npy, one in each line; by default Last.fm's 50.
    #[arg(long, value_name = "FILE")]
    tag_names: Option<PathBuf>,
}

/// MTG-Jamendo: its tables, and mp3 files in folders 00 to 99.
#[derive(Debug, Args)]
struct JamendoArgs {
    /// Folder of the data set, such as a checkout of its repository.
    root: PathBuf,
    #[command(flatten)]
    common: CommonArgs,
    /// Folder that holds 00 to 99, if it is neither ROOT nor ROOT/audio nor ROOT/raw_30s/audio.
    #[arg(long)]
    audio: Option<PathBuf>,
    /// Folder of the three tables, if it is neither ROOT/data/splits/split-N nor ROOT.
    #[arg(long, value_name = "DIR")]
    split_files: Option<PathBuf>,
    /// Which of the published splits.
    #[arg(long, value_name = "N", default_value = "0", value_parser = clap::value_parser!(u8).range(0..=4))]
    split: u8,
    /// Which published subset of tags: autotagging_top50tags, autotagging_genre,
    /// autotagging_instrument, autotagging_moodtheme or autotagging.
    #[arg(long, default_value = "autotagging_top50tags")]
    subset: String,
}

/// Any folder of audio, with a table of tags or with one folder for each tag.
#[derive(Debug, Args)]
struct FolderArgs {
    /// Folder of audio files.
    root: PathBuf,
    #[command(flatten)]
    common: CommonArgs,
    /// Table with the columns `path` and `tags` (a list), or `path` and one column for each tag (0
    /// to 1, or ? if it is unknown), and optionally `split`. By default it is ROOT/labels.csv.
    /// Without a table, each folder in ROOT is a tag.
    #[arg(long, value_name = "CSV")]
    labels: Option<PathBuf>,
    /// Share of the files that go to the validation split.
    #[arg(long, value_name = "PART", default_value_t = 0.1)]
    valid: f64,
    /// Share of the files that go to the test split.
    #[arg(long, value_name = "PART", default_value_t = 0.1)]
    test: f64,
    /// Seed of the split.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Column whose equal values stay in one split, such as the artist's.
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
    /// Column that is not a tag, if there is a column for each tag. The option can be repeated.
    #[arg(long, value_name = "COLUMN")]
    ignore: Vec<String>,
}

fn input(text: &str) -> Result<Input, String> {
    text.parse().map_err(|error| format!("{error}"))
}

/// A length from 0.1 s to a window's.
pub(super) fn parse_least_seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.1..=29.0).contains(&seconds) => Ok(seconds),
        _ => Err("a number of seconds from 0.1 to 29 is expected".into()),
    }
}

pub(super) fn run(args: PrepareArgs) -> Outcome {
    let (collection, common) = match args.source {
        Source::Magnatagatune(args) => {
            let splitting = match (args.split_files, args.split) {
                (Some(folder), _) => magnatagatune::Splitting::Files(folder),
                (None, SplitArg::Folders) => magnatagatune::Splitting::Folders,
                (None, SplitArg::Top50) => magnatagatune::Splitting::Tagged,
            };
            let reading = magnatagatune::Reading {
                root: args.root,
                audio: args.audio,
                splitting,
                tags: args.common.selection()?,
                merge_synonyms: args.merge_synonyms,
            };
            (magnatagatune::read(&reading)?, args.common)
        }
        Source::Msd(args) => {
            let reading = msd::Reading {
                root: args.root,
                audio: args.audio,
                split_files: args.split_files,
                tag_names: args.tag_names,
                tags: args.common.selection()?,
            };
            (msd::read(&reading)?, args.common)
        }
        Source::Jamendo(args) => {
            let reading = jamendo::Reading {
                root: args.root,
                audio: args.audio,
                split_files: args.split_files,
                split: args.split,
                subset: args.subset,
                tags: args.common.selection()?,
            };
            (jamendo::read(&reading)?, args.common)
        }
        Source::Folder(args) => {
            let reading = folder::Reading {
                root: args.root,
                labels: args.labels,
                tags: args.common.selection()?,
                seed: args.seed,
                valid: args.valid,
                test: args.test,
                group: args.group,
                ignored: args.ignore,
            };
            (folder::read(&reading)?, args.common)
        }
    };
    run_on(&collection, common)
}

fn run_on(collection: &Collection, common: CommonArgs) -> Outcome {
    let defaults = Options::new(common.out);
    let options = Options {
        inputs: common.inputs,
        jobs: common.jobs.unwrap_or(defaults.jobs),
        windows: common.windows,
        least_seconds: common.least_seconds,
        shard_items: common.shard,
        ..defaults
    };
    let shown = Shown::new();
    let prepared = prepare(collection, &options, &shown);
    drop(shown);
    finish(prepared, &options.out, options.inputs[0], common.json)
}

/// Prints the result of a preparation.
pub(super) fn finish(
    prepared: Result<Prepared, PrepareError>,
    out: &Path,
    input: Input,
    as_json: bool,
) -> Outcome {
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(error @ PrepareError::Interrupted { .. }) => return Ok(interrupted(&error)),
        Err(error) => return Err(error.into()),
    };
    let data = Dataset::open(out, input)?;
    let text = match as_json {
        true => json(&prepared, &data, out),
        false => table(&prepared, &data, out),
    };
    still_wanted(std::io::stdout().write_all(text.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

/// Number of clips and of files left out.
fn counts(prepared: &Prepared, data: &Dataset) -> (SplitCounts, usize) {
    match prepared.summary {
        Some(summary) => (summary.clips, summary.skipped),
        None => (data.counts(), data.skipped()),
    }
}

fn table(prepared: &Prepared, data: &Dataset, out: &Path) -> String {
    let (clips, skipped) = counts(prepared, data);
    let before = match prepared.summary {
        Some(_) => "",
        None => " (it was finished already)",
    };
    let mut text = format!(
        "{}: {}, {} tags{before}\n{} files listed = {} prepared + {skipped} left out\n",
        out.display(),
        data.name(),
        data.tags().len(),
        prepared.items,
        prepared.items - skipped,
    );
    text += &format!(
        "clips: train {}, valid {}, test {}\n",
        clips.train, clips.valid, clips.test
    );
    for split in Split::ALL.into_iter().filter(|split| clips.of(*split) == 0) {
        text += &format!("no clips in {split}: what needs them will refuse this data set\n");
    }
    let having = train_clips_with(data);
    if !having.is_empty() {
        let each = having.iter().map(|(tag, clips)| format!("{tag} {clips}"));
        let each: Vec<String> = each.collect();
        text += &format!("clips of train with each tag: {}\n", each.join(", "));
    }
    if prepared.twins > 0 {
        text += &format!(
            "{} files are the same recording as one in another split: a network would be judged by what \
             it has learnt from; put them into one split\n",
            prepared.twins
        );
    }
    if skipped > 0 || prepared.twins > 0 {
        text += &format!("{} says why\n", out.join("report.csv").display());
    }
    text
}

/// How many clips of the training split have each tag, the most frequent first. Empty without such clips.
fn train_clips_with(data: &Dataset) -> Vec<(&str, usize)> {
    let Ok(clips) = data.split(Split::Train) else {
        return Vec::new();
    };
    let mut counts = vec![0; data.tags().len()];
    for clip in 0..clips.len() {
        let labels = counts.iter_mut().zip(clips.labels(clip));
        labels.for_each(|(count, label)| *count += usize::from(*label >= 0.5));
    }
    let tags = data.tags().iter().map(String::as_str);
    let mut having: Vec<_> = tags.zip(counts).collect();
    having.sort_by_key(|(_, clips)| std::cmp::Reverse(*clips));
    having
}

fn json(prepared: &Prepared, data: &Dataset, out: &Path) -> String {
    let (clips, skipped) = counts(prepared, data);
    let json = serde_json::json!({
        "out": out,
        "name": data.name(),
        "tags": data.tags().len(),
        "files": prepared.items,
        "skipped": skipped,
        "in_other_splits": prepared.twins,
        "clips": clips,
        "train_clips_with": train_clips_with(data).into_iter().collect::<BTreeMap<_, _>>(),
        "sha256": data.sha256(),
    });
    format!("{json}\n")
}
