//! Which sample rates and numbers of channels are possible.

use super::error::{DecodeError, MAX_CHANNELS};

/// Sample rates that the analysis accepts, in Hz. Others are taken for damage.
const SAMPLE_RATES_HZ: std::ops::RangeInclusive<u32> = 1_000..=768_000;

/// Refuses what is impossible.
pub(super) fn check_shape(name: &str, rate_hz: u32, channels: usize) -> Result<(), DecodeError> {
    if !SAMPLE_RATES_HZ.contains(&rate_hz) {
        return Err(DecodeError::SampleRate {
            path: name.to_owned(),
            rate_hz,
        });
    }
    if !(1..=MAX_CHANNELS).contains(&channels) {
        return Err(DecodeError::Channels {
            path: name.to_owned(),
            channels,
        });
    }
    Ok(())
}

/// Gives `planes` this many channels; each gets the mean of the present ones.
pub(super) fn spread(planes: &mut Vec<Vec<f32>>, channels: usize) {
    let scale = 1.0 / planes.len().max(1) as f32;
    let Some((mean, rest)) = planes.split_first_mut() else {
        return;
    };
    for channel in &*rest {
        for (sum, sample) in mean.iter_mut().zip(channel) {
            *sum += sample;
        }
    }
    mean.iter_mut().for_each(|sample| *sample *= scale);
    let mean = std::mem::take(mean);
    planes.clear();
    planes.resize(channels, mean);
}
