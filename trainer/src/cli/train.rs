//! `trainer train`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use clap::Args;
use clap::builder::PossibleValuesParser;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tagline_files::interrupt::{EXIT_STATUS, Stop};
use trainer::arch::{ARCHITECTURES, Architecture};
use trainer::train::{self, End, Recipe, TrainOptions, TrainReport};
use trainer::work::{EpochRecord, Event, Progress};

use super::pace::{Pace, duration};
use super::progress::how_far;
use super::recipe::RecipeArgs;
use super::{Outcome, say, still_wanted};

/// Train a network on prepared data. The same command resumes an interrupted training.
#[derive(Debug, Args)]
pub(super) struct TrainArgs {
    /// The network.
    #[arg(long, value_parser = PossibleValuesParser::new(ARCHITECTURES.iter().map(|a| a.name)))]
    arch: String,
    /// Folder of prepared data.
    #[arg(long)]
    data: PathBuf,
    /// Folder of the run.
    #[arg(long)]
    run: PathBuf,
    #[command(flatten)]
    recipe: RecipeArgs,
    /// Share of the steps, at the beginning, in which the learning rate rises from 0.
    #[arg(long, value_name = "PART", default_value_t = Recipe::default().warm_up)]
    warm_up: f64,
    /// Largest norm of each tensor's gradient.
    #[arg(long, value_name = "NORM", default_value_t = Recipe::default().clip_norm)]
    clip: f64,
    /// Seed of weights, order, crops and dropout.
    #[arg(long, default_value_t = Recipe::default().seed)]
    seed: u64,
    /// Train on random lengths from 3 s to the whole window, repeated until they fill it.
    #[arg(long)]
    variable_length: bool,
    /// Share of the epochs, at the beginning, that train on random halves of the window, in half
    /// the time.
    #[arg(long, value_name = "PART", default_value_t = Recipe::default().half_windows)]
    half_windows: f64,
    /// In each epoch, alter each window's level, equalisation and noise anew, and mix some with
    /// others.
    #[arg(long)]
    augment: bool,
    /// Alter less: level, half the equalisation, little noise, for data whose labels belong to each
    /// window as it is.
    #[arg(long, requires = "augment")]
    gentle: bool,
    /// See clips with rare tags more often, and those with common ones alone less.
    #[arg(long)]
    balance: bool,
    /// Begin with this model, or with the best epoch of this run, of the same network and tags.
    #[arg(long, value_name = "MODEL")]
    start: Option<PathBuf>,
    /// Do not train on clips whose name begins with this. Can be given several times.
    #[arg(long, value_name = "PREFIX")]
    without: Vec<String>,
}

pub(super) fn run(args: TrainArgs) -> Outcome {
    let architecture = Architecture::named(&args.arch).ok_or("no such network")?;
    let options = TrainOptions {
        architecture,
        data: args.data,
        run: args.run,
        device: args.recipe.devices.device(),
        recipe: Recipe {
            warm_up: args.warm_up,
            clip_norm: args.clip,
            seed: args.seed,
            variable_length: args.variable_length,
            half_windows: args.half_windows,
            augment: args.augment,
            gentle: args.gentle,
            balance: args.balance,
            start: args.start,
            without: args.without,
            ..args.recipe.recipe()
        },
    };
    let report = train::run(&options, &Shown::new())?;
    still_wanted(std::io::stdout().write_all(summary(&report).as_bytes()))?;
    Ok(match report.end {
        End::Interrupted => ExitCode::from(EXIT_STATUS),
        End::Finished | End::Stopped => ExitCode::SUCCESS,
    })
}

fn summary(report: &TrainReport) -> String {
    let run = report.run.display();
    let done = report.epochs.len();
    let end = match report.end {
        End::Finished => format!("{run}: {done} epochs"),
        End::Stopped => format!("{run}: ended after {done} epochs without further gain"),
        End::Interrupted => {
            format!("{run}: interrupted after {done} epochs; run it again to go on")
        }
    };
    match report.best {
        Some((epoch, auc)) => format!("{end}; best is epoch {epoch}, ROC-AUC {auc:.4}\n"),
        None => format!("{end}\n"),
    }
}

/// Shows trainings, and the tests between them, on standard error: as a bar in a terminal,
/// otherwise as a line now and then. While it lives, Ctrl-C asks the work to stop.
pub(super) struct Shown {
    bar: ProgressBar,
    stop: Stop,
    state: Mutex<State>,
}

struct State {
    epochs: usize,
    /// Epochs that are done.
    done: usize,
    steps: usize,
    batch: usize,
    best: Option<f64>,
    /// When the current stretch of steps began, and at which step.
    since: (Instant, usize),
    /// Whether a step has been seen. The first says nothing about the others where kernels are
    /// compiled and tried out in it.
    paced: bool,
    pace: Pace,
    /// Seconds of the last validation.
    validation: f64,
    /// When the current count of clips began.
    counting: Option<Instant>,
    /// Whether an epoch has begun and not ended. Clips are counted outside of one, too, by a test.
    in_epoch: bool,
}

impl State {
    fn new() -> Self {
        Self {
            epochs: 0,
            done: 0,
            steps: 0,
            batch: 0,
            best: None,
            since: (Instant::now(), 0),
            paced: false,
            pace: Pace::new(),
            validation: 0.0,
            counting: None,
            in_epoch: false,
        }
    }

    fn epoch(&self) -> String {
        format!("epoch {}/{}", self.done + 1, self.epochs)
    }
}

impl Shown {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self {
            bar,
            stop: Stop::on_interrupt(),
            state: Mutex::new(State::new()),
        }
    }

    fn line(&self, text: &str) {
        if self.bar.is_hidden() {
            say(text);
        } else {
            self.bar.println(text);
        }
    }

    fn step(&self, state: &mut State, step: usize, loss: f64) {
        if !std::mem::replace(&mut state.paced, true) {
            state.since = (Instant::now(), step);
            return;
        }
        let seconds = state.since.0.elapsed().as_secs_f64();
        let each = seconds / (step - state.since.1).max(1) as f64;
        let left_here = state.steps - step;
        let left_after = (state.epochs - state.done - 1) as f64;
        let whole = state.steps as f64 * each + state.validation;
        let left = left_here as f64 * each + state.validation + left_after * whole;
        let best = state
            .best
            .map_or(String::new(), |auc| format!(", best ROC-AUC {auc:.4}"));
        let text = format!(
            "loss {loss:.4}{best}, {:.1} clips/s, {} left",
            state.batch as f64 / each,
            duration(left),
        );
        self.bar.set_position(step as u64);
        if self.bar.is_hidden() && state.pace.is_due() {
            let (epoch, steps) = (state.epoch(), state.steps);
            self.line(&format!("{epoch}, step {step}/{steps}: {text}"));
        }
        self.bar.set_message(text);
    }

    fn begin_epoch(&self, state: &mut State, step: usize) {
        state.since = (Instant::now(), step);
        self.bar.set_length(state.steps as u64);
        self.bar.set_position(step as u64);
        self.bar.set_prefix(state.epoch());
    }
}

impl Progress for Shown {
    fn event(&self, event: &Event<'_>) {
        let state = &mut *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match *event {
            Event::Started {
                network,
                done,
                epochs,
                steps,
                batch,
                step,
                values,
            } => {
                *state = State::new();
                (state.epochs, state.done, state.steps) = (epochs, done.len(), steps);
                state.batch = batch;
                state.best = done.iter().map(|record| record.roc_auc).reduce(f64::max);
                let again = if done.is_empty() && step == 0 {
                    String::new()
                } else {
                    format!(", going on after {} epochs and {step} steps", done.len())
                };
                self.line(&format!("{network}: {values} weights{again}"));
                self.begin_epoch(state, step);
            }
            Event::Remark { text } => self.line(text),
            Event::Step { step, loss } => {
                state.in_epoch = true;
                self.step(state, step, loss);
            }
            Event::Counted(count) => {
                let begun = *state.counting.get_or_insert_with(Instant::now);
                let how_far = how_far(count, begun.elapsed());
                let text = format!("{}: {how_far}", count.what);
                if self.bar.is_hidden() && state.pace.is_due() {
                    self.line(&match state.in_epoch {
                        true => format!("{}, {text}", state.epoch()),
                        false => text.clone(),
                    });
                }
                self.bar.set_message(text);
            }
            Event::Epoch { record, best } => {
                if let Some(start) = state.counting.take() {
                    state.validation = start.elapsed().as_secs_f64();
                }
                state.done = record.epoch;
                state.in_epoch = false;
                state.best = Some(
                    state
                        .best
                        .map_or(record.roc_auc, |best| best.max(record.roc_auc)),
                );
                self.line(&epoch_line(record, state.epochs, best));
                self.begin_epoch(state, 0);
                state.pace.restart();
            }
        }
    }

    fn interrupted(&self) -> bool {
        self.stop.requested()
    }
}

fn epoch_line(record: &EpochRecord, epochs: usize, best: bool) -> String {
    let EpochRecord {
        epoch,
        train_loss,
        roc_auc,
        pr_auc,
        seconds,
        waited,
        ..
    } = record;
    let waited = 100.0 * waited / seconds.max(1e-9);
    let best = if best { " (best)" } else { "" };
    format!(
        "epoch {epoch}/{epochs}: loss {train_loss:.4}, ROC-AUC {roc_auc:.4}, PR-AUC \
         {pr_auc:.4}, {seconds:.0} s, {waited:.1} % of it waiting for data{best}"
    )
}
