//! What the user prefers of all editors: a file of theirs, and not a part of any session.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tagline_engine::user_folder;

use super::theme::Look;
use crate::core::whole_file;

/// Largest file that is read, in bytes.
const MAX_BYTES: u64 = 65_536;

/// The preferences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// The theme.
    pub look: Look,
}

impl Preferences {
    /// The user's preferences. Without a file that can be read, they are those of a new user.
    #[must_use]
    pub fn load() -> Self {
        let text = file().and_then(|file| {
            let is_small = std::fs::metadata(&file).ok()?.len() <= MAX_BYTES;
            is_small.then(|| std::fs::read(file).ok())?
        });
        text.and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default()
    }

    /// Keeps the preferences for editors that are opened from now on.
    ///
    /// # Errors
    /// Those of the system. The file is then as it was.
    pub fn save(self) -> io::Result<()> {
        let file =
            file().ok_or_else(|| io::Error::other("there is no folder for the user's files"))?;
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let text = serde_json::to_vec_pretty(&self)?;
        whole_file::write(&file, |path| std::fs::write(path, &text))
    }
}

fn file() -> Option<PathBuf> {
    user_folder("TAGLINE_SETTINGS", "settings").map(|folder| folder.join("preferences.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_another_version_keeps_what_is_known() {
        let read = |text: &str| serde_json::from_str::<Preferences>(text).ok();
        let light = Preferences { look: Look::Light };
        assert_eq!(read(r#"{"look": "light", "font": "large"}"#), Some(light));
        assert_eq!(read("{}"), Some(Preferences::default()));
        assert_eq!(read(r#"{"look": 7}"#), None);
        let written = serde_json::to_string(&light).expect("a text");
        assert_eq!(read(&written), Some(light));
    }
}
