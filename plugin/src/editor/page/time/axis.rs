//! The ticks below the taggram: seconds, and bars of the host's song.

use super::line::{Line, Order};

/// Least distance between two labels of seconds, in points.
const SECONDS_APART: f32 = 58.0;

/// The same for bars.
const BARS_APART: f32 = 46.0;

/// Distances between ticks, in seconds.
const SECOND_STEPS: [f64; 11] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0,
];

/// Distances between ticks, in bars.
const BAR_STEPS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// A label, and where on the line it stands, in seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Position on the line.
    pub seconds: f64,
    /// What stands there.
    pub label: String,
}

/// The part of the line that is seen.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// Its first second.
    pub start: f64,
    /// Its end.
    pub end: f64,
    /// Points a second.
    pub points_a_second: f32,
}

/// A stretch of the line in which the song neither jumps nor changes its tempo.
struct Stretch {
    start: f64,
    end: f64,
    /// The song's seconds and bars at `start`, and its speed.
    seconds: Option<f64>,
    bars: Option<(f64, f64)>,
}

/// The ticks of seconds: of the song where it is known, or else of the time until now.
pub fn seconds(line: &Line, order: Order, range: Range) -> Vec<Tick> {
    let step = step(&SECOND_STEPS, range.points_a_second, SECONDS_APART);
    let mut ticks = Ticks::new(range, SECONDS_APART);
    let mut is_known = false;
    for stretch in stretches(line, order, range) {
        if let Some(at_start) = stretch.seconds {
            is_known = true;
            ticks.add(&stretch, at_start, 1.0, (step, 0.0), clock);
        }
    }
    if !is_known {
        let ago = |seconds: f64| match range.end - seconds {
            ago if ago < 0.5 => "now".to_owned(),
            ago => format!("−{}", clock(ago)),
        };
        let count = ((range.end - range.start) / step) as usize;
        let back = (0..=count).rev().map(|tick| range.end - tick as f64 * step);
        ticks.found.extend(back.map(|seconds| Tick {
            seconds,
            label: ago(seconds),
        }));
    }
    ticks.found
}

/// The ticks of bars, where they are known.
pub fn bars(line: &Line, order: Order, range: Range) -> Vec<Tick> {
    let stretches = stretches(line, order, range);
    let speeds = stretches.iter().filter_map(|stretch| stretch.bars);
    let speed = speeds.map(|(_, speed)| speed).fold(0.0, f64::max);
    if speed <= 0.0 {
        return Vec::new();
    }
    let points_a_bar = (f64::from(range.points_a_second) / speed) as f32;
    let step = step(&BAR_STEPS, points_a_bar, BARS_APART);
    let mut ticks = Ticks::new(range, BARS_APART);
    for stretch in &stretches {
        if let Some((at_start, speed)) = stretch.bars {
            let label = |bar: f64| format!("{bar:.0}");
            ticks.add(stretch, at_start, speed, (step, 1.0), label);
        }
    }
    ticks.found
}

fn step(steps: &[f64], points: f32, apart: f32) -> f64 {
    let fits = |step: &&f64| **step * f64::from(points) >= f64::from(apart);
    let last = steps.last().copied().unwrap_or(1.0);
    steps.iter().find(fits).copied().unwrap_or(last)
}

/// Ticks that keep their distance.
struct Ticks {
    range: Range,
    apart_seconds: f64,
    found: Vec<Tick>,
}

impl Ticks {
    fn new(range: Range, apart: f32) -> Self {
        Self {
            range,
            apart_seconds: f64::from(apart * 0.9 / range.points_a_second),
            found: Vec::new(),
        }
    }

    /// Adds the multiples of a step, counted from an origin, that lie in the stretch.
    fn add(
        &mut self,
        stretch: &Stretch,
        at_start: f64,
        speed: f64,
        (step, origin): (f64, f64),
        label: impl Fn(f64) -> String,
    ) {
        let first = ((at_start - origin) / step - 1e-6).ceil();
        for number in 0..1_000 {
            let value = origin + (first + f64::from(number)) * step;
            let seconds = stretch.start + (value - at_start) / speed;
            if seconds > stretch.end.min(self.range.end) + 1e-6 {
                return;
            }
            let last = self
                .found
                .last()
                .map_or(f64::NEG_INFINITY, |tick| tick.seconds);
            if seconds >= self.range.start && seconds - last >= self.apart_seconds {
                self.found.push(Tick {
                    seconds,
                    label: label(value),
                });
            }
        }
    }
}

/// The stretches of the line that reach into the range.
fn stretches(line: &Line, order: Order, range: Range) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    let all = line.positions_seconds.iter().zip(&line.moments);
    for (&position, moment) in all {
        let Some(moment) = moment else {
            continue;
        };
        let at = moment.transport;
        let expected = stretches.last().and_then(|last| {
            let passed = position - last.start;
            last.seconds.map(|seconds| seconds + passed)
        });
        let goes_on = match (expected, at.seconds.filter(|_| at.playing)) {
            (Some(expected), Some(seconds)) => (expected - seconds).abs() < 0.1,
            (None, None) => !stretches.is_empty(),
            _ => false,
        };
        let same_tempo = stretches.last().is_some_and(|last| {
            let speed = last.bars.map(|(_, speed)| speed);
            speed == at.bars_a_second.filter(|_| at.playing && at.bars.is_some())
        });
        if let Some(last) = stretches.last_mut() {
            // What begins here belongs to the next stretch.
            last.end = position - 0.01;
            if order == Order::Heard && goes_on && same_tempo {
                continue;
            }
            if order == Order::Song && same_tempo {
                continue;
            }
        }
        stretches.push(Stretch {
            start: position,
            end: position,
            seconds: at.seconds.filter(|_| at.playing),
            bars: at.bars.zip(at.bars_a_second).filter(|_| at.playing),
        });
    }
    if let Some(last) = stretches.last_mut() {
        last.end = range.end;
    }
    stretches
}

/// Seconds as a clock shows them.
pub fn clock(seconds: f64) -> String {
    let sign = if seconds < -0.5 { "−" } else { "" };
    let whole = seconds.abs().round() as u64;
    let (minutes, seconds) = (whole / 60, whole % 60);
    if minutes < 60 {
        format!("{sign}{minutes}:{seconds:02}")
    } else {
        format!("{sign}{}:{:02}:{seconds:02}", minutes / 60, minutes % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::super::line::tests::moment;
    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<(f64, &str)> {
        ticks
            .iter()
            .map(|tick| ((tick.seconds * 1e3).round() / 1e3, tick.label.as_str()))
            .collect()
    }

    fn range(start: f64, end: f64) -> Range {
        Range {
            start,
            end,
            points_a_second: 10.0,
        }
    }

    #[test]
    fn ticks_stand_where_the_song_and_its_bars_are_round() {
        let past = (0..60).map(|n| moment(100.5 + f64::from(n), 30.0 + f64::from(n), true, &[0.5]));
        let line = Line::of(&past.collect(), Order::Heard);
        let range = range(100.5, 130.5);
        let seconds = seconds(&line, Order::Heard, range);
        assert_eq!(
            labels(&seconds),
            [
                (100.5, "0:30"),
                (110.5, "0:40"),
                (120.5, "0:50"),
                (130.5, "1:00")
            ]
        );
        // Half a bar a second: bar 17 begins at 32 s.
        let bars = bars(&line, Order::Heard, range);
        assert_eq!(labels(&bars)[..2], [(102.5, "17"), (110.5, "21")]);
    }

    #[test]
    fn a_loop_shows_the_same_bars_again() {
        let looped = |n: u32| f64::from(n % 24);
        let past = (0..48).map(|n| moment(f64::from(n), looped(n), true, &[0.5]));
        let line = Line::of(&past.collect(), Order::Heard);
        let bars = bars(&line, Order::Heard, range(0.0, 47.0));
        let names: Vec<&str> = bars.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(names, ["1", "5", "9", "1", "5", "9"]);
    }

    #[test]
    fn a_host_without_a_song_shows_how_long_ago_it_was() {
        let past = (0..30).map(|n| moment(f64::from(n), 0.0, false, &[0.5]));
        let line = Line::of(&past.collect(), Order::Heard);
        let range = range(0.0, 30.0);
        assert_eq!(
            labels(&seconds(&line, Order::Heard, range)),
            [
                (0.0, "−0:30"),
                (10.0, "−0:20"),
                (20.0, "−0:10"),
                (30.0, "now")
            ]
        );
        assert!(bars(&line, Order::Heard, range).is_empty());
    }

    #[test]
    fn clocks_have_minutes_and_hours() {
        assert_eq!(clock(0.2), "0:00");
        assert_eq!(clock(61.7), "1:02");
        assert_eq!(clock(3_725.0), "1:02:05");
        assert_eq!(clock(-2.0), "−0:02");
    }
}
