//! The learning rate over a training.

/// Linear warm-up from 0, then half a cosine down to 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    /// Highest rate.
    pub(crate) peak: f64,
    /// Steps of the warm-up.
    pub(crate) warm_up: usize,
    /// All steps.
    pub(crate) steps: usize,
}

impl Schedule {
    /// The rate of step `step`, counted from 0 over the whole training.
    pub(crate) fn rate(&self, step: usize) -> f64 {
        if step < self.warm_up {
            return self.peak * (step + 1) as f64 / self.warm_up as f64;
        }
        let after = (step - self.warm_up) as f64;
        let all = (self.steps - self.warm_up).max(1) as f64;
        let done = (after / all).min(1.0);
        self.peak * 0.5 * (1.0 + (std::f64::consts::PI * done).cos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_learning_rate_rises_to_its_peak_and_falls_to_almost_nothing() {
        let schedule = Schedule {
            peak: 0.01,
            warm_up: 10,
            steps: 110,
        };
        assert!((schedule.rate(0) - 0.001).abs() < 1e-9);
        assert!((schedule.rate(9) - 0.01).abs() < 1e-9);
        assert!((schedule.rate(10) - 0.01).abs() < 1e-9);
        assert!((schedule.rate(60) - 0.005).abs() < 1e-9);
        assert!(schedule.rate(109) < 1e-5 && schedule.rate(109) > 0.0);
        for step in 10..109 {
            assert!(schedule.rate(step + 1) < schedule.rate(step));
        }
    }

    #[test]
    fn no_warm_up_starts_at_the_peak() {
        let schedule = Schedule {
            peak: 1.0,
            warm_up: 0,
            steps: 1,
        };
        assert!((schedule.rate(0) - 1.0).abs() < 1e-12);
    }
}
