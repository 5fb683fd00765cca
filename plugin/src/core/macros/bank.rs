//! Audio thread: the macros of one stream.
//!
//! Every position at which something may happen is known beforehand: the next step of a grid of 10
//! ms while anything moves, the end of a hold, the end of a note. Whoever drives the bank goes from
//! one to the next with [`Bank::next_due`] and [`Bank::advance`], so that all of it happens at the
//! same samples whatever the block size.

use tagline_engine::{MAX_TAGS, TagUpdate};

use super::outputs::{MacroMidi, Note};
use super::plan::{Plan, Plans};
use super::shaping::{Edge, Envelope};
use super::source::Resolved;
use crate::core::bits::bits;
use crate::core::neighbours::Place;
use crate::core::params::MACROS;

/// Steps of the grid in a second.
const STEPS_PER_SECOND: f64 = 100.0;

/// An update that comes later than so many times the time between updates follows a pause.
const PAUSE: f64 = 2.0;

/// What a step has brought: macros, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Those whose value may be another one.
    pub moved: u64,
    /// Those that have come to rest.
    pub rested: u64,
}

impl Step {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            moved: self.moved | other.moved,
            rested: self.rested | other.rested,
        }
    }
}

/// One macro.
#[derive(Clone, Copy, Default)]
struct Voice {
    plan: Plan,
    envelope: Envelope,
    /// Newest value of the source, if it has had any.
    source: Option<f64>,
    /// Where the note ends that sounds.
    note_ends: Option<u64>,
    is_moving: bool,
}

/// The macros of one stream.
pub struct Bank {
    sample_rate_hz: f64,
    step_samples: u64,
    generation: u32,
    voices: [Voice; MACROS],
    /// Macros that listen to something, a bit each. Nothing happens to the others.
    awake: u64,
    now: u64,
    /// The newest update, for macros that are described anew.
    probabilities: Option<[f32; MAX_TAGS]>,
    /// Position of the newest update in the stream that it belongs to.
    updated_at: Option<u64>,
}

impl Bank {
    /// Macros that do nothing, at this rate of the stream.
    #[must_use]
    pub fn new(sample_rate_hz: f64) -> Self {
        Self {
            sample_rate_hz,
            step_samples: ((sample_rate_hz / STEPS_PER_SECOND).round() as u64).max(1),
            generation: 0,
            voices: [Voice::default(); MACROS],
            awake: 0,
            now: 0,
            probabilities: None,
            updated_at: None,
        }
    }

    /// The value of a macro, in per cent.
    #[must_use]
    pub fn percent(&self, index: usize) -> f64 {
        let voice = &self.voices[index];
        voice.envelope.value(&voice.plan.shaping) * 100.0
    }

    /// The newest value of a macro's source, 0 to 1, if it has one.
    #[must_use]
    pub fn source(&self, index: usize) -> Option<f64> {
        let voice = &self.voices[index];
        voice.source.filter(|_| voice.plan.source != Resolved::Off)
    }

    /// Macros that have a value, a bit each: a source, and a first value of it.
    #[must_use]
    pub fn driven(&self) -> u64 {
        let has_value = |index: &usize| self.voices[*index].source.is_some();
        bits(self.awake)
            .filter(has_value)
            .fold(0, |set, index| set | 1 << index)
    }

    /// Whether a macro listens to the input's loudness.
    #[must_use]
    pub fn hears_loudness(&self) -> bool {
        let hears = |index: usize| self.voices[index].plan.source == Resolved::Loudness;
        bits(self.awake).any(hears)
    }

    /// Whether a macro follows another instance.
    #[must_use]
    pub fn follows(&self) -> bool {
        let follows = |index: usize| matches!(self.voices[index].plan.source, Resolved::Other(_));
        bits(self.awake).any(follows)
    }

    /// Whether `position` is a step of the grid.
    #[must_use]
    pub fn is_step(&self, position: u64) -> bool {
        position.is_multiple_of(self.step_samples)
    }

    /// The next position at which something may happen, beyond the present one.
    #[must_use]
    pub fn next_due(&self) -> Option<u64> {
        if self.awake == 0 {
            return None;
        }
        let is_moving = self.moving() != 0;
        let step = (self.now / self.step_samples + 1) * self.step_samples;
        let step = (is_moving || self.hears_loudness() || self.follows()).then_some(step);
        let ends = bits(self.awake).flat_map(|index| {
            let voice = &self.voices[index];
            [voice.envelope.closes_at(), voice.note_ends]
        });
        ends.flatten().chain(step).min()
    }

    /// Takes other plans at a position of the stream. A macro that has changed takes its source's
    /// newest value at once; the others go on as if nothing had happened.
    pub fn set_plans(&mut self, plans: &Plans, position: u64, midi: &mut MacroMidi) -> Step {
        let position = position.max(self.now);
        let is_other_model = plans.generation != self.generation;
        self.generation = plans.generation;
        if is_other_model {
            self.probabilities = None;
        }
        let mut step = Step::default();
        for (index, plan) in plans.plans.iter().enumerate() {
            let voice = &mut self.voices[index];
            if voice.plan == *plan {
                continue;
            }
            // What falls due at the position itself is still to come.
            self.now = self.now.max(position.saturating_sub(1));
            if voice.plan.note != plan.note {
                voice.note_ends = None;
                midi.stop_note(index);
            }
            if self.awake >> index & 1 == 0 {
                // It has slept, and only now goes the way that it had before it.
                let shaping = in_samples(&voice.plan, self.sample_rate_hz);
                voice.envelope.advance(&shaping, self.now);
            }
            let is_other_source = voice.plan.source != plan.source;
            voice.plan = *plan;
            match plan.source {
                Resolved::Off => self.awake &= !(1 << index),
                _ => self.awake |= 1 << index,
            }
            let tags = self.probabilities.as_ref();
            let told = Step {
                moved: 1 << index,
                rested: 1 << index,
            };
            match tags.and_then(|tags| plan.source.of_tags(tags)) {
                Some(source) => {
                    step = step
                        .and(self.take(index, (source, 0), position, midi))
                        .and(told)
                }
                None if is_other_source => {
                    // It stands still until its new source says something.
                    voice.source = None;
                    voice.is_moving = false;
                    voice.note_ends = None;
                    voice.envelope.stand_still();
                    midi.stop_note(index);
                }
                None => {
                    if let Some(source) = voice.source {
                        step = step
                            .and(self.take(index, (source, 0), position, midi))
                            .and(told);
                    }
                }
            }
        }
        step
    }

    /// Takes an update where the stream stands. Updates come every `update_seconds`.
    pub fn take_update(
        &mut self,
        update: &TagUpdate,
        update_seconds: f64,
        midi: &mut MacroMidi,
    ) -> Step {
        if update.generation < self.generation {
            return Step::default();
        }
        let usual = update_seconds * self.sample_rate_hz;
        let since = self
            .updated_at
            .and_then(|before| update.position_samples.checked_sub(before));
        let glide = match since {
            None => 0,
            Some(samples) if samples as f64 <= PAUSE * usual => samples,
            Some(_) => usual.round() as u64,
        };
        self.updated_at = Some(update.position_samples);
        self.probabilities = Some(update.probabilities);
        let mut step = Step::default();
        for index in bits(self.awake) {
            let voice = &self.voices[index];
            if let Some(source) = voice.plan.source.of_tags(&update.probabilities) {
                let glide = if voice.source.is_some() { glide } else { 0 };
                step = step.and(self.take(index, (source, glide), self.now, midi));
            }
        }
        // Values that the host has set give way to the macros' own with each update, as tags do.
        let moving = self.moving();
        let driven = self.driven();
        step.and(Step {
            moved: driven,
            rested: driven & !moving,
        })
    }

    fn moving(&self) -> u64 {
        bits(self.awake).fold(0, |set, index| {
            set | u64::from(self.voices[index].is_moving) << index
        })
    }

    /// Takes the values that other instances have now, where the stream stands.
    pub fn take_others(&mut self, midi: &mut MacroMidi) -> Step {
        let mut step = Step::default();
        for index in bits(self.awake) {
            if let Resolved::Other(place) = self.voices[index].plan.source {
                let value = place.map_or(0.0, Place::value);
                step = step.and(self.take(index, (value, 0), self.now, midi));
            }
        }
        step
    }

    /// Goes on to `position`, which is not beyond [`Self::next_due`]. `loudness` is the input's, if
    /// this is a step of the grid that has measured it.
    pub fn advance(&mut self, position: u64, loudness: Option<f64>, midi: &mut MacroMidi) -> Step {
        self.now = self.now.max(position);
        let mut step = Step::default();
        for index in bits(self.awake) {
            let voice = &mut self.voices[index];
            let shaping = in_samples(&voice.plan, self.sample_rate_hz);
            let edge = voice.envelope.advance(&shaping, self.now);
            if voice.note_ends.is_some_and(|at| self.now >= at) {
                voice.note_ends = None;
                midi.stop_note(index);
            }
            step = step.and(voice.after(index, edge, self.sample_rate_hz, self.now, midi));
        }
        if let Some(loudness) = loudness {
            for index in bits(self.awake) {
                if self.voices[index].plan.source == Resolved::Loudness {
                    step = step.and(self.take(index, (loudness, 0), self.now, midi));
                }
            }
        }
        step
    }

    /// A macro's source has another value at this position, to which it glides.
    fn take(
        &mut self,
        index: usize,
        (source, glide): (f64, u64),
        position: u64,
        midi: &mut MacroMidi,
    ) -> Step {
        let voice = &mut self.voices[index];
        let is_first = voice.source.replace(source).is_none();
        let shaping = in_samples(&voice.plan, self.sample_rate_hz);
        voice.envelope.advance(&shaping, position);
        let before = voice.envelope.value(&shaping);
        let edge = voice.envelope.take(&shaping, source, glide);
        let has_jumped = voice.envelope.value(&shaping) != before;
        let step = voice.after(index, edge, self.sample_rate_hz, position, midi);
        let bit = |is_set: bool| u64::from(is_set) << index;
        step.and(Step {
            moved: bit(has_jumped),
            rested: bit(is_first && !voice.is_moving),
        })
    }

    /// The window begins anew: the next update is the first of its kind.
    pub fn reset(&mut self, midi: &mut MacroMidi) {
        self.updated_at = None;
        self.probabilities = None;
        self.stop(midi);
    }

    /// Nothing is analysed for now: every note ends, and every value stays.
    pub fn stop(&mut self, midi: &mut MacroMidi) {
        for (index, voice) in self.voices.iter_mut().enumerate() {
            let shaping = in_samples(&voice.plan, self.sample_rate_hz);
            voice.note_ends = None;
            voice.envelope.stand_still();
            voice.is_moving = voice.source.is_some() && voice.envelope.is_moving(&shaping);
            midi.stop_note(index);
        }
    }
}

impl Voice {
    /// Plays what a gate's edge plays, and says what has become of the value.
    fn after(
        &mut self,
        index: usize,
        edge: Option<Edge>,
        sample_rate_hz: f64,
        now: u64,
        midi: &mut MacroMidi,
    ) -> Step {
        match (edge, self.plan.note) {
            (Some(Edge::Opened), Some(planned)) => {
                let velocity = match planned.note.velocity {
                    0 => velocity_of(self.source.unwrap_or(0.0)),
                    fixed => fixed,
                };
                midi.start_note(
                    index,
                    Note {
                        velocity,
                        ..planned.note
                    },
                );
                self.note_ends = planned
                    .length
                    .map(|seconds| now + ((seconds * sample_rate_hz).round() as u64).max(1));
            }
            (Some(Edge::Closed), Some(planned)) if planned.length.is_none() => {
                midi.stop_note(index);
            }
            _ => {}
        }
        let was_moving = self.is_moving;
        let shaping = in_samples(&self.plan, sample_rate_hz);
        self.is_moving = self.source.is_some() && self.envelope.is_moving(&shaping);
        let bit = 1 << index;
        let has_edge = edge.is_some();
        Step {
            moved: if was_moving || self.is_moving || has_edge {
                bit
            } else {
                0
            },
            rested: if (was_moving || has_edge) && !self.is_moving {
                bit
            } else {
                0
            },
        }
    }
}

/// A source's value as a velocity, 1 to 127.
fn velocity_of(source: f64) -> u8 {
    (1.0 + 126.0 * source).round().clamp(1.0, 127.0) as u8
}

/// The plan's shaping with its times in samples.
fn in_samples(plan: &Plan, sample_rate_hz: f64) -> super::shaping::Shaping {
    let mut shaping = plan.shaping;
    for time in [&mut shaping.attack, &mut shaping.hold, &mut shaping.release] {
        *time *= sample_rate_hz;
    }
    shaping
}
