//! Removes the windows that baseview leaves behind on Windows.
//!
//! For each window, baseview 0.4.2 makes a second, hidden one to ask OpenGL for its functions, and never
//! destroys it. The procedure of that window is code of this library, a jump to Windows' own. Once the host
//! has unloaded the library, the next message to all windows would run into nothing, and end the host.

use std::ffi::c_void;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{HMODULE, HWND, LPARAM};
use windows_sys::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
    GetModuleHandleExW,
};
use windows_sys::Win32::System::Threading::GetCurrentThreadId;
use windows_sys::Win32::UI::WindowsAndMessaging::{
    DestroyWindow, EnumThreadWindows, GCW_ATOM, GWLP_HINSTANCE, GWLP_USERDATA, GetClassLongPtrW,
    GetClassNameW, GetWindowLongPtrW, UnregisterClassW,
};
use windows_sys::core::BOOL;

/// How baseview's classes of windows begin.
const CLASS: &str = "Baseview-";

/// Destroys this thread's windows that baseview has made in this library and forgotten. Its other windows
/// keep their own data with them.
pub(super) fn destroy_forgotten_windows() {
    let Some(library) = this_library() else {
        return;
    };
    for window in windows_of_this_thread() {
        // SAFETY: the windows are this thread's, so none ends meanwhile; Windows checks its handles.
        unsafe {
            let is_ours = GetWindowLongPtrW(window, GWLP_HINSTANCE) == library as isize;
            let is_used = GetWindowLongPtrW(window, GWLP_USERDATA) != 0;
            if !is_ours || is_used || !class_name(window).starts_with(CLASS) {
                continue;
            }
            let class = GetClassLongPtrW(window, GCW_ATOM) & 0xffff;
            if DestroyWindow(window) != 0 {
                // An atom stands in a name's place.
                UnregisterClassW(class as *const u16, library);
            }
        }
    }
}

fn this_library() -> Option<HMODULE> {
    let mut library = null_mut();
    let flags =
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    let address = destroy_forgotten_windows as *const c_void;
    // SAFETY: the address is a function of this library.
    let found = unsafe { GetModuleHandleExW(flags, address.cast(), &mut library) };
    (found != 0).then_some(library)
}

fn windows_of_this_thread() -> Vec<HWND> {
    unsafe extern "system" fn take(window: HWND, windows: LPARAM) -> BOOL {
        // SAFETY: it is the vector below, which nobody else uses meanwhile.
        let windows = unsafe { &mut *(windows as *mut Vec<HWND>) };
        windows.push(window);
        1
    }
    let mut windows: Vec<HWND> = Vec::new();
    // SAFETY: the vector lives until the call returns.
    unsafe {
        EnumThreadWindows(GetCurrentThreadId(), Some(take), &raw mut windows as LPARAM);
    }
    windows
}

fn class_name(window: HWND) -> String {
    let mut name = [0_u16; 64];
    // SAFETY: the buffer is as long as is said.
    let length = unsafe { GetClassNameW(window, name.as_mut_ptr(), name.len() as i32) };
    String::from_utf16_lossy(&name[..usize::try_from(length).unwrap_or(0)])
}

#[cfg(test)]
mod tests {
    use std::ptr::null;

    use windows_sys::Win32::UI::WindowsAndMessaging::{
        CreateWindowExW, DefWindowProcW, IsWindow, RegisterClassW, SetWindowLongPtrW, WNDCLASSW,
    };

    use super::*;

    /// A window of this program, of a class that begins with `beginning`.
    fn window(beginning: &str) -> HWND {
        let mut name: Vec<u16> = format!("{beginning}{:p}", &beginning)
            .encode_utf16()
            .collect();
        name.push(0);
        let class = WNDCLASSW {
            lpfnWndProc: Some(DefWindowProcW),
            hInstance: this_library().expect("this program"),
            lpszClassName: name.as_ptr(),
            // SAFETY: all of it may be zero.
            ..unsafe { std::mem::zeroed() }
        };
        // SAFETY: the class and its name live until the calls return.
        unsafe {
            assert_ne!(RegisterClassW(&class), 0);
            let (x, y, parent) = (0, 0, null_mut());
            let (instance, title) = (class.hInstance, null());
            CreateWindowExW(
                0,
                name.as_ptr(),
                title,
                0,
                x,
                y,
                9,
                9,
                parent,
                null_mut(),
                instance,
                null(),
            )
        }
    }

    #[test]
    fn a_forgotten_window_goes_and_the_others_stay() {
        let (forgotten, used, others) = (window(CLASS), window(CLASS), window("Other-"));
        // SAFETY: the windows are this thread's.
        unsafe {
            SetWindowLongPtrW(used, GWLP_USERDATA, 1);
            destroy_forgotten_windows();
            let there = [forgotten, used, others].map(|window| IsWindow(window) != 0);
            assert_eq!(there, [false, true, true]);
            SetWindowLongPtrW(used, GWLP_USERDATA, 0);
            destroy_forgotten_windows();
            assert_eq!(IsWindow(used), 0);
            DestroyWindow(others);
        }
    }
}
