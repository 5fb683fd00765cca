//! Where the host's song stands while the stream plays.

/// Seconds by which a song may be elsewhere than expected without having jumped.
const SLACK_SECONDS: f64 = 0.02;

/// The same in bars.
const SLACK_BARS: f64 = 0.02;

/// Where the host's song stands at one sample of the stream. What the host does not say is `None`.
///
/// ```
/// use tagline_engine::Transport;
///
/// let start = Transport {
///     playing: true,
///     seconds: Some(10.0),
///     bars: Some(6.0),
///     bars_a_second: Some(0.5),
/// };
/// let later = start.after(4.0);
/// assert_eq!((later.seconds, later.bars), (Some(14.0), Some(8.0)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Transport {
    /// Whether it plays.
    pub playing: bool,
    /// Position in the song, in seconds.
    pub seconds: Option<f64>,
    /// Position in the song, in bars: 1 is where the first bar begins, and 1.5 its middle.
    pub bars: Option<f64>,
    /// How fast it plays, in bars a second.
    pub bars_a_second: Option<f64>,
}

impl Transport {
    /// Where the song stands `seconds` later, unless it jumps or changes its tempo.
    #[must_use]
    pub fn after(self, seconds: f64) -> Self {
        if !self.playing {
            return self;
        }
        let bars = self.bars.zip(self.bars_a_second);
        Self {
            seconds: self.seconds.map(|at| at + seconds),
            bars: bars.map(|(at, speed)| at + speed * seconds).or(self.bars),
            ..self
        }
    }

    /// Whether the song goes on here as it was `expected`.
    fn goes_on_as(&self, expected: &Self) -> bool {
        let near = |a: Option<f64>, b: Option<f64>, slack: f64| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= slack,
            (a, b) => a.is_some() == b.is_some(),
        };
        self.playing == expected.playing
            && near(self.seconds, expected.seconds, SLACK_SECONDS)
            && near(self.bars, expected.bars, SLACK_BARS)
    }
}

/// The transport from a sample of the stream on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mark {
    /// The sample, as [`TagUpdate::position_samples`](super::TagUpdate) counts.
    pub position_samples: u64,
    pub transport: Transport,
}

impl Mark {
    /// The transport at a later sample, unless there is another mark.
    pub fn at(&self, position_samples: u64, sample_rate_hz: f64) -> Transport {
        let samples = position_samples.saturating_sub(self.position_samples);
        self.transport.after(samples as f64 / sample_rate_hz)
    }

    /// Whether the song goes on from this mark to a later one as expected.
    pub fn leads_to(&self, later: &Self, sample_rate_hz: f64) -> bool {
        let expected = self.at(later.position_samples, sample_rate_hz);
        later.transport.goes_on_as(&expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(position_samples: u64, playing: bool, seconds: f64) -> Mark {
        Mark {
            position_samples,
            transport: Transport {
                playing,
                seconds: Some(seconds),
                bars: Some(1.0 + seconds / 2.0),
                bars_a_second: Some(0.5),
            },
        }
    }

    #[test]
    fn a_song_that_plays_on_goes_on_and_one_that_jumps_stops_or_slows_down_does_not() {
        let start = mark(48_000, true, 10.0);
        assert!(start.leads_to(&mark(96_000, true, 11.0), 48e3));
        assert!(!start.leads_to(&mark(96_000, true, 10.0), 48e3));
        assert!(!start.leads_to(&mark(96_000, false, 11.0), 48e3));
        let mut slower = mark(96_000, true, 11.0);
        slower.transport.bars = Some(6.2);
        assert!(!start.leads_to(&slower, 48e3));
        let mut unknown = mark(96_000, true, 11.0);
        unknown.transport.bars = None;
        assert!(!start.leads_to(&unknown, 48e3));
    }

    #[test]
    fn a_song_that_stands_still_stays_where_it_is() {
        let start = mark(0, false, 10.0);
        assert!(start.leads_to(&mark(480_000, false, 10.0), 48e3));
        assert_eq!(start.at(480_000, 48e3).seconds, Some(10.0));
    }
}
