//! Windows of an X server: a host's, what the editor draws in them, and the hands of the one before it.

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ButtonPressEvent,
    ChangeWindowAttributesAux, ClientMessageEvent, ConnectionExt, CreateWindowAux, EventMask,
    ImageFormat, InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, KeyButMask, KeyPressEvent,
    MOTION_NOTIFY_EVENT, MapState, Motion, MotionNotifyEvent, PropMode, SELECTION_NOTIFY_EVENT,
    SelectionNotifyEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// A connection of the host's.
pub struct Screen {
    connection: RustConnection,
    root: Window,
}

/// What is seen in a window.
pub struct Picture {
    /// Width, in pixels.
    pub width: u16,
    /// Height, in pixels.
    pub height: u16,
    /// Red, green, blue of each pixel, by rows.
    rgb: Vec<[u8; 3]>,
}

impl Screen {
    /// Connects to the server of the environment; `None` if there is none.
    #[must_use]
    pub fn connect() -> Option<Self> {
        let (connection, screen) = x11rb::connect(None).ok()?;
        let root = connection.setup().roots[screen].root;
        Some(Self { connection, root })
    }

    /// A window of the host's, shown.
    #[must_use]
    pub fn window(&self, (width, height): (u16, u16)) -> Window {
        let window = self.connection.generate_id().expect("an id");
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

    /// Destroys a window.
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

    /// Whether nothing is in the host's `window`.
    #[must_use]
    pub fn is_empty(&self, window: Window) -> bool {
        self.children(window).is_empty()
    }

    fn child(&self, window: Window) -> Window {
        let children = self.children(window);
        assert_eq!(children.len(), 1, "the editor is in the host's window");
        children[0]
    }

    /// The size of the editor in the host's `window`, once it is seen there.
    #[must_use]
    pub fn seen_in(&self, window: Window) -> Option<(u16, u16)> {
        let end = Instant::now() + Duration::from_secs(30);
        while Instant::now() < end {
            for child in self.children(window) {
                let attributes = self.connection.get_window_attributes(child).ok()?;
                if attributes.reply().ok()?.map_state == MapState::VIEWABLE {
                    return Some(self.size(child));
                }
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }

    fn size(&self, window: Window) -> (u16, u16) {
        let geometry = self.connection.get_geometry(window).expect("a connection");
        let geometry = geometry.reply().expect("a geometry");
        (geometry.width, geometry.height)
    }

    /// What the editor in the host's `window` shows.
    #[must_use]
    pub fn picture_of_child(&self, window: Window) -> Picture {
        let child = self.child(window);
        let (width, height) = self.size(child);
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
        self.click_with(window, 1, (x, y));
    }

    /// The same with another button: 3 is the right one.
    pub fn click_with(&self, window: Window, button: u8, at: (i16, i16)) {
        self.move_to(window, at, KeyButMask::default());
        for response_type in [BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT] {
            // A press and a release within one frame do not count as a click.
            std::thread::sleep(Duration::from_millis(200));
            self.button(window, response_type, button, (at, KeyButMask::default()));
        }
    }

    /// Clicks twice, as fast as hands do.
    pub fn double_click(&self, window: Window, x: i16, y: i16) {
        let plain = KeyButMask::default();
        self.move_to(window, (x, y), plain);
        for response_type in [
            BUTTON_PRESS_EVENT,
            BUTTON_RELEASE_EVENT,
            BUTTON_PRESS_EVENT,
            BUTTON_RELEASE_EVENT,
        ] {
            std::thread::sleep(Duration::from_millis(60));
            self.button(window, response_type, 1, ((x, y), plain));
        }
    }

    /// Presses the left button at `from` and lets it go at `to`, while the keys of `with` are held.
    pub fn drag(&self, window: Window, from: (i16, i16), to: (i16, i16), with: KeyButMask) {
        self.move_to(window, from, with);
        std::thread::sleep(Duration::from_millis(200));
        self.button(window, BUTTON_PRESS_EVENT, 1, (from, with));
        let held = with | KeyButMask::BUTTON1;
        for part in 1..=10 {
            std::thread::sleep(Duration::from_millis(60));
            let between = |a: i16, b: i16| a + (b - a) * part / 10;
            let at = (between(from.0, to.0), between(from.1, to.1));
            self.move_to(window, at, held);
        }
        std::thread::sleep(Duration::from_millis(200));
        self.button(window, BUTTON_RELEASE_EVENT, 1, (to, held));
    }

    /// Turns the wheel by so many notches over a point, downwards if they are positive.
    pub fn scroll(&self, window: Window, at: (i16, i16), notches: i16) {
        let plain = KeyButMask::default();
        self.move_to(window, at, plain);
        let button = if notches > 0 { 5 } else { 4 };
        for _ in 0..notches.abs() {
            for response_type in [BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT] {
                std::thread::sleep(Duration::from_millis(30));
                self.button(window, response_type, button, (at, plain));
            }
        }
    }

    /// Moves the pointer over the editor in the host's `window`.
    pub fn move_to(&self, window: Window, (x, y): (i16, i16), state: KeyButMask) {
        let child = self.child(window);
        let motion = MotionNotifyEvent {
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
            state,
            same_screen: true,
        };
        self.send(child, motion);
    }

    fn button(
        &self,
        window: Window,
        response_type: u8,
        detail: u8,
        ((x, y), state): ((i16, i16), KeyButMask),
    ) {
        let child = self.child(window);
        let button = ButtonPressEvent {
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
            state,
            same_screen: true,
        };
        self.send(child, button);
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

    /// Drags a file over the editor in the host's `window` and drops it there, as a file manager does by the
    /// protocol XDND. Returns whether the editor has taken it.
    #[must_use]
    pub fn drop_file(&self, window: Window, file: &Path) -> bool {
        let source = self.window((20, 20));
        let taken = self.try_to_drop(source, self.child(window), file);
        self.destroy(source);
        taken.is_some()
    }

    fn try_to_drop(&self, source: Window, editor: Window, file: &Path) -> Option<()> {
        let atom = |name: &str| {
            let asked = self.connection.intern_atom(false, name.as_bytes());
            asked.expect("a connection").reply().expect("an atom").atom
        };
        let list = atom("text/uri-list");
        let selection = atom("XdndSelection");
        let owned = self
            .connection
            .set_selection_owner(source, selection, 0_u32);
        owned.expect("a connection").check().expect("the selection");
        let proxy =
            self.connection
                .get_property(false, editor, atom("XdndProxy"), AtomEnum::WINDOW, 0, 1);
        let proxy = proxy.expect("a connection").reply().expect("a property");
        // Whoever has no proxy takes the messages itself.
        let to = proxy
            .value32()
            .and_then(|mut it| it.next())
            .unwrap_or(editor);
        let tell = |what: &str, data: [u32; 5]| {
            self.send(to, ClientMessageEvent::new(32, editor, atom(what), data));
        };
        tell("XdndEnter", [source, 5 << 24, list, 0, 0]);
        let copy = atom("XdndActionCopy");
        tell("XdndPosition", [source, 0, 300 << 16 | 300, 0, copy]);
        let status = self.answer(source, atom("XdndStatus"), None)?;
        (status[1] & 1 == 1).then_some(())?;
        tell("XdndDrop", [source, 0, 0, 0, 0]);
        let address = format!("file://{}\r\n", file.display());
        let finished = self.answer(source, atom("XdndFinished"), Some(&address))?;
        (finished[1] & 1 == 1).then_some(())
    }

    /// Waits for a message to the window that drags, and meanwhile hands `address` to whoever asks for it.
    fn answer(&self, source: Window, what: u32, address: Option<&str>) -> Option<[u32; 5]> {
        let end = Instant::now() + Duration::from_secs(10);
        while Instant::now() < end {
            match self.connection.poll_for_event().expect("a connection") {
                Some(Event::ClientMessage(message))
                    if message.window == source && message.type_ == what =>
                {
                    return Some(message.data.as_data32());
                }
                Some(Event::SelectionRequest(asked)) => {
                    let bytes = address.unwrap_or_default().as_bytes();
                    let put = self.connection.change_property8(
                        PropMode::REPLACE,
                        asked.requestor,
                        asked.property,
                        asked.target,
                        bytes,
                    );
                    put.expect("a connection").check().expect("a property");
                    let told = SelectionNotifyEvent {
                        response_type: SELECTION_NOTIFY_EVENT,
                        sequence: 0,
                        time: asked.time,
                        requestor: asked.requestor,
                        selection: asked.selection,
                        target: asked.target,
                        property: asked.property,
                    };
                    self.send(asked.requestor, told);
                }
                Some(_) => {}
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        }
        None
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
    #[must_use]
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
    #[must_use]
    pub fn take_keys(&self, window: Window) -> usize {
        let next = || self.connection.poll_for_event().expect("a connection");
        std::iter::from_fn(next)
            .filter(|event| matches!(event, Event::KeyPress(key) if key.event == window))
            .count()
    }
}

impl Picture {
    /// Number of different colours.
    #[must_use]
    pub fn colours(&self) -> usize {
        self.rgb.iter().collect::<HashSet<_>>().len()
    }

    /// Number of pixels that differ clearly from `other`'s.
    #[must_use]
    pub fn differences(&self, other: &Self) -> usize {
        let differ =
            |(a, b): (&[u8; 3], &[u8; 3])| a.iter().zip(b).any(|(a, b)| a.abs_diff(*b) > 8);
        let pairs = self.rgb.iter().zip(&other.rgb);
        pairs.filter(|pair| differ(*pair)).count()
    }

    /// The same within a part of both, by its corners.
    #[must_use]
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
