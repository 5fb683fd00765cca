//! How the signal is cut into frames before the FFT.

use std::f64::consts::TAU;

use serde::{Deserialize, Serialize};

/// The function that a frame's samples are weighted with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// `0.5 − 0.5 · cos`
    #[default]
    Hann,
    /// `0.54 − 0.46 · cos`
    Hamming,
    /// `0.42 − 0.5 · cos + 0.08 · cos` of twice the angle
    Blackman,
    /// 1
    Rectangular,
}

/// What stands before the signal's start, and after its end, in frames that are centred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// The signal itself, reflected (librosa before 0.10, torchaudio).
    #[default]
    Reflect,
    /// Zeros (librosa since 0.10).
    Zeros,
}

/// What is summed in bands, or taken as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spectrum {
    /// `|X|²`
    #[default]
    Power,
    /// `|X|`
    Magnitude,
}

/// How the signal is cut into frames, and what their spectrum is. The default is that of most
/// front-ends: a periodic Hann window as long as the FFT, centred, the ends reflected, power.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Framing {
    /// The window's function.
    pub window: Window,
    /// Whether the window ends as it begins (`scipy.signal.get_window(…, fftbins=False)`), instead of
    /// one sample before (periodic).
    pub symmetric: bool,
    /// Length of the window in samples, if it is shorter than the FFT. It then stands in the middle of
    /// the FFT's samples, with zeros on both sides.
    pub win_length: Option<usize>,
    /// Whether frame `k` begins at sample `k · hop`, and a stream's last frame ends within it, instead
    /// of being centred there.
    pub uncentred: bool,
    /// What stands around the signal, in frames that are centred.
    pub padding: Padding,
    /// What the spectrum of a frame is.
    pub spectrum: Spectrum,
}

impl Framing {
    /// The window's weights for an FFT of `n_fft` points.
    pub(in crate::front_end) fn weights(&self, n_fft: usize) -> Vec<f64> {
        let length = self.win_length.unwrap_or(n_fft).min(n_fft);
        // The angle's whole turn. A symmetric window of one sample has no turn; it is 1.
        let turn = if self.symmetric { length - 1 } else { length };
        let before = (n_fft - length) / 2;
        let mut weights = vec![0.0; n_fft];
        for (i, weight) in weights[before..before + length].iter_mut().enumerate() {
            *weight = match turn {
                0 => 1.0,
                _ => self.window.at(TAU * i as f64 / turn as f64),
            };
        }
        weights
    }
}

impl Window {
    fn at(self, angle: f64) -> f64 {
        match self {
            Self::Hann => 0.5 - 0.5 * angle.cos(),
            Self::Hamming => 0.54 - 0.46 * angle.cos(),
            Self::Blackman => 0.42 - 0.5 * angle.cos() + 0.08 * (2.0 * angle).cos(),
            Self::Rectangular => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The weights were computed outside this program, by `scipy.signal.get_window(name, 8)` and, for the
    /// symmetric ones, `get_window(name, 8, fftbins=False)`.
    #[test]
    fn windows_are_those_of_scipy() {
        let tables = [
            (Window::Hann, false, [0.0, 0.1464466094, 0.5, 0.8535533906]),
            (
                Window::Hann,
                true,
                [0.0, 0.1882550991, 0.6112604670, 0.9504844340],
            ),
            (
                Window::Hamming,
                false,
                [0.08, 0.2147308806, 0.54, 0.8652691194],
            ),
            (
                Window::Hamming,
                true,
                [0.08, 0.2531946911, 0.6423596296, 0.9544456793],
            ),
            (
                Window::Blackman,
                false,
                [0.0, 0.0664466094, 0.34, 0.7735533906],
            ),
            (
                Window::Blackman,
                true,
                [0.0, 0.0904534244, 0.4591829575, 0.9203636181],
            ),
            (Window::Rectangular, false, [1.0; 4]),
        ];
        for (window, symmetric, expected) in tables {
            let framing = Framing {
                window,
                symmetric,
                ..Framing::default()
            };
            for (i, (found, expected)) in framing.weights(8).iter().zip(expected).enumerate() {
                assert!(
                    (found - expected).abs() < 1e-9,
                    "{window:?} {symmetric} [{i}]: {found}"
                );
            }
        }
    }

    #[test]
    fn a_window_shorter_than_the_fft_stands_in_its_middle() {
        let framing = Framing {
            window: Window::Rectangular,
            win_length: Some(3),
            ..Framing::default()
        };
        // One zero more after it, where the zeros are odd: as librosa and PyTorch have it.
        assert_eq!(framing.weights(8), [0., 0., 1., 1., 1., 0., 0., 0.]);
        let one = Framing {
            win_length: Some(1),
            symmetric: true,
            ..Framing::default()
        };
        assert_eq!(one.weights(4), [0.0, 1.0, 0.0, 0.0]);
    }
}
