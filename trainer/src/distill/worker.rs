//! Hears, labels and alters a sound.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tagline_files::hash::sha256_of_file;

use super::except::Except;
use super::sound::{Origin, Recording, Sound};
use super::teacher::{Lesson, Teacher};
use super::{Distillation, known_or, no_music, variant};

use crate::data::{Clip, ClipInfo, Input, SourceFile, Split};
use crate::prepare::{Extractor, Results, is_silent, with_remark};

/// Works on one sound after another on one thread.
pub(super) struct Worker<'a> {
    distillation: &'a Distillation,
    except: &'a Except,
    lesson: Lesson<'a>,
    /// Extracts with the network's own front-end, then with the teachers'.
    real: Extractor,
    /// Extracts without the teachers' front-ends.
    synthetic: Extractor,
}

impl<'a> Worker<'a> {
    pub fn new(
        distillation: &'a Distillation,
        teachers: &'a [Teacher],
        except: &'a Except,
    ) -> Self {
        let lesson = Lesson::new(teachers);
        let own = vec![Input::Mel.front_end()];
        let all = [own.as_slice(), lesson.specs()].concat();
        let least = distillation.least_seconds;
        Self {
            real: Extractor::new(all, least),
            synthetic: Extractor::new(own, least),
            lesson,
            distillation,
            except,
        }
    }

    /// Hands on the clips of a sound and the remark about it. `twin` is a further remark.
    pub fn hear(
        &mut self,
        sound: &Sound,
        number: usize,
        twin: Option<&String>,
        results: &Results<'_, '_>,
    ) {
        let outcome = match &sound.origin {
            Origin::Real(recording) => self.recording(recording, results, |worker| {
                worker.real(sound, recording, number, results)
            }),
            Origin::Synthetic(recording) => self.recording(recording, results, |worker| {
                worker.synthetic(sound, recording, results)
            }),
            Origin::NoMusic(kind) => self.no_music(sound, *kind, results),
        };
        results.end(&sound.id, &sound.id, with_remark(outcome, twin));
    }

    /// Hears a file, unless it must be left out, and adds it to the list of files.
    fn recording(
        &mut self,
        recording: &Recording,
        results: &Results<'_, '_>,
        hear: impl FnOnce(&mut Self) -> Heard,
    ) -> Outcome {
        let sha256 = sha256_of_file(&recording.path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "missing".to_owned(),
            _ => error.to_string(),
        })?;
        if self.except.contains(&sha256) {
            return Err(format!("left out: --except names {sha256}"));
        }
        let Heard { windows, outcome } = hear(self);
        if windows > 0 {
            results.source(SourceFile {
                source: recording.source.clone(),
                path: recording.file.clone(),
                sha256,
                windows,
            });
        }
        outcome
    }

    fn real(
        &mut self,
        sound: &Sound,
        recording: &Recording,
        number: usize,
        results: &Results<'_, '_>,
    ) -> Heard {
        // Only the training split has copies.
        let copies = match sound.split {
            Split::Train => sound.often.variants as u64,
            Split::Valid | Split::Test => 0,
        };
        let seed = self.distillation.seed;
        let lesson = &mut self.lesson;
        let mut windows = 0;
        let path = &recording.path;
        let outcome = self.real.extract(
            path,
            sound.often.windows,
            results.room(),
            |extractor, excerpt| {
                let (part, rate_hz) = (excerpt.number as u64, excerpt.sample_rate_hz);
                let labels = labels_of(lesson, &sound.known, &excerpt.windows[1..])?;
                let id = match excerpt.of {
                    1 => sound.id.clone(),
                    _ => format!("{}#{}", sound.id, part + 1),
                };
                let place = Place {
                    sound,
                    offset_seconds: excerpt.offset_seconds,
                    labels: &labels,
                };
                results.clip(place.clip(id.clone(), excerpt.windows, excerpt.heard_frames))?;
                windows += 1;
                for copy in 0..copies {
                    // Each file, excerpt and copy has its own stream of random numbers.
                    let stream = (number as u64) << 32 | part << 16 | copy;
                    let copied = variant::alter(excerpt.samples, rate_hz, seed, stream);
                    if is_silent(&copied.samples) {
                        continue;
                    }
                    let front_ends = 1 + lesson.specs().len();
                    let altered = extractor.windows(rate_hz, &copied.samples, front_ends);
                    let (windows, heard) = altered.map_err(|error| error.to_string())?;
                    let known = match copied.is_scrap {
                        true => &scrap_known(&sound.known),
                        false => &sound.known,
                    };
                    let place = Place {
                        labels: &labels_of(lesson, known, &windows[1..])?,
                        ..place
                    };
                    results.clip(place.clip(format!("{id}~{}", copy + 1), windows, heard))?;
                }
                Ok(())
            },
        );
        Heard { windows, outcome }
    }

    fn synthetic(
        &mut self,
        sound: &Sound,
        recording: &Recording,
        results: &Results<'_, '_>,
    ) -> Heard {
        let mut windows = 0;
        // There are no copies, since the corpus has its own rooms and codecs.
        let path = &recording.path;
        let outcome = self
            .synthetic
            .extract(path, 1, results.room(), |_, excerpt| {
                let place = Place {
                    sound,
                    offset_seconds: excerpt.offset_seconds,
                    labels: &sound.known,
                };
                results.clip(place.clip(
                    sound.id.clone(),
                    excerpt.windows,
                    excerpt.heard_frames,
                ))?;
                windows += 1;
                Ok(())
            });
        Heard { windows, outcome }
    }

    fn no_music(&mut self, sound: &Sound, kind: u64, results: &Results<'_, '_>) -> Outcome {
        let samples = no_music::render(kind, self.distillation.seed);
        let windows = self.synthetic.windows(no_music::RATE_HZ, &samples, 1);
        let (windows, heard_frames) = windows.map_err(|error| error.to_string())?;
        let place = Place {
            sound,
            offset_seconds: 0.0,
            labels: &sound.known,
        };
        results.clip(place.clip(sound.id.clone(), windows, heard_frames))?;
        Ok(None)
    }
}

/// The result of a file.
struct Heard {
    /// Number of windows, without altered copies.
    windows: usize,
    outcome: Outcome,
}

/// A remark, or the reason why there are no clips.
type Outcome = Result<Option<String>, String>;

/// What is known, and else what the teachers say.
fn labels_of(
    lesson: &mut Lesson<'_>,
    known: &[f32],
    windows: &[Vec<f32>],
) -> Result<Vec<f32>, String> {
    let tags = known.len();
    let said = catch_unwind(AssertUnwindSafe(|| lesson.opinions(windows, tags)))
        .map_err(|_| "internal error while a teacher heard it".to_owned())?
        .map_err(|error| error.to_string())?;
    Ok(known_or(known, &said))
}

/// What is known of a few seconds, from what is known of all of it: what is never there is not there
/// either, and what is somewhere there may be elsewhere.
fn scrap_known(known: &[f32]) -> Vec<f32> {
    let absent = |label: &f32| if *label == 0.0 { 0.0 } else { f32::NAN };
    known.iter().map(absent).collect()
}

/// The origin of a clip, and its labels.
struct Place<'a> {
    sound: &'a Sound,
    offset_seconds: f64,
    labels: &'a [f32],
}

impl Place<'_> {
    /// The clip with the network's own window, which is the first.
    fn clip(&self, id: String, windows: Vec<Vec<f32>>, heard_frames: Vec<usize>) -> Clip {
        Clip {
            info: ClipInfo {
                id,
                path: self.sound.id.clone(),
                source: self.sound.origin.source().to_owned(),
                split: self.sound.split,
                labels: self.labels.to_vec(),
                heard_frames: heard_frames[0],
                offset_seconds: self.offset_seconds,
            },
            windows: windows.into_iter().take(1).collect(),
        }
    }
}
