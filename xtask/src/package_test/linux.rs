//! The Debian package and the archive in fresh systems.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::chroot::{Chroot, RELEASES};
use super::tags::{self, Tags};
use crate::bundle::Build;
use crate::counts::Counts;
use crate::error::Error;
use crate::package::glibc;
use crate::process;
use crate::say::say;
use crate::stage::{self, Stage};
use crate::target::Target;
use crate::workspace::{Workspace, create_folder, remove};

/// What is tested.
pub struct Test<'a> {
    /// What the packages were made for.
    pub target: &'a Target,
    /// Their folder.
    pub packages: &'a Path,
    /// The folder of the systems.
    pub chroots: &'a Path,
    /// The host, if it is not to be built.
    pub host: Option<PathBuf>,
    /// The song.
    pub song: &'a Path,
    /// The systems to test in; all if there are none.
    pub systems: &'a [String],
}

/// Where the test's own files lie in a system.
const DESK: &str = "/tagline-test";

/// A stage for each system.
///
/// # Errors
/// Those of building the host, and of the tags of this machine.
pub fn stages(workspace: &Workspace, test: &Test) -> Result<Vec<Stage>, Error> {
    let (deb, archive) = (test.package(".deb")?, test.package(".tar.gz")?);
    if !cfg!(target_os = "linux") || !crate::setup::is_root() {
        let reason = "packages for Linux: another system's root folder is root's alone; run it as root on Linux";
        return Ok(vec![stage::run("packages", || Ok(stage::skipped(reason)))]);
    }
    let host = match &test.host {
        Some(host) => host.clone(),
        None => build_host(workspace, test.target)?,
    };
    let here = test.tags_here(workspace, &host, &archive)?;
    let mut stages = Vec::new();
    for release in &RELEASES {
        if !test.systems.is_empty() && !test.systems.iter().any(|name| name == release.suite) {
            continue;
        }
        stages.push(stage::run(release.name, || {
            if let Some(absence) = release.absence(test.chroots) {
                return Ok(stage::skipped(&absence));
            }
            create_folder(test.chroots)?;
            let system = release.system(test.chroots)?;
            let outcome = test.in_system(&system, &host, &here, &deb, &archive);
            remove(&system.path(DESK))?;
            outcome
        }));
    }
    Ok(stages)
}

/// The host, built to run with the packages' glibc.
fn build_host(workspace: &Workspace, target: &Target) -> Result<PathBuf, Error> {
    let target = target.named();
    let mut command = glibc::build(workspace)?;
    command
        .args([
            "--profile=dist",
            "--package=tagline",
            "--package=tagline-host",
        ])
        .arg(glibc::target(&target.name()));
    process::run_to_stderr(&mut command)?;
    let folder = target.folder(&workspace.target).join(Build::Dist.folder());
    Ok(folder.join(target.program("tagline-host")))
}

impl Test<'_> {
    /// The one package of the folder whose name ends so.
    fn package(&self, ending: &str) -> Result<PathBuf, Error> {
        let failed = |source| Error::File {
            what: "read",
            path: self.packages.into(),
            source,
        };
        let mut found = Vec::new();
        for entry in std::fs::read_dir(self.packages).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.ends_with(ending) {
                found.push(path);
            }
        }
        match found.as_slice() {
            [package] => Ok(package.clone()),
            _ => Err(Error::Package(format!(
                "{} has {} files that end in {ending}, and one is expected; `cargo xtask package` makes it",
                self.packages.display(),
                found.len()
            ))),
        }
    }

    /// The tags that the archive's plugin gives on this machine.
    fn tags_here(&self, workspace: &Workspace, host: &Path, archive: &Path) -> Result<Tags, Error> {
        let folder = workspace.target.join("packages").join("unpacked");
        remove(&folder)?;
        create_folder(&folder)?;
        process::run(
            Command::new("tar")
                .arg("xzf")
                .arg(archive)
                .arg("-C")
                .arg(&folder),
        )?;
        let top = folder.join(concat!("Tagline-", env!("CARGO_PKG_VERSION")));
        let mut command = Command::new(host);
        command
            .args(["demo", "--json", "--bundle"])
            .arg(top.join("Tagline.clap"));
        command.arg("--out").arg(folder.join("out"));
        let tags = tags::of(command.arg(self.song))?;
        remove(&folder)?;
        Ok(tags)
    }

    /// Both packages, one after the other, in a system.
    fn in_system(
        &self,
        system: &Chroot,
        host: &Path,
        here: &Tags,
        deb: &Path,
        archive: &Path,
    ) -> Result<Counts, Error> {
        let desk = system.path(DESK);
        remove(&desk)?;
        create_folder(&desk)?;
        let bring = |from: &Path, name: &str| {
            let to = desk.join(name);
            std::fs::copy(from, &to)
                .map(|_| ())
                .map_err(|source| Error::File {
                    what: "write",
                    path: to,
                    source,
                })
        };
        bring(host, "tagline-host")?;
        bring(deb, "tagline.deb")?;
        bring(archive, "tagline.tar.gz")?;
        let ending = self.song.extension().unwrap_or_default();
        let song = format!("song.{}", ending.to_string_lossy());
        bring(self.song, &song)?;
        // A run that failed may have left it.
        let _ = system.run(&["dpkg", "--purge", "tagline"]);
        let check = |what: &str, clap: &str, vst3: &str| {
            same_library(system, clap, vst3)?;
            let there = tags_there(system, clap, &song)?;
            let difference = tags::compare(here, &there)?;
            say!(
                "{what}: {} tags, at most {difference:.1e} from those of this machine",
                there.len()
            );
            Ok::<(), Error>(())
        };

        system.run(&["dpkg", "--install", &format!("{DESK}/tagline.deb")])?;
        check(
            "Debian package",
            "/usr/lib/clap/Tagline.clap",
            "/usr/lib/vst3/Tagline.vst3",
        )?;
        system.run(&["dpkg", "--purge", "tagline"])?;
        gone(
            system,
            &[
                "/usr/lib/clap/Tagline.clap",
                "/usr/lib/vst3/Tagline.vst3",
                "/usr/share/doc/tagline",
            ],
        )?;

        system.run(&["tar", "xzf", &format!("{DESK}/tagline.tar.gz"), "-C", DESK])?;
        let script = format!("{DESK}/Tagline-{}/install.sh", env!("CARGO_PKG_VERSION"));
        for (options, clap, vst3) in [
            (
                &[][..],
                "/root/.clap/Tagline.clap",
                "/root/.vst3/Tagline.vst3",
            ),
            (
                &["--system"][..],
                "/usr/lib/clap/Tagline.clap",
                "/usr/lib/vst3/Tagline.vst3",
            ),
        ] {
            let words = |more: &[&'static str]| {
                let mut words = vec!["sh", script.as_str()];
                words.extend(options);
                words.extend(more);
                words.into_iter().map(str::to_owned).collect::<Vec<_>>()
            };
            let run = |words: Vec<String>| {
                system.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
            };
            run(words(&[]))?;
            check(
                format!("install.sh {}", options.join(" ")).trim(),
                clap,
                vst3,
            )?;
            run(words(&["--uninstall"]))?;
            gone(system, &[clap, vst3])?;
        }
        Ok(Counts {
            passed: 3,
            ..Counts::default()
        })
    }
}

fn tags_there(system: &Chroot, clap: &str, song: &str) -> Result<Tags, Error> {
    let host = format!("{DESK}/tagline-host");
    let out = format!("{DESK}/out");
    let song = format!("{DESK}/{song}");
    let words = [
        &*host, "demo", "--json", "--bundle", clap, "--out", &out, &song,
    ];
    tags::of(&mut system.command(&words))
}

fn gone(system: &Chroot, paths: &[&str]) -> Result<(), Error> {
    match paths.iter().find(|path| system.path(path).exists()) {
        None => Ok(()),
        Some(path) => Err(Error::Package(format!(
            "{path} is still there after removal"
        ))),
    }
}

/// Makes sure that the VST3 holds what the CLAP is, since the host opens the CLAP alone.
fn same_library(system: &Chroot, clap: &str, vst3: &str) -> Result<(), Error> {
    let read = |path: PathBuf| {
        std::fs::read(&path).map_err(|source| Error::File {
            what: "read",
            path,
            source,
        })
    };
    let contents = system.path(vst3).join("Contents");
    let folder = contents.join(format!("{}-linux", std::env::consts::ARCH));
    if read(system.path(clap))? == read(folder.join("Tagline.so"))? {
        Ok(())
    } else {
        Err(Error::Package(format!(
            "{vst3} holds another library than {clap}"
        )))
    }
}
