//! The program `trainer`, run as from a shell.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Its file.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_trainer");

/// The program in `folder`, ready to start. It does not see the user's own models.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .current_dir(folder)
        .args(arguments)
        .env("TAGLINE_MODELS", folder.join("no-models"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the program in `folder` with these arguments.
pub fn trainer(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

/// A path as an argument.
pub fn argument(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The output of a run that must succeed.
#[track_caller]
pub fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The messages of a run.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The single line of JSON from a run that must succeed.
#[track_caller]
pub fn json(output: &Output) -> Value {
    let text = stdout(output);
    assert!(
        text.ends_with('\n') && text.matches('\n').count() == 1,
        "{text}"
    );
    serde_json::from_str(&text).unwrap()
}

/// Asserts that the program failed with this in its message, and printed nothing else.
#[track_caller]
pub fn assert_refused(output: &Output, message: &str) {
    let said = stderr(output);
    assert!(
        !output.status.success() && output.stdout.is_empty(),
        "{output:?}"
    );
    assert!(said.contains(message), "{message:?} is not in {said:?}");
    assert!(!said.contains("panicked"), "{said}");
}
