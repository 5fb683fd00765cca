//! Advice for the user about a file that cannot be written.

use std::io::{Error, ErrorKind};

/// The end of a message about a write that failed: empty, or a sentence that begins with ". ".
/// Commands that keep finished work say so themselves.
#[must_use]
pub fn advice(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ". Make room and run the same command again"
        }
        ErrorKind::PermissionDenied => ". Choose a folder you may write to",
        _ => "",
    }
}

/// A message about the file at `path` that could not be written.
#[must_use]
pub fn not_written(path: &std::path::Path, error: &Error) -> String {
    format!(
        "{} is not written: {error}{}",
        path.display(),
        advice(error)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_about_a_full_disk_says_what_to_do() {
        let full = Error::from(ErrorKind::StorageFull);
        let message = not_written("a/file".as_ref(), &full);
        assert!(message.starts_with("a/file is not written: "), "{message}");
        let end = ". Make room and run the same command again";
        assert!(message.ends_with(end), "{message}");
        assert_eq!(advice(&Error::from(ErrorKind::NotFound)), "");
    }
}
