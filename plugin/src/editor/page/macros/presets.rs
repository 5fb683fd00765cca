//! The strip of presets above the macros: the one in force, the one before and after it, a list of
//! all, and saving.

use std::time::{Duration, Instant};

use egui::{Align2, Button, ComboBox, Key, Label, RichText, TextEdit, Ui, vec2};

use crate::core::macros::Macro;
use crate::core::presets::{
    PRESET_NAME_CHARACTERS, Preset, PresetError, Tuning, factory_presets, preset_folder,
    save_preset, user_presets,
};
use crate::core::view::{EditorSource, Snapshot};
use crate::editor::theme;

/// The folder is read again this often while the page is shown.
const REREAD: Duration = Duration::from_secs(2);

/// Width of the list, in points.
const LIST_WIDTH: f32 = 250.0;

/// A preset that can be chosen.
#[derive(Debug)]
struct Entry {
    preset: Preset,
    is_users: bool,
    /// What the user should know of it.
    note: Option<String>,
}

/// The strip's state.
#[derive(Debug, Default)]
pub struct PresetStrip {
    entries: Vec<Entry>,
    /// Files that are no presets, and why.
    broken: Vec<String>,
    read: Option<Instant>,
    /// The name under which the user is about to save.
    name: Option<String>,
    message: Option<String>,
}

impl PresetStrip {
    /// Draws the strip into `ui`; changes go to `source`. Returns whether it has put a preset in
    /// force.
    pub fn show(&mut self, ui: &mut Ui, snapshot: &Snapshot, source: &dyn EditorSource) -> bool {
        self.reread();
        let mut entries = self.entries.iter();
        let in_force = entries.position(|entry| *entry.preset.name == *snapshot.preset);
        let mut has_loaded = false;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let chosen = self.choice(ui, snapshot, in_force);
            if let Some(entry) = chosen.and_then(|index| self.entries.get(index)) {
                source.load_preset(&entry.preset);
                self.message = entry.note.clone();
                self.name = None;
                has_loaded = true;
            }
            ui.add_space(8.0);
            self.saving(ui, snapshot, source);
        });
        let about = in_force.map(|index| self.entries[index].preset.about.as_str());
        self.line(ui, about.unwrap_or_default());
        has_loaded
    }

    /// Back, list and forth. Returns the preset that was chosen.
    fn choice(&self, ui: &mut Ui, snapshot: &Snapshot, in_force: Option<usize>) -> Option<usize> {
        let count = self.entries.len();
        let mut chosen = None;
        let step = vec2(theme::CONTROL_HEIGHT, theme::CONTROL_HEIGHT);
        let back = ui.add_enabled(count > 0, Button::new("<").min_size(step));
        if back.on_hover_text("The preset before").clicked() {
            chosen = Some(in_force.map_or(count - 1, |index| (index + count - 1) % count));
        }
        let shown = self.title(snapshot, in_force);
        ComboBox::from_id_salt("preset")
            .width(LIST_WIDTH)
            .height(420.0)
            .selected_text(shown)
            .show_ui(ui, |ui| {
                for (index, entry) in self.entries.iter().enumerate() {
                    if index > 0 && entry.is_users && !self.entries[index - 1].is_users {
                        ui.separator();
                    }
                    let row = ui.selectable_label(in_force == Some(index), &entry.preset.name);
                    if row.on_hover_text(&entry.preset.about).clicked() {
                        chosen = Some(index);
                    }
                }
            });
        let forth = ui.add_enabled(count > 0, Button::new(">").min_size(step));
        if forth.on_hover_text("The preset after").clicked() {
            chosen = Some(in_force.map_or(0, |index| (index + 1) % count));
        }
        chosen
    }

    /// The preset's name, and whether something has been changed since.
    fn title(&self, snapshot: &Snapshot, in_force: Option<usize>) -> String {
        let name = &*snapshot.preset;
        match in_force.map(|index| &self.entries[index].preset) {
            _ if name.is_empty() => "No preset".to_owned(),
            Some(preset) if !holds(snapshot, preset) => format!("{name} (changed)"),
            _ => name.to_owned(),
        }
    }

    fn saving(&mut self, ui: &mut Ui, snapshot: &Snapshot, source: &dyn EditorSource) {
        let Some(name) = &mut self.name else {
            let about = "Save macros and settings as a preset of your own";
            if ui.button("Save …").on_hover_text(about).clicked() {
                self.name = Some(
                    self.own(&snapshot.preset)
                        .map_or_else(String::new, |own| own.preset.name.clone()),
                );
                self.message = None;
            }
            return;
        };
        let edit = TextEdit::singleline(name)
            .hint_text("A name")
            .char_limit(PRESET_NAME_CHARACTERS)
            .desired_width(140.0)
            .min_size(vec2(0.0, theme::CONTROL_HEIGHT))
            .align(Align2::LEFT_CENTER);
        let field = ui.add(edit);
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let name = name.trim().to_owned();
        let verb = if self.own(&name).is_some() {
            "Replace"
        } else {
            "Save"
        };
        let clicked = ui
            .add_enabled(!name.is_empty(), Button::new(verb))
            .clicked();
        if ui.button("Cancel").clicked() {
            self.name = None;
        } else if clicked || (entered && !name.is_empty()) {
            self.save(name, snapshot, source);
        }
    }

    /// The user's own preset of this name.
    fn own(&self, name: &str) -> Option<&Entry> {
        let is_it = |entry: &&Entry| entry.is_users && entry.preset.name == name;
        self.entries.iter().find(is_it)
    }

    fn save(&mut self, name: String, snapshot: &Snapshot, source: &dyn EditorSource) {
        let about = self.own(&name).map(|own| own.preset.about.clone());
        let preset = Preset {
            name,
            about: about.unwrap_or_default(),
            tuning: Tuning::of(&snapshot.settings),
            macros: snapshot.macros.each_ref().map(Macro::rounded),
        };
        let folder = preset_folder().ok_or(PresetError::NoFolder);
        self.message = Some(
            match folder.and_then(|folder| save_preset(&folder, &preset)) {
                Ok(path) => {
                    source.preset_saved(&preset.name);
                    self.name = None;
                    self.read = None;
                    format!("Saved as {}", path.display())
                }
                Err(error) => format!("Not saved: {error}"),
            },
        );
    }

    /// What the preset is for, or what there is to say.
    fn line(&self, ui: &mut Ui, about: &str) {
        let broken = self.broken.first().map(|first| match self.broken.len() {
            1 => format!("A preset is broken: {first}"),
            count => format!("{count} presets are broken; the first: {first}"),
        });
        let said = self.message.clone().or(broken);
        let (text, colour) = match &said {
            Some(said) => (said.as_str(), theme::warning()),
            None => (about, theme::text_faint()),
        };
        let text = RichText::new(text).font(theme::regular(12.0)).color(colour);
        let line = ui.add(Label::new(text).truncate().selectable(true));
        if !self.broken.is_empty() {
            line.on_hover_text(self.broken.join("\n"));
        }
    }

    fn reread(&mut self) {
        if self.read.is_some_and(|at| at.elapsed() < REREAD) {
            return;
        }
        self.read = Some(Instant::now());
        self.broken.clear();
        let of_plugin = factory_presets().iter().map(|factory| Entry {
            preset: factory.preset.clone(),
            is_users: false,
            note: None,
        });
        self.entries = of_plugin.collect();
        let folder = preset_folder();
        let users = folder.map(|folder| user_presets(&folder));
        for user in users.into_iter().flatten() {
            match user.read {
                Ok(read) => self.entries.push(Entry {
                    preset: read.preset,
                    is_users: true,
                    note: (!read.unknown.is_empty()).then(|| {
                        let unknown = read.unknown.join(", ");
                        format!("This Tagline does not know: {unknown}. The rest is in force.")
                    }),
                }),
                Err(error) => self.broken.push(error.to_string()),
            }
        }
    }
}

/// Whether what a preset holds is in force.
fn holds(snapshot: &Snapshot, preset: &Preset) -> bool {
    preset.tuning == Tuning::of(&snapshot.settings) && preset.macros == *snapshot.macros
}
