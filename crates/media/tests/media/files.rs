//! Audio files by container and fault. Each is made in the test, as small as its fault allows.

mod cases;
mod containers;
mod damage;
mod frames;
