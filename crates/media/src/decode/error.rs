//! What can be wrong with an audio file.

/// Most samples of all channels together that a file may hold: 4 GiB of f32, three hours of
/// stereo at 48 kHz.
pub(crate) const MAX_SAMPLES: usize = 1 << 30;

/// Most channels of a file.
pub(crate) const MAX_CHANNELS: usize = 64;

/// Why a file cannot be decoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A folder, a device, a pipe.
    #[error("{path}: not a file")]
    NotAFile {
        /// The path.
        path: String,
    },
    /// No known audio format begins like this.
    #[error(
        "{path}: not an audio file in a known format (wav, flac, mp3, ogg, opus, m4a, aiff, …): \
         {reason}"
    )]
    NotAudio {
        /// The file.
        path: String,
        /// What the format readers said.
        reason: String,
    },
    /// The file begins like audio and breaks the rules of its format.
    #[error("{path}: damaged: {reason}")]
    Damaged {
        /// The file.
        path: String,
        /// What the format reader said.
        reason: String,
    },
    /// The container holds no audio.
    #[error("{path}: a {format} file without an audio track")]
    NoAudioTrack {
        /// The file.
        path: String,
        /// Name of the container's format.
        format: String,
    },
    /// The format is known, and not read here.
    #[error("{path}: a {format} file, which is not supported; convert it: {command}")]
    UnsupportedFormat {
        /// The file.
        path: String,
        /// Name of the format.
        format: &'static str,
        /// The command that converts it.
        command: String,
    },
    /// The container is known, the codec of its audio is not.
    #[error(
        "{path}: its audio is {codec}, which is not supported: {reason}; convert it: {command}"
    )]
    UnsupportedCodec {
        /// The file.
        path: String,
        /// Name of the codec.
        codec: String,
        /// What the decoder said.
        reason: String,
        /// The command that converts it.
        command: String,
    },
    /// The sample rate is impossible.
    #[error("{path}: a sample rate of {rate_hz} Hz, outside 1,000 Hz to 768 kHz")]
    SampleRate {
        /// The file.
        path: String,
        /// The rate it claims.
        rate_hz: u32,
    },
    /// The number of channels is impossible.
    #[error("{path}: {channels} channels, where 1 to {MAX_CHANNELS} are possible")]
    Channels {
        /// The file.
        path: String,
        /// The number it claims.
        channels: usize,
    },
    /// More audio than fits.
    #[error(
        "{path}: more than {} million samples; cut it into shorter files", MAX_SAMPLES / 1_000_000
    )]
    TooLong {
        /// The file.
        path: String,
    },
    /// The file ends early, and too little comes before that.
    #[error("{path}: truncated after {seconds:.2} s of audio: {reason}")]
    Truncated {
        /// The file.
        path: String,
        /// Audio before the end, in seconds.
        seconds: f64,
        /// What the format reader said.
        reason: String,
    },
    /// Nothing in the file can be decoded.
    #[error("{path}: no audio in it could be decoded: {reason}")]
    Nothing {
        /// The file.
        path: String,
        /// Why the first packet was refused, or that there was none.
        reason: String,
    },
}
