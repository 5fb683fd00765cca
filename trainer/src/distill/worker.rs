//! One sound: heard, labelled, altered.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::sources::{Origin, Sound};
use super::teacher::{Lesson, Teacher};
use super::{Distillation, known_or, no_music, variant};
use crate::data::{Clip, ClipInfo, Input, Remark, Split};
use crate::prepare::{Excerpt, Extractor};

/// A copy of an excerpt: the network's window, and how much of it was heard.
type Copy = (Vec<f32>, usize);

/// Works through sounds on one thread.
pub(super) struct Worker<'a> {
    distillation: &'a Distillation,
    lesson: Lesson<'a>,
    /// The network's own front-end, then the teachers'.
    real: Extractor,
    /// Without the teachers'.
    synthetic: Extractor,
}

impl<'a> Worker<'a> {
    pub fn new(distillation: &'a Distillation, teachers: &'a [Teacher]) -> Self {
        let lesson = Lesson::new(teachers);
        let own = vec![Input::Mel.front_end()];
        let all = [own.as_slice(), lesson.specs()].concat();
        let least = distillation.least_seconds;
        Self {
            real: Extractor::new(all, distillation.windows.get(), least),
            synthetic: Extractor::new(own, 1, least),
            lesson,
            distillation,
        }
    }

    /// The clips of a sound, and what there is to say about it.
    pub fn hear(&mut self, sound: &Sound, number: usize) -> (Vec<Clip>, Vec<Remark>) {
        let heard = match &sound.origin {
            Origin::Real(path) => self.real(sound, path, number),
            Origin::Synthetic(path) => self.synthetic(sound, path),
            Origin::NoMusic(kind) => self.no_music(sound, *kind),
        };
        let remark = |skipped, reason| Remark {
            skipped,
            id: sound.id.clone(),
            path: sound.id.clone(),
            reason,
        };
        match heard {
            Ok((clips, remark_of)) => (
                clips,
                remark_of.map(|r| remark(false, r)).into_iter().collect(),
            ),
            Err(reason) => (Vec::new(), vec![remark(true, reason)]),
        }
    }

    fn real(&mut self, sound: &Sound, path: &Path, number: usize) -> Heard {
        // Copies are for training alone.
        let count = match sound.split {
            Split::Train => self.distillation.variants,
            Split::Valid | Split::Test => 0,
        };
        let seed = self.distillation.seed;
        let (excerpts, copies, remark) = extract(&mut self.real, path, seed, count, number)?;
        let mut clips = Vec::new();
        for (part, (excerpt, copies)) in excerpts.iter().zip(copies).enumerate() {
            let Some(copies) = copies else {
                continue;
            };
            let labels = self.labels(sound, &excerpt.windows[1..])?;
            let id = match excerpts.len() {
                1 => sound.id.clone(),
                _ => format!("{}#{}", sound.id, part + 1),
            };
            push(&mut clips, sound, &id, excerpt, copies, &labels);
        }
        match clips.is_empty() {
            true => Err("silent".to_owned()),
            false => Ok((clips, remark)),
        }
    }

    fn synthetic(&mut self, sound: &Sound, path: &Path) -> Heard {
        // No copies: the corpus has rooms and codecs of its own.
        let found = self.synthetic.extract(path)?;
        let mut clips = Vec::new();
        for excerpt in &found.excerpts {
            push(
                &mut clips,
                sound,
                &sound.id,
                excerpt,
                Vec::new(),
                &sound.known,
            );
        }
        Ok((clips, found.remark))
    }

    fn no_music(&mut self, sound: &Sound, kind: u64) -> Heard {
        let samples = no_music::render(kind, self.distillation.seed);
        let windows = self.synthetic.windows(no_music::RATE_HZ, &samples, 1);
        let (windows, heard_frames) = windows.map_err(|error| error.to_string())?;
        let excerpt = Excerpt {
            offset_seconds: 0.0,
            heard_frames,
            windows,
        };
        let mut clips = Vec::new();
        push(
            &mut clips,
            sound,
            &sound.id,
            &excerpt,
            Vec::new(),
            &sound.known,
        );
        Ok((clips, None))
    }

    /// What is known, and else what the teachers say.
    fn labels(&mut self, sound: &Sound, windows: &[Vec<f32>]) -> Result<Vec<f32>, String> {
        let lesson = &mut self.lesson;
        let tags = sound.known.len();
        let said = catch_unwind(AssertUnwindSafe(|| lesson.opinions(windows, tags)))
            .map_err(|_| "internal error while a teacher heard it".to_owned())?
            .map_err(|error| error.to_string())?;
        Ok(known_or(&sound.known, &said))
    }
}

/// Clips and a remark, or why there are none.
type Heard = Result<(Vec<Clip>, Option<String>), String>;
/// Excerpts, the altered copies of each that is not silent, and a remark.
type Extracted = Result<(Vec<Excerpt>, Vec<Copies>, Option<String>), String>;
/// The altered copies of an excerpt; `None` of one that is silent.
type Copies = Option<Vec<Copy>>;

/// Root mean square below which an excerpt is silent: what is known of its file does not hold of
/// it, and teachers imagine things.
const SILENT_DBFS: f32 = -60.0;

fn is_silent(samples: &[f32]) -> bool {
    let power: f32 = samples.iter().map(|sample| sample * sample).sum();
    power / samples.len().max(1) as f32 <= 10.0_f32.powf(SILENT_DBFS / 10.0)
}

/// The excerpts of a file, each with `count` altered copies of itself, unless it is silent.
fn extract(
    extractor: &mut Extractor,
    path: &Path,
    seed: u64,
    count: usize,
    number: usize,
) -> Extracted {
    let mut copies = Vec::new();
    let found = extractor.extract_with(path, |extractor, rate_hz, samples| {
        if is_silent(samples) {
            copies.push(None);
            return Ok(());
        }
        let excerpt = copies.len() as u64;
        let altered = (0..count as u64).map(|copy| {
            // A stream of random numbers of its own for each file, excerpt and copy.
            let stream = (number as u64) << 32 | excerpt << 16 | copy;
            let samples = variant::alter(samples, rate_hz, seed, stream);
            let (mut windows, heard) = extractor.windows(rate_hz, &samples, 1)?;
            Ok((windows.swap_remove(0), heard[0]))
        });
        copies.push(Some(altered.collect::<Result<_, _>>()?));
        Ok(())
    })?;
    Ok((found.excerpts, copies, found.remark))
}

/// Adds an excerpt's clip and those of its copies.
fn push(
    clips: &mut Vec<Clip>,
    sound: &Sound,
    id: &str,
    excerpt: &Excerpt,
    copies: Vec<Copy>,
    labels: &[f32],
) {
    let mut add = |id: String, window: Vec<f32>, heard_frames| {
        clips.push(Clip {
            info: ClipInfo {
                id,
                path: sound.id.clone(),
                split: sound.split,
                labels: labels.to_vec(),
                heard_frames,
                offset_seconds: excerpt.offset_seconds,
            },
            windows: vec![window],
        });
    };
    add(
        id.to_owned(),
        excerpt.windows[0].clone(),
        excerpt.heard_frames[0],
    );
    for (number, (window, heard_frames)) in copies.into_iter().enumerate() {
        add(format!("{id}~{}", number + 1), window, heard_frames);
    }
}
