//! The page of the macros: presets above, all eight macros on the left, the chosen one's controls and
//! those of OSC on the right.

mod controls;
mod curve;
mod feeds;
mod list;
mod osc;
mod outputs;
mod presets;
mod source;
mod traces;

use std::sync::{Mutex, PoisonError};

use egui::{Align, Button, Label, Layout, RichText, ScrollArea, Ui, UiBuilder};

use self::controls::TextField;
use self::presets::PresetStrip;
use self::traces::Traces;
use super::settings::heading;
use crate::core::macros::{MACROS, Macro};
use crate::core::view::{EditorSource, Snapshot};
use crate::editor::theme;

/// Width of the list, in points.
const LIST_WIDTH: f32 = 196.0;

/// Distance between the list and the controls, in points.
const GAP: f32 = 24.0;

/// Height of the strip of presets, in points.
const STRIP_HEIGHT: f32 = 58.0;

/// The page's state.
#[derive(Debug, Default)]
pub struct MacrosPage {
    presets: PresetStrip,
    chosen: usize,
    name: TextField,
    host: TextField,
    prefix: TextField,
    traces: Traces,
}

/// The macro that was copied last, in any editor of this process.
static COPIED: Mutex<Option<Macro>> = Mutex::new(None);

impl MacrosPage {
    /// Notes where the macros stand, for their curves. To be called with every snapshot, at `seconds` of the
    /// editor's time.
    pub fn see(&mut self, snapshot: &Snapshot, seconds: f64) {
        self.traces.see(snapshot, seconds);
    }

    /// Draws the page into `ui`; changes go to `source`.
    pub fn show(&mut self, ui: &mut Ui, snapshot: &Snapshot, source: &dyn EditorSource) {
        let (strip, area) = {
            let area = ui.max_rect();
            area.split_top_bottom_at_y(area.top() + STRIP_HEIGHT)
        };
        let strip = strip.with_min_y(strip.top() + 8.0);
        let mut strip = ui.new_child(UiBuilder::new().max_rect(strip).id_salt("presets"));
        if self.presets.show(&mut strip, snapshot, source) {
            self.name = TextField::default();
        }
        let (left, right) = area.split_left_right_at_x(area.left() + LIST_WIDTH);
        let mut list = ui.new_child(UiBuilder::new().max_rect(left).id_salt("macros"));
        if let Some(clicked) = list::show(&mut list, snapshot, self.chosen, source) {
            self.chosen = clicked;
            self.name = TextField::default();
        }
        let right = right.with_min_x(right.left() + GAP);
        let mut controls = ui.new_child(UiBuilder::new().max_rect(right).id_salt("macro"));
        ScrollArea::vertical()
            .id_salt(("macro", self.chosen))
            .auto_shrink([false, false])
            .show(&mut controls, |ui| {
                self.chosen_macro(ui, snapshot, source);
                heading(ui, "OSC");
                osc::show(ui, snapshot, source, &mut self.host, &mut self.prefix);
                ui.add_space(8.0);
            });
    }

    fn chosen_macro(&mut self, ui: &mut Ui, snapshot: &Snapshot, source: &dyn EditorSource) {
        let index = self.chosen.min(MACROS - 1);
        let described = &snapshot.macros[index];
        let mut edited = described.clone();
        if self.title_row(ui, &described.title(index), &mut edited) {
            self.name = TextField::default();
        }
        curve::show(ui, &self.traces, index, described);
        feeds::show(ui, snapshot, index);
        controls::rows(ui, "source and shape", |ui| {
            self.name_row(ui, index, &mut edited);
            source::rows(ui, snapshot, &mut edited);
            controls::shape(ui, &mut edited);
            outputs::rows(ui, &mut edited);
        });
        if edited != *described {
            source.set_macro(index, edited);
        }
    }

    /// The macro's title, and what can be done with all of it. Returns whether it is another one now.
    fn title_row(&self, ui: &mut Ui, title: &str, edited: &mut Macro) -> bool {
        let before = edited.clone();
        let mut copied = COPIED.lock().unwrap_or_else(PoisonError::into_inner);
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            let title = RichText::new(title).font(theme::medium(15.0));
            ui.add(Label::new(title.color(theme::text())).truncate());
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                let reset = ui.add_enabled(*edited != Macro::default(), Button::new("Reset"));
                if reset.on_hover_text("Make it a fresh macro").clicked() {
                    *edited = Macro::default();
                }
                let paste = ui.add_enabled(copied.is_some(), Button::new("Paste"));
                let about = "Make it like the macro that was copied, also from another instance";
                if paste.on_hover_text(about).clicked()
                    && let Some(copied) = &*copied
                {
                    edited.clone_from(copied);
                }
                if ui.button("Copy").on_hover_text("Copy all of it").clicked() {
                    *copied = Some(edited.clone());
                }
            });
        });
        *edited != before
    }

    fn name_row(&mut self, ui: &mut Ui, index: usize, edited: &mut Macro) {
        controls::row(ui, "Name", |ui| {
            let hint = format!("Macro {}", index + 1);
            if let Some(name) = self.name.show(ui, &edited.name, &hint, 180.0) {
                let most = crate::core::macros::MAX_NAME_CHARACTERS;
                edited.name = name.trim().chars().take(most).collect();
            }
        });
    }
}
