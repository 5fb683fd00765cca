//! The course of a training: epochs, checkpoints, the best network.

use std::time::{Duration, Instant};

use super::batches::{self, Epoch, Purpose, generator};
use super::best::{BEST, BestState, check_best};
use super::checkpoint::Checkpoint;
use super::run_folder::RunFolder;
use super::schedule::Schedule;
use super::standing::Standing;
use super::start::{first_parameters, start_sha256};
use super::validate::{check_measurable, validate};
use super::{
    Computer, DataDescription, End, Learner, RunDescription, TrainError, TrainOptions, figures,
};
use crate::data::{Clips, Dataset, Split};
use crate::metrics::Scores;
use crate::work::{EpochRecord, Event, Progress, threads};

/// The checkpoint that a training goes on from.
const LAST: &str = "last.safetensors";
/// Why a checkpoint of an early version is refused.
const LACKS_MOMENTS: &str = "it lacks Adam's moments, or they are an earlier trainer's; begin a new \
                             run, with --start to go on from its best epoch";
/// Time between checkpoints within an epoch.
const SAVE_EVERY: Duration = Duration::from_secs(300);

/// A training that is under way.
pub(super) struct Training<'a> {
    options: &'a TrainOptions,
    progress: &'a dyn Progress,
    train: Clips,
    valid: Clips,
    description: RunDescription,
    folder: RunFolder,
    learner: Learner,
    schedule: Schedule,
    pub standing: Standing,
}

impl<'a> Training<'a> {
    pub fn open(
        options: &'a TrainOptions,
        data: &Dataset,
        computer: &Computer,
        progress: &'a dyn Progress,
    ) -> Result<Self, TrainError> {
        let recipe = &options.recipe;
        let valid = data.split(Split::Valid)?;
        let mut without = recipe.without.iter();
        let train = without.try_fold(data.split(Split::Train)?, |clips, prefix| {
            clips.not_named(prefix)
        });
        let train = train.ok_or(TrainError::TooFewClips { clips: 0 })?;
        if train.len() < 2 {
            return Err(TrainError::TooFewClips { clips: train.len() });
        }
        check_measurable(&valid, data.tags())?;
        let described = DataDescription {
            name: data.name().to_owned(),
            sha256: data.sha256().to_owned(),
            train_clips: train.len(),
            valid_clips: valid.len(),
            bands: train.bands(),
            front_end: data.front_end().clone(),
            tags: data.tags().to_vec(),
            path: std::path::absolute(&options.data).unwrap_or_else(|_| options.data.clone()),
            options: data
                .options()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        };
        let begun = options.run.join(LAST).is_file();
        let mut description = RunDescription::new(options, computer, described);
        if let (false, Some(start)) = (begun, &recipe.start) {
            description.start_sha256 = start_sha256(start)?;
        }
        let (folder, remark) = RunFolder::open(&options.run, &description)?;
        if let Some(text) = remark {
            progress.event(&Event::Remark { text: &text });
        }
        let last = folder.file(LAST);
        let found = if begun {
            Some(Checkpoint::read(&last, Some(&description.network()))?)
        } else {
            None
        };
        let parameters = match &found {
            Some(found) => found.parameters.clone(),
            None => first_parameters(options.architecture, &description, &train)?,
        };
        let mut learner = Learner::new(
            options.architecture,
            &parameters,
            recipe.clip_norm,
            computer,
        );
        let mut standing = Standing::default();
        if let Some(found) = found {
            let damaged = |reason: String| TrainError::Run {
                path: last.display().to_string(),
                reason,
            };
            standing =
                serde_json::from_value(found.state).map_err(|error| damaged(error.to_string()))?;
            let stepped = standing.step > 0 || !standing.epochs.is_empty();
            match found.moments {
                Some(moments) => learner.remember(moments),
                None if stepped && standing.epochs.len() < recipe.epochs => {
                    return Err(damaged(LACKS_MOMENTS.to_owned()));
                }
                None => {}
            }
        }
        if !standing.epochs.is_empty() {
            check_best(&options.run, &description)?;
            // A full disk or a crash may have kept them from being written after the last epoch.
            figures::write_epochs(&folder, options.architecture.title, &standing.epochs)?;
        }
        let steps = batches::steps(train.len(), recipe.batch) * recipe.epochs;
        Ok(Self {
            options,
            progress,
            train,
            valid,
            description,
            folder,
            learner,
            schedule: Schedule {
                peak: recipe.learning_rate,
                warm_up: (steps as f64 * recipe.warm_up) as usize,
                steps,
            },
            standing,
        })
    }

    pub fn run(&mut self) -> Result<End, TrainError> {
        let recipe = &self.options.recipe;
        self.progress.event(&Event::Started {
            network: self.options.architecture.title,
            done: &self.standing.epochs,
            epochs: recipe.epochs,
            steps: batches::steps(self.train.len(), recipe.batch),
            batch: recipe.batch.min(self.train.len()),
            step: self.standing.step,
            values: self.learner.parameters()?.trained(),
        });
        while self.standing.epochs.len() < recipe.epochs {
            if self.stopped_early() {
                return Ok(End::Stopped);
            }
            if !self.epoch()? {
                self.save()?;
                return Ok(End::Interrupted);
            }
        }
        Ok(End::Finished)
    }

    /// Whether too many epochs have passed since the best.
    fn stopped_early(&self) -> bool {
        let best = self.standing.best().map_or(0, |(epoch, _)| epoch);
        self.standing.epochs.len() - best >= self.options.recipe.patience
    }

    /// Trains and validates an epoch; `false` if it was interrupted.
    fn epoch(&mut self) -> Result<bool, TrainError> {
        let start = Instant::now();
        if !self.steps(start)? {
            return Ok(false);
        }
        let tags = &self.description.data.tags;
        let Some(scores) = validate(&mut self.learner, &self.valid, tags, self.progress)? else {
            self.standing.seconds += start.elapsed().as_secs_f64();
            return Ok(false);
        };
        let roc_auc = scores.macro_roc_auc.ok_or(TrainError::NothingToMeasure)?;
        let standing = &mut self.standing;
        let epoch = standing.epochs.len();
        let record = EpochRecord {
            epoch: epoch + 1,
            learning_rate: self.schedule.rate((epoch + 1) * standing.step - 1),
            train_loss: standing.loss / standing.step as f64,
            roc_auc,
            pr_auc: scores.macro_pr_auc.unwrap_or_default(),
            seconds: standing.seconds + start.elapsed().as_secs_f64(),
            waited: standing.waited,
        };
        let best = standing.best().is_none_or(|(_, best)| roc_auc > best);
        standing.epochs.push(record.clone());
        (standing.step, standing.loss) = (0, 0.0);
        (standing.seconds, standing.waited) = (0.0, 0.0);
        if best {
            self.save_best(&record, &scores)?;
        }
        self.save()?;
        figures::write_epochs(&self.folder, self.title(), &self.standing.epochs)?;
        self.progress.event(&Event::Epoch {
            record: &record,
            best,
        });
        Ok(true)
    }

    /// Trains the remaining steps of the current epoch; `false` if interrupted.
    fn steps(&mut self, start: Instant) -> Result<bool, TrainError> {
        let recipe = &self.options.recipe;
        let number = self.standing.epochs.len();
        let clips = self.train.clone();
        let epoch = Epoch::new(&clips, recipe, number, &self.description.data.front_end);
        let steps = epoch.steps();
        let before = self.standing.seconds;
        let waited_before = self.standing.waited;
        let mut saved = Instant::now();
        std::thread::scope(|scope| {
            let mut batches = epoch.load(scope, threads(), self.standing.step);
            while let Some(batch) = batches.next() {
                let step = self.standing.step;
                let rate = self.schedule.rate(number * steps + step);
                let drawn = rand::RngExt::random(&mut generator(
                    recipe.seed,
                    Purpose::Dropout,
                    number,
                    step,
                ));
                let loss = self.learner.step(&batch?, rate, drawn)?;
                if !loss.is_finite() {
                    let (epoch, step) = (number + 1, step + 1);
                    return Err(TrainError::Diverged { epoch, step, loss });
                }
                self.standing.step += 1;
                self.standing.loss += f64::from(loss);
                self.standing.seconds = before + start.elapsed().as_secs_f64();
                self.standing.waited = waited_before + batches.waited().as_secs_f64();
                self.progress.event(&Event::Step {
                    step: self.standing.step,
                    loss: self.standing.loss / self.standing.step as f64,
                });
                if self.progress.interrupted() {
                    return Ok(false);
                }
                if saved.elapsed() > SAVE_EVERY {
                    self.save()?;
                    saved = Instant::now();
                }
            }
            self.standing.seconds = before;
            Ok(true)
        })
    }

    /// Writes where the training stands.
    fn save(&self) -> Result<(), TrainError> {
        let path = self.folder.file(LAST);
        let failed = |reason: String| TrainError::Run {
            path: path.display().to_string(),
            reason,
        };
        let state = serde_json::to_value(&self.standing);
        let parameters = self.learner.parameters()?;
        let mut checkpoint = Checkpoint {
            network: self.description.network(),
            moments: self.learner.moments(&parameters)?,
            parameters,
            state: state.map_err(|error| failed(error.to_string()))?,
        };
        checkpoint.write(&path)
    }

    /// Writes the network as the best so far.
    fn save_best(&self, record: &EpochRecord, scores: &Scores) -> Result<(), TrainError> {
        let state = BestState {
            epoch: record.epoch,
            roc_auc: record.roc_auc,
        };
        let path = self.folder.file(BEST);
        let state = serde_json::to_value(state).map_err(|error| TrainError::Run {
            path: path.display().to_string(),
            reason: error.to_string(),
        })?;
        let mut checkpoint = Checkpoint {
            network: self.description.network(),
            parameters: self.learner.parameters()?,
            moments: None,
            state,
        };
        checkpoint.write(&path)?;
        figures::write_tags(&self.folder, self.title(), scores)
    }

    fn title(&self) -> &'static str {
        self.options.architecture.title
    }
}
