//! One audio file: decoded, cut into windows, analysed by the engine's front-end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use tagline_engine::{FrontEnd, FrontEndError, FrontEndSpec, RollingWindow};
use tagline_media::DecodeError;

use super::mono::{Length, Stretch, decode_stretches};
use crate::work::Room;

/// A file that is shorter than a window by no more than this gets no remark.
const TOLERANCE_SECONDS: f64 = 0.5;

/// Root mean square below which an excerpt is silent. The file's labels do not hold for it, and
/// networks imagine tags.
const SILENT_DBFS: f32 = -60.0;

/// A window's worth of a file.
pub(crate) struct Excerpt<'a> {
    /// Its number among the file's excerpts.
    pub number: usize,
    /// Number of the file's excerpts.
    pub of: usize,
    pub sample_rate_hz: u32,
    pub samples: &'a [f32],
    /// Position in the file at which it begins, in seconds.
    pub offset_seconds: f64,
    /// Frames before its repetition, one for each front-end, since their frame rates may differ.
    pub heard_frames: Vec<usize>,
    /// One for each front-end: `[band, frame]`, the network's input.
    pub windows: Vec<Vec<f32>>,
}

/// Front-ends with their buffers, for one file after another.
pub(crate) struct Extractor {
    specs: Vec<FrontEndSpec>,
    least_seconds: f64,
    /// The analyzers for the sample rate of the last file.
    ready: Option<(u32, Vec<Analysis>)>,
}

struct Analysis {
    front_end: FrontEnd,
    window: RollingWindow,
    frames: usize,
    /// Values of a window.
    values: usize,
}

impl Extractor {
    /// Windows by each of `specs`, of every file of `least_seconds` or more.
    pub fn new(specs: Vec<FrontEndSpec>, least_seconds: f64) -> Self {
        Self {
            specs,
            least_seconds,
            ready: None,
        }
    }

    /// Decodes and analyses a file, and gives each of up to `most_windows` excerpts that is not silent to
    /// `each`, which may analyse more sounds of its rate. Returns a remark if the file is shorter than a
    /// window, damaged or silent in parts. The error does not name the file's path.
    pub fn extract(
        &mut self,
        path: &Path,
        most_windows: usize,
        room: &Room<'_>,
        each: impl FnMut(&mut Self, Excerpt<'_>) -> Result<(), String>,
    ) -> Result<Option<String>, String> {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            self.extract_file(path, most_windows, room, each)
        }));
        match outcome {
            Ok(outcome) => outcome.map_err(|refused| reason(path, refused)),
            Err(_) => {
                self.ready = None;
                Err("internal error while it was analysed".to_owned())
            }
        }
    }

    fn extract_file(
        &mut self,
        path: &Path,
        most_windows: usize,
        room: &Room<'_>,
        mut each: impl FnMut(&mut Self, Excerpt<'_>) -> Result<(), String>,
    ) -> Result<Option<String>, Refused> {
        let least_seconds = self.least_seconds;
        let excerpt_seconds = self.excerpt_seconds();
        let choose = |file: Length| {
            let rate_hz = f64::from(file.sample_rate_hz);
            let seconds = file.samples as f64 / rate_hz;
            if seconds < least_seconds {
                let reason =
                    format!("too short: {seconds:.2} s, where {least_seconds} s are needed");
                return Err(Refused::Because(reason));
            }
            let length = (excerpt_seconds * rate_hz).ceil() as usize;
            let starts = starts(file.samples, length, most_windows).into_iter();
            Ok(starts
                .map(|start| start..file.samples.min(start + length))
                .collect())
        };
        let (mut excerpts, mut silent) = (0, 0);
        let (file, damage) = decode_stretches(path, room, choose, |stretch: Stretch<'_>| {
            excerpts += 1;
            if is_silent(stretch.samples) {
                silent += 1;
                return Ok(());
            }
            let sample_rate_hz = stretch.file.sample_rate_hz;
            let (windows, heard_frames) =
                self.windows(sample_rate_hz, stretch.samples, self.specs.len())?;
            let excerpt = Excerpt {
                number: stretch.number,
                of: stretch.of,
                sample_rate_hz,
                samples: stretch.samples,
                offset_seconds: stretch.start as f64 / f64::from(sample_rate_hz),
                heard_frames,
                windows,
            };
            each(self, excerpt).map_err(Refused::Because)
        })?;
        let said = damage.iter().cloned();
        if silent > 0 && silent == excerpts {
            let reasons: Vec<String> = said.chain(["silent".to_owned()]).collect();
            return Err(Refused::Because(reasons.join("; ")));
        }
        let seconds = file.samples as f64 / f64::from(file.sample_rate_hz);
        let window_seconds = self.window_seconds();
        let short = seconds < window_seconds - TOLERANCE_SECONDS;
        let short =
            short.then(|| format!("short: {seconds:.2} s, repeated to fill {window_seconds:.2} s"));
        let quiet =
            (silent > 0).then(|| format!("{silent} of {excerpts} windows silent, left out"));
        let remarks: Vec<String> = said.chain(quiet).chain(short).collect();
        Ok((!remarks.is_empty()).then(|| remarks.join("; ")))
    }

    /// The windows of a sound by the first `front_ends` of the front-ends, and the frames of it
    /// that each of them has heard.
    pub fn windows(
        &mut self,
        rate_hz: u32,
        samples: &[f32],
        front_ends: usize,
    ) -> Result<(Vec<Vec<f32>>, Vec<usize>), FrontEndError> {
        let analyses = self.analyses(rate_hz)?.iter_mut().take(front_ends);
        Ok(analyses.map(|analysis| analysis.run(samples)).unzip())
    }

    /// What lies under the frames of a window, so that none of them sees the excerpt's end.
    pub fn excerpt_seconds(&self) -> f64 {
        let seconds = |spec: &FrontEndSpec| {
            let samples = (spec.frames - 1) * spec.hop + spec.samples_from_place();
            samples as f64 / f64::from(spec.sample_rate)
        };
        self.specs.iter().map(seconds).fold(0.0, f64::max)
    }

    fn window_seconds(&self) -> f64 {
        let seconds = self.specs.iter().map(FrontEndSpec::window_seconds);
        seconds.fold(0.0, f64::max)
    }

    fn analyses(&mut self, rate_hz: u32) -> Result<&mut [Analysis], FrontEndError> {
        if self.ready.as_ref().is_none_or(|(rate, _)| *rate != rate_hz) {
            self.ready = None;
            let analyses = self.specs.iter().map(|spec| Analysis::new(spec, rate_hz));
            self.ready = Some((rate_hz, analyses.collect::<Result<_, _>>()?));
        }
        Ok(self
            .ready
            .as_mut()
            .map_or(&mut [], |(_, analyses)| analyses))
    }
}

impl Analysis {
    fn new(spec: &FrontEndSpec, rate_hz: u32) -> Result<Self, FrontEndError> {
        Ok(Self {
            frames: spec.frames,
            values: spec.input_bands() * spec.frames,
            front_end: FrontEnd::new(spec, f64::from(rate_hz))?,
            window: RollingWindow::new(spec, 0),
        })
    }

    /// The window that a stream of these samples fills from its start, and the number of frames
    /// that it heard.
    fn run(&mut self, samples: &[f32]) -> (Vec<f32>, usize) {
        let (window, frames, mut heard) = (&mut self.window, self.frames, 0);
        window.reset();
        let mut push = |frame: &[f32]| {
            if heard < frames {
                window.push(frame);
                heard += 1;
            }
        };
        self.front_end.reset();
        self.front_end.push(samples, &mut push);
        self.front_end.finish(&mut push);
        let mut out = vec![0.0; self.values];
        window.read(window.pushed(), &mut out);
        (out, heard)
    }
}

/// Whether an excerpt is silent.
pub(crate) fn is_silent(samples: &[f32]) -> bool {
    let power: f32 = samples.iter().map(|sample| sample * sample).sum();
    power / samples.len().max(1) as f32 <= 10.0_f32.powf(SILENT_DBFS / 10.0)
}

/// The starts of excerpts of `length` samples: the centre of a file, or the centres of equal parts
/// of it, as many as fit without overlap, up to `most`.
fn starts(samples: usize, length: usize, most: usize) -> Vec<usize> {
    let parts = (samples / length).clamp(1, most);
    (0..parts)
        .map(|part| {
            let centre = (2 * part + 1) * samples / (2 * parts);
            let latest = samples.saturating_sub(length);
            centre.saturating_sub(length / 2).min(latest)
        })
        .collect()
}

/// Why a file gives no excerpt.
enum Refused {
    Decode(DecodeError),
    Because(String),
}

impl From<FrontEndError> for Refused {
    fn from(error: FrontEndError) -> Self {
        Self::Because(error.to_string())
    }
}

impl From<DecodeError> for Refused {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

/// What is wrong with a file, without its path, which is only true on this machine.
fn reason(path: &Path, refused: Refused) -> String {
    match refused {
        Refused::Because(reason) => reason,
        Refused::Decode(DecodeError::Io { source, .. })
            if source.kind() == std::io::ErrorKind::NotFound =>
        {
            "missing".to_owned()
        }
        Refused::Decode(error) => {
            let text = error.to_string();
            let own = text.strip_prefix(&format!("{}: ", path.display()));
            let own = own.unwrap_or(&text);
            // A command names the file, too.
            match path
                .parent()
                .map(|folder| folder.join("").display().to_string())
            {
                Some(folder) if !folder.is_empty() => own.replace(&folder, ""),
                _ => own.to_owned(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_lie_in_the_centres_of_equal_parts() {
        assert_eq!(starts(50, 100, 1), [0]);
        assert_eq!(starts(50, 100, 9), [0]);
        assert_eq!(starts(100, 100, 3), [0]);
        assert_eq!(starts(300, 100, 1), [100]);
        assert_eq!(starts(301, 100, 1), [100]);
        assert_eq!(starts(300, 100, 3), [0, 100, 200]);
        assert_eq!(starts(600, 100, 3), [50, 250, 450]);
        assert_eq!(starts(299, 100, 3), [24, 174]);
        for (samples, length, most) in [(1000, 7, 50), (99, 33, 9), (101, 33, 9)] {
            let starts = starts(samples, length, most);
            assert!(starts.windows(2).all(|pair| pair[0] + length <= pair[1]));
            assert!(starts.iter().all(|start| start + length <= samples));
        }
    }
}
