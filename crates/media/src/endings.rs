//! Which files are audio by their names.

/// Endings of audio files. Some of these formats cannot be read; a listing of a folder reports such
/// files.
const ENDINGS: &[&str] = &[
    "3g2", "3gp", "aac", "ac3", "adts", "aif", "aifc", "aiff", "alac", "amr", "ape", "asf", "au",
    "avi", "awb", "bwf", "caf", "dff", "dsf", "dts", "eac3", "fla", "flac", "flv", "gsm", "m4a",
    "m4b", "m4p", "m4r", "m4v", "mka", "mkv", "mov", "mp2", "mp3", "mp4", "mpa", "mpc", "mpga",
    "ofr", "oga", "ogg", "ogx", "opus", "ra", "rf64", "rm", "shn", "snd", "spx", "tak", "tta",
    "voc", "w64", "wav", "wave", "weba", "webm", "wma", "wmv", "wv",
];

/// Whether a file of this name may be audio. `._song.mp3` is not: on disks that cannot hold its own
/// attributes of `song.mp3`, macOS keeps them in such a file.
#[must_use]
pub fn looks_like_audio(name: &str) -> bool {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let ending = file.rsplit_once('.').map(|(_, ending)| ending);
    let ending = ending.map(str::to_ascii_lowercase);
    !file.starts_with("._") && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_decide_in_whatever_case() {
        for name in [
            "a.mp3",
            "b/a.WAVE",
            "a.b.m4b",
            "a.opus",
            "c/a.wv",
            "MOVIE.MOV",
            "a.aifc",
        ] {
            assert!(looks_like_audio(name), "{name}");
        }
        for name in [
            "._a.mp3",
            "b/._a.wav",
            "mp3",
            "a.mp3/cover.jpg",
            "a.txt",
            "a.",
            "",
        ] {
            assert!(!looks_like_audio(name), "{name}");
        }
        assert!(ENDINGS.is_sorted());
    }
}
