//! Where the workspace and its build folder lie.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::target::Target;

/// The folders of this workspace.
pub struct Workspace {
    /// The folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// The folder of everything built.
    pub target: PathBuf,
    /// The folder this program was started in.
    pub started_in: PathBuf,
}

impl Workspace {
    /// Finds the workspace this program was built from and makes it the current folder.
    ///
    /// The workspace is the one cargo itself names: the outermost parent folder with a
    /// `Cargo.toml` would be another project's where this one is checked out inside it.
    ///
    /// # Errors
    /// [`Error::Start`] without cargo, [`Error::Metadata`] where its answer lacks the folders.
    pub fn enter() -> Result<Self, Error> {
        // A checkout may have moved since this was compiled; `cargo run` knows where it is now.
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let output = cargo()
            .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
            .current_dir(&package)
            .output()
            .map_err(|source| Error::Start {
                program: "cargo".into(),
                source,
            })?;
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
            .map_err(|_| Error::Metadata(String::from_utf8_lossy(&output.stderr).into_owned()))?;
        let folder = |key: &str| {
            metadata[key]
                .as_str()
                .map(PathBuf::from)
                .ok_or_else(|| Error::Metadata(format!("no {key}")))
        };
        let workspace = Self {
            root: folder("workspace_root")?,
            target: folder("target_directory")?,
            started_in: std::env::current_dir().unwrap_or(package),
        };
        std::env::set_current_dir(&workspace.root).map_err(|source| Error::File {
            what: "enter",
            path: workspace.root.clone(),
            source,
        })?;
        Ok(workspace)
    }

    /// A program of the release build.
    pub fn release_program(&self, name: &str) -> PathBuf {
        let program = self.target.join("release").join(name);
        program.with_extension(std::env::consts::EXE_EXTENSION)
    }

    /// The folder of the finished bundles for `target`.
    pub fn bundled(&self, target: &Target) -> PathBuf {
        target.folder(&self.target).join("bundled")
    }
}

/// The cargo that runs this program.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Makes `folder` and its parents.
///
/// # Errors
/// [`Error::File`].
pub fn create_folder(folder: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder).map_err(|source| Error::File {
        what: "create",
        path: folder.into(),
        source,
    })
}

/// Removes a file or a folder, if it is there.
///
/// # Errors
/// [`Error::File`].
pub fn remove(path: &Path) -> Result<(), Error> {
    let outcome = match std::fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(_) => Ok(()),
    };
    outcome.map_err(|source| Error::File {
        what: "remove",
        path: path.into(),
        source,
    })
}
