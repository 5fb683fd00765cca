//! How a macro's value follows its source. Positions are samples of the stream; values are shares,
//! 0 to 1.
//!
//! The curve is a chain of straight lines, bent at the end: between two updates the source glides
//! from one value to the next, and the level follows it at the speed of attack and release. So a
//! value depends on positions alone, and not on how often anybody looks.

/// The way from the source's value to the macro's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shaping {
    /// Source's values that give 0 and 1.
    pub input: [f64; 2],
    /// The gate, if there is one.
    pub gate: Option<Threshold>,
    /// Samples in which the level rises from 0 to 1.
    pub attack: f64,
    /// Samples for which the level stays before it falls.
    pub hold: f64,
    /// Samples in which the level falls from 1 to 0.
    pub release: f64,
    /// Power that bends the level.
    pub exponent: f64,
    /// Whether 0 and 1 change places.
    pub invert: bool,
    /// Values for 0 and 1.
    pub output: [f64; 2],
}

/// When a gate opens and closes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Open from this value on.
    pub opens: f64,
    /// Closed below this value.
    pub closes: f64,
}

/// What a gate has just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// It has opened.
    Opened,
    /// It has closed, its hold included.
    Closed,
}

impl Shaping {
    /// The source's value as a share of the input's range.
    fn ranged(&self, source: f64) -> f64 {
        let [low, high] = self.input;
        if high > low {
            ((source - low) / (high - low)).clamp(0.0, 1.0)
        } else {
            f64::from(u8::from(source >= low))
        }
    }

    /// The macro's value for a level.
    fn bent(&self, level: f64) -> f64 {
        let bent = if self.exponent == 1.0 {
            level
        } else {
            level.powf(self.exponent)
        };
        let share = if self.invert { 1.0 - bent } else { bent };
        let [low, high] = self.output;
        (low + (high - low) * share).clamp(0.0, 1.0)
    }
}

/// A straight line from one value of the source to the next.
#[derive(Clone, Copy, Debug, Default)]
struct Glide {
    from: f64,
    to: f64,
    start: u64,
    samples: u64,
}

impl Glide {
    fn at(&self, position: u64) -> f64 {
        let done = position.saturating_sub(self.start);
        if done >= self.samples {
            return self.to;
        }
        self.from + (self.to - self.from) * (done as f64 / self.samples as f64)
    }

    fn has_ended(&self, position: u64) -> bool {
        position.saturating_sub(self.start) >= self.samples
    }
}

/// Where one macro stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Envelope {
    /// Position up to which everything has been worked out.
    now: u64,
    glide: Glide,
    is_open: bool,
    /// Where the hold of an open gate ends, once the source has fallen.
    closes_at: Option<u64>,
    level: f64,
    /// Until where the level does not fall, without a gate.
    held_until: u64,
}

impl Envelope {
    /// The macro's value.
    #[must_use]
    pub fn value(&self, shaping: &Shaping) -> f64 {
        shaping.bent(self.level)
    }

    /// Where the gate closes, if that is known.
    #[must_use]
    pub fn closes_at(&self) -> Option<u64> {
        self.closes_at
    }

    /// Whether the value may be another one a moment later.
    #[must_use]
    pub fn is_moving(&self, shaping: &Shaping) -> bool {
        (shaping.gate.is_none() && !self.glide.has_ended(self.now))
            || self.level != self.target(shaping)
    }

    fn target(&self, shaping: &Shaping) -> f64 {
        match shaping.gate {
            Some(_) => f64::from(u8::from(self.is_open)),
            None => shaping.ranged(self.glide.at(self.now)),
        }
    }

    /// Goes on to `position`, which is not beyond [`Self::closes_at`]. Returns whether the gate has
    /// closed there.
    pub fn advance(&mut self, shaping: &Shaping, position: u64) -> Option<Edge> {
        let elapsed = position.saturating_sub(self.now);
        self.now = self.now.max(position);
        self.follow(shaping, elapsed);
        if self.closes_at.is_some_and(|at| self.now >= at) {
            self.closes_at = None;
            self.is_open = false;
            self.follow(shaping, 0);
            return Some(Edge::Closed);
        }
        None
    }

    /// The source has another value where the envelope stands. Without a gate, the level glides
    /// there over `glide_samples`; a gate acts at once.
    pub fn take(&mut self, shaping: &Shaping, source: f64, glide_samples: u64) -> Option<Edge> {
        self.glide = Glide {
            from: self.glide.at(self.now),
            to: source,
            start: self.now,
            samples: glide_samples,
        };
        let edge = shaping
            .gate
            .and_then(|threshold| self.compare(threshold, source, shaping.hold));
        if shaping.gate.is_none() {
            self.is_open = false;
            self.closes_at = None;
        }
        self.follow(shaping, 0);
        edge
    }

    fn compare(&mut self, threshold: Threshold, source: f64, hold: f64) -> Option<Edge> {
        if source >= threshold.opens {
            self.closes_at = None;
            return (!std::mem::replace(&mut self.is_open, true)).then_some(Edge::Opened);
        }
        if !self.is_open {
            return None;
        }
        if source >= threshold.closes {
            // Not loud enough to open, and not quiet enough to close.
            self.closes_at = None;
            return None;
        }
        let hold = hold.round() as u64;
        if hold == 0 {
            self.closes_at = None;
            self.is_open = false;
            return Some(Edge::Closed);
        }
        self.closes_at.get_or_insert(self.now + hold);
        None
    }

    /// Nothing is heard for now: the gate is closed, and the level stays where it is.
    pub fn stand_still(&mut self) {
        let source = self.glide.at(self.now);
        self.glide = Glide {
            from: source,
            to: source,
            start: self.now,
            samples: 0,
        };
        self.is_open = false;
        self.closes_at = None;
    }

    /// Moves the level towards its target, as far as `elapsed` samples allow.
    fn follow(&mut self, shaping: &Shaping, elapsed: u64) {
        let target = self.target(shaping);
        let step = |elapsed: f64, time: f64| if time > 0.0 { elapsed / time } else { 1.0 };
        if target >= self.level {
            let most = step(elapsed as f64, shaping.attack);
            self.level = target.min(self.level + most);
            if shaping.gate.is_none() {
                self.held_until = self.now + shaping.hold.round() as u64;
            }
            return;
        }
        // A gate holds by itself.
        let mut falling = elapsed;
        if shaping.gate.is_none() {
            if self.now < self.held_until {
                return;
            }
            falling = falling.min(self.now - self.held_until);
        }
        let most = step(falling as f64, shaping.release);
        self.level = target.max(self.level - most);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLAIN: Shaping = Shaping {
        input: [0.0, 1.0],
        gate: None,
        attack: 0.0,
        hold: 0.0,
        release: 0.0,
        exponent: 1.0,
        invert: false,
        output: [0.0, 1.0],
    };

    const GATE: Shaping = Shaping {
        gate: Some(Threshold {
            opens: 0.5,
            closes: 0.4,
        }),
        ..PLAIN
    };

    /// Values at these positions, of a source that takes `changes` (position, value, glide).
    fn values(
        shaping: &Shaping,
        changes: &[(u64, f64, u64)],
        positions: impl Iterator<Item = u64>,
    ) -> Vec<f64> {
        let mut envelope = Envelope::default();
        let mut changes = changes.iter().peekable();
        let go_to = |envelope: &mut Envelope, position: u64| {
            while let Some(at) = envelope.closes_at().filter(|&at| at <= position) {
                envelope.advance(shaping, at);
            }
            envelope.advance(shaping, position);
        };
        let mut values = Vec::new();
        for position in positions {
            while let Some(&&(at, source, glide)) =
                changes.peek().filter(|(at, ..)| *at <= position)
            {
                go_to(&mut envelope, at);
                envelope.take(shaping, source, glide);
                changes.next();
            }
            go_to(&mut envelope, position);
            values.push(envelope.value(shaping));
        }
        values
    }

    fn close(found: f64, expected: f64, at: u64) {
        assert!(
            (found - expected).abs() < 1e-9,
            "{found}, not {expected} at {at}"
        );
    }

    #[test]
    fn a_slow_tag_gives_a_straight_line_from_update_to_update() {
        let changes = [(0, 0.0, 0), (100, 1.0, 200), (400, 0.5, 100)];
        let found = values(&PLAIN, &changes, 0..600);
        for (at, found) in (0..600).zip(found) {
            let expected = match at {
                0..100 => 0.0,
                100..300 => (at - 100) as f64 / 200.0,
                300..400 => 1.0,
                400..500 => 1.0 - 0.5 * (at - 400) as f64 / 100.0,
                _ => 0.5,
            };
            close(found, expected, at);
        }
    }

    #[test]
    fn attack_and_release_are_the_times_from_0_to_1_and_back() {
        let shaping = Shaping {
            attack: 100.0,
            release: 400.0,
            ..PLAIN
        };
        let changes = [(50, 1.0, 0), (300, 0.25, 0)];
        for (at, found) in (0..800).zip(values(&shaping, &changes, 0..800)) {
            let expected = match at {
                0..50 => 0.0,
                50..300 => ((at - 50) as f64 / 100.0).min(1.0),
                _ => (1.0 - (at - 300) as f64 / 400.0).max(0.25),
            };
            close(found, expected, at);
        }
    }

    #[test]
    fn a_held_peak_falls_after_its_hold_and_not_before() {
        let shaping = Shaping {
            hold: 200.0,
            release: 100.0,
            ..PLAIN
        };
        let changes = [(0, 0.8, 0), (100, 0.2, 0)];
        for (at, found) in (0..600).zip(values(&shaping, &changes, 0..600)) {
            let expected = match at {
                0..300 => 0.8,
                _ => (0.8 - (at - 300) as f64 / 100.0).max(0.2),
            };
            close(found, expected, at);
        }
    }

    #[test]
    fn a_gate_opens_at_its_threshold_and_closes_below_its_hysteresis_after_its_hold() {
        let shaping = Shaping {
            hold: 30.0,
            attack: 10.0,
            release: 20.0,
            ..GATE
        };
        let changes = [
            (10, 0.49, 50),
            (100, 0.5, 50),
            (200, 0.41, 50),
            (300, 0.39, 50),
            (400, 0.45, 50),
            (500, 0.5, 0),
            (510, 0.1, 0),
            (520, 0.9, 0),
        ];
        for (at, found) in (0..700).zip(values(&shaping, &changes, 0..700)) {
            let expected = match at {
                0..100 => 0.0,
                100..110 => (at - 100) as f64 / 10.0,
                // Closed at 330; 0.45 does not open it again.
                110..330 => 1.0,
                330..350 => 1.0 - (at - 330) as f64 / 20.0,
                350..500 => 0.0,
                500..510 => (at - 500) as f64 / 10.0,
                // A fall shorter than the hold is not heard.
                _ => 1.0,
            };
            close(found, expected, at);
        }
    }

    #[test]
    fn curve_inversion_and_ranges_act_in_this_order() {
        let shaping = Shaping {
            input: [0.2, 0.6],
            exponent: 2.0,
            invert: true,
            output: [0.1, 0.9],
            ..PLAIN
        };
        for source in [0.0, 0.2, 0.3, 0.5, 0.6, 1.0] {
            let share = ((source - 0.2) / 0.4_f64).clamp(0.0, 1.0);
            let expected = 0.1 + 0.8 * (1.0 - share.powi(2));
            let found = values(&shaping, &[(0, source, 0)], 0..1)[0];
            assert!(
                (found - expected).abs() < 1e-9,
                "{source}: {found}, not {expected}"
            );
        }
        let step = Shaping {
            input: [0.5, 0.5],
            ..PLAIN
        };
        assert_eq!(values(&step, &[(0, 0.49, 0)], 0..1), [0.0]);
        assert_eq!(values(&step, &[(0, 0.5, 0)], 0..1), [1.0]);
    }

    #[test]
    fn an_envelope_at_rest_does_not_move() {
        let shaping = Shaping {
            attack: 100.0,
            ..PLAIN
        };
        let mut envelope = Envelope::default();
        assert!(!envelope.is_moving(&shaping));
        envelope.take(&shaping, 0.5, 10);
        assert!(envelope.is_moving(&shaping));
        envelope.advance(&shaping, 49);
        assert!(envelope.is_moving(&shaping));
        envelope.advance(&shaping, 50);
        assert!(!envelope.is_moving(&shaping));
    }

    proptest! {
        #[test]
        fn values_stay_in_the_output_range_and_move_no_faster_than_attack_and_release(
            sources in proptest::collection::vec((1u64..300, 0.0..=1.0f64, 0u64..300), 1..20),
            attack in 1.0..500.0f64,
            release in 1.0..500.0f64,
            hold in 0.0..200.0f64,
            is_gate in any::<bool>(),
            output in prop::array::uniform2(0.0..=1.0f64),
        ) {
            let base = if is_gate { GATE } else { PLAIN };
            let shaping = Shaping { attack, release, hold, output, ..base };
            let mut at = 0;
            let changes: Vec<_> = sources
                .into_iter()
                .map(|(wait, source, glide)| {
                    at += wait;
                    (at, source, glide)
                })
                .collect();
            let found = values(&shaping, &changes, 0..at + 300);
            let (low, high) = (output[0].min(output[1]), output[0].max(output[1]));
            let span = high - low;
            for pair in found.windows(2) {
                prop_assert!((low - 1e-9..=high + 1e-9).contains(&pair[0]));
                let moved = (pair[1] - pair[0]).abs();
                prop_assert!(moved <= span / attack.min(release) + 1e-9, "{pair:?}");
            }
        }

        #[test]
        fn a_gates_curve_does_not_depend_on_how_often_it_is_looked_at(
            sources in proptest::collection::vec((1u64..300, 0.0..=1.0f64), 1..20),
            attack in 0.0..500.0f64,
            release in 0.0..500.0f64,
            hold in 0.0..200.0f64,
            every in 2usize..90,
        ) {
            let shaping = Shaping { attack, release, hold, ..GATE };
            let mut at = 0;
            let changes: Vec<_> = sources
                .into_iter()
                .map(|(wait, source)| {
                    at += wait;
                    (at, source, 0)
                })
                .collect();
            let all = values(&shaping, &changes, 0..at + 300);
            let some = values(&shaping, &changes, (0..at + 300).step_by(every));
            for (one, other) in all.iter().step_by(every).zip(&some) {
                prop_assert!((one - other).abs() < 1e-9);
            }
        }
    }
}
