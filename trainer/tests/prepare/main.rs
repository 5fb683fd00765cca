//! Data sets as they lie on disk, prepared.

mod commands;
mod corpus;
mod folder;
mod jamendo;
mod magnatagatune;
mod msd;
mod running;
