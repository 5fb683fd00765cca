//! Lines on standard output and standard error, whose reader may have gone.

use std::io::Write;

/// Prints a line. Where nobody reads any more, as after `head`, there is nobody to tell.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::say::line(&format!($($text)*))
    };
}

/// Prints a line on standard error, in the same way.
macro_rules! note {
    ($($text:tt)*) => {
        $crate::say::error_line(&format!("{}\n", format_args!($($text)*)))
    };
}

pub(crate) use {note, say};

/// Prints `text` and the end of the line.
pub fn line(text: &str) {
    let _ = std::io::stdout().write_all(format!("{text}\n").as_bytes());
}

/// Prints `text` on standard error.
pub fn error_line(text: &str) {
    let mut out = std::io::stderr();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
