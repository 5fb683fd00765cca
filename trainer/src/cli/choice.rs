//! The options that choose clips of a split, for every command that runs a model on them.

use std::path::Path;

use clap::Args;
use tagline_engine::ModelInfo;
use trainer::data::{Clips, Dataset, Split};
use trainer::evaluation::{SharedTags, open_data_of};

use super::complain;

/// Which clips are used; all of them by default.
#[derive(Debug, Args)]
pub(super) struct ClipChoice {
    /// Only use clips whose name begins with this, such as `synth-`.
    #[arg(long, value_name = "PREFIX")]
    only: Option<String>,
    /// Leave out clips whose name begins with this. Can be given several times.
    #[arg(long, value_name = "PREFIX")]
    without: Vec<String>,
}

/// The clips that a model is run on.
pub(super) struct Chosen {
    pub(super) data: Dataset,
    pub(super) clips: Clips,
    /// The tags that model and data share.
    pub(super) shared: SharedTags,
}

impl ClipChoice {
    /// Opens the clips of the data set in `folder` for `model`, and names the tags that only one
    /// side has.
    pub(super) fn open(
        &self,
        model: &ModelInfo,
        folder: &Path,
        split: Split,
    ) -> Result<Chosen, Box<dyn std::error::Error>> {
        let chosen = self.find(model, folder, split)?;
        chosen.shared.remarks().for_each(|remark| complain(&remark));
        Ok(chosen)
    }

    /// The same, without naming any tags.
    pub(super) fn find(
        &self,
        model: &ModelInfo,
        folder: &Path,
        split: Split,
    ) -> Result<Chosen, Box<dyn std::error::Error>> {
        let data = open_data_of(model, folder)?;
        let clips = self.of(data.split(split)?, split)?;
        let shared = SharedTags::between(&model.tags, data.tags())?;
        Ok(Chosen {
            data,
            clips,
            shared,
        })
    }

    /// The chosen ones of `clips`, which belong to `split`.
    fn of(&self, clips: Clips, split: Split) -> Result<Clips, String> {
        let none = |which: &str, prefixes: &[String]| {
            let prefixes = prefixes.join("` or `");
            format!("no clip of the split `{split}` is left whose name {which} with `{prefixes}`")
        };
        let clips = match &self.only {
            Some(prefix) => clips
                .named(prefix)
                .ok_or_else(|| none("begins", std::slice::from_ref(prefix)))?,
            None => clips,
        };
        let mut without = self.without.iter();
        without
            .try_fold(clips, |clips, prefix| clips.not_named(prefix))
            .ok_or_else(|| none("does not begin", &self.without))
    }
}
