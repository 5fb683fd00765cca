//! A model that labels audio with our tags.

use std::path::{Path, PathBuf};

use tagline_engine::{BackendChoice, FrontEndSpec, InferenceError, Model, ModelInfo, Network};

use crate::inference::{self, run_or_replace};
use crate::vocabulary::{Foreign, Vocabulary};

/// A teacher: a model and the translation of its tags.
#[derive(Clone, Debug)]
pub struct Teacher {
    model: Model,
    foreign: Foreign,
    backend: BackendChoice,
    library_dirs: Vec<PathBuf>,
}

impl Teacher {
    /// Opens the model in `path`. `backend` runs it; its libraries are also looked for in
    /// `library_dirs`.
    ///
    /// # Errors
    /// The model cannot be used, or the vocabulary knows none of its tags.
    pub fn open(
        path: &Path,
        vocabulary: &Vocabulary,
        backend: BackendChoice,
        library_dirs: &[PathBuf],
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let model = Model::open(path)?;
        let foreign = vocabulary
            .foreign(&model.info().tags)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        // The backend is chosen once, for all threads.
        let network = inference::open(&model, backend, library_dirs)?;
        Ok(Self {
            backend: BackendChoice::Only(network.backend()),
            model,
            foreign,
            library_dirs: library_dirs.to_vec(),
        })
    }

    /// The model.
    #[must_use]
    pub fn info(&self) -> &ModelInfo {
        self.model.info()
    }

    /// The foreign vocabulary that its tags belong to, or `own`.
    #[must_use]
    pub fn speaks(&self) -> &str {
        self.foreign.name()
    }

    /// Number of our tags that it has an opinion on.
    #[must_use]
    pub fn translated(&self) -> usize {
        self.foreign.translated()
    }
}

/// A teacher at work.
struct AtWork<'a> {
    teacher: &'a Teacher,
    /// Index of its front-end in [`Lesson::specs`].
    window: usize,
    /// `None` until it is first asked.
    network: Option<Box<dyn Network>>,
}

/// Teachers at work on one thread. Those with the same front-end share its windows.
pub(super) struct Lesson<'a> {
    teachers: Vec<AtWork<'a>>,
    specs: Vec<FrontEndSpec>,
}

impl<'a> Lesson<'a> {
    pub fn new(teachers: &'a [Teacher]) -> Self {
        let mut specs: Vec<FrontEndSpec> = Vec::new();
        let teachers = teachers.iter().map(|teacher| {
            let spec = &teacher.info().front_end;
            let known = specs.iter().position(|other| other == spec);
            let window = known.unwrap_or_else(|| {
                specs.push(spec.clone());
                specs.len() - 1
            });
            AtWork {
                teacher,
                window,
                network: None,
            }
        });
        Self {
            teachers: teachers.collect(),
            specs,
        }
    }

    /// The front-ends whose windows the teachers hear.
    pub fn specs(&self) -> &[FrontEndSpec] {
        &self.specs
    }

    /// The mean of the teachers' opinions for each tag, or NaN where no teacher has one. `windows`
    /// are those of [`Self::specs`].
    pub fn opinions(
        &mut self,
        windows: &[Vec<f32>],
        tags: usize,
    ) -> Result<Vec<f32>, InferenceError> {
        let mut sums = vec![(0.0, 0.0); tags];
        for AtWork {
            teacher,
            window,
            network,
        } in &mut self.teachers
        {
            let network = match network {
                Some(network) => network,
                None => {
                    let dirs = &teacher.library_dirs;
                    network.insert(inference::open(&teacher.model, teacher.backend, dirs)?)
                }
            };
            let mut probabilities = vec![0.0; teacher.info().tags.len()];
            run_or_replace(network, &teacher.model, |network| {
                network.run(&windows[*window], &mut probabilities)
            })?;
            if teacher.foreign.is_own() {
                // The probabilities that its users see.
                teacher.info().calibrate(&mut probabilities);
            }
            let opinions = teacher.foreign.opinions(&probabilities);
            for ((sum, count), opinion) in sums.iter_mut().zip(opinions) {
                if !opinion.is_nan() {
                    *sum += opinion;
                    *count += 1.0;
                }
            }
        }
        // Without any opinion, this is 0 / 0, which is NaN.
        Ok(sums.into_iter().map(|(sum, count)| sum / count).collect())
    }
}
