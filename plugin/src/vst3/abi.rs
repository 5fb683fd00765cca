//! The border to the host: no panic passes it.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a method of an interface. A panic ends here, and the host gets `otherwise`.
pub(super) fn guarded<T>(otherwise: T, method: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(method)).unwrap_or(otherwise)
}

/// A place of the host's to write to; `None` for a null pointer.
///
/// # Safety
/// `place` is null, or valid for as long as the host's call lasts and used by nobody else then.
pub(super) unsafe fn place<'a, T>(place: *mut T) -> Option<&'a mut T> {
    // SAFETY: as the caller promises.
    unsafe { place.as_mut() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_answer() {
        assert_eq!(guarded(7, || panic!("within a method")), 7);
        assert_eq!(guarded(7, || 8), 8);
    }
}
