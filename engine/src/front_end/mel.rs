//! Mel filterbanks.

use super::spec::{MelNorm, MelScale, MelSpec};

/// Hz per mel of Slaney's scale below [`SLANEY_BREAK_HZ`].
const SLANEY_HZ_PER_MEL: f64 = 200.0 / 3.0;
/// The frequency at which Slaney's scale turns from linear to logarithmic.
const SLANEY_BREAK_HZ: f64 = 1000.0;
/// Above the break, so many mels span a factor of [`SLANEY_LOG_RANGE`].
const SLANEY_LOG_MELS: f64 = 27.0;
const SLANEY_LOG_RANGE: f64 = 6.4;

/// The filterbank of `mel`: `[mel band, bin]`, row-major, `n_fft / 2 + 1` bins of an FFT at
/// `sample_rate` Hz, computed in f64.
///
/// [`FrontEndSpec::validate`](crate::FrontEndSpec::validate) must accept `mel`. The formulas are those
/// of librosa (Slaney, with and without `norm="slaney"`) and torchaudio (HTK).
#[must_use]
pub fn mel_filterbank(mel: &MelSpec, sample_rate: u32, n_fft: usize) -> Vec<f64> {
    let bins = n_fft / 2 + 1;
    let bin_hz = f64::from(sample_rate) / n_fft as f64;
    let edges_hz = band_edges_hz(mel);
    let mut weights = vec![0.0; mel.bands * bins];
    for (row, edge) in weights.chunks_exact_mut(bins).zip(edges_hz.windows(3)) {
        let (low, centre, high) = (edge[0], edge[1], edge[2]);
        let area = match mel.norm {
            MelNorm::None => 1.0,
            MelNorm::Slaney => 2.0 / (high - low),
        };
        for (bin, weight) in row.iter_mut().enumerate() {
            let hz = bin as f64 * bin_hz;
            let rising = (hz - low) / (centre - low);
            let falling = (high - hz) / (high - centre);
            *weight = rising.min(falling).max(0.0) * area;
        }
    }
    weights
}

/// Edges and centres of the bands: `bands + 2` frequencies, evenly spaced in mels.
fn band_edges_hz(mel: &MelSpec) -> Vec<f64> {
    let low = mel_from_hz(mel.scale, f64::from(mel.f_min_hz));
    let high = mel_from_hz(mel.scale, f64::from(mel.f_max_hz));
    let steps = (mel.bands + 1) as f64;
    (0..mel.bands + 2)
        .map(|i| hz_from_mel(mel.scale, low + (high - low) * i as f64 / steps))
        .collect()
}

fn mel_from_hz(scale: MelScale, hz: f64) -> f64 {
    match scale {
        MelScale::Htk => 2595.0 * (1.0 + hz / 700.0).log10(),
        MelScale::Slaney if hz < SLANEY_BREAK_HZ => hz / SLANEY_HZ_PER_MEL,
        MelScale::Slaney => {
            SLANEY_BREAK_HZ / SLANEY_HZ_PER_MEL
                + (hz / SLANEY_BREAK_HZ).ln() * SLANEY_LOG_MELS / SLANEY_LOG_RANGE.ln()
        }
    }
}

fn hz_from_mel(scale: MelScale, mel: f64) -> f64 {
    let break_mel = SLANEY_BREAK_HZ / SLANEY_HZ_PER_MEL;
    match scale {
        MelScale::Htk => 700.0 * (10f64.powf(mel / 2595.0) - 1.0),
        MelScale::Slaney if mel < break_mel => mel * SLANEY_HZ_PER_MEL,
        MelScale::Slaney => {
            SLANEY_BREAK_HZ * ((mel - break_mel) * SLANEY_LOG_RANGE.ln() / SLANEY_LOG_MELS).exp()
        }
    }
}

/// A filterbank that reads only the bins of each band.
pub(crate) struct MelBands {
    bands: Vec<Band>,
    weights: Vec<f64>,
}

/// Where a band's weights lie: the first bin, and how many.
struct Band {
    first_bin: usize,
    bins: usize,
}

impl MelBands {
    pub(crate) fn new(mel: &MelSpec, sample_rate: u32, n_fft: usize) -> Self {
        let dense = mel_filterbank(mel, sample_rate, n_fft);
        let mut bands = Vec::with_capacity(mel.bands);
        let mut weights = Vec::new();
        for row in dense.chunks_exact(n_fft / 2 + 1) {
            let first_bin = row.iter().position(|&w| w > 0.0).unwrap_or(0);
            let end = row
                .iter()
                .rposition(|&w| w > 0.0)
                .map_or(first_bin, |i| i + 1);
            weights.extend_from_slice(&row[first_bin..end]);
            bands.push(Band {
                first_bin,
                bins: end - first_bin,
            });
        }
        Self { bands, weights }
    }

    /// Sums `power: [bin]` in each band, and calls `on_band` with each `(band, sum)`.
    pub(crate) fn apply(&self, power: &[f64], mut on_band: impl FnMut(usize, f64)) {
        let mut weights = &self.weights[..];
        for (index, band) in self.bands.iter().enumerate() {
            let (own, rest) = weights.split_at(band.bins);
            weights = rest;
            let bins = &power[band.first_bin..band.first_bin + band.bins];
            on_band(index, own.iter().zip(bins).map(|(w, p)| w * p).sum());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front_end::FrontEndSpec;

    #[test]
    fn both_scales_are_inverted_exactly_enough() {
        for scale in [MelScale::Slaney, MelScale::Htk] {
            for hz in [0.0, 12.5, 440.0, 999.9, 1000.0, 1000.1, 6000.0, 96_000.0] {
                let back = hz_from_mel(scale, mel_from_hz(scale, hz));
                assert!(
                    (back - hz).abs() < 1e-9 * hz.max(1.0),
                    "{scale:?} {hz} {back}"
                );
            }
        }
    }

    #[test]
    fn slaney_norm_gives_every_wide_band_the_same_area() {
        let dense = mel_filterbank(&MelSpec::choi2016(), 12_000, 8192);
        let bin_hz = 12_000.0 / 8192.0;
        for (band, row) in dense.chunks_exact(4097).enumerate() {
            let area = row.iter().sum::<f64>() * bin_hz;
            assert!((area - 1.0).abs() < 0.02, "band {band}: {area}");
        }
    }

    /// The weights were computed outside this program, by the formulas of librosa's `hz_to_mel` with
    /// `norm=None` and of HTK's scale `2595 · log10(1 + f / 700)` with `norm="slaney"`: 96 bands from 0
    /// to 6 kHz, 512 points at 12 kHz. Each row has a band's largest weight, and that of the bin before.
    #[test]
    fn slaney_without_norm_and_htk_with_it_follow_their_formulas() {
        let tables = [
            (
                MelScale::Slaney,
                MelNorm::None,
                [
                    (3, 5, 0.847479581751, 0.3220163346),
                    (40, 50, 0.88304490078, 0.18813210732),
                    (70, 120, 0.965307904197, 0.675075381893),
                    (95, 249, 0.953274075803, 0.907902175863),
                ],
            ),
            (
                MelScale::Htk,
                MelNorm::Slaney,
                [
                    (3, 3, 0.0497817000989, 0.0),
                    (40, 48, 0.0200856126725, 0.0139999027663),
                    (70, 126, 0.0111920884804, 0.00792283721415),
                    (95, 249, 0.00613120067381, 0.00511075432634),
                ],
            ),
        ];
        for (scale, norm, table) in tables {
            let mel = MelSpec {
                scale,
                norm,
                ..MelSpec::choi2016()
            };
            let bank = mel_filterbank(&mel, 12_000, 512);
            for (band, bin, largest, before) in table {
                for (bin, expected) in [(bin, largest), (bin - 1, before)] {
                    let found = bank[band * 257 + bin];
                    let off = (found - expected).abs();
                    assert!(off < 1e-11, "{scale:?} {norm:?} [{band}, {bin}]: {found}");
                }
            }
        }
    }

    #[test]
    fn a_band_between_two_bins_sums_to_nothing() {
        let mut sums = Vec::new();
        MelBands::new(&MelSpec::choi2016(), 12_000, 64).apply(&[1.0; 33], |_, sum| sums.push(sum));
        assert_eq!(sums.len(), 96);
        assert!(sums.contains(&0.0));
    }

    #[test]
    fn the_sparse_bands_equal_the_dense_matrix() {
        for spec in [FrontEndSpec::choi2016(), FrontEndSpec::won2020()] {
            let power: Vec<f64> = (0..257).map(|i| f64::from(i * 7919 % 1009)).collect();
            let mel = spec.feature.mel().expect("mel bands");
            let dense = mel_filterbank(mel, spec.sample_rate, 512);
            MelBands::new(mel, spec.sample_rate, 512).apply(&power, |band, sum| {
                let row = &dense[band * 257..(band + 1) * 257];
                let expected: f64 = row.iter().zip(&power).map(|(w, p)| w * p).sum();
                assert!((sum - expected).abs() <= 1e-12 * expected.abs());
            });
        }
    }
}
