//! Where the built plugin lies.

use std::path::PathBuf;

use crate::skipped;

/// The bundle `name` (`Tagline.clap`, `Tagline.vst3`) that `cargo xtask bundle` or
/// `cargo xtask test` has built. Without it, prints that the test was skipped and returns `None`.
///
/// It lies beside the folder of the running test program, wherever that build folder is.
#[must_use]
pub fn bundle(test: &str, name: &str) -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    // target/debug/deps/program → target/bundled/name
    let bundle = program.ancestors().nth(3)?.join("bundled").join(name);
    if bundle.exists() {
        return Some(bundle);
    }
    let bundle = bundle.display();
    skipped(
        test,
        format_args!("no bundle {bundle}; `cargo xtask bundle` builds it"),
    );
    None
}

/// The program `name` of the build that the running test belongs to, if it has been built.
#[must_use]
pub fn program(name: &str) -> Option<PathBuf> {
    let test = std::env::current_exe().ok()?;
    // target/debug/deps/test → target/debug/name
    let program = test.ancestors().nth(2)?.join(name);
    let program = program.with_extension(std::env::consts::EXE_EXTENSION);
    program.is_file().then_some(program)
}
