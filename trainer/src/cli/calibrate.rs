//! `trainer calibrate`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use tagline_engine::Model;
use trainer::calibration::{
    CalibrateError, Checked, FEWEST_POSITIVES, Sample, Share, TagFit, expect_usual, fit, json_line,
    met, of_all_tags, quality, reserve_weak_tags, samples, write, write_table,
};
use trainer::data::{Dataset, Input, Split};
use trainer::vocabulary::Vocabulary;

use super::backend::PredictorArgs;
use super::choice::{Chosen, ClipChoice};
use super::progress::Shown;
use super::{Outcome, check_folder, complain, still_wanted};

/// Fit how a model's probabilities are shown, so that from 50 % on a tag is more likely there than
/// not, and the threshold of each tag. Both are written into a copy of the model.
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
    /// Also tell what the calibration does on this part of the data.
    #[arg(long, value_name = "SPLIT")]
    check: Option<Split>,
    #[command(flatten)]
    choice: ClipChoice,
    /// File to write the calibrated model to.
    #[arg(long)]
    out: PathBuf,
    /// How far a tag's offset is expected from 0, and, half as far, its slope from the one that fits all
    /// tags together. Where many clips are windows of few songs, a small one (0.07) keeps the order that
    /// the network gives the tags. By default each tag that enough clips have is fitted by itself.
    #[arg(long, value_name = "DEVIATION", value_parser = deviation)]
    together: Option<f64>,
    /// The vocabulary that says the group of each tag, what it means and which are weak, such as
    /// models/tags.toml. By default the model's own words stay.
    #[arg(long, value_name = "TOML")]
    vocabulary: Option<PathBuf>,
    /// Prepared data that the network learned from; several times for several. Tags for which the vocabulary says
    /// how usual they are in people's music are then shown as if the network had met them that often.
    #[arg(long, value_name = "DIR", requires = "vocabulary")]
    learned: Vec<PathBuf>,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    predictor: PredictorArgs,
}

fn deviation(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(deviation) if deviation > 0.0 && deviation.is_finite() => Ok(deviation),
        _ => Err("a number above 0 is expected".into()),
    }
}

pub(super) fn run(args: &CalibrateArgs) -> Outcome {
    check_folder(&args.out)?;
    if args.check == Some(args.split) {
        return Err(format!(
            "--check {} says nothing: the calibration is fitted on this very split",
            args.split
        )
        .into());
    }
    let model = Model::open(&args.model)?;
    let info = model.info();
    let Heard { chosen, samples } = heard(args, &model, args.split)?;
    let Chosen {
        data,
        clips,
        shared,
    } = chosen;
    shared.remarks().for_each(|remark| complain(&remark));
    let share = args.together.map_or(Share::Nothing, Share::Together);
    let fits = fit(shared.names(), &samples, share);
    name_those_judged_by_others(&fits)?;
    let checked = match args.check {
        Some(split) => {
            let Heard { samples, .. } = heard(args, &model, split)?;
            let qualities = fits.iter().zip(&samples);
            let qualities = qualities.map(|(fit, samples)| quality(&fit.calibration, samples));
            Some(Checked {
                split,
                qualities: qualities.collect(),
            })
        }
        None => None,
    };
    let mut shown = (**info).clone();
    let mut calibration = of_all_tags(&info.tags, &fits);
    if let Some(path) = &args.vocabulary {
        let vocabulary = Vocabulary::read(path)?;
        vocabulary.describe(&mut shown, path)?;
        let open = |folder: &PathBuf| Dataset::open(folder, Input::Mel);
        let learned: Vec<_> = args.learned.iter().map(open).collect::<Result<_, _>>()?;
        let met = met(&info.tags, &learned)?;
        expect_usual(&info.tags, &vocabulary, &met, &mut calibration);
    }
    reserve_weak_tags(&shown, &mut calibration);
    shown.calibration = Some(calibration);
    write(&model, shown, &args.out)?;

    let mut out = Vec::new();
    if args.json {
        writeln!(out, "{}", json_line(&fits, checked.as_ref()))?;
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
        write_table(&mut out, &fits, checked.as_ref())?;
    }
    still_wanted(std::io::stdout().write_all(&out))?;
    Ok(ExitCode::SUCCESS)
}

/// What a model says of some clips.
struct Heard {
    chosen: Chosen,
    /// For each of the tags that the model and the data share.
    samples: Vec<Vec<Sample>>,
}

/// What the model's network says of a split's chosen clips.
fn heard(
    args: &CalibrateArgs,
    model: &Model,
    split: Split,
) -> Result<Heard, Box<dyn std::error::Error>> {
    let chosen = args.choice.find(model.info(), &args.data, split)?;
    let clips = &chosen.clips;
    let mut predictor = args.predictor.open(model, clips)?;
    let raw = predictor.predict(clips, clips.frames(), split.name(), &Shown::new())?;
    let samples = samples(&chosen.shared, clips, &raw)?;
    Ok(Heard { chosen, samples })
}

fn name_those_judged_by_others(fits: &[TagFit]) -> Result<(), CalibrateError> {
    let few = |fit: &&TagFit| fit.quality.positives < FEWEST_POSITIVES;
    let few: Vec<&str> = fits
        .iter()
        .filter(few)
        .map(|fit| fit.tag.as_str())
        .collect();
    if fits.iter().all(|fit| fit.quality.positives == 0) {
        return Err(CalibrateError::NoPositive);
    }
    if !few.is_empty() {
        complain(&format!(
            "fewer than {FEWEST_POSITIVES} clips of this split have these tags: they are \
             calibrated by the others' example, where there is one: {}",
            few.join(", ")
        ));
    }
    Ok(())
}
