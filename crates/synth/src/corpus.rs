//! A corpus on disk, laid out as MagnaTagATune: tables, and clips in the folders 0 to f.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use tagline_files::{Lock, atomic};

use super::encode;
use super::error::SynthError;
use super::labels::TAGS;
use super::manifest::Manifest;
use super::piece::{Piece, style_of};
use super::soundfonts::SoundFonts;
use super::tables::{self, Row};

/// Sample rate of a corpus's clips. It is above the rate of every front-end.
pub const CORPUS_RATE_HZ: u32 = 22_050;
/// Quality of Ogg Vorbis clips, about 45 kbit/s.
const QUALITY: f32 = 0.4;

/// Number of folders that the clips are spread over, named 0 to f.
const FOLDERS: usize = 16;

/// Shortest and longest clips.
pub(crate) const SECONDS: std::ops::RangeInclusive<f64> = 1.0..=300.0;

/// The files that clips are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClipFormat {
    /// Ogg Vorbis.
    Ogg,
    /// WAV of 16 bits a sample.
    Wav,
}

impl ClipFormat {
    /// The format that a file's name asks for.
    ///
    /// # Errors
    /// [`SynthError::Extension`] where it ends in neither .ogg nor .wav.
    pub fn of(path: &Path) -> Result<Self, SynthError> {
        let extension = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
        match extension.as_deref().and_then(std::ffi::OsStr::to_str) {
            Some("ogg") => Ok(Self::Ogg),
            Some("wav") => Ok(Self::Wav),
            _ => Err(SynthError::Extension(path.to_owned())),
        }
    }

    /// The extension of its files.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Ogg => "ogg",
            Self::Wav => "wav",
        }
    }
}

/// What to render.
#[derive(Clone, Debug)]
pub struct Corpus {
    /// The folder. It is made if it is missing.
    pub folder: PathBuf,
    /// How many clips.
    pub clips: usize,
    /// Another seed gives other music.
    pub seed: u64,
    /// Length of a clip, seconds.
    pub seconds: f64,
    /// The files that clips are written as.
    pub format: ClipFormat,
    /// Clips that are rendered at the same time; one for each processor if `None`.
    pub jobs: Option<NonZeroUsize>,
}

/// Hears how many clips are done, and of how many. A break begins no further clip.
pub type Progress<'a> = dyn Fn(usize, usize) -> ControlFlow<()> + Sync + 'a;

/// What was rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorpusReport {
    /// Clips that were rendered now.
    pub rendered: usize,
    /// Clips that were there before.
    pub kept: usize,
    /// Each tag with its number of clips, in the order of the tables' columns.
    pub tags: Vec<(&'static str, usize)>,
}

impl Corpus {
    /// Renders every clip that is not there yet, then writes the tables. `progress` is called from
    /// several threads. When it breaks, the clips that were begun are finished.
    ///
    /// # Errors
    /// [`SynthError::Fewer`] if the folder has more clips than these, [`SynthError::Busy`] while
    /// another process renders there, [`SynthError::Interrupted`] if `progress` breaks (finished
    /// clips stay, and the same call goes on from there), and the others of [`SynthError`].
    pub fn render(
        &self,
        fonts: &SoundFonts,
        progress: &Progress<'_>,
    ) -> Result<CorpusReport, SynthError> {
        if !SECONDS.contains(&self.seconds) {
            return Err(SynthError::Seconds(self.seconds));
        }
        let _lock = self.open(&self.manifest(fonts))?;
        let missing: Vec<usize> = (0..self.clips)
            .filter(|clip| !self.is_finished(*clip))
            .collect();
        let kept = self.clips - missing.len();
        self.render_all(&missing, fonts, progress)?;
        let rows = self.rows()?;
        self.write("annotations_final.csv", &tables::annotations(&rows))?;
        self.write("clip_info_final.csv", &tables::clip_info(&rows, self.seed))?;
        let count = |tag: usize| rows.iter().filter(|row| row.tags[tag]).count();
        Ok(CorpusReport {
            rendered: missing.len(),
            kept,
            tags: TAGS
                .iter()
                .enumerate()
                .map(|(index, tag)| (*tag, count(index)))
                .collect(),
        })
    }

    fn manifest(&self, fonts: &SoundFonts) -> Manifest {
        let format = self.format.extension();
        Manifest::new(self.seed, self.seconds, format, CORPUS_RATE_HZ, fonts)
    }

    /// Makes the folder ready for this corpus's clips, and locks it.
    fn open(&self, manifest: &Manifest) -> Result<Lock, SynthError> {
        let refused = |source| SynthError::File {
            path: self.folder.clone(),
            source,
        };
        std::fs::create_dir_all(&self.folder).map_err(refused)?;
        let lock = Lock::take(&self.folder)
            .map_err(refused)?
            .ok_or_else(|| SynthError::Busy(self.folder.clone()))?;
        manifest.settle(&self.folder)?;
        atomic::remove_temporaries(&self.folder).map_err(refused)?;
        let mut there = 0;
        for number in 0..FOLDERS {
            there = there.max(self.clips_there(number)?);
        }
        match there <= self.clips {
            true => Ok(lock),
            false => Err(SynthError::Fewer {
                path: self.folder.clone(),
                there,
                here: self.clips,
            }),
        }
    }

    /// The smallest size of a corpus that has the clips of folder `number`. The folder is made if
    /// it is missing.
    fn clips_there(&self, number: usize) -> Result<usize, SynthError> {
        let path = self.folder.join(format!("{number:x}"));
        let names = || {
            std::fs::create_dir_all(&path)?;
            atomic::remove_temporaries(&path)?;
            std::fs::read_dir(&path)?
                .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
                .collect::<std::io::Result<Vec<String>>>()
        };
        let names = names().map_err(|source| SynthError::File {
            path: path.clone(),
            source,
        })?;
        let clips = names
            .iter()
            .filter_map(|name| self.clip_of(&format!("{number:x}/{name}")));
        Ok(clips.max().map_or(0, |clip| clip + 1))
    }

    fn render_all(
        &self,
        missing: &[usize],
        fonts: &SoundFonts,
        progress: &Progress<'_>,
    ) -> Result<(), SynthError> {
        let kept = self.clips - missing.len();
        let done = Mutex::new(kept);
        // `None` as the error means that the work was interrupted.
        let tell = |done: usize| match progress(done, self.clips) {
            ControlFlow::Break(()) if done < self.clips => Err(None),
            _ => Ok(()),
        };
        let render = |&clip: &usize| {
            self.render_clip(clip, fonts)?;
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            *done += 1;
            tell(*done)
        };
        let threads = self.threads()?;
        let rendered =
            tell(kept).and_then(|()| threads.install(|| missing.par_iter().try_for_each(render)));
        rendered.map_err(|error| {
            error.unwrap_or_else(|| SynthError::Interrupted {
                done: *done.lock().unwrap_or_else(PoisonError::into_inner),
                clips: self.clips,
            })
        })
    }

    fn threads(&self) -> Result<rayon::ThreadPool, SynthError> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(self.jobs.map_or(0, NonZeroUsize::get))
            .build()
            .map_err(|error| SynthError::Threads(error.to_string()))
    }

    /// Folder and file of a clip. Folders are filled evenly, and no two clips share a piece, so the
    /// usual split by folder is also a split by piece.
    fn path(&self, clip: usize) -> String {
        let style = style_of(self.seed, clip).name;
        format!(
            "{:x}/{style}-{clip:06}.{}",
            clip % FOLDERS,
            self.format.extension()
        )
    }

    /// The number of the clip with this path.
    fn clip_of(&self, path: &str) -> Option<usize> {
        let (_, number) = path.rsplit_once('-')?;
        let clip = number.split('.').next()?.parse().ok()?;
        (self.path(clip) == path).then_some(clip)
    }

    /// Clips are written whole or not at all, so a clip that is there is finished.
    fn is_finished(&self, clip: usize) -> bool {
        self.folder.join(self.path(clip)).is_file()
    }

    fn render_clip(&self, clip: usize, fonts: &SoundFonts) -> Result<(), SynthError> {
        let piece = Piece::of_corpus(self.seed, clip, self.seconds)?;
        let [left, right] = piece.record(CORPUS_RATE_HZ, fonts)?;
        let mono: Vec<f32> = left
            .iter()
            .zip(&right)
            .map(|(l, r)| 0.5 * (l + r))
            .collect();
        let bytes = match self.format {
            ClipFormat::Ogg => encode::ogg(&[mono], CORPUS_RATE_HZ, QUALITY, clip as i32)?,
            ClipFormat::Wav => encode::wav(&[mono], CORPUS_RATE_HZ)?,
        };
        self.write(&self.path(clip), &bytes)
    }

    /// The tables' lines. The tags follow from the composition alone, so the music is not played.
    fn rows(&self) -> Result<Vec<Row>, SynthError> {
        self.threads()?.install(|| {
            (0..self.clips)
                .into_par_iter()
                .map(|clip| {
                    let piece = Piece::of_corpus(self.seed, clip, self.seconds)?;
                    Ok(Row::new(clip, self.path(clip), &piece))
                })
                .collect()
        })
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), SynthError> {
        let path = self.folder.join(name);
        atomic::write(&path, bytes).map_err(|source| SynthError::File { path, source })
    }
}
