//! A macro's live curve: what goes in, and what comes out.

use egui::{Align2, Painter, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::traces::{KEPT_SECONDS, Point, Traces};
use crate::core::macros::{Macro, Source};
use crate::editor::theme;

/// Height of the curve, in points.
const HEIGHT: f32 = 84.0;

/// Room for the numbers on the right, in points.
const NUMBERS: f32 = 62.0;

/// Draws the curve of a macro across `ui`.
pub fn show(ui: &mut Ui, traces: &Traces, index: usize, described: &Macro) {
    let size = vec2(ui.available_width(), HEIGHT);
    let (area, _) = ui.allocate_exact_size(size, Sense::hover());
    let painter = ui.painter_at(area);
    painter.rect_filled(area, theme::RADIUS, theme::surface());
    if described.source == Source::Off {
        let text = "Choose a source below, and its curve runs here.";
        let font = theme::regular(12.0);
        painter.text(
            area.center(),
            Align2::CENTER_CENTER,
            text,
            font,
            theme::text_faint(),
        );
        return;
    }
    let plot = area.shrink2(vec2(8.0, 8.0));
    let plot = plot.with_max_x(plot.right() - NUMBERS);
    for share in [0.0, 0.5, 1.0] {
        painter.hline(plot.x_range(), y(plot, share), (1.0, theme::line()));
    }
    if let Some(threshold) = described.threshold {
        let at = y(plot, threshold as f32 / 100.0);
        let ends = [pos2(plot.left(), at), pos2(plot.right(), at)];
        let stroke = Stroke::new(1.0, theme::text_faint());
        painter.extend(Shape::dashed_line(&ends, stroke, 4.0, 4.0));
    }
    let now = traces.now();
    let pieces = traces.source(index);
    for piece in &pieces {
        line(
            &painter,
            plot,
            now,
            piece,
            Stroke::new(1.25, theme::input()),
        );
    }
    let values = traces.value(index);
    line(
        &painter,
        plot,
        now,
        &values,
        Stroke::new(1.75, theme::accent()),
    );
    let ago = format!("−{KEPT_SECONDS:.0} s");
    let font = theme::regular(10.5);
    painter.text(
        plot.left_bottom(),
        Align2::LEFT_BOTTOM,
        ago,
        font,
        theme::text_faint(),
    );
    let source = pieces.last().and_then(|piece| piece.last());
    numbers(&painter, area, source, values.last());
}

fn numbers(painter: &Painter, area: Rect, source: Option<&Point>, value: Option<&Point>) {
    let rows = [
        ("in", source, theme::input()),
        ("out", value, theme::accent()),
    ];
    for (row, (name, point, ink)) in rows.into_iter().enumerate() {
        let number = point.map_or_else(
            || "–".to_owned(),
            |(_, value)| format!("{:.0} %", value * 100.0),
        );
        let top = area.top() + 10.0 + 34.0 * row as f32;
        let at = |offset: f32| pos2(area.right() - 12.0, top + offset);
        painter.text(
            at(0.0),
            Align2::RIGHT_TOP,
            name,
            theme::regular(11.0),
            theme::text_soft(),
        );
        painter.text(
            at(12.0),
            Align2::RIGHT_TOP,
            number,
            theme::regular(14.0),
            ink,
        );
    }
}

fn y(plot: Rect, share: f32) -> f32 {
    plot.bottom() - plot.height() * share.clamp(0.0, 1.0)
}

fn line(painter: &Painter, plot: Rect, now: f64, points: &[Point], stroke: Stroke) {
    let place = |(seconds, value): &Point| {
        let ago = ((now - seconds) / KEPT_SECONDS) as f32;
        pos2(plot.right() - plot.width() * ago, y(plot, *value))
    };
    match points {
        [] => {}
        [only] => {
            let Stroke { width, color } = stroke;
            painter.circle_filled(place(only), width, color);
        }
        _ => {
            painter.add(Shape::line(points.iter().map(place).collect(), stroke));
        }
    }
}
