//! Tests of the crate as its users meet it. They are one program, which is linked once.

mod common;
mod decode;
mod files;
