//! Adam on the processor, and what it remembers between steps.
//!
//! Each operation rounds as in Burn's Adam, which earlier versions used on the processor. So the
//! same run gives the same bits.

use crate::arch::Parameters;
use crate::cpu::sum_of_squares;

/// Adam's usual constant beside the root of the second moment.
pub(super) const EPSILON: f32 = 1e-8;
/// How much of its past the mean of the gradients keeps at each step.
const FIRST: f32 = 0.9;
/// The same for the mean of their squares.
const SECOND: f32 = 0.999;

/// What Adam remembers of the gradients of every trained tensor.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Moments {
    /// Number of steps that they come from.
    pub steps: usize,
    /// Running means of the gradients; 0 for what is not trained.
    pub first: Parameters,
    /// Running means of their squares; 0 for what is not trained.
    pub second: Parameters,
}

/// Updates a network's trained tensors.
pub(super) struct Adam {
    /// Largest norm of a tensor's gradient.
    clip_norm: f64,
    moments: Option<Moments>,
}

impl Adam {
    /// Adam without a memory, which scales each tensor's gradient down to a norm of `clip_norm`.
    pub fn new(clip_norm: f64) -> Self {
        Self {
            clip_norm,
            moments: None,
        }
    }

    /// What is remembered; `None` before the first step.
    pub fn moments(&self) -> Option<&Moments> {
        self.moments.as_ref()
    }

    /// Goes on with `moments`.
    pub fn remember(&mut self, moments: Moments) {
        self.moments = Some(moments);
    }

    /// One step of `parameters` against their `gradients` at `rate`.
    pub fn step(&mut self, parameters: &mut Parameters, mut gradients: Parameters, rate: f64) {
        let clip_norm = self.clip_norm;
        let moments = self
            .moments
            .get_or_insert_with(|| Moments::none(parameters));
        moments.steps += 1;
        let step = Step::new(moments.steps, rate);
        let remembered = std::iter::zip(
            moments.first.trained_tensors(),
            moments.second.trained_tensors(),
        );
        let tensors = std::iter::zip(parameters.trained_tensors(), gradients.trained_tensors());
        for (((_, _, values), (_, _, gradient)), ((_, _, first), (_, _, second))) in
            tensors.zip(remembered)
        {
            clip(gradient, clip_norm);
            let moments = first.iter_mut().zip(second);
            for ((value, gradient), (first, second)) in values.iter_mut().zip(gradient).zip(moments)
            {
                *value -= step.of(*gradient, first, second);
            }
        }
    }
}

impl Moments {
    /// Before the first step.
    fn none(parameters: &Parameters) -> Self {
        let mut zeros = parameters.clone();
        for (_, _, values) in zeros.tensors() {
            values.fill(0.0);
        }
        Self {
            steps: 0,
            second: zeros.clone(),
            first: zeros,
        }
    }
}

/// The numbers of one step that are the same for all values.
struct Step {
    is_first: bool,
    rate: f32,
    /// Corrects both means for the zeros that they begin with.
    unbias: f32,
    epsilon: f32,
}

impl Step {
    fn new(steps: usize, rate: f64) -> Self {
        let power = i32::try_from(steps).unwrap_or(i32::MAX);
        let root = (1.0 - SECOND.powi(power)).sqrt();
        Self {
            is_first: steps == 1,
            rate: rate as f32,
            unbias: root / (1.0 - FIRST.powi(power)),
            epsilon: EPSILON * root,
        }
    }

    /// Updates the means by a value's gradient, and returns how far the value goes down.
    fn of(&self, gradient: f32, first: &mut f32, second: &mut f32) -> f32 {
        let (of_gradient, of_square) = (
            gradient * (1.0 - FIRST),
            gradient * gradient * (1.0 - SECOND),
        );
        if self.is_first {
            // An addition to zero would lose the sign of a zero.
            (*first, *second) = (of_gradient, of_square);
        } else {
            *first = *first * FIRST + of_gradient;
            *second = *second * SECOND + of_square;
        }
        *first * self.unbias / (second.sqrt() + self.epsilon) * self.rate
    }
}

/// Scales a gradient down to a norm of `most`.
fn clip(gradient: &mut [f32], most: f64) {
    let norm = sum_of_squares(gradient).sqrt() + f32::MIN_POSITIVE;
    let factor = 1.0 / norm * most as f32;
    // A NaN stays a NaN, so that the training notices it.
    let factor = if factor > 1.0 { 1.0 } else { factor };
    gradient.iter_mut().for_each(|value| *value *= factor);
}
