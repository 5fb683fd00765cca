//! The model chooser: the built-in model, the files in the models folders, and a field for any
//! other.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::{
    Align, Align2, Button, CursorIcon, Key, Label, Layout, Rect, RichText, Role, ScrollArea, Sense,
    TextEdit, Ui, pos2, vec2,
};
use tagline_engine::{ModelPlace, built_in_info, model_folders, models_in, path_of_address};

use super::{focus, theme};
use crate::core::view::{EditorSource, Snapshot};

/// The folders are read again this often while the chooser is shown.
const REREAD: Duration = Duration::from_secs(2);
/// A path as this system writes it.
const EXAMPLE: &str = if cfg!(windows) {
    r"C:\path\to\model.onnx"
} else {
    "/path/to/model.onnx"
};
/// Height of a file's row, in points.
const ROW_HEIGHT: f32 = 28.0;

/// The chooser's state.
#[derive(Debug, Default)]
pub struct Chooser {
    folders: Vec<PathBuf>,
    places: Vec<ModelPlace>,
    read: Option<Instant>,
    field: String,
}

impl Chooser {
    /// Draws the chooser into `ui`; a choice goes to `source`.
    pub fn show(&mut self, ui: &mut Ui, snapshot: &Snapshot, source: &dyn EditorSource) {
        self.reread();
        let in_force = snapshot.model.as_ref().map(|model| &model.place);
        ui.horizontal(|ui| {
            let title = RichText::new("Models on this computer").font(theme::medium(15.0));
            ui.label(title.color(theme::text()));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                if let Some(place) = self.steps(ui, in_force) {
                    source.choose_model(place.clone());
                }
            });
        });
        let list = (ui.available_height() - 84.0).max(ROW_HEIGHT);
        ScrollArea::vertical()
            .id_salt("files")
            .auto_shrink([false, false])
            .max_height(list)
            .min_scrolled_height(ROW_HEIGHT)
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                for place in &self.places {
                    let in_force = in_force == Some(place);
                    // The built-in model may only stand in for the chosen one, which is missing.
                    let can_change = !in_force || *place == ModelPlace::BuiltIn;
                    if row(ui, place, in_force) && can_change {
                        source.choose_model(place.clone());
                    }
                }
                if self.places.len() < 2 {
                    ui.label(
                        RichText::new("A file put into the folder below appears here.")
                            .color(theme::text_soft()),
                    );
                }
            });
        self.folder_line(ui, snapshot.loading);
        self.path_field(ui, source);
    }

    /// Draws the two buttons that step through the list. Returns the model that is wanted.
    fn steps(&self, ui: &mut Ui, in_force: Option<&ModelPlace>) -> Option<&ModelPlace> {
        let at = self.places.iter().position(|place| Some(place) == in_force);
        let side = vec2(theme::CONTROL_HEIGHT, theme::CONTROL_HEIGHT);
        let mut wanted = None;
        for (name, about, forth) in [
            (">", "The next model", true),
            ("<", "The model before", false),
        ] {
            let place = neighbour(&self.places, at, forth);
            let button = ui.add_enabled(place.is_some(), Button::new(name).min_size(side));
            if button.on_hover_text(about).clicked() {
                wanted = place;
            }
        }
        wanted
    }

    fn folder_line(&self, ui: &mut Ui, loading: bool) {
        let text = match self.folders.first() {
            _ if loading => "Opening the model …".to_owned(),
            Some(folder) => folder.display().to_string(),
            None => String::new(),
        };
        let text = RichText::new(text)
            .font(theme::regular(12.0))
            .color(theme::text_faint());
        ui.add(Label::new(text).truncate().selectable(true));
        ui.add_space(6.0);
    }

    fn path_field(&mut self, ui: &mut Ui, source: &dyn EditorSource) {
        ui.label(
            RichText::new("Another file")
                .font(theme::regular(11.0))
                .color(theme::text_faint()),
        );
        ui.horizontal(|ui| {
            let edit = TextEdit::singleline(&mut self.field)
                .hint_text(EXAMPLE)
                .desired_width(ui.available_width() - 74.0)
                .min_size(vec2(0.0, theme::CONTROL_HEIGHT))
                .align(Align2::LEFT_CENTER);
            let entered =
                ui.add(edit).lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let clicked = ui
                .add_enabled(!self.field.trim().is_empty(), egui::Button::new("Load"))
                .clicked();
            if (entered || clicked)
                && let Some(path) = path_from(&self.field, home().as_deref())
            {
                source.choose_model(ModelPlace::File(path));
            }
        });
    }

    fn reread(&mut self) {
        if self.read.is_some_and(|at| at.elapsed() < REREAD) {
            return;
        }
        self.read = Some(Instant::now());
        self.folders = model_folders().into_iter().map(absolute).collect();
        let files = self.folders.iter().flat_map(|folder| models_in(folder));
        let built_in = std::iter::once(ModelPlace::BuiltIn);
        self.places = built_in.chain(files.map(ModelPlace::File)).collect();
    }
}

/// The model after the one in force, or before it; round the list's ends. The first where none of the list is in
/// force.
fn neighbour(places: &[ModelPlace], at: Option<usize>, forth: bool) -> Option<&ModelPlace> {
    let count = places.len();
    let next = match at {
        None => 0,
        Some(_) if count < 2 => return None,
        Some(at) if forth => (at + 1) % count,
        Some(at) => (at + count - 1) % count,
    };
    places.get(next)
}

/// Draws a model's row. Returns whether it was clicked.
fn row(ui: &mut Ui, place: &ModelPlace, in_force: bool) -> bool {
    let size = vec2(ui.available_width(), ROW_HEIGHT);
    let (row, response) = ui.allocate_exact_size(size, Sense::click());
    let response = response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text(place.to_string());
    let painter = ui.painter();
    if in_force {
        painter.rect_filled(row, theme::RADIUS, theme::accent_dim());
    } else if response.hovered() {
        painter.rect_filled(row, theme::RADIUS, theme::control());
    }
    let text = Rect::from_min_max(row.min + vec2(10.0, 0.0), row.max - vec2(10.0, 0.0));
    painter.with_clip_rect(text.intersect(ui.clip_rect())).text(
        pos2(text.left(), text.center().y),
        Align2::LEFT_CENTER,
        name(place),
        theme::regular(13.5),
        if in_force {
            theme::accent()
        } else {
            theme::text()
        },
    );
    let kind = (Role::RadioButton, in_force);
    focus::name_selected(ui, &response, kind, &name(place));
    focus::ring(ui, &response);
    response.clicked()
}

/// A model's name in the list: the file's, without the ending that all of them have.
fn name(place: &ModelPlace) -> String {
    let ModelPlace::File(file) = place else {
        return format!("{} (built in)", built_in_info().name);
    };
    file.file_stem()
        .unwrap_or(file.as_os_str())
        .to_string_lossy()
        .into_owned()
}

fn home() -> Option<PathBuf> {
    let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    std::env::var_os(name).map(PathBuf::from)
}

/// The absolute path, because a session keeps it and a later host may work in another folder.
fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

/// A path as people paste it: in quotes, as a file URL, with `~` for their home, or relative to the
/// folder that the host works in.
fn path_from(text: &str, home: Option<&Path>) -> Option<PathBuf> {
    let text = text.trim().trim_matches(['"', '\'']).trim();
    let path = path_of_address(text.as_bytes()).unwrap_or_else(|| PathBuf::from(text));
    if path.as_os_str().is_empty() {
        return None;
    }
    if let (Ok(rest), Some(home)) = (path.strip_prefix("~"), home) {
        return Some(home.join(rest));
    }
    Some(absolute(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_stepped_through_round_its_ends() {
        let file = |name: &str| ModelPlace::File(PathBuf::from(name));
        let places = [ModelPlace::BuiltIn, file("a"), file("b")];
        let step = |at, forth| neighbour(&places, at, forth);
        assert_eq!(step(Some(2), true), Some(&ModelPlace::BuiltIn));
        assert_eq!(step(Some(0), false), Some(&places[2]));
        assert_eq!(step(Some(0), true), Some(&places[1]));
        assert_eq!(step(None, true), Some(&ModelPlace::BuiltIn));
        assert_eq!(
            neighbour(&places[..1], Some(0), true),
            None,
            "there is no other"
        );
        assert_eq!(neighbour(&[], None, true), None);
    }

    #[test]
    fn pasted_paths_are_understood() {
        let home = Path::new("/home/user");
        for (text, path) in [
            ("/a/b.onnx", "/a/b.onnx"),
            ("  \"/a/my model.onnx\" ", "/a/my model.onnx"),
            ("'/a/b.onnx'", "/a/b.onnx"),
            ("~/b.onnx", "/home/user/b.onnx"),
        ] {
            // On Windows, a path without a drive is one on the present drive.
            let path = std::path::absolute(path).expect("a path");
            let found = path_from(text, Some(home)).expect("a path");
            assert_eq!(std::path::absolute(found).expect("a path"), path);
        }
        let address = "file:///C:/a/my%20b.onnx";
        let path = if cfg!(windows) {
            r"C:\a\my b.onnx"
        } else {
            "/C:/a/my b.onnx"
        };
        assert_eq!(path_from(address, Some(home)), Some(PathBuf::from(path)));
        #[cfg(windows)]
        assert_eq!(
            path_from(r"~\b.onnx", Some(Path::new(r"C:\Users\me"))),
            Some(PathBuf::from(r"C:\Users\me\b.onnx"))
        );
        for nothing in ["", "  ", "\"\"", "file://"] {
            assert_eq!(path_from(nothing, Some(home)), None);
        }
    }

    #[test]
    fn a_relative_path_is_kept_for_hosts_that_work_in_other_folders() {
        let here = std::env::current_dir().expect("a working folder");
        for relative in ["b.onnx", "models/b.onnx", "~/b.onnx"] {
            assert_eq!(path_from(relative, None), Some(here.join(relative)));
        }
    }
}
