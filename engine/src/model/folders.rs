//! Where models live on this machine.

use std::ffi::OsString;
use std::path::PathBuf;

/// The folders that hold a user's models, the first choice first. If `TAGLINE_MODELS` is set, that is
/// the only folder. Else it is `tagline/models` in the platform's per-user data folder.
#[must_use]
pub fn model_folders() -> Vec<PathBuf> {
    folders_from(|name| std::env::var_os(name).filter(|value| !value.is_empty()))
}

fn folders_from(var: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    if let Some(folder) = var("TAGLINE_MODELS") {
        return vec![PathBuf::from(folder)];
    }
    let data = if cfg!(target_os = "windows") {
        var("APPDATA").map(PathBuf::from)
    } else if cfg!(target_os = "macos") {
        var("HOME").map(|home| PathBuf::from(home).join("Library/Application Support"))
    } else {
        var("XDG_DATA_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| var("HOME").map(|home| PathBuf::from(home).join(".local/share")))
    };
    data.map(|data| data.join("tagline").join("models"))
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chosen_folder_replaces_the_users_own() {
        let folders = folders_from(|name| match name {
            "TAGLINE_MODELS" => Some("/chosen".into()),
            _ => Some("/home/user".into()),
        });
        assert_eq!(folders, [PathBuf::from("/chosen")]);
    }

    #[test]
    fn a_machine_without_a_home_has_no_folder() {
        assert!(folders_from(|_| None).is_empty());
    }
}
