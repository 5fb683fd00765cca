//! The table of parameters. Ids are permanent: hosts store them with a session.

use clack_extensions::params::ParamInfoFlags;
use tagline_engine::MAX_TAGS;

/// Ids of the settings, of the status and of the first tag slot.
pub mod id {
    /// Live, Record or Follow.
    pub const MODE: u32 = 1;
    /// Time between updates: an index into [`super::UPDATE_SECONDS`].
    pub const UPDATE_EVERY: u32 = 2;
    /// Time constant of the smoothing, in seconds.
    pub const SMOOTHING: u32 = 3;
    /// Whether tags are sent as MIDI CC.
    pub const MIDI_CC_OUTPUT: u32 = 4;
    /// MIDI channel, 1 to 16.
    pub const MIDI_CHANNEL: u32 = 5;
    /// Number of the first MIDI CC.
    pub const FIRST_MIDI_CC: u32 = 6;
    /// How many MIDI CCs are sent.
    pub const MIDI_CC_COUNT: u32 = 7;
    /// What is to run the network.
    pub const BACKEND: u32 = 8;
    /// Whether tags are calibrated or the network's own values.
    pub const VALUES: u32 = 9;
    /// The settings' ids end here.
    pub const LAST_SETTING: u32 = VALUES;
    /// What runs the network.
    pub const RUNNING_BACKEND: u32 = 80;
    /// Seconds of audio the newest update rests on.
    pub const SECONDS_HEARD: u32 = 81;
    /// Updates delivered since the plugin was activated.
    pub const UPDATES: u32 = 82;
    /// Updates that were skipped because the network was busy.
    pub const LATE_UPDATES: u32 = 83;
    /// Samples dropped because the analysis did not keep up.
    pub const DROPPED_SAMPLES: u32 = 84;
    /// Time of the last inference, in milliseconds.
    pub const UPDATE_TIME: u32 = 85;
    /// Due updates without new sound.
    pub const SILENT_UPDATES: u32 = 86;
    /// First of the tag slots.
    pub const FIRST_TAG: u32 = 101;
}

/// Seconds between updates, by the choice of [`id::UPDATE_EVERY`].
pub const UPDATE_SECONDS: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 5.0];

/// Longest time constant of the smoothing, in seconds.
pub const MAX_SMOOTHING_SECONDS: f64 = 10.0;

/// Counters stop here.
const MAX_COUNT: f64 = 16_777_215.0;

const SETTINGS: usize = 9;
const STATUS: usize = 7;

/// Index of the first tag slot.
pub const TAGS_AT: usize = SETTINGS + STATUS;

/// Number of parameters.
pub const COUNT: usize = TAGS_AT + MAX_TAGS;

/// What a parameter's values mean, and so how they are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meaning {
    /// One of these names, by index.
    Choice(&'static [&'static str]),
    /// One of these times in seconds, by index.
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
    /// Read it.
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

const MODES: &[&str] = &["Live", "Record", "Follow"];
const OFF_ON: &[&str] = &["Off", "On"];
const BACKENDS: &[&str] = &["Auto", "tract", "ONNX Runtime CPU", "CUDA", "DirectML"];
const VALUES: &[&str] = &["Calibrated", "Raw"];
const RUNNING: &[&str] = &["None", "tract", "ONNX Runtime CPU", "CUDA", "DirectML"];

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
const FIXED: [Param; TAGS_AT] = [
    setting(id::MODE, "Mode", Choice(MODES), [0.0, 2.0, 0.0]),
    setting(id::UPDATE_EVERY, "Update Every", ChoiceOfSeconds(&UPDATE_SECONDS), [0.0, 4.0, 2.0]),
    setting(id::SMOOTHING, "Smoothing", Seconds, [0.0, MAX_SMOOTHING_SECONDS, 0.0]),
    setting(id::MIDI_CC_OUTPUT, "Send MIDI CC", Choice(OFF_ON), [0.0, 1.0, 0.0]),
    setting(id::MIDI_CHANNEL, "MIDI Channel", Whole, [1.0, 16.0, 1.0]),
    setting(id::FIRST_MIDI_CC, "First MIDI CC", Whole, [0.0, 119.0, 20.0]),
    setting(id::MIDI_CC_COUNT, "Number of MIDI CCs", Whole, [1.0, MAX_TAGS as f64, 12.0]),
    Param {
        access: Access::Settable,
        ..setting(id::BACKEND, "Backend", Choice(BACKENDS), [0.0, 4.0, 0.0])
    },
    Param {
        access: Access::Settable,
        ..setting(id::VALUES, "Values", Choice(VALUES), [0.0, 1.0, 0.0])
    },
    status(id::RUNNING_BACKEND, "Running Backend", Choice(RUNNING), 4.0),
    status(id::SECONDS_HEARD, "Seconds Heard", Seconds, 3_600.0),
    status(id::UPDATES, "Updates", Whole, MAX_COUNT),
    status(id::LATE_UPDATES, "Late Updates", Whole, MAX_COUNT),
    status(id::DROPPED_SAMPLES, "Dropped Samples", Whole, MAX_COUNT),
    status(id::UPDATE_TIME, "Update Time", Milliseconds, 60_000.0),
    status(id::SILENT_UPDATES, "Silent Updates", Whole, MAX_COUNT),
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

/// The parameter at `index` of the table.
#[must_use]
pub const fn param(index: usize) -> Option<Param> {
    if index < TAGS_AT {
        Some(FIXED[index])
    } else if index < COUNT {
        Some(Param {
            id: id::FIRST_TAG + (index - TAGS_AT) as u32,
            ..TAG
        })
    } else {
        None
    }
}

/// Where in the table the parameter `id` stands.
#[must_use]
pub const fn index_of(id: u32) -> Option<usize> {
    match id {
        1..=9 => Some(id as usize - 1),
        80..=86 => Some(id as usize - 80 + SETTINGS),
        101..=150 => Some(id as usize - 101 + TAGS_AT),
        _ => None,
    }
}

/// The tag slot, from 0, at `index` of the table.
#[must_use]
pub const fn tag_slot(index: usize) -> Option<usize> {
    if index >= TAGS_AT && index < COUNT {
        Some(index - TAGS_AT)
    } else {
        None
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

    /// The flags that a CLAP host reads.
    #[must_use]
    pub fn flags(&self) -> ParamInfoFlags {
        let mut flags = match self.access {
            Access::Automatable => ParamInfoFlags::IS_AUTOMATABLE,
            Access::Settable => ParamInfoFlags::empty(),
            Access::ReadOnly => ParamInfoFlags::IS_READONLY,
        };
        if self.is_stepped() {
            flags |= ParamInfoFlags::IS_STEPPED;
        }
        if matches!(self.meaning, Choice(_) | ChoiceOfSeconds(_)) {
            flags |= ParamInfoFlags::IS_ENUM;
        }
        flags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_indexes_are_each_others_inverse() {
        for index in 0..COUNT {
            let param = param(index).expect("in the table");
            assert_eq!(index_of(param.id), Some(index), "{}", param.name);
        }
        let known = (0..1000).filter(|&id| index_of(id).is_some()).count();
        assert_eq!(known, COUNT);
        assert!(param(COUNT).is_none());
    }

    #[test]
    fn no_parameter_is_both_read_only_and_automatable() {
        let both = ParamInfoFlags::IS_READONLY | ParamInfoFlags::IS_AUTOMATABLE;
        for param in (0..COUNT).filter_map(param) {
            assert!(!param.flags().contains(both), "{}", param.name);
        }
    }

    #[test]
    fn values_from_a_host_are_brought_into_range() {
        let tag = param(TAGS_AT).expect("a tag");
        assert_eq!(tag.nearest(f64::NAN), None);
        assert_eq!(tag.nearest(f64::INFINITY), Some(100.0));
        assert_eq!(tag.nearest(-1.0), Some(0.0));
        assert_eq!(tag.nearest(33.3), Some(33.3));
        let mode = param(0).expect("the mode");
        assert_eq!(mode.nearest(1.4), Some(1.0));
        assert_eq!(mode.nearest(99.0), Some(2.0));
    }
}
