//! The sets A and B: which of them is in force, and a copy of it into the other.

use std::sync::Arc;

use egui::{Rect, Ui, UiBuilder, vec2};

use super::{segmented, text_button, theme};
use crate::core::compare::{Compared, Tuned};
use crate::core::view::{EditorSource, Snapshot};

/// Width of the two names and the button, in points.
pub const WIDTH: f32 = 138.0;
/// Width of the button, in points.
const COPY_WIDTH: f32 = 70.0;

/// Draws them at the right end of `area`; changes go to `source`.
pub fn show(ui: &mut Ui, area: Rect, snapshot: &Snapshot, source: &dyn EditorSource) {
    let area = area.with_min_x(area.right() - WIDTH);
    let size = vec2(WIDTH - COPY_WIDTH, theme::CONTROL_HEIGHT);
    let names = Rect::from_min_size(area.left_center() - vec2(0.0, size.y / 2.0), size);
    let compared = &snapshot.compared;
    let mut left = ui.new_child(UiBuilder::new().max_rect(names).id_salt("compare"));
    let sets = [("A", theme::accent()), ("B", theme::accent())];
    let about = "Two sets of settings and macros to compare. B begins as a copy of A";
    let shown = (&sets[..], compared.is_b.into());
    if segmented::show(&mut left, "set", shown, about).is_some() {
        source.switch_compared();
    }
    let (this, other) = (compared.name(), compared.other_name());
    let about = format!("Make {other} the same as {this}, which is in force");
    let button = area.with_min_x(area.right() - COPY_WIDTH);
    let can_copy = compared.other.is_some();
    if text_button::show(ui, button, &format!("Copy to {other}"), &about, can_copy) {
        source.set_compared(Compared {
            other: Some(Arc::new(Tuned {
                macros: Arc::clone(&snapshot.macros),
                preset: Arc::clone(&snapshot.preset),
                settings: snapshot.settings,
            })),
            ..compared.clone()
        });
    }
}
