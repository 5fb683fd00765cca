//! VST3: the editor in windows of the host's, one after the other.

use std::time::{Duration, Instant};

use tagline_host::vst3::{Vst3Plugin, Vst3View};
use tagline_tests::bundle;
use vst3::Steinberg::{IPlugViewTrait, kResultTrue};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ButtonPressEvent, ConnectionExt, CreateWindowAux,
    EventMask, KeyButMask, MOTION_NOTIFY_EVENT, MapState, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

struct Screen {
    connection: RustConnection,
    root: Window,
}

impl Screen {
    fn connect(test: &str) -> Option<Self> {
        let Ok((connection, screen)) = x11rb::connect(None) else {
            eprintln!("SKIPPED {test}: no X server");
            return None;
        };
        let root = connection.setup().roots[screen].root;
        Some(Self { connection, root })
    }

    fn window(&self) -> Window {
        let window = self.connection.generate_id().expect("an id");
        let made = self.connection.create_window(
            x11rb::COPY_DEPTH_FROM_PARENT,
            window,
            self.root,
            0,
            0,
            900,
            700,
            0,
            WindowClass::INPUT_OUTPUT,
            x11rb::COPY_FROM_PARENT,
            &CreateWindowAux::new(),
        );
        made.expect("a connection").check().expect("a window");
        let mapped = self.connection.map_window(window).expect("a connection");
        mapped.check().expect("a shown window");
        window
    }

    /// The size of the child of `window`, once there is one.
    fn seen_in(&self, window: Window) -> Option<(u16, u16)> {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(30) {
            let tree = self.connection.query_tree(window).ok()?.reply().ok()?;
            for child in tree.children {
                let attributes = self.connection.get_window_attributes(child).ok()?;
                if attributes.reply().ok()?.map_state == MapState::VIEWABLE {
                    let geometry = self.connection.get_geometry(child).ok()?.reply().ok()?;
                    return Some((geometry.width, geometry.height));
                }
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }

    /// Clicks into the view in `window`, at a point of it.
    fn click(&self, window: Window, x: i16, y: i16) {
        let tree = self.connection.query_tree(window).expect("a connection");
        let child = tree.reply().expect("a tree").children[0];
        let pointer = |response_type, detail| ButtonPressEvent {
            response_type,
            detail,
            sequence: 0,
            time: x11rb::CURRENT_TIME,
            root: self.root,
            event: child,
            child: x11rb::NONE,
            root_x: x,
            root_y: y,
            event_x: x,
            event_y: y,
            state: KeyButMask::default(),
            same_screen: true,
        };
        // A motion's event has the same form. A press and a release within one frame do not count as
        // a click.
        for event in [
            pointer(MOTION_NOTIFY_EVENT, 0),
            pointer(BUTTON_PRESS_EVENT, 1),
            pointer(BUTTON_RELEASE_EVENT, 1),
        ] {
            let sent = self
                .connection
                .send_event(false, child, EventMask::NO_EVENT, event);
            sent.expect("a connection").check().expect("a sent event");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn is_empty(&self, window: Window) -> bool {
        let tree = self.connection.query_tree(window).expect("a connection");
        tree.reply().expect("a tree").children.is_empty()
    }
}

fn start(test: &str) -> Option<(Screen, Vst3Plugin, Vst3View)> {
    let bundle = bundle(test, "Tagline.vst3")?;
    let screen = Screen::connect(test)?;
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
        let window = screen.window();
        view.attach(window as usize).expect("attached");
        let seen = screen.seen_in(window).expect("something is shown");
        let size = view.size().expect("a size");
        assert_eq!((i32::from(seen.0), i32::from(seen.1)), size);
        view.remove();
        assert!(screen.is_empty(window), "it stays in the window");
    }
    // A window that is gone must not crash the plugin.
    let window = screen.window();
    let gone = screen.connection.destroy_window(window);
    gone.expect("a connection").check().expect("a window");
    let _ = view.attach(window as usize);
}

#[test]
fn a_view_takes_the_sizes_that_it_can_have_and_keeps_the_last() {
    let test = "a_view_takes_the_sizes_that_it_can_have_and_keeps_the_last";
    let Some((screen, _plugin, mut view)) = start(test) else {
        return;
    };
    let window = screen.window();
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
    view.attach(screen.window() as usize).expect("attached");
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
    let window = screen.window();
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
