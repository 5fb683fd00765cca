//! What can be done with a tag: the menu of its row.

use egui::{Popup, Response, SetOpenCommand, Ui};

use crate::editor::parameter;

/// What the user wants of a tag, by its place in the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wanted {
    /// To pin it to the top, or let it go.
    Pin(usize, bool),
    /// To leave it out, or show it again.
    Hide(usize, bool),
    /// To give it another name.
    Rename(usize),
    /// The host's own menu, at a point of the window.
    HostMenu(usize, (i32, i32)),
}

/// What the menu shows of a tag.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The tag's place in the model.
    pub tag: usize,
    /// Whether it is pinned.
    pub pinned: bool,
    /// Whether it is hidden.
    pub hidden: bool,
    /// Whether the host has a menu of its own.
    pub host_menu: bool,
}

/// Shows the menu below a row on a right click, or when Return is pressed on it. Returns what was chosen.
pub fn show(ui: &Ui, row: &Response, entry: Entry) -> Option<Wanted> {
    let by_key = row.has_focus() && row.clicked();
    let opens = row.secondary_clicked() || by_key;
    let Entry { tag, .. } = entry;
    let at = parameter::point(ui, row.rect.left_bottom());
    let mut wanted = None;
    Popup::menu(row)
        .open_memory(opens.then_some(SetOpenCommand::Bool(true)))
        .show(|ui| {
            let mut item = |text: &str, what: Wanted, focus: bool| {
                let button = ui.button(text);
                if focus {
                    button.request_focus();
                }
                if button.clicked() {
                    wanted = Some(what);
                    ui.close();
                }
            };
            let pin = if entry.pinned {
                "Let it go"
            } else {
                "Pin it to the top"
            };
            item(pin, Wanted::Pin(tag, !entry.pinned), by_key);
            item("Rename …", Wanted::Rename(tag), false);
            let hide = if entry.hidden {
                "Show it again"
            } else {
                "Hide it"
            };
            item(hide, Wanted::Hide(tag, !entry.hidden), false);
            if entry.host_menu {
                item("The host's menu …", Wanted::HostMenu(tag, at), false);
            }
        });
    wanted
}
