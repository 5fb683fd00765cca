//! Where models and whatever else is the user's live on this machine.

use std::ffi::OsString;
use std::path::PathBuf;

/// The folders that hold a user's models, the first choice first. If `TAGLINE_MODELS` is set, that is
/// the only folder. Else it is `tagline/models` in the platform's per-user data folder.
#[must_use]
pub fn model_folders() -> Vec<PathBuf> {
    user_folder("TAGLINE_MODELS", "models")
        .into_iter()
        .collect()
}

/// The folder for the user's files of one kind: the one that the environment's `variable` names, or
/// else `tagline/name` in the platform's per-user data folder. `None` on a machine without a home.
#[must_use]
pub fn user_folder(variable: &str, name: &str) -> Option<PathBuf> {
    let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    folder_from(variable, name, var)
}

fn folder_from(
    variable: &str,
    name: &str,
    var: impl Fn(&str) -> Option<OsString>,
) -> Option<PathBuf> {
    if let Some(folder) = var(variable) {
        return Some(PathBuf::from(folder));
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
    data.map(|data| data.join("tagline").join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chosen_folder_replaces_the_users_own() {
        let folder = folder_from("TAGLINE_MODELS", "models", |name| match name {
            "TAGLINE_MODELS" => Some("/chosen".into()),
            _ => Some("/home/user".into()),
        });
        assert_eq!(folder, Some(PathBuf::from("/chosen")));
    }

    #[test]
    fn each_kind_of_file_has_a_folder_in_the_users_data() {
        let folder = folder_from("TAGLINE_PRESETS", "presets", |name| {
            (name == "HOME" || name == "APPDATA").then(|| "/home/user".into())
        });
        let folder = folder.expect("there is a home");
        assert!(folder.starts_with("/home/user"), "{folder:?}");
        assert!(folder.ends_with("tagline/presets"), "{folder:?}");
    }

    #[test]
    fn a_machine_without_a_home_has_no_folder() {
        assert_eq!(folder_from("TAGLINE_MODELS", "models", |_| None), None);
    }
}
