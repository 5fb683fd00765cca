//! The words that style tables are written in: a part is made from what it plays, and each method
//! changes one of its settings.

use super::drum;
use super::harmony::Mode;
use super::instrument::Instrument;
use super::style::{Effects, Groove, Part, Play, Tune, Voicing};

/// A dry effect chain.
pub(crate) const DRY: Effects = Effects {
    drive: 0.0,
    echo: 0.0,
    pump: 0.0,
    chorus: 0.0,
    low_pass_hz: 0.0,
    wet: 1.0,
    sweep: 0.0,
};

/// A part that is always there, in the middle of the mix.
pub(crate) const fn part(instruments: &'static [Instrument], play: Play) -> Part {
    Part {
        instruments,
        play,
        chance: 1.0,
        sections: "iabk",
        register: None,
        level_db: 0.0,
        spread: 0.3,
        effects: DRY,
    }
}

impl Part {
    pub(crate) const fn chance(self, chance: f64) -> Self {
        Self { chance, ..self }
    }
    pub(crate) const fn only(self, sections: &'static str) -> Self {
        Self { sections, ..self }
    }
    pub(crate) const fn keys(self, low: u8, high: u8) -> Self {
        Self {
            register: Some((low, high)),
            ..self
        }
    }
    pub(crate) const fn level(self, level_db: f64) -> Self {
        Self { level_db, ..self }
    }
    pub(crate) const fn spread(self, spread: f64) -> Self {
        Self { spread, ..self }
    }
    pub(crate) const fn drive(mut self, drive: f64) -> Self {
        self.effects.drive = drive;
        self
    }
    pub(crate) const fn echo(mut self, echo: f64) -> Self {
        self.effects.echo = echo;
        self
    }
    pub(crate) const fn pump(mut self, pump: f64) -> Self {
        self.effects.pump = pump;
        self
    }
    pub(crate) const fn chorus(mut self, chorus: f64) -> Self {
        self.effects.chorus = chorus;
        self
    }
    pub(crate) const fn low_pass(mut self, low_pass_hz: f64) -> Self {
        self.effects.low_pass_hz = low_pass_hz;
        self
    }
    pub(crate) const fn wet(mut self, wet: f64) -> Self {
        self.effects.wet = wet;
        self
    }
    pub(crate) const fn sweep(mut self, sweep: f64) -> Self {
        self.effects.sweep = sweep;
        self
    }
}

/// Chords in a rhythm, all keys at once.
pub(crate) const fn chords(rhythms: &'static [&'static str], voicing: Voicing) -> Play {
    Play::Chords {
        rhythms,
        voicing,
        strum_ms: 6.0,
    }
}

/// Chords in a rhythm, strummed.
pub(crate) const fn strum(rhythms: &'static [&'static str]) -> Play {
    Play::Chords {
        rhythms,
        voicing: Voicing::Wide,
        strum_ms: 28.0,
    }
}

/// Notes of a voicing that ring for some beats.
pub(crate) const fn arpeggio(
    patterns: &'static [&'static str],
    voicing: Voicing,
    ring_beats: f64,
) -> Play {
    Play::Arpeggio {
        patterns,
        voicing,
        ring_beats,
    }
}

/// A plain tune in the key's scale.
pub(crate) const fn tune(cells: &'static [&'static str]) -> Tune {
    Tune {
        cells,
        scale: None,
        leaps: 0.18,
        rests: 0.35,
        ornaments: 0.0,
        scoops: 0.0,
        improvised: false,
        legato: 0.95,
    }
}

impl Tune {
    pub(crate) const fn scale(self, scale: Mode) -> Self {
        Self {
            scale: Some(scale),
            ..self
        }
    }
    pub(crate) const fn leaps(self, leaps: f64) -> Self {
        Self { leaps, ..self }
    }
    pub(crate) const fn rests(self, rests: f64) -> Self {
        Self { rests, ..self }
    }
    pub(crate) const fn ornaments(self, ornaments: f64) -> Self {
        Self { ornaments, ..self }
    }
    pub(crate) const fn scoops(self, scoops: f64) -> Self {
        Self { scoops, ..self }
    }
    pub(crate) const fn improvised(self) -> Self {
        Self {
            improvised: true,
            ..self
        }
    }
    pub(crate) const fn legato(self, legato: f64) -> Self {
        Self { legato, ..self }
    }
    pub(crate) const fn play(self) -> Play {
        Play::Melody(self)
    }
}

/// A groove with fills and a crash.
pub(crate) const fn groove(
    rows: &'static [(u8, &'static str)],
    fills: &'static [&'static [(u8, &'static str)]],
) -> Groove {
    Groove {
        rows,
        fills,
        crash: drum::CRASH,
    }
}

impl Groove {
    pub(crate) const fn no_crash(self) -> Self {
        Self { crash: 0, ..self }
    }
}
