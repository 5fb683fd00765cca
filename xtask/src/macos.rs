//! What only macOS has: universal libraries, Audio Units, signatures and notarisation.
//!
//! Nothing of it is needed for Linux or Windows. Where a tool of Apple's is missing, that is said by name.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bundle::{self, Build};
use crate::error::Error;
use crate::packages::program;
use crate::process;
use crate::say::note;
use crate::setup;
use crate::target::{System, Target};
use crate::workspace::{Workspace, cargo, create_folder, remove};

/// The option that tells cargo to compile the Audio Unit.
pub const AUDIO_UNIT: &str = "--features=tagline/auv2";

/// Names the certificate that signs, as `security find-identity -v -p codesigning` shows it.
const IDENTITY: &str = "TAGLINE_SIGNING_IDENTITY";
/// Names what `xcrun notarytool store-credentials` has kept.
const PROFILE: &str = "TAGLINE_NOTARY_PROFILE";

/// Builds the bundles for `target`: for [`Target::universal`] each part, and one library of both.
///
/// # Errors
/// Those of building; [`Error::Bundle`] for an Audio Unit of another system, or without `lipo`.
pub fn bundle(
    workspace: &Workspace,
    target: &Target,
    build: Build,
    audio_unit: bool,
) -> Result<(), Error> {
    if audio_unit && target.system != System::MacOs {
        return Err(Error::Bundle(
            "Audio Units are for macOS; leave out --auv2, or name a target of it".into(),
        ));
    }
    let parts = target.parts();
    for part in &parts {
        setup::require_target(part)?;
    }
    let lipo = match parts.len() {
        1 => None,
        _ => Some(lipo().ok_or_else(|| {
            Error::Bundle(
                "a universal library is put together by `lipo` of Xcode's tools, or LLVM's `llvm-lipo`, \
                 and neither is on the path"
                    .into(),
            )
        })?),
    };
    for part in &parts {
        let mut command = cargo();
        command.arg("build").args(audio_unit.then_some(AUDIO_UNIT));
        bundle::compile(part, build, command, part.option())?;
    }
    if let Some(lipo) = lipo {
        let library = bundle::compiled(workspace, target, build);
        create_folder(library.parent().unwrap_or(&library))?;
        let parts = parts
            .iter()
            .map(|part| bundle::compiled(workspace, part, build));
        process::run_to_stderr(
            Command::new(lipo)
                .arg("-create")
                .arg("-output")
                .arg(&library)
                .args(parts),
        )?;
    }
    bundle::assemble(workspace, target, build)
}

fn lipo() -> Option<PathBuf> {
    let of_llvm = (13..=25)
        .rev()
        .map(|version| format!("llvm-lipo-{version}"));
    let names = ["lipo", "llvm-lipo"].into_iter().map(str::to_owned);
    names.chain(of_llvm).find_map(|name| program(&name))
}

/// Signs each bundle of `folder` with the hardened runtime, has Apple notarise it, and staples the ticket.
///
/// # Errors
/// [`Error::Bundle`] elsewhere than on a Mac with Xcode's tools, without a bundle, or without an identity
/// or a profile; those of the tools.
pub fn notarise(workspace: &Workspace, folder: &Path) -> Result<(), Error> {
    let bundles: Vec<PathBuf> = ["Tagline.clap", "Tagline.vst3", "Tagline.component"]
        .iter()
        .map(|name| folder.join(name))
        .filter(|bundle| bundle.is_dir())
        .collect();
    if bundles.is_empty() {
        return Err(Error::Bundle(format!(
            "{} has no bundles for macOS; `cargo xtask bundle --universal --dist` makes them",
            folder.display()
        )));
    }
    let missing: Vec<&str> = ["codesign", "ditto", "xcrun"]
        .into_iter()
        .filter(|name| program(name).is_none())
        .collect();
    if !missing.is_empty() {
        return Err(Error::Bundle(format!(
            "{} not there: signing and notarising run on a Mac with Xcode's command-line tools",
            match missing.as_slice() {
                [one] => format!("{one} is"),
                many => format!("{} are", many.join(", ")),
            }
        )));
    }
    let set = |name: &str, what: &str| {
        let value = std::env::var(name).ok().filter(|value| !value.is_empty());
        value.ok_or_else(|| Error::Bundle(format!("{name} is not set; it names {what}")))
    };
    let identity = set(IDENTITY, "the certificate \"Developer ID Application: …\"")?;
    let profile = set(
        PROFILE,
        "the profile of `xcrun notarytool store-credentials`",
    )?;
    let archive = workspace.target.join("packages").join("notarise.zip");
    create_folder(archive.parent().unwrap_or(&archive))?;
    for bundle in bundles {
        remove(&archive)?;
        for mut command in steps(&workspace.root, &bundle, &archive, &identity, &profile) {
            process::run_to_stderr(&mut command)?;
        }
        note!("Notarised {}", bundle.display());
    }
    remove(&archive)
}

/// The commands that sign and notarise a bundle, in order.
fn steps(
    root: &Path,
    bundle: &Path,
    archive: &Path,
    identity: &str,
    profile: &str,
) -> [Command; 5] {
    let command = |words: &[&str]| {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]);
        command
    };
    let mut sign = command(&["codesign", "--force", "--timestamp", "--options", "runtime"]);
    sign.arg("--entitlements")
        .arg(root.join("xtask/packaging/entitlements.plist"))
        .args(["--sign", identity])
        .arg(bundle);
    let mut verify = command(&["codesign", "--verify", "--strict", "--verbose=2"]);
    verify.arg(bundle);
    let mut pack = command(&["ditto", "-c", "-k", "--keepParent"]);
    pack.arg(bundle).arg(archive);
    let mut submit = command(&[
        "xcrun",
        "notarytool",
        "submit",
        "--wait",
        "--keychain-profile",
    ]);
    submit.arg(profile).arg(archive);
    let mut staple = command(&["xcrun", "stapler", "staple"]);
    staple.arg(bundle);
    [sign, verify, pack, submit, staple]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_signed_before_it_is_sent_and_stapled_after() {
        let steps = steps(
            Path::new("/root"),
            Path::new("/b/Tagline.vst3"),
            Path::new("/n.zip"),
            "Developer ID",
            "profile",
        );
        let lines = steps.map(|command| process::shown(&command));
        assert_eq!(
            lines,
            [
                "codesign --force --timestamp --options runtime --entitlements \
                 /root/xtask/packaging/entitlements.plist --sign Developer ID /b/Tagline.vst3",
                "codesign --verify --strict --verbose=2 /b/Tagline.vst3",
                "ditto -c -k --keepParent /b/Tagline.vst3 /n.zip",
                "xcrun notarytool submit --wait --keychain-profile profile /n.zip",
                "xcrun stapler staple /b/Tagline.vst3",
            ]
        );
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn where_apples_tools_are_missing_it_is_said_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let workspace = Workspace {
            root: folder.path().into(),
            target: folder.path().into(),
            started_in: folder.path().into(),
        };
        let error = notarise(&workspace, folder.path()).expect_err("no bundles");
        assert!(
            error.to_string().contains("no bundles for macOS"),
            "{error}"
        );
        std::fs::create_dir(folder.path().join("Tagline.vst3")).expect("a bundle");
        let error = notarise(&workspace, folder.path()).expect_err("no tools");
        assert!(error.to_string().contains("codesign"), "{error}");
    }

    #[test]
    fn an_audio_unit_is_made_for_macos_alone() {
        let workspace = Workspace {
            root: Default::default(),
            target: Default::default(),
            started_in: Default::default(),
        };
        let target = "x86_64-pc-windows-gnu".parse().expect("a target");
        let error = bundle(&workspace, &target, Build::Dev, true).expect_err("Windows");
        assert!(error.to_string().contains("--auv2"), "{error}");
    }
}
