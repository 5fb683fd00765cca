//! `trainer data`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::progress::Shown;
use super::{Outcome, still_wanted};
use crate::data::{DataError, Dataset, Input, Split};

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
    let tags = tag_counts(&data)?;
    let text = match args.json {
        true => as_json(args, &data, &inputs, &tags),
        false => as_table(args, &data, &inputs, &tags),
    };
    still_wanted(std::io::stdout().write_all(text.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

fn verify(args: &DataArgs) -> Result<(), DataError> {
    let mut shown = Shown::of_bytes();
    let outcome = Dataset::verify(&args.folder, |done, total| shown.show_bytes(done, total));
    shown.finish();
    outcome
}

/// A tag in each split.
#[derive(Clone, Copy, Default)]
struct TagCount {
    /// Sum of the labels that are known.
    labels: [f64; 3],
    /// Labels that are not.
    unknown: [usize; 3],
}

fn tag_counts(data: &Dataset) -> Result<Vec<TagCount>, DataError> {
    let mut counts = vec![TagCount::default(); data.tags().len()];
    for (at, split) in Split::ALL.into_iter().enumerate() {
        let clips = match data.split(split) {
            Ok(clips) => clips,
            Err(DataError::EmptySplit { .. }) => continue,
            Err(error) => return Err(error),
        };
        for clip in 0..clips.len() {
            for (count, label) in counts.iter_mut().zip(clips.labels(clip)) {
                match label.is_nan() {
                    true => count.unknown[at] += 1,
                    false => count.labels[at] += f64::from(*label),
                }
            }
        }
    }
    Ok(counts)
}

fn as_table(args: &DataArgs, data: &Dataset, inputs: &[Input], tags: &[TagCount]) -> String {
    let counts = data.counts();
    let names: Vec<_> = inputs.iter().map(|input| input.name()).collect();
    let verified = if args.verify { ", verified" } else { "" };
    let mut text = format!(
        "{}: {}, inputs {}, {} left out{verified}\n",
        args.folder.display(),
        data.name(),
        names.join(", "),
        data.skipped(),
    );
    for (name, value) in data.options() {
        text += &format!("  {name}: {value}\n");
    }
    let width = data.tags().iter().map(|tag| tag.chars().count()).max();
    let width = width.unwrap_or(0).max(5);
    let some_unknown = tags.iter().any(|tag| tag.unknown != [0; 3]);
    let unknown = match some_unknown {
        true => "   unknown in train, valid, test",
        false => "",
    };
    text += &format!("{:width$}   train   valid    test{unknown}\n", "");
    text += &format!(
        "{:width$} {:>7} {:>7} {:>7}\n",
        "clips", counts.train, counts.valid, counts.test
    );
    for (tag, count) in data.tags().iter().zip(tags) {
        // Opinions are no whole numbers.
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

fn as_json(args: &DataArgs, data: &Dataset, inputs: &[Input], tags: &[TagCount]) -> String {
    let options: serde_json::Map<_, _> = data
        .options()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let tags: Vec<_> = data
        .tags()
        .iter()
        .zip(tags)
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
    let json = json!({
        "name": data.name(),
        "inputs": inputs,
        "options": options,
        "clips": data.counts(),
        "skipped": data.skipped(),
        "verified": args.verify,
        "sha256": data.sha256(),
        "tags": tags,
    });
    format!("{json}\n")
}
