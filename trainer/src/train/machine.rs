//! The machine that computes a run.

use serde::{Deserialize, Serialize};

/// The properties of a computer that may decide the last bits of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// What computes: `cpu`, or `cuda` or `vulkan` with the names of its cards.
    pub device: String,
    /// The processor's name, or its architecture if the system does not tell the name.
    pub processor: String,
    /// The widest vector instructions that matrix products use.
    pub simd: String,
    /// Operating system and architecture.
    pub system: String,
}

impl Machine {
    /// This computer, with `device`.
    pub(super) fn this(device: &str) -> Self {
        let architecture = std::env::consts::ARCH;
        Self {
            device: device.to_owned(),
            processor: processor().unwrap_or_else(|| architecture.to_owned()),
            simd: simd().to_owned(),
            system: format!("{} {architecture}", std::env::consts::OS),
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            device,
            processor,
            simd,
            system,
        } = self;
        write!(f, "{device}, {processor} ({simd}, {system})")
    }
}

/// The processor's name on Linux and Windows.
fn processor() -> Option<String> {
    let named = |text: &str| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let linux = std::fs::read_to_string("/proc/cpuinfo").ok();
    let windows = || std::env::var("PROCESSOR_IDENTIFIER").ok();
    linux.and_then(|text| named(&text)).or_else(windows)
}

#[cfg(target_arch = "x86_64")]
fn simd() -> &'static str {
    if std::is_x86_feature_detected!("avx512f") {
        "avx512"
    } else if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
        "avx2"
    } else {
        "sse2"
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn simd() -> &'static str {
    if cfg!(target_arch = "aarch64") {
        "neon"
    } else {
        "none"
    }
}
