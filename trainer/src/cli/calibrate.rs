//! `trainer calibrate`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use tagline_engine::Model;

use super::backend::PredictorArgs;
use super::choice::{Chosen, ClipChoice};
use super::evaluate::{check_folder, clips_bar};
use super::{Outcome, complain, still_wanted};
use crate::calibration::{
    CalibrateError, FEWEST_POSITIVES, TagFit, fit, json_line, of_all_tags, samples, write,
    write_table,
};
use crate::data::Split;

/// Fit how a model's probabilities are shown, so that 50 % means "more likely there than not", and
/// the threshold of each tag; write both into a copy of the model.
///
/// Use data that the model was not trained on. Tags are matched by name.
#[derive(Debug, Args)]
pub(super) struct CalibrateArgs {
    /// Model file.
    model: PathBuf,
    /// Folder of prepared data.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Which part of the data: train, valid or test.
    #[arg(long, default_value = "valid")]
    split: Split,
    #[command(flatten)]
    choice: ClipChoice,
    /// Where the calibrated model is written, whole or not at all.
    #[arg(long)]
    out: PathBuf,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    predictor: PredictorArgs,
}

pub(super) fn run(args: &CalibrateArgs) -> Outcome {
    check_folder(&args.out)?;
    let model = Model::open(&args.model)?;
    let info = model.info();
    let Chosen {
        data,
        clips,
        shared,
    } = args.choice.open(info, &args.data, args.split)?;

    let mut predictor = args.predictor.open(&model, &clips)?;
    let progress = clips_bar(clips.len());
    let raw = predictor.predict(&clips, clips.frames(), &progress)?;
    progress.finish_and_clear();

    let samples = samples(&shared, &clips, &raw)?;
    let fits: Vec<TagFit> = shared
        .names()
        .iter()
        .zip(&samples)
        .map(|(tag, samples)| fit(tag, samples))
        .collect();
    name_those_not_calibrated(&fits)?;
    write(&model, of_all_tags(&info.tags, &fits), &args.out)?;

    let mut out = Vec::new();
    if args.json {
        writeln!(out, "{}", json_line(&fits))?;
    } else {
        writeln!(
            out,
            "{}: {}, calibrated on {} ({}, {} clips)",
            args.out.display(),
            info.name,
            data.name(),
            args.split,
            clips.len()
        )?;
        write_table(&mut out, &fits)?;
    }
    still_wanted(std::io::stdout().write_all(&out))?;
    Ok(ExitCode::SUCCESS)
}

fn name_those_not_calibrated(fits: &[TagFit]) -> Result<(), CalibrateError> {
    let without: Vec<&str> = fits
        .iter()
        .filter(|fit| fit.positives < FEWEST_POSITIVES)
        .map(|fit| fit.tag.as_str())
        .collect();
    if fits.iter().all(|fit| fit.positives == 0) {
        return Err(CalibrateError::NoPositive);
    }
    if !without.is_empty() {
        complain(&format!(
            "not calibrated, for fewer than {FEWEST_POSITIVES} clips of this split have them: {}",
            without.join(", ")
        ));
    }
    Ok(())
}
