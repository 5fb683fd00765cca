//! The settings as types, between the parameters' numbers and the rest of the plugin.

use tagline_engine::{Backend, BackendChoice};

use crate::params::{UPDATE_SECONDS, id};

/// Who drives the tags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The plugin.
    #[default]
    Live,
    /// The plugin, in gestures that a host records while its transport plays.
    Record,
    /// The host's automation; nothing is analysed.
    Follow,
}

/// Where tags go as MIDI control changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CcRoute {
    /// MIDI channel, 0 to 15.
    pub channel: u8,
    /// Control change of the first tag, 0 to 119.
    pub first: u8,
    /// How many tags are sent.
    pub count: u8,
}

/// Every setting, typed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Who drives the tags.
    pub mode: Mode,
    /// Index into [`UPDATE_SECONDS`].
    pub update_every: usize,
    /// Time constant of the smoothing, in seconds.
    pub smoothing_seconds: f64,
    /// Whether tags are sent as MIDI CC.
    pub midi_cc_output: bool,
    /// Where they are sent.
    pub midi: CcRoute,
    /// What is to run the network.
    pub backend: BackendChoice,
    /// Whether tags are calibrated or the network's own values.
    pub calibrated: bool,
}

/// The backends in the order of the parameters' choices.
const BACKENDS: [Backend; 4] = [
    Backend::Tract,
    Backend::OnnxRuntimeCpu,
    Backend::Cuda,
    Backend::DirectMl,
];

/// Value of the Running Backend parameter.
#[must_use]
pub fn backend_code(backend: Option<Backend>) -> u8 {
    match backend.and_then(|b| BACKENDS.iter().position(|&known| known == b)) {
        Some(index) => 1 + index as u8,
        None => 0,
    }
}

/// The backend of a value of the Running Backend parameter.
#[must_use]
pub fn backend_of_code(code: u8) -> Option<Backend> {
    BACKENDS.get(usize::from(code).checked_sub(1)?).copied()
}

/// Value of the Backend parameter.
#[must_use]
pub fn choice_code(choice: BackendChoice) -> u8 {
    match choice {
        BackendChoice::Auto => 0,
        BackendChoice::Only(backend) => backend_code(Some(backend)),
    }
}

/// The choice of a value of the Backend parameter.
#[must_use]
pub fn choice_of_code(code: u8) -> BackendChoice {
    backend_of_code(code).map_or(BackendChoice::Auto, BackendChoice::Only)
}

/// The mode of a value of the Mode parameter.
#[must_use]
pub fn mode_of_code(code: u8) -> Mode {
    match code {
        1 => Mode::Record,
        2 => Mode::Follow,
        _ => Mode::Live,
    }
}

impl Settings {
    /// Reads the settings from the parameters' values, which lie in their ranges.
    pub fn from_values(value: impl Fn(u32) -> f64) -> Self {
        Self {
            mode: mode_of_code(value(id::MODE) as u8),
            update_every: (value(id::UPDATE_EVERY) as usize).min(UPDATE_SECONDS.len() - 1),
            smoothing_seconds: value(id::SMOOTHING),
            midi_cc_output: value(id::MIDI_CC_OUTPUT) >= 0.5,
            midi: CcRoute {
                channel: (value(id::MIDI_CHANNEL) as u8).saturating_sub(1).min(15),
                first: value(id::FIRST_MIDI_CC) as u8,
                count: value(id::MIDI_CC_COUNT) as u8,
            },
            backend: choice_of_code(value(id::BACKEND) as u8),
            calibrated: value(id::VALUES) < 0.5,
        }
    }

    /// The parameters' ids and values.
    #[must_use]
    pub fn values(&self) -> [(u32, f64); 9] {
        [
            (id::MODE, f64::from(self.mode as u8)),
            (id::UPDATE_EVERY, self.update_every as f64),
            (id::SMOOTHING, self.smoothing_seconds),
            (id::MIDI_CC_OUTPUT, f64::from(u8::from(self.midi_cc_output))),
            (id::MIDI_CHANNEL, f64::from(self.midi.channel) + 1.0),
            (id::FIRST_MIDI_CC, f64::from(self.midi.first)),
            (id::MIDI_CC_COUNT, f64::from(self.midi.count)),
            (id::BACKEND, f64::from(choice_code(self.backend))),
            (id::VALUES, f64::from(u8::from(!self.calibrated))),
        ]
    }

    /// Seconds between updates.
    #[must_use]
    pub fn update_seconds(&self) -> f64 {
        UPDATE_SECONDS[self.update_every]
    }

    /// Where tags are sent as MIDI CC, if they are.
    #[must_use]
    pub fn cc_route(&self) -> Option<CcRoute> {
        self.midi_cc_output.then_some(self.midi)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::Live,
            update_every: 2,
            smoothing_seconds: 0.0,
            midi_cc_output: false,
            midi: CcRoute {
                channel: 0,
                first: 20,
                count: 12,
            },
            backend: BackendChoice::Auto,
            calibrated: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::{index_of, param};

    #[test]
    fn defaults_of_the_table_and_of_the_type_agree() {
        let table = Settings::from_values(|id| {
            param(index_of(id).expect("a known id"))
                .expect("in the table")
                .default
        });
        assert_eq!(table, Settings::default());
    }

    #[test]
    fn settings_survive_the_way_through_their_values() {
        let settings = Settings {
            mode: Mode::Follow,
            update_every: 4,
            smoothing_seconds: 1.25,
            midi_cc_output: true,
            midi: CcRoute {
                channel: 15,
                first: 119,
                count: 50,
            },
            backend: BackendChoice::Only(Backend::DirectMl),
            calibrated: false,
        };
        let values = settings.values();
        let back = Settings::from_values(|id| {
            values
                .iter()
                .find(|(known, _)| *known == id)
                .expect("every setting")
                .1
        });
        assert_eq!(back, settings);
    }
}
