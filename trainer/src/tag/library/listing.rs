//! Which files a command means: files, folders, playlists and lists.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use tagline_engine::path_of_address;
use tagline_files::hash::sha256;

use crate::prepare::audio_files;

/// Why files cannot be listed.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct ListError {
    path: String,
    reason: String,
}

impl ListError {
    fn new(path: &Path, reason: impl ToString) -> Self {
        Self {
            path: path.display().to_string(),
            reason: reason.to_string(),
        }
    }
}

/// The files that `named` and the lists in `lists` mean, each once, in this order. A folder stands for the
/// audio files in it and below, a playlist (`.m3u`, `.m3u8`) for those that it names. A list has a name in
/// each line; `-` is standard input.
///
/// # Errors
/// [`ListError`] names the folder or the list that cannot be read.
pub fn list(named: &[PathBuf], lists: &[PathBuf]) -> Result<Vec<PathBuf>, ListError> {
    let mut listing = Listing::default();
    for path in named {
        listing.add(path)?;
    }
    for path in lists {
        for line in lines(&read(path)?) {
            listing.add(&of_bytes(line))?;
        }
    }
    Ok(listing.files)
}

#[derive(Default)]
struct Listing {
    files: Vec<PathBuf>,
    seen: HashSet<u128>,
}

impl Listing {
    fn add(&mut self, path: &Path) -> Result<(), ListError> {
        if path.is_dir() {
            let found = audio_files(path).map_err(|error| ListError::new(path, error))?;
            for name in &found.files {
                self.file(path.join(name));
            }
            for left_out in found.left_out {
                match left_out.path.is_dir() {
                    true => tracing::warn!("{}: {}", left_out.shown, left_out.why),
                    // Tables show its name as far as it is text.
                    false => self.file(left_out.path),
                }
            }
        } else if is_playlist(path) {
            let folder = path.parent().unwrap_or(Path::new(""));
            for line in lines(&read(path)?) {
                if !line.starts_with(b"#") {
                    self.file(folder.join(in_playlist(line)));
                }
            }
        } else {
            self.file(path.to_owned());
        }
        Ok(())
    }

    fn file(&mut self, path: PathBuf) {
        if self.seen.insert(key(&shown(&path))) {
            self.files.push(path);
        }
    }
}

/// How tables show a path: with `/` between its parts.
pub fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into_owned()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

/// The first 16 bytes of the SHA-256 of what a table shows of a path.
pub fn key(shown: &str) -> u128 {
    u128::from_str_radix(&sha256(shown.as_bytes())[..32], 16).unwrap_or_default()
}

/// A part of all files, which is the same on every machine: those whose SHA-256 of what tables show of
/// their path, its first eight bytes as a big-endian number, leaves `index` when it is divided by `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which part, from 0.
    pub index: u64,
    /// Number of parts.
    pub of: u64,
}

impl Shard {
    /// All files.
    pub const ALL: Self = Self { index: 0, of: 1 };

    /// Whether a file is in this part.
    #[must_use]
    pub fn holds(self, path: &Path) -> bool {
        let first = (key(&shown(path)) >> 64) as u64;
        first % self.of == self.index
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let parts = parts.and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((index, of)) if index < of => Ok(Self { index, of }),
            _ => Err("a part from 0 and the number of parts is expected, such as 0/4".to_owned()),
        }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

fn is_playlist(path: &Path) -> bool {
    path.extension().is_some_and(|ending| {
        ending.eq_ignore_ascii_case("m3u") || ending.eq_ignore_ascii_case("m3u8")
    })
}

fn read(path: &Path) -> Result<Vec<u8>, ListError> {
    let refused = |error: std::io::Error| ListError::new(path, error);
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(refused)?;
        return Ok(bytes);
    }
    std::fs::read(path).map_err(refused)
}

/// The lines that are not empty, without a mark at the file's beginning and their ends.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = bytes.split(|&byte| byte == b'\n');
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.filter(|line| !line.trim_ascii().is_empty())
}

/// The path that a line of a playlist names: as text, or as a `file:` address.
fn in_playlist(line: &[u8]) -> PathBuf {
    path_of_address(line).unwrap_or_else(|| of_bytes(line))
}

#[cfg(unix)]
fn of_bytes(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    Path::new(std::ffi::OsStr::from_bytes(bytes)).to_owned()
}

#[cfg(not(unix))]
fn of_bytes(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_playlists_and_lists_are_opened_and_each_file_comes_once() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        std::fs::create_dir_all(at("music/deep")).unwrap();
        for name in [
            "music/b.mp3",
            "music/deep/a.flac",
            "music/notes.txt",
            "one.wav",
        ] {
            std::fs::write(at(name), "").unwrap();
        }
        let playlist = format!(
            "\u{feff}#EXTM3U\r\n#EXTINF:1,A\r\nmusic/b.mp3\r\n\r\nfile://{}{}\r\ngone.ogg\r\n",
            if cfg!(windows) { "/" } else { "" },
            at("a%20song.ogg").display()
        );
        std::fs::write(at("list.M3U8"), playlist).unwrap();
        let lines = format!("{}\n{}\n", at("music").display(), at("two.wav").display());
        std::fs::write(at("files.txt"), lines).unwrap();
        let found = list(&[at("one.wav"), at("list.M3U8")], &[at("files.txt")]).unwrap();
        let expected = [
            "one.wav",
            "music/b.mp3",
            "a song.ogg",
            "gone.ogg",
            "music/deep/a.flac",
            "two.wav",
        ];
        assert_eq!(found, expected.map(at));
        let error = list(&[], &[at("none.txt")]).unwrap_err().to_string();
        assert!(error.contains("none.txt"), "{error}");
    }

    #[test]
    fn every_file_is_in_one_shard_and_always_the_same() {
        let paths: Vec<PathBuf> = (0..400)
            .map(|n| PathBuf::from(format!("{n}.mp3")))
            .collect();
        let shards: Vec<Shard> = (0..4).map(|index| Shard { index, of: 4 }).collect();
        for path in &paths {
            assert!(Shard::ALL.holds(path));
            assert_eq!(shards.iter().filter(|shard| shard.holds(path)).count(), 1);
        }
        for shard in shards {
            let count = paths.iter().filter(|path| shard.holds(path)).count();
            assert!((60..140).contains(&count), "{count}");
        }
        // int(hashlib.sha256(b"a.mp3").hexdigest()[:16], 16) % 4
        let shard = (0..4).find(|&index| Shard { index, of: 4 }.holds(Path::new("a.mp3")));
        assert_eq!(shard, Some(2));
    }

    #[test]
    fn a_shard_that_is_none_is_refused() {
        assert_eq!("1/4".parse(), Ok(Shard { index: 1, of: 4 }));
        for text in ["", "1", "4/4", "0/0", "-1/4", "1/4/2"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
