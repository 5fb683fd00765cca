//! The page of tags: their bars, or why there are none, and a field that finds some of them.

use egui::{
    Align, Align2, Key, Layout, Rect, RichText, Sense, TextEdit, Ui, UiBuilder, pos2, vec2,
};

use super::Page;
use crate::core::labels::{Labels, MAX_LABEL_CHARACTERS};
use crate::core::params::id::FIRST_TAG;
use crate::core::view::{EditorSource, Snapshot};
use crate::editor::bars::{self, Search, Wanted};
use crate::editor::motion::Motion;
use crate::editor::past::PastOf;
use crate::editor::{message, theme};

/// Height of the field, with the room around it, in points.
const SEARCH_HEIGHT: f32 = 40.0;

/// Longest text that is looked for, in characters.
const MOST_CHARACTERS: usize = 60;

/// The page's state.
#[derive(Debug, Default)]
pub struct TagsPage {
    /// What the user looks for.
    search: String,
    /// Whether hidden tags are shown, too.
    shows_hidden: bool,
    /// The tag that is given another name, and the name so far.
    renamed: Option<(String, String)>,
    /// The tags of the last minutes.
    past: PastOf,
}

impl TagsPage {
    /// Draws the page into `ui`; changes go to `source`.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        snapshot: &Snapshot,
        (motion, page): (&Motion, &mut Page),
        source: &dyn EditorSource,
    ) {
        if let Some(text) = &snapshot.message {
            message::card(ui, text);
            ui.add_space(10.0);
        }
        if snapshot.model.is_none() {
            if snapshot.loading {
                let area = ui.available_rect_before_wrap();
                message::alone(ui, area, "Opening the model …", "");
            } else {
                no_model(ui, page);
            }
            return;
        }
        let area = ui.available_rect_before_wrap();
        let (strip, rest) = area.split_top_bottom_at_y(area.top() + SEARCH_HEIGHT);
        let strip = strip.with_min_y(strip.top() + 4.0);
        let mut strip = ui.new_child(UiBuilder::new().max_rect(strip).id_salt("search"));
        if self.renamed.is_some() {
            self.rename(&mut strip, snapshot, source);
        }
        let found = if self.renamed.is_some() {
            bars::found(snapshot, self.search())
        } else {
            self.field(&mut strip, snapshot)
        };
        let mut rest = ui.new_child(UiBuilder::new().max_rect(rest).id_salt("bars"));
        if found == 0 {
            let text = match self.search.trim() {
                "" => "All tags are hidden; the button above shows them, too.".to_owned(),
                search => format!("The model has no tag and no group with \"{search}\"."),
            };
            message::alone(ui, rest.max_rect(), "Nothing found", &text);
            return;
        }
        self.past.read(source.history());
        let shown = (motion, &self.past.past);
        if let Some(wanted) = bars::show(&mut rest, snapshot, shown, self.search()) {
            self.carry_out(wanted, snapshot, source);
        }
    }

    fn search(&self) -> Search<'_> {
        Search {
            text: &self.search,
            shows_hidden: self.shows_hidden,
        }
    }

    fn carry_out(&mut self, wanted: Wanted, snapshot: &Snapshot, source: &dyn EditorSource) {
        let name = |tag: usize| snapshot.tags().get(tag).cloned().unwrap_or_default();
        match wanted {
            Wanted::Pin(tag, on) => source.pin(&name(tag), on),
            Wanted::Hide(tag, on) => {
                let labels = Labels::clone(&snapshot.labels);
                source.set_labels(labels.with_hidden(&name(tag), on));
            }
            Wanted::Rename(tag) => {
                let name = name(tag);
                let shown = snapshot.labels.name(&name).to_owned();
                self.renamed = Some((name, shown));
            }
            Wanted::HostMenu(tag, at) => source.show_menu(FIRST_TAG + tag as u32, at),
        }
    }

    /// Draws the field for a tag's other name in place of the search.
    fn rename(&mut self, ui: &mut Ui, snapshot: &Snapshot, source: &dyn EditorSource) {
        let Some((tag, name)) = &mut self.renamed else {
            return;
        };
        let (mut is_done, mut is_entered) = (false, false);
        ui.horizontal_centered(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            let id = ui.scope_id().with(("rename", &*tag));
            let edit = TextEdit::singleline(name)
                .id(id)
                .hint_text(tag.as_str())
                .char_limit(MAX_LABEL_CHARACTERS)
                .desired_width(220.0)
                .min_size(vec2(0.0, theme::CONTROL_HEIGHT))
                .align(Align2::LEFT_CENTER);
            let response = ui.add(edit);
            let has_begun =
                ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or(id, false), true));
            if !has_begun {
                response.request_focus();
            }
            is_done = has_begun && response.lost_focus();
            is_entered = is_done && !ui.input(|input| input.key_pressed(Key::Escape));
            let text = format!("Another name for {tag}; empty for its own. Return keeps it");
            ui.label(faint(text));
            if is_done {
                ui.data_mut(|data| data.remove_temp::<bool>(id));
            }
        });
        if is_entered {
            let labels = Labels::clone(&snapshot.labels);
            source.set_labels(labels.renamed(tag, name));
        }
        if is_done {
            self.renamed = None;
        }
    }

    /// Draws the field; returns how many tags it finds.
    fn field(&mut self, ui: &mut Ui, snapshot: &Snapshot) -> usize {
        let drawn = ui.horizontal_centered(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            let edit = TextEdit::singleline(&mut self.search)
                .hint_text("Find a tag or a group")
                .char_limit(MOST_CHARACTERS)
                .desired_width(220.0)
                .min_size(vec2(0.0, theme::CONTROL_HEIGHT))
                .align(Align2::LEFT_CENTER);
            ui.add(edit)
                .on_hover_text("Part of a tag's name, or of its group's");
            if !self.search.is_empty() && ui.button("Clear").clicked() {
                self.search.clear();
            }
            let hidden = (0..snapshot.tags().len()).filter(|tag| snapshot.is_hidden(*tag));
            let hidden = hidden.count();
            if hidden > 0 {
                let text = format!("{hidden} hidden");
                let about = "Show hidden tags, too, to bring them back with a right click";
                let toggle = ui.selectable_label(self.shows_hidden, text);
                if toggle.on_hover_text(about).clicked() {
                    self.shows_hidden = !self.shows_hidden;
                }
            } else {
                self.shows_hidden = false;
            }
            let count = bars::found(snapshot, self.search());
            let text = match (self.search.is_empty(), snapshot.pinned.len()) {
                (false, _) => format!("{count} of {} tags", snapshot.tags().len()),
                (true, 0) => "The dot pins a tag; a right click has more".to_owned(),
                (true, pinned) => format!("{pinned} pinned"),
            };
            ui.label(faint(text));
            let has_marks = (0..snapshot.tags().len()).any(|tag| snapshot.threshold(tag).is_some());
            if has_marks {
                ui.with_layout(Layout::right_to_left(Align::Center), legend);
            }
            count
        });
        drawn.inner
    }
}

fn faint(text: String) -> RichText {
    RichText::new(text)
        .font(theme::regular(12.0))
        .color(theme::text_faint())
}

/// Says what the mark on a bar means, where there is room for it.
fn legend(ui: &mut Ui) {
    let text = "past its mark, a tag counts as heard";
    let font = theme::regular(12.0);
    let galley = ui
        .painter()
        .layout_no_wrap(text.to_owned(), font, theme::text_faint());
    let size = vec2(galley.size().x + 42.0, theme::CONTROL_HEIGHT);
    if size.x > ui.available_width() {
        return;
    }
    let (area, _) = ui.allocate_exact_size(size, Sense::hover());
    let middle = area.center().y;
    let track = Rect::from_min_size(pos2(area.left(), middle - 4.5), vec2(30.0, 9.0));
    bars::show_value(ui, track, 0.72, theme::bar(0.72));
    bars::show_mark(ui, track, 0.45, true);
    let at = pos2(track.right() + 10.0, middle - galley.size().y / 2.0);
    ui.painter().galley(at, galley, theme::text_faint());
}

fn no_model(ui: &mut Ui, page: &mut Page) {
    ui.with_layout(Layout::top_down(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.y = 10.0;
        ui.add_space((ui.available_height() / 2.0 - 90.0).max(0.0));
        ui.label(
            RichText::new("No model runs yet")
                .font(theme::medium(18.0))
                .color(theme::text()),
        );
        ui.label(
            RichText::new("It is opened when the host activates the plugin. Audio passes through.")
                .font(theme::regular(13.5))
                .color(theme::text_soft()),
        );
        ui.add_space(4.0);
        if ui.button("Choose a model").clicked() {
            *page = Page::Model;
        }
    });
}
