//! The Tagline plugin: CLAP, and VST3 through clap-wrapper.

pub mod editor;
