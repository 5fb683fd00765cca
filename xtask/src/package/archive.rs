//! `.tar.gz` and `.zip` archives whose bytes depend on nothing but the files in them.

use std::io::{Cursor, Write};

use flate2::{Compression, GzBuilder};

use super::tree::Tree;
use crate::error::Error;

const FILE: u32 = 0o644;
const PROGRAM: u32 = 0o755;

/// A tar archive, compressed. Everything in it belongs to root and was changed at `epoch`, in seconds
/// since 1970.
///
/// # Errors
/// [`Error::File`]; [`Error::Package`] for a path that is too long for the format.
pub fn tar_gz(tree: &Tree, epoch: u64) -> Result<Vec<u8>, Error> {
    let gz = GzBuilder::new()
        .mtime(0)
        .write(Vec::new(), Compression::best());
    let mut tar = tar::Builder::new(gz);
    for folder in tree.folders() {
        let header = header(tar::EntryType::Directory, PROGRAM, 0, epoch);
        append(&mut tar, header, &format!("{folder}/"), &[])?;
    }
    for (path, entry) in tree.files() {
        let bytes = entry.bytes()?;
        let mode = if entry.executable { PROGRAM } else { FILE };
        let header = header(tar::EntryType::Regular, mode, bytes.len() as u64, epoch);
        append(&mut tar, header, path, &bytes)?;
    }
    tar.into_inner()
        .and_then(flate2::write::GzEncoder::finish)
        .map_err(|error| Error::Package(format!("cannot pack a tar archive: {error}")))
}

fn header(kind: tar::EntryType, mode: u32, size: u64, epoch: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(epoch);
    header.set_uid(0);
    header.set_gid(0);
    header
}

fn append(
    tar: &mut tar::Builder<impl Write>,
    mut header: tar::Header,
    path: &str,
    bytes: &[u8],
) -> Result<(), Error> {
    let failed = |error| Error::Package(format!("cannot pack {path}: {error}"));
    for set in [tar::Header::set_username, tar::Header::set_groupname] {
        set(&mut header, "root").map_err(failed)?;
    }
    tar.append_data(&mut header, path, bytes).map_err(failed)
}

/// A zip archive. Everything in it was changed at `epoch`, in seconds since 1970; the format knows no year
/// before 1980.
///
/// # Errors
/// [`Error::File`]; [`Error::Package`] for what the format does not hold.
pub fn zip(tree: &Tree, epoch: u64) -> Result<Vec<u8>, Error> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(dos_time(epoch));
    for (path, entry) in tree.files() {
        let mode = if entry.executable { PROGRAM } else { FILE };
        zip.start_file(path, options.unix_permissions(mode))
            .map_err(|error| Error::Package(format!("cannot pack {path}: {error}")))?;
        zip.write_all(&entry.bytes()?)
            .map_err(|error| Error::Package(format!("cannot pack {path}: {error}")))?;
    }
    zip.finish()
        .map(Cursor::into_inner)
        .map_err(|error| Error::Package(format!("cannot pack a zip archive: {error}")))
}

fn dos_time(epoch: u64) -> zip::DateTime {
    let date = crate::version::Date::of_seconds(epoch);
    let [year, month, day] = date.parts();
    let of_day = epoch % 86_400;
    let part = |value: u64| u8::try_from(value).unwrap_or_default();
    zip::DateTime::from_date_and_time(
        u16::try_from(year).unwrap_or_default(),
        part(month),
        part(day),
        part(of_day / 3600),
        part(of_day / 60 % 60),
        part(of_day % 60),
    )
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    const EPOCH: u64 = 1_796_036_887;

    fn tree() -> Tree {
        let mut tree = Tree::default();
        tree.add("Tagline/readme", "read me");
        tree.add_program("Tagline/install.sh", "#!/bin/sh\n");
        tree.add(
            &format!("Tagline/{}/{}", "deep".repeat(30), "long".repeat(30)),
            "x",
        );
        tree
    }

    #[test]
    fn a_tar_archive_holds_every_file_with_roots_name_and_the_right_mode() {
        let packed = tar_gz(&tree(), EPOCH).expect("packed");
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(&packed[..]));
        let mut seen = Vec::new();
        for entry in archive.entries().expect("entries") {
            let entry = entry.expect("an entry");
            let header = entry.header();
            assert_eq!(header.username(), Ok(Some("root")));
            assert_eq!(header.mtime().expect("a time"), EPOCH);
            let path = entry.path().expect("a path").display().to_string();
            seen.push((path, header.mode().expect("a mode")));
        }
        assert_eq!(seen.len(), 5, "{seen:?}");
        let mode = |name: &str| {
            seen.iter()
                .find(|(path, _)| path.contains(name))
                .map(|(_, mode)| *mode)
        };
        assert_eq!(mode("install.sh"), Some(PROGRAM));
        assert_eq!(mode("readme"), Some(FILE));
        assert_eq!(mode("longlong"), Some(FILE));
    }

    #[test]
    fn a_zip_archive_holds_every_file_with_its_bytes() {
        let packed = zip(&tree(), EPOCH).expect("packed");
        let mut archive = zip::ZipArchive::new(Cursor::new(packed)).expect("an archive");
        assert_eq!(archive.len(), 3);
        let mut file = archive.by_name("Tagline/readme").expect("the file");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("its text");
        assert_eq!(text, "read me");
        assert_eq!(file.last_modified().map(|time| time.year()), Some(2026));
    }
}
