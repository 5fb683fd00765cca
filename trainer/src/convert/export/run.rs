//! Writes the best epoch of a run as a model file.

use std::path::{Path, PathBuf};

use tagline_engine::{Model, ModelInfo};
use tagline_files::atomic;

use super::{ExportError, to_model};
use crate::arch::Architecture;
use crate::convert::About;
use crate::train::{self, RunDescription};
use crate::vocabulary::Vocabulary;

/// The run to export, and the model's description.
#[derive(Clone, Debug, Default)]
pub struct Export {
    /// Folder of the run.
    pub run: PathBuf,
    /// By default, the name is that of the network with that of the data set, and the provenance
    /// names run and data.
    pub about: About,
    /// The vocabulary that gives the group of each tag and what it means; neither if `None`.
    pub vocabulary: Option<PathBuf>,
}

/// Writes `model` to `out`, whole or not at all.
///
/// # Errors
/// [`ExportError::Write`]. `out` is then unchanged.
pub fn write(model: &Model, out: &Path) -> Result<(), ExportError> {
    atomic::write(out, model.onnx()).map_err(|source| ExportError::Write {
        path: out.display().to_string(),
        source,
    })
}

impl Export {
    /// The model of the run's best epoch.
    ///
    /// # Errors
    /// [`ExportError`] says what is wrong with the run.
    pub fn model(&self) -> Result<Model, ExportError> {
        let run = || self.run.display().to_string();
        let description = RunDescription::read(&self.run)?;
        let description = description.ok_or_else(|| ExportError::NoRun { run: run() })?;
        let architecture = Architecture::named(&description.architecture);
        let architecture = architecture.ok_or_else(|| ExportError::Architecture {
            run: run(),
            architecture: description.architecture.clone(),
        })?;
        let best = train::best(&self.run, &description)?;
        let best = best.ok_or_else(|| ExportError::NoEpoch { run: run() })?;
        let mut info = self.info(architecture, &description, &best);
        if let Some(vocabulary) = &self.vocabulary {
            Vocabulary::read(vocabulary)?.describe(&mut info, vocabulary)?;
        }
        to_model(architecture, &best.parameters, &info)
    }

    /// Makes the model and writes it to `out`, whole or not at all.
    ///
    /// # Errors
    /// [`ExportError`]. `out` is then unchanged.
    pub fn write(&self, out: &Path) -> Result<Model, ExportError> {
        let model = self.model()?;
        write(&model, out)?;
        Ok(model)
    }

    fn info(
        &self,
        architecture: &Architecture,
        run: &RunDescription,
        best: &train::Best,
    ) -> ModelInfo {
        let data = &run.data;
        let origin = format!(
            "Trained by Tagline's trainer {version} as {network} (width {width}, seed {seed}) on \
             {clips} clips of {name} (prepared data {sha256}); best of its epochs: {epoch}, \
             validation ROC-AUC {auc:.4}",
            version = env!("CARGO_PKG_VERSION"),
            network = architecture.name,
            width = run.recipe.width,
            seed = run.recipe.seed,
            clips = data.train_clips,
            name = data.name,
            sha256 = data.sha256,
            epoch = best.epoch,
            auc = best.roc_auc,
        );
        let name = format!("{} ({})", architecture.title, data.name);
        let (tags, front_end) = (data.tags.clone(), data.front_end.clone());
        self.about.info(name, origin, tags, front_end)
    }
}
