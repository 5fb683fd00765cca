//! The table of parameters. Ids are permanent, because hosts store them with a session.
//!
//! | id | parameter |
//! |---|---|
//! | 0 | Bypass |
//! | 1–4 | the settings that a host may automate |
//! | 5–54 | the tag slots |
//! | 55 | Focus, a setting that came later |
//! | 56–63 | the macros |
//! | 64–70 | the status: read-only, hidden, never sent as an event |
//!
//! Of the visible parameters the id is the index, because some VST3 hosts mix the two up, and there
//! are at most 64 of them, because Ableton Live opens its panel empty for a plugin with more. The
//! later ones stand behind the tags, where this stays true. The status comes after all
//! visible parameters, so a format that cannot hide it leaves it out by stopping at [`VISIBLE`].

use tagline_engine::{Backend, MAX_TAGS};

use super::bits::first_slots;

/// Ids of the settings, of the first tag slot and of the status.
pub mod id {
    /// Whether the signal only passes.
    pub const BYPASS: u32 = 0;
    /// Live, Record or Follow.
    pub const MODE: u32 = 1;
    /// Time between updates: an index into [`super::UPDATE_SECONDS`].
    pub const UPDATE_EVERY: u32 = 2;
    /// Time constant of the smoothing, in seconds.
    pub const SMOOTHING: u32 = 3;
    /// Whether tags are calibrated or the network's own values.
    pub const VALUES: u32 = 4;
    /// First of the tag slots.
    pub const FIRST_TAG: u32 = 5;
    /// How many of the last seconds count: an index into [`super::FOCUS_SECONDS`].
    pub const FOCUS: u32 = 55;
    /// First of the macros.
    pub const FIRST_MACRO: u32 = 56;
    /// What runs the network.
    pub const RUNNING_BACKEND: u32 = 64;
    /// Seconds of audio that the newest update rests on.
    pub const SECONDS_HEARD: u32 = 65;
    /// Updates delivered since the plugin was activated.
    pub const UPDATES: u32 = 66;
    /// Updates that were skipped because the network was busy.
    pub const LATE_UPDATES: u32 = 67;
    /// Samples dropped because the analysis did not keep up.
    pub const DROPPED_SAMPLES: u32 = 68;
    /// Time of the newest update's inference, in milliseconds.
    pub const UPDATE_TIME: u32 = 69;
    /// Due updates without new sound.
    pub const SILENT_UPDATES: u32 = 70;
}

/// Seconds between updates, by the choice of [`id::UPDATE_EVERY`].
pub const UPDATE_SECONDS: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 5.0];

/// How many of the last seconds count, by the choice of [`id::FOCUS`]. Infinity stands for the model's
/// whole window.
pub const FOCUS_SECONDS: [f64; 4] = [3.0, 6.0, 12.0, f64::INFINITY];

/// Longest time constant of the smoothing, in seconds.
pub const MAX_SMOOTHING_SECONDS: f64 = 10.0;

/// Counters stop here.
const MAX_COUNT: f64 = 16_777_215.0;

/// Index of the first tag slot: the number of settings before it.
pub const TAGS_AT: usize = id::FIRST_TAG as usize;

/// Index of the setting behind the tags.
const FOCUS_AT: usize = id::FOCUS as usize;

/// Index of the first macro.
pub const MACROS_AT: usize = id::FIRST_MACRO as usize;

/// Number of macros.
pub const MACROS: usize = 8;

/// Number of visible parameters. Their ids are their indexes.
pub const VISIBLE: usize = MACROS_AT + MACROS;

/// Number of parameters that the plugin drives: the tag slots, and after them the macros. A driven
/// slot is a number below this.
pub const DRIVEN: usize = MAX_TAGS + MACROS;

/// The driven slots that are tags, a bit each.
pub const TAG_SLOTS: u64 = first_slots(MAX_TAGS);

const STATUS: usize = 7;

/// Number of all parameters, the hidden ones included.
pub const COUNT: usize = VISIBLE + STATUS;

/// What a parameter's values mean, and so how they are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meaning {
    /// One of these names, by index.
    Choice(&'static [&'static str]),
    /// One of these times in seconds, by index. Infinity stands for the model's whole window.
    ChoiceOfSeconds(&'static [f64]),
    /// A whole number.
    Whole,
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Per cent.
    Percent,
}

/// What a host may do with a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Set and automate it.
    Automatable,
    /// Set it.
    Settable,
    /// Read it, if it knows of it. It is hidden and never sent.
    ReadOnly,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Permanent id.
    pub id: u32,
    /// Name; for a tag slot the one it has without a tag.
    pub name: &'static str,
    /// Group the host shows it in.
    pub module: &'static str,
    /// Smallest value; the range is inclusive.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Value of a fresh instance.
    pub default: f64,
    /// What its values mean.
    pub meaning: Meaning,
    /// What a host may do with it.
    pub access: Access,
}

const OFF_ON: &[&str] = &["Off", "On"];
const MODES: &[&str] = &["Live", "Record", "Follow"];
const VALUES: &[&str] = &["Calibrated", "Raw"];
const RUNNING: [&str; 1 + Backend::ALL.len()] = {
    let mut names = ["None"; 1 + Backend::ALL.len()];
    let mut index = 0;
    while index < Backend::ALL.len() {
        names[1 + index] = Backend::ALL[index].name();
        index += 1;
    }
    names
};

const fn setting(id: u32, name: &'static str, meaning: Meaning, range: [f64; 3]) -> Param {
    let [min, max, default] = range;
    Param {
        id,
        name,
        module: "Settings",
        min,
        max,
        default,
        meaning,
        access: Access::Automatable,
    }
}

const fn status(id: u32, name: &'static str, meaning: Meaning, max: f64) -> Param {
    Param {
        module: "Status",
        access: Access::ReadOnly,
        ..setting(id, name, meaning, [0.0, max, 0.0])
    }
}

use Meaning::{Choice, ChoiceOfSeconds, Milliseconds, Percent, Seconds, Whole};

#[rustfmt::skip]
const SETTINGS: [Param; TAGS_AT] = [
    setting(id::BYPASS, "Bypass", Choice(OFF_ON), [0.0, 1.0, 0.0]),
    setting(id::MODE, "Mode", Choice(MODES), [0.0, 2.0, 0.0]),
    setting(id::UPDATE_EVERY, "Update Every", ChoiceOfSeconds(&UPDATE_SECONDS), [0.0, 4.0, 2.0]),
    setting(id::SMOOTHING, "Smoothing", Seconds, [0.0, MAX_SMOOTHING_SECONDS, 0.0]),
    Param {
        access: Access::Settable,
        ..setting(id::VALUES, "Values", Choice(VALUES), [0.0, 1.0, 0.0])
    },
];

const TAG: Param = Param {
    id: id::FIRST_TAG,
    name: "Tag",
    module: "Tags",
    min: 0.0,
    max: 100.0,
    default: 0.0,
    meaning: Percent,
    access: Access::Automatable,
};

const FOCUS: Param = setting(
    id::FOCUS,
    "Focus",
    ChoiceOfSeconds(&FOCUS_SECONDS),
    [0.0, 3.0, 3.0],
);

const MACRO_NAMES: [&str; MACROS] = [
    "Macro 1", "Macro 2", "Macro 3", "Macro 4", "Macro 5", "Macro 6", "Macro 7", "Macro 8",
];

const fn macro_param(index: usize) -> Param {
    Param {
        id: index as u32,
        name: MACRO_NAMES[index - MACROS_AT],
        module: "Macros",
        ..TAG
    }
}

const HIDDEN: [Param; STATUS] = [
    status(
        id::RUNNING_BACKEND,
        "Running Backend",
        Choice(&RUNNING),
        (RUNNING.len() - 1) as f64,
    ),
    status(id::SECONDS_HEARD, "Seconds Heard", Seconds, 3_600.0),
    status(id::UPDATES, "Updates", Whole, MAX_COUNT),
    status(id::LATE_UPDATES, "Late Updates", Whole, MAX_COUNT),
    status(id::DROPPED_SAMPLES, "Dropped Samples", Whole, MAX_COUNT),
    status(id::UPDATE_TIME, "Update Time", Milliseconds, 60_000.0),
    status(id::SILENT_UPDATES, "Silent Updates", Whole, MAX_COUNT),
];

/// The parameter at `index` of the table.
#[must_use]
pub const fn param(index: usize) -> Option<Param> {
    if index < TAGS_AT {
        Some(SETTINGS[index])
    } else if index < TAGS_AT + MAX_TAGS {
        Some(Param {
            id: index as u32,
            ..TAG
        })
    } else if index == FOCUS_AT {
        Some(FOCUS)
    } else if index < VISIBLE {
        Some(macro_param(index))
    } else if index < COUNT {
        Some(HIDDEN[index - VISIBLE])
    } else {
        None
    }
}

/// Where in the table the parameter `id` stands.
#[must_use]
pub const fn index_of(id: u32) -> Option<usize> {
    let index = id as usize;
    if index < VISIBLE {
        return Some(index);
    }
    match id.checked_sub(id::RUNNING_BACKEND) {
        Some(status) if (status as usize) < STATUS => Some(VISIBLE + status as usize),
        _ => None,
    }
}

/// The tag slot, from 0, at `index` of the table.
#[must_use]
pub const fn tag_slot(index: usize) -> Option<usize> {
    if index >= TAGS_AT && index < TAGS_AT + MAX_TAGS {
        Some(index - TAGS_AT)
    } else {
        None
    }
}

/// The macro, from 0, at `index` of the table.
#[must_use]
pub const fn macro_slot(index: usize) -> Option<usize> {
    if index >= MACROS_AT && index < VISIBLE {
        Some(index - MACROS_AT)
    } else {
        None
    }
}

/// The driven slot at `index` of the table: a tag's, or a macro's.
#[must_use]
pub const fn driven_slot(index: usize) -> Option<usize> {
    match (tag_slot(index), macro_slot(index)) {
        (Some(slot), _) => Some(slot),
        (None, Some(slot)) => Some(MAX_TAGS + slot),
        (None, None) => None,
    }
}

/// Where in the table a driven slot stands.
#[must_use]
pub const fn driven_index(slot: usize) -> usize {
    if slot < MAX_TAGS {
        TAGS_AT + slot
    } else {
        MACROS_AT + (slot - MAX_TAGS)
    }
}

impl Param {
    /// Whether its values are whole numbers.
    #[must_use]
    pub fn is_stepped(&self) -> bool {
        matches!(self.meaning, Choice(_) | ChoiceOfSeconds(_) | Whole)
    }

    /// The value nearest to `value` that the parameter can have; `None` for NaN.
    #[must_use]
    pub fn nearest(&self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        let value = if self.is_stepped() {
            value.round()
        } else {
            value
        };
        // Adding zero turns a negative zero into a plain one, which would be written as "-0".
        Some(value.clamp(self.min, self.max) + 0.0)
    }

    /// Whether its values are a list of names.
    #[must_use]
    pub fn is_choice(&self) -> bool {
        matches!(self.meaning, Choice(_) | ChoiceOfSeconds(_))
    }

    /// Whether it is the one that switches the plugin off.
    #[must_use]
    pub fn is_bypass(&self) -> bool {
        self.id == id::BYPASS
    }

    /// Whether hosts should not show it.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.access == Access::ReadOnly
    }

    /// A plain value as a share of the range, 0 to 1, for formats that speak of parameters so.
    #[must_use]
    pub fn to_normalized(&self, plain: f64) -> f64 {
        let plain = self.nearest(plain).unwrap_or(self.default);
        (plain - self.min) / (self.max - self.min)
    }

    /// The plain value that is nearest to a share of the range, 0 to 1; `None` for NaN.
    #[must_use]
    pub fn from_normalized(&self, share: f64) -> Option<f64> {
        self.nearest(self.min + share * (self.max - self.min))
    }

    /// Steps between the smallest and the largest value; 0 for a continuous range.
    #[must_use]
    pub fn step_count(&self) -> u32 {
        if self.is_stepped() {
            (self.max - self.min) as u32
        } else {
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_visible_parameter_is_its_index_and_there_are_at_most_64() {
        const { assert!(VISIBLE <= 64 && FOCUS_AT == TAGS_AT + MAX_TAGS) };
        for index in 0..VISIBLE {
            let param = param(index).expect("in the table");
            assert_eq!(param.id as usize, index, "{}", param.name);
            assert!(!param.is_hidden(), "{}", param.name);
        }
    }

    #[test]
    fn the_status_is_hidden_and_comes_after_64_visible_parameters() {
        for index in VISIBLE..COUNT {
            let param = param(index).expect("in the table");
            assert!(param.is_hidden() && param.id >= 64, "{}", param.name);
        }
    }

    #[test]
    fn ids_and_indexes_are_each_others_inverse() {
        for index in 0..COUNT {
            let param = param(index).expect("in the table");
            assert_eq!(index_of(param.id), Some(index), "{}", param.name);
        }
        let known = (0..1000).filter(|&id| index_of(id).is_some()).count();
        assert_eq!(known, COUNT);
        assert!(param(COUNT).is_none());
        assert_eq!(index_of(u32::MAX), None);
    }

    #[test]
    fn driven_slots_are_the_tags_and_then_the_macros() {
        let slots: Vec<usize> = (0..COUNT).filter_map(driven_slot).collect();
        assert_eq!(slots, (0..DRIVEN).collect::<Vec<_>>());
        for slot in 0..DRIVEN {
            assert_eq!(driven_slot(driven_index(slot)), Some(slot));
            assert_eq!(
                TAG_SLOTS >> slot & 1 == 1,
                tag_slot(driven_index(slot)).is_some()
            );
        }
        let last = param(driven_index(DRIVEN - 1)).expect("a macro");
        assert_eq!((last.id, last.name), (63, "Macro 8"));
    }

    #[test]
    fn values_from_a_host_are_brought_into_range() {
        let tag = param(TAGS_AT).expect("a tag");
        assert_eq!(tag.nearest(f64::NAN), None);
        assert_eq!(tag.nearest(f64::INFINITY), Some(100.0));
        assert_eq!(tag.nearest(-1.0), Some(0.0));
        assert_eq!(tag.nearest(33.3), Some(33.3));
        let mode = param(1).expect("the mode");
        assert_eq!(mode.nearest(1.4), Some(1.0));
        assert_eq!(mode.nearest(99.0), Some(2.0));
    }

    #[test]
    fn normalized_values_survive_the_way_there_and_back() {
        for param in (0..COUNT).filter_map(param) {
            for plain in [param.min, param.default, param.max] {
                let share = param.to_normalized(plain);
                assert!((0.0..=1.0).contains(&share), "{}", param.name);
                assert_eq!(param.from_normalized(share), Some(plain), "{}", param.name);
            }
            for step in 0..=param.step_count().min(100) {
                let plain = param.min + f64::from(step);
                let back = param.from_normalized(param.to_normalized(plain));
                assert_eq!(back, Some(plain), "{}", param.name);
            }
            assert_eq!(param.from_normalized(f64::NAN), None);
        }
    }
}
