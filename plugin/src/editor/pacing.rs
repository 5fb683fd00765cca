//! When the editor is drawn next: 60 times a second while something moves, 10 times while it
//! waits for news, hardly while nobody can see it, never while it is hidden.

use std::time::{Duration, Instant};

use egui_baseview::baseview::WindowContext;

/// Time between frames while something moves.
pub const MOVING: Duration = Duration::from_millis(16);
/// Time between frames while nothing does.
pub const WAITING: Duration = Duration::from_millis(100);
/// Time between looks at whether a window that nobody can see has come back.
pub const UNSEEN: Duration = Duration::from_secs(1);

/// Keeps one timer running. Each frame that asked for the next without regard to those already
/// asked for, after a click or a resize, would start a chain of frames of its own.
#[derive(Debug, Default)]
pub struct Pacing {
    due: Option<Instant>,
}

impl Pacing {
    /// Asks `window` for a frame after `wait`, unless an earlier one is on its way.
    pub fn schedule(&mut self, window: &WindowContext, wait: Duration) {
        if self.is_needed(Instant::now(), wait) {
            window.request_redraw_after(wait);
        }
    }

    fn is_needed(&mut self, now: Instant, wait: Duration) -> bool {
        let due = now + wait;
        let on_its_way = self.due.is_some_and(|at| at > now && at <= due);
        if !on_its_way {
            self.due = Some(due);
        }
        !on_its_way
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_in_between_do_not_multiply_the_timers() {
        let mut pacing = Pacing::default();
        let start = Instant::now();
        let asked = (0..100)
            .filter(|ms| pacing.is_needed(start + Duration::from_millis(*ms), WAITING))
            .count();
        assert_eq!(asked, 1);
        assert!(pacing.is_needed(start + Duration::from_millis(100), WAITING));
    }

    #[test]
    fn motion_does_not_wait_for_the_slow_timer() {
        let mut pacing = Pacing::default();
        let start = Instant::now();
        assert!(pacing.is_needed(start, WAITING));
        assert!(pacing.is_needed(start, MOVING));
    }
}
