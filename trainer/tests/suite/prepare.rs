//! Data sets as they lie on disk, prepared.

mod commands;
mod corpus;
mod folder;
mod jamendo;
mod magnatagatune;
mod magnatagatune_refusals;
mod msd;
mod running;
