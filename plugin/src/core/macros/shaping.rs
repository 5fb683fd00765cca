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
mod tests;
