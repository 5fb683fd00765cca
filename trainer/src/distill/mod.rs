//! Makes training data of unlabelled audio: models that exist, the teachers, say what they hear,
//! and their opinions, translated into one vocabulary and blended, are the labels.
//!
//! Of each tag and clip, the label is
//!
//! 1. what is known: labels by construction (synthetic music, sounds that are no music), and what
//!    tables beside the audio say;
//! 2. else, of real audio, the mean of the opinions of the teachers that know the tag
//!    ([`Foreign::opinions`]), each counted by how far it is trusted ([`Foreign::trust`]). They are
//!    asked about the very sound that the label is for: an altered copy is another sound;
//! 3. else unknown, and training and evaluation leave the tag of the clip out.
//!
//! Teachers are not asked about synthetic music and about sounds that are no music: they have
//! never heard their like, so what they would say is a guess, and it would stand beside facts.
//!
//! `sources` lists the sounds → `worker` hears them (`teacher`, `variant`, `no_music`) → shards as
//! any data set's.
//!
//! [`Foreign::opinions`]: crate::vocabulary::Foreign::opinions
//! [`Foreign::trust`]: crate::vocabulary::Foreign::trust

mod except;
mod no_music;
mod sources;
mod teacher;
mod variant;
mod worker;

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

pub(crate) use teacher::Lesson;
pub use teacher::Teacher;

use crate::data::{Input, LIST, Plan, hex, sha256};
use crate::prepare::{LeftOut, Parts, PrepareError, Prepared, Progress, fill, hash_texts};
use crate::vocabulary::Vocabulary;
use except::Except;
use sources::{Listed, Sound};
use worker::Worker;

/// Sounds of a shard, which are lost together on an interruption: they take a while.
const SHARD_ITEMS: usize = 128;

/// How often a file of real audio is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Often {
    /// Most windows taken of it.
    windows: usize,
    /// Altered copies of each window that is trained on.
    variants: usize,
}

impl Often {
    const ONCE: Self = Self {
        windows: 1,
        variants: 0,
    };
}

/// What is to be distilled.
#[derive(Clone, Debug)]
pub struct Distillation {
    /// Folders of real audio: in each, one folder, or one file, for each source.
    pub audio: Vec<PathBuf>,
    /// Lists of SHA-256, and folders of audio, whose content is never heard, wherever it lies.
    pub except: Vec<PathBuf>,
    /// Synthetic corpora, as [`crate::synth`] writes them.
    pub synth: Vec<PathBuf>,
    /// Number of sounds that are no music.
    pub no_music: usize,
    /// Most windows taken of one file of real audio.
    pub windows: NonZeroUsize,
    /// Altered copies of each window of real audio, beside itself, about which the teachers are asked
    /// anew.
    pub variants: usize,
    /// Shortest file that is used, in seconds.
    pub least_seconds: f64,
    /// Which part of the sources validates and which tests, where no table says it.
    pub parts: Parts,
    /// Seed of splits, variants and sounds.
    pub seed: u64,
    /// Files side by side.
    pub jobs: NonZeroUsize,
    /// The folder of the data set.
    pub out: PathBuf,
}

impl Distillation {
    /// How often a file is heard of which no table says it.
    fn often(&self) -> Often {
        Often {
            windows: self.windows.get(),
            variants: self.variants,
        }
    }
}

/// Runs a distillation, or goes on where an earlier run with the same options stopped.
///
/// # Errors
/// [`PrepareError`], of which [`PrepareError::Interrupted`] is what `report` asked for.
pub fn distill(
    distillation: &Distillation,
    vocabulary: &Vocabulary,
    teachers: &[Teacher],
    report: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Prepared, PrepareError> {
    distillation.parts.check()?;
    let Listed { sounds, left_out } = sources::list(distillation, vocabulary)?;
    let except = Except::read(&distillation.except)?;
    let mut plan = plan(
        distillation,
        vocabulary,
        teachers,
        list_sha256(&sounds, &left_out),
    );
    if let Some(list) = except.sha256() {
        plan = plan.with_option("except", list);
    }
    fill(
        plan,
        &distillation.out,
        distillation.jobs.get(),
        sounds.len() + left_out.len(),
        || Worker::new(distillation, teachers, &except),
        |worker, number, results| match sounds.get(number) {
            Some(sound) => worker.hear(sound, number, results),
            None => results.leave_out(&left_out[number - sounds.len()]),
        },
        report,
    )
}

fn plan(
    distillation: &Distillation,
    vocabulary: &Vocabulary,
    teachers: &[Teacher],
    list_sha256: String,
) -> Plan {
    let mut plan = Plan::new("distilled", vocabulary.names(), &[Input::Mel]);
    plan.shard_items = SHARD_ITEMS;
    for (number, teacher) in teachers.iter().enumerate() {
        let info = teacher.info();
        let said = format!("{} as {}: {}", info.name, teacher.speaks(), info.sha256);
        plan = plan.with_option(&format!("teacher {}", number + 1), said);
    }
    plan.with_option(LIST, list_sha256)
        .with_option("no_music", distillation.no_music)
        .with_option("seed", distillation.seed)
        .with_option("variants", distillation.variants)
        .with_option("windows", distillation.windows)
        .with_option("least_seconds", distillation.least_seconds)
        .with_option("vocabulary", vocabulary_sha256(vocabulary))
}

/// A name for the whole list: with another one, an interrupted distillation cannot go on.
fn list_sha256(sounds: &[Sound], left_out: &[LeftOut]) -> String {
    let mut hash = Sha256::new();
    for sound in sounds {
        hash_texts(
            &mut hash,
            [&sound.id, sound.origin.source(), sound.split.name()],
        );
        let known = sound.known.iter();
        hash.update(
            known
                .flat_map(|label| label.to_le_bytes())
                .collect::<Vec<u8>>(),
        );
        let Often { windows, variants } = sound.often;
        hash.update(
            [windows, variants]
                .map(|count| count as u64)
                .map(u64::to_le_bytes)
                .concat(),
        );
    }
    for audio in left_out {
        hash_texts(&mut hash, [audio.shown.as_str()]);
    }
    hex(&hash.finalize())
}

/// Translations and thresholds decide the labels, too.
fn vocabulary_sha256(vocabulary: &Vocabulary) -> String {
    sha256(format!("{vocabulary:?}").as_bytes())
}

/// Labels where they are known, and else the `others`.
fn known_or(known: &[f32], others: &[f32]) -> Vec<f32> {
    let pairs = known.iter().zip(others);
    pairs
        .map(|(known, other)| if known.is_nan() { *other } else { *known })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::sources::{Origin, Recording};
    use super::*;
    use crate::data::Split;

    #[test]
    fn a_list_of_other_sources_is_another_list() {
        let of = |source: &str| {
            let recording = Recording {
                path: "one.wav".into(),
                source: source.to_owned(),
                file: "one.wav".to_owned(),
            };
            let sound = Sound {
                id: "one.wav".to_owned(),
                split: Split::Train,
                known: Vec::new(),
                often: Often::ONCE,
                origin: Origin::Real(recording),
            };
            list_sha256(&[sound], &[])
        };
        assert_eq!(of("attic"), of("attic"));
        assert_ne!(of("attic"), of("cellar"));
    }
}
