//! Formats that are recognised by their first bytes, but not read.

/// Names of formats by the bytes that stand at an offset.
const FORMATS: &[(usize, &[u8], &str)] = &[
    (0, b"wvpk", "WavPack"),
    (0, b"MAC ", "Monkey's Audio"),
    (
        0,
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
        "Windows Media (WMA)",
    ),
    (0, b"MPCK", "Musepack"),
    (0, b"MP+", "Musepack"),
    (0, b"TTA1", "True Audio"),
    (0, b"TTA2", "True Audio"),
    (0, b"OFR ", "OptimFROG"),
    (0, b"tBaK", "TAK"),
    (0, b"ajkg", "Shorten"),
    (0, b"DSD ", "DSD (DSF)"),
    (0, b"FRM8", "DSD (DSDIFF)"),
    (0, b"\x0b\x77", "Dolby Digital (AC-3)"),
    (0, b"\x7f\xfe\x80\x01", "DTS"),
    (0, b"#!AMR", "AMR"),
    (0, b"ADIF", "AAC in ADIF"),
    (0, b".RMF", "RealMedia"),
    (0, b".ra\xfd", "RealAudio"),
    (0, b"FLV\x01", "Flash video"),
    (0, b"Creative Voice File", "Creative Voice"),
    (0, b"NIST_1A", "NIST SPHERE"),
    (8, b"AVI ", "AVI"),
    (8, b"8SVX", "Amiga 8SVX"),
    (0, b"\0\0\x01\xba", "MPEG program stream"),
];

/// Files that hold no audio and are met under the names of songs.
const NO_AUDIO: &[(usize, &[u8], &str)] = &[
    (0, b"MThd", "a MIDI file: notes, no sound"),
    (8, b"sfbk", "a SoundFont: instruments, no song"),
    (0, b"\0\x05\x16\x07", "macOS's notes on another file"),
    (
        0,
        b"<!DOCTYPE",
        "a web page, perhaps of a download that failed",
    ),
    (
        0,
        b"<!doctype",
        "a web page, perhaps of a download that failed",
    ),
    (0, b"<html", "a web page, perhaps of a download that failed"),
    (0, b"PK\x03\x04", "a zip archive; unpack it first"),
    (0, b"\x1f\x8b", "a gzip archive; unpack it first"),
];

/// The name of the format whose files begin with `head`, if it is known and not read.
pub(crate) fn known_format(head: &[u8]) -> Option<&'static str> {
    // Transport streams have a sync byte every 188 bytes.
    if head.len() > 2 * 188 && [0, 188, 376].iter().all(|at| head[*at] == 0x47) {
        return Some("MPEG transport stream");
    }
    find(FORMATS, head)
}

/// What a file is that begins with `head`, if it is known to hold no audio.
pub(crate) fn no_audio(head: &[u8]) -> Option<&'static str> {
    find(NO_AUDIO, head)
}

fn find(table: &[(usize, &[u8], &'static str)], head: &[u8]) -> Option<&'static str> {
    let found = table
        .iter()
        .find(|(at, magic, _)| head.get(*at..).is_some_and(|rest| rest.starts_with(magic)));
    found.map(|(_, _, name)| *name)
}

/// The command that makes a file readable.
pub(crate) fn conversion(path: &str) -> String {
    let stem = match path.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && !extension.contains(['/', '\\']) => stem,
        _ => path,
    };
    format!("ffmpeg -i \"{path}\" \"{stem}.flac\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_writes_beside_the_file() {
        assert_eq!(
            conversion("a.b/song.wv"),
            "ffmpeg -i \"a.b/song.wv\" \"a.b/song.flac\""
        );
        assert_eq!(
            conversion("a.b/song"),
            "ffmpeg -i \"a.b/song\" \"a.b/song.flac\""
        );
    }

    #[test]
    fn a_beginning_that_is_too_short_is_nothing_known() {
        assert_eq!(known_format(b"wv"), None);
        assert_eq!(known_format(b"wvpk"), Some("WavPack"));
        assert_eq!(known_format(b"RIFF\0\0\0\0AVI LIST"), Some("AVI"));
        assert_eq!(no_audio(b"MThd\0\0"), Some("a MIDI file: notes, no sound"));
    }
}
