//! The colours of both themes, and which of them a frame is drawn with.

use std::cell::Cell;

use egui::{Color32, Context, Theme};
use serde::{Deserialize, Serialize};

/// The colours of a theme. Text of any of them is legible on the backgrounds that it stands on, and what
/// differs by colour alone differs to colour-blind eyes, too: the tests below check both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Behind everything.
    pub(super) background: Color32,
    /// Header, footer and cards.
    pub(super) surface: Color32,
    /// Controls, and the track of a bar.
    pub(super) control: Color32,
    /// Controls under the pointer.
    pub(super) control_hovered: Color32,
    /// Hairlines between areas.
    pub(super) line: Color32,
    /// Text that is read first.
    pub(super) text: Color32,
    /// Text that is read second.
    pub(super) text_soft: Color32,
    /// Captions.
    pub(super) text_faint: Color32,
    /// What is chosen, and what runs.
    pub(super) accent: Color32,
    /// Behind text in the accent's colour.
    pub(super) accent_dim: Color32,
    /// Recording automation.
    pub(super) record: Color32,
    /// Something needs the user.
    pub(super) warning: Color32,
    /// What goes into a macro, beside the accent for what comes out.
    pub(super) input: Color32,
    /// A bar of value 0.
    pub(super) bar_weak: Color32,
    /// A bar of value 0.5.
    pub(super) bar_middle: Color32,
    /// Alpha of the shadow below a menu.
    pub(super) shadow: u8,
}

const fn rgb(code: u32) -> Color32 {
    Color32::from_rgb((code >> 16) as u8, (code >> 8) as u8, code as u8)
}

/// For dark rooms.
const DARK: Palette = Palette {
    background: rgb(0x13161a),
    surface: rgb(0x1a1e24),
    control: rgb(0x242931),
    control_hovered: rgb(0x2f3640),
    line: rgb(0x292f38),
    text: rgb(0xe8ebef),
    text_soft: rgb(0xa9b2be),
    text_faint: rgb(0x8b95a2),
    accent: rgb(0x5fd4b6),
    accent_dim: rgb(0x224542),
    record: rgb(0xf17b78),
    warning: rgb(0xf0b45e),
    input: rgb(0x8fb0ff),
    bar_weak: rgb(0x3a536b),
    bar_middle: rgb(0x3f97a6),
    shadow: 110,
};

/// For bright rooms.
const LIGHT: Palette = Palette {
    background: rgb(0xf3f5f7),
    surface: rgb(0xffffff),
    control: rgb(0xe4e8ed),
    control_hovered: rgb(0xd5dbe2),
    line: rgb(0xd3d9e0),
    text: rgb(0x1a1f26),
    text_soft: rgb(0x434d59),
    text_faint: rgb(0x535d69),
    accent: rgb(0x0a6c5a),
    accent_dim: rgb(0xc6e8df),
    record: rgb(0xad2320),
    warning: rgb(0x8a5000),
    input: rgb(0x2f55c4),
    bar_weak: rgb(0xa9bccd),
    bar_middle: rgb(0x4d9fb0),
    shadow: 50,
};

/// The theme of the editor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Look {
    /// Light text on a dark ground.
    #[default]
    Dark,
    /// Dark text on a light ground.
    Light,
}

impl Look {
    /// Both, in the order of the page Settings.
    pub const ALL: [Self; 2] = [Self::Dark, Self::Light];

    /// Name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dark => "Dark",
            Self::Light => "Light",
        }
    }

    /// What a window shows where nothing is drawn.
    pub fn ground(self) -> Color32 {
        self.palette().background
    }

    pub(super) fn palette(self) -> &'static Palette {
        match self {
            Self::Dark => &DARK,
            Self::Light => &LIGHT,
        }
    }

    pub(super) fn of_egui(self) -> Theme {
        match self {
            Self::Dark => Theme::Dark,
            Self::Light => Theme::Light,
        }
    }
}

thread_local! {
    /// The colours of the frame that this thread draws.
    static PALETTE: Cell<&'static Palette> = const { Cell::new(&DARK) };
}

/// Draws the frame that begins, in `ctx`, with the colours of `look`.
pub fn begin_frame(ctx: &Context, look: Look) {
    PALETTE.set(look.palette());
    if ctx.theme() != look.of_egui() {
        ctx.set_theme(look.of_egui());
    }
}

macro_rules! colours {
    ($($(#[$about:meta])* $name:ident)*) => {
        $($(#[$about])* pub fn $name() -> Color32 { PALETTE.get().$name })*
    };
}

colours! {
    /// Behind everything.
    background
    /// Header, footer and cards.
    surface
    /// Controls, and the track of a bar.
    control
    /// Controls under the pointer.
    control_hovered
    /// Hairlines between areas.
    line
    /// Text that is read first.
    text
    /// Text that is read second.
    text_soft
    /// Captions.
    text_faint
    /// What is chosen, and what runs.
    accent
    /// Behind text in the accent's colour.
    accent_dim
    /// Recording automation.
    record
    /// Something needs the user.
    warning
    /// What goes into a macro.
    input
}

/// Colour of a bar of `value`, 0 to 1: the stronger, the further from the background.
pub fn bar(value: f32) -> Color32 {
    PALETTE.get().bar(value)
}

impl Palette {
    fn bar(&self, value: f32) -> Color32 {
        let value = value.clamp(0.0, 1.0);
        if value < 0.5 {
            self.bar_weak.lerp_to_gamma(self.bar_middle, value * 2.0)
        } else {
            self.bar_middle
                .lerp_to_gamma(self.accent, value * 2.0 - 1.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A colour as linear light.
    fn linear(colour: Color32) -> [f64; 3] {
        [colour.r(), colour.g(), colour.b()].map(|value| {
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        })
    }

    /// The contrast of two colours as WCAG 2.1 defines it, 1 to 21.
    fn contrast(a: Color32, b: Color32) -> f64 {
        let luminance = |colour| {
            let [r, g, b] = linear(colour);
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// What protanopes and deuteranopes see (Viénot, Brettel and Mollon 1999, "Digital video
    /// colourmaps for checking the legibility of displays by dichromats"), and then everybody else.
    const EYES: [[[f64; 3]; 3]; 3] = [
        [
            [0.112_38, 0.887_62, 0.0],
            [0.112_38, 0.887_62, 0.0],
            [0.004_01, -0.004_01, 1.0],
        ],
        [
            [0.292_75, 0.707_25, 0.0],
            [0.292_75, 0.707_25, 0.0],
            [-0.022_34, 0.022_34, 1.0],
        ],
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    ];

    /// How far apart two colours are to such an eye, in OKLab: 0.02 is just noticeable.
    fn distance(eye: &[[f64; 3]; 3], a: Color32, b: Color32) -> f64 {
        let lab = |colour| {
            let seen = linear(colour);
            let [r, g, b] = eye.map(|row| {
                let sum: f64 = row
                    .iter()
                    .zip(seen)
                    .map(|(share, value)| share * value)
                    .sum();
                sum.clamp(0.0, 1.0)
            });
            let l = (0.412_221_47 * r + 0.536_332_54 * g + 0.051_445_99 * b).cbrt();
            let m = (0.211_903_5 * r + 0.680_699_55 * g + 0.107_396_96 * b).cbrt();
            let s = (0.088_302_46 * r + 0.281_718_84 * g + 0.629_978_7 * b).cbrt();
            [
                0.210_454_26 * l + 0.793_617_79 * m - 0.004_072_05 * s,
                1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_71 * s,
                0.025_904_04 * l + 0.782_771_77 * m - 0.808_675_77 * s,
            ]
        };
        let squares = lab(a).into_iter().zip(lab(b)).map(|(a, b)| (a - b).powi(2));
        squares.sum::<f64>().sqrt()
    }

    #[test]
    fn text_is_legible_on_whatever_it_stands_on() {
        for (name, palette) in [("dark", DARK), ("light", LIGHT)] {
            let Palette {
                background,
                surface,
                control,
                control_hovered,
                accent_dim,
                ..
            } = palette;
            let plain = [background, surface, control];
            let every = [background, surface, control, control_hovered, accent_dim];
            for (text, grounds) in [
                (palette.text, &every[..]),
                (palette.text_soft, &every),
                (palette.text_faint, &plain),
                (palette.accent, &every),
                (palette.record, &every[..4]),
                (palette.warning, &plain),
                (palette.input, &plain),
            ] {
                for ground in grounds {
                    let found = contrast(text, *ground);
                    assert!(
                        found >= 4.5,
                        "{name}: {text:?} on {ground:?} has {found:.2}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_differs_by_colour_differs_to_colour_blind_eyes_too() {
        for (name, palette) in [("dark", DARK), ("light", LIGHT)] {
            let pairs = [
                ("a macro's input and output", palette.input, palette.accent),
                ("running and in need", palette.accent, palette.warning),
                ("recording and live", palette.record, palette.accent),
                (
                    "a weak and a strong bar",
                    palette.bar(0.1),
                    palette.bar(0.9),
                ),
                ("a bar and its track", palette.bar(0.0), palette.control),
            ];
            for (what, a, b) in pairs {
                for (eye, matrix) in EYES.iter().enumerate() {
                    let found = distance(matrix, a, b);
                    assert!(found >= 0.08, "{name}, eye {eye}, {what}: {found:.3}");
                }
            }
        }
    }

    #[test]
    fn a_stronger_bar_stands_out_more() {
        for palette in [DARK, LIGHT] {
            let steps: Vec<f64> = (0..=10_u8)
                .map(|step| contrast(palette.bar(f32::from(step) / 10.0), palette.background))
                .collect();
            assert!(steps.is_sorted(), "{steps:?}");
        }
    }
}
