//! What tests share: the reference data and where they lie.

mod bundles;
pub mod documents;
mod fcn_model;
mod folder;
mod interrupt;
mod memory;
pub mod npy;
mod onnx_checker;
mod onnx_runtime;
mod random;
#[cfg(target_os = "linux")]
pub mod screen;
mod small_disk;
mod soundfont;
mod tiny_model;
mod wav;

use std::fmt::Display;
use std::path::PathBuf;

pub use bundles::{bundle, program};
pub use fcn_model::{FcnBlock, FcnModel, Overlap};
pub use folder::files;
pub use interrupt::interrupt_once;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub use memory::heap_bytes;
pub use memory::with_peak_memory;
pub use onnx_checker::{OnnxChecker, onnx_checker};
pub use onnx_runtime::onnx_runtime;
pub use random::Random;
pub use small_disk::SmallDisk;
#[cfg(unix)]
pub use small_disk::with_short_files;
pub use soundfont::soundfont;
pub use tiny_model::{TinyModel, input_tensor, tiny_model};
pub use wav::{pcm, write_float_wav, write_stereo_wav, write_wav};

/// Prints the line by which `cargo xtask test` counts the test `test` as skipped. The test itself then
/// returns.
pub fn skipped(test: &str, reason: impl Display) {
    eprintln!("SKIPPED {test}: {reason}");
}

/// The folder of reference data: `TAGLINE_REFERENCE`, or else `../shared/reference` beside the
/// checkout. Without it, prints that the test was skipped and returns `None`.
#[must_use]
pub fn reference(test: &str) -> Option<PathBuf> {
    let dir = std::env::var_os("TAGLINE_REFERENCE").map_or_else(
        || {
            PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../shared/reference"
            ))
        },
        PathBuf::from,
    );
    if dir.is_dir() {
        return Some(dir);
    }
    skipped(test, format_args!("no reference data in {}", dir.display()));
    None
}
