//! What a frame of the editor costs the processor: the page laid out, and made into triangles for the GPU.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tagline::editor::{Look, Offscreen, Page};

use crate::editor_pictures::{Invented, Scene, USUAL};

/// Most of one core that 60 frames a second may take, in per cent. The test build, which is hardly optimised, may
/// take several times as much.
const MOST_PERCENT: f64 = if cfg!(debug_assertions) { 25.0 } else { 5.0 };

/// Frames of a measurement. Of several, the quickest counts, as others use the machine, too.
const FRAMES: usize = 60;
const MEASUREMENTS: usize = 8;

/// `cargo test --release --workspace --test plugin sixty_frames -- --nocapture` prints the figures of a build for
/// users.
#[test]
fn sixty_frames_a_second_of_any_page_take_a_small_part_of_a_core() {
    for page in Page::ALL {
        let source = Arc::new(Invented::new(Scene::Music));
        let mut editor = Offscreen::new(source, (page, Look::Dark), USUAL, 1.0);
        editor.frames(FRAMES);
        let measure = |_| {
            let before = time_used();
            editor.frames(FRAMES);
            time_used() - before
        };
        let quickest = (0..MEASUREMENTS).map(measure).min().unwrap_or_default();
        let seconds = quickest.as_secs_f64() / FRAMES as f64;
        let percent = 100.0 * 60.0 * seconds;
        let ms = 1e3 * seconds;
        println!(
            "{}: {ms:.3} ms a frame, {percent:.1} % of one core at 60 a second",
            page.name()
        );
        assert!(percent < MOST_PERCENT, "{}: {percent:.1} %", page.name());
    }
}

/// Time that this thread has had of a core, where the system says, or else time that has passed.
fn time_used() -> Duration {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let used = schedule.and_then(|text| text.split(' ').next()?.parse().ok());
    used.map_or_else(passed, Duration::from_nanos)
}

fn passed() -> Duration {
    use std::sync::OnceLock;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}
