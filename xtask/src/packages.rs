//! The system packages that building and testing need on Linux. Whether they are there is seen
//! without a package manager, which would take seconds.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a package is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Compiling: without it there is no plugin.
    Build,
    /// Testing what was built: without it some tests are skipped.
    Test,
    /// Compiling for Windows.
    BuildForWindows,
    /// Running what was compiled for Windows.
    RunForWindows,
}

/// How one sees that a need is met.
enum Sign {
    /// One of these programs is on the path.
    Program(&'static [&'static str]),
    /// A shared library of this name is where the loader looks.
    Library(&'static str),
    /// A file of this name is in the folder of Mesa's drivers.
    Driver(&'static str),
    /// A SoundFont of one of these names is where systems keep them.
    SoundFont(&'static [&'static str]),
    /// `python3 -m pip` works.
    Pip,
}

/// One thing needed, and the package that brings it.
pub struct Need {
    /// What it is, in words.
    pub what: &'static str,
    /// What for.
    pub purpose: Purpose,
    sign: Sign,
    apt: &'static str,
    dnf: &'static str,
    pacman: &'static str,
}

/// Everything needed on Linux.
///
/// The plugin is Rust alone. The trainer's codec and allocator are C, and Rust links through the C
/// compiler. No `-dev` package is needed: the editor opens X11, EGL and xkbcommon with `dlopen`. So those are needed to open an editor, and every desktop
/// has them; on a bare machine the editor's test does.
pub const NEEDS: &[Need] = &[
    Need {
        what: "a C compiler",
        purpose: Purpose::Build,
        sign: Sign::Program(&["cc", "gcc", "clang"]),
        apt: "gcc",
        dnf: "gcc",
        pacman: "gcc",
    },
    Need {
        what: "X11",
        purpose: Purpose::Test,
        sign: Sign::Library("libX11.so.6"),
        apt: "libx11-6",
        dnf: "libX11",
        pacman: "libx11",
    },
    Need {
        what: "X11's XCB bridge",
        purpose: Purpose::Test,
        sign: Sign::Library("libX11-xcb.so.1"),
        apt: "libx11-xcb1",
        dnf: "libX11-xcb",
        pacman: "libx11",
    },
    Need {
        what: "xkbcommon",
        purpose: Purpose::Test,
        sign: Sign::Library("libxkbcommon-x11.so.0"),
        apt: "libxkbcommon-x11-0",
        dnf: "libxkbcommon-x11",
        pacman: "libxkbcommon-x11",
    },
    Need {
        what: "EGL",
        purpose: Purpose::Test,
        sign: Sign::Library("libEGL.so.1"),
        apt: "libegl1",
        dnf: "libglvnd-egl",
        pacman: "libglvnd",
    },
    Need {
        what: "a software OpenGL driver",
        purpose: Purpose::Test,
        sign: Sign::Driver("swrast_dri.so"),
        apt: "libgl1-mesa-dri",
        dnf: "mesa-dri-drivers",
        pacman: "mesa",
    },
    Need {
        what: "a virtual X server (Xvfb)",
        purpose: Purpose::Test,
        sign: Sign::Program(&["Xvfb"]),
        apt: "xvfb",
        dnf: "xorg-x11-server-Xvfb",
        pacman: "xorg-server-xvfb",
    },
    Need {
        what: "Ardour's Lua host",
        purpose: Purpose::Test,
        sign: Sign::Program(&["ardour9-lua", "ardour8-lua", "ardour7-lua", "ardour6-lua"]),
        apt: "ardour",
        dnf: "ardour8",
        pacman: "ardour",
    },
    Need {
        what: "Python's pip",
        purpose: Purpose::Test,
        sign: Sign::Pip,
        apt: "python3-pip",
        dnf: "python3-pip",
        pacman: "python-pip",
    },
    Need {
        what: "a General MIDI SoundFont",
        purpose: Purpose::Test,
        sign: Sign::SoundFont(&["TimGM6mb.sf2", "FluidR3_GM.sf2"]),
        apt: "timgm6mb-soundfont",
        dnf: "fluid-soundfont-gm",
        pacman: "soundfont-fluid",
    },
    Need {
        what: "a C compiler for Windows (MinGW-w64)",
        purpose: Purpose::BuildForWindows,
        sign: Sign::Program(&["x86_64-w64-mingw32-gcc"]),
        apt: "gcc-mingw-w64-x86-64-posix",
        dnf: "mingw64-gcc",
        pacman: "mingw-w64-gcc",
    },
    Need {
        what: "Wine",
        purpose: Purpose::RunForWindows,
        sign: Sign::Program(&["wine", "wine64"]),
        apt: "wine",
        dnf: "wine-core",
        pacman: "wine",
    },
];

impl Need {
    /// Whether this machine has it.
    pub fn is_met(&self) -> bool {
        match self.sign {
            Sign::Program(names) => names.iter().any(|name| program(name).is_some()),
            Sign::Library(name) => library_folders().any(|folder| folder.join(name).exists()),
            Sign::Driver(name) => {
                library_folders().any(|folder| folder.join("dri").join(name).exists())
            }
            Sign::SoundFont(names) => {
                let folders = ["/usr/share/sounds/sf2", "/usr/share/soundfonts"].map(Path::new);
                let mut files = folders
                    .iter()
                    .flat_map(|folder| names.iter().map(|name| folder.join(name)));
                files.any(|file| file.is_file())
            }
            Sign::Pip => {
                crate::process::succeeds(Command::new("python3").args(["-m", "pip", "--version"]))
            }
        }
    }
}

/// The needs that this machine does not meet. There are none on other systems than Linux, where a
/// compiler comes with what Rust itself requires.
pub fn missing(purposes: &[Purpose]) -> Vec<&'static Need> {
    if !cfg!(target_os = "linux") {
        return Vec::new();
    }
    NEEDS
        .iter()
        .filter(|need| purposes.contains(&need.purpose) && !need.is_met())
        .collect()
}

/// A package manager of a Linux distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manager {
    /// Debian, Ubuntu and their kin.
    Apt,
    /// Fedora.
    Dnf,
    /// Arch.
    Pacman,
}

impl Manager {
    /// The package manager of this machine; apt's names are the best guess where there is none.
    pub fn of_this_machine() -> Option<Self> {
        [
            ("apt-get", Self::Apt),
            ("dnf", Self::Dnf),
            ("pacman", Self::Pacman),
        ]
        .into_iter()
        .find_map(|(name, manager)| program(name).map(|_| manager))
    }

    /// The arguments, program first, that install what `needs` name, each package once.
    pub fn install_command(self, needs: &[&Need]) -> Vec<&'static str> {
        let mut words = match self {
            Self::Apt => vec!["apt-get", "install", "--yes", "--no-install-recommends"],
            Self::Dnf => vec!["dnf", "install", "--assumeyes"],
            Self::Pacman => vec!["pacman", "--sync", "--needed", "--noconfirm"],
        };
        for need in needs {
            let package = match self {
                Self::Apt => need.apt,
                Self::Dnf => need.dnf,
                Self::Pacman => need.pacman,
            };
            if !words.contains(&package) {
                words.push(package);
            }
        }
        words
    }
}

/// The full path of a program on the path.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

fn library_folders() -> impl Iterator<Item = &'static Path> {
    [
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib64",
        "/usr/lib",
        "/lib/x86_64-linux-gnu",
        "/lib/aarch64-linux-gnu",
        "/lib64",
        "/usr/local/lib",
    ]
    .into_iter()
    .map(Path::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_brings_two_things_is_installed_once() {
        let needs: Vec<&Need> = NEEDS
            .iter()
            .filter(|need| need.pacman == "libx11")
            .collect();
        assert_eq!(needs.len(), 2);
        assert_eq!(
            Manager::Pacman.install_command(&needs),
            ["pacman", "--sync", "--needed", "--noconfirm", "libx11"]
        );
    }

    #[test]
    fn a_program_that_is_not_there_is_not_found() {
        assert!(program("a-program-that-nobody-wrote").is_none());
    }

    #[test]
    fn compiling_needs_one_package_only() {
        let build = NEEDS
            .iter()
            .filter(|need| need.purpose == Purpose::Build)
            .map(|need| need.apt)
            .collect::<Vec<_>>();
        assert_eq!(build, ["gcc"]);
    }
}
