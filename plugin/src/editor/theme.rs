//! The editor's colours, fonts and sizes. No other file of the editor names one.

use std::sync::Arc;

use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow,
    Stroke, Style, TextStyle, Theme, vec2,
};

/// Behind everything.
pub const BACKGROUND: Color32 = Color32::from_rgb(0x13, 0x16, 0x1a);
/// Header, footer and cards.
pub const SURFACE: Color32 = Color32::from_rgb(0x1a, 0x1e, 0x24);
/// Controls, and the track of a bar.
pub const CONTROL: Color32 = Color32::from_rgb(0x24, 0x29, 0x31);
/// Controls under the pointer.
pub const CONTROL_HOVERED: Color32 = Color32::from_rgb(0x2f, 0x36, 0x40);
/// Hairlines between areas.
pub const LINE: Color32 = Color32::from_rgb(0x29, 0x2f, 0x38);
/// Text that is read first.
pub const TEXT: Color32 = Color32::from_rgb(0xe8, 0xeb, 0xef);
/// Text that is read second.
pub const TEXT_SOFT: Color32 = Color32::from_rgb(0x9a, 0xa4, 0xb1);
/// Captions.
pub const TEXT_FAINT: Color32 = Color32::from_rgb(0x74, 0x7e, 0x8b);
/// What is chosen, and what runs.
pub const ACCENT: Color32 = Color32::from_rgb(0x5f, 0xd4, 0xb6);
/// Behind text in the accent's colour.
pub const ACCENT_DIM: Color32 = Color32::from_rgb(0x22, 0x45, 0x42);
/// Recording automation.
pub const RECORD: Color32 = Color32::from_rgb(0xef, 0x6f, 0x6c);
/// Something needs the user.
pub const WARNING: Color32 = Color32::from_rgb(0xf0, 0xb4, 0x5e);

/// A bar of value 0.
const BAR_WEAK: Color32 = Color32::from_rgb(0x3a, 0x53, 0x6b);
/// A bar of value 0.5.
const BAR_MIDDLE: Color32 = Color32::from_rgb(0x3f, 0x97, 0xa6);

/// Colour of a bar of `value`, 0 to 1: from slate through teal to the accent.
pub fn bar(value: f32) -> Color32 {
    let value = value.clamp(0.0, 1.0);
    if value < 0.5 {
        BAR_WEAK.lerp_to_gamma(BAR_MIDDLE, value * 2.0)
    } else {
        BAR_MIDDLE.lerp_to_gamma(ACCENT, value * 2.0 - 1.0)
    }
}

/// Distance from the window's edge, in points.
pub const MARGIN: f32 = 20.0;
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

/// Gives `ctx` the editor's fonts and style.
pub fn apply(ctx: &Context) {
    ctx.set_fonts(fonts());
    ctx.set_theme(Theme::Dark);
    ctx.style_mut_of(Theme::Dark, style);
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

fn style(style: &mut Style) {
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
    visuals.panel_fill = BACKGROUND;
    visuals.window_fill = SURFACE;
    visuals.window_stroke = Stroke::new(1.0, LINE);
    visuals.menu_corner_radius = CornerRadius::same(7);
    visuals.popup_shadow = Shadow {
        offset: [0, 6],
        blur: 18,
        spread: 0,
        color: Color32::from_black_alpha(110),
    };
    visuals.extreme_bg_color = BACKGROUND;
    visuals.text_edit_bg_color = Some(BACKGROUND);
    visuals.selection.bg_fill = ACCENT_DIM;
    visuals.selection.stroke = Stroke::new(1.0, ACCENT);
    // Blinking would redraw an editor at rest.
    visuals.text_cursor.blink = false;
    visuals.text_cursor.stroke = Stroke::new(1.5, ACCENT);
    let widgets = &mut visuals.widgets;
    for (widget, fill, text) in [
        (&mut widgets.noninteractive, SURFACE, TEXT),
        (&mut widgets.inactive, CONTROL, TEXT),
        (&mut widgets.hovered, CONTROL_HOVERED, TEXT),
        (&mut widgets.active, CONTROL_HOVERED, TEXT),
        (&mut widgets.open, CONTROL_HOVERED, TEXT),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::NONE;
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.corner_radius = radius;
        widget.expansion = 0.0;
    }
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, LINE);
}
