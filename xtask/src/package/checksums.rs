//! `SHA256SUMS`, as `sha256sum --check` reads it.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::tree::file_error;
use crate::error::Error;

/// The name of the list.
pub const LIST: &str = "SHA256SUMS";

/// Writes the sums of all other files of `folder`, by name.
///
/// # Errors
/// [`Error::File`].
pub fn write(folder: &Path) -> Result<(), Error> {
    let mut lines = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(file_error("read", folder))? {
        let path = entry.map_err(file_error("read", folder))?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_file() && name != LIST {
            let bytes = std::fs::read(&path).map_err(file_error("read", &path))?;
            lines.push((name, hex(&Sha256::digest(bytes))));
        }
    }
    lines.sort();
    let text: String = lines
        .iter()
        .map(|(name, sum)| format!("{sum}  {name}\n"))
        .collect();
    let path = folder.join(LIST);
    std::fs::write(&path, text).map_err(file_error("write", &path))
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_every_file_but_itself_and_stays_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["b.zip", "a.deb"] {
            std::fs::write(folder.path().join(name), "").expect("a file");
        }
        let mut texts = Vec::new();
        for _ in 0..2 {
            write(folder.path()).expect("written");
            texts.push(std::fs::read_to_string(folder.path().join(LIST)).expect("the list"));
        }
        assert_eq!(texts[0], texts[1]);
        let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(texts[0], format!("{nothing}  a.deb\n{nothing}  b.zip\n"));
    }
}
