//! Audio files: Ogg Vorbis and WAV.

use std::num::{NonZeroU8, NonZeroU32};

use vorbis_rs::{VorbisBitrateManagementStrategy, VorbisEncoderBuilder};

use super::error::SynthError;

/// Encodes `channels` (each of equal length) as Ogg Vorbis. The same samples and `serial` give the
/// same bytes.
///
/// # Errors
/// [`SynthError::Encode`] with the encoder's reason.
pub fn ogg<C: AsRef<[f32]>>(
    channels: &[C],
    rate_hz: u32,
    quality: f32,
    serial: i32,
) -> Result<Vec<u8>, SynthError> {
    /// Larger blocks are slow to encode.
    const BLOCK: usize = 4096;
    let refused = |error: vorbis_rs::VorbisError| SynthError::Encode(error.to_string());
    let count = u8::try_from(channels.len()).ok().and_then(NonZeroU8::new);
    let (Some(rate), Some(count)) = (NonZeroU32::new(rate_hz), count) else {
        return Err(SynthError::Encode("no channels, or no sample rate".into()));
    };
    let mut builder = VorbisEncoderBuilder::new_with_serial(rate, count, Vec::new(), serial);
    builder.bitrate_management_strategy(VorbisBitrateManagementStrategy::QualityVbr {
        target_quality: quality,
    });
    let mut encoder = builder.build().map_err(refused)?;
    let frames = channels[0].as_ref().len();
    for start in (0..frames).step_by(BLOCK) {
        let end = (start + BLOCK).min(frames);
        let block: Vec<&[f32]> = channels
            .iter()
            .map(|channel| &channel.as_ref()[start..end])
            .collect();
        encoder.encode_audio_block(block).map_err(refused)?;
    }
    encoder.finish().map_err(refused)
}

/// Encodes `channels` as a WAV file of 16 bits a sample.
pub(crate) fn wav<C: AsRef<[f32]>>(channels: &[C], rate_hz: u32) -> Vec<u8> {
    let frames = channels.first().map_or(0, |channel| channel.as_ref().len());
    let frame_bytes = 2 * channels.len() as u32;
    let data_bytes = frames as u32 * frame_bytes;
    let mut bytes = Vec::with_capacity(44 + data_bytes as usize);
    bytes.extend(b"RIFF");
    bytes.extend((36 + data_bytes).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend(1_u16.to_le_bytes());
    bytes.extend((channels.len() as u16).to_le_bytes());
    bytes.extend(rate_hz.to_le_bytes());
    bytes.extend((rate_hz * frame_bytes).to_le_bytes());
    bytes.extend((frame_bytes as u16).to_le_bytes());
    bytes.extend(16_u16.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend(data_bytes.to_le_bytes());
    for frame in 0..frames {
        for channel in channels {
            let sample = (channel.as_ref()[frame] * 32_767.0).round() as i16;
            bytes.extend(sample.to_le_bytes());
        }
    }
    bytes
}
