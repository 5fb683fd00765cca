//! A drop-down list.

use egui::{ComboBox, Ui};

/// A drop-down list of `names`, which `about` explains. Returns the choice that was clicked.
pub fn show(
    ui: &mut Ui,
    id: &str,
    width: f32,
    (names, chosen): (&[String], usize),
    about: &str,
) -> Option<usize> {
    let mut clicked = None;
    let list = ComboBox::from_id_salt(id)
        .width(width)
        .selected_text(names.get(chosen).map_or("", String::as_str))
        .show_ui(ui, |ui| {
            for (index, name) in names.iter().enumerate() {
                if ui.selectable_label(index == chosen, name).clicked() && index != chosen {
                    clicked = Some(index);
                }
            }
        });
    list.response.on_hover_text(about);
    clicked
}
