//! From a style's table to a score.

mod bass;
mod chords;
mod drums;
mod feel;
mod grid;
mod melody;
mod passage;

use std::collections::BTreeMap;

use super::dice::Dice;
use super::error::SynthError;
use super::harmony;
use super::instrument::Instrument;
use super::score::{Line, Note, Score};
use super::style::{Part, Play, Style, Swing};
use feel::{Clock, performed, swung};
use passage::Passage;

/// Composes a piece of at least `seconds` (and up to twice as long, so that a window may be chosen
/// in it).
///
/// # Errors
/// [`SynthError::Notation`] where the style's table holds an unreadable progression.
pub(crate) fn compose(
    style: &'static Style,
    seconds: f64,
    dice: &Dice,
) -> Result<Score, SynthError> {
    let mut plan = dice.fork("plan");
    let tempo_bpm = plan.between(style.tempo_bpm);
    let dynamics = plan.between(style.dynamics);
    let beats_per_bar = f64::from(style.beats_per_bar);
    let ratio = match style.swing {
        Swing::Straight => 0.5,
        Swing::Eighths(low, high) | Swing::Sixteenths(low, high) => plan.between((low, high)),
    };
    let passages = passages(style, &mut plan)?;
    let form = form(
        style,
        seconds * plan.between((1.15, 2.0)),
        tempo_bpm,
        &mut plan,
    );
    let bars = form.len() * usize::from(style.section_bars);
    let clock = Clock::new(
        bars,
        beats_per_bar,
        tempo_bpm,
        style.rubato,
        &mut dice.fork("clock"),
    );

    let mut leading: Option<Vec<Note>> = None;
    let mut lines = Vec::new();
    for (index, part) in style.parts.iter().enumerate() {
        let mut player = dice.fork_at("player", index);
        if !player.chance(part.chance) {
            continue;
        }
        let instrument = *player.pick(part.instruments);
        let players = Player::new(part, &instrument, tempo_bpm, &mut player);
        let mut notes = match (part.play, &leading) {
            (Play::Follow { beats, semitones }, Some(tune)) => {
                followed(tune, beats, semitones, players.range)
            }
            (Play::Follow { .. }, None) => Vec::new(),
            _ => players.play(&form, &passages, &player),
        };
        if matches!(part.play, Play::Melody(_)) && leading.is_none() {
            leading = Some(notes.clone());
        }
        for note in &mut notes {
            let end = swung(note.end(), style.swing, ratio);
            note.start = swung(note.start, style.swing, ratio);
            note.length = (end - note.start).max(0.02);
        }
        lines.push(Line {
            instrument,
            notes: performed(
                notes,
                &clock,
                style.loose_ms,
                &mut dice.fork_at("hands", index),
            ),
            melodic: matches!(part.play, Play::Melody(_) | Play::Follow { .. }),
            tuning_cents: 4.0 * player.normal(),
            level_db: part.level_db + 1.5 * player.normal(),
            pan: part.spread * player.between((-1.0, 1.0)),
            effects: part.effects,
        });
    }
    Ok(Score {
        style: style.name,
        genre: style.genre,
        tempo_bpm,
        dynamics,
        lines,
        seconds: clock.seconds(),
        mix: style.mix,
    })
}

/// Harmony for each kind of section: the first and second theme differ where the style has more
/// than one progression; introduction and break share the first one's.
fn passages(style: &Style, plan: &mut Dice) -> Result<BTreeMap<char, Passage>, SynthError> {
    let tonic = plan.whole(0, 11);
    let order = plan.shuffled(style.progressions.len());
    let beats_per_bar = f64::from(style.beats_per_bar);
    let mode = style.progressions[order[0]].0;
    let second = order
        .iter()
        .skip(1)
        .copied()
        .find(|&index| style.progressions[index].0 == mode)
        .unwrap_or(order[0]);
    let mut found = BTreeMap::new();
    for (section, index) in [
        ('i', order[0]),
        ('a', order[0]),
        ('b', second),
        ('k', second),
    ] {
        let (mode, text) = style.progressions[index];
        let spans = harmony::progression(text, tonic, beats_per_bar)?;
        let bars = usize::from(style.section_bars);
        found.insert(
            section,
            Passage::new(&spans, bars, beats_per_bar, tonic, mode),
        );
    }
    Ok(found)
}

/// One of the style's forms, its themes repeated until it lasts `seconds`.
fn form(style: &Style, seconds: f64, tempo_bpm: f64, plan: &mut Dice) -> Vec<char> {
    let chosen = *plan.pick(style.forms);
    let beats = f64::from(style.section_bars) * f64::from(style.beats_per_bar);
    let section_s = beats * 60.0 / tempo_bpm;
    let wanted = (seconds / section_s).ceil().max(1.0) as usize;
    let mut form: Vec<char> = chosen.chars().collect();
    // Time breathes by a few per cent: one section more, and the piece is never too short.
    while form.len() < wanted + 1 {
        form.extend(chosen.chars().filter(|section| *section != 'i'));
    }
    form.truncate(wanted + 1);
    form
}

/// A part with what its player has decided for the whole piece.
struct Player<'a> {
    part: &'a Part,
    /// Lowest and highest key.
    range: (i32, i32),
    strum_beats: f64,
    /// Which rhythm, pattern or groove for each kind of section.
    choice: BTreeMap<char, usize>,
}

impl<'a> Player<'a> {
    fn new(part: &'a Part, instrument: &Instrument, tempo_bpm: f64, dice: &mut Dice) -> Self {
        let (low, high) = part.register.unwrap_or(instrument.range);
        let low = i32::from(low.max(instrument.range.0));
        let high = i32::from(high.min(instrument.range.1)).max(low + 12);
        let strum_ms = match part.play {
            Play::Chords { strum_ms, .. } => strum_ms * dice.between((0.7, 1.4)),
            _ => 0.0,
        };
        let first = dice.whole(0, 1000) as usize;
        let second = first + usize::from(dice.chance(0.6));
        Self {
            part,
            range: (low, high),
            strum_beats: strum_ms / 1000.0 * tempo_bpm / 60.0,
            choice: BTreeMap::from([('i', first), ('a', first), ('b', second), ('k', first)]),
        }
    }

    /// Plays through the form. A section that returns is the same again, except where the tune is
    /// improvised.
    fn play(&self, form: &[char], passages: &BTreeMap<char, Passage>, dice: &Dice) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut offset = 0.0;
        for (index, section) in form.iter().enumerate() {
            let passage = &passages[section];
            if self.part.sections.contains(*section) {
                let improvised = matches!(self.part.play, Play::Melody(tune) if tune.improvised);
                let mut again =
                    if improvised || matches!(self.part.play, Play::Drums(_) | Play::Walk) {
                        dice.fork_at("section", index)
                    } else {
                        dice.fork(&section.to_string())
                    };
                let played = self.section(*section, passage, &mut again);
                let end = passage.beats();
                notes.extend(
                    played
                        .into_iter()
                        .filter(|note| note.start < end)
                        .map(|note| Note {
                            start: note.start + offset,
                            ..note
                        }),
                );
            }
            offset += passage.beats();
        }
        notes
    }

    fn section(&self, section: char, passage: &Passage, dice: &mut Dice) -> Vec<Note> {
        let choice = self.choice[&section];
        let range = self.range;
        match self.part.play {
            Play::Drums(grooves) => {
                let groove = &grooves[choice % grooves.len()];
                drums::compose(passage, groove, "abk".contains(section), dice)
            }
            Play::Bass(patterns) => {
                bass::pattern(passage, patterns[choice % patterns.len()], range)
            }
            Play::Riff(patterns) => bass::riff(passage, patterns[choice % patterns.len()], range),
            Play::Walk => bass::walk(passage, range, dice),
            Play::Chords {
                rhythms, voicing, ..
            } => {
                let rhythm = rhythms[choice % rhythms.len()];
                chords::struck(passage, rhythm, voicing, self.strum_beats, range)
            }
            Play::Arpeggio {
                patterns,
                voicing,
                ring_beats,
            } => {
                let pattern = patterns[choice % patterns.len()];
                chords::broken(passage, pattern, voicing, ring_beats, range)
            }
            Play::Pad(voicing) => chords::held(passage, voicing, range, dice),
            Play::Melody(tune) => melody::compose(passage, &tune, range, dice),
            Play::Follow { .. } => Vec::new(),
        }
    }
}

/// A tune again, later and moved, folded into the follower's range.
fn followed(tune: &[Note], beats: f64, semitones: i32, range: (i32, i32)) -> Vec<Note> {
    tune.iter()
        .map(|note| {
            let key = passage::fold(i32::from(note.key) + semitones, range);
            Note {
                start: note.start + beats,
                key: key.clamp(0, 127) as u8,
                ..*note
            }
        })
        .collect()
}
