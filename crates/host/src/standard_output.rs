//! Writing to standard output.

use std::io::{ErrorKind, Write};

/// Writes `text` to standard output. If nobody reads it any more, as after `| head`, it succeeds.
///
/// # Errors
/// The system's reason why it cannot be written.
pub fn write_out(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
