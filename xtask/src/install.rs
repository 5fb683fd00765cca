//! `cargo xtask install`: the bundles where the user's hosts look for plugins.

use std::path::{Path, PathBuf};

use crate::bundle::{self, Build};
use crate::error::Error;
use crate::say::note;
use crate::target::Target;
use crate::vst3_presets;
use crate::workspace::{Workspace, create_folder, remove};

/// Builds the release bundles and puts each in its folder.
///
/// # Errors
/// Those of building; [`Error::NoHome`]; [`Error::File`], for example if a host under Windows still
/// holds the old plugin.
pub fn run(workspace: &Workspace) -> Result<(), Error> {
    let var = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let (folders, presets) = (plugin_folders(var)?, preset_folder(var)?);
    let target = Target::builder();
    bundle::run(workspace, &target, Build::Release)?;
    for (bundle, folder) in bundle::bundles(workspace, &target).iter().zip(folders) {
        let installed = install(bundle, &folder)?;
        note!("Installed {}", installed.display());
    }
    let installed = install_files(&vst3_presets::folder(workspace, &target), &presets)?;
    note!("Installed {installed} presets in {}", presets.display());
    Ok(())
}

/// The user's folder in which VST3 hosts look for presets of Tagline.
fn preset_folder(var: impl Fn(&str) -> Option<PathBuf>) -> Result<PathBuf, Error> {
    let (home, folder) = if cfg!(target_os = "windows") {
        ("USERPROFILE", "Documents/VST3 Presets")
    } else if cfg!(target_os = "macos") {
        ("HOME", "Library/Audio/Presets")
    } else {
        ("HOME", ".vst3/presets")
    };
    let home = var(home).ok_or(Error::NoHome(home))?;
    // The vendor, and the plugin.
    Ok(home.join(folder).join("Tagline").join("Tagline"))
}

/// Puts the files of a folder into another one, beside those of the user's. Returns their number.
fn install_files(from: &Path, folder: &Path) -> Result<usize, Error> {
    create_folder(folder)?;
    let failed = |source| Error::File {
        what: "read",
        path: from.to_owned(),
        source,
    };
    let mut count = 0;
    for entry in std::fs::read_dir(from).map_err(failed)? {
        install(&entry.map_err(failed)?.path(), folder)?;
        count += 1;
    }
    Ok(count)
}

/// The user's plugin folders: for CLAP, for VST3.
fn plugin_folders(var: impl Fn(&str) -> Option<PathBuf>) -> Result<[PathBuf; 2], Error> {
    if cfg!(target_os = "windows") {
        let local = var("LOCALAPPDATA").ok_or(Error::NoHome("LOCALAPPDATA"))?;
        let common = local.join("Programs").join("Common");
        return Ok([common.join("CLAP"), common.join("VST3")]);
    }
    let home = var("HOME").ok_or(Error::NoHome("HOME"))?;
    if cfg!(target_os = "macos") {
        let plugins = home.join("Library").join("Audio").join("Plug-Ins");
        return Ok([plugins.join("CLAP"), plugins.join("VST3")]);
    }
    Ok([home.join(".clap"), home.join(".vst3")])
}

/// Puts a bundle into a folder in place of an older one.
///
/// The copy is made aside and renamed. A host that runs the old plugin keeps the file that it has
/// open; writing into that file would crash it.
fn install(bundle: &Path, folder: &Path) -> Result<PathBuf, Error> {
    create_folder(folder)?;
    let name = bundle.file_name().unwrap_or(bundle.as_os_str());
    let installed = folder.join(name);
    let mut aside = installed.clone().into_os_string();
    aside.push(".new");
    let aside = PathBuf::from(aside);
    remove(&aside)?;
    copy(bundle, &aside)?;
    remove(&installed)?;
    std::fs::rename(&aside, &installed).map_err(|source| Error::File {
        what: "rename a copy to",
        path: installed.clone(),
        source,
    })?;
    Ok(installed)
}

fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let failed = |what, path: &Path| {
        let path = path.to_owned();
        move |source| Error::File { what, path, source }
    };
    if from.is_dir() {
        create_folder(to)?;
        for entry in std::fs::read_dir(from).map_err(failed("read", from))? {
            let entry = entry.map_err(failed("read", from))?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        Ok(())
    } else {
        std::fs::copy(from, to)
            .map(|_| ())
            .map_err(failed("write", to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_bundle_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let new = folder.path().join("new/Tagline.vst3");
        let home = folder.path().join("home/.vst3");
        std::fs::create_dir_all(new.join("Contents")).expect("the new bundle");
        std::fs::write(new.join("Contents/library"), "new").expect("the new library");
        std::fs::create_dir_all(home.join("Tagline.vst3/Old")).expect("the old bundle");

        let installed = install(&new, &home).expect("installed");

        assert_eq!(installed, home.join("Tagline.vst3"));
        let library = std::fs::read_to_string(installed.join("Contents/library"));
        assert_eq!(library.expect("the library"), "new");
        assert!(!installed.join("Old").exists());
        assert_eq!(std::fs::read_dir(&home).expect("the folder").count(), 1);
    }

    #[test]
    fn presets_come_beside_those_of_the_user() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        for folder in [&from, &to] {
            std::fs::create_dir(folder).expect("a folder");
        }
        std::fs::write(from.join("Gate.vstpreset"), "new").expect("a preset");
        std::fs::write(to.join("Gate.vstpreset"), "old").expect("an older one");
        std::fs::write(to.join("Mine.vstpreset"), "mine").expect("the user's");
        assert_eq!(install_files(&from, &to).expect("installed"), 1);
        let read = |name: &str| std::fs::read_to_string(to.join(name)).expect("a preset");
        assert_eq!(
            (
                read("Gate.vstpreset").as_str(),
                read("Mine.vstpreset").as_str()
            ),
            ("new", "mine")
        );
    }

    #[test]
    fn without_a_home_folder_it_says_so() {
        let error = plugin_folders(|_| None).expect_err("no home");
        assert!(error.to_string().contains("is not set"), "{error}");
        let error = preset_folder(|_| None).expect_err("no home");
        assert!(error.to_string().contains("is not set"), "{error}");
    }
}
