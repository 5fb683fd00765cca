//! The strip that shows how much of the model's window has been heard.

use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Color32, Painter, Pos2, Rect, Ui, pos2, vec2};

use super::{compare, theme, undo};
use crate::core::settings::Mode;
use crate::core::surroundings::Track;
use crate::core::view::Snapshot;

/// Height of the strip, in points.
pub const HEIGHT: f32 = 36.0;

/// Most room for the name of the track, in points.
const TRACK_WIDTH: f32 = 110.0;

/// Draws the strip into `area`.
pub fn show(ui: &Ui, area: Rect, snapshot: &Snapshot) {
    let painter = ui.painter();
    let window = snapshot.window_seconds();
    let filled = if window > 0.0 {
        (snapshot.seconds_heard / window).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let track = Rect::from_min_size(area.min, vec2(area.width(), 2.0));
    let bar = Rect::from_min_size(area.min, vec2(area.width() * filled, 2.0));
    painter.rect_filled(track, 0.0, theme::line());
    painter.rect_filled(bar, 0.0, theme::accent().gamma_multiply(0.8));

    let area = area.shrink2(vec2(theme::MARGIN, 0.0));
    let line = area.center().y + 3.0;
    let (text, colour) = counters(snapshot);
    let counted = painter.text(
        pos2(area.right() - undo::WIDTH - compare::WIDTH - 24.0, line),
        Align2::RIGHT_CENTER,
        text,
        theme::regular(12.0),
        colour,
    );
    let left = track_line(painter, pos2(area.left(), line), &snapshot.track);
    let job = LayoutJob {
        wrap: TextWrapping::truncate_at_width((counted.left() - 12.0 - left).max(0.0)),
        ..LayoutJob::simple_singleline(
            what_is_heard(snapshot),
            theme::regular(12.0),
            theme::text_soft(),
        )
    };
    let galley = painter.layout_job(job);
    let at = pos2(left, line - galley.size().y / 2.0);
    painter.galley(at, galley, theme::text_soft());
}

/// Draws the host's name and colour of the track at `at`, if it has them. Returns where they end.
fn track_line(painter: &Painter, at: Pos2, track: &Track) -> f32 {
    let mut left = at.x;
    if let Some([r, g, b]) = track.colour {
        let middle = pos2(left + 4.0, at.y);
        let colour = Color32::from_rgb(r, g, b);
        painter.circle_filled(middle, 4.0, colour);
        left += 14.0;
    }
    if track.name.is_empty() {
        return left;
    }
    let galley = painter.layout_job(LayoutJob {
        wrap: TextWrapping::truncate_at_width(TRACK_WIDTH),
        ..LayoutJob::simple_singleline(track.name.clone(), theme::medium(12.0), theme::text())
    });
    let top = at.y - galley.size().y / 2.0;
    let width = galley.size().x;
    painter.galley(pos2(left, top), galley, theme::text());
    left + width + 12.0
}

fn what_is_heard(snapshot: &Snapshot) -> String {
    let window = snapshot.window_seconds();
    let heard = snapshot.seconds_heard;
    if snapshot.settings.bypass {
        "Bypassed: the signal passes, and nothing is analysed".to_owned()
    } else if snapshot.settings.mode == Mode::Follow {
        "Following the host’s automation".to_owned()
    } else if window <= 0.0 {
        String::new()
    } else if !snapshot.active {
        "The host has switched the plugin off".to_owned()
    } else if heard <= 0.0 {
        format!("Waiting for sound · the model hears {window:.1} s at once")
    } else if heard + 0.05 < window {
        format!("{heard:.1} of {window:.1} s heard")
    } else {
        format!("The last {window:.1} s")
    }
}

fn counters(snapshot: &Snapshot) -> (String, egui::Color32) {
    if snapshot.dropped_samples > 0 {
        let text = format!(
            "{} samples were missed: the computer is too busy",
            snapshot.dropped_samples
        );
        return (text, theme::warning());
    }
    let mut text = match snapshot.updates {
        0 => String::new(),
        1 => "1 update".to_owned(),
        updates => format!("{updates} updates"),
    };
    if snapshot.late_updates > 0 {
        text += &format!(" · {} late", snapshot.late_updates);
    }
    (text, theme::text_faint())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::test_snapshot::snapshot_of;

    #[test]
    fn the_strip_says_how_far_the_window_is_filled() {
        let mut snapshot = snapshot_of(&["jazz"]);
        snapshot.active = true;
        snapshot.seconds_heard = 12.34;
        assert_eq!(what_is_heard(&snapshot), "12.3 of 29.0 s heard");
        snapshot.seconds_heard = 29.008;
        assert_eq!(what_is_heard(&snapshot), "The last 29.0 s");
        snapshot.settings.mode = Mode::Follow;
        assert_eq!(what_is_heard(&snapshot), "Following the host’s automation");
    }

    #[test]
    fn dropped_samples_are_mentioned() {
        let mut snapshot = snapshot_of(&["jazz"]);
        snapshot.updates = 7;
        assert_eq!(counters(&snapshot).0, "7 updates");
        snapshot.late_updates = 2;
        assert_eq!(counters(&snapshot).0, "7 updates · 2 late");
        snapshot.dropped_samples = 64;
        assert_eq!(counters(&snapshot).1, theme::warning());
    }
}
