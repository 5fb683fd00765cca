//! The clips of a split, read from mapped shards.

use std::path::PathBuf;
use std::sync::Arc;

use half::f16;
use half::slice::HalfFloatSliceExt;

use super::mapped::Mapped;
use super::metadata::Metadata;
use super::{DataError, Split};

/// Number of values that are converted at once.
const BLOCK: usize = 1024;

/// A shard of one input.
#[derive(Debug)]
pub(super) struct Shard {
    pub metadata: Metadata,
    /// `[clip][band, frame]`, little-endian f16.
    pub windows: Mapped,
}

/// Place of a clip.
#[derive(Clone, Copy, Debug)]
struct Place {
    shard: u32,
    row: u32,
}

/// The clips of a split, in the order in which they were prepared. It is cheap to clone, and every
/// clone reads the same map, from any thread.
///
/// Clips are numbered from 0 to [`Self::len`].
#[derive(Clone, Debug)]
pub struct Clips {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    shards: Arc<[Shard]>,
    places: Vec<Place>,
    bands: usize,
    frames: usize,
}

impl Clips {
    pub(super) fn new(
        shards: &Arc<[Shard]>,
        split: Split,
        bands: usize,
        frames: usize,
        folder: impl FnOnce() -> PathBuf,
    ) -> Result<Self, DataError> {
        let mut places = Vec::new();
        for (number, shard) in shards.iter().enumerate() {
            for row in 0..shard.metadata.clips() {
                if shard.metadata.split(row) == Some(split) {
                    places.push(Place {
                        shard: number as u32,
                        row: row as u32,
                    });
                }
            }
        }
        if places.is_empty() {
            return Err(DataError::EmptySplit {
                path: folder(),
                split,
            });
        }
        places.shrink_to_fit();
        let inner = Inner {
            shards: Arc::clone(shards),
            places,
            bands,
            frames,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The clips whose name begins with `prefix`; `None` if there is none.
    #[must_use]
    pub fn named(&self, prefix: &str) -> Option<Self> {
        let is_named = |clip: &usize| self.id(*clip).starts_with(prefix);
        self.only(is_named)
    }

    /// The clips whose name does not begin with `prefix`; `None` if there is none.
    #[must_use]
    pub fn not_named(&self, prefix: &str) -> Option<Self> {
        let is_other = |clip: &usize| !self.id(*clip).starts_with(prefix);
        self.only(is_other)
    }

    fn only(&self, wanted: impl Fn(&usize) -> bool) -> Option<Self> {
        let kept = (0..self.len()).filter(wanted);
        let places: Vec<Place> = kept.map(|clip| self.inner.places[clip]).collect();
        let inner = Inner {
            shards: Arc::clone(&self.inner.shards),
            places,
            ..*self.inner
        };
        (!inner.places.is_empty()).then(|| Self {
            inner: Arc::new(inner),
        })
    }

    /// Number of clips, which is never 0.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an empty split is an error")]
    pub fn len(&self) -> usize {
        self.inner.places.len()
    }

    /// Rows of a window.
    #[must_use]
    pub fn bands(&self) -> usize {
        self.inner.bands
    }

    /// Columns of a window.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.inner.frames
    }

    /// Writes the network's input to `window: [band, frame]`. It is a whole window, in which a
    /// shorter clip is repeated from its start. Reading the first clip of a shard hashes the whole
    /// shard.
    ///
    /// # Errors
    /// [`DataError::Hash`] if the shard is damaged; [`DataError::Window`] if there is no such
    /// clip, or `window` is not `bands · frames` long.
    pub fn read(&self, clip: usize, window: &mut [f32]) -> Result<(), DataError> {
        let values = self.inner.bands * self.inner.frames;
        let wrong = |found| DataError::Window {
            clip,
            clips: self.len(),
            found,
            expected: values,
        };
        if window.len() != values {
            return Err(wrong(window.len()));
        }
        let place = self.inner.places.get(clip).ok_or_else(|| wrong(0))?;
        let shard = &self.inner.shards[place.shard as usize];
        let start = place.row as usize * values * 2;
        let bytes = shard.windows.bytes()?.get(start..start + values * 2);
        decode(bytes.ok_or_else(|| wrong(0))?, window);
        Ok(())
    }

    /// Frames of real audio in a clip's window. The rest repeats them.
    ///
    /// # Panics
    /// If there is no such clip.
    #[must_use]
    pub fn heard_frames(&self, clip: usize) -> usize {
        let (metadata, row) = self.at(clip);
        metadata.heard_frames(row)
    }

    /// One value for each tag, 0 to 1, or NaN if it is not known.
    ///
    /// # Panics
    /// If there is no such clip.
    #[must_use]
    pub fn labels(&self, clip: usize) -> &[f32] {
        let (metadata, row) = self.at(clip);
        metadata.labels(row)
    }

    /// Stable name of the clip.
    ///
    /// # Panics
    /// If there is no such clip.
    #[must_use]
    pub fn id(&self, clip: usize) -> &str {
        let (metadata, row) = self.at(clip);
        metadata.id(row)
    }

    /// The audio file, relative to the data set's source.
    ///
    /// # Panics
    /// If there is no such clip.
    #[must_use]
    pub fn path(&self, clip: usize) -> &str {
        let (metadata, row) = self.at(clip);
        metadata.path(row)
    }

    /// The artist, album or package of the clip, or else its audio file. Clips of the same source
    /// sound alike.
    ///
    /// # Panics
    /// If there is no such clip.
    #[must_use]
    pub fn source(&self, clip: usize) -> &str {
        let (metadata, row) = self.at(clip);
        match metadata.source(row) {
            "" => metadata.path(row),
            source => source,
        }
    }

    /// Position in the file at which the window begins, in seconds.
    ///
    /// # Panics
    /// If there is no such clip.
    #[must_use]
    pub fn offset_seconds(&self, clip: usize) -> f64 {
        let (metadata, row) = self.at(clip);
        metadata.offset_seconds(row)
    }

    fn at(&self, clip: usize) -> (&Metadata, usize) {
        let place = self.inner.places[clip];
        let shard = &self.inner.shards[place.shard as usize];
        (&shard.metadata, place.row as usize)
    }
}

/// Converts from little-endian f16, in blocks that fit the processor's own instruction.
fn decode(bytes: &[u8], values: &mut [f32]) {
    let mut halves = [f16::ZERO; BLOCK];
    for (bytes, values) in bytes.chunks(2 * BLOCK).zip(values.chunks_mut(BLOCK)) {
        let halves = &mut halves[..values.len()];
        for (half, bytes) in halves.iter_mut().zip(bytes.as_chunks::<2>().0) {
            *half = f16::from_le_bytes(*bytes);
        }
        halves.convert_to_f32_slice(values);
    }
}

/// Appends values to `bytes` as little-endian f16.
pub(super) fn encode(values: &[f32], bytes: &mut Vec<u8>) {
    let mut halves = [f16::ZERO; BLOCK];
    bytes.reserve(2 * values.len());
    for values in values.chunks(BLOCK) {
        let halves = &mut halves[..values.len()];
        halves.convert_from_f32_slice(values);
        bytes.extend(halves.iter().flat_map(|half| half.to_le_bytes()));
    }
}
