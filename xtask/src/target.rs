//! The system and the processor that a build is for, which need not be the builder's.

use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A system that hosts run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Linux and what is like it.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

/// In the place of a processor's name: a library for each that the system runs on.
const UNIVERSAL: &str = "universal";

/// What a build is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Rust's name of it, if cargo was told one. Then its files lie in a folder of their own.
    triple: Option<String>,
    /// Its system.
    pub system: System,
    /// Its processor, in Rust's words: `x86_64`, `aarch64`.
    pub architecture: String,
}

impl Target {
    /// The machine that builds.
    pub fn builder() -> Self {
        Self {
            triple: None,
            system: if cfg!(target_os = "windows") {
                System::Windows
            } else if cfg!(target_os = "macos") {
                System::MacOs
            } else {
                System::Linux
            },
            architecture: std::env::consts::ARCH.to_owned(),
        }
    }

    /// The option that tells cargo the target.
    pub fn option(&self) -> Option<String> {
        self.triple
            .as_ref()
            .map(|triple| format!("--target={triple}"))
    }

    /// Rust's name of it, if it was named.
    pub fn triple(&self) -> Option<&str> {
        self.triple.as_deref()
    }

    /// Rust's name of it, also where it was not named.
    pub fn name(&self) -> String {
        let system = match self.system {
            System::Linux => "unknown-linux-gnu",
            System::MacOs => "apple-darwin",
            System::Windows => "pc-windows-msvc",
        };
        let own = || format!("{}-{system}", self.architecture);
        self.triple.clone().unwrap_or_else(own)
    }

    /// Both processors that macOS runs on, in one library.
    pub fn universal() -> Self {
        Self {
            triple: Some("universal-apple-darwin".to_owned()),
            system: System::MacOs,
            architecture: UNIVERSAL.to_owned(),
        }
    }

    /// The targets that cargo compiles for it: two for [`Target::universal`], else itself.
    pub fn parts(&self) -> Vec<Self> {
        if self.architecture != UNIVERSAL {
            return vec![self.clone()];
        }
        ["aarch64", "x86_64"]
            .map(|architecture| Self {
                triple: Some(format!("{architecture}-apple-darwin")),
                system: System::MacOs,
                architecture: architecture.to_owned(),
            })
            .to_vec()
    }

    /// The same target by its name, so that cargo keeps its files apart.
    pub fn named(&self) -> Self {
        Self {
            triple: Some(self.name()),
            ..self.clone()
        }
    }

    /// Where cargo puts what it builds for it, below its `target` folder.
    pub fn folder(&self, target: &Path) -> PathBuf {
        self.triple
            .as_ref()
            .map_or_else(|| target.to_owned(), |triple| target.join(triple))
    }

    /// The file that cargo makes of the library `name`.
    pub fn library(&self, name: &str) -> String {
        match self.system {
            System::Linux => format!("lib{name}.so"),
            System::MacOs => format!("lib{name}.dylib"),
            System::Windows => format!("{name}.dll"),
        }
    }

    /// The file that cargo makes of the program `name`.
    pub fn program(&self, name: &str) -> String {
        match self.system {
            System::Linux | System::MacOs => name.to_owned(),
            System::Windows => format!("{name}.exe"),
        }
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(triple: &str) -> Result<Self, String> {
        let words: Vec<&str> = triple.split('-').collect();
        let system = if words.contains(&"windows") {
            System::Windows
        } else if words.contains(&"darwin") {
            System::MacOs
        } else if words.contains(&"linux") {
            System::Linux
        } else {
            return Err(format!(
                "Tagline has no bundles for `{triple}`, only for Linux, macOS and Windows, as in \
                 x86_64-pc-windows-gnu"
            ));
        };
        Ok(Self {
            triple: Some(triple.to_owned()),
            system,
            architecture: words[0].to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_system_decides_and_not_the_builders() {
        for (triple, system, library, program) in [
            (
                "x86_64-pc-windows-gnu",
                System::Windows,
                "tagline.dll",
                "trainer.exe",
            ),
            (
                "aarch64-apple-darwin",
                System::MacOs,
                "libtagline.dylib",
                "trainer",
            ),
            (
                "x86_64-unknown-linux-gnu",
                System::Linux,
                "libtagline.so",
                "trainer",
            ),
        ] {
            let target: Target = triple.parse().expect("a target");
            assert_eq!(target.system, system);
            assert_eq!(target.library("tagline"), library);
            assert_eq!(target.program("trainer"), program);
            assert_eq!(target.folder(Path::new("t")), Path::new("t").join(triple));
            assert_eq!(target.option(), Some(format!("--target={triple}")));
        }
    }

    #[test]
    fn the_builders_own_files_stay_where_cargo_puts_them_unasked() {
        let builder = Target::builder();
        assert_eq!(builder.folder(Path::new("t")), Path::new("t"));
        assert_eq!(builder.option(), None);
    }

    #[test]
    fn a_universal_build_has_two_parts_and_a_folder_of_its_own() {
        let target = Target::universal();
        assert_eq!(
            target.folder(Path::new("t")),
            Path::new("t/universal-apple-darwin")
        );
        let parts: Vec<String> = target.parts().iter().map(Target::name).collect();
        assert_eq!(parts, ["aarch64-apple-darwin", "x86_64-apple-darwin"]);
        let builder = Target::builder();
        assert_eq!(builder.parts(), [builder]);
    }

    #[test]
    fn a_system_without_bundles_is_refused_by_name() {
        let error = "wasm32-unknown-unknown"
            .parse::<Target>()
            .expect_err("no hosts");
        assert!(error.contains("wasm32-unknown-unknown"), "{error}");
    }
}
