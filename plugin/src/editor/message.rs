//! Messages that say what went wrong and what to do, as text that can be copied.

use egui::{Align2, Frame, Label, Margin, Rect, RichText, Ui, pos2};

use super::theme;

/// Draws `message` as a card across `ui`.
pub fn card(ui: &mut Ui, message: &str) {
    let card = Frame::new()
        .fill(theme::surface())
        .corner_radius(6)
        .inner_margin(Margin {
            left: 18,
            right: 14,
            top: 10,
            bottom: 10,
        })
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            let text = RichText::new(message)
                .font(theme::regular(13.0))
                .color(theme::text());
            ui.add(Label::new(text).wrap().selectable(true));
        });
    let rect = card.response.rect;
    let edge = Rect::from_min_max(rect.min, pos2(rect.left() + 4.0, rect.bottom()));
    ui.painter().rect_filled(edge, 2.0, theme::warning());
}

/// Draws a message in the middle of `area`, for when there is nothing else to show.
pub fn alone(ui: &Ui, area: Rect, title: &str, text: &str) {
    let painter = ui.painter();
    painter.text(
        pos2(area.center().x, area.center().y - 8.0),
        Align2::CENTER_BOTTOM,
        title,
        theme::medium(17.0),
        theme::text(),
    );
    let galley = painter.layout(
        text.to_owned(),
        theme::regular(13.5),
        theme::text_soft(),
        area.width() * 0.8,
    );
    let at = pos2(
        area.center().x - galley.size().x / 2.0,
        area.center().y + 6.0,
    );
    painter.galley(at, galley, theme::text_soft());
}
