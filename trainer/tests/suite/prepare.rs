//! Prepares data sets as they lie on disk.

mod commands;
pub mod corpus;
mod folder;
mod jamendo;
mod magnatagatune;
mod magnatagatune_refusals;
mod msd;
mod running;
