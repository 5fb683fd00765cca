//! Runs an experiment, system by system.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use tagline_engine::{BackendChoice, Model};
use tagline_files::atomic;

use super::{Experiment, ExperimentError, Results, RunResult, System, figure_2};
use crate::arch::Architecture;
use crate::convert::export::Export;
use crate::data::{DataError, Dataset, Split};
use crate::evaluation::{EvaluateError, Predictor, SharedTags};
use crate::metrics::{Bootstrap, Scores};
use crate::train::{self, DeviceChoice, End, Recipe, RunDescription, TrainOptions};
use crate::work::{Event, Progress};

/// Name of a system's scores in the folder of its run.
const RESULT: &str = "result.json";
/// Name of a system's model in the folder of its run.
const MODEL: &str = "model.onnx";

/// An experiment to be run.
#[derive(Clone, Debug)]
pub struct ExperimentOptions {
    /// The experiment.
    pub experiment: Experiment,
    /// Folder of prepared data, with every input that the systems need.
    pub data: PathBuf,
    /// Folder of the experiment. It is made if it does not exist; otherwise the experiment in it
    /// goes on.
    pub out: PathBuf,
    /// Names of the architectures to run; empty for all. The tables also hold those that were run
    /// before.
    pub only: Vec<String>,
    /// How the systems are trained.
    pub recipe: Recipe,
    /// What trains them.
    pub device: DeviceChoice,
    /// What runs the trained models on the test split.
    pub backend: BackendChoice,
    /// Where ONNX Runtime's library is looked for first.
    pub library_dirs: Vec<PathBuf>,
    /// Networks that test at the same time.
    pub jobs: NonZeroUsize,
    /// How confidence intervals are found.
    pub bootstrap: Bootstrap,
}

/// A system with what it needs.
struct Prepared {
    system: &'static System,
    architecture: &'static Architecture,
    run: PathBuf,
    /// `None` if the data lack its input. It is then not run.
    data: Option<Dataset>,
    wanted: bool,
}

/// Runs the systems that have no result yet. After each system, writes tables and figures of all
/// results.
///
/// # Errors
/// [`ExperimentError`]. Finished systems are kept, and the same call goes on after them.
pub fn run(
    options: &ExperimentOptions,
    progress: &dyn Progress,
) -> Result<Results, ExperimentError> {
    options.recipe.validate().map_err(ExperimentError::Recipe)?;
    let systems = prepare(options)?;
    let folder = &options.out;
    std::fs::create_dir_all(folder).map_err(refused(folder))?;
    if options.experiment == Experiment::One {
        let path = folder.join("figure-2.svg");
        atomic::write(&path, figure_2()?.as_bytes()).map_err(refused(&path))?;
    }
    let data = systems.iter().find_map(|prepared| prepared.data.as_ref());
    let mut results = Results {
        experiment: options.experiment,
        data: data.map_or_else(String::new, |data| data.name().to_owned()),
        recipe: options.recipe.clone(),
        runs: Vec::new(),
    };
    for prepared in &systems {
        results.runs.push(prepared.finished(&options.recipe, data)?);
    }
    results.write(folder)?;
    for (index, prepared) in systems.iter().enumerate() {
        let (Some(data), true) = (&prepared.data, prepared.wanted) else {
            continue;
        };
        let title = prepared.system.title;
        if results.runs[index].is_some() {
            say(progress, &format!("{title}: was finished before"));
            continue;
        }
        let (number, systems) = (index + 1, systems.len());
        say(progress, &format!("{title}: system {number} of {systems}"));
        let result = prepared.run(data, options, progress)?;
        let line = format!("{title}: test ROC-AUC {:.4}", result.roc_auc);
        say(progress, &line);
        results.runs[index] = Some(result);
        results.write(folder)?;
    }
    Ok(results)
}

fn say(progress: &dyn Progress, text: &str) {
    progress.event(&Event::Remark { text });
}

/// Finds mistakes before hours of work.
fn prepare(options: &ExperimentOptions) -> Result<Vec<Prepared>, ExperimentError> {
    let systems = options.experiment.systems();
    let known = |name: &&String| systems.iter().any(|system| system.architecture == **name);
    if let Some(unknown) = options.only.iter().find(|name| !known(name)) {
        let known: Vec<&str> = systems.iter().map(|system| system.architecture).collect();
        return Err(ExperimentError::NoSuchSystem {
            name: unknown.clone(),
            known: known.join(", "),
        });
    }
    let prepared = systems.iter().map(|system| {
        let is_it = |name: &String| name == system.architecture;
        let wanted = options.only.is_empty() || options.only.iter().any(is_it);
        let architecture = system.architecture();
        let data = match Dataset::open(&options.data, architecture.input) {
            Ok(data) => Some(data),
            Err(DataError::InputMissing { .. }) if !wanted => None,
            Err(error) => return Err(error.into()),
        };
        for split in Split::ALL {
            data.as_ref().map(|data| data.split(split)).transpose()?;
        }
        Ok(Prepared {
            system,
            architecture,
            run: options.out.join("runs").join(system.architecture),
            data,
            wanted,
        })
    });
    prepared.collect()
}

impl Prepared {
    /// Its result, if it was run before. `others` are the data of the other systems.
    ///
    /// # Errors
    /// [`ExperimentError::OtherOptions`] if it was run with another recipe or on other data, so
    /// that its numbers do not belong in the same table.
    fn finished(
        &self,
        recipe: &Recipe,
        others: Option<&Dataset>,
    ) -> Result<Option<RunResult>, ExperimentError> {
        let path = self.run.join(RESULT);
        let Some(found) = RunResult::read(&path)? else {
            return Ok(None);
        };
        let mut differences = differing_options(&found.recipe, recipe);
        let same = match &self.data {
            Some(data) => found.data_sha256 == data.sha256(),
            None => self.is_of(others)?,
        };
        if !same {
            differences.push("other data".into());
        }
        if differences.is_empty() {
            return Ok(Some(found));
        }
        Err(ExperimentError::OtherOptions {
            path: path.display().to_string(),
            differences: differences.join(", "),
        })
    }

    /// Whether it was run on the data set of `data`, as far as that can be known if `data` lack its
    /// input.
    fn is_of(&self, data: Option<&Dataset>) -> Result<bool, ExperimentError> {
        let system = self.system.title;
        let run = RunDescription::read(&self.run)
            .map_err(|source| ExperimentError::Train { system, source })?;
        Ok(match (run, data) {
            (Some(run), Some(data)) => run.data.name == data.name() && run.data.tags == data.tags(),
            _ => true,
        })
    }

    fn run(
        &self,
        data: &Dataset,
        options: &ExperimentOptions,
        progress: &dyn Progress,
    ) -> Result<RunResult, ExperimentError> {
        let system = self.system.title;
        let train = TrainOptions {
            architecture: self.architecture,
            data: options.data.clone(),
            run: self.run.clone(),
            device: options.device,
            recipe: options.recipe.clone(),
        };
        let report = train::run(&train, progress)
            .map_err(|source| ExperimentError::Train { system, source })?;
        if report.end == End::Interrupted || progress.interrupted() {
            return Err(ExperimentError::Interrupted);
        }
        let path = self.run.join(MODEL);
        let export = Export {
            run: self.run.clone(),
            ..Export::default()
        };
        let model = export
            .write(&path)
            .map_err(|source| ExperimentError::Export { system, source })?;
        let scores = self
            .test(&model, data, options, progress)
            .map_err(|source| match source {
                EvaluateError::Interrupted => ExperimentError::Interrupted,
                source => ExperimentError::Evaluate { system, source },
            })?;
        let result = RunResult {
            architecture: self.architecture.name.to_owned(),
            recipe: options.recipe.clone(),
            data_sha256: data.sha256().to_owned(),
            model_sha256: model.info().sha256.clone(),
            epochs: report.epochs,
            test_clips: scores.clips,
            averaged_tags: scores.tags.len() - scores.left_out().count(),
            roc_auc: scores.macro_roc_auc.ok_or(ExperimentError::Evaluate {
                system,
                source: EvaluateError::NothingToScore,
            })?,
            roc_auc_interval: scores.macro_roc_auc_interval,
            pr_auc: scores.macro_pr_auc,
            pr_auc_interval: scores.macro_pr_auc_interval,
        };
        result.write(&self.run.join(RESULT))?;
        Ok(result)
    }

    fn test(
        &self,
        model: &Model,
        data: &Dataset,
        options: &ExperimentOptions,
        progress: &dyn Progress,
    ) -> Result<Scores, EvaluateError> {
        let clips = data.split(Split::Test)?;
        let shared = SharedTags::between(&model.info().tags, data.tags())?;
        let library_dirs = &options.library_dirs;
        let mut predictor = Predictor::open(model, options.backend, library_dirs, options.jobs)?;
        let predictions = predictor.predict(&clips, clips.frames(), "test", progress)?;
        Ok(shared
            .answers(&clips, &predictions)?
            .score(options.bootstrap))
    }
}

/// The options of `found` that differ from `wanted`, with their values.
fn differing_options(found: &Recipe, wanted: &Recipe) -> Vec<String> {
    let fields = |recipe: &Recipe| match serde_json::to_value(recipe) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let wanted = fields(wanted);
    fields(found)
        .into_iter()
        .filter(|(name, value)| wanted.get(name) != Some(value))
        .map(|(name, value)| format!("{name} {value}"))
        .collect()
}

impl System {
    fn architecture(&self) -> &'static Architecture {
        // A test checks that every system of the table is an architecture.
        Architecture::named(self.architecture).expect("an architecture")
    }
}

/// The error of a failed read or write of `path`.
pub(super) fn refused(path: &Path) -> impl Fn(std::io::Error) -> ExperimentError {
    let path = path.display().to_string();
    move |source| ExperimentError::Io {
        path: path.clone(),
        source,
    }
}
