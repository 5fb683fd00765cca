//! Graphics cards as Vulkan lists them: which come first, and which Burn's kernels are safe on.

use std::ffi::CStr;

use burn::tensor::{Device, DeviceType};
use wgpu::hal::api::Vulkan;
use wgpu::{AdapterInfo, Backends, Instance, InstanceDescriptor};

/// Without it, cubecl 0.11.3 declares the memory that threads of a group share as a pointer to itself
/// (`lower_shared_implicit`), which is not valid SPIR-V: Mesa's llvmpipe 22.3 and 25.0 end the
/// process over it.
const SHARED_MEMORY: &CStr = c"VK_KHR_workgroup_memory_explicit_layout";
/// Without it, cubecl compiles to WGSL, which does not have this fault.
const POINTERS: &CStr = c"VK_KHR_buffer_device_address";

/// The graphics cards: discrete ones first, then those that are part of a processor, then programs
/// that act as a card. In place of an unfit card stands the reason.
pub(in crate::train) fn cards() -> Vec<Result<Device, String>> {
    let instance = Instance::new(InstanceDescriptor {
        backends: Backends::VULKAN,
        ..InstanceDescriptor::new_without_display_handle()
    });
    let adapters = futures_lite::future::block_on(instance.enumerate_adapters(Backends::VULKAN));
    // Burn lists them in the same order.
    let devices = Device::enumerate(DeviceType::Vulkan).into_vec();
    let mut cards: Vec<_> = std::iter::zip(devices, &adapters).collect();
    cards.sort_by_key(|(_, adapter)| rank(adapter.get_info().device_type));
    cards
        .into_iter()
        .map(|(device, adapter)| unfit(adapter).map_or(Ok(device), Err))
        .collect()
}

fn rank(kind: wgpu::DeviceType) -> u8 {
    match kind {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    }
}

fn unfit(adapter: &wgpu::Adapter) -> Option<String> {
    // SAFETY: nothing is destroyed, and the guard is dropped before the adapter.
    let native = unsafe { adapter.as_hal::<Vulkan>() }?;
    let has = |extension| {
        let capabilities = native.physical_device_capabilities();
        capabilities.supports_extension(extension)
    };
    let AdapterInfo {
        name, driver_info, ..
    } = adapter.get_info();
    (has(POINTERS) && !has(SHARED_MEMORY)).then(|| {
        format!(
            "{name}: its Vulkan driver ({driver_info}) lacks {}, without which Burn's kernels would \
             crash it; update the driver, or train with another --device",
            SHARED_MEMORY.to_string_lossy()
        )
    })
}
