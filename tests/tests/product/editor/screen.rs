//! Windows of the X server: the host's, and what the editor draws in them.

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use clack_extensions::gui::GuiSize;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ButtonPressEvent, ChangeWindowAttributesAux,
    ConnectionExt, CreateWindowAux, EventMask, ImageFormat, InputFocus, KEY_PRESS_EVENT,
    KEY_RELEASE_EVENT, KeyButMask, KeyPressEvent, MOTION_NOTIFY_EVENT, Motion, MotionNotifyEvent,
    Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

/// A connection of the host's.
pub struct Screen {
    connection: RustConnection,
    root: Window,
}

/// What is seen in a window.
pub struct Picture {
    pub width: u16,
    pub height: u16,
    /// Red, green, blue of each pixel, by rows.
    rgb: Vec<[u8; 3]>,
}

impl Screen {
    pub fn connect() -> Self {
        let (connection, screen) = x11rb::connect(None).expect("an X server");
        let root = connection.setup().roots[screen].root;
        Self { connection, root }
    }

    /// A window of the host's, shown.
    pub fn window(&self, size: GuiSize) -> Window {
        let window = self.connection.generate_id().expect("an id");
        let (width, height) = (size.width as u16, size.height as u16);
        self.connection
            .create_window(
                x11rb::COPY_DEPTH_FROM_PARENT,
                window,
                self.root,
                0,
                0,
                width,
                height,
                0,
                WindowClass::INPUT_OUTPUT,
                x11rb::COPY_FROM_PARENT,
                &CreateWindowAux::new(),
            )
            .expect("a connection")
            .check()
            .expect("a window");
        let mapped = self.connection.map_window(window).expect("a connection");
        mapped.check().expect("a shown window");
        window
    }

    pub fn destroy(&self, window: Window) {
        let destroyed = self.connection.destroy_window(window);
        destroyed.expect("a connection").check().expect("a window");
    }

    /// The editor's window goes with its connection, a moment after the editor.
    pub fn await_no_child(&self, window: Window) {
        let end = Instant::now() + Duration::from_secs(5);
        while !self.children(window).is_empty() {
            assert!(Instant::now() < end, "the editor's window is left");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn children(&self, window: Window) -> Vec<Window> {
        let tree = self.connection.query_tree(window).expect("a connection");
        tree.reply().expect("a tree").children
    }

    fn child(&self, window: Window) -> Window {
        let children = self.children(window);
        assert_eq!(children.len(), 1, "the editor is in the host's window");
        children[0]
    }

    /// What the editor in the host's `window` shows.
    pub fn picture_of_child(&self, window: Window) -> Picture {
        let child = self.child(window);
        let geometry = self.connection.get_geometry(child).expect("a connection");
        let geometry = geometry.reply().expect("a geometry");
        let (width, height) = (geometry.width, geometry.height);
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, child, 0, 0, width, height, u32::MAX)
            .expect("a connection")
            .reply()
            .expect("an image");
        let rgb = image.data.chunks_exact(4).map(|p| [p[2], p[1], p[0]]);
        Picture {
            width,
            height,
            rgb: rgb.collect(),
        }
    }

    /// Clicks into the editor in the host's `window`, at a point of it.
    pub fn click(&self, window: Window, x: i16, y: i16) {
        let child = self.child(window);
        let motion = self.motion(child, x, y);
        self.send(child, motion);
        for response_type in [BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT] {
            let button = ButtonPressEvent {
                response_type,
                detail: 1,
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
            // A press and a release within one frame do not count as a click.
            std::thread::sleep(Duration::from_millis(200));
            self.send(child, button);
        }
    }

    fn motion(&self, child: Window, x: i16, y: i16) -> MotionNotifyEvent {
        MotionNotifyEvent {
            response_type: MOTION_NOTIFY_EVENT,
            detail: Motion::NORMAL,
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
        }
    }

    /// Types a text of lower-case letters, digits, spaces and dots over the editor in the host's `window`.
    /// A new line is the key Return.
    pub fn type_text(&self, window: Window, text: &str) {
        const ROWS: [(u8, &str); 4] = [
            (10, "1234567890"),
            (24, "qwertyuiop"),
            (38, "asdfghjkl"),
            (52, "zxcvbnm"),
        ];
        for letter in text.chars() {
            let key = match letter {
                '\n' => 36,
                ' ' => 65,
                '.' => 60,
                _ => {
                    let places = ROWS.iter().find_map(|(first, row)| {
                        let place = row.chars().position(|key| key == letter)?;
                        Some(first + place as u8)
                    });
                    places.expect("a key of its own")
                }
            };
            self.press_key(window, key, KeyButMask::default());
        }
    }

    /// Presses and releases a key over the editor in the host's `window`.
    pub fn press_key(&self, window: Window, key: u8, with: KeyButMask) {
        let child = self.child(window);
        for (response_type, mask) in [
            (KEY_PRESS_EVENT, EventMask::KEY_PRESS),
            (KEY_RELEASE_EVENT, EventMask::KEY_RELEASE),
        ] {
            let event = KeyPressEvent {
                response_type,
                detail: key,
                sequence: 0,
                time: x11rb::CURRENT_TIME,
                root: self.root,
                event: child,
                child: x11rb::NONE,
                root_x: 300,
                root_y: 300,
                event_x: 300,
                event_y: 300,
                state: with,
                same_screen: true,
            };
            self.send_for(mask, child, event);
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    fn send(&self, window: Window, event: impl Into<[u8; 32]>) {
        self.send_for(EventMask::NO_EVENT, window, event);
    }

    /// Sends an event to those who have asked for such events of the window.
    fn send_for(&self, mask: EventMask, window: Window, event: impl Into<[u8; 32]>) {
        let sent = self.connection.send_event(false, window, mask, event);
        sent.expect("a connection").check().expect("a sent event");
    }

    /// Takes the host's window from the screen, without telling the editor.
    pub fn unmap(&self, window: Window) {
        let unmapped = self.connection.unmap_window(window);
        unmapped.expect("a connection").check().expect("a window");
    }

    /// Brings the host's window back.
    pub fn map(&self, window: Window) {
        let mapped = self.connection.map_window(window);
        mapped.expect("a connection").check().expect("a window");
    }

    /// Gives the focus to the host's window, which asks for keys from now on.
    pub fn set_focus(&self, window: Window) {
        let keys = ChangeWindowAttributesAux::new().event_mask(EventMask::KEY_PRESS);
        let asked = self.connection.change_window_attributes(window, &keys);
        asked.expect("a connection").check().expect("a window");
        let given =
            self.connection
                .set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME);
        given.expect("a connection").check().expect("the focus");
    }

    /// The window that has the focus.
    pub fn focus(&self) -> Window {
        let focus = self.connection.get_input_focus().expect("a connection");
        focus.reply().expect("a focus").focus
    }

    /// Presses a key as X11 delivers one while the pointer is over the editor in the host's window.
    pub fn press_key_over_the_editor(&self, window: Window) {
        let child = self.child(window);
        let key = KeyPressEvent {
            response_type: KEY_PRESS_EVENT,
            // The space bar.
            detail: 65,
            sequence: 0,
            time: x11rb::CURRENT_TIME,
            root: self.root,
            event: child,
            child: x11rb::NONE,
            root_x: 300,
            root_y: 300,
            event_x: 300,
            event_y: 300,
            state: KeyButMask::default(),
            same_screen: true,
        };
        self.send_for(EventMask::KEY_PRESS, child, key);
    }

    /// Number of keys that the host's window has got since the last call.
    pub fn take_keys(&self, window: Window) -> usize {
        let next = || self.connection.poll_for_event().expect("a connection");
        std::iter::from_fn(next)
            .filter(|event| matches!(event, Event::KeyPress(key) if key.event == window))
            .count()
    }
}

impl Picture {
    /// Number of different colours.
    pub fn colours(&self) -> usize {
        self.rgb.iter().collect::<HashSet<_>>().len()
    }

    /// Number of pixels that differ clearly from `other`'s.
    pub fn differences(&self, other: &Self) -> usize {
        let differ =
            |(a, b): (&[u8; 3], &[u8; 3])| a.iter().zip(b).any(|(a, b)| a.abs_diff(*b) > 8);
        let pairs = self.rgb.iter().zip(&other.rgb);
        pairs.filter(|pair| differ(*pair)).count()
    }

    /// The same within a part of both, by its corners.
    pub fn differences_within(&self, other: &Self, from: (u16, u16), to: (u16, u16)) -> usize {
        let part = |picture: &Self| Self {
            width: to.0 - from.0,
            height: to.1 - from.1,
            rgb: (from.1..to.1)
                .flat_map(|y| (from.0..to.0).map(move |x| (x, y)))
                .map(|(x, y)| {
                    picture.rgb[usize::from(y) * usize::from(picture.width) + usize::from(x)]
                })
                .collect(),
        };
        part(self).differences(&part(other))
    }

    /// Writes the picture as a PNG file.
    pub fn save(&self, path: &Path) {
        let file = std::fs::File::create(path).expect("a file");
        let mut encoder = png::Encoder::new(file, self.width.into(), self.height.into());
        encoder.set_color(png::ColorType::Rgb);
        let mut writer = encoder.write_header().expect("a header");
        let bytes: Vec<u8> = self.rgb.iter().flatten().copied().collect();
        writer.write_image_data(&bytes).expect("a picture");
    }
}
