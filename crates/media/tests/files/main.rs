//! Audio files by container and fault: made anew, each the smallest that goes wrong in its way.

mod cases;
mod common;
mod containers;
mod damage;
mod frames;
