//! Windows of the host's, and what the process uses.

use std::ffi::c_void;
use std::os::windows::ffi::OsStrExt;
use std::path::Path;
use std::ptr::{null, null_mut};
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::{CloseHandle, HWND, LPARAM, RECT, WPARAM};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
};
use windows_sys::Win32::System::LibraryLoader::GetModuleHandleW;
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetCurrentProcessId, GetProcessHandleCount,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcW, DestroyWindow, DispatchMessageW, EnumChildWindows,
    EnumWindows, GetClientRect, GetWindowThreadProcessId, HWND_BROADCAST, MSG, PM_REMOVE,
    PeekMessageW, PostMessageW, RegisterClassW, SMTO_NORMAL, SendMessageTimeoutW, TranslateMessage,
    WM_LBUTTONDOWN, WM_LBUTTONUP, WM_MOUSEMOVE, WM_SETTINGCHANGE, WNDCLASSW, WS_CLIPCHILDREN,
    WS_POPUP, WS_VISIBLE,
};
use windows_sys::core::BOOL;

/// A window of the host's, shown at the screen's corner.
pub struct HostWindow(HWND);

impl HostWindow {
    pub fn new((width, height): (u32, u32)) -> Self {
        let name: Vec<u16> = "TaglineTestHost\0".encode_utf16().collect();
        // SAFETY: all texts live until the calls return; registering the class again fails, which does
        // no harm.
        let window = unsafe {
            let class = WNDCLASSW {
                lpfnWndProc: Some(DefWindowProcW),
                hInstance: GetModuleHandleW(null()),
                lpszClassName: name.as_ptr(),
                ..std::mem::zeroed()
            };
            RegisterClassW(&class);
            CreateWindowExW(
                0,
                name.as_ptr(),
                name.as_ptr(),
                WS_POPUP | WS_VISIBLE | WS_CLIPCHILDREN,
                0,
                0,
                width as i32,
                height as i32,
                null_mut(),
                null_mut(),
                class.hInstance,
                null(),
            )
        };
        assert!(!window.is_null(), "a window");
        Self(window)
    }

    pub fn handle(&self) -> *mut c_void {
        self.0
    }

    /// Handles the messages of this thread that have come.
    pub fn handle_messages(&self) {
        // SAFETY: a message is written before it is read.
        unsafe {
            let mut message: MSG = std::mem::zeroed();
            while PeekMessageW(&mut message, null_mut(), 0, 0, PM_REMOVE) != 0 {
                TranslateMessage(&message);
                DispatchMessageW(&message);
            }
        }
    }

    pub fn children(&self) -> Vec<HWND> {
        let mut children: Vec<HWND> = Vec::new();
        // SAFETY: the vector lives until the call returns.
        unsafe { EnumChildWindows(self.0, Some(take), &raw mut children as LPARAM) };
        children
    }

    fn child(&self) -> HWND {
        let children = self.children();
        assert_eq!(children.len(), 1, "the editor is in the host's window");
        children[0]
    }

    pub fn child_size(&self) -> (u32, u32) {
        size(self.child())
    }

    /// Clicks into the editor, at a point of it.
    pub fn click_child(&self, x: u32, y: u32) {
        const LEFT_BUTTON: WPARAM = 1;
        let child = self.child();
        let place = (y << 16 | x) as LPARAM;
        for (message, buttons) in [
            (WM_MOUSEMOVE, 0),
            (WM_LBUTTONDOWN, LEFT_BUTTON),
            (WM_LBUTTONUP, 0),
        ] {
            // SAFETY: the window is this thread's.
            unsafe { PostMessageW(child, message, buttons, place) };
            // A press and a release within one frame do not count as a click.
            let end = Instant::now() + Duration::from_millis(200);
            while Instant::now() < end {
                self.handle_messages();
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

impl Drop for HostWindow {
    fn drop(&mut self) {
        // SAFETY: the window is this thread's.
        unsafe { DestroyWindow(self.0) };
    }
}

fn size(window: HWND) -> (u32, u32) {
    let mut rect = RECT {
        left: 0,
        top: 0,
        right: 0,
        bottom: 0,
    };
    // SAFETY: a place to write to.
    unsafe { GetClientRect(window, &mut rect) };
    (rect.right as u32, rect.bottom as u32)
}

unsafe extern "system" fn take(window: HWND, windows: LPARAM) -> BOOL {
    // SAFETY: the callers hand a vector over that nobody else uses meanwhile.
    unsafe { &mut *(windows as *mut Vec<HWND>) }.push(window);
    1
}

/// Sends a message to every window, and waits until each has taken it.
pub fn say_to_all_windows() {
    let mut answer = 0;
    // SAFETY: the message has no data.
    unsafe {
        SendMessageTimeoutW(
            HWND_BROADCAST,
            WM_SETTINGCHANGE,
            0,
            0,
            SMTO_NORMAL,
            2_000,
            &mut answer,
        );
    }
}

/// Whether the process has a library loaded.
pub fn is_loaded(library: &Path) -> bool {
    let path = std::path::absolute(library).expect("a path");
    let path: Vec<u16> = path.as_os_str().encode_wide().chain([0]).collect();
    // SAFETY: the text ends with 0.
    !unsafe { GetModuleHandleW(path.as_ptr()) }.is_null()
}

/// What this process uses.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    pub threads: usize,
    pub handles: u32,
    /// Windows of its own, without those in others.
    pub windows: usize,
}

impl Usage {
    pub fn now() -> Self {
        Self {
            threads: threads(),
            handles: handles(),
            windows: windows(),
        }
    }

    /// What it uses as soon as no more is left than `before`, or after five seconds.
    pub fn once_at_rest(before: &Self) -> Self {
        let end = Instant::now() + Duration::from_secs(5);
        loop {
            let now = Self::now();
            let is_at_rest = now.threads <= before.threads && now.handles <= before.handles;
            if is_at_rest || Instant::now() > end {
                return now;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn threads() -> usize {
    // SAFETY: the snapshot is closed, and its entries have the size that is said.
    unsafe {
        let own = GetCurrentProcessId();
        let snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
        let mut entry: THREADENTRY32 = std::mem::zeroed();
        entry.dwSize = size_of::<THREADENTRY32>() as u32;
        let mut count = 0;
        let mut is_there = Thread32First(snapshot, &mut entry);
        while is_there != 0 {
            count += usize::from(entry.th32OwnerProcessID == own);
            is_there = Thread32Next(snapshot, &mut entry);
        }
        CloseHandle(snapshot);
        count
    }
}

fn handles() -> u32 {
    let mut count = 0;
    // SAFETY: a place to write to.
    unsafe { GetProcessHandleCount(GetCurrentProcess(), &mut count) };
    count
}

fn windows() -> usize {
    let mut windows: Vec<HWND> = Vec::new();
    // SAFETY: the vector lives until the call returns; a window that has gone has no process.
    unsafe {
        EnumWindows(Some(take), &raw mut windows as LPARAM);
        let own = GetCurrentProcessId();
        windows.retain(|&window| {
            let mut process = 0;
            GetWindowThreadProcessId(window, &mut process);
            process == own
        });
    }
    windows.len()
}
