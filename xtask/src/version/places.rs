//! The files that state the version, and how each states it.

use std::path::Path;

use super::{Date, Version};
use crate::error::Error;

/// A file that states the version.
pub struct File {
    /// Its path from the workspace's folder.
    pub path: &'static str,
    form: Form,
}

/// How a file states the version.
enum Form {
    /// A manifest of cargo: the first line `version = "…"`.
    Manifest,
    /// A lock file of cargo: in the entry of each of the project's own packages.
    Lock,
    /// A citation file: a line `version: …`, and the day in a line `date-released: …`.
    Citation,
}

/// All of them, without the changelog.
pub const FILES: [File; 5] = [
    File {
        path: "Cargo.toml",
        form: Form::Manifest,
    },
    File {
        path: "Cargo.lock",
        form: Form::Lock,
    },
    File {
        path: "fuzz/Cargo.toml",
        form: Form::Manifest,
    },
    File {
        path: "fuzz/Cargo.lock",
        form: Form::Lock,
    },
    File {
        path: "CITATION.cff",
        form: Form::Citation,
    },
];

/// The workspace's present version.
///
/// # Errors
/// [`Error::File`]; [`Error::Version`] if it is not three numbers.
pub fn present(root: &Path) -> Result<Version, Error> {
    let text = read(&root.join("Cargo.toml"))?;
    let stated = text.lines().find_map(in_manifest).unwrap_or_default();
    stated
        .parse()
        .map_err(|error| Error::Version(format!("Cargo.toml: {error}")))
}

/// A file's text.
///
/// # Errors
/// [`Error::File`].
pub fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|source| Error::File {
        what: "read",
        path: path.into(),
        source,
    })
}

fn in_manifest(line: &str) -> Option<&str> {
    line.strip_prefix("version = \"")?.strip_suffix('"')
}

/// A local package whose version is its own: it stands in another's place and has the other's version.
const NOT_OURS: &str = "name = \"cubecl-llvm\"";

fn is_ours(entry: &str) -> bool {
    !entry.contains("\nsource = ") && !entry.contains(NOT_OURS)
}

impl File {
    /// What the file states, place by place, among which `version` is looked for.
    #[cfg(test)]
    pub fn stated(&self, text: &str, version: Version) -> Vec<String> {
        let owned = |stated: &str| stated.to_owned();
        match self.form {
            Form::Manifest => text
                .lines()
                .find_map(in_manifest)
                .map(owned)
                .into_iter()
                .collect(),
            Form::Lock => entries(text)
                .skip(1)
                .filter(|entry| is_ours(entry))
                .map(|entry| {
                    let stated = entry.lines().find_map(in_manifest).map(owned);
                    stated.unwrap_or_else(|| format!("no {version} in {entry}"))
                })
                .collect(),
            Form::Citation => text
                .lines()
                .filter_map(|line| line.strip_prefix("version: ").map(owned))
                .collect(),
        }
    }

    /// The file's text with `new` in the place of `old`.
    ///
    /// # Errors
    /// [`Error::Version`] if it does not state `old`.
    pub fn with_version(
        &self,
        text: &str,
        old: Version,
        new: Version,
        date: Date,
    ) -> Result<String, Error> {
        let (was, is) = (
            format!("version = \"{old}\""),
            format!("version = \"{new}\""),
        );
        let changed = match self.form {
            Form::Manifest => text.contains(&was).then(|| text.replacen(&was, &is, 1)),
            Form::Lock => {
                let any = entries(text).any(|entry| is_ours(entry) && entry.contains(&was));
                any.then(|| {
                    let entries = entries(text).map(|entry| {
                        if is_ours(entry) {
                            entry.replacen(&was, &is, 1)
                        } else {
                            entry.to_owned()
                        }
                    });
                    entries.collect::<Vec<_>>().join(ENTRY)
                })
            }
            Form::Citation => cited(text, new, date),
        };
        changed.ok_or_else(|| Error::Version(format!("{} does not state {old}", self.path)))
    }
}

const ENTRY: &str = "[[package]]\n";

/// The parts of a lock file between the heads of its entries.
fn entries(text: &str) -> std::str::Split<'_, &'static str> {
    text.split(ENTRY)
}

fn cited(text: &str, version: Version, date: Date) -> Option<String> {
    let mut found = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("version: ") {
            found = true;
            lines.push(format!("version: {version}"));
            lines.push(format!("date-released: {date}"));
        } else if !line.starts_with("date-released: ") {
            lines.push(line.to_owned());
        }
    }
    found.then(|| lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_packages_version_stays_as_it_is() {
        let lock = "version = 4\n\n[[package]]\nname = \"foreign\"\nversion = \"0.1.0\"\n\
                    source = \"registry\"\n\n[[package]]\nname = \"tagline\"\nversion = \"0.1.0\"\n";
        let [old, new] = ["0.1.0", "0.2.0"].map(|text| text.parse().expect("a version"));
        let date = "2026-11-30".parse().expect("a date");
        let text = FILES[1]
            .with_version(lock, old, new, date)
            .expect("changed");
        assert_eq!(
            text,
            lock.replace(
                "\"tagline\"\nversion = \"0.1.0\"",
                "\"tagline\"\nversion = \"0.2.0\""
            )
        );
    }

    #[test]
    fn the_citation_gets_one_date_however_often_it_is_released() {
        let [old, new] = ["0.1.0", "0.2.0"].map(|text| text.parse().expect("a version"));
        let date = "2026-11-30".parse().expect("a date");
        let mut text = "title: Tagline\nversion: 0.1.0\nlicense: MIT\n".to_owned();
        for _ in 0..2 {
            text = FILES[4]
                .with_version(&text, old, new, date)
                .expect("changed");
            assert_eq!(
                text,
                "title: Tagline\nversion: 0.2.0\ndate-released: 2026-11-30\nlicense: MIT\n"
            );
        }
    }
}
