//! The editor's colours, fonts and sizes. No other file of the editor names one.

mod palette;

use std::sync::Arc;

use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow,
    Stroke, Style, TextStyle, vec2,
};

use self::palette::Palette;
pub use self::palette::{
    Look, accent, accent_dim, background, bar, begin_frame, control, control_hovered, input, line,
    record, surface, text, text_faint, text_soft, warning,
};

/// Distance from the window's edge, in points.
pub const MARGIN: f32 = 20.0;
/// Width of the ring around what has the keyboard, in points.
pub const FOCUS_WIDTH: f32 = 1.5;
/// Rounding of controls, in points.
pub const RADIUS: u8 = 5;
/// Height of controls, in points.
pub const CONTROL_HEIGHT: f32 = 26.0;

const MEDIUM: &str = "medium";

/// The text face at `size` points.
pub fn regular(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// The heavier face at `size` points.
pub fn medium(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(MEDIUM.into()))
}

/// Gives `ctx` the editor's fonts, and the style of each theme.
pub fn apply(ctx: &Context) {
    ctx.set_fonts(fonts());
    for look in Look::ALL {
        ctx.style_mut_of(look.of_egui(), |style| apply_to(style, look.palette()));
    }
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let faces: [(&str, &'static [u8]); 2] = [
        (
            "roboto",
            include_bytes!("../../assets/fonts/Roboto-Regular.ttf"),
        ),
        (
            "roboto-medium",
            include_bytes!("../../assets/fonts/Roboto-Medium.ttf"),
        ),
    ];
    for (name, bytes) in faces {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        fonts.families.insert(family, vec!["roboto".to_owned()]);
    }
    fonts.families.insert(
        FontFamily::Name(MEDIUM.into()),
        vec!["roboto-medium".to_owned(), "roboto".to_owned()],
    );
    fonts
}

fn apply_to(style: &mut Style, palette: &Palette) {
    for (text_style, size) in [
        (TextStyle::Small, 11.0),
        (TextStyle::Body, 13.5),
        (TextStyle::Monospace, 13.0),
        (TextStyle::Button, 13.0),
    ] {
        style.text_styles.insert(text_style, regular(size));
    }
    style.text_styles.insert(TextStyle::Heading, medium(17.0));

    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(8.0, 6.0);
    spacing.button_padding = vec2(10.0, 4.0);
    spacing.interact_size.y = CONTROL_HEIGHT;
    spacing.menu_margin = Margin::same(6);
    spacing.scroll.bar_width = 6.0;
    spacing.scroll.floating_width = 3.0;
    spacing.scroll.foreground_color = false;

    let radius = CornerRadius::same(RADIUS);
    let visuals = &mut style.visuals;
    visuals.panel_fill = palette.background;
    visuals.window_fill = palette.surface;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.menu_corner_radius = CornerRadius::same(7);
    visuals.popup_shadow = Shadow {
        offset: [0, 6],
        blur: 18,
        spread: 0,
        color: Color32::from_black_alpha(palette.shadow),
    };
    visuals.extreme_bg_color = palette.background;
    visuals.text_edit_bg_color = Some(palette.control);
    visuals.selection.bg_fill = palette.accent_dim;
    visuals.selection.stroke = Stroke::new(1.0, palette.accent);
    // Blinking would redraw an editor at rest.
    visuals.text_cursor.blink = false;
    visuals.text_cursor.stroke = Stroke::new(1.5, palette.accent);
    let widgets = &mut visuals.widgets;
    for (widget, fill, text) in [
        (&mut widgets.noninteractive, palette.surface, palette.text),
        (&mut widgets.inactive, palette.control, palette.text),
        (&mut widgets.hovered, palette.control_hovered, palette.text),
        (&mut widgets.active, palette.control_hovered, palette.text),
        (&mut widgets.open, palette.control_hovered, palette.text),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::NONE;
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.corner_radius = radius;
        widget.expansion = 0.0;
    }
    // egui draws what has the keyboard, and what is pressed, as active.
    widgets.active.bg_stroke = Stroke::new(FOCUS_WIDTH, palette.accent);
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, palette.line);
}
