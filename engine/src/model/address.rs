//! `file:` addresses, as people copy them from file managers and as playlists have them.

use std::path::PathBuf;

/// The path that a `file:` address names; `None` if the text is no such address. `%` and two digits stand for a
/// byte. On Windows, `file:///C:/a` is a path on a drive, and `file://server/share/a` one on a server.
///
/// ```
/// use tagline_engine::path_of_address;
///
/// let path = path_of_address(b"file://my%20model.onnx");
/// # #[cfg(not(windows))]
/// assert_eq!(path, Some("my model.onnx".into()));
/// assert_eq!(path_of_address(b"my model.onnx"), None);
/// ```
#[must_use]
pub fn path_of_address(address: &[u8]) -> Option<PathBuf> {
    let rest = address.strip_prefix(b"file://")?;
    Some(of_bytes(if cfg!(windows) {
        on_windows(rest)
    } else {
        elsewhere(rest)
    }))
}

/// What follows `file://`, without the name of this machine.
fn elsewhere(rest: &[u8]) -> Vec<u8> {
    let local = rest.strip_prefix(b"localhost");
    decoded(local.filter(|path| path.starts_with(b"/")).unwrap_or(rest))
}

/// The same as Windows names paths.
fn on_windows(rest: &[u8]) -> Vec<u8> {
    let path = elsewhere(rest);
    let path = match path.as_slice() {
        // A drive follows the slash that ends the (empty) name of the machine.
        [b'/', rest @ ..] if is_drive(rest) => rest.to_vec(),
        [] | [b'/', ..] => path,
        path if is_drive(path) => path.to_vec(),
        server => [b"//", server].concat(),
    };
    let slash = |byte| if byte == b'/' { b'\\' } else { byte };
    path.into_iter().map(slash).collect()
}

fn is_drive(path: &[u8]) -> bool {
    matches!(path, [letter, b':', ..] if letter.is_ascii_alphabetic())
}

/// An address's bytes, in which `%` and two digits stand for one.
fn decoded(address: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(address.len());
    let mut rest = address;
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| {
            let text = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(text, 16).ok()
        });
        match digits {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    bytes
}

#[cfg(unix)]
fn of_bytes(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

#[cfg(not(unix))]
fn of_bytes(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_becomes_a_path_of_its_system() {
        for (address, unix, windows) in [
            ("/a/b%20c.onnx", "/a/b c.onnx", r"\a\b c.onnx"),
            ("/C:/a/b.onnx", "/C:/a/b.onnx", r"C:\a\b.onnx"),
            ("C:/a.onnx", "C:/a.onnx", r"C:\a.onnx"),
            ("localhost/C:/a", "/C:/a", r"C:\a"),
            ("localhost/a", "/a", r"\a"),
            ("server/share/a", "server/share/a", r"\\server\share\a"),
            ("", "", ""),
            ("/100%/%zz", "/100%/%zz", r"\100%\%zz"),
        ] {
            let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
            assert_eq!(text(elsewhere(address.as_bytes())), unix);
            assert_eq!(text(on_windows(address.as_bytes())), windows);
        }
        assert_eq!(path_of_address(b"http://a/b"), None);
    }
}
