//! Takes tensors out of a file's weights: checks their shapes and values, and that none is left over.

use super::preset::{Dialect, Preset, Spread};
use crate::convert::network::Norm;
use crate::weights::Weights;

/// Why a file's tensors do not fit a preset.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TensorError {
    /// A tensor is missing.
    #[error("tensor `{name}` is missing; the file holds {held}")]
    Missing {
        /// Its name.
        name: String,
        /// Some of the names in the file.
        held: String,
    },
    /// A tensor has another shape.
    #[error("tensor `{name}` has the shape {found:?}, not {expected}")]
    Shape {
        /// Its name.
        name: String,
        /// Its shape in the file.
        found: Vec<usize>,
        /// The shape it must have.
        expected: String,
    },
    /// A tensor does not hold floating point numbers.
    #[error("tensor `{name}` holds {found}, not floating point numbers")]
    NotFloat {
        /// Its name.
        name: String,
        /// What it holds.
        found: String,
    },
    /// A tensor holds a value that is not finite.
    #[error("tensor `{name}` holds {value} at index {index}")]
    NotFinite {
        /// Its name.
        name: String,
        /// Row-major index of the first such value.
        index: usize,
        /// The value: NaN or an infinity.
        value: f32,
    },
    /// A batch norm cannot be folded.
    #[error("batch norm `{name}`: channel {channel} divides by {divisor}")]
    Norm {
        /// Its prefix.
        name: String,
        /// The channel.
        channel: usize,
        /// Its divisor.
        divisor: f64,
    },
    /// A folded weight is too large for single precision.
    #[error("`{name}` with its batch norm folded in exceeds single precision")]
    Overflow {
        /// Prefix of the layer.
        name: String,
    },
    /// The file holds a tensor that the preset has no place for.
    #[error("tensor `{name}` has no place in this network; is the preset right?")]
    Unexpected {
        /// Its name.
        name: String,
    },
}

/// A file's tensors, and which of them have been taken.
pub(super) struct File<'a> {
    weights: &'a Weights,
    dialect: &'a Dialect,
    used: Vec<String>,
}

impl<'a> File<'a> {
    pub fn new(weights: &'a Weights, dialect: &'a Dialect) -> Self {
        Self {
            weights,
            dialect,
            used: Vec::new(),
        }
    }

    /// Checks that each tensor of the file was taken, or is none of the network's.
    pub fn check_all_used(&self, preset: &Preset) -> Result<(), TensorError> {
        let mut names = self.weights.tensors.keys();
        match names.find(|name| !self.used.contains(name) && !preset.ignores(name)) {
            Some(name) => Err(TensorError::Unexpected { name: name.clone() }),
            None => Ok(()),
        }
    }

    /// Its library's conventions.
    pub fn dialect(&self) -> &'a Dialect {
        self.dialect
    }

    /// The tensor `name`. Each axis with a given length must have that length.
    pub fn tensor(
        &mut self,
        name: String,
        shape: &[Option<usize>],
    ) -> Result<(&'a [f32], &'a [usize]), TensorError> {
        let Some(tensor) = self.weights.tensors.get(&name) else {
            return Err(match self.weights.others.get(&name) {
                Some(found) => TensorError::NotFloat {
                    name,
                    found: found.clone(),
                },
                None => TensorError::Missing {
                    name,
                    held: self.weights.some_names(),
                },
            });
        };
        let fits = tensor.shape.len() == shape.len()
            && std::iter::zip(&tensor.shape, shape)
                .all(|(found, expected)| expected.is_none_or(|expected| *found == expected));
        if !fits {
            return Err(TensorError::Shape {
                name,
                found: tensor.shape.clone(),
                expected: describe(shape),
            });
        }
        if let Some(index) = tensor.values.iter().position(|value| !value.is_finite()) {
            return Err(TensorError::NotFinite {
                name,
                index,
                value: tensor.values[index],
            });
        }
        self.used.push(name);
        Ok((&tensor.values, &tensor.shape))
    }

    /// The batch norm with this prefix.
    pub fn norm(&mut self, prefix: &str, channels: usize) -> Result<Norm, TensorError> {
        let mut part = |part: usize| {
            let name = format!("{prefix}{}", self.dialect.norm[part]);
            Ok(self.tensor(name, &[Some(channels)])?.0)
        };
        let (factor, offset, mean, spread) = (part(0)?, part(1)?, part(2)?, part(3)?);
        let mut divisors = Vec::with_capacity(channels);
        for (channel, spread) in spread.iter().enumerate() {
            let divisor = match self.dialect.spread {
                Spread::Variance { epsilon } => (f64::from(*spread) + epsilon).sqrt(),
                Spread::Deviation { epsilon } => f64::from(*spread) + epsilon,
            };
            // A negative variance gives NaN, which is not above 0.
            if divisor.is_nan() || divisor <= 0.0 {
                return Err(TensorError::Norm {
                    name: prefix.to_owned(),
                    channel,
                    divisor,
                });
            }
            divisors.push(divisor);
        }
        Ok(Norm::new(factor, offset, mean, &divisors))
    }
}

fn describe(shape: &[Option<usize>]) -> String {
    let axes = shape
        .iter()
        .map(|axis| axis.map_or_else(|| "tags".to_owned(), |length| length.to_string()));
    format!("[{}]", axes.collect::<Vec<_>>().join(", "))
}
