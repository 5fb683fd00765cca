//! Data sets as they lie on disk, prepared.

mod corpus;
mod folder;
mod magnatagatune;
mod running;
