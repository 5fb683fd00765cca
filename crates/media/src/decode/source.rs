//! The source of a file's audio, piece by piece.

/// One step through a file.
#[derive(Debug, PartialEq)]
pub(crate) enum Piece {
    /// Samples, at this rate in Hz.
    Audio(u32),
    /// A damaged piece, which is left out.
    Damaged(String),
    /// The end.
    End,
    /// Nothing more can be read, for this reason.
    Cut(String),
}

/// A file's audio.
pub(crate) trait Source {
    /// The next piece; samples are put into `planes: [channel][sample]`.
    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> Piece;

    /// Seconds of audio that the file says it holds.
    fn promised_seconds(&self) -> Option<f64>;

    /// Remarks on the file, complete once it has been read.
    fn remarks(&self) -> Vec<String> {
        Vec::new()
    }
}
