//! What every model says of every file.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use tagline_media::{Sink, decode_to, mix};

use super::{JudgeError, Labelled};
use crate::distill::{Lesson, Teacher};
use crate::prepare::Extractor;
use crate::work::{Count, Event, Progress, Unit};

/// What everybody says of each file.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// `[model][file][tag]`: a model of the vocabulary's own tags by its calibrated probabilities, any
    /// other by its opinions; NaN where it has none.
    pub said: Vec<Vec<Vec<f32>>>,
    /// `[file][tag]`: the mean over the models, each counted by how far it is trusted.
    pub blend: Vec<Vec<f32>>,
}

/// Lets `models` hear the end of each file, a window of it, as `trainer tag` does. A file lies in the
/// first of `folders` that has it.
///
/// # Errors
/// [`JudgeError`] names the file and what is wrong with it.
pub fn hear(
    files: &[Labelled],
    folders: &[PathBuf],
    models: &[Teacher],
    tags: usize,
    jobs: NonZeroUsize,
    progress: &dyn Progress,
) -> Result<Heard, JudgeError> {
    let find = |file: &Labelled| {
        let places = folders.iter().map(|folder| folder.join(&file.path));
        let found = places.into_iter().find(|path| path.is_file());
        found.ok_or_else(|| JudgeError::Missing {
            path: file.path.clone(),
        })
    };
    let paths: Vec<PathBuf> = files.iter().map(find).collect::<Result<_, _>>()?;
    let (next, heard) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let mut listener = Listener::new(models, tags);
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if progress.interrupted() {
                return Err(JudgeError::Interrupted);
            }
            let Some(path) = paths.get(number) else {
                return Ok(done);
            };
            let said = listener.hear(path).inspect_err(|_| {
                // The others need not go on.
                next.store(paths.len(), Ordering::Relaxed);
            })?;
            done.push((number, said));
            let done = 1 + heard.fetch_add(1, Ordering::Relaxed);
            let count = Count::new("listening", Unit::Files, done, paths.len());
            progress.event(&Event::Counted(count));
        }
    };
    let done = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.get()).map(|_| scope.spawn(work)).collect();
        let joined = workers.into_iter().map(|worker| match worker.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        joined.collect::<Result<Vec<_>, _>>()
    })?;
    let mut heard = Heard {
        said: vec![vec![Vec::new(); files.len()]; models.len()],
        blend: vec![Vec::new(); files.len()],
    };
    for (file, (said, blend)) in done.into_iter().flatten() {
        heard.blend[file] = blend;
        for (model, said) in said.into_iter().enumerate() {
            heard.said[model][file] = said;
        }
    }
    Ok(heard)
}

/// Models with their buffers, for one file after another.
struct Listener<'a> {
    lesson: Lesson<'a>,
    extractor: Extractor,
    front_ends: usize,
    tags: usize,
}

impl<'a> Listener<'a> {
    fn new(models: &'a [Teacher], tags: usize) -> Self {
        let lesson = Lesson::new(models);
        let specs = lesson.specs().to_vec();
        Self {
            front_ends: specs.len(),
            extractor: Extractor::new(specs, 0.0),
            lesson,
            tags,
        }
    }

    /// What each model says, and the blend of it.
    fn hear(&mut self, path: &Path) -> Result<(Vec<Vec<f32>>, Vec<f32>), JudgeError> {
        let mut end = End::new(self.extractor.excerpt_seconds());
        if let Some(remark) = decode_to(path, &mut end)? {
            tracing::warn!("{}: {remark}", path.display());
        }
        let windows = self
            .extractor
            .windows(end.rate_hz, end.samples(), self.front_ends);
        let (windows, _) = windows.map_err(|source| JudgeError::FrontEnd {
            path: path.display().to_string(),
            source,
        })?;
        let said = self.lesson.said(&windows)?;
        let blend = self.lesson.blend(&said, self.tags);
        Ok((said, blend))
    }
}

/// The end of a file in mono, while it is decoded.
struct End {
    seconds: f64,
    rate_hz: u32,
    /// The last samples so far, at most twice as many as count.
    mono: Vec<f32>,
    packet: Vec<f32>,
}

impl End {
    fn new(seconds: f64) -> Self {
        Self {
            seconds,
            rate_hz: 0,
            mono: Vec::new(),
            packet: Vec::new(),
        }
    }

    fn length(&self) -> usize {
        (self.seconds * f64::from(self.rate_hz)).ceil() as usize
    }

    fn samples(&self) -> &[f32] {
        &self.mono[self.mono.len().saturating_sub(self.length())..]
    }
}

impl Sink for End {
    fn restart(&mut self) {
        self.mono.clear();
    }

    fn take(&mut self, sample_rate_hz: u32, channels: &[Vec<f32>]) -> bool {
        self.rate_hz = sample_rate_hz;
        mix(channels, &mut self.packet);
        self.mono.extend_from_slice(&self.packet);
        let length = self.length();
        if self.mono.len() > 2 * length {
            self.mono.drain(..self.mono.len() - length);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_file_the_end_alone_is_kept() {
        let mut end = End::new(0.5);
        let song: Vec<f32> = (0..1_000).map(|k| k as f32).collect();
        for packet in song.chunks(7) {
            assert!(end.take(100, &[packet.to_vec(), packet.to_vec()]));
            assert!(end.mono.len() <= 100 + 7, "{}", end.mono.len());
        }
        assert_eq!(end.samples(), &song[950..]);
        end.restart();
        assert!(end.take(100, &[vec![1.0; 30]]));
        assert_eq!(end.samples(), [1.0; 30]);
    }
}
