//! The installer for Windows, which NSIS makes.

use std::path::Path;
use std::process::Command;

use super::Release;
use super::tree::{Tree, file_error};
use crate::error::Error;
use crate::packages::program;
use crate::process;
use crate::workspace::{create_folder, remove};

const SCRIPT: &str = include_str!("../../packaging/installer.nsi");

/// Makes the installer `output` of `tree`, whose files are written into `folder` on the way.
///
/// # Errors
/// [`Error::Package`] without NSIS; its own errors; [`Error::File`].
pub fn make(tree: &Tree, release: &Release, folder: &Path, output: &Path) -> Result<(), Error> {
    if program("makensis").is_none() {
        return Err(Error::Package(
            "the installer for Windows is made by NSIS, whose `makensis` is not on the path; install \
             the package nsis"
                .into(),
        ));
    }
    remove(folder)?;
    create_folder(folder)?;
    tree.write(&folder.join("files"))?;
    for (name, text) in [("files.nsh", &*macros(tree)), ("installer.nsi", SCRIPT)] {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(file_error("write", &path))?;
    }
    let made = folder.join("installer.exe");
    process::run_to_stderr(
        Command::new("makensis")
            .args(["-V2", "-NOCD", "-WX"])
            .arg(format!("-DVERSION={}", release.version))
            .arg("-DFILES=files.nsh")
            .arg("-DOUTPUT=installer.exe")
            .arg("installer.nsi")
            .env("SOURCE_DATE_EPOCH", release.epoch.to_string())
            .current_dir(folder),
    )?;
    let mut bytes = std::fs::read(&made).map_err(file_error("read", &made))?;
    set_time(&mut bytes, release.epoch)?;
    std::fs::write(output, bytes).map_err(file_error("write", output))
}

/// Writes the time of the release into the head of a program for Windows, in place of the time at which it
/// was made.
fn set_time(program: &mut [u8], epoch: u64) -> Result<(), Error> {
    let odd = || Error::Package("NSIS made something that is no program for Windows".into());
    let at = program.get(0x3c..0x40).ok_or_else(odd)?;
    let at = u32::from_le_bytes(at.try_into().map_err(|_| odd())?) as usize;
    if program.get(at..at + 4) != Some(b"PE\0\0") {
        return Err(odd());
    }
    let time = program.get_mut(at + 8..at + 12).ok_or_else(odd)?;
    time.copy_from_slice(&u32::try_from(epoch).unwrap_or_default().to_le_bytes());
    Ok(())
}

/// A folder of the archive, where its files go, and the macros that install and remove them. What has no
/// macro to remove it is removed by name in the script.
const PLACES: [(&str, &str, &str, Option<&str>); 4] = [
    ("Tagline.clap", "$Clap\\Tagline.clap", "INSTALL_CLAP", None),
    ("Tagline.vst3", "$Vst3\\Tagline.vst3", "INSTALL_VST3", None),
    (
        "VST3 Presets",
        "$Presets",
        "INSTALL_VST3",
        Some("REMOVE_PRESETS"),
    ),
    ("", "$INSTDIR", "INSTALL_MANUAL", Some("REMOVE_MANUAL")),
];

/// The macros that name every file.
fn macros(tree: &Tree) -> String {
    let mut macros: Vec<(&str, Vec<String>)> = Vec::new();
    let mut line =
        |name: &'static str, line: String| match macros.iter_mut().find(|(n, _)| *n == name) {
            Some((_, lines)) => lines.push(line),
            None => macros.push((name, vec![line])),
        };
    for (path, _) in tree.files() {
        let (folder, to, install, remove) = place_of(path);
        let to = format!("{to}{}", path[folder.len()..].replace('/', "\\"));
        // NSIS sets the folder of `File` apart from its name.
        let to = if folder.is_empty() {
            to.replacen("$INSTDIR", "$INSTDIR\\", 1)
        } else {
            to
        };
        let (parent, name) = to.rsplit_once('\\').unwrap_or(("$INSTDIR", &to));
        line(install, format!("SetOutPath \"{parent}\""));
        line(install, format!("File \"/oname={name}\" \"files/{path}\""));
        if let Some(remove) = remove {
            line(remove, format!("Delete \"{to}\""));
        }
    }
    // The manual's folders, the deepest first.
    for folder in tree.folders().iter().rev() {
        if let ("", _, _, Some(remove)) = place_of(&format!("{folder}/")) {
            line(
                remove,
                format!("RMDir \"$INSTDIR\\{}\"", folder.replace('/', "\\")),
            );
        }
    }
    let macros = macros.iter().map(|(name, lines)| {
        let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
        format!("!macro {name}\n{lines}!macroend\n")
    });
    macros.collect()
}

fn place_of(
    path: &str,
) -> (
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
) {
    let mut places = PLACES.into_iter();
    let found =
        places.find(|(folder, ..)| path == *folder || path.starts_with(&format!("{folder}/")));
    found.unwrap_or(PLACES[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_its_place_and_the_uninstaller_knows_it() {
        let mut tree = Tree::default();
        for path in [
            "Tagline.clap",
            "Tagline.vst3/Contents/x86_64-win/Tagline.vst3",
            "VST3 Presets/Genre switch.vstpreset",
            "manual/pictures/a.png",
            "LICENSE-MIT",
        ] {
            tree.add(path, "");
        }
        let text = macros(&tree);
        for line in [
            "!macro INSTALL_CLAP\n  SetOutPath \"$Clap\"\n  File \"/oname=Tagline.clap\" \"files/Tagline.clap\"\n",
            "  SetOutPath \"$Vst3\\Tagline.vst3\\Contents\\x86_64-win\"\n",
            "  SetOutPath \"$Presets\"\n  File \"/oname=Genre switch.vstpreset\"",
            "  SetOutPath \"$INSTDIR\\manual\\pictures\"\n  File \"/oname=a.png\"",
            "  SetOutPath \"$INSTDIR\"\n  File \"/oname=LICENSE-MIT\"",
            "  Delete \"$Presets\\Genre switch.vstpreset\"\n",
            "  Delete \"$INSTDIR\\LICENSE-MIT\"\n",
            "  RMDir \"$INSTDIR\\manual\\pictures\"\n  RMDir \"$INSTDIR\\manual\"\n",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        assert!(!text.contains("RMDir \"$INSTDIR\\Tagline.vst3"), "{text}");
    }

    #[test]
    fn the_time_in_a_programs_head_is_the_releases() {
        let mut program = vec![0; 0x100];
        program[0x3c] = 0x80;
        program[0x80..0x84].copy_from_slice(b"PE\0\0");
        set_time(&mut program, 0x0102_0304).expect("set");
        assert_eq!(program[0x88..0x8c], [4, 3, 2, 1]);
        assert!(set_time(&mut [0; 4], 0).is_err());
    }
}
