//! Figure 2: the number of bins of each input in every 1 kHz.

use tagline_engine::{Feature, FrontEndSpec, mel_filterbank};

use crate::charts::{Bars, ChartError, GroupedBars};

/// Width of a group of bins.
const GROUP_HZ: f64 = 1000.0;
/// Points of the FFT that the filterbank is evaluated at, enough to find each band's peak.
const FINE_FFT: usize = 65_536;

/// Figure 2 as SVG: the paper's mel-spectrogram and STFT side by side.
///
/// # Errors
/// [`ChartError`] if the drawing library fails.
pub fn figure_2() -> Result<String, ChartError> {
    let inputs = [
        ("mel-spectrogram", FrontEndSpec::choi2016()),
        ("STFT", FrontEndSpec::choi2016_stft()),
    ];
    let series: Vec<Bars> = inputs
        .iter()
        .map(|(name, spec)| Bars {
            name: (*name).to_owned(),
            values: bins_per_khz(spec)
                .into_iter()
                .map(|bins| bins as f64)
                .collect(),
        })
        .collect();
    let groups = series.iter().map(|bars| bars.values.len()).max();
    let figure = GroupedBars {
        title: "Figure 2: bins per 1 kHz bandwidth",
        x_label: "frequency (kHz)",
        y_label: "number of bins",
        groups: (0..groups.unwrap_or(0))
            .map(|khz| format!("{khz}–{}", khz + 1))
            .collect(),
        series,
    };
    figure.svg()
}

/// Number of bins centred in each 1 kHz up to half the sample rate, which itself counts into the
/// last. For MFCC, of the mel bands that they are computed from.
#[must_use]
pub fn bins_per_khz(spec: &FrontEndSpec) -> Vec<usize> {
    let rate_hz = f64::from(spec.sample_rate);
    let centres_hz: Vec<f64> = match &spec.feature {
        Feature::LogMel(mel) | Feature::Mfcc { mel, .. } => {
            let bin_hz = rate_hz / FINE_FFT as f64;
            mel_filterbank(mel, spec.sample_rate, FINE_FFT)
                .chunks_exact(FINE_FFT / 2 + 1)
                .map(|band| peak(band) as f64 * bin_hz)
                .collect()
        }
        Feature::LogStft => {
            let bin_hz = rate_hz / spec.n_fft as f64;
            (0..=spec.n_fft / 2)
                .map(|bin| bin as f64 * bin_hz)
                .collect()
        }
    };
    let groups = ((rate_hz / 2.0) / GROUP_HZ).ceil().max(1.0) as usize;
    let mut counts = vec![0; groups];
    for centre_hz in centres_hz {
        let group = (centre_hz / GROUP_HZ) as usize;
        counts[group.min(groups - 1)] += 1;
    }
    counts
}

/// The frequency of a band's largest weight.
fn peak(band: &[f64]) -> usize {
    let largest = band.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    largest.map_or(0, |(bin, _)| bin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_per_khz_are_those_of_slaneys_scale_and_of_the_fft() {
        // 41.06 mels up to 6 kHz in 97 steps; 15 of them up to 1 kHz, and 27·ln(f)/ln(6.4) above.
        let step = (15.0 + 27.0 * 6f64.ln() / 6.4f64.ln()) / 97.0;
        let bands_below = |khz: f64| ((15.0 + 27.0 * khz.ln() / 6.4f64.ln()) / step).floor();
        let expected: Vec<usize> = (1..=6)
            .map(|khz| {
                let below = if khz == 1 {
                    0.0
                } else {
                    bands_below(f64::from(khz - 1))
                };
                let above = if khz == 6 {
                    96.0
                } else {
                    bands_below(f64::from(khz))
                };
                (above - below) as usize
            })
            .collect();
        assert_eq!(bins_per_khz(&FrontEndSpec::choi2016()), expected);
        assert_eq!(expected.iter().sum::<usize>(), 96);
        // 46.875 Hz a bin; the last is at 6 kHz.
        let stft = bins_per_khz(&FrontEndSpec::choi2016_stft());
        assert_eq!(stft, [22, 21, 21, 22, 21, 22]);
    }

    #[test]
    fn the_figure_names_both_inputs() {
        let svg = figure_2().unwrap();
        assert!(svg.contains("mel-spectrogram") && svg.contains("STFT") && svg.contains("5–6"));
    }
}
