//! The taggram itself: names on the left, time across, and on the right the values of one moment.

use egui::{
    Align2, Color32, ColorImage, CursorIcon, EventFilter, Key, Painter, Rect, Response, Role,
    Sense, Stroke, TextureHandle, TextureOptions, Ui, pos2,
};
use tagline_taggram::{Timeline, colour, strongest};

use super::axis::{self, Range, Tick, clock};
use super::line::{Line, Order, jumps};
use super::sections;
use crate::core::view::Snapshot;
use crate::editor::bars::{percent, shown_name, text_colour};
use crate::editor::{focus, theme};

/// Height of a tag's row, in points.
const ROW_HEIGHT: f32 = 18.0;

/// Room for the names and for the values, in points.
const NAMES_WIDTH: f32 = 136.0;
const VALUES_WIDTH: f32 = 54.0;

/// Height of the marks above the picture, and of the two axes below it, in points.
const MARKS_HEIGHT: f32 = 18.0;
const AXES_HEIGHT: f32 = 36.0;

/// Most pixels across.
const MOST_PIXELS: usize = 4_096;

/// A click so near the inspected moment lets it go, in points.
const NEAR: f32 = 4.0;

/// The rows are chosen again after so many drawings of new updates, so that they do not dance.
const KEEPS_ROWS: u32 = 8;

/// What is drawn.
pub struct View<'a> {
    pub line: &'a Line,
    pub order: Order,
    /// Length of the part that is seen; the newest.
    pub span_seconds: f64,
    /// The moment whose values are shown.
    pub inspected: Option<f64>,
    /// Whether anything but the pointer has changed since the last drawing.
    pub is_new: bool,
}

/// The picture, kept from frame to frame.
#[derive(Default)]
pub struct Map {
    texture: Option<TextureHandle>,
    /// Tags from top to bottom.
    rows: Vec<usize>,
    /// Width and rows for which the picture was made, and the length of the part.
    made_for: (usize, usize, f64),
    rows_kept: u32,
    /// Where sections begin, and where the song jumps, in seconds of the line.
    changes: Vec<f64>,
    breaks: Vec<f64>,
}

impl Map {
    /// Draws the picture into `area`. Returns the moment that was clicked, `Some(None)` for the newest.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        area: Rect,
        snapshot: &Snapshot,
        view: &View<'_>,
    ) -> Option<Option<f64>> {
        let picture = Rect::from_min_max(
            pos2(area.left() + NAMES_WIDTH, area.top() + MARKS_HEIGHT),
            pos2(area.right() - VALUES_WIDTH, area.bottom() - AXES_HEIGHT),
        );
        let room = (picture.height() / ROW_HEIGHT).floor().max(1.0) as usize;
        let rows = view.line.rows();
        let timeline = Timeline::new(&view.line.positions_seconds, &rows);
        let range = range(view, &timeline, picture.width());
        let pixels = (picture.width() * ui.pixels_per_point()).round() as usize;
        let wanted = (pixels.clamp(1, MOST_PIXELS), room, view.span_seconds);
        if view.is_new || wanted != self.made_for || self.texture.is_none() {
            self.choose_rows(view, &timeline, snapshot.tags().len(), room, wanted);
            self.mark(view, &rows);
            self.draw(ui, &timeline, range, wanted.0);
            self.made_for = wanted;
        }
        let height = ROW_HEIGHT * self.rows.len() as f32;
        let picture = picture.with_max_y(picture.top() + height);
        self.paint(ui, picture);
        let x = |seconds: f64| {
            picture.left() + ((seconds - range.start) as f32) * range.points_a_second
        };
        self.paint_marks(ui.painter(), picture, x);
        paint_axes(ui.painter(), picture, view, range, x);
        let values = view.inspected.or(Some(range.end));
        let values = values.map(|at| timeline.between(at, at));
        self.paint_texts(ui, picture, snapshot, |tag| {
            values.clone().and_then(|at| timeline.mean(at, tag))
        });
        paint_moment(ui.painter(), picture, view, x);
        self.pointer(ui, picture, snapshot, (view, range, &timeline))
    }

    fn choose_rows(
        &mut self,
        view: &View<'_>,
        timeline: &Timeline<'_>,
        tags: usize,
        room: usize,
        wanted: (usize, usize, f64),
    ) {
        self.rows_kept += 1;
        let is_due = self.rows_kept >= KEEPS_ROWS || self.rows.len() != room.min(tags);
        if is_due || wanted != self.made_for || view.line.moments.len() < 2 {
            self.rows = strongest(timeline, tags, room);
            self.rows_kept = 0;
        }
    }

    fn mark(&mut self, view: &View<'_>, rows: &[&[f32]]) {
        let at = |index: usize| view.line.positions_seconds[index];
        self.changes = sections::changes(rows).into_iter().map(at).collect();
        let pairs = view.line.moments.windows(2).enumerate();
        let breaks = pairs.filter_map(|(index, pair)| match pair {
            [Some(before), Some(after)] if jumps(before, after) => Some(at(index + 1)),
            _ => None,
        });
        self.breaks = match view.order {
            Order::Heard => breaks.collect(),
            Order::Song => Vec::new(),
        };
    }

    fn draw(&mut self, ui: &Ui, timeline: &Timeline<'_>, range: Range, width: usize) {
        let height = self.rows.len().max(1);
        let mut pixels = vec![theme::surface(); width * height];
        let seconds_a_pixel = (range.end - range.start) / width as f64;
        for column in 0..width {
            let start = range.start + column as f64 * seconds_a_pixel;
            let updates = timeline.between(start, start + seconds_a_pixel);
            for (row, &tag) in self.rows.iter().enumerate() {
                if let Some(value) = timeline.mean(updates.clone(), tag) {
                    let [r, g, b] = colour(value);
                    pixels[row * width + column] = Color32::from_rgb(r, g, b);
                }
            }
        }
        let image = ColorImage::new([width, height], pixels);
        match &mut self.texture {
            Some(texture) => texture.set(image, TextureOptions::NEAREST),
            none => {
                let made = ui
                    .ctx()
                    .load_texture("taggram", image, TextureOptions::NEAREST);
                *none = Some(made);
            }
        }
    }

    fn paint(&self, ui: &Ui, picture: Rect) {
        let Some(texture) = &self.texture else {
            return;
        };
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter()
            .image(texture.id(), picture, whole, Color32::WHITE);
        for row in 1..self.rows.len() {
            let y = picture.top() + row as f32 * ROW_HEIGHT;
            ui.painter()
                .hline(picture.x_range(), y, (1.0, theme::background()));
        }
    }

    fn paint_marks(&self, painter: &Painter, picture: Rect, x: impl Fn(f64) -> f32) {
        let seen = |at: f32| picture.x_range().expand(0.5).contains(at);
        for at in self.breaks.iter().map(|at| x(*at)).filter(|at| seen(*at)) {
            let ends = [pos2(at, picture.top() - 4.0), pos2(at, picture.bottom())];
            let line = Stroke::new(1.0, theme::text());
            painter.extend(egui::Shape::dashed_line(&ends, line, 4.0, 4.0));
        }
        for at in self.changes.iter().map(|at| x(*at)).filter(|at| seen(*at)) {
            let (top, half) = (picture.top() - 9.0, 5.0);
            let corners = vec![
                pos2(at - half, top),
                pos2(at + half, top),
                pos2(at, top + 7.0),
            ];
            let fill = egui::Shape::convex_polygon(corners, theme::accent(), Stroke::NONE);
            painter.add(fill);
        }
    }

    fn paint_texts(
        &self,
        ui: &Ui,
        picture: Rect,
        snapshot: &Snapshot,
        value: impl Fn(usize) -> Option<f32>,
    ) {
        let names = Rect::from_min_max(
            pos2(picture.left() - NAMES_WIDTH, picture.top()),
            pos2(picture.left() - 12.0, picture.bottom()),
        );
        let painter = ui.painter();
        for (row, &tag) in self.rows.iter().enumerate() {
            let y = picture.top() + (row as f32 + 0.5) * ROW_HEIGHT;
            let value = value(tag);
            let ink = text_colour(value.unwrap_or(0.0));
            let name = snapshot
                .tags()
                .get(tag)
                .map_or("", |tag| shown_name(snapshot, tag));
            painter.with_clip_rect(names).text(
                pos2(names.left(), y),
                Align2::LEFT_CENTER,
                name,
                theme::regular(13.0),
                ink,
            );
            painter.text(
                pos2(picture.right() + VALUES_WIDTH, y),
                Align2::RIGHT_CENTER,
                value.map_or_else(|| "–".to_owned(), percent),
                theme::regular(12.5),
                ink,
            );
        }
    }

    /// Explains what the pointer is over. Returns what it has clicked.
    fn pointer(
        &self,
        ui: &mut Ui,
        picture: Rect,
        snapshot: &Snapshot,
        (view, range, timeline): (&View<'_>, Range, &Timeline<'_>),
    ) -> Option<Option<f64>> {
        let response = ui.interact(picture, ui.scope_id().with("taggram"), Sense::click());
        let response = response.on_hover_cursor(CursorIcon::Crosshair);
        focus::name(ui, &response, Role::Slider, "The moment that is inspected");
        focus::ring(ui, &response);
        if let Some(moment) = step_with_keys(ui, &response, view) {
            return Some(moment);
        }
        let at = response.hover_pos().or(response.interact_pointer_pos())?;
        let seconds = range.start + f64::from((at.x - picture.left()) / range.points_a_second);
        if response.clicked() {
            let is_near =
                |shown: f64| ((shown - seconds) as f32).abs() * range.points_a_second <= NEAR;
            let lets_go = view.inspected.is_some_and(is_near);
            return Some((!lets_go).then_some(seconds));
        }
        let row = ((at.y - picture.top()) / ROW_HEIGHT).floor().max(0.0) as usize;
        let tag = self.rows.get(row).copied();
        if let Some((tag, name)) = tag.and_then(|tag| Some((tag, snapshot.tags().get(tag)?))) {
            let value = timeline.mean(timeline.between(seconds, seconds), tag);
            let value = value.map_or_else(|| "not known".to_owned(), percent);
            let when = when(view, seconds, range);
            response.on_hover_text_at_pointer(format!("{name}: {value}\n{when}"));
        }
        None
    }
}

/// The moment before or after the one that is inspected, if the arrow keys ask for one; beyond the newest there
/// is none.
fn step_with_keys(ui: &Ui, response: &Response, view: &View<'_>) -> Option<Option<f64>> {
    if !response.has_focus() {
        return None;
    }
    let arrows = EventFilter {
        horizontal_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    let pressed = |key| ui.input(|input| input.num_presses(key)) as isize;
    let steps = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
    if steps == 0 {
        return None;
    }
    stepped(&view.line.positions_seconds, view.inspected, steps)
}

/// The moment so many updates after the one that is inspected, or before it.
fn stepped(positions: &[f64], inspected: Option<f64>, steps: isize) -> Option<Option<f64>> {
    let newest = positions.len().checked_sub(1)?;
    let shown = inspected.map_or(newest, |shown| {
        let begun = positions.partition_point(|at| *at < shown);
        begun.saturating_sub(1)
    });
    let wanted = shown.saturating_add_signed(steps).min(newest);
    // An update is in force from just after its position on.
    Some((wanted < newest).then(|| positions[wanted].next_up()))
}

/// The part of the line that is seen.
fn range(view: &View<'_>, timeline: &Timeline<'_>, width: f32) -> Range {
    let end = timeline.end_seconds();
    let first = view.line.positions_seconds.first().copied().unwrap_or(0.0);
    let start = if view.span_seconds.is_finite() {
        end - view.span_seconds
    } else {
        first.min(end - 1.0)
    };
    Range {
        start,
        end,
        points_a_second: width / (end - start) as f32,
    }
}

fn paint_axes(
    painter: &Painter,
    picture: Rect,
    view: &View<'_>,
    range: Range,
    x: impl Fn(f64) -> f32,
) {
    let labels = |ticks: Vec<Tick>, y: f32, ink: Color32| {
        for Tick { seconds, label } in ticks {
            let at = x(seconds);
            let tick = picture.bottom() + 1.0..=picture.bottom() + 5.0;
            painter.vline(at, tick, (1.0, theme::text_faint()));
            let font = theme::regular(11.0);
            let half = painter
                .layout_no_wrap(label.clone(), font.clone(), ink)
                .size()
                .x
                / 2.0;
            let inside = at.clamp(picture.left() + half, picture.right() - half);
            painter.text(pos2(inside, y), Align2::CENTER_TOP, label, font, ink);
        }
    };
    let (line, order) = (view.line, view.order);
    let seconds = axis::seconds(line, order, range);
    labels(seconds, picture.bottom() + 6.0, theme::text_soft());
    let bars = axis::bars(line, order, range);
    let names = picture.left() - 12.0;
    for (text, line, shown) in [("time", 0.0, true), ("bar", 14.0, !bars.is_empty())] {
        if shown {
            let at = pos2(names, picture.bottom() + 6.0 + line);
            let font = theme::regular(11.0);
            painter.text(at, Align2::RIGHT_TOP, text, font, theme::text_faint());
        }
    }
    labels(bars, picture.bottom() + 20.0, theme::text_faint());
}

/// The line at the inspected moment, and which moment it is.
fn paint_moment(painter: &Painter, picture: Rect, view: &View<'_>, x: impl Fn(f64) -> f32) {
    let title = pos2(picture.right() + VALUES_WIDTH, picture.top() - 4.0);
    let font = theme::regular(11.0);
    let Some(seconds) = view.inspected else {
        painter.text(
            title,
            Align2::RIGHT_BOTTOM,
            "now",
            font,
            theme::text_faint(),
        );
        return;
    };
    let at = x(seconds);
    if picture.x_range().contains(at) {
        let line = picture.top() - 4.0..=picture.bottom();
        painter.vline(at, line.clone(), (3.0, theme::background()));
        painter.vline(at, line, (1.0, theme::text()));
    }
    let text = place(view, seconds).unwrap_or_else(|| clock(seconds));
    painter.text(title, Align2::RIGHT_BOTTOM, text, font, theme::text());
}

/// Where the song stood, as people say it, if that is known.
fn place(view: &View<'_>, seconds: f64) -> Option<String> {
    let transport = view.line.transport_at(seconds, view.order)?;
    let at = transport.seconds.filter(|_| transport.playing)?;
    Some(match transport.bars {
        Some(bars) => format!("{} · bar {:.0}", clock(at), (bars + 1e-6).floor()),
        None => clock(at),
    })
}

/// When something was heard, as people say it.
fn when(view: &View<'_>, seconds: f64, range: Range) -> String {
    let ago = range.end - seconds;
    match (place(view, seconds), view.order) {
        (Some(place), Order::Heard) => format!("{place}, {} ago", clock(ago)),
        (Some(place), Order::Song) => place,
        (None, _) => format!("{} ago", clock(ago)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_go_from_update_to_update_and_beyond_the_newest_to_none() {
        let positions = [3.0, 4.0, 5.0];
        let probabilities: [&[f32]; 3] = [&[0.1], &[0.2], &[0.3]];
        let timeline = Timeline::new(&positions, &probabilities);
        let mut inspected = None;
        let mut seen = Vec::new();
        for step in [-1, -1, -1, 1, 1] {
            inspected = stepped(&positions, inspected, step).expect("updates");
            seen.push(inspected.and_then(|at| timeline.mean(timeline.between(at, at), 0)));
        }
        assert_eq!(seen, [Some(0.2), Some(0.1), Some(0.1), Some(0.2), None]);
        assert_eq!(stepped(&[], None, -1), None);
    }
}
