//! The editor's pages.

pub mod model;
pub mod tags;

/// What is shown between header and footer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// The tags' bars.
    #[default]
    Tags,
    /// The model in force, and others to choose from.
    Model,
}

impl Page {
    /// All pages, in the header's order.
    pub const ALL: [Self; 2] = [Self::Tags, Self::Model];

    /// Name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tags => "Tags",
            Self::Model => "Model",
        }
    }
}
