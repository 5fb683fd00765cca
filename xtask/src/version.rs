//! `cargo xtask version X.Y.Z`: the version in every place that states it.
//!
//! The crates take theirs from the workspace, the Python package and the bundles from the crates. The
//! fuzz targets are a workspace of their own, and the citation and the changelog are read by people.

mod changelog;
mod date;
mod places;

use std::path::Path;

use crate::error::Error;
use crate::say::note;
use crate::workspace::Workspace;

pub use date::{Date, moment};

/// A version of three numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version([u32; 3]);

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

impl std::str::FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Option<Vec<u32>> = text.split('.').map(|word| word.parse().ok()).collect();
        let version = numbers
            .and_then(|numbers| numbers.try_into().ok())
            .map(Self)
            // "+1.0.0" and "01.0.0" are numbers, too, but no version.
            .filter(|version| version.to_string() == text);
        version.ok_or_else(|| format!("{text:?} is no version; write three numbers, as in 1.2.0"))
    }
}

/// Writes `version` into every place, and gives what the changelog has under "Unreleased" that version and
/// `date`.
///
/// # Errors
/// [`Error::Version`] if the version is older than the present one, or if the changelog has it already or
/// has nothing new; [`Error::File`]. No file has been changed then, unless writing itself failed.
pub fn run(workspace: &Workspace, version: Version, date: Date) -> Result<(), Error> {
    let changed = changed(&workspace.root, version, date)?;
    for (path, text) in changed {
        std::fs::write(&path, text).map_err(|source| Error::File {
            what: "write",
            path: path.clone(),
            source,
        })?;
        note!("{version} in {}", path.display());
    }
    Ok(())
}

/// Every file that states the version, with its new text.
fn changed(
    root: &Path,
    version: Version,
    date: Date,
) -> Result<Vec<(std::path::PathBuf, String)>, Error> {
    let present = places::present(root)?;
    if version < present {
        return Err(Error::Version(format!(
            "{version} is older than the present version, {present}"
        )));
    }
    let mut files = Vec::new();
    for file in places::FILES {
        let path = root.join(file.path);
        let text = places::read(&path)?;
        files.push((path, file.with_version(&text, present, version, date)?));
    }
    let path = root.join("CHANGELOG.md");
    let text = changelog::released(&places::read(&path)?, version, date)?;
    files.push((path, text));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    #[test]
    fn every_place_states_the_version_that_the_program_was_built_with() {
        let built: Version = env!("CARGO_PKG_VERSION").parse().expect("a version");
        for file in places::FILES {
            let text = places::read(&root().join(file.path)).expect("a file");
            let stated = file.stated(&text, built);
            assert!(!stated.is_empty(), "{} states no version", file.path);
            for version in stated {
                assert_eq!(version, built.to_string(), "{}", file.path);
            }
        }
        let log = places::read(&root().join("CHANGELOG.md")).expect("the changelog");
        if let Some(newest) = changelog::newest(&log) {
            assert_eq!(newest, built, "CHANGELOG.md");
        }
    }

    #[test]
    fn a_new_version_is_in_every_place_and_the_old_one_in_none() {
        let present: Version = env!("CARGO_PKG_VERSION").parse().expect("a version");
        let next = Version([present.0[0], present.0[1], present.0[2] + 7]);
        let date = "2031-02-03".parse().expect("a date");
        let log = places::read(&root().join("CHANGELOG.md")).expect("the changelog");
        if changelog::is_without_news(&log) {
            // Right after a release there is nothing to release.
            assert!(changed(&root(), next, date).is_err());
            return;
        }
        let files = changed(&root(), next, date).expect("the changed files");
        assert_eq!(files.len(), places::FILES.len() + 1);
        for (path, text) in files {
            assert!(text.contains(&next.to_string()), "{}", path.display());
            let file = places::FILES.iter().find(|file| path.ends_with(file.path));
            for stated in file
                .map(|file| file.stated(&text, next))
                .unwrap_or_default()
            {
                assert_eq!(stated, next.to_string(), "{}", path.display());
            }
        }
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "1.2.x",
            "v1.2.3",
            "01.2.3",
            "+1.2.3",
            "1.2.3-rc1",
        ] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
        assert_eq!("1.20.3".parse(), Ok(Version([1, 20, 3])));
        assert!(Version([1, 9, 9]) < Version([1, 10, 0]));
    }

    #[test]
    fn an_older_version_is_refused() {
        let date = "2031-02-03".parse().expect("a date");
        let error = changed(&root(), Version([0, 0, 1]), date).expect_err("older");
        assert!(error.to_string().contains("0.0.1 is older"), "{error}");
    }
}
