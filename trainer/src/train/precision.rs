//! The precision that convolutions are trained in.

use serde::{Deserialize, Serialize};

/// The numbers that convolutions compute in during training. Weights, batch norms, the loss and the
/// optimizer stay in f32. bf16 has the same range, so the loss needs no scaling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 24 bits of precision.
    #[default]
    F32,
    /// 8 bits of precision and the range of f32.
    Bf16,
}

impl Precision {
    /// Name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
        }
    }
}
