//! The page of what the network hears: its window as a picture, how much of it is filled, what the focus
//! covers, and where in it a chosen tag is heard.

mod heard_at;

use std::sync::Arc;

use egui::{
    Align, Align2, Color32, ColorImage, Layout, Rect, RichText, TextureHandle, TextureOptions, Ui,
    UiBuilder, pos2,
};
use tagline_engine::WindowPicture;
use tagline_taggram::{colour, tick_seconds};

use crate::core::settings::Mode;
use crate::core::view::{EditorSource, Snapshot};
use crate::editor::{choice, message, theme};

/// Height of the title, in points.
const TITLE_HEIGHT: f32 = 34.0;

/// Room for the frequencies on the left, and for the seconds below, in points.
const LEFT: f32 = 48.0;
const BELOW: f32 = 30.0;

/// How bright the loudest point is, as a share of the colours' range.
const BRIGHTEST: f32 = 0.92;

/// The page's state.
#[derive(Default)]
pub struct HearsPage {
    shown: Option<Arc<WindowPicture>>,
    texture: Option<TextureHandle>,
    /// Name of the tag that the user asks about.
    asked: Option<String>,
}

impl HearsPage {
    /// Asks where a tag is heard.
    pub fn ask(&mut self, tag: &str) {
        self.asked = Some(tag.to_owned());
    }

    /// Draws the page into `ui`.
    pub fn show(&mut self, ui: &mut Ui, snapshot: &Snapshot, source: &dyn EditorSource) {
        let spectrogram = source.spectrogram();
        let newest = spectrogram
            .as_ref()
            .and_then(|spectrogram| spectrogram.ask());
        let is_shown = match (&newest, &self.shown) {
            (Some(newest), Some(shown)) => Arc::ptr_eq(newest, shown),
            (newest, shown) => newest.is_none() == shown.is_none(),
        };
        if !is_shown {
            self.draw(ui, newest.as_deref());
            self.shown = newest;
        }
        let (title, area) = {
            let area = ui.max_rect();
            area.split_top_bottom_at_y(area.top() + TITLE_HEIGHT)
        };
        let (Some(picture), Some(texture)) = (&self.shown, &self.texture) else {
            let text =
                "Its picture comes with the first sound after the host has switched the plugin on.";
            message::alone(ui, area, "The network has heard nothing yet", text);
            return;
        };
        let names = snapshot.tags().iter();
        let tag = names
            .clone()
            .position(|tag| Some(tag) == self.asked.as_ref());
        let hearing = tag
            .zip(spectrogram)
            .and_then(|(tag, spectrogram)| spectrogram.ask_where(tag));
        let title = title.with_min_y(title.top() + 4.0);
        let asked = title_line(ui, title, &about(snapshot, picture), (snapshot, tag));
        if let Some(asked) = asked {
            self.asked = asked;
        }
        let (above, beside) = match tag {
            Some(_) => (heard_at::HEIGHT, heard_at::WIDTH),
            None => (2.0, 0.0),
        };
        let place = Rect::from_min_max(
            pos2(area.left() + LEFT, area.top() + above),
            pos2(area.right() - beside, area.bottom() - BELOW),
        );
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter()
            .image(texture.id(), place, whole, Color32::WHITE);
        cover(ui, place, picture);
        frequencies(ui, place, snapshot);
        seconds(ui, place, snapshot);
        if tag.is_some() {
            heard_at::show(ui, place, snapshot, (picture, hearing.as_deref()));
        }
    }

    fn draw(&mut self, ui: &Ui, picture: Option<&WindowPicture>) {
        let Some(picture) = picture.filter(|picture| picture.rows > 0) else {
            self.texture = None;
            return;
        };
        let colours: Vec<Color32> = (0..=255_u8)
            .map(|level| {
                let [r, g, b] = colour(BRIGHTEST * f32::from(level) / 255.0);
                Color32::from_rgb(r, g, b)
            })
            .collect();
        // Low rows stand below.
        let rows = picture.levels.chunks_exact(picture.columns).rev();
        let pixels = rows.flatten().map(|level| colours[usize::from(*level)]);
        let image = ColorImage::new([picture.columns, picture.rows], pixels.collect());
        match &mut self.texture {
            Some(texture) => texture.set(image, TextureOptions::LINEAR),
            none => {
                let made = ui
                    .ctx()
                    .load_texture("spectrogram", image, TextureOptions::LINEAR);
                *none = Some(made);
            }
        }
    }
}

/// Draws the line above the picture: what it shows, and a choice of a tag. Returns the tag that was chosen, or
/// that none was.
fn title_line(
    ui: &mut Ui,
    area: Rect,
    text: &str,
    (snapshot, tag): (&Snapshot, Option<usize>),
) -> Option<Option<String>> {
    let mut line = ui.new_child(UiBuilder::new().max_rect(area).id_salt("about"));
    let layout = Layout::right_to_left(Align::Center);
    line.with_layout(layout, |ui| {
        let mut names = vec!["no tag".to_owned()];
        names.extend_from_slice(snapshot.tags());
        let chosen = tag.map_or(0, |tag| tag + 1);
        let clicked = choice::show(ui, "asked", 140.0, (&names, chosen), "A tag to ask about");
        let soft = |text: &str, colour| {
            let font = theme::regular(12.5);
            RichText::new(text).font(font).color(colour)
        };
        ui.label(soft("Where is it heard:", theme::text_faint()));
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let text = soft(text, theme::text_soft());
            ui.add(egui::Label::new(text).truncate());
        });
        let chosen = clicked.and_then(|index| index.checked_sub(1));
        clicked.map(|_| chosen.and_then(|tag| snapshot.tags().get(tag).cloned()))
    })
    .inner
}

/// What the picture shows, in a sentence.
fn about(snapshot: &Snapshot, picture: &WindowPicture) -> String {
    let window = snapshot.window_seconds();
    let heard = window * picture.filled;
    let counts = window * picture.focus;
    let stands = if snapshot.settings.bypass || snapshot.settings.mode == Mode::Follow {
        "It stands still: nothing is analysed now. "
    } else {
        ""
    };
    let filled = if picture.filled < 1.0 {
        format!("{heard:.1} of {window:.1} s have been heard")
    } else {
        format!("The last {window:.1} s")
    };
    let focus = match (picture.focus < 1.0, picture.filled < picture.focus) {
        (true, _) => format!("the last {counts:.0} s count, over and over, as Focus says"),
        (false, true) => "they are repeated until the window is full".to_owned(),
        (false, false) => "all of them count".to_owned(),
    };
    format!("{stands}{filled}; {focus}.")
}

/// Dims what does not count, and marks what has not been heard.
fn cover(ui: &Ui, place: Rect, picture: &WindowPicture) {
    let at = |share: f32| place.right() - place.width() * share;
    let (filled, focus) = (at(picture.filled), at(picture.focus.min(picture.filled)));
    let painter = ui.painter();
    if picture.filled < 1.0 {
        let unheard = place.with_max_x(filled);
        painter.rect_filled(unheard, 0.0, theme::surface());
        let painter = painter.with_clip_rect(unheard.intersect(ui.clip_rect()));
        let font = theme::regular(12.5);
        painter.text(
            unheard.center(),
            Align2::CENTER_CENTER,
            "not heard yet",
            font,
            theme::text_faint(),
        );
    }
    if picture.focus < picture.filled {
        let past = Rect::from_x_y_ranges(filled..=focus, place.y_range());
        painter.rect_filled(past, 0.0, theme::background().gamma_multiply(0.72));
        painter.vline(focus, place.y_range(), (1.5, theme::accent()));
        let label = pos2(focus + 6.0, place.top() + 5.0);
        let font = theme::regular(11.0);
        painter.text(label, Align2::LEFT_TOP, "Focus", font, theme::accent());
    }
}

fn frequencies(ui: &Ui, place: Rect, snapshot: &Snapshot) {
    let front_end = snapshot.model.as_ref().map(|model| &model.info.front_end);
    let Some(front_end) = front_end else {
        return;
    };
    let half_rate_hz = front_end.sample_rate as f32 / 2.0;
    let (low, high) = match front_end.feature.mel() {
        Some(mel) => (mel.f_min_hz, mel.f_max_hz),
        None => (0.0, half_rate_hz),
    };
    let painter = ui.painter();
    let (font, ink) = (theme::regular(11.0), theme::text_faint());
    let right = place.left() - 8.0;
    let top = pos2(right, place.top());
    painter.text(top, Align2::RIGHT_TOP, hertz(high), font.clone(), ink);
    let bottom = pos2(right, place.bottom());
    painter.text(bottom, Align2::RIGHT_BOTTOM, hertz(low), font, ink);
}

fn hertz(hz: f32) -> String {
    if hz >= 1_000.0 {
        format!("{} kHz", (hz / 100.0).round() / 10.0)
    } else {
        format!("{hz:.0} Hz")
    }
}

fn seconds(ui: &Ui, place: Rect, snapshot: &Snapshot) {
    let window = f64::from(snapshot.window_seconds());
    if window <= 0.0 {
        return;
    }
    let step = tick_seconds(window);
    let painter = ui.painter();
    for tick in 0..=(window / step) as usize {
        let ago = tick as f64 * step;
        let x = place.right() - place.width() * (ago / window) as f32;
        painter.vline(
            x,
            place.bottom() + 1.0..=place.bottom() + 5.0,
            (1.0, theme::text_faint()),
        );
        let (label, align) = if tick == 0 {
            ("now".to_owned(), Align2::RIGHT_TOP)
        } else {
            (format!("−{ago} s"), Align2::CENTER_TOP)
        };
        let at = pos2(x, place.bottom() + 7.0);
        painter.text(at, align, label, theme::regular(11.0), theme::text_soft());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::test_snapshot::snapshot_of;

    #[test]
    fn the_sentence_says_how_much_is_heard_and_what_counts() {
        let mut snapshot = snapshot_of(&["jazz"]);
        let text = |snapshot: &Snapshot, filled, focus| {
            let picture = WindowPicture {
                filled,
                focus,
                ..WindowPicture::default()
            };
            about(snapshot, &picture)
        };
        let early = text(&snapshot, 0.25, 1.0);
        assert!(
            early.contains("have been heard; they are repeated"),
            "{early}"
        );
        let full = text(&snapshot, 1.0, 1.0);
        assert!(full.ends_with("all of them count."), "{full}");
        let focused = text(&snapshot, 1.0, 3.0 / snapshot.window_seconds());
        assert!(focused.contains("the last 3 s count"), "{focused}");
        snapshot.settings.mode = Mode::Follow;
        assert!(text(&snapshot, 1.0, 1.0).starts_with("It stands still"));
    }

    #[test]
    fn frequencies_are_said_as_people_say_them() {
        assert_eq!(hertz(0.0), "0 Hz");
        assert_eq!(hertz(6_000.0), "6 kHz");
        assert_eq!(hertz(5_512.5), "5.5 kHz");
    }
}
