//! A file on its way from its source to the sink.

use std::collections::BTreeSet;

use super::error::DecodeError;
use super::input::Progress;
use super::shape::{check_shape, spread};
use super::source::{Piece, Source};
use crate::Sink;

/// A damaged file is used if at least this much of it can be decoded.
const LEAST_USEFUL_SECONDS: f64 = 1.0;

/// A file that is being decoded.
pub(super) struct Run<'a> {
    name: &'a str,
    source: Box<dyn Source>,
    progress: Progress,
    sink: &'a mut dyn Sink,
    /// Rate and number of channels, known from the first decoded packet.
    shape: Option<(u32, usize)>,
    /// Samples of each channel that have been handed on.
    samples: u64,
    packet: Vec<Vec<f32>>,
    bad_packets: usize,
    bad_samples: usize,
    /// Why the first bad packet was refused.
    first_reason: Option<String>,
    /// Numbers of channels that came after the first.
    other_channels: BTreeSet<usize>,
    /// Why the file could not be read to its end.
    cut: Option<String>,
}

impl<'a> Run<'a> {
    pub fn new(
        name: &'a str,
        source: Box<dyn Source>,
        progress: Progress,
        sink: &'a mut dyn Sink,
    ) -> Self {
        sink.restart();
        Self {
            name,
            source,
            progress,
            sink,
            shape: None,
            samples: 0,
            packet: Vec::new(),
            bad_packets: 0,
            bad_samples: 0,
            first_reason: None,
            other_channels: BTreeSet::new(),
            cut: None,
        }
    }

    /// Hands the file on. Returns the remarks on it, if enough of it could be decoded.
    pub fn run(mut self) -> Result<Option<String>, DecodeError> {
        loop {
            match self.source.next(&mut self.packet) {
                Piece::Audio(rate_hz) => {
                    if !self.take_packet(rate_hz)? {
                        break;
                    }
                }
                Piece::Damaged(reason) => {
                    self.bad_packets += 1;
                    self.first_reason.get_or_insert(reason);
                }
                Piece::End => break,
                Piece::Cut(reason) => {
                    self.cut = Some(reason);
                    break;
                }
            }
        }
        self.finish()
    }

    /// Hands on `self.packet`. `false` if the file goes on at another rate, which one piece of audio
    /// cannot hold.
    fn take_packet(&mut self, rate_hz: u32) -> Result<bool, DecodeError> {
        if self.packet.first().is_none_or(Vec::is_empty) {
            return Ok(true);
        }
        if self.shape.is_none() {
            check_shape(self.name, rate_hz, self.packet.len())?;
        }
        let (rate_before_hz, channels) = *self.shape.get_or_insert((rate_hz, self.packet.len()));
        if rate_hz != rate_before_hz {
            self.cut = Some(format!(
                "its sample rate changes from {rate_before_hz} to {rate_hz} Hz there; {} makes one \
                 song of it",
                super::known_formats::conversion(self.name)
            ));
            return Ok(false);
        }
        if self.packet.len() != channels {
            self.other_channels.insert(self.packet.len());
            spread(&mut self.packet, channels);
        }
        let samples = self.packet.iter_mut().flatten();
        for sample in samples.filter(|sample| !sample.is_finite()) {
            *sample = 0.0;
            self.bad_samples += 1;
        }
        self.samples += self.packet[0].len() as u64;
        self.sink.progress(self.progress.done());
        if self.sink.take(rate_hz, &self.packet) {
            Ok(true)
        } else {
            Err(DecodeError::TooLong {
                path: self.name.to_owned(),
            })
        }
    }

    fn finish(mut self) -> Result<Option<String>, DecodeError> {
        let Some((rate_hz, channels)) = self.shape else {
            let reason = self.cut.or(self.first_reason);
            return Err(DecodeError::Nothing {
                path: self.name.to_owned(),
                reason: reason.unwrap_or_else(|| "it holds no samples".to_owned()),
            });
        };
        let seconds = self.samples as f64 / f64::from(rate_hz);
        let promised = self.source.promised_seconds();
        let missing_seconds = promised.map_or(0.0, |promised| promised - seconds);
        // Containers estimate their length: only a clear gap counts as a cut.
        if self.cut.is_none() && missing_seconds > (0.01 * seconds).max(1.0) {
            self.cut = Some(format!("it promises {missing_seconds:.1} s more"));
        }
        let mut remarks = Vec::new();
        if let Some(reason) = self.cut {
            if seconds < LEAST_USEFUL_SECONDS {
                return Err(DecodeError::Truncated {
                    path: self.name.to_owned(),
                    seconds,
                    reason,
                });
            }
            remarks.push(format!(
                "truncated after {seconds:.2} s ({reason}), and used up to there"
            ));
        }
        remarks.extend(self.source.remarks());
        if !self.other_channels.is_empty() {
            let others: Vec<String> = self.other_channels.iter().map(usize::to_string).collect();
            remarks.push(format!(
                "its number of channels changes from {channels} to {}; their mean was taken there",
                others.join(" and ")
            ));
        }
        if self.bad_packets > 0 {
            remarks.push(format!("{} damaged packets left out", self.bad_packets));
        }
        if self.bad_samples > 0 {
            let samples = self.bad_samples;
            remarks.push(format!("{samples} samples that are no numbers set to 0"));
        }
        Ok((!remarks.is_empty()).then(|| remarks.join("; ")))
    }
}
