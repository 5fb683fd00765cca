//! The page of time: the tags of the last minutes as a picture, and its files.

mod axis;
mod line;
mod map;
mod sections;

use std::time::{Duration, Instant};

use egui::{Align, Layout, Rect, RichText, Ui, UiBuilder};
use tagline_engine::Backend;

use self::line::{Line, Order};
use self::map::{Map, View};
use crate::core::export::{Export, ExportKind};
use crate::core::view::{EditorSource, Snapshot};
use crate::editor::past::{News, PastOf};
use crate::editor::{message, segmented, theme};

/// Height of the row of controls, in points.
const STRIP_HEIGHT: f32 = 46.0;

/// Height of the line below the picture, in points.
const LINE_HEIGHT: f32 = 24.0;

/// The minutes that can be seen, in seconds.
const SPANS: [(&str, f64); 3] = [("1 min", 60.0), ("5 min", 300.0), ("All", f64::INFINITY)];

/// What was done is said for so long.
const SAID_FOR: Duration = Duration::from_secs(20);

/// What stands below the picture while there is nothing to say.
const HINT: &str = "Click into the picture to see the values of that moment on the right.";

/// The page's state.
#[derive(Default)]
pub struct TimePage {
    past: PastOf,
    line: Line,
    order: Order,
    span: usize,
    /// The moment whose values are shown, in seconds of the line; the newest if there is none.
    inspected: Option<f64>,
    map: Map,
    said: Option<(String, Instant)>,
}

impl TimePage {
    /// Draws the page into `ui`.
    pub fn show(&mut self, ui: &mut Ui, snapshot: &Snapshot, source: &dyn EditorSource) {
        let is_new = self.read(source);
        let (strip, rest) = {
            let area = ui.max_rect();
            area.split_top_bottom_at_y(area.top() + STRIP_HEIGHT)
        };
        let (picture, below) = rest.split_top_bottom_at_y(rest.bottom() - LINE_HEIGHT);
        let mut strip = ui.new_child(UiBuilder::new().max_rect(strip).id_salt("time"));
        let has_changed = self.controls(&mut strip, snapshot);
        if is_new || has_changed {
            self.line = Line::of(&self.past.past.moments, self.order);
        }
        if self.line.moments.is_empty() {
            let (title, text) = match self.order {
                _ if self.past.past.moments.is_empty() => (
                    "Nothing has been heard yet",
                    "The tags of the last quarter of an hour will be drawn here.",
                ),
                Order::Heard => ("Nothing has been heard yet", ""),
                Order::Song => (
                    "No song has been heard yet",
                    "Start the host's transport, or choose \"As heard\".",
                ),
            };
            message::alone(ui, picture, title, text);
            return;
        }
        let view = View {
            line: &self.line,
            order: self.order,
            span_seconds: SPANS[self.span].1,
            inspected: self.inspected,
            is_new: is_new || has_changed,
        };
        if let Some(clicked) = self.map.show(ui, picture, snapshot, &view) {
            self.inspected = clicked;
        }
        self.below(ui, below);
    }

    /// Brings the past up to date. Returns whether it is another one.
    fn read(&mut self, source: &dyn EditorSource) -> bool {
        let news = self.past.read(source.history());
        if news == News::Another {
            self.inspected = None;
        }
        news != News::Nothing
    }

    /// The row of controls. Returns whether another part or order is shown.
    fn controls(&mut self, ui: &mut Ui, snapshot: &Snapshot) -> bool {
        let mut has_changed = false;
        ui.horizontal_centered(|ui| {
            ui.spacing_mut().item_spacing.x = 12.0;
            let spans = SPANS.map(|(name, _)| (name, theme::text()));
            let about = "How much of the past is shown";
            let shown = (&spans[..], self.span);
            if let Some(clicked) = segmented::show(ui, "span", shown, about) {
                self.span = clicked;
                has_changed = true;
            }
            let orders = [("As heard", theme::text()), ("By song", theme::text())];
            let chosen = usize::from(self.order == Order::Song);
            let about = "By when it was heard, or by where the host's song stood";
            let shown = (&orders[..], chosen);
            if let Some(clicked) = segmented::show(ui, "order", shown, about) {
                self.order = if clicked == 1 {
                    Order::Song
                } else {
                    Order::Heard
                };
                self.inspected = None;
                has_changed = true;
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                for kind in ExportKind::ALL.into_iter().rev() {
                    let about = "Save all that is kept, not only what is shown";
                    if ui.button(kind.name()).on_hover_text(about).clicked() {
                        self.export(kind, snapshot);
                    }
                }
                caption(ui, "Save as");
            });
        });
        has_changed
    }

    fn export(&mut self, kind: ExportKind, snapshot: &Snapshot) {
        let Some(model) = &snapshot.model else {
            return;
        };
        let moments: Vec<_> = self.past.past.moments.iter().cloned().collect();
        let export = Export {
            model,
            backend: snapshot.running.map_or("", Backend::name),
            moments: &moments,
            calibrated: snapshot.calibrated,
        };
        let said = match export.write(kind) {
            Ok(path) => format!("Saved as {}", path.display()),
            Err(error) => format!("Not saved: {error}"),
        };
        self.said = Some((said, Instant::now()));
    }

    /// The line below the picture: what was done, or what can be done.
    fn below(&mut self, ui: &mut Ui, area: Rect) {
        self.said.take_if(|(_, since)| since.elapsed() > SAID_FOR);
        let (text, colour) = match &self.said {
            Some((said, _)) => (said.as_str(), theme::text()),
            None => (HINT, theme::text_faint()),
        };
        let mut line = ui.new_child(UiBuilder::new().max_rect(area).id_salt("said"));
        let text = RichText::new(text).font(theme::regular(12.0)).color(colour);
        line.add(egui::Label::new(text).truncate().selectable(true));
    }
}

fn caption(ui: &mut Ui, text: &str) {
    let text = RichText::new(text)
        .font(theme::regular(12.0))
        .color(theme::text_faint());
    ui.label(text);
}
