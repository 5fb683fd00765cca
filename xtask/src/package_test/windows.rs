//! The installer for Windows under Wine.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::tags::{self, Tags};
use crate::bundle::{self, Build};
use crate::counts::Counts;
use crate::error::Error;
use crate::say::say;
use crate::stage::{self, Stage};
use crate::target::Target;
use crate::wine::Wine;
use crate::workspace::{Workspace, remove};

/// What is tested.
pub struct Test<'a> {
    /// What the packages were made for.
    pub target: &'a Target,
    /// Their folder.
    pub packages: &'a Path,
    /// The host, if it is not that of the development build.
    pub host: Option<PathBuf>,
    /// The song.
    pub song: &'a Path,
}

/// An uninstaller goes on by itself after its program has ended.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where an installation for some people puts things, below the folder of drive C.
struct Installation {
    name: &'static str,
    option: &'static str,
    clap: &'static str,
    vst3: &'static str,
    presets: &'static str,
    programs: &'static str,
}

/// Stands for the name of the user that Wine has made.
const USER: &str = "USER";

const INSTALLATIONS: [Installation; 2] = [
    Installation {
        name: "installed for one user",
        option: "/CurrentUser",
        clap: "users/USER/AppData/Local/Programs/Common/CLAP",
        vst3: "users/USER/AppData/Local/Programs/Common/VST3",
        presets: "users/USER/Documents/VST3 Presets/Tagline/Tagline",
        programs: "users/USER/AppData/Local/Programs/Tagline",
    },
    Installation {
        name: "installed for all users",
        option: "/AllUsers",
        clap: "Program Files/Common Files/CLAP",
        vst3: "Program Files/Common Files/VST3",
        presets: "ProgramData/VST3 Presets/Tagline/Tagline",
        programs: "Program Files/Tagline",
    },
];

/// A stage for each way to install.
///
/// # Errors
/// [`Error::Package`] if something is not built yet; those of Wine, and of the tags of this machine.
pub fn stages(workspace: &Workspace, test: &Test) -> Result<Vec<Stage>, Error> {
    let Some(program) = Wine::find()? else {
        let reason =
            "packages for Windows: there is no Wine; `cargo xtask windows-test` installs it";
        return Ok(vec![stage::run("packages", || Ok(stage::skipped(reason)))]);
    };
    let folder = test.target.folder(&workspace.target);
    let host = test.host.clone();
    let host = host.unwrap_or_else(|| self::program(workspace, test.target));
    is_built(&host)?;
    let here = test.tags_here(workspace)?;
    // A Windows of its own, so that nothing is installed there yet.
    let prefix = folder.join("wine-install");
    remove(&prefix)?;
    let wine = Wine::start(program, &prefix)?;
    let run = |installation: &Installation| {
        stage::run(installation.name, || {
            test.installed(installation, &wine, &prefix, &host, &here)
        })
    };
    Ok(INSTALLATIONS.iter().map(run).collect())
}

impl Test<'_> {
    /// The tags that the plugin of the development build gives on this machine.
    fn tags_here(&self, workspace: &Workspace) -> Result<Tags, Error> {
        let builder = Target::builder();
        let [clap, _] = bundle::bundles(workspace, &builder);
        let host = program(workspace, &builder);
        for path in [&clap, &host] {
            is_built(path)?;
        }
        let mut host = Command::new(host);
        host.args(["demo", "--json", "--bundle"]).arg(clap);
        let out = workspace.target.join("packages").join("out");
        tags::of(host.arg("--out").arg(out).arg(self.song))
    }

    fn installed(
        &self,
        installation: &Installation,
        wine: &Wine,
        prefix: &Path,
        host: &Path,
        here: &Tags,
    ) -> Result<Counts, Error> {
        let drive = prefix.join("drive_c");
        let user = user(&drive)?;
        let place = |path: &str| drive.join(path.replace(USER, &user));
        let clap = place(installation.clap).join("Tagline.clap");
        let vst3 = place(installation.vst3).join("Tagline.vst3");
        let library = vst3.join("Contents/x86_64-win/Tagline.vst3");
        let presets = place(installation.presets);
        let manual = place(installation.programs).join("manual/index.html");

        self.install(wine, &[installation.option, "/VST3=0"])?;
        there(&[&clap, &manual])?;
        gone(&[&vst3])?;
        self.install(wine, &[installation.option])?;
        there(&[&clap, &library, &manual])?;
        if bytes(&clap)? != bytes(&library)? {
            return Err(Error::Package(
                "the VST3 holds another library than the CLAP".into(),
            ));
        }
        let mut command = wine.command();
        command
            .arg(host)
            .args(["demo", "--json", "--bundle"])
            .arg(&clap);
        command.arg("--out").arg(prefix.join("out"));
        let tags = tags::of(command.arg(self.song))?;
        let difference = tags::compare(here, &tags)?;
        say!(
            "{} tags, at most {difference:.1e} from those of this machine",
            tags.len()
        );

        let mine = presets.join("Mine.vstpreset");
        std::fs::write(&mine, "mine").map_err(|source| Error::File {
            what: "write",
            path: mine.clone(),
            source,
        })?;
        let uninstaller = place(installation.programs).join("uninstall.exe");
        succeed(
            wine.command()
                .arg(&uninstaller)
                .args([installation.option, "/S"]),
        )?;
        let start = Instant::now();
        while uninstaller.exists() && start.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(200));
        }
        gone(&[&clap, &vst3, &place(installation.programs)])?;
        there(&[&mine])?;
        remove(&presets)?;
        Ok(Counts {
            passed: 1,
            ..Counts::default()
        })
    }

    fn install(&self, wine: &Wine, options: &[&str]) -> Result<(), Error> {
        let version = env!("CARGO_PKG_VERSION");
        let name = format!(
            "Tagline-{version}-windows-{}-setup.exe",
            self.target.architecture
        );
        let setup = self.packages.join(name);
        there(&[&setup])?;
        succeed(wine.command().arg(setup).arg("/S").args(options))
    }
}

/// The host of the development build for `target`.
fn program(workspace: &Workspace, target: &Target) -> PathBuf {
    let folder = target.folder(&workspace.target).join(Build::Dev.folder());
    folder.join(target.program("tagline-host"))
}

fn is_built(path: &Path) -> Result<(), Error> {
    if path.exists() {
        return Ok(());
    }
    Err(Error::Package(format!(
        "{} is not there; `cargo xtask windows-test` builds it",
        path.display()
    )))
}

/// Runs a program of Windows, whose output says nothing.
fn succeed(command: &mut Command) -> Result<(), Error> {
    crate::process::run_to_stderr(command)
}

/// The user that Wine has made.
fn user(drive: &Path) -> Result<String, Error> {
    let users = drive.join("users");
    let entries = std::fs::read_dir(&users).map_err(|source| Error::File {
        what: "read",
        path: users.clone(),
        source,
    })?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names = names.filter(|name| name != "Public");
    names
        .next()
        .ok_or_else(|| Error::Package(format!("{} has no user", users.display())))
}

fn there(paths: &[&Path]) -> Result<(), Error> {
    match paths.iter().find(|path| !path.exists()) {
        None => Ok(()),
        Some(path) => Err(Error::Package(format!("{} is not there", path.display()))),
    }
}

fn gone(paths: &[&Path]) -> Result<(), Error> {
    match paths.iter().find(|path| path.exists()) {
        None => Ok(()),
        Some(path) => Err(Error::Package(format!("{} is still there", path.display()))),
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|source| Error::File {
        what: "read",
        path: path.into(),
        source,
    })
}
