//! Parameters as the host sees them.

/// Ids of the plugin's parameters, which never change.
pub mod ids {
    use std::ops::RangeInclusive;

    /// Live, Record or Follow.
    pub const MODE: u32 = 1;
    /// Time between updates, a choice of five.
    pub const UPDATE_EVERY: u32 = 2;
    /// Time constant of the smoothing, in seconds.
    pub const SMOOTHING: u32 = 3;
    /// Whether tags are sent as MIDI controllers.
    pub const MIDI_CC_OUTPUT: u32 = 4;
    /// MIDI channel, 1 to 16.
    pub const MIDI_CHANNEL: u32 = 5;
    /// Controller of the first tag.
    pub const FIRST_MIDI_CC: u32 = 6;
    /// Number of tags sent as controllers.
    pub const MIDI_CC_COUNT: u32 = 7;
    /// What should run the network.
    pub const BACKEND: u32 = 8;
    /// Calibrated, or the network's own values.
    pub const VALUES: u32 = 9;
    /// What runs the network; 0 while nothing does.
    pub const RUNNING_BACKEND: u32 = 80;
    /// Seconds of audio the newest tags rest on.
    pub const SECONDS_HEARD: u32 = 81;
    /// Updates since the activation. Sent with every update.
    pub const UPDATES: u32 = 82;
    /// Updates that came too late and were left out.
    pub const LATE_UPDATES: u32 = 83;
    /// Samples that were never analysed.
    pub const DROPPED_SAMPLES: u32 = 84;
    /// Time of the last inference, in milliseconds.
    pub const UPDATE_TIME_MS: u32 = 85;
    /// Updates without new sound.
    pub const SILENT_UPDATES: u32 = 86;
    /// The tags, 0 to 100 %.
    pub const TAGS: RangeInclusive<u32> = 101..=150;
}

/// What the plugin says of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its id, which never changes.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// The group it belongs to, or nothing.
    pub module: String,
    /// Smallest plain value.
    pub min: f64,
    /// Largest plain value.
    pub max: f64,
    /// Plain value of a fresh instance.
    pub default: f64,
    /// Whether the host may automate it.
    pub automatable: bool,
    /// Whether only the plugin changes it.
    pub read_only: bool,
    /// Whether its values are whole numbers.
    pub stepped: bool,
}
