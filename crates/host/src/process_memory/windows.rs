//! What Windows tells of a process.

use windows_sys::Win32::Foundation::FILETIME;
use windows_sys::Win32::System::ProcessStatus::{K32GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetCurrentThread, GetProcessTimes, GetThreadTimes,
};

/// Bytes of memory that this process holds, and the most that it ever held.
pub(super) fn memory_bytes() -> Option<(u64, u64)> {
    let size = size_of::<PROCESS_MEMORY_COUNTERS>() as u32;
    // SAFETY: all of it may be zero, and its size is the one that is said.
    unsafe {
        let mut counters: PROCESS_MEMORY_COUNTERS = std::mem::zeroed();
        let told = K32GetProcessMemoryInfo(GetCurrentProcess(), &mut counters, size);
        (told != 0).then_some((
            counters.WorkingSetSize as u64,
            counters.PeakWorkingSetSize as u64,
        ))
    }
}

/// CPU seconds of all threads, also of those that have ended, without the calling one.
pub(super) fn other_threads_cpu_seconds() -> Option<f64> {
    let (mut of_process, mut of_thread) = ([FILETIME::default(); 4], [FILETIME::default(); 4]);
    let [created, ended, kernel, user] = &mut of_process;
    // SAFETY: places to write to.
    let told = unsafe { GetProcessTimes(GetCurrentProcess(), created, ended, kernel, user) };
    let [created, ended, kernel, user] = &mut of_thread;
    // SAFETY: as above.
    let told = told != 0
        && unsafe { GetThreadTimes(GetCurrentThread(), created, ended, kernel, user) } != 0;
    told.then(|| cpu_seconds(&of_process) - cpu_seconds(&of_thread))
}

/// The last two times, which are counted in 100 ns.
fn cpu_seconds([_, _, kernel, user]: &[FILETIME; 4]) -> f64 {
    let seconds = |time: &FILETIME| {
        let ticks = u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime);
        ticks as f64 / 1e7
    };
    seconds(kernel) + seconds(user)
}
