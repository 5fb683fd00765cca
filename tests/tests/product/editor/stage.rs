//! What every test by hand begins with: an instance with its editor in a window, and a hand.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tagline_tests::screen::{Picture, Screen};
use x11rb::protocol::xproto::{KeyButMask, Window};

use super::OPEN_SIZE;
use super::child::{Display, with_bundle};
use super::host::{EditorHost, Sound, Windowed};

/// Time for a frame, and for the host to hear of it.
pub const MOMENT: Duration = Duration::from_millis(500);

/// The keys of a hand that uses no mouse.
pub const TAB: u8 = 23;
/// Return.
pub const RETURN: u8 = 36;
/// The space bar.
pub const SPACE: u8 = 65;
/// Escape.
pub const ESCAPE: u8 = 9;
/// The arrow to the left.
pub const LEFT: u8 = 113;
/// The arrow down.
pub const DOWN: u8 = 116;

/// An instance with its editor in a window.
pub struct Stage<P: Windowed> {
    pub screen: Screen,
    pub host: EditorHost<P>,
    pub window: Window,
    /// What is played while the hand waits.
    pub sound: Sound,
    pictures: PathBuf,
}

/// Runs `test` with the bundle of a format, in a process of its own.
pub fn in_format<P: Windowed>(name: &str, test: impl FnOnce(&Path)) {
    with_bundle(name, (P::BUNDLE, Display::Virtual), test);
}

impl<P: Windowed> Stage<P> {
    /// Loads the bundle, and opens the editor.
    pub fn open(bundle: &Path) -> Self {
        Self::with(bundle, EditorHost::load(bundle))
    }

    /// The same with an instance that is loaded already.
    pub fn with(bundle: &Path, mut host: EditorHost<P>) -> Self {
        let screen = Screen::connect().expect("an X server");
        let window = screen.window(OPEN_SIZE);
        host.open(window);
        let target = bundle.ancestors().nth(2).expect("a build folder");
        Self {
            screen,
            host,
            window,
            sound: Sound::Noise,
            pictures: target.to_owned(),
        }
    }

    /// Waits, and plays.
    pub fn wait(&mut self, time: Duration) {
        self.host.play(self.sound, time);
    }

    /// Clicks at a point of the window, and waits a moment.
    pub fn click(&mut self, (x, y): (i16, i16)) {
        self.screen.click(self.window, x, y);
        self.wait(MOMENT);
    }

    /// The same with the right button.
    pub fn right_click(&mut self, at: (i16, i16)) {
        self.screen.click_with(self.window, 3, at);
        self.wait(MOMENT);
    }

    /// Clicks twice, and waits a moment.
    pub fn double_click(&mut self, (x, y): (i16, i16)) {
        self.screen.double_click(self.window, x, y);
        self.wait(MOMENT);
    }

    /// Drags from one point to another while the keys of `with` are held, and waits a moment.
    pub fn drag(&mut self, from: (i16, i16), to: (i16, i16), with: KeyButMask) {
        self.screen.drag(self.window, from, to, with);
        self.wait(MOMENT);
    }

    /// Turns the wheel by so many notches, downwards if they are positive, and waits until it is calm.
    pub fn scroll(&mut self, at: (i16, i16), notches: i16) {
        self.screen.scroll(self.window, at, notches);
        self.wait(2 * MOMENT);
    }

    /// Types, and waits a moment.
    pub fn type_text(&mut self, text: &str) {
        self.screen.type_text(self.window, text);
        self.wait(MOMENT);
    }

    /// Presses a key, and waits a moment.
    pub fn press(&mut self, key: u8, with: KeyButMask) {
        self.screen.press_key(self.window, key, with);
        self.wait(Duration::from_millis(250));
    }

    /// Presses Tab so often.
    pub fn tab(&mut self, times: usize) {
        for _ in 0..times {
            self.press(TAB, KeyButMask::default());
        }
    }

    /// Selects all of the text that is edited.
    pub fn press_to_select_all(&mut self) {
        const A: u8 = 38;
        self.press(A, KeyButMask::CONTROL);
    }

    /// What is seen, also as a picture of this name in the build folder.
    pub fn picture(&self, name: &str) -> Picture {
        let picture = self.screen.picture_of_child(self.window);
        let file = format!("editor-{name}-{}.png", P::FORMAT.to_lowercase());
        picture.save(&self.pictures.join(file));
        picture
    }
}

/// Runs these tests of a module in both formats.
macro_rules! in_both_formats {
    ($module:literal: $($test:ident),* $(,)?) => {
        mod clap {
            $(#[test]
            fn $test() {
                let name = concat!($module, "::clap::", stringify!($test));
                super::$test::<tagline_host::HostedPlugin>(name);
            })*
        }
        mod vst3 {
            $(#[test]
            fn $test() {
                let name = concat!($module, "::vst3::", stringify!($test));
                super::$test::<tagline_host::vst3::Vst3Plugin>(name);
            })*
        }
    };
}
pub(super) use in_both_formats;
