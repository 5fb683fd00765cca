//! A Debian package: an `ar` archive of two tar archives.
//!
//! The sums of the installed files are left to dpkg, which makes them where a package brings none.

use super::archive;
use super::elf::Needs;
use super::tree::Tree;
use crate::error::Error;
use crate::version::Version;

/// What the package says of itself.
pub struct Control {
    /// Tagline's version.
    pub version: Version,
    /// The architecture as Debian calls it.
    pub architecture: &'static str,
    /// What the plugin's library needs of the system.
    pub needs: Needs,
}

/// The packages whose libraries the editor opens when it is shown.
const FOR_THE_EDITOR: &str = "libegl1, libgl1, libx11-6, libx11-xcb1";

/// Packs `tree`, whose paths are those of the installed files without the first `/`.
///
/// # Errors
/// [`Error::File`]; [`Error::Package`] if the library needs one whose Debian package is unknown.
pub fn pack(control: &Control, tree: &Tree, epoch: u64) -> Result<Vec<u8>, Error> {
    let mut about = Tree::default();
    about.add("control", control.text(tree)?);
    let members = [
        ("debian-binary", b"2.0\n".to_vec()),
        ("control.tar.gz", archive::tar_gz(&about, epoch)?),
        ("data.tar.gz", archive::tar_gz(tree, epoch)?),
    ];
    let mut packed = b"!<arch>\n".to_vec();
    for (name, bytes) in members {
        let size = bytes.len();
        packed.extend(format!("{name:<16}{epoch:<12}0     0     100644  {size:<10}`\n").bytes());
        packed.extend(&bytes);
        if size % 2 == 1 {
            packed.push(b'\n');
        }
    }
    Ok(packed)
}

impl Control {
    fn text(&self, tree: &Tree) -> Result<String, Error> {
        let mut bytes = 0;
        for (_, entry) in tree.files() {
            bytes += entry.bytes()?.len() as u64;
        }
        let Self {
            version,
            architecture,
            needs,
        } = self;
        Ok(format!(
            "Package: tagline\n\
             Version: {version}\n\
             Architecture: {architecture}\n\
             Maintainer: The Tagline authors <tagline@localhost>\n\
             Installed-Size: {}\n\
             Depends: {}\n\
             Recommends: {FOR_THE_EDITOR}\n\
             Section: sound\n\
             Priority: optional\n\
             Description: audio plugin that tags music while it plays\n\
             \x20Tagline is a CLAP and VST3 plugin. It passes audio through, listens to the last\n\
             \x2029 seconds with a convolutional network, and writes what it hears (genre,\n\
             \x20instruments, mood, voice, tempo) to parameters that the host shows, records\n\
             \x20and modulates with.\n",
            bytes.div_ceil(1024),
            needs.debian_packages()?
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_members_are_where_the_format_wants_them() {
        let control = Control {
            version: "1.2.3".parse().expect("a version"),
            architecture: "amd64",
            needs: Needs {
                glibc: Some([2, 31]),
                libraries: vec!["libc.so.6".into()],
            },
        };
        let mut tree = Tree::default();
        tree.add("usr/lib/clap/Tagline.clap", "library");
        let packed = pack(&control, &tree, 1_796_036_887).expect("packed");
        let mut at = 8;
        let mut names = Vec::new();
        while at < packed.len() {
            let head = std::str::from_utf8(&packed[at..at + 60]).expect("a head");
            names.push(head[..16].trim().to_owned());
            assert!(head.ends_with("`\n"));
            let size: usize = head[48..58].trim().parse().expect("a size");
            at += 60 + size + size % 2;
        }
        assert_eq!(at, packed.len());
        assert_eq!(names, ["debian-binary", "control.tar.gz", "data.tar.gz"]);
        let text = control.text(&tree).expect("the text");
        assert!(text.contains("\nDepends: libc6 (>= 2.31)\n"), "{text}");
        assert!(text.contains("\nInstalled-Size: 1\n"), "{text}");
    }
}
