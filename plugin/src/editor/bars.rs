//! The tags as horizontal bars, the strongest on top.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Align, Align2, Color32, Rect, ScrollArea, Sense, Ui, pos2, vec2};

use super::motion::{Bar, Motion};
use super::theme;

/// Height of a row, in points.
const ROW_HEIGHT: f32 = 25.0;
/// Thickness of a bar, in points.
const THICKNESS: f32 = 9.0;
/// Width of the names, in points, where there is room.
const NAME_WIDTH: f32 = 156.0;
/// Width of the percentages, in points.
const PERCENT_WIDTH: f32 = 54.0;

/// Draws `motion`'s bars of `tags` into the rest of `ui`. `dimmed` bars are not of this moment.
pub fn show(ui: &mut Ui, tags: &[String], motion: &Motion, dimmed: bool) {
    ScrollArea::vertical()
        .id_salt("tags")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            let size = vec2(ui.available_width(), ROW_HEIGHT * tags.len() as f32);
            let (area, _) = ui.allocate_exact_size(size, Sense::hover());
            if dimmed {
                ui.set_opacity(0.45);
            }
            // A tag that rises slides over those it overtakes.
            for (tag, bar) in motion.bars().rev() {
                let top = area.top() + bar.row * ROW_HEIGHT;
                let row =
                    Rect::from_min_size(pos2(area.left(), top), vec2(area.width(), ROW_HEIGHT));
                if let Some(name) = tags.get(tag)
                    && ui.is_rect_visible(row)
                {
                    show_row(ui, row, name, bar);
                }
            }
        });
}

fn show_row(ui: &Ui, row: Rect, name: &str, bar: Bar) {
    let painter = ui.painter();
    if bar.row.fract() != 0.0 {
        painter.rect_filled(row, 0.0, theme::BACKGROUND);
    }
    let value = bar.value.clamp(0.0, 1.0);
    let text = text_colour(value);
    let name_width = NAME_WIDTH.min(row.width() * 0.3);

    let names = Rect::from_min_size(row.min, vec2(name_width, row.height()));
    show_name(ui, names, name, text);

    let track = Rect::from_x_y_ranges(
        names.right() + 12.0..=row.right() - PERCENT_WIDTH - 14.0,
        row.center().y - THICKNESS / 2.0..=row.center().y + THICKNESS / 2.0,
    );
    painter.rect_filled(track, THICKNESS / 2.0, theme::CONTROL);
    // Shorter than its own rounding a bar would be a splinter: it fades in as a dot instead.
    let length = (track.width() * value).max(THICKNESS);
    let presence = (track.width() * value / THICKNESS).min(1.0);
    let filled = Rect::from_min_size(track.min, vec2(length, THICKNESS));
    let colour = theme::bar(value).gamma_multiply(presence);
    painter.rect_filled(filled, THICKNESS / 2.0, colour);

    painter.text(
        pos2(row.right() - 10.0, row.center().y),
        Align2::RIGHT_CENTER,
        percent(value),
        theme::regular(13.5),
        text,
    );
}

/// Draws a tag's name and, fainter, its group into `area`, cut off where they are too long.
fn show_name(ui: &Ui, area: Rect, tag: &str, colour: Color32) {
    let (name, group) = name_and_group(tag);
    let format = |size, color| TextFormat {
        valign: Align::BOTTOM,
        ..TextFormat::simple(theme::regular(size), color)
    };
    let mut job = LayoutJob::default();
    job.append(name, 0.0, format(14.0, colour));
    if let Some(group) = group {
        job.append(group, 7.0, format(11.0, theme::TEXT_FAINT));
    }
    job.wrap = TextWrapping::truncate_at_width(area.width());
    let galley = ui.painter().layout_job(job);
    let top = area.center().y - galley.size().y / 2.0;
    ui.painter().galley(pos2(area.left(), top), galley, colour);
}

/// Splits tags such as MTG-Jamendo's "genre---jazz".
fn name_and_group(tag: &str) -> (&str, Option<&str>) {
    match tag.split_once("---") {
        Some((group, name)) if !group.is_empty() && !name.is_empty() => (name, Some(group)),
        _ => (tag, None),
    }
}

/// One decimal below ten per cent, none above, so that strong tags stand still.
fn percent(value: f32) -> String {
    let percent = value * 100.0;
    if percent < 9.95 {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.0} %")
    }
}

/// The stronger a tag, the brighter its text.
fn text_colour(value: f32) -> Color32 {
    theme::TEXT_FAINT.lerp_to_gamma(theme::TEXT, (value * 2.5).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_stand_behind_the_names_of_tags() {
        assert_eq!(name_and_group("genre---jazz"), ("jazz", Some("genre")));
        for tag in ["jazz", "lo-fi", "---", "a---", "---b"] {
            assert_eq!(name_and_group(tag), (tag, None));
        }
    }

    #[test]
    fn percentages_keep_their_width_around_ten() {
        for (value, text) in [
            (0.0, "0.0 %"),
            (0.0994, "9.9 %"),
            (0.0996, "10 %"),
            (0.731, "73 %"),
            (1.0, "100 %"),
        ] {
            assert_eq!(percent(value), text);
        }
    }
}
