//! Whether a library is whole: a system maps the parts that its headers name without looking, and a
//! program that then touches what is not in the file is killed (SIGBUS), its host with it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// Most bytes of headers that are read.
const MOST_HEADERS: u64 = 1 << 20;

/// Refuses what is no regular file, no library, or shorter than its headers say. Pipes are not opened.
pub(super) fn check(path: &Path) -> Result<(), String> {
    let refused = |reason: &str| Err(format!("{}: {reason}", path.display()));
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => return refused(&error.to_string()),
    };
    if !metadata.is_file() {
        return refused("not a regular file");
    }
    let parts = File::open(path).and_then(|mut file| parts(&mut file));
    match parts {
        Ok(Some(end)) if end <= metadata.len() => Ok(()),
        Ok(Some(end)) => refused(&format!(
            "cut: {} bytes, where its headers name {end}; install it again",
            metadata.len()
        )),
        Ok(None) => refused("not a library of this system"),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            refused("cut within its headers; install it again")
        }
        Err(error) => refused(&error.to_string()),
    }
}

/// Where the last part that the headers name ends; `None` if they are no library's.
fn parts(file: &mut File) -> std::io::Result<Option<u64>> {
    let mut start = [0; 64];
    file.read_exact(&mut start)?;
    if cfg!(target_os = "windows") {
        pe(file, &start)
    } else if cfg!(target_os = "macos") {
        mach_o(file, &start)
    } else {
        elf(file, &start)
    }
}

fn read_at(file: &mut File, at: u64, bytes: u64) -> std::io::Result<Vec<u8>> {
    let mut read = vec![0; bytes.min(MOST_HEADERS) as usize];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut read)?;
    Ok(read)
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

fn u16_at(bytes: &[u8], at: usize) -> u64 {
    number(bytes, at).map_or(0, u16::from_le_bytes).into()
}

fn u32_at(bytes: &[u8], at: usize) -> u64 {
    number(bytes, at).map_or(0, u32::from_le_bytes).into()
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    number(bytes, at).map_or(0, u64::from_le_bytes)
}

/// ELF of 64 bits, little-endian: what its segments load, and the table of its sections, which is the
/// file's end as linkers write it.
fn elf(file: &mut File, start: &[u8; 64]) -> std::io::Result<Option<u64>> {
    if !start.starts_with(b"\x7fELF\x02\x01") {
        return Ok(None);
    }
    let (segments, sections) = (u64_at(start, 32), u64_at(start, 40));
    let [segment_bytes, segment_count, section_bytes, section_count] =
        [54, 56, 58, 60].map(|at| u16_at(start, at));
    let mut end = sections.saturating_add(section_bytes * section_count);
    let table = read_at(file, segments, segment_bytes * segment_count)?;
    for segment in table.chunks_exact(segment_bytes.max(1) as usize) {
        end = end.max(u64_at(segment, 8).saturating_add(u64_at(segment, 32)));
    }
    Ok(Some(end))
}

/// PE: the data of its sections.
fn pe(file: &mut File, start: &[u8; 64]) -> std::io::Result<Option<u64>> {
    if !start.starts_with(b"MZ") {
        return Ok(None);
    }
    let at = u32_at(start, 60);
    let header = read_at(file, at, 24)?;
    if !header.starts_with(b"PE\0\0") {
        return Ok(None);
    }
    let (sections, optional) = (u16_at(&header, 6), u16_at(&header, 20));
    let table = read_at(file, at + 24 + optional, 40 * sections)?;
    let ends = table
        .chunks_exact(40)
        .map(|section| u32_at(section, 20) + u32_at(section, 16));
    Ok(Some(ends.max().unwrap_or(0)))
}

/// Mach-O of 64 bits, alone or one for each processor in one file: the data of its segments.
fn mach_o(file: &mut File, start: &[u8; 64]) -> std::io::Result<Option<u64>> {
    if start.starts_with(b"\xca\xfe\xba\xbe") {
        let big = |bytes: &[u8], at| number(bytes, at).map_or(0, u32::from_be_bytes).into();
        let count: u64 = big(start, 4);
        let table = read_at(file, 8, 20 * count.min(64))?;
        let ends = table.chunks_exact(20).map(|one| {
            let [at, bytes]: [u64; 2] = [8, 12].map(|place| big(one, place));
            at + bytes
        });
        return Ok(Some(ends.max().unwrap_or(0)));
    }
    if !start.starts_with(b"\xcf\xfa\xed\xfe") {
        return Ok(None);
    }
    let commands = read_at(file, 32, u32_at(start, 20))?;
    let (mut at, mut end) = (0, 0);
    while let Some(command) = commands.get(at..).filter(|rest| rest.len() >= 8) {
        if u32_at(command, 0) == 0x19 {
            end = end.max(u64_at(command, 40).saturating_add(u64_at(command, 48)));
        }
        at += u32_at(command, 4).max(8) as usize;
    }
    Ok(Some(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The library of a system that has one loaded: this test itself is as good as any.
    #[test]
    fn a_whole_library_passes_and_none_that_is_cut_anywhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library");
        let itself = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        std::fs::write(&path, &itself).unwrap();
        assert_eq!(check(&path), Ok(()));
        for part in [0, 10, 64, 1_000, itself.len() / 2, itself.len() - 4_096] {
            std::fs::write(&path, &itself[..part]).unwrap();
            let reason = check(&path).unwrap_err();
            assert!(reason.contains("cut"), "{part}: {reason}");
        }
        std::fs::write(&path, [b'x'; 500]).unwrap();
        assert!(check(&path).unwrap_err().contains("not a library"));
        assert!(
            check(folder.path())
                .unwrap_err()
                .contains("not a regular file")
        );
        assert!(check(&folder.path().join("gone")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_refused_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("libonnxruntime.so");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        assert!(check(&pipe).unwrap_err().contains("not a regular file"));
    }

    /// The formats of the other systems, of which there is no program here to try.
    #[test]
    fn the_other_systems_formats_end_where_their_last_part_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library");
        let end = |bytes: &[u8], read: fn(&mut File, &[u8; 64]) -> std::io::Result<Option<u64>>| {
            std::fs::write(&path, bytes).unwrap();
            let start = bytes.first_chunk().unwrap();
            read(&mut File::open(&path).unwrap(), start).unwrap()
        };
        let mut library = vec![0; 300];
        library[..2].copy_from_slice(b"MZ");
        library[60] = 64;
        library[64..68].copy_from_slice(b"PE\0\0");
        library[70] = 2;
        library[84] = 8;
        for (section, place) in [(0, 1_000u32), (1, 5_000)] {
            let at = 64 + 24 + 8 + 40 * section;
            library[at + 16..at + 20].copy_from_slice(&512u32.to_le_bytes());
            library[at + 20..at + 24].copy_from_slice(&place.to_le_bytes());
        }
        assert_eq!(end(&library, pe), Some(5_512));

        let mut library = vec![0; 300];
        library[..4].copy_from_slice(b"\xcf\xfa\xed\xfe");
        library[20] = 152;
        for (at, place) in [(32, 0u64), (104, 7_000)] {
            library[at] = 0x19;
            library[at + 4] = 72;
            library[at + 40..at + 48].copy_from_slice(&place.to_le_bytes());
            library[at + 48..at + 56].copy_from_slice(&600u64.to_le_bytes());
        }
        assert_eq!(end(&library, mach_o), Some(7_600));

        let mut library = vec![0; 64];
        library[..8].copy_from_slice(b"\xca\xfe\xba\xbe\0\0\0\x01");
        library[16..24].copy_from_slice(b"\0\0\x10\0\0\0\0\x40");
        assert_eq!(end(&library, mach_o), Some(4_096 + 64));
    }
}
