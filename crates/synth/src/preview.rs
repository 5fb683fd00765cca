//! A single piece, outside of a corpus.

use std::path::Path;

use tagline_files::atomic;

use super::corpus::{ClipFormat, SECONDS};
use super::encode;
use super::error::SynthError;
use super::piece::Piece;
use super::soundfonts::SoundFonts;
use super::style::Style;
use super::styles::GENRES;

/// Vorbis' quality, -0.2 to 1: about 100 kbit/s in stereo.
const OGG_QUALITY: f32 = 0.2;

/// A recorded piece.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Left and right, from -1 to 1, equally long.
    pub channels: [Vec<f32>; 2],
    /// Sample rate.
    pub rate_hz: u32,
    /// Name of the style.
    pub style: &'static str,
    /// Its tags, in alphabetical order.
    pub tags: Vec<&'static str>,
}

/// Composes and records the first `seconds` of a piece. `style` is the name of a style, or of a
/// genre, of which `seed` chooses a style.
///
/// # Errors
/// [`SynthError::UnknownStyle`], [`SynthError::Seconds`], or the synthesizer's.
pub fn compose_style(
    style: &str,
    seed: u64,
    seconds: f64,
    rate_hz: u32,
    fonts: &SoundFonts,
) -> Result<Recording, SynthError> {
    if !SECONDS.contains(&seconds) {
        return Err(SynthError::Seconds(seconds));
    }
    let piece = Piece::of_style(find(style, seed)?, seed, seconds)?;
    Ok(Recording {
        channels: piece.record(rate_hz, fonts)?,
        rate_hz,
        style: piece.score.style,
        tags: piece.tags.into_iter().collect(),
    })
}

impl Recording {
    /// Writes it as `.ogg` or `.wav`, by the name's ending, whole or not at all.
    ///
    /// # Errors
    /// [`SynthError::Extension`], [`SynthError::File`], or the encoder's.
    pub fn write(&self, path: &Path) -> Result<(), SynthError> {
        let bytes = match ClipFormat::of(path)? {
            ClipFormat::Ogg => encode::ogg(&self.channels, self.rate_hz, OGG_QUALITY, 1)?,
            ClipFormat::Wav => encode::wav(&self.channels, self.rate_hz)?,
        };
        atomic::write(path, &bytes).map_err(|source| SynthError::File {
            path: path.to_owned(),
            source,
        })
    }
}

/// The names of all genres, each with the names of its styles.
#[must_use]
pub fn style_names() -> Vec<(&'static str, Vec<&'static str>)> {
    let names = |styles: &[&'static Style]| {
        let mut names: Vec<&str> = Vec::new();
        for style in styles {
            if !names.contains(&style.name) {
                names.push(style.name);
            }
        }
        names
    };
    GENRES
        .iter()
        .map(|(genre, styles)| (*genre, names(styles)))
        .collect()
}

fn find(name: &str, seed: u64) -> Result<&'static Style, SynthError> {
    let name = name.trim().to_lowercase().replace(' ', "-");
    for (genre, styles) in GENRES {
        if let Some(style) = styles.iter().find(|style| style.name == name) {
            return Ok(style);
        }
        if genre.replace(' ', "-") == name {
            return Ok(styles[(seed % styles.len() as u64) as usize]);
        }
    }
    let known: Vec<String> = style_names()
        .into_iter()
        .map(|(genre, styles)| format!("{genre} ({})", styles.join(", ")))
        .collect();
    Err(SynthError::UnknownStyle {
        name,
        known: known.join("; "),
    })
}
