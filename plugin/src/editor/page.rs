//! The editor's pages.

pub mod hears;
pub mod macros;
pub mod model;
pub mod settings;
pub mod tags;
pub mod time;

/// The part of the window between header and footer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// The tags' bars.
    #[default]
    Tags,
    /// The tags of the last minutes.
    Time,
    /// What the network hears.
    Hears,
    /// The model in force, and others to choose from.
    Model,
    /// Settings for once: MIDI, and how finely the host is told.
    Settings,
    /// What is made of the tags: parameters, MIDI and OSC.
    Macros,
}

impl Page {
    /// All pages, in the header's order.
    pub const ALL: [Self; 6] = [
        Self::Tags,
        Self::Time,
        Self::Hears,
        Self::Macros,
        Self::Model,
        Self::Settings,
    ];

    /// What it shows, for people.
    pub fn about(self) -> &'static str {
        match self {
            Self::Tags => "What is heard now",
            Self::Time => "What was heard in the last quarter of an hour",
            Self::Hears => "What the network hears, and where",
            Self::Macros => "What the tags move: parameters, MIDI and OSC",
            Self::Model => "The model, what runs it, and others",
            Self::Settings => "Settings for once",
        }
    }

    /// Name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tags => "Tags",
            Self::Time => "Time",
            Self::Hears => "Hears",
            Self::Model => "Model",
            Self::Settings => "Settings",
            Self::Macros => "Macros",
        }
    }
}
