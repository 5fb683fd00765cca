//! Why a front-end cannot be made.

/// Why a front-end cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum FrontEndError {
    /// The host's sample rate is outside 1,000 Hz to 768 kHz, or not a number.
    #[error("sample rate {0} Hz is outside 1,000 Hz to 768 kHz")]
    HostRate(f64),
    /// A parameter of the model's front-end is impossible.
    #[error("front-end parameter {field}: {reason}")]
    Parameter {
        /// Name of the field in [`FrontEndSpec`](crate::FrontEndSpec).
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}
