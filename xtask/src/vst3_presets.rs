//! The plugin's presets as preset files of VST3 hosts (`.vstpreset`).
//!
//! VST3 hosts look for a plugin's presets in folders of the user and of the system, and not in its
//! bundle. So the files lie beside the bundles, and `cargo xtask install` puts them where hosts look.
//! The state in each is the preset's own text, which the plugin takes in a state's place.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::target::Target;
use crate::workspace::{Workspace, create_folder, remove};

/// The plugin's class id, as preset files write it. It never changes.
const CLASS_ID: &str = "A6A6B406CA9A54B8B9A63BB91A845C19";

/// Bytes before the state: `VST3`, the version, the class id, and where the list is.
const HEADER_BYTES: usize = 48;

/// The folder of the finished preset files.
pub fn folder(workspace: &Workspace, target: &Target) -> PathBuf {
    workspace.bundled(target).join("VST3 Presets")
}

/// Writes a preset file for each preset of the plugin.
///
/// # Errors
/// [`Error::File`]; [`Error::Bundle`] for a preset without a name.
pub fn write(workspace: &Workspace, target: &Target) -> Result<(), Error> {
    let folder = folder(workspace, target);
    remove(&folder)?;
    create_folder(&folder)?;
    for path in texts(&workspace.root.join("plugin").join("presets"))? {
        let failed = |what| {
            let path = path.clone();
            move |source| Error::File { what, path, source }
        };
        let text = std::fs::read(&path).map_err(failed("read"))?;
        let json: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
        let name = json["name"].as_str();
        let name = name.ok_or_else(|| Error::Bundle(format!("{} has no name", path.display())))?;
        let file = folder.join(name.replace(['/', '\\', ':'], "-") + ".vstpreset");
        std::fs::write(&file, preset_file(&text)).map_err(|source| Error::File {
            what: "write",
            path: file,
            source,
        })?;
    }
    Ok(())
}

/// The texts of the plugin's presets.
fn texts(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |source| Error::File {
        what: "read",
        path: folder.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "tagline") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// A preset file: a header, the component's state, and a list that says where the state is.
fn preset_file(state: &[u8]) -> Vec<u8> {
    let mut file = b"VST3".to_vec();
    file.extend(1_i32.to_le_bytes());
    file.extend(CLASS_ID.as_bytes());
    file.extend(((HEADER_BYTES + state.len()) as i64).to_le_bytes());
    file.extend(state);
    file.extend(b"List");
    file.extend(1_i32.to_le_bytes());
    file.extend(b"Comp");
    file.extend((HEADER_BYTES as i64).to_le_bytes());
    file.extend((state.len() as i64).to_le_bytes());
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_file_says_where_its_state_is() {
        let file = preset_file(b"{}");
        assert_eq!(file.len(), HEADER_BYTES + 2 + 8 + 20);
        assert_eq!(&file[8..40], CLASS_ID.as_bytes());
        let list = usize::from(file[40]);
        assert_eq!(&file[list..list + 4], b"List");
        assert_eq!(&file[HEADER_BYTES..list], b"{}");
    }
}
