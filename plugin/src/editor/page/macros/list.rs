//! All macros, with what they listen to, what they feed and where they stand.

use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, CursorIcon, Rect, Role, ScrollArea, Sense, Ui, pos2, vec2};

use super::feeds;
use crate::core::macros::{MACROS, Source};
use crate::core::params::id::FIRST_MACRO;
use crate::core::view::{EditorSource, Snapshot};
use crate::editor::{focus, parameter, theme};

/// Height of a macro's row, in points.
const ROW_HEIGHT: f32 = 45.0;

/// Draws the list. Returns the macro that was clicked.
pub fn show(
    ui: &mut Ui,
    snapshot: &Snapshot,
    chosen: usize,
    source: &dyn EditorSource,
) -> Option<usize> {
    ui.add_space(8.0);
    let mut clicked = None;
    ScrollArea::vertical()
        .id_salt("macros")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 3.0;
            for index in 0..MACROS {
                if row(ui, snapshot, (index, index == chosen), source) {
                    clicked = Some(index);
                }
            }
        });
    clicked
}

fn row(
    ui: &mut Ui,
    snapshot: &Snapshot,
    (index, is_chosen): (usize, bool),
    source: &dyn EditorSource,
) -> bool {
    let described = &snapshot.macros[index];
    let size = vec2(ui.available_width(), ROW_HEIGHT);
    let (area, response) = ui.allocate_exact_size(size, Sense::click());
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    let painter = ui.painter();
    let fill = match (is_chosen, response.hovered()) {
        (true, _) => theme::control(),
        (false, true) => theme::surface(),
        (false, false) => theme::background(),
    };
    painter.rect_filled(area, theme::RADIUS, fill);
    let inside = area.shrink2(vec2(10.0, 5.0));
    let is_off = described.source == Source::Off;
    let (title, value) = if is_off {
        (theme::text_faint(), 0.0)
    } else {
        (theme::text(), snapshot.macro_values[index])
    };
    let number = if is_off {
        "off".to_owned()
    } else {
        format!("{:.0} %", value * 100.0)
    };
    let shown = painter.text(
        inside.right_top(),
        Align2::RIGHT_TOP,
        number,
        theme::regular(12.0),
        theme::text_soft(),
    );
    let left = Rect::from_min_max(inside.min, pos2(shown.left() - 8.0, inside.bottom()));
    painter.with_clip_rect(left.intersect(ui.clip_rect())).text(
        inside.left_top(),
        Align2::LEFT_TOP,
        described.title(index),
        theme::medium(13.5),
        title,
    );
    if !is_off {
        let below = Rect::from_min_max(
            pos2(inside.left(), inside.top() + 15.0),
            pos2(inside.right(), inside.bottom() - 6.0),
        );
        let mut job = LayoutJob::simple_singleline(
            feeds::in_short(described),
            theme::regular(11.0),
            theme::text_soft(),
        );
        job.wrap = TextWrapping::truncate_at_width(below.width());
        let galley = painter.layout_job(job);
        painter.galley(below.min, galley, theme::text_soft());
    }
    let track = Rect::from_min_max(
        pos2(inside.left(), inside.bottom() - 4.0),
        pos2(inside.right(), inside.bottom()),
    );
    let empty = if is_chosen {
        theme::control_hovered()
    } else {
        theme::control()
    };
    painter.rect_filled(track, 2.5, empty);
    if value > 0.0 {
        let bar = track.with_max_x(egui::lerp(track.x_range().min..=track.x_range().max, value));
        painter.rect_filled(bar, 2.5, theme::bar(value));
    }
    let kind = (Role::RadioButton, is_chosen);
    focus::name_selected(ui, &response, kind, &described.title(index));
    focus::ring(ui, &response);
    let id = FIRST_MACRO + index as u32;
    let response = parameter::attach(ui, response, id, snapshot, source);
    response.clicked()
}
