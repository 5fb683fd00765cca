//! Lines on standard output, whose reader may have gone.

use std::io::Write;

/// Prints a line. Where nobody reads any more, as after `head`, there is nobody to tell.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::say::line(&format!($($text)*))
    };
}

pub(crate) use say;

/// Prints `text` and the end of the line.
pub fn line(text: &str) {
    let _ = std::io::stdout().write_all(format!("{text}\n").as_bytes());
}
