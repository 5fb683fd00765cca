//! The host's streams of bytes.

use std::ffi::c_void;

use vst3::ComRef;
use vst3::Steinberg::{IBStream, IBStreamTrait, int32};

/// Bytes that are asked for at once.
const PIECE: usize = 16 << 10;

/// Everything in the stream, up to `most` bytes and one more, by which a caller sees that there is
/// too much. What has been read counts, whatever the stream answers: at its end some hosts fail, and
/// some give less than was asked for and go on.
pub(super) fn read_all(stream: ComRef<'_, IBStream>, most: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut piece = [0_u8; PIECE];
    while bytes.len() <= most {
        let wanted = PIECE.min(most + 1 - bytes.len());
        let mut got: int32 = 0;
        // SAFETY: the stream is the host's for the length of its call, and the piece has room for
        // what is asked for.
        let _ = unsafe {
            stream.read(
                piece.as_mut_ptr().cast::<c_void>(),
                wanted as int32,
                &mut got,
            )
        };
        let got = usize::try_from(got).unwrap_or(0).min(wanted);
        if got == 0 {
            break;
        }
        bytes.extend_from_slice(&piece[..got]);
    }
    bytes
}

/// Writes all bytes. Returns whether the stream has taken them.
pub(super) fn write_all(stream: ComRef<'_, IBStream>, mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        let piece = &bytes[..bytes.len().min(PIECE)];
        let mut taken: int32 = 0;
        // SAFETY: the stream is the host's for the length of its call, and only reads the bytes.
        let _ = unsafe {
            stream.write(
                piece.as_ptr().cast_mut().cast::<c_void>(),
                piece.len() as int32,
                &mut taken,
            )
        };
        match usize::try_from(taken) {
            Ok(taken) if taken > 0 && taken <= piece.len() => bytes = &bytes[taken..],
            _ => return false,
        }
    }
    true
}
