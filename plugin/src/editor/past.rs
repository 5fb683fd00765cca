//! A tag's last minutes: the history as the editor has read it, and one tag of it as a curve.

use std::sync::Arc;

use egui::{Align2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};
use tagline_engine::{History, Past};

use super::theme;

/// Size of the curve, in points.
const SIZE: (f32, f32) = (260.0, 64.0);

/// What a curve shows, in seconds.
const SECONDS: f64 = 300.0;

/// Updates further apart than this are not joined, in seconds.
const GAP_SECONDS: f64 = 12.0;

/// What a look at a history has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// Nothing.
    Nothing,
    /// More of the same history.
    More,
    /// Another history.
    Another,
}

/// A copy of a history that is brought up to date.
#[derive(Debug, Default)]
pub struct PastOf {
    history: Option<Arc<History>>,
    /// The copy.
    pub past: Past,
}

impl PastOf {
    /// Brings the copy up to date with `history`, which may be another one.
    pub fn read(&mut self, history: Option<Arc<History>>) -> News {
        let is_same = match (&history, &self.history) {
            (Some(now), Some(before)) => Arc::ptr_eq(now, before),
            (None, None) => true,
            _ => false,
        };
        if !is_same {
            self.past = Past::default();
            self.history = history;
        }
        let has_more = |history: &Arc<History>| history.read(&mut self.past);
        match (is_same, self.history.as_ref().is_some_and(has_more)) {
            (false, _) => News::Another,
            (true, true) => News::More,
            (true, false) => News::Nothing,
        }
    }
}

/// Draws a tag's last minutes, if there are any.
pub fn show(ui: &mut Ui, past: &Past, tag: usize, threshold: Option<f32>) {
    let pieces = pieces(past, tag);
    if pieces.is_empty() {
        return;
    }
    ui.add_space(4.0);
    let (area, _) = ui.allocate_exact_size(vec2(SIZE.0, SIZE.1), Sense::hover());
    let painter = ui.painter();
    let plot = area.with_max_y(area.bottom() - 16.0);
    painter.rect_filled(plot, 2.0, theme::background());
    let y = |value: f32| plot.bottom() - 2.0 - (plot.height() - 4.0) * value.clamp(0.0, 1.0);
    if let Some(threshold) = threshold {
        let at = y(threshold);
        let ends = [pos2(plot.left(), at), pos2(plot.right(), at)];
        let stroke = Stroke::new(1.0, theme::text_faint());
        painter.extend(Shape::dashed_line(&ends, stroke, 3.0, 4.0));
    }
    for piece in pieces {
        let place = |(ago, value): (f64, f32)| pos2(x(plot, ago), y(value));
        let line = piece.into_iter().map(place).collect();
        painter.add(Shape::line(line, Stroke::new(1.5, theme::accent())));
    }
    for (align, text, at) in [
        (Align2::LEFT_BOTTOM, "−5 min", area.left_bottom()),
        (Align2::RIGHT_BOTTOM, "now", area.right_bottom()),
    ] {
        painter.text(at, align, text, theme::regular(11.0), theme::text_faint());
    }
}

fn x(plot: Rect, ago: f64) -> f32 {
    plot.right() - plot.width() * (ago / SECONDS) as f32
}

/// Seconds ago and value of each update that is shown, in pieces between which nothing is known.
fn pieces(past: &Past, tag: usize) -> Vec<Vec<(f64, f32)>> {
    let mut pieces: Vec<Vec<(f64, f32)>> = Vec::new();
    let now = past
        .moments
        .back()
        .map_or(0.0, |moment| moment.position_seconds);
    for moment in &past.moments {
        let ago = now - moment.position_seconds;
        let Some(value) = moment.probabilities.get(tag).filter(|_| ago <= SECONDS) else {
            continue;
        };
        let last = pieces.last().and_then(|piece| piece.last());
        let goes_on = last.is_some_and(|(before, _)| (0.0..GAP_SECONDS).contains(&(before - ago)));
        if !goes_on {
            pieces.push(Vec::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push((ago, *value));
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use tagline_engine::{Moment, Transport};

    use super::*;

    #[test]
    fn a_curve_has_the_last_minutes_and_a_gap_where_nothing_was_heard() {
        let history = Arc::new(History::default());
        for second in (0..500_u16).filter(|second| !(300..400).contains(second)) {
            history.push(Moment {
                position_seconds: second.into(),
                seconds_heard: 3.0,
                transport: Transport::default(),
                begins: false,
                probabilities: [0.5, f32::from(second) / 1_000.0].into(),
            });
        }
        let mut past = PastOf::default();
        assert_eq!(past.read(Some(Arc::clone(&history))), News::Another);
        assert_eq!(past.read(Some(history)), News::Nothing);
        let pieces = super::pieces(&past.past, 1);
        assert_eq!(pieces.len(), 2);
        assert_eq!(
            (pieces[0][0], pieces[1][99]),
            ((300.0, 0.199), (0.0, 0.499))
        );
        assert_eq!(past.read(None), News::Another);
        assert!(super::pieces(&past.past, 1).is_empty());
    }
}
