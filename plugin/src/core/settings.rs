//! The settings as types. Six of them are parameters; the others are set in the editor and are
//! part of the state alone.

use tagline_engine::{Backend, BackendChoice, MAX_TAGS};

use super::params::{FOCUS_SECONDS, UPDATE_SECONDS, id};

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
    /// Control change of the first tag, 0 to [`LAST_CC`].
    pub first: u8,
    /// How many tags are sent, 1 to 50.
    pub count: u8,
}

/// Number of the last control change; the ones above are channel mode messages.
pub const LAST_CC: u8 = 119;

/// Coarsest resolution of the tags' values, in points.
pub const MAX_RESOLUTION: f64 = 10.0;

/// Every setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Whether the signal only passes, and nothing is analysed.
    pub bypass: bool,
    /// Who drives the tags.
    pub mode: Mode,
    /// Index into [`UPDATE_SECONDS`].
    pub update_every: usize,
    /// Time constant of the smoothing, in seconds.
    pub smoothing_seconds: f64,
    /// Index into [`FOCUS_SECONDS`].
    pub focus: usize,
    /// Whether tags are calibrated or the network's own values.
    pub calibrated: bool,
    /// Whether tags are sent as MIDI CC.
    pub midi_cc_output: bool,
    /// Where they are sent.
    pub midi: CcRoute,
    /// What should run the network.
    pub backend: BackendChoice,
    /// How far a tag must move, in points of per cent, before the host is told at once, 0 to
    /// [`MAX_RESOLUTION`]. At 0 the host hears of every change.
    pub resolution: f64,
}

/// One setting, as the editor changes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting {
    /// [`Settings::bypass`].
    Bypass(bool),
    /// [`Settings::mode`].
    Mode(Mode),
    /// [`Settings::update_every`].
    UpdateEvery(usize),
    /// [`Settings::smoothing_seconds`].
    Smoothing(f64),
    /// [`Settings::focus`].
    Focus(usize),
    /// [`Settings::calibrated`].
    Calibrated(bool),
    /// [`Settings::midi_cc_output`].
    MidiCcOutput(bool),
    /// [`CcRoute::channel`].
    MidiChannel(u8),
    /// [`CcRoute::first`].
    FirstMidiCc(u8),
    /// [`CcRoute::count`].
    MidiCcCount(u8),
    /// [`Settings::backend`].
    Backend(BackendChoice),
    /// [`Settings::resolution`].
    Resolution(f64),
}

impl Setting {
    /// The id and the plain value of the parameter that the setting is, if it is one.
    #[must_use]
    pub fn as_parameter(self) -> Option<(u32, f64)> {
        Some(match self {
            Self::Bypass(on) => (id::BYPASS, f64::from(u8::from(on))),
            Self::Mode(mode) => (id::MODE, f64::from(mode as u8)),
            Self::UpdateEvery(choice) => (id::UPDATE_EVERY, choice as f64),
            Self::Smoothing(seconds) => (id::SMOOTHING, seconds),
            Self::Focus(choice) => (id::FOCUS, choice as f64),
            Self::Calibrated(on) => (id::VALUES, f64::from(u8::from(!on))),
            _ => return None,
        })
    }
}

/// Value of the Running Backend parameter: 0 for none.
pub(super) fn backend_code(backend: Option<Backend>) -> u8 {
    backend.map_or(0, |backend| BackendChoice::Only(backend).index() as u8)
}

/// The backend of a value of the Running Backend parameter.
pub(super) fn backend_of_code(code: u8) -> Option<Backend> {
    match BackendChoice::from_index(code.into())? {
        BackendChoice::Auto => None,
        BackendChoice::Only(backend) => Some(backend),
    }
}

fn mode_of_code(code: u8) -> Mode {
    match code {
        1 => Mode::Record,
        2 => Mode::Follow,
        _ => Mode::Live,
    }
}

/// The settings that are not parameters, packed into a word and a number that a thread reads and
/// writes in one step each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Packed {
    /// From the lowest byte: MIDI on, channel, first, count, backend.
    pub word: u64,
    /// [`Settings::resolution`].
    pub resolution: f64,
}

impl Settings {
    /// Puts the settings together from the parameters' values, which lie in their ranges, and
    /// those that are not parameters.
    pub(super) fn from_parts(value: impl Fn(u32) -> f64, packed: Packed) -> Self {
        let [on, channel, first, count, backend, ..] = packed.word.to_le_bytes();
        Self {
            bypass: value(id::BYPASS) >= 0.5,
            mode: mode_of_code(value(id::MODE) as u8),
            update_every: (value(id::UPDATE_EVERY) as usize).min(UPDATE_SECONDS.len() - 1),
            smoothing_seconds: value(id::SMOOTHING),
            focus: (value(id::FOCUS) as usize).min(FOCUS_SECONDS.len() - 1),
            calibrated: value(id::VALUES) < 0.5,
            midi_cc_output: on != 0,
            midi: CcRoute {
                channel,
                first,
                count,
            },
            backend: BackendChoice::from_index(backend.into()).unwrap_or_default(),
            resolution: packed.resolution,
        }
    }

    /// The settings that are not parameters.
    pub(super) fn packed(&self) -> Packed {
        let backend = self.backend.index() as u8;
        let CcRoute {
            channel,
            first,
            count,
        } = self.midi;
        let on = u8::from(self.midi_cc_output);
        Packed {
            word: u64::from_le_bytes([on, channel, first, count, backend, 0, 0, 0]),
            resolution: self.resolution,
        }
    }

    /// The settings that are parameters.
    #[must_use]
    pub fn parameters(&self) -> [Setting; 6] {
        [
            Setting::Bypass(self.bypass),
            Setting::Mode(self.mode),
            Setting::UpdateEvery(self.update_every),
            Setting::Smoothing(self.smoothing_seconds),
            Setting::Focus(self.focus),
            Setting::Calibrated(self.calibrated),
        ]
    }

    /// All settings, one by one, always in the same order.
    #[must_use]
    pub fn all(&self) -> Vec<Setting> {
        let others = [
            Setting::MidiCcOutput(self.midi_cc_output),
            Setting::MidiChannel(self.midi.channel),
            Setting::FirstMidiCc(self.midi.first),
            Setting::MidiCcCount(self.midi.count),
            Setting::Backend(self.backend),
            Setting::Resolution(self.resolution),
        ];
        self.parameters().into_iter().chain(others).collect()
    }

    /// The same with `setting`, brought into its range.
    #[must_use]
    pub fn with(mut self, setting: Setting) -> Self {
        match setting {
            Setting::Bypass(on) => self.bypass = on,
            Setting::Mode(mode) => self.mode = mode,
            Setting::UpdateEvery(choice) => {
                self.update_every = choice.min(UPDATE_SECONDS.len() - 1);
            }
            Setting::Smoothing(seconds) => self.smoothing_seconds = seconds,
            Setting::Focus(choice) => self.focus = choice.min(FOCUS_SECONDS.len() - 1),
            Setting::Calibrated(on) => self.calibrated = on,
            Setting::MidiCcOutput(on) => self.midi_cc_output = on,
            Setting::MidiChannel(channel) => self.midi.channel = channel.min(15),
            Setting::FirstMidiCc(first) => self.midi.first = first.min(LAST_CC),
            Setting::MidiCcCount(count) => self.midi.count = count.clamp(1, MAX_TAGS as u8),
            Setting::Backend(choice) => self.backend = choice,
            Setting::Resolution(points) if points.is_nan() => {}
            Setting::Resolution(points) => self.resolution = points.clamp(0.0, MAX_RESOLUTION),
        }
        self
    }

    /// Seconds between updates.
    #[must_use]
    pub fn update_seconds(&self) -> f64 {
        UPDATE_SECONDS[self.update_every]
    }

    /// How many of the last seconds count. Infinity stands for the model's whole window.
    #[must_use]
    pub fn focus_seconds(&self) -> f64 {
        FOCUS_SECONDS[self.focus]
    }

    /// Where tags are sent as MIDI CC, if they are.
    #[must_use]
    pub fn cc_route(&self) -> Option<CcRoute> {
        (self.midi_cc_output && !self.bypass).then_some(self.midi)
    }

    /// Whether anything is analysed.
    #[must_use]
    pub fn analyses(&self) -> bool {
        !self.bypass && self.mode != Mode::Follow
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            bypass: false,
            mode: Mode::Live,
            update_every: 2,
            smoothing_seconds: 0.0,
            focus: 3,
            calibrated: true,
            midi_cc_output: false,
            midi: CcRoute {
                channel: 0,
                first: 20,
                count: 12,
            },
            backend: BackendChoice::Auto,
            resolution: 0.5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::params::{index_of, param};

    #[test]
    fn defaults_of_the_table_and_of_the_type_agree() {
        let default = |id| param(index_of(id)?);
        let table = Settings::from_parts(
            |id| default(id).expect("in the table").default,
            Settings::default().packed(),
        );
        assert_eq!(table, Settings::default());
    }

    #[test]
    fn settings_survive_the_way_through_their_parts() {
        let settings = Settings {
            bypass: true,
            mode: Mode::Follow,
            update_every: 4,
            smoothing_seconds: 1.25,
            focus: 1,
            calibrated: false,
            midi_cc_output: true,
            midi: CcRoute {
                channel: 15,
                first: 119,
                count: 50,
            },
            backend: BackendChoice::Only(Backend::DirectMl),
            resolution: 0.125,
        };
        let parameters = settings.parameters().map(Setting::as_parameter);
        let value = |id: u32| {
            let mut known = parameters.iter().flatten();
            let found = known.find(|(known, _)| *known == id);
            found.expect("every parameter").1
        };
        assert_eq!(Settings::from_parts(value, settings.packed()), settings);
    }

    #[test]
    fn what_the_editor_sets_is_brought_into_range() {
        let set = |setting| Settings::default().with(setting);
        assert_eq!(set(Setting::Focus(9)).focus_seconds(), f64::INFINITY);
        assert_eq!(set(Setting::MidiChannel(200)).midi.channel, 15);
        assert_eq!(set(Setting::FirstMidiCc(200)).midi.first, 119);
        assert_eq!(set(Setting::MidiCcCount(0)).midi.count, 1);
        assert_eq!(set(Setting::Resolution(99.0)).resolution, MAX_RESOLUTION);
        assert_eq!(set(Setting::Resolution(f64::NAN)).resolution, 0.5);
    }

    #[test]
    fn a_bypassed_plugin_analyses_nothing_and_sends_no_midi() {
        let on = Settings::default().with(Setting::MidiCcOutput(true));
        assert!(on.analyses() && on.cc_route().is_some());
        let bypassed = on.with(Setting::Bypass(true));
        assert!(!bypassed.analyses() && bypassed.cc_route().is_none());
        assert!(!on.with(Setting::Mode(Mode::Follow)).analyses());
    }
}
