//! What X11 needs beyond what baseview does: keys for the host, the focus given back, and whether
//! anybody can see the window.
//!
//! A plugin's window lies inside a host's. It gets the keys pressed over it even while the host has
//! the focus, and baseview takes the focus with every click. Here the window keeps the focus only
//! while a text field is being edited, and passes all other keys on to its parent. It does so through
//! a connection of its own, as baseview shows nobody its own.

use std::time::{Duration, Instant};

use raw_window_handle::{HasWindowHandle, RawWindowHandle};
use x11rb::connection::Connection as _;
use x11rb::errors::ReplyError;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConnectionExt as _, EventMask, InputFocus, MapState, Window,
};
use x11rb::rust_connection::RustConnection;

/// Time between two looks at whether the window can be seen.
const LOOK: Duration = Duration::from_millis(250);

/// The editor's window, seen through a connection of its own.
pub struct X11Window {
    connection: RustConnection,
    window: Window,
    /// The window that had the focus before the editor took it, if it was one.
    before: Option<Window>,
    /// Whether the editor had the keys when it was last asked.
    had_keys: bool,
    looked: Option<Instant>,
    is_viewable: bool,
}

/// The number of a window, if it is one of X11.
pub(super) fn number_of(window: &impl HasWindowHandle) -> Option<Window> {
    match window.window_handle().ok()?.as_raw() {
        RawWindowHandle::Xlib(handle) => Window::try_from(handle.window).ok(),
        RawWindowHandle::Xcb(handle) => Some(handle.window.get()),
        _ => None,
    }
}

/// Whether the server says that there is no such window. Where it does not answer, nobody knows.
pub fn has_gone(window: &impl HasWindowHandle) -> bool {
    let Some(window) = number_of(window) else {
        return false;
    };
    let Ok((connection, _)) = x11rb::connect(None) else {
        return false;
    };
    let attributes = connection.get_window_attributes(window);
    attributes.is_ok_and(|reply| matches!(reply.reply(), Err(ReplyError::X11Error(_))))
}

impl X11Window {
    /// Connects to the display of `window`. `None` if that is not X11's or does not answer; the
    /// editor then works as baseview has it.
    pub fn of(window: &impl HasWindowHandle) -> Option<Self> {
        let window = number_of(window)?;
        let (connection, _) = x11rb::connect(None).ok()?;
        let keys = EventMask::KEY_PRESS | EventMask::KEY_RELEASE;
        let mask = ChangeWindowAttributesAux::new().event_mask(keys);
        let changed = connection.change_window_attributes(window, &mask).ok()?;
        changed.check().ok()?;
        Some(Self {
            connection,
            window,
            before: None,
            had_keys: false,
            looked: None,
            is_viewable: true,
        })
    }

    /// Whether the window and all that it lies in are mapped, so that somebody may see it. A host
    /// may unmap its own window without a word.
    pub fn is_viewable(&mut self) -> bool {
        let now = Instant::now();
        if self.looked.is_none_or(|at| now - at >= LOOK) {
            self.looked = Some(now);
            let attributes = self.connection.get_window_attributes(self.window);
            let state = attributes.ok().and_then(|reply| reply.reply().ok());
            // Where the server does not say, the editor is drawn.
            self.is_viewable = state.is_none_or(|reply| reply.map_state == MapState::VIEWABLE);
        }
        self.is_viewable
    }

    /// Passes keys on and gives the focus back, unless the editor edits text. An error is the
    /// server's and costs only that.
    pub fn mind_the_keys(&mut self, edits_text: bool) {
        let _ = self.try_to_mind_the_keys(edits_text);
    }

    fn try_to_mind_the_keys(&mut self, edits_text: bool) -> Result<(), ReplyError> {
        let focus = self.connection.get_input_focus()?.reply()?.focus;
        let begins = edits_text && !std::mem::replace(&mut self.had_keys, edits_text);
        if focus != self.window {
            self.before = (focus > u32::from(InputFocus::POINTER_ROOT)).then_some(focus);
            // Whoever has come in with the key Tab goes on wherever the pointer is.
            if begins {
                let given = self.connection.set_input_focus(
                    InputFocus::PARENT,
                    self.window,
                    x11rb::CURRENT_TIME,
                )?;
                given.check()?;
            }
        } else if !edits_text {
            give_focus(&self.connection, self.window, self.before)?;
        }
        while let Some(event) = self.connection.poll_for_event()? {
            let is_ours = matches!(event, Event::KeyPress(_) | Event::KeyRelease(_));
            if is_ours && !edits_text {
                self.pass_on(&event)?;
            }
        }
        Ok(())
    }

    /// Sends a key to the parent, as if it had been pressed there.
    fn pass_on(&self, event: &Event) -> Result<(), ReplyError> {
        let tree = self.connection.query_tree(self.window)?.reply()?;
        let (parent, root) = (tree.parent, tree.root);
        if parent == root {
            return Ok(());
        }
        match event {
            Event::KeyPress(key) => {
                let mut key = *key;
                (key.event, key.child) = (parent, x11rb::NONE);
                self.connection
                    .send_event(true, parent, EventMask::KEY_PRESS, key)?;
            }
            Event::KeyRelease(key) => {
                let mut key = *key;
                (key.event, key.child) = (parent, x11rb::NONE);
                self.connection
                    .send_event(true, parent, EventMask::KEY_RELEASE, key)?;
            }
            _ => {}
        }
        self.connection.flush()?;
        Ok(())
    }
}

impl Drop for X11Window {
    /// A window that goes while it has the focus would leave it to whatever the pointer is over.
    fn drop(&mut self) {
        let focus = self.connection.get_input_focus();
        let has_focus = focus
            .ok()
            .and_then(|reply| reply.reply().ok())
            .is_some_and(|reply| reply.focus == self.window);
        if has_focus {
            let _ = give_focus(&self.connection, self.window, self.before);
        }
    }
}

/// Gives the focus to the window that had it before, or else to the parent of `window`.
fn give_focus(
    connection: &RustConnection,
    window: Window,
    before: Option<Window>,
) -> Result<(), ReplyError> {
    let to = match before {
        Some(before) => before,
        None => connection.query_tree(window)?.reply()?.parent,
    };
    connection
        .set_input_focus(InputFocus::PARENT, to, x11rb::CURRENT_TIME)?
        .check()
}
