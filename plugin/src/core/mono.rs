//! Audio thread: the mono mix of a block, for the analysis.

use std::ops::Range;

/// Samples of a block: one slice for each channel, all of the same length.
#[derive(Clone, Copy, Debug)]
pub enum Channels<'a> {
    /// In single precision.
    F32(&'a [&'a [f32]]),
    /// In double precision.
    F64(&'a [&'a [f64]]),
}

/// Something that takes the mono mix.
pub(super) trait TakeMono {
    /// Takes the next samples.
    fn take(&mut self, mono: impl ExactSizeIterator<Item = f32>);
}

impl Channels<'_> {
    /// Whether there is no channel, and so nothing to hear.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::F32(channels) => channels.is_empty(),
            Self::F64(channels) => channels.is_empty(),
        }
    }

    /// Gives the mean of the channels, at these samples of the block, to `taker`. Without a channel
    /// it gives nothing.
    pub(super) fn mix(&self, samples: Range<usize>, taker: &mut impl TakeMono) {
        match self {
            Self::F32(channels) => mix(channels, samples, taker),
            Self::F64(channels) => mix(channels, samples, taker),
        }
    }
}

fn mix<S: Sample>(channels: &[&[S]], samples: Range<usize>, taker: &mut impl TakeMono) {
    let part = |channel: &'_ [S]| -> Range<usize> {
        let end = samples.end.min(channel.len());
        samples.start.min(end)..end
    };
    match channels {
        [] => {}
        [mono] => taker.take(mono[part(mono)].iter().map(|s| s.mono())),
        [left, right] => {
            let (left, right) = (&left[part(left)], &right[part(right)]);
            taker.take(left.iter().zip(right).map(|(&l, &r)| S::mean(l, r)));
        }
        many => {
            let gain = 1.0 / many.len() as f64;
            let shortest = many.iter().map(|channel| part(channel).end).min();
            let end = shortest.unwrap_or(0);
            taker.take((samples.start.min(end)..end).map(|frame| {
                let sum: f64 = many.iter().map(|channel| channel[frame].double()).sum();
                (sum * gain) as f32
            }));
        }
    }
}

trait Sample: Copy {
    fn mono(self) -> f32;
    fn double(self) -> f64;
    fn mean(left: Self, right: Self) -> f32;
}

impl Sample for f32 {
    fn mono(self) -> f32 {
        self
    }
    fn double(self) -> f64 {
        f64::from(self)
    }
    fn mean(left: f32, right: f32) -> f32 {
        // Halved first, so that two loud channels do not overflow.
        0.5 * left + 0.5 * right
    }
}

impl Sample for f64 {
    fn mono(self) -> f32 {
        self as f32
    }
    fn double(self) -> f64 {
        self
    }
    fn mean(left: f64, right: f64) -> f32 {
        (0.5 * left + 0.5 * right) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Taken(Vec<f32>);

    impl TakeMono for Taken {
        fn take(&mut self, mono: impl ExactSizeIterator<Item = f32>) {
            self.0.extend(mono);
        }
    }

    fn mixed(channels: Channels<'_>, samples: Range<usize>) -> Vec<f32> {
        let mut taken = Taken(Vec::new());
        channels.mix(samples, &mut taken);
        taken.0
    }

    #[test]
    fn the_mix_is_the_mean_of_any_number_of_channels_in_both_precisions() {
        let channels: [&[f32]; 3] = [&[0.0, 3.0], &[1.0, 3.0], &[2.0, 0.0]];
        for (count, expected) in [(1, [0.0, 3.0]), (2, [0.5, 3.0]), (3, [1.0, 2.0])] {
            assert_eq!(mixed(Channels::F32(&channels[..count]), 0..2), expected);
            let wide: Vec<Vec<f64>> = channels
                .iter()
                .map(|channel| channel.iter().map(|&sample| sample.into()).collect())
                .collect();
            let wide: Vec<&[f64]> = wide.iter().map(Vec::as_slice).collect();
            assert_eq!(mixed(Channels::F64(&wide[..count]), 0..2), expected);
        }
        assert!(mixed(Channels::F32(&[]), 0..2).is_empty());
    }

    #[test]
    fn only_the_samples_that_were_asked_for_and_exist_are_mixed() {
        let channel: &[f32] = &[1.0, 2.0, 3.0];
        let shorter: &[f32] = &[1.0, 2.0];
        assert_eq!(mixed(Channels::F32(&[channel]), 1..9), [2.0, 3.0]);
        assert_eq!(mixed(Channels::F32(&[channel, shorter]), 1..3), [2.0]);
        assert_eq!(
            mixed(Channels::F32(&[channel, channel, shorter]), 0..3),
            [1.0, 2.0]
        );
        assert!(mixed(Channels::F32(&[channel]), 5..9).is_empty());
    }

    #[test]
    fn two_loud_channels_do_not_overflow() {
        let loud: &[f32] = &[f32::MAX];
        assert_eq!(mixed(Channels::F32(&[loud, loud]), 0..1), [f32::MAX]);
    }
}
