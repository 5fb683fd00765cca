//! Presets: what is made of the music, under a name. No audio thread knows of them.
//!
//! A preset is one JSON text, the same in the plugin, in a user's file and in a host's preset file
//! (`docs/presets.md`). It holds the macros and how tags are computed, and leaves alone what belongs
//! to the session or the machine: the model, the backend, the mode, the bypass, and where tags go as
//! MIDI and OSC.

mod error;
mod factory;
mod files;
mod text;

pub use error::PresetError;
pub use factory::{FactoryPreset, factory_presets};
pub use files::{FILE_ENDING, UserPreset, preset_folder, read_preset, save_preset, user_presets};
pub use text::{FORMAT, MAX_PRESET_BYTES, Read};

use super::macros::Macros;
use super::settings::{Setting, Settings};

/// Longest name of a preset, in characters.
pub const PRESET_NAME_CHARACTERS: usize = 60;

/// Longest line about a preset, in characters.
pub const PRESET_ABOUT_CHARACTERS: usize = 400;

/// What is made of the music, under a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preset {
    /// Name for people.
    pub name: String,
    /// What it is for, and what to connect it to.
    pub about: String,
    /// How tags are computed.
    pub tuning: Tuning,
    /// What is made of them.
    pub macros: Macros,
}

/// The settings that a preset holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuning {
    /// [`Settings::calibrated`].
    pub calibrated: bool,
    /// [`Settings::focus`].
    pub focus: usize,
    /// [`Settings::resolution`].
    pub resolution: f64,
    /// [`Settings::smoothing_seconds`].
    pub smoothing_seconds: f64,
    /// [`Settings::update_every`].
    pub update_every: usize,
}

impl Tuning {
    /// What a preset holds of these settings.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        Self {
            calibrated: settings.calibrated,
            focus: settings.focus,
            resolution: settings.resolution,
            smoothing_seconds: settings.smoothing_seconds,
            update_every: settings.update_every,
        }
    }

    /// What a preset changes, one setting after the other.
    #[must_use]
    pub fn settings(&self) -> [Setting; 5] {
        [
            Setting::Calibrated(self.calibrated),
            Setting::Focus(self.focus),
            Setting::Resolution(self.resolution),
            Setting::Smoothing(self.smoothing_seconds),
            Setting::UpdateEvery(self.update_every),
        ]
    }
}

impl Default for Tuning {
    fn default() -> Self {
        Self::of(&Settings::default())
    }
}
