//! VST3: the editor in windows of the host's, one after the other.

use std::time::{Duration, Instant};

use tagline_host::vst3::{Vst3Plugin, Vst3View};
use tagline_tests::screen::Screen;
use tagline_tests::{bundle, skipped};
use vst3::Steinberg::{IPlugViewTrait, kResultTrue};

/// Size of the host's windows.
const SIZE: (u16, u16) = (900, 700);

fn start(test: &str) -> Option<(Screen, Vst3Plugin, Vst3View)> {
    let bundle = bundle(test, "Tagline.vst3")?;
    let Some(screen) = Screen::connect() else {
        skipped(test, "no X server");
        return None;
    };
    let mut plugin = Vst3Plugin::load(&bundle).expect("the plugin");
    let view = plugin.view().expect("a view");
    Some((screen, plugin, view))
}

#[test]
fn a_view_that_is_attached_again_shows_itself_again() {
    let test = "a_view_that_is_attached_again_shows_itself_again";
    let Some((screen, _plugin, mut view)) = start(test) else {
        return;
    };
    for _ in 0..3 {
        let window = screen.window(SIZE);
        view.attach(window as usize).expect("attached");
        let seen = screen.seen_in(window).expect("something is shown");
        let size = view.size().expect("a size");
        assert_eq!((i32::from(seen.0), i32::from(seen.1)), size);
        view.remove();
        assert!(screen.is_empty(window), "it stays in the window");
    }
    // A window that is gone must not crash the plugin.
    let window = screen.window(SIZE);
    screen.destroy(window);
    let _ = view.attach(window as usize);
}

#[test]
fn a_view_takes_the_sizes_that_it_can_have_and_keeps_the_last() {
    let test = "a_view_takes_the_sizes_that_it_can_have_and_keeps_the_last";
    let Some((screen, _plugin, mut view)) = start(test) else {
        return;
    };
    let window = screen.window(SIZE);
    view.attach(window as usize).expect("attached");
    screen.seen_in(window).expect("something is shown");
    let (width, height) = view.constrained(10, 10_000).expect("a size");
    assert!(width > 10 && height < 10_000, "{width} {height}");
    assert_eq!(view.constrained(800, 500), Some((800, 500)));
    assert!(view.set_size(800, 500));
    let start = Instant::now();
    while screen.seen_in(window) != Some((800, 500)) && start.elapsed().as_secs() < 30 {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(screen.seen_in(window), Some((800, 500)));
    view.remove();
    view.attach(screen.window(SIZE) as usize).expect("attached");
    assert_eq!(view.size(), Some((800, 500)));
}

/// Waits so many seconds until the view takes keys, or takes none. Returns whether it came to that.
fn comes_to_take_keys(view: &Vst3View, takes: bool, seconds: u64) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(seconds) {
        // SAFETY: a key and no modifier.
        let answers = unsafe {
            [
                view.view.onKeyDown(b'a' as _, 0, 0),
                view.view.onKeyUp(b'a' as _, 0, 0),
            ]
        };
        if answers
            .iter()
            .all(|answer| (*answer == kResultTrue) == takes)
        {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

#[test]
fn a_view_takes_keys_while_a_text_field_has_the_focus_and_no_others() {
    let test = "a_view_takes_keys_while_a_text_field_has_the_focus_and_no_others";
    let Some((screen, _plugin, mut view)) = start(test) else {
        return;
    };
    let window = screen.window(SIZE);
    view.attach(window as usize).expect("attached");
    screen.seen_in(window).expect("something is shown");
    assert!(comes_to_take_keys(&view, false, 30));
    // The page of the model, where the field for a path is near the bottom.
    screen.click(window, 366, 31);
    assert!(comes_to_take_keys(&view, false, 30), "a page is no text");
    let takes_keys_at = |y: &i16| {
        screen.click(window, 100, *y);
        comes_to_take_keys(&view, true, 2)
    };
    let field = (470..550).step_by(8).find(takes_keys_at);
    assert!(field.is_some(), "no field takes keys");
    // Beside it.
    screen.click(window, 600, 20);
    assert!(
        comes_to_take_keys(&view, false, 30),
        "the field has lost the focus"
    );
    screen.click(window, 100, field.unwrap_or(0));
    assert!(comes_to_take_keys(&view, true, 30));
    view.remove();
    assert!(comes_to_take_keys(&view, false, 30), "the window is gone");
}
