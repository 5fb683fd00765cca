//! Keys, modes, chords and progressions.

use crate::error::SynthError;

/// A scale, as semitones above its tonic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Major,
    Minor,
    Harmonic,
    Dorian,
    Mixolydian,
    Lydian,
    Phrygian,
    /// Raga Bhairav and klezmer: with augmented seconds on both sides.
    DoubleHarmonic,
    MajorPentatonic,
    MinorPentatonic,
    Blues,
}

impl Mode {
    pub(crate) fn semitones(self) -> &'static [i32] {
        match self {
            Self::Major => &[0, 2, 4, 5, 7, 9, 11],
            Self::Minor => &[0, 2, 3, 5, 7, 8, 10],
            Self::Harmonic => &[0, 2, 3, 5, 7, 8, 11],
            Self::Dorian => &[0, 2, 3, 5, 7, 9, 10],
            Self::Mixolydian => &[0, 2, 4, 5, 7, 9, 10],
            Self::Lydian => &[0, 2, 4, 6, 7, 9, 11],
            Self::Phrygian => &[0, 1, 3, 5, 7, 8, 10],
            Self::DoubleHarmonic => &[0, 1, 4, 5, 7, 8, 11],
            Self::MajorPentatonic => &[0, 2, 4, 7, 9],
            Self::MinorPentatonic => &[0, 3, 5, 7, 10],
            Self::Blues => &[0, 3, 5, 6, 7, 10],
        }
    }
}

/// A chord: a root and what stands above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chord {
    /// Pitch class of the root, 0 is C.
    pub(crate) root: i32,
    /// Semitones above the root, rising, the root first.
    pub(crate) tones: &'static [i32],
}

impl Chord {
    /// Whether a key belongs to it.
    pub(crate) fn has(&self, key: i32) -> bool {
        self.tones
            .iter()
            .any(|tone| (self.root + tone - key).rem_euclid(12) == 0)
    }

    /// Semitones of its third above the root (of its fourth or second where it is suspended).
    pub(crate) fn third(&self) -> i32 {
        self.tones
            .iter()
            .copied()
            .find(|tone| (2..=5).contains(tone))
            .unwrap_or(7)
    }

    /// Semitones of its fifth.
    pub(crate) fn fifth(&self) -> i32 {
        self.tones
            .iter()
            .copied()
            .find(|tone| (6..=8).contains(tone))
            .unwrap_or(7)
    }

    /// Semitones of its seventh or sixth; where it has none, the minor seventh.
    pub(crate) fn seventh(&self) -> i32 {
        self.tones
            .iter()
            .copied()
            .find(|tone| (9..=11).contains(tone))
            .unwrap_or(10)
    }
}

/// A chord for as long as it sounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ChordSpan {
    /// In beats from the start of the section.
    pub(crate) start: f64,
    /// Its length in beats.
    pub(crate) beats: f64,
    pub(crate) chord: Chord,
}

/// Reads a progression: bars apart by `|`, the chords of a bar apart by spaces and equally long,
/// `%` for the bar before once more.
///
/// A chord is a Roman numeral over the major scale of `tonic`, flat or sharp with `b` or `#`
/// before it, minor where small, with its kind behind it: `ii7 V7`, `bVII`, `Imaj9`, `viidim`.
///
/// # Errors
/// [`SynthError::Notation`], with what could not be read.
pub(crate) fn progression(
    text: &str,
    tonic: i32,
    beats_per_bar: f64,
) -> Result<Vec<ChordSpan>, SynthError> {
    let mut spans: Vec<ChordSpan> = Vec::new();
    let mut bar_before: Vec<Chord> = Vec::new();
    for (bar, written) in text.split('|').enumerate() {
        let chords = if written.trim() == "%" {
            bar_before.clone()
        } else {
            written
                .split_whitespace()
                .map(|numeral| chord(numeral, tonic))
                .collect::<Result<Vec<_>, _>>()?
        };
        if chords.is_empty() {
            return Err(SynthError::Notation(text.into()));
        }
        let beats = beats_per_bar / chords.len() as f64;
        for (index, &chord) in chords.iter().enumerate() {
            let start = bar as f64 * beats_per_bar + index as f64 * beats;
            spans.push(ChordSpan {
                start,
                beats,
                chord,
            });
        }
        bar_before = chords;
    }
    Ok(spans)
}

const NUMERALS: [(&str, i32); 7] = [
    ("VII", 11),
    ("III", 4),
    ("II", 2),
    ("IV", 5),
    ("VI", 9),
    ("V", 7),
    ("I", 0),
];

fn chord(numeral: &str, tonic: i32) -> Result<Chord, SynthError> {
    let unreadable = || SynthError::Notation(numeral.into());
    let (shift, rest) = match numeral.as_bytes().first() {
        Some(b'b') => (-1, &numeral[1..]),
        Some(b'#') => (1, &numeral[1..]),
        _ => (0, numeral),
    };
    let (name, degree) = NUMERALS
        .into_iter()
        .find(|(name, _)| {
            rest.get(..name.len())
                .is_some_and(|head| head == *name || head == name.to_lowercase())
        })
        .ok_or_else(unreadable)?;
    let minor = rest.starts_with('i') || rest.starts_with('v');
    let tones = kind(&rest[name.len()..], minor).ok_or_else(unreadable)?;
    Ok(Chord {
        root: (tonic + degree + shift).rem_euclid(12),
        tones,
    })
}

fn kind(name: &str, minor: bool) -> Option<&'static [i32]> {
    Some(match (name, minor) {
        ("", false) => &[0, 4, 7],
        ("", true) => &[0, 3, 7],
        ("7", false) => &[0, 4, 7, 10],
        ("7", true) => &[0, 3, 7, 10],
        ("maj7", false) => &[0, 4, 7, 11],
        ("maj7", true) => &[0, 3, 7, 11],
        ("6", false) => &[0, 4, 7, 9],
        ("6", true) => &[0, 3, 7, 9],
        ("9", false) => &[0, 4, 7, 10, 14],
        ("9", true) => &[0, 3, 7, 10, 14],
        ("11", true) => &[0, 3, 7, 10, 14, 17],
        ("maj9", false) => &[0, 4, 7, 11, 14],
        ("add9", false) => &[0, 4, 7, 14],
        ("add9", true) => &[0, 3, 7, 14],
        ("13", false) => &[0, 4, 7, 10, 14, 21],
        ("7#9", false) => &[0, 4, 7, 10, 15],
        ("7b9", false) => &[0, 4, 7, 10, 13],
        ("7alt", false) => &[0, 4, 8, 10, 15],
        ("m7b5", true) => &[0, 3, 6, 10],
        ("dim", true) => &[0, 3, 6],
        ("dim7", true) => &[0, 3, 6, 9],
        ("sus4", _) => &[0, 5, 7],
        ("7sus4", _) => &[0, 5, 7, 10],
        ("sus2", _) => &[0, 2, 7],
        ("5", _) => &[0, 7],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_stand_over_the_tonic() {
        let spans = progression("ii7 V7 | Imaj7 | %", 2, 4.0).unwrap();
        assert_eq!(spans.len(), 4);
        assert_eq!(
            spans[0].chord,
            Chord {
                root: 4,
                tones: &[0, 3, 7, 10]
            }
        );
        assert_eq!(
            (spans[1].start, spans[1].beats, spans[1].chord.root),
            (2.0, 2.0, 9)
        );
        assert_eq!((spans[3].start, spans[3].chord.root), (8.0, 2));
        let flat = progression("bVII", 0, 4.0).unwrap();
        assert_eq!(
            flat[0].chord,
            Chord {
                root: 10,
                tones: &[0, 4, 7]
            }
        );
    }

    #[test]
    fn an_unknown_chord_is_refused() {
        for text in ["", "H7", "Iblah", "I | | V"] {
            assert!(progression(text, 0, 4.0).is_err(), "{text}");
        }
    }
}
