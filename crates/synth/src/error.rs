//! What can go wrong while a corpus is rendered.

use std::path::PathBuf;

use tagline_files::advice;

/// How one gets a SoundFont on this system.
const HOW_TO_GET_ONE: &str = if cfg!(target_os = "linux") {
    "Install one (Debian, Ubuntu: `sudo apt-get install timgm6mb-soundfont fluid-soundfont-gm`)"
} else {
    "Put one there, such as FluidR3_GM.sf2"
};

/// Why a corpus or a piece was not rendered, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// No SoundFont was named, and none was found where systems keep them.
    #[error(
        "no General MIDI SoundFont was found in {searched}. {HOW_TO_GET_ONE}, or name one with \
         --soundfont FILE.sf2"
    )]
    NoSoundFont {
        /// The folders looked into.
        searched: String,
    },
    /// A file is not a SoundFont that can be played.
    #[error("{path}: not a SoundFont that can be played: {reason}")]
    SoundFont {
        /// The file.
        path: PathBuf,
        /// What its reader says.
        reason: String,
    },
    /// A file or folder could not be read or written.
    #[error("{path}: {source}{}", advice(.source))]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The folder holds a corpus that was made with other settings.
    #[error(
        "{path} holds a corpus with another {what} ({there}, now {here}): \
         use another folder, or the same settings to continue it"
    )]
    Different {
        /// The corpus's folder.
        path: PathBuf,
        /// What differs.
        what: &'static str,
        /// Its value in the folder.
        there: String,
        /// Its value asked for.
        here: String,
    },
    /// The folder holds files that are not part of a corpus.
    #[error("{0}: the folder holds other files and no corpus of this program: use an empty folder")]
    Foreign(PathBuf),
    /// The folder holds more clips than were asked for.
    #[error(
        "{path} holds {there} clips, of which {here} would leave the others out of its tables: \
         give --clips {there} or more, or use another folder"
    )]
    Fewer {
        /// The corpus's folder.
        path: PathBuf,
        /// Clips that it has.
        there: usize,
        /// Clips that were asked for.
        here: usize,
    },
    /// Another process renders into the folder.
    #[error("{0}: another process is rendering there; wait for it, or use another folder")]
    Busy(PathBuf),
    /// The manifest of a corpus is unreadable.
    #[error("{path}: not a manifest of a corpus: {reason}. Delete the folder to start again")]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no style of this name.
    #[error("there is no style `{name}`: choose one of {known}")]
    UnknownStyle {
        /// What was asked for.
        name: String,
        /// All there are.
        known: String,
    },
    /// A length outside what can be rendered.
    #[error("clips of {0} s cannot be rendered: choose 1 to 300 s")]
    Seconds(f64),
    /// The file's name ends in neither .ogg nor .wav.
    #[error("{0}: the name must end in .ogg or .wav")]
    Extension(PathBuf),
    /// Harmony or rhythm of a style that cannot be read.
    #[error("`{0}` is not a chord or progression")]
    Notation(String),
    /// The system does not start threads.
    #[error("cannot start threads: {0}")]
    Threads(String),
    /// Whoever asked for the corpus stopped it.
    #[error(
        "interrupted after {done} of {clips} clips; run the same command again, and it goes on \
         from there"
    )]
    Interrupted {
        /// Clips that are there.
        done: usize,
        /// Clips that were asked for.
        clips: usize,
    },
    /// The encoder failed.
    #[error("cannot encode audio: {0}")]
    Encode(String),
}
