//! What a library of Linux needs of the system that opens it.

use std::path::Path;

use goblin::elf::Elf;

use super::tree::file_error;
use crate::error::Error;

/// What a library needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needs {
    /// The oldest glibc that has every symbol: the two numbers of its version.
    pub glibc: Option<[u32; 2]>,
    /// The libraries that the loader opens with it.
    pub libraries: Vec<String>,
}

/// Libraries of the system, and the Debian packages that have them. All else would have to be installed
/// by hand, so there may be nothing else.
const OF_THE_SYSTEM: [(&str, &str); 9] = [
    ("libc.so.6", "libc6"),
    ("libm.so.6", "libc6"),
    ("libdl.so.2", "libc6"),
    ("libpthread.so.0", "libc6"),
    ("librt.so.1", "libc6"),
    ("libutil.so.1", "libc6"),
    ("ld-linux-x86-64.so.2", "libc6"),
    ("ld-linux-aarch64.so.1", "libc6"),
    ("libgcc_s.so.1", "libgcc-s1"),
];

/// Reads what the library `path` needs.
///
/// # Errors
/// [`Error::File`]; [`Error::Package`] if it is no library of Linux.
pub fn needs(path: &Path) -> Result<Needs, Error> {
    let bytes = std::fs::read(path).map_err(file_error("read", path))?;
    let elf = Elf::parse(&bytes)
        .map_err(|error| Error::Package(format!("{}: {error}", path.display())))?;
    let mut glibc = None;
    for file in elf.verneed.iter().flat_map(|needed| needed.iter()) {
        for version in file.iter() {
            let name = elf.dynstrtab.get_at(version.vna_name).unwrap_or_default();
            glibc = glibc.max(name.strip_prefix("GLIBC_").and_then(two_numbers));
        }
    }
    let mut libraries: Vec<String> = elf.libraries.iter().map(|&name| name.to_owned()).collect();
    libraries.sort();
    Ok(Needs { glibc, libraries })
}

/// The first two numbers of a version: 2.2.5 is as old as 2.2.
fn two_numbers(version: &str) -> Option<[u32; 2]> {
    let mut numbers = version.split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Some([major, minor]),
        _ => None,
    }
}

impl std::fmt::Display for Needs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some([major, minor]) = self.glibc {
            write!(f, "glibc {major}.{minor}: ")?;
        }
        f.write_str(&self.libraries.join(", "))
    }
}

impl Needs {
    /// What a Debian package with this library depends on.
    ///
    /// # Errors
    /// [`Error::Package`] if a library is not known to be one of the system's.
    pub fn debian_packages(&self) -> Result<String, Error> {
        let mut packages = Vec::new();
        for library in &self.libraries {
            let known = OF_THE_SYSTEM.iter().find(|(name, _)| name == library);
            let (_, package) = known.ok_or_else(|| {
                Error::Package(format!(
                    "the plugin needs {library}, which not every Linux has; link it in, or name its \
                     Debian package in xtask/src/package/elf.rs"
                ))
            })?;
            packages.push(match (*package, self.glibc) {
                ("libc6", Some([major, minor])) => format!("libc6 (>= {major}.{minor})"),
                (package, _) => package.to_owned(),
            });
        }
        packages.sort();
        packages.dedup();
        Ok(packages.join(", "))
    }

    /// Makes sure that every system with the glibc `oldest` opens the library.
    ///
    /// # Errors
    /// [`Error::Package`] if it needs a newer one.
    pub fn check_glibc(&self, oldest: [u32; 2]) -> Result<(), Error> {
        match self.glibc {
            Some([major, minor]) if [major, minor] > oldest => Err(Error::Package(format!(
                "the plugin needs glibc {major}.{minor}, and packages promise {}.{}; build it with \
                 `cargo xtask package`, or package it for this system alone with --system-glibc",
                oldest[0], oldest[1]
            ))),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number_and_not_as_text() {
        assert_eq!(two_numbers("2.2.5"), Some([2, 2]));
        assert!(two_numbers("2.4") < two_numbers("2.31"));
        assert_eq!(two_numbers("PRIVATE"), None);
    }

    #[test]
    fn a_newer_glibc_than_promised_is_refused() {
        let needs = |minor| Needs {
            glibc: Some([2, minor]),
            libraries: Vec::new(),
        };
        assert!(needs(31).check_glibc([2, 31]).is_ok());
        assert!(needs(4).check_glibc([2, 31]).is_ok());
        let error = needs(34).check_glibc([2, 31]).expect_err("too new");
        assert!(error.to_string().contains("needs glibc 2.34"), "{error}");
    }

    #[test]
    fn a_library_that_systems_lack_is_refused_by_name() {
        let needs = |library: &str| Needs {
            glibc: Some([2, 28]),
            libraries: vec!["libc.so.6".into(), library.into()],
        };
        let packages = needs("libgcc_s.so.1").debian_packages().expect("known");
        assert_eq!(packages, "libc6 (>= 2.28), libgcc-s1");
        let error = needs("libstdc++.so.6")
            .debian_packages()
            .expect_err("unknown");
        assert!(error.to_string().contains("libstdc++.so.6"), "{error}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_program_needs_a_glibc() {
        let program = std::env::current_exe().expect("this program");
        let needs = needs(&program).expect("its needs");
        assert!(needs.glibc >= Some([2, 17]), "{needs:?}");
        assert!(
            needs.libraries.contains(&"libc.so.6".to_owned()),
            "{needs:?}"
        );
    }
}
