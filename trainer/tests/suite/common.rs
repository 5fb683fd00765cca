//! Helpers of several tests: the program, and files for it.

pub mod clips;
pub mod networks;
pub mod program;
pub mod progress;
pub mod reference;
pub mod sounds;
pub mod training;
pub mod weights;
