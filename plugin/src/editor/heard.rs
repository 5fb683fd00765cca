//! The strip that shows how much of the model's window has been heard.

use egui::{Align2, Rect, Ui, pos2, vec2};

use super::{theme, undo};
use crate::core::settings::Mode;
use crate::core::view::Snapshot;

/// Height of the strip, in points.
pub const HEIGHT: f32 = 36.0;

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
    painter.text(
        pos2(area.left(), line),
        Align2::LEFT_CENTER,
        what_is_heard(snapshot),
        theme::regular(12.0),
        theme::text_soft(),
    );
    let (text, colour) = counters(snapshot);
    painter.text(
        pos2(area.right() - undo::WIDTH, line),
        Align2::RIGHT_CENTER,
        text,
        theme::regular(12.0),
        colour,
    );
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
