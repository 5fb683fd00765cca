//! Audio files: Ogg Vorbis and WAV.

use std::io::Cursor;
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

/// Encodes `channels` (each of equal length) as a WAV file of 16 bits a sample.
///
/// # Errors
/// [`SynthError::Encode`] if it does not fit into a WAV file.
pub(crate) fn wav<C: AsRef<[f32]>>(channels: &[C], rate_hz: u32) -> Result<Vec<u8>, SynthError> {
    let refused = |error: hound::Error| SynthError::Encode(error.to_string());
    let spec = hound::WavSpec {
        channels: channels.len() as u16,
        sample_rate: rate_hz,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).map_err(refused)?;
    let frames = channels.first().map_or(0, |channel| channel.as_ref().len());
    for frame in 0..frames {
        for channel in channels {
            let sample = (channel.as_ref()[frame] * 32_767.0).round() as i16;
            writer.write_sample(sample).map_err(refused)?;
        }
    }
    writer.finalize().map_err(refused)?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wav_file_is_a_plain_header_and_little_endian_samples() {
        let file = wav(&[[0.5, -1.0], [0.0, 1.0]], 22_050).unwrap();
        let header = [
            &b"RIFF"[..],
            &44_u32.to_le_bytes(),
            b"WAVEfmt \x10\0\0\0\x01\0\x02\0",
            &22_050_u32.to_le_bytes(),
            &88_200_u32.to_le_bytes(),
            b"\x04\0\x10\0data",
            &8_u32.to_le_bytes(),
        ];
        let samples = [16_384_i16, 0, -32_767, 32_767].map(i16::to_le_bytes);
        assert_eq!(file, [header.concat(), samples.concat()].concat());
    }
}
