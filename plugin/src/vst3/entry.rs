//! What the library exports.

#[cfg(not(target_os = "windows"))]
use std::ffi::c_void;

use vst3::Steinberg::IPluginFactory;

use super::abi::guarded;
use super::factory;

/// The factory, counted for the host.
#[unsafe(no_mangle)]
extern "system" fn GetPluginFactory() -> *mut IPluginFactory {
    guarded(std::ptr::null_mut(), factory::new)
}

#[cfg(target_os = "windows")]
#[unsafe(no_mangle)]
extern "system" fn InitDll() -> bool {
    true
}

#[cfg(target_os = "windows")]
#[unsafe(no_mangle)]
extern "system" fn ExitDll() -> bool {
    true
}

#[cfg(target_os = "macos")]
#[unsafe(no_mangle)]
extern "system" fn bundleEntry(_bundle: *mut c_void) -> bool {
    true
}

#[cfg(target_os = "macos")]
#[unsafe(no_mangle)]
extern "system" fn bundleExit() -> bool {
    true
}

#[cfg(not(any(target_os = "windows", target_os = "macos")))]
#[unsafe(no_mangle)]
extern "system" fn ModuleEntry(_library: *mut c_void) -> bool {
    true
}

#[cfg(not(any(target_os = "windows", target_os = "macos")))]
#[unsafe(no_mangle)]
extern "system" fn ModuleExit() -> bool {
    true
}
