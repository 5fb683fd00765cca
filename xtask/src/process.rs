//! Running other programs.

use std::process::{Command, ExitStatus, Stdio};

use crate::error::Error;

/// The command line as one would type it, for messages.
pub fn shown(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Runs `command` to its end with this program's input and outputs.
///
/// # Errors
/// [`Error::Start`].
pub fn status(command: &mut Command) -> Result<ExitStatus, Error> {
    command.status().map_err(|source| Error::Start {
        program: command.get_program().to_string_lossy().into_owned(),
        source,
    })
}

/// Runs `command` to its end with this program's input and outputs. Its failure is an error.
///
/// # Errors
/// [`Error::Start`], [`Error::Failed`].
pub fn run(command: &mut Command) -> Result<(), Error> {
    let status = status(command)?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::Failed {
            command: shown(command),
            status,
        })
    }
}

/// As [`run`], with whatever the command prints on standard output sent to standard error, so
/// that a `--json` answer stays alone on standard output.
///
/// # Errors
/// [`Error::Start`], [`Error::Failed`].
pub fn run_to_stderr(command: &mut Command) -> Result<(), Error> {
    run(command.stdout(Stdio::from(std::io::stderr())))
}

/// Whether `command` starts and succeeds, quietly.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
