//! What of a device's features would be used.

use cubecl_core::ir::DeviceProperties;

/// What code would be made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GpuTarget {
    /// NVIDIA's PTX.
    Nvptx,
}

/// Leaves all features as they are: NVRTC compiles for each of them.
pub fn restrict_features(_properties: &mut DeviceProperties, _target: GpuTarget) {}
