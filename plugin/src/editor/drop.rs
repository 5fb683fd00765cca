//! Files that are dropped on the window, on X11.
//!
//! baseview 0.4 takes drops by the protocol XDND, but egui-baseview 0.9 does not pass them on. So a window of
//! our own, which nobody sees, stands in for the editor's (the protocol calls it a proxy): whoever drags
//! sends it all messages. It has a connection of its own, which is looked at with every frame.

use std::path::PathBuf;

use raw_window_handle::HasWindowHandle;
use tagline_engine::path_of_address;
use x11rb::connection::Connection as _;
use x11rb::errors::{ReplyError, ReplyOrIdError};
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SelectionNotifyEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::x11::number_of;

/// The newest version of the protocol that is spoken here.
const VERSION: u32 = 5;
/// Most that is read of a list of files, in units of four bytes.
const MOST_WORDS: u32 = 16 << 10;

x11rb::atom_manager! {
    /// The protocol's names.
    Atoms: AtomsCookie {
        XdndAware,
        XdndProxy,
        XdndEnter,
        XdndPosition,
        XdndStatus,
        XdndLeave,
        XdndDrop,
        XdndFinished,
        XdndSelection,
        XdndTypeList,
        XdndActionCopy,
        TEXT_URI_LIST: b"text/uri-list",
    }
}

/// What has happened with a drag over the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dragged {
    /// Files are over the window, and would be taken.
    Over,
    /// They have gone.
    Left,
    /// They were dropped.
    Dropped(Vec<PathBuf>),
}

/// A drag over the window.
#[derive(Clone, Copy, Debug)]
struct Drag {
    /// Window of whoever drags.
    source: Window,
    /// Whether it has files.
    has_files: bool,
    /// Whether they were dropped, and have been asked for.
    is_dropped: bool,
}

/// The window that takes what is dropped on the editor's.
pub struct DropTarget {
    connection: RustConnection,
    atoms: Atoms,
    editor: Window,
    proxy: Window,
    drag: Option<Drag>,
}

impl DropTarget {
    /// Stands in for `window`. `None` if that is not X11's, or the server refuses.
    pub fn of(window: &impl HasWindowHandle) -> Option<Self> {
        let editor = number_of(window)?;
        let (connection, screen) = x11rb::connect(None).ok()?;
        Self::new(connection, screen, editor).ok()
    }

    fn new(
        connection: RustConnection,
        screen: usize,
        editor: Window,
    ) -> Result<Self, ReplyOrIdError> {
        let atoms = Atoms::new(&connection)?.reply()?;
        let proxy = connection.generate_id()?;
        let root = connection.setup().roots[screen].root;
        let aux = CreateWindowAux::new().override_redirect(1);
        let made = connection.create_window(
            0,
            proxy,
            root,
            -10,
            -10,
            1,
            1,
            0,
            WindowClass::INPUT_ONLY,
            x11rb::COPY_FROM_PARENT,
            &aux,
        )?;
        made.check()?;
        let put = |window, name, kind: AtomEnum, value: u32| {
            let changed = connection.change_property32(
                PropMode::REPLACE,
                window,
                name,
                kind,
                std::slice::from_ref(&value),
            )?;
            changed.check().map_err(ReplyOrIdError::from)
        };
        put(proxy, atoms.XdndAware, AtomEnum::ATOM, VERSION)?;
        put(proxy, atoms.XdndProxy, AtomEnum::WINDOW, proxy)?;
        put(editor, atoms.XdndAware, AtomEnum::ATOM, VERSION)?;
        put(editor, atoms.XdndProxy, AtomEnum::WINDOW, proxy)?;
        Ok(Self {
            connection,
            atoms,
            editor,
            proxy,
            drag: None,
        })
    }

    /// Answers what has come. Returns the newest of what has happened. An error is the server's, and costs
    /// the drag.
    pub fn poll(&mut self) -> Option<Dragged> {
        let mut newest = None;
        while let Ok(Some(event)) = self.connection.poll_for_event() {
            let happened = match event {
                Event::ClientMessage(message) if message.format == 32 => self.hear(&message),
                Event::SelectionNotify(notify) => self.take(&notify),
                _ => Ok(None),
            };
            match happened {
                Ok(None) => {}
                Ok(some) => newest = some,
                Err(_) => {
                    self.drag = None;
                    newest = Some(Dragged::Left);
                }
            }
        }
        newest
    }

    fn hear(&mut self, message: &ClientMessageEvent) -> Result<Option<Dragged>, ReplyError> {
        let data = message.data.as_data32();
        let source: Window = data[0];
        if message.type_ == self.atoms.XdndEnter {
            let has_files = self.has_files(source, &data)?;
            self.drag = Some(Drag {
                source,
                has_files,
                is_dropped: false,
            });
            return Ok(has_files.then_some(Dragged::Over));
        }
        let Some(drag) = self.drag.filter(|drag| drag.source == source) else {
            return Ok(None);
        };
        if message.type_ == self.atoms.XdndPosition {
            // Bit 0: taken; bit 1: wanted wherever the pointer moves.
            let flags = u32::from(drag.has_files) | 2;
            let action = self.action(drag.has_files);
            self.answer(source, self.atoms.XdndStatus, [flags, 0, 0, action])?;
        } else if message.type_ == self.atoms.XdndLeave {
            self.drag = None;
            return Ok(Some(Dragged::Left));
        } else if message.type_ == self.atoms.XdndDrop {
            if !drag.has_files {
                self.drag = None;
                self.answer(source, self.atoms.XdndFinished, [0; 4])?;
                return Ok(Some(Dragged::Left));
            }
            self.drag = Some(Drag {
                is_dropped: true,
                ..drag
            });
            let asked = self.connection.convert_selection(
                self.proxy,
                self.atoms.XdndSelection,
                self.atoms.TEXT_URI_LIST,
                self.atoms.XdndSelection,
                data[2],
            )?;
            asked.check()?;
        }
        Ok(None)
    }

    /// Whether a drag that enters has files.
    fn has_files(&self, source: Window, data: &[u32; 5]) -> Result<bool, ReplyError> {
        let wanted = self.atoms.TEXT_URI_LIST;
        // Bit 0: there are more types than have room here.
        if data[1] & 1 == 0 {
            return Ok(data[2..].contains(&wanted));
        }
        let kind = Atom::from(AtomEnum::ATOM);
        let list = self.connection.get_property(
            false,
            source,
            self.atoms.XdndTypeList,
            kind,
            0,
            MOST_WORDS,
        )?;
        let list = list.reply()?;
        Ok(list
            .value32()
            .is_some_and(|mut types| types.any(|it| it == wanted)))
    }

    /// Takes the list of files that was asked for.
    fn take(&mut self, notify: &SelectionNotifyEvent) -> Result<Option<Dragged>, ReplyError> {
        let Some(drag) = self.drag.take_if(|drag| drag.is_dropped) else {
            return Ok(None);
        };
        let mut files = Vec::new();
        if notify.property != x11rb::NONE {
            let list = self.connection.get_property(
                true,
                self.proxy,
                notify.property,
                AtomEnum::ANY,
                0,
                MOST_WORDS,
            )?;
            files = files_of(&list.reply()?.value);
        }
        let is_taken = !files.is_empty();
        let action = self.action(is_taken);
        let flags = u32::from(is_taken);
        self.answer(drag.source, self.atoms.XdndFinished, [flags, action, 0, 0])?;
        Ok(Some(if is_taken {
            Dragged::Dropped(files)
        } else {
            Dragged::Left
        }))
    }

    fn action(&self, is_taken: bool) -> Atom {
        if is_taken {
            self.atoms.XdndActionCopy
        } else {
            x11rb::NONE
        }
    }

    /// Tells whoever drags something.
    fn answer(&self, to: Window, what: Atom, data: [u32; 4]) -> Result<(), ReplyError> {
        let data = [self.editor, data[0], data[1], data[2], data[3]];
        let message = ClientMessageEvent::new(32, to, what, data);
        let sent = self
            .connection
            .send_event(false, to, EventMask::NO_EVENT, message)?;
        sent.check()
    }
}

/// The files of a list of addresses.
fn files_of(list: &[u8]) -> Vec<PathBuf> {
    let lines = list.split(|byte| matches!(byte, b'\r' | b'\n' | 0));
    lines.filter_map(path_of_address).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_list_are_found_as_file_managers_write_them() {
        let list = b"# a comment\r\nfile:///a/my%20model.onnx\r\nfile://localhost/b.onnx\r\n\
                     https://example.org/c.onnx\r\nfile:///100%25/%zz.onnx\0";
        let expected = ["/a/my model.onnx", "/b.onnx", "/100%/%zz.onnx"];
        assert_eq!(files_of(list), expected.map(PathBuf::from));
        assert!(files_of(b"").is_empty());
    }
}
