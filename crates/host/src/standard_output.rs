//! Writing for whoever reads along.

use std::io::{ErrorKind, Write};

/// Writes `text` to standard output. A reader that has gone, as `head` does, is no error.
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
