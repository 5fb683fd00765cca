//! Where in the window a tag is heard: along time above the picture, and over frequency beside it.

use egui::{Align2, Rect, Ui, pos2};
use tagline_engine::{Hearing, WindowPicture};

use crate::core::view::Snapshot;
use crate::editor::theme;

/// Room above the picture, in points.
pub const HEIGHT: f32 = 54.0;

/// Room beside the picture, in points.
pub const WIDTH: f32 = 64.0;

/// Distance between the picture and what stands beside it, in points.
const GAP: f32 = 6.0;

/// Parts whose logit loses less than this on the whole are drawn as if the largest lost so much: noise is not to
/// look like a finding.
const LEAST: f32 = 0.3;

/// How dark the picture becomes where the tag is not heard.
const DARKEST: f32 = 0.6;

/// Draws what is known into the room around `place`, where the picture is.
pub fn show(
    ui: &Ui,
    place: Rect,
    snapshot: &Snapshot,
    (picture, hearing): (&WindowPicture, Option<&Hearing>),
) {
    let above = Rect::from_x_y_ranges(
        place.x_range(),
        place.top() - HEIGHT + 4.0..=place.top() - GAP,
    );
    let beside = Rect::from_x_y_ranges(
        place.right() + GAP..=place.right() + WIDTH - 2.0,
        place.y_range(),
    );
    let painter = ui.painter();
    painter.rect_filled(above, 2.0, theme::surface());
    painter.rect_filled(beside, 2.0, theme::surface());
    let Some(hearing) = hearing else {
        let text = "The network is asked again and again with parts of its window silenced …";
        let (font, ink) = (theme::regular(11.5), theme::text_faint());
        painter.text(above.center(), Align2::CENTER_CENTER, text, font, ink);
        return;
    };
    let frames = snapshot
        .model
        .as_ref()
        .map(|model| model.info.front_end.frames);
    let a_frame = place.width() / frames.unwrap_or(1).max(1) as f32;
    // The picture has moved on since the window that was asked about.
    let x = |frame: u64| place.right() - (picture.end_frame as f32 - frame as f32) * a_frame;
    let most = greatest(&hearing.stretches);
    let (zero, up, down) = axis(&hearing.stretches, above.height());
    let zero_y = above.bottom() - zero;
    let inside = painter.with_clip_rect(above.intersect(ui.clip_rect()));
    let shade = painter.with_clip_rect(place.intersect(ui.clip_rect()));
    for (index, lost) in hearing.stretches.iter().enumerate() {
        let range = hearing.stretch(index);
        let xs = x(range.start)..=x(range.end);
        let share = lost / most;
        let bar = Rect::from_x_y_ranges(
            xs.start() + 0.5..=xs.end() - 0.5,
            height(zero_y, share, up, down),
        );
        inside.rect_filled(bar, 1.0, ink(share));
        let dark = theme::background().gamma_multiply(DARKEST * (1.0 - share.clamp(0.0, 1.0)));
        shade.rect_filled(Rect::from_x_y_ranges(xs, place.y_range()), 0.0, dark);
    }
    inside.hline(above.x_range(), zero_y, (1.0, theme::text_faint()));

    let most = greatest(&hearing.bands);
    let (zero, up, down) = axis(&hearing.bands, beside.width());
    let zero_x = beside.left() + zero;
    let a_band = beside.height() / hearing.bands.len().max(1) as f32;
    for (index, lost) in hearing.bands.iter().enumerate() {
        let share = lost / most;
        let bottom = beside.bottom() - index as f32 * a_band;
        let end = zero_x
            + if share >= 0.0 {
                share * up
            } else {
                share * down
            };
        let bar = Rect::from_x_y_ranges(
            zero_x.min(end)..=zero_x.max(end),
            bottom - a_band + 1.0..=bottom - 1.0,
        );
        painter.rect_filled(bar, 1.0, ink(share));
    }
    painter.vline(zero_x, beside.y_range(), (1.0, theme::text_faint()));
    legend(ui, above);
}

/// Says what the colours mean.
fn legend(ui: &Ui, above: Rect) {
    let painter = ui.painter();
    let mut top = above.top() + 3.0;
    for (text, colour) in [("for it", theme::accent()), ("against", theme::input())] {
        let at = pos2(above.left() - 8.0, top);
        let drawn = painter.text(at, Align2::RIGHT_TOP, text, theme::regular(11.0), colour);
        top = drawn.bottom() + 4.0;
    }
}

fn greatest(parts: &[f32]) -> f32 {
    parts.iter().map(|lost| lost.abs()).fold(LEAST, f32::max)
}

/// Where 0 stands, from the end at which what speaks against the tag begins, and how long the greatest value is
/// on either side of it.
fn axis(parts: &[f32], length: f32) -> (f32, f32, f32) {
    let most = greatest(parts);
    let least = parts.iter().copied().fold(0.0, f32::min);
    let zero = length * (-least / (most - least)).clamp(0.1, 0.5);
    let up = length - zero - 3.0;
    let down = zero - 2.0;
    (zero, up, down)
}

fn height(zero_y: f32, share: f32, up: f32, down: f32) -> std::ops::RangeInclusive<f32> {
    if share >= 0.0 {
        zero_y - share * up..=zero_y
    } else {
        zero_y..=zero_y - share * down
    }
}

fn ink(share: f32) -> egui::Color32 {
    if share >= 0.0 {
        theme::accent()
    } else {
        theme::input()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stay_in_their_room_whatever_speaks_for_and_against() {
        for parts in [
            &[0.1, 0.02][..],
            &[3.0, -0.1],
            &[-2.0, -4.0],
            &[1.0, -9.0],
            &[],
        ] {
            let (zero, up, down) = axis(parts, 44.0);
            assert!(zero > 0.0 && zero + up <= 44.0 && down < zero, "{parts:?}");
            let most = greatest(parts);
            for lost in parts {
                let bar = height(44.0 - zero, lost / most, up, down);
                assert!(
                    *bar.start() >= 0.0 && *bar.end() <= 44.0,
                    "{parts:?}: {bar:?}"
                );
            }
        }
    }
}
