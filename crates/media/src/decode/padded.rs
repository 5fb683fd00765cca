//! Audio whose last packet was filled up with padding, which is cut off.

use super::planes;
use super::source::{Piece, Source};

/// Holds a packet back until it is known whether another follows.
pub(super) struct Padded<S> {
    source: S,
    /// The padding's length.
    nanoseconds: u64,
    /// The packet that is held back, at this rate in Hz.
    held: Option<u32>,
    samples: Vec<Vec<f32>>,
    /// What came in place of a packet.
    end: Option<Piece>,
}

impl<S: Source> Padded<S> {
    pub fn new(source: S, nanoseconds: u64) -> Self {
        Self {
            source,
            nanoseconds,
            held: None,
            samples: Vec::new(),
            end: None,
        }
    }
}

impl<S: Source> Source for Padded<S> {
    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> Piece {
        if let Some(end) = self.end.take() {
            return end;
        }
        loop {
            match self.source.next(planes) {
                Piece::Audio(rate_hz) => {
                    std::mem::swap(planes, &mut self.samples);
                    if let Some(rate_hz) = self.held.replace(rate_hz) {
                        return Piece::Audio(rate_hz);
                    }
                }
                damaged @ Piece::Damaged(_) => return damaged,
                end => {
                    let Some(rate_hz) = self.held.take() else {
                        return end;
                    };
                    std::mem::swap(planes, &mut self.samples);
                    if end == Piece::End {
                        let samples = self.nanoseconds as f64 * 1e-9 * f64::from(rate_hz);
                        planes::cut(planes, 0, samples.round() as usize);
                    }
                    self.end = Some(end);
                    return Piece::Audio(rate_hz);
                }
            }
        }
    }

    fn promised_seconds(&self) -> Option<f64> {
        let padding = self.nanoseconds as f64 * 1e-9;
        Some((self.source.promised_seconds()? - padding).max(0.0))
    }

    fn remarks(&self) -> Vec<String> {
        self.source.remarks()
    }
}
