//! `trainer refine`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap::builder::PossibleValuesParser;
use tagline_engine::Model;

use tagline_files::interrupt::Stop;
use trainer::arch::{ARCHITECTURES, Architecture};
use trainer::convert::export::write;
use trainer::data::{Dataset, Input};
use trainer::refine::{RefineEvent, Refinement, refine};

use super::pace::Pace;
use super::{Outcome, check_folder, of_model, say, still_wanted};

/// Train a model's upper blocks on, on prepared data: minutes where a whole training takes hours.
///
/// The lower blocks stay as they are. Writes the epoch with the lowest loss on the validation split, or the last,
/// as a model without a calibration.
#[derive(Debug, Args)]
pub(super) struct RefineArgs {
    /// Model file, as `trainer export` wrote it.
    model: PathBuf,
    /// Folder of prepared data, with the model's tags and front-end; several times for several.
    #[arg(long, required = true)]
    data: Vec<PathBuf>,
    /// Where the refined model is written.
    #[arg(long)]
    out: PathBuf,
    /// The network that the model is of.
    #[arg(long, default_value = "fcn5-compact",
        value_parser = PossibleValuesParser::new(ARCHITECTURES.iter().map(|a| a.name)))]
    arch: String,
    /// Blocks that learn, from the top.
    #[arg(long, value_name = "N", default_value_t = 2)]
    blocks: usize,
    /// Times that every clip is seen.
    #[arg(long, default_value_t = 40)]
    epochs: usize,
    /// Clips a step.
    #[arg(long, default_value_t = 32)]
    batch: usize,
    /// Highest learning rate, after a warm-up; it falls to 0 along a cosine.
    #[arg(long, default_value_t = 1e-3)]
    lr: f64,
    /// Gently altered views of each clip (level, equaliser, a little noise), beside itself.
    #[arg(long, value_name = "N", default_value_t = 2)]
    views: usize,
    /// See clips with rare tags more often, and those with common ones alone less.
    #[arg(long)]
    balance: bool,
    /// Write the last epoch, and not the one with the lowest loss on the validation split, where that has
    /// too few sources to choose by.
    #[arg(long)]
    last: bool,
    /// Do not train on clips whose name begins so; several times for several.
    #[arg(long, value_name = "PREFIX")]
    without: Vec<String>,
    /// Seed of order, views and dropout.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The refined model's version; the model's own if not given.
    #[arg(long, value_name = "TEXT")]
    version: Option<String>,
    /// Where the refined model comes from; what the model says if not given.
    #[arg(long, value_name = "TEXT")]
    provenance: Option<String>,
}

pub(super) fn run(args: RefineArgs) -> Outcome {
    check_folder(&args.out)?;
    let model = Model::open(&args.model)?;
    let open = |path: &PathBuf| Dataset::open(path, Input::Mel);
    let data: Vec<Dataset> = args.data.iter().map(open).collect::<Result<_, _>>()?;
    let mut info = (**model.info()).clone();
    info.calibration = None;
    if let Some(version) = args.version {
        info.version = version;
    }
    if let Some(provenance) = args.provenance {
        info.provenance = provenance;
    }
    let refinement = Refinement {
        architecture: Architecture::named(&args.arch).ok_or("no such network")?,
        blocks: args.blocks,
        epochs: args.epochs,
        batch: args.batch,
        learning_rate: args.lr,
        views: args.views,
        balance: args.balance,
        last: args.last,
        without: args.without,
        seed: args.seed,
    };
    let stop = Stop::on_interrupt();
    let mut pace = Pace::new();
    let refined = refine(&model, &data, &refinement, &info, |event| {
        match event {
            RefineEvent::Hearing { done, of } if pace.is_due() => {
                say(&format!("lower blocks: {done} of {of} windows"));
            }
            RefineEvent::Hearing { .. } => {}
            RefineEvent::Epoch {
                epoch,
                loss,
                valid_loss,
                roc_auc,
                seconds,
            } => say(&format!(
                "epoch {epoch}/{}: loss {loss:.4}, validation {valid_loss:.4}, ROC-AUC {roc_auc:.4}, \
                 {seconds:.0} s",
                args.epochs
            )),
        }
        !stop.requested()
    })?;
    write(&refined, &args.out)?;
    still_wanted(std::io::Write::write_all(
        &mut std::io::stdout(),
        of_model(&args.out, &refined).as_bytes(),
    ))?;
    Ok(ExitCode::SUCCESS)
}
