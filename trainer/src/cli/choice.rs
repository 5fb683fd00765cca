//! Some of a split's clips, for every command that may look at some alone.

use clap::Args;

use crate::data::{Clips, Split};

/// Which clips are looked at; all if nothing is given.
#[derive(Debug, Args)]
pub(super) struct ClipChoice {
    /// Only clips whose name begins so, such as `synth-`.
    #[arg(long, value_name = "PREFIX")]
    only: Option<String>,
    /// Only clips whose name does not begin so; several times for several.
    #[arg(long, value_name = "PREFIX")]
    without: Vec<String>,
}

impl ClipChoice {
    /// Those of `clips`, which are of `split`.
    pub(super) fn of(&self, clips: Clips, split: Split) -> Result<Clips, String> {
        let none = |which: &str, prefix: &str| {
            format!("no clip of the split `{split}` is left whose name {which} with `{prefix}`")
        };
        let clips = match &self.only {
            Some(prefix) => clips.named(prefix).ok_or_else(|| none("begins", prefix))?,
            None => clips,
        };
        self.without.iter().try_fold(clips, |clips, prefix| {
            clips
                .not_named(prefix)
                .ok_or_else(|| none("does not begin", prefix))
        })
    }
}
