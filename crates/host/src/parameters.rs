//! Parameters as the host sees them.

/// Ids of the plugin's parameters, which never change.
pub mod ids {
    use std::ops::RangeInclusive;

    /// Whether the signal only passes.
    pub const BYPASS: u32 = 0;
    /// Live, Record or Follow.
    pub const MODE: u32 = 1;
    /// Time between updates, a choice of five.
    pub const UPDATE_EVERY: u32 = 2;
    /// Time constant of the smoothing, in seconds.
    pub const SMOOTHING: u32 = 3;
    /// Calibrated, or the network's own values.
    pub const VALUES: u32 = 4;
    /// How many of the last seconds count: 3, 6, 12, or the whole window.
    pub const FOCUS: u32 = 55;
    /// What runs the network; 0 while nothing does. This and the ones after it are hidden, and no
    /// event tells of them: a host reads them.
    pub const RUNNING_BACKEND: u32 = 64;
    /// Seconds of audio that the newest tags rest on.
    pub const SECONDS_HEARD: u32 = 65;
    /// Updates since the activation.
    pub const UPDATES: u32 = 66;
    /// Updates that came too late and were left out.
    pub const LATE_UPDATES: u32 = 67;
    /// Samples that were never analysed.
    pub const DROPPED_SAMPLES: u32 = 68;
    /// Time of the newest update's inference, in milliseconds.
    pub const UPDATE_TIME_MS: u32 = 69;
    /// Updates without new sound.
    pub const SILENT_UPDATES: u32 = 70;
    /// The tags, 0 to 100 %. The plugin tells the values of an update in turns: of
    /// [`TAGS_A_TURN`] tags at the update's own sample, and of as many more every
    /// [`TURN_SAMPLES`] samples.
    pub const TAGS: RangeInclusive<u32> = 5..=54;
    /// Tags of a turn.
    pub const TAGS_A_TURN: u32 = 8;
    /// Samples from one turn to the next.
    pub const TURN_SAMPLES: u64 = 64;
    /// The macros, 0 to 100 %.
    pub const MACROS: RangeInclusive<u32> = 56..=63;
}

/// A parameter, as the plugin describes it.
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
