//! `trainer data`.

use std::collections::HashSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use trainer::data::{Clips, DataError, Dataset, Input, Split};

use super::progress::Shown;
use super::{Outcome, still_wanted};

/// Show what a prepared data set holds, and check it.
#[derive(Debug, Args)]
pub(super) struct DataArgs {
    /// Folder of a prepared data set.
    folder: PathBuf,
    /// Read every byte and compare hashes.
    #[arg(long)]
    verify: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &DataArgs) -> Outcome {
    if args.verify {
        verify(args)?;
    }
    let inputs = Dataset::inputs_in(&args.folder)?;
    let data = Dataset::open(&args.folder, inputs[0])?;
    let splits = splits(&data)?;
    let contents = Contents {
        args,
        inputs: &inputs,
        sources: Sources::of(&splits),
        tags: tag_counts(&data, &splits),
        data: &data,
    };
    let text = match args.json {
        true => contents.json(),
        false => contents.table(),
    };
    still_wanted(std::io::stdout().write_all(text.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

fn verify(args: &DataArgs) -> Result<(), DataError> {
    Dataset::verify(&args.folder, &Shown::new())
}

/// A tag in each split.
#[derive(Clone, Copy, Default)]
struct TagCount {
    /// Sum of the labels that are known.
    labels: [f64; 3],
    /// Number of labels that are not known.
    unknown: [usize; 3],
}

/// The clips of each split; `None` for an empty one.
fn splits(data: &Dataset) -> Result<[Option<Clips>; 3], DataError> {
    let mut splits = [const { None }; 3];
    for (clips, split) in splits.iter_mut().zip(Split::ALL) {
        *clips = match data.split(split) {
            Ok(clips) => Some(clips),
            Err(DataError::EmptySplit { .. }) => None,
            Err(error) => return Err(error),
        };
    }
    Ok(splits)
}

fn tag_counts(data: &Dataset, splits: &[Option<Clips>; 3]) -> Vec<TagCount> {
    let mut counts = vec![TagCount::default(); data.tags().len()];
    for (at, clips) in splits.iter().enumerate() {
        let Some(clips) = clips else { continue };
        for clip in 0..clips.len() {
            for (count, label) in counts.iter_mut().zip(clips.labels(clip)) {
                match label.is_nan() {
                    true => count.unknown[at] += 1,
                    false => count.labels[at] += f64::from(*label),
                }
            }
        }
    }
    counts
}

/// Number of sources in each split.
struct Sources {
    counts: [usize; 3],
    /// Clips of the test split whose source the training split has, too.
    trained_on: usize,
}

impl Sources {
    fn of(splits: &[Option<Clips>; 3]) -> Self {
        let sources = splits.each_ref().map(|clips| match clips {
            Some(clips) => (0..clips.len()).map(|clip| clips.source(clip)).collect(),
            None => HashSet::new(),
        });
        let [train, _, _] = &sources;
        let of_train = |clips: &Clips| {
            let all = 0..clips.len();
            all.filter(|clip| train.contains(clips.source(*clip)))
                .count()
        };
        Self {
            trained_on: splits[2].as_ref().map_or(0, of_train),
            counts: sources.map(|sources| sources.len()),
        }
    }
}

/// What the command shows of a data set.
struct Contents<'a> {
    args: &'a DataArgs,
    data: &'a Dataset,
    inputs: &'a [Input],
    sources: Sources,
    tags: Vec<TagCount>,
}

impl Contents<'_> {
    fn table(&self) -> String {
        let Self { data, sources, .. } = self;
        let counts = data.counts();
        let names: Vec<_> = self.inputs.iter().map(|input| input.name()).collect();
        let verified = if self.args.verify { ", verified" } else { "" };
        let mut text = format!(
            "{}: {}, inputs {}, {} left out{verified}\n",
            self.args.folder.display(),
            data.name(),
            names.join(", "),
            data.skipped(),
        );
        for (name, value) in data.options() {
            text += &format!("  {name}: {value}\n");
        }
        let width = data.tags().iter().map(|tag| tag.chars().count()).max();
        let width = width.unwrap_or(0).max("sources".len());
        let some_unknown = self.tags.iter().any(|tag| tag.unknown != [0; 3]);
        let unknown = match some_unknown {
            true => "   unknown in train, valid, test",
            false => "",
        };
        text += &format!("{:width$}   train   valid    test{unknown}\n", "");
        text += &format!(
            "{:width$} {:>7} {:>7} {:>7}\n",
            "clips", counts.train, counts.valid, counts.test
        );
        let [train, valid, test] = sources.counts;
        text += &format!("{:width$} {train:>7} {valid:>7} {test:>7}", "sources");
        if sources.trained_on > 0 {
            text += &format!(
                "   {} clips of test are of sources in train",
                sources.trained_on
            );
        }
        text += "\n";
        for (tag, count) in data.tags().iter().zip(&self.tags) {
            // The labels of a distilled data set are not whole numbers.
            let [train, valid, test] = count.labels.map(|sum| (sum * 10.0).round() / 10.0);
            text += &format!("{tag:width$} {train:>7} {valid:>7} {test:>7}");
            if some_unknown {
                let [train, valid, test] = count.unknown;
                text += &format!("   {train:>7} {valid:>7} {test:>7}");
            }
            text += "\n";
        }
        text
    }

    fn json(&self) -> String {
        let Self { data, sources, .. } = self;
        let options: serde_json::Map<_, _> = data
            .options()
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        let tags: Vec<_> = data
            .tags()
            .iter()
            .zip(&self.tags)
            .map(|(tag, count)| {
                let [train, valid, test] = count.labels;
                let [unknown_train, unknown_valid, unknown_test] = count.unknown;
                json!({
                    "tag": tag, "train": train, "valid": valid, "test": test,
                    "unknown": {
                        "train": unknown_train, "valid": unknown_valid, "test": unknown_test,
                    },
                })
            })
            .collect();
        let [train, valid, test] = sources.counts;
        let json = json!({
            "name": data.name(),
            "inputs": self.inputs,
            "options": options,
            "clips": data.counts(),
            "sources": {
                "train": train, "valid": valid, "test": test, "test_clips_of_train": sources.trained_on,
            },
            "skipped": data.skipped(),
            "verified": self.args.verify,
            "sha256": data.sha256(),
            "tags": tags,
        });
        format!("{json}\n")
    }
}
