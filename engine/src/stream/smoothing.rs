//! Smoothing of tag probabilities over stream time.

/// One-pole smoothing of a set of tags. After the time constant, a step is reached by 1 − 1/e.
///
/// It runs on stream time, so that a bounce and a real-time pass give the same values.
///
/// ```
/// use tagline_engine::Smoothing;
///
/// let mut smoothing = Smoothing::default();
/// smoothing.apply(&mut [0.0], 1.0, 2.0);
/// let mut tags = [1.0];
/// smoothing.apply(&mut tags, 3.0, 2.0);
/// assert!((tags[0] - 0.632).abs() < 1e-3);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Smoothing {
    state: Vec<f32>,
    position_seconds: f64,
}

impl Smoothing {
    /// Smooths `probabilities` in place. They hold from `position_seconds` of the stream. 0 as
    /// `time_constant_seconds` stands for no smoothing. The first set after a reset passes as it is.
    pub fn apply(
        &mut self,
        probabilities: &mut [f32],
        position_seconds: f64,
        time_constant_seconds: f64,
    ) {
        let elapsed = (position_seconds - self.position_seconds).max(0.0);
        self.position_seconds = position_seconds;
        if self.state.len() != probabilities.len() || time_constant_seconds <= 0.0 {
            self.state.clear();
            self.state.extend_from_slice(probabilities);
            return;
        }
        let step = 1.0 - (-elapsed / time_constant_seconds).exp();
        for (state, probability) in self.state.iter_mut().zip(probabilities) {
            *state += step as f32 * (*probability - *state);
            *probability = *state;
        }
    }

    /// Forgets the stream.
    pub fn reset(&mut self) {
        self.state.clear();
        self.position_seconds = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_reached_by_63_percent_after_the_time_constant() {
        for updates in [1, 4, 100] {
            let mut smoothing = Smoothing::default();
            smoothing.apply(&mut [0.0], 1.0, 2.0);
            let mut last = [0.0];
            for k in 1..=updates {
                last = [1.0];
                smoothing.apply(
                    &mut last,
                    1.0 + 2.0 * f64::from(k) / f64::from(updates),
                    2.0,
                );
            }
            assert!(
                (last[0] - 0.632_12).abs() < 1e-4,
                "{updates} updates: {last:?}"
            );
        }
    }

    #[test]
    fn without_a_time_constant_values_pass_unchanged() {
        let mut smoothing = Smoothing::default();
        for value in [0.1, 0.9, 0.3] {
            let mut tags = [value];
            smoothing.apply(&mut tags, 1.0, 0.0);
            assert_eq!(tags, [value]);
        }
    }

    #[test]
    fn a_different_number_of_tags_starts_anew() {
        let mut smoothing = Smoothing::default();
        smoothing.apply(&mut [1.0, 1.0], 0.0, 5.0);
        let mut tags = [0.25];
        smoothing.apply(&mut tags, 1.0, 5.0);
        assert_eq!(tags, [0.25]);
    }
}
