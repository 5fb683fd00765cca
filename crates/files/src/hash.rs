//! SHA-256 as lower-case hexadecimal text.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::Digest;

/// The SHA-256 of content that comes piece by piece.
#[derive(Clone, Debug, Default)]
pub struct Sha256(sha2::Sha256);

impl Sha256 {
    /// The hash of nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in `bytes`.
    pub fn update(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.update(bytes);
    }

    /// Takes in the length of each text and then the text, so that `["ab", "c"]` and `["a", "bc"]`
    /// differ.
    pub fn update_texts<const N: usize>(&mut self, texts: [&str; N]) {
        for text in texts {
            self.update((text.len() as u64).to_le_bytes());
            self.update(text);
        }
    }

    /// The hash of all that was taken in.
    #[must_use]
    pub fn hex(self) -> String {
        let digest = self.0.finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The SHA-256 of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(bytes);
    hash.hex()
}

/// The SHA-256 of a file's content, which is read a mebibyte at a time.
///
/// # Errors
/// The system's reason.
pub fn sha256_of_file(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash.hex()),
            count => hash.update(&buffer[..count]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hash of `abc`, as printed in FIPS 180-2.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn bytes_pieces_and_files_of_the_same_content_have_the_published_hash() {
        assert_eq!(sha256(b"abc"), ABC);
        let mut pieces = Sha256::new();
        pieces.update("a");
        pieces.update("bc");
        assert_eq!(pieces.hex(), ABC);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        std::fs::write(&path, "abc").unwrap();
        assert_eq!(sha256_of_file(&path).unwrap(), ABC);
    }

    #[test]
    fn the_same_letters_in_other_texts_have_another_hash() {
        let of = |texts: [&str; 2]| {
            let mut hash = Sha256::new();
            hash.update_texts(texts);
            hash.hex()
        };
        assert_ne!(of(["ab", "c"]), of(["a", "bc"]));
    }
}
