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

/// For each tag, the sum of its labels in each split.
fn tag_counts(data: &Dataset) -> Result<Vec<[f64; 3]>, DataError> {
    let mut counts = vec![[0.0; 3]; data.tags().len()];
    for (at, split) in Split::ALL.into_iter().enumerate() {
        let clips = match data.split(split) {
            Ok(clips) => clips,
            Err(DataError::EmptySplit { .. }) => continue,
            Err(error) => return Err(error),
        };
        for clip in 0..clips.len() {
            for (count, label) in counts.iter_mut().zip(clips.labels(clip)) {
                count[at] += f64::from(*label);
            }
        }
    }
    Ok(counts)
}

fn as_table(args: &DataArgs, data: &Dataset, inputs: &[Input], tags: &[[f64; 3]]) -> String {
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
    text += &format!("{:width$}   train   valid    test\n", "");
    text += &format!(
        "{:width$} {:>7} {:>7} {:>7}\n",
        "clips", counts.train, counts.valid, counts.test
    );
    for (tag, [train, valid, test]) in data.tags().iter().zip(tags) {
        text += &format!("{tag:width$} {train:>7} {valid:>7} {test:>7}\n");
    }
    text
}

fn as_json(args: &DataArgs, data: &Dataset, inputs: &[Input], tags: &[[f64; 3]]) -> String {
    let options: serde_json::Map<_, _> = data
        .options()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let tags: Vec<_> = data
        .tags()
        .iter()
        .zip(tags)
        .map(|(tag, [train, valid, test])| {
            json!({"tag": tag, "train": train, "valid": valid, "test": test})
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
