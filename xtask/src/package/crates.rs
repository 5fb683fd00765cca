//! The crates that are in the plugin, as cargo resolves them for a target.
//!
//! Code that runs while the plugin is compiled, build scripts and macros, is not in it and not listed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::workspace::cargo;

/// A crate that is in the plugin.
#[derive(Clone, Debug)]
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence as an SPDX expression.
    pub license: String,
    /// Who wrote it, as far as it says.
    pub authors: Vec<String>,
    /// Where its sources are kept, if it says.
    pub repository: Option<String>,
    /// The folder of its sources on this machine.
    pub folder: PathBuf,
    /// The SHA-256 that `Cargo.lock` has of it. The project's own crates have none.
    pub sha256: Option<String>,
    /// The names and versions of the crates that it uses.
    pub uses: BTreeSet<Id>,
}

/// A crate's name and version.
pub type Id = (String, String);

/// The crates of the package `package` for all of `targets`, by name and version.
///
/// # Errors
/// [`Error::Start`]; [`Error::Package`] if cargo cannot resolve them without the network, or if one lacks
/// a licence.
pub fn of(
    root: &Path,
    package: &str,
    targets: &[String],
    features: &[&str],
) -> Result<BTreeMap<Id, Crate>, Error> {
    let mut uses = BTreeMap::new();
    for target in targets {
        let mut arguments = vec![
            "tree",
            "--edges=normal,no-proc-macro",
            "--prefix=depth",
            "--format=|{p}",
            "--package",
            package,
            "--target",
            target,
        ];
        arguments.extend(features);
        merge(&mut uses, &ask(root, &arguments)?);
    }
    let text = ask(root, &["metadata", "--format-version=1"])?;
    let metadata: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| Error::Metadata(error.to_string()))?;
    let sums = sums(root)?;
    let mut crates = BTreeMap::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let text = |key: &str| package[key].as_str().map(str::to_owned);
        let id = (
            text("name").unwrap_or_default(),
            text("version").unwrap_or_default(),
        );
        let Some(uses) = uses.remove(&id) else {
            continue;
        };
        let license = text("license")
            .ok_or_else(|| Error::Package(format!("{} {} does not say its licence", id.0, id.1)))?;
        let manifest = PathBuf::from(text("manifest_path").unwrap_or_default());
        let authors = package["authors"].as_array().into_iter().flatten();
        let found = Crate {
            name: id.0.clone(),
            version: id.1.clone(),
            // An old way to write a choice, which is no expression.
            license: license.replace('/', " OR "),
            authors: authors
                .filter_map(|a| a.as_str().map(str::to_owned))
                .collect(),
            repository: text("repository"),
            folder: manifest.parent().map(Path::to_owned).unwrap_or_default(),
            sha256: sums.get(&id).cloned(),
            uses,
        };
        crates.insert(id, found);
    }
    match uses.keys().next() {
        None => Ok(crates),
        Some((name, version)) => Err(Error::Package(format!(
            "cargo does not say where {name} {version} lies"
        ))),
    }
}

/// What cargo prints. It uses what lies on this machine, and changes nothing.
fn ask(root: &Path, arguments: &[&str]) -> Result<String, Error> {
    let mut command = cargo();
    command
        .args(arguments)
        .args(["--locked", "--offline", "--quiet"])
        .current_dir(root);
    let output = command.output().map_err(|source| Error::Start {
        program: "cargo".into(),
        source,
    })?;
    if !output.status.success() {
        return Err(Error::Package(format!(
            "`{}`: {}",
            crate::process::shown(&command),
            String::from_utf8_lossy(&output.stderr).trim()
        )));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Reads a tree in which each line begins with its depth. A crate's own part stands under its first line.
fn merge(uses: &mut BTreeMap<Id, BTreeSet<Id>>, tree: &str) {
    let mut path: Vec<Id> = Vec::new();
    for line in tree.lines() {
        let Some((depth, id)) = line.split_once('|') else {
            continue;
        };
        let (Ok(depth), Some(id)) = (depth.parse::<usize>(), id_of(id)) else {
            continue;
        };
        path.truncate(depth);
        if let Some(parent) = path.last() {
            uses.entry(parent.clone()).or_default().insert(id.clone());
        }
        uses.entry(id.clone()).or_default();
        path.push(id);
    }
}

/// `name v1.2.3 (where)` as name and version.
fn id_of(text: &str) -> Option<Id> {
    let mut words = text.split(' ');
    let name = words.next()?.to_owned();
    let version = words.next()?.strip_prefix('v')?.to_owned();
    Some((name, version))
}

/// The SHA-256 of every crate of the lock file that has one.
fn sums(root: &Path) -> Result<BTreeMap<Id, String>, Error> {
    #[derive(serde::Deserialize)]
    struct Lock {
        package: Vec<Locked>,
    }
    #[derive(serde::Deserialize)]
    struct Locked {
        name: String,
        version: String,
        checksum: Option<String>,
    }
    let path = root.join("Cargo.lock");
    let text = std::fs::read_to_string(&path).map_err(super::tree::file_error("read", &path))?;
    let lock: Lock =
        toml::from_str(&text).map_err(|error| Error::Package(format!("Cargo.lock: {error}")))?;
    let packages = lock.package.into_iter();
    Ok(packages
        .filter_map(|locked| Some(((locked.name, locked.version), locked.checksum?)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_becomes_who_uses_whom() {
        let mut uses = BTreeMap::new();
        merge(
            &mut uses,
            "0|tagline v0.1.0 (/here)\n1|a v1.0.0\n2|b v2.0.0\n1|c v3.0.0\n2|b v2.0.0 (*)\n",
        );
        let id = |name: &str, version: &str| (name.to_owned(), version.to_owned());
        let of = |name: &str, version: &str| uses[&id(name, version)].iter().collect::<Vec<_>>();
        assert_eq!(
            of("tagline", "0.1.0"),
            [&id("a", "1.0.0"), &id("c", "3.0.0")]
        );
        assert_eq!(of("a", "1.0.0"), [&id("b", "2.0.0")]);
        assert_eq!(of("c", "3.0.0"), [&id("b", "2.0.0")]);
        assert!(of("b", "2.0.0").is_empty());
    }
}
