//! Makes training data from unlabelled audio. Existing models, the teachers, tag it; their
//! opinions, translated into one vocabulary and blended, are the labels.
//!
//! The label of a tag for a clip is
//!
//! 1. what is known: labels by construction (synthetic music, sounds that are no music), and what
//!    tables beside the audio say;
//! 2. else, of real audio, the mean of the opinions of the teachers that know the tag
//!    ([`Foreign::opinions`]), each counted by how far it is trusted ([`Foreign::trust`]). They are
//!    asked about the very sound that the label is for: an altered copy is another sound;
//! 3. else unknown, and training and evaluation leave the tag of the clip out.
//!
//! Teachers are not asked about synthetic music and sounds without music. They were not trained on
//! such sounds, so their opinions would be guesses beside facts.
//!
//! `sources` lists the sounds → `worker` hears them (`teacher`, `variant`, `no_music`) → shards, as
//! for any data set.
//!
//! [`Foreign::opinions`]: crate::vocabulary::Foreign::opinions
//! [`Foreign::trust`]: crate::vocabulary::Foreign::trust

mod except;
mod facts;
mod no_music;
mod sound;
mod sources;
mod teacher;
mod variant;
mod worker;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use tagline_files::hash::{Sha256, sha256};

pub(crate) use teacher::Lesson;
pub use teacher::Teacher;

use crate::data::{Input, LIST, Plan};
use crate::prepare::{Candidate, LeftOut, Parts, PrepareError, Prepared, fill, twins};
use crate::vocabulary::Vocabulary;
use crate::work::Progress;
use except::Except;
use sound::{Origin, Sound};
use sources::Listed;
use worker::Worker;

/// Sounds of a shard. An interruption loses an unfinished shard, and these take long.
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
    /// Folders of real audio. Each has one folder or file for each source.
    pub audio: Vec<PathBuf>,
    /// Lists of SHA-256 and folders of audio. Audio with the same content is left out, wherever it
    /// lies.
    pub except: Vec<PathBuf>,
    /// Synthetic corpora of [`tagline_synth`].
    pub synth: Vec<PathBuf>,
    /// Number of sounds without music.
    pub no_music: usize,
    /// Most windows from one file of real audio.
    pub windows: NonZeroUsize,
    /// Altered copies of each window of real audio, beside itself, about which the teachers are asked
    /// anew.
    pub variants: usize,
    /// Shortest file that is used, in seconds.
    pub least_seconds: f64,
    /// The shares of the sources that validate and test, if no table decides.
    pub parts: Parts,
    /// Seed of splits, variants and sounds.
    pub seed: u64,
    /// Files at the same time.
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
/// [`PrepareError`]; [`PrepareError::Interrupted`] if `progress` asked for it.
pub fn distill(
    distillation: &Distillation,
    vocabulary: &Vocabulary,
    teachers: &[Teacher],
    progress: &dyn Progress,
) -> Result<Prepared, PrepareError> {
    distillation.parts.check()?;
    let Listed { sounds, left_out } = sources::list(distillation, vocabulary)?;
    let except = Except::read(&distillation.except)?;
    let mut plan = plan(
        distillation,
        vocabulary,
        teachers,
        list_sha256(&sounds, &left_out, distillation.often()),
    );
    let twins = twins(&candidates(&sounds));
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
            Some(sound) => worker.hear(sound, number, twins.get(&number), results),
            None => results.leave_out(&left_out[number - sounds.len()]),
        },
        progress,
    )
    .map(|prepared| Prepared {
        twins: twins.len(),
        ..prepared
    })
}

/// The files of the sounds. A sound without a file has an empty path, which is never equal to another.
fn candidates(sounds: &[Sound]) -> Vec<Candidate> {
    let candidate = |sound: &Sound| Candidate {
        path: match &sound.origin {
            Origin::Real(recording) | Origin::Synthetic(recording) => recording.path.clone(),
            Origin::NoMusic(_) => PathBuf::new(),
        },
        shown: sound.id.clone(),
        split: sound.split,
    };
    sounds.iter().map(candidate).collect()
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

/// SHA-256 of the whole list. If it differs, an interrupted distillation cannot go on.
fn list_sha256(sounds: &[Sound], left_out: &[LeftOut], usual: Often) -> String {
    let mut hash = Sha256::new();
    for sound in sounds {
        hash.update_texts([&sound.id, sound.origin.source(), sound.split.name()]);
        let known = sound.known.iter();
        hash.update(
            known
                .flat_map(|label| label.to_le_bytes())
                .collect::<Vec<u8>>(),
        );
        // What is usual, the options say.
        if matches!(sound.origin, Origin::Real(_)) && sound.often != usual {
            let Often { windows, variants } = sound.often;
            hash.update_texts(
                [windows, variants]
                    .map(|count| count.to_string())
                    .each_ref()
                    .map(String::as_str),
            );
        }
    }
    for audio in left_out {
        hash.update_texts([audio.shown.as_str()]);
    }
    hash.hex()
}

/// SHA-256 of the vocabulary, whose translations and thresholds decide the labels, too.
fn vocabulary_sha256(vocabulary: &Vocabulary) -> String {
    sha256(format!("{vocabulary:?}").as_bytes())
}

/// The labels that are known, and the `others` in place of the rest.
fn known_or(known: &[f32], others: &[f32]) -> Vec<f32> {
    let pairs = known.iter().zip(others);
    pairs
        .map(|(known, other)| if known.is_nan() { *other } else { *known })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::sound::Recording;
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
            list_sha256(&[sound], &[], Often::ONCE)
        };
        assert_eq!(of("attic"), of("attic"));
        assert_ne!(of("attic"), of("cellar"));
    }
}
