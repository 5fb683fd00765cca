//! The vocabulary that style tables are written in.

use super::harmony::Mode;
use super::instrument::Instrument;

/// A style: everything that is needed to compose and mix pieces of it.
#[derive(Debug)]
pub(crate) struct Style {
    pub(crate) name: &'static str,
    /// Its tags.
    pub(crate) genre: &'static [&'static str],
    /// Felt tempo, beats a minute.
    pub(crate) tempo_bpm: (f64, f64),
    pub(crate) beats_per_bar: u8,
    pub(crate) swing: Swing,
    /// How far the tempo breathes, 0 to about 0.1.
    pub(crate) rubato: f64,
    /// How loosely the players keep time, in milliseconds.
    pub(crate) loose_ms: f64,
    /// From 0 (as soft as can be) to 1.
    pub(crate) dynamics: (f64, f64),
    /// Chords, each with the mode that melodies move in.
    pub(crate) progressions: &'static [(Mode, &'static str)],
    /// Sections in order: `i` introduction, `a` and `b` themes, `k` break.
    pub(crate) forms: &'static [&'static str],
    /// Bars of a section; a progression is repeated or cut to it.
    pub(crate) section_bars: u8,
    pub(crate) parts: &'static [Part],
    pub(crate) mix: MixPlan,
}

/// The long-short of off-beats: the share of the first half.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Swing {
    Straight,
    Eighths(f64, f64),
    Sixteenths(f64, f64),
}

/// A player.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    /// The instruments that a piece chooses one from.
    pub(crate) instruments: &'static [Instrument],
    pub(crate) play: Play,
    /// The probability that it is in a piece.
    pub(crate) chance: f64,
    /// The sections it plays in.
    pub(crate) sections: &'static str,
    /// Lowest and highest key; none: the instrument's own.
    pub(crate) register: Option<(u8, u8)>,
    pub(crate) level_db: f64,
    /// The largest distance from the middle.
    pub(crate) spread: f64,
    pub(crate) effects: Effects,
}

/// What a part's sound goes through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Effects {
    /// Overdrive, 0 to 1.
    pub(crate) drive: f64,
    /// Echo on dotted eighths, 0 to 1.
    pub(crate) echo: f64,
    /// Ducks under the kick, 0 to 1.
    pub(crate) pump: f64,
    /// Detuned doubling, 0 to 1.
    pub(crate) chorus: f64,
    /// Cut above, Hz; 0 for none.
    pub(crate) low_pass_hz: f64,
    /// Its share of the reverb.
    pub(crate) wet: f64,
    /// Opens and closes the low pass slowly, 0 to 1.
    pub(crate) sweep: f64,
}

/// What a part plays.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Play {
    /// One of these grooves.
    Drums(&'static [Groove]),
    /// Degrees of the chord in a rhythm: `1` root, `3`, `5`, `6`, `7`, `8` the octave, `2` and `4`
    /// the steps between, `v` the fifth below, `a` a semitone below the next root, `x` a ghost.
    Bass(&'static [&'static str]),
    /// As [`Play::Bass`], each note a power chord; small `m` a palm-muted root.
    Riff(&'static [&'static str]),
    /// A walking bass.
    Walk,
    /// Chords in a rhythm, strummed over some milliseconds.
    Chords {
        rhythms: &'static [&'static str],
        voicing: Voicing,
        strum_ms: f64,
    },
    /// Notes of a voicing one after the other, by their number from the lowest; they ring on for
    /// some beats.
    Arpeggio {
        patterns: &'static [&'static str],
        voicing: Voicing,
        ring_beats: f64,
    },
    /// Chords for as long as they last.
    Pad(Voicing),
    /// A tune.
    Melody(Tune),
    /// The first tune of the piece, some beats later and some semitones away.
    Follow { beats: f64, semitones: i32 },
}

/// How chords are spread over keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voicing {
    /// All tones within an octave, moving as little as can be.
    Close,
    /// As `Close`, with the second from the top an octave lower.
    Open,
    /// Third, seventh and colour, without the root: for jazz.
    Rootless,
    /// Third and seventh.
    Shell,
    /// Root, fifth, octave, third and fifth above: six strings or two hands.
    Wide,
    /// Tonic and fifth of the key, whatever the chord.
    Tonic,
}

/// How a tune is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tune {
    /// Rhythms of a bar.
    pub(crate) cells: &'static [&'static str],
    /// Another scale than the key's.
    pub(crate) scale: Option<Mode>,
    /// The probability of a leap.
    pub(crate) leaps: f64,
    /// The probability that a phrase leaves its last bar to the others.
    pub(crate) rests: f64,
    /// The probability of an ornament on a longer note.
    pub(crate) ornaments: f64,
    /// The probability of a slide into a note.
    pub(crate) scoops: f64,
    /// New at every return of a section, not the same.
    pub(crate) improvised: bool,
    /// How much of a note's time it sounds.
    pub(crate) legato: f64,
}

/// A drum pattern: keys and their rhythms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Groove {
    pub(crate) rows: &'static [(u8, &'static str)],
    /// Fills, one of which may end a section.
    pub(crate) fills: &'static [&'static [(u8, &'static str)]],
    /// The drum that begins a section with energy; 0 for none.
    pub(crate) crash: u8,
}

/// How a piece is recorded and mastered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MixPlan {
    /// Reverberation time, seconds.
    pub(crate) room_s: (f64, f64),
    /// Level of the reverb, 0 to 1.
    pub(crate) wet: (f64, f64),
    /// Compression and saturation of the whole, 0 to 1.
    pub(crate) press: (f64, f64),
    /// Tilt of the spectrum, dB at the top.
    pub(crate) tilt_db: (f64, f64),
    /// The probability of a worn medium: hiss, crackle, a narrow band.
    pub(crate) worn: f64,
    /// Noise of the room and the desk, dB below the music.
    pub(crate) floor_db: (f64, f64),
}
