//! From a line of notes to sound.

use std::sync::Arc;

use rustysynth::{SoundFont, Synthesizer, SynthesizerSettings};

use super::analog::{self, Tone};
use super::error::SynthError;
use super::instrument::Sound;
use super::score::{Line, Note, Window};
use super::soundfonts::SoundFonts;

/// Left and right.
pub(crate) type Stereo = [Vec<f32>; 2];

/// Seconds that are played before the window, so that tails and reverberation ring into it.
pub(crate) const LEAD_IN_S: f64 = 1.5;

/// Notes that sound on one line at once.
const POLYPHONY: usize = 48;

/// The time that is rendered: the window with its lead-in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Take {
    pub(crate) start_s: f64,
    pub(crate) frames: usize,
    pub(crate) rate_hz: u32,
}

impl Take {
    pub(crate) fn new(window: &Window, rate_hz: u32) -> Self {
        let start_s = (window.start_s - LEAD_IN_S).max(0.0);
        let frames = ((window.end_s() - start_s) * f64::from(rate_hz)).round() as usize;
        Self {
            start_s,
            frames,
            rate_hz,
        }
    }

    pub(crate) fn frame_at(&self, second: f64) -> usize {
        ((second - self.start_s).max(0.0) * f64::from(self.rate_hz)).round() as usize
    }

    /// The notes that sound in it. Those that start before it are cut to start with it.
    fn notes<'a>(&self, line: &'a Line) -> impl Iterator<Item = Note> + 'a {
        let (start, end) = (
            self.start_s,
            self.start_s + self.frames as f64 / f64::from(self.rate_hz),
        );
        line.notes
            .iter()
            .filter(move |note| note.end() > start && note.start < end)
            .map(move |note| {
                let late = (start - note.start).max(0.0);
                Note {
                    start: note.start + late,
                    length: note.length - late,
                    ..*note
                }
            })
    }
}

/// Plays a line; `None` where it rests throughout. `font` chooses among the SoundFonts.
///
/// # Errors
/// [`SynthError::Encode`] where the synthesizer refuses the sample rate.
pub(crate) fn line(
    line: &Line,
    take: &Take,
    dynamics: f64,
    fonts: &SoundFonts,
    font: usize,
) -> Result<Option<Stereo>, SynthError> {
    let notes: Vec<Note> = take.notes(line).collect();
    if notes.is_empty() {
        return Ok(None);
    }
    // Soft music is played softly, not only turned down.
    let force = 0.5 + 0.5 * dynamics;
    let mut out = [vec![0.0; take.frames], vec![0.0; take.frames]];
    match line.instrument.sound {
        Sound::Program(program) => {
            sampled(
                line,
                &notes,
                take,
                force,
                fonts.font(font),
                (0, program),
                &mut out,
            )?;
        }
        Sound::Kit(program) => sampled(
            line,
            &notes,
            take,
            force,
            fonts.font(font),
            (9, program),
            &mut out,
        )?,
        Sound::Analog(patch) => {
            let [left, right] = &mut out;
            for (index, note) in notes.iter().enumerate() {
                let at = take.frame_at(note.start).min(take.frames);
                let tone = Tone {
                    key: note.key,
                    strength: (note.strength * force) as f32,
                    held_s: note.length as f32,
                    phase: index as u32,
                };
                analog::play(
                    patch,
                    &tone,
                    take.rate_hz as f32,
                    (&mut left[at..], &mut right[at..]),
                );
            }
        }
        Sound::Machine(machine) => {
            for (index, note) in notes.iter().enumerate() {
                let at = take.frame_at(note.start).min(take.frames);
                let strength = (note.strength * force) as f32;
                analog::strike(
                    machine,
                    note.key,
                    strength,
                    take.rate_hz as f32,
                    index as u32,
                    &mut out[0][at..],
                );
            }
            out[1] = out[0].clone();
        }
    }
    Ok(Some(out))
}

/// A MIDI message at a frame.
struct Event {
    frame: usize,
    /// Order of events in the same frame: offs, then controllers, then ons.
    order: u8,
    command: i32,
    data: (i32, i32),
}

fn sampled(
    line: &Line,
    notes: &[Note],
    take: &Take,
    force: f64,
    font: &Arc<SoundFont>,
    (channel, program): (i32, u8),
    out: &mut Stereo,
) -> Result<(), SynthError> {
    let mut settings = SynthesizerSettings::new(take.rate_hz as i32);
    settings.maximum_polyphony = POLYPHONY;
    settings.enable_reverb_and_chorus = false;
    let mut synthesizer =
        Synthesizer::new(font, &settings).map_err(|error| SynthError::Encode(error.to_string()))?;
    synthesizer.process_midi_message(channel, 0xC0, i32::from(program), 0);
    let (low, high) = bend(line.tuning_cents / 100.0);
    synthesizer.process_midi_message(channel, 0xE0, low, high);
    let shaped = line.melodic && line.instrument.sustained;
    let mut events = Vec::new();
    for note in notes {
        let velocity = ((note.strength * force * 127.0) as i32).clamp(12, 127);
        let key = i32::from(note.key);
        let at = take.frame_at(note.start);
        events.push(Event {
            frame: at,
            order: 2,
            command: 0x90,
            data: (key, velocity),
        });
        events.push(Event {
            frame: take.frame_at(note.end()),
            order: 0,
            command: 0x80,
            data: (key, 0),
        });
        if shaped {
            shape(note, take, &mut events);
        }
        if line.melodic {
            slide(note, line.tuning_cents, take, &mut events);
        }
    }
    events.sort_by_key(|event| (event.frame, event.order));
    let [left, right] = out;
    let mut now = 0;
    for event in events {
        let until = event.frame.min(take.frames);
        if until > now {
            synthesizer.render(&mut left[now..until], &mut right[now..until]);
            now = until;
        }
        synthesizer.process_midi_message(channel, event.command, event.data.0, event.data.1);
    }
    synthesizer.render(&mut left[now..], &mut right[now..]);
    Ok(())
}

/// A bow or a breath: the sound swells and fades, and trembles after it has been held for a while.
fn shape(note: &Note, take: &Take, events: &mut Vec<Event>) {
    const STEP_S: f64 = 0.04;
    let steps = (note.length / STEP_S) as usize;
    for step in 0..=steps.min(150) {
        let held_s = step as f64 * STEP_S;
        let part = held_s / note.length.max(STEP_S);
        let swell = (held_s / 0.18).min(1.0) * (1.0 - 0.3 * part * part);
        let expression = (78.0 + 45.0 * swell) as i32;
        let trembling = (30.0 * ((held_s - 0.3) / 0.5).clamp(0.0, 1.0)) as i32;
        let frame = take.frame_at(note.start + held_s);
        events.push(Event {
            frame,
            order: 1,
            command: 0xB0,
            data: (11, expression),
        });
        events.push(Event {
            frame,
            order: 1,
            command: 0xB0,
            data: (1, trembling),
        });
    }
}

/// The two halves of a pitch bend; the synthesizer's range is two semitones either way.
fn bend(semitones: f64) -> (i32, i32) {
    let bend = (8192.0 + semitones / 2.0 * 8191.0).clamp(0.0, 16383.0) as i32;
    (bend & 0x7F, bend >> 7)
}

/// A slide into the pitch within an eighth of a second; other notes begin in tune.
fn slide(note: &Note, tuning_cents: f64, take: &Take, events: &mut Vec<Event>) {
    const STEPS: usize = 10;
    let first = if note.scoop == 0.0 { STEPS } else { 0 };
    for step in first..=STEPS {
        let left = note.scoop * (1.0 - step as f64 / STEPS as f64);
        let (low, high) = bend(left + tuning_cents / 100.0);
        let frame = take.frame_at(note.start + 0.012 * (step - first) as f64);
        events.push(Event {
            frame,
            order: 1,
            command: 0xE0,
            data: (low, high),
        });
    }
}
