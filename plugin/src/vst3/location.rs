//! Where the library of this plugin lies.

use std::path::PathBuf;

/// The bundle that this code was loaded from: `Tagline.vst3`. `None` where the system does not tell,
/// or the library lies in no bundle.
pub(super) fn bundle() -> Option<PathBuf> {
    let library = library()?;
    // Tagline.vst3/Contents/x86_64-linux/Tagline.so
    let bundle = library.ancestors().nth(3)?;
    let is_bundle = bundle
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("vst3"));
    is_bundle.then(|| bundle.to_owned())
}

#[cfg(unix)]
fn library() -> Option<PathBuf> {
    use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
    use std::os::unix::ffi::OsStrExt;

    /// `Dl_info`.
    #[repr(C)]
    struct Found {
        file: *const c_char,
        base: *mut c_void,
        symbol: *const c_char,
        address: *mut c_void,
    }
    unsafe extern "C" {
        fn dladdr(address: *const c_void, found: *mut Found) -> c_int;
    }
    let mut found = Found {
        file: std::ptr::null(),
        base: std::ptr::null_mut(),
        symbol: std::ptr::null(),
        address: std::ptr::null_mut(),
    };
    // SAFETY: the address is this function's, and the loader's text lives as long as the library.
    unsafe {
        if dladdr(library as *const c_void, &mut found) == 0 || found.file.is_null() {
            return None;
        }
        let file = OsStr::from_bytes(CStr::from_ptr(found.file).to_bytes());
        Some(PathBuf::from(file))
    }
}

#[cfg(windows)]
fn library() -> Option<PathBuf> {
    use std::ffi::{OsString, c_void};
    use std::os::windows::ffi::OsStringExt;

    const FROM_ADDRESS: u32 = 4;
    const UNCHANGED_COUNT: u32 = 2;
    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetModuleHandleExW(flags: u32, address: *const c_void, module: *mut *mut c_void) -> i32;
        fn GetModuleFileNameW(module: *mut c_void, file: *mut u16, size: u32) -> u32;
    }
    let mut module = std::ptr::null_mut();
    let mut file = [0_u16; 4_096];
    // SAFETY: the address is this function's, and the buffer is as long as is said.
    let length = unsafe {
        let flags = FROM_ADDRESS | UNCHANGED_COUNT;
        if GetModuleHandleExW(flags, library as *const c_void, &mut module) == 0 {
            return None;
        }
        GetModuleFileNameW(module, file.as_mut_ptr(), file.len() as u32) as usize
    };
    (length > 0 && length < file.len()).then(|| OsString::from_wide(&file[..length]).into())
}
