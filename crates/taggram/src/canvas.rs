//! A picture in memory: rectangles and text.

use ab_glyph::{Font, FontRef, GlyphId, PxScaleFont, ScaleFont, point};

use crate::colour_map::Rgb;

/// The editor's typeface.
const FONT: &[u8] = epaint_default_fonts::UBUNTU_LIGHT;

/// Where a text stands relative to its point.
#[derive(Clone, Copy)]
pub(crate) enum Align {
    Left,
    Centre,
    Right,
}

/// An RGB picture. Whatever lies outside of it is not drawn.
pub(crate) struct Canvas {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// `[row][column][red, green, blue]`.
    pub(crate) pixels: Vec<u8>,
    font: Option<FontRef<'static>>,
}

impl Canvas {
    /// A white picture.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            pixels: vec![255; width * height * 3],
            // The typeface is part of the program. If it were broken, pictures would have no text.
            font: FontRef::try_from_slice(FONT).ok(),
        }
    }

    /// Fills a rectangle.
    pub(crate) fn fill(&mut self, x: usize, y: usize, width: usize, height: usize, colour: Rgb) {
        let right = x.saturating_add(width).min(self.width);
        for row in y.min(self.height)..y.saturating_add(height).min(self.height) {
            for column in x.min(right)..right {
                let at = (row * self.width + column) * 3;
                self.pixels[at..at + 3].copy_from_slice(&colour);
            }
        }
    }

    /// Width of `text` at `size_px`, in pixels.
    pub(crate) fn text_width(&self, text: &str, size_px: f32) -> f32 {
        let Some(font) = self.font.as_ref().map(|font| font.as_scaled(size_px)) else {
            return 0.0;
        };
        let mut width = 0.0;
        for_each_glyph(&font, text, |_, advance| width = advance);
        width
    }

    /// `text`, cut with an ellipsis where it is wider than `max_px`.
    pub(crate) fn fit(&self, text: &str, size_px: f32, max_px: f32) -> String {
        if self.text_width(text, size_px) <= max_px {
            return text.to_owned();
        }
        // A tag's name comes from a file and may be of any length: far more than fits is not
        // even measured.
        let mut kept: Vec<char> = text.chars().take(200).collect();
        while !kept.is_empty() {
            kept.pop();
            let cut: String = kept.iter().chain(['…'].iter()).collect();
            if self.text_width(&cut, size_px) <= max_px {
                return cut;
            }
        }
        String::new()
    }

    /// Draws `text` with its vertical middle at `y`.
    pub(crate) fn text(
        &mut self,
        text: &str,
        size_px: f32,
        (x, y): (f32, f32),
        align: Align,
        colour: Rgb,
    ) {
        let Some(font) = self.font.clone() else {
            return;
        };
        let font = font.into_scaled(size_px);
        let width = self.text_width(text, size_px);
        let left = match align {
            Align::Left => x,
            Align::Centre => x - width / 2.0,
            Align::Right => x - width,
        };
        // Half the height of a capital, which the typeface draws at 0.69 of its size.
        let baseline = (y + 0.29 * size_px).round();
        let mut pen = 0.0;
        let mut glyphs = Vec::new();
        for_each_glyph(&font, text, |id, advance| {
            glyphs.push((id, pen));
            pen = advance;
        });
        for (id, offset) in glyphs {
            let glyph = id.with_scale_and_position(font.scale(), point(left + offset, baseline));
            if let Some(outline) = font.outline_glyph(glyph) {
                let bounds = outline.px_bounds();
                outline.draw(|column, row, coverage| {
                    let column = bounds.min.x + column as f32;
                    let row = bounds.min.y + row as f32;
                    self.blend(column, row, colour, coverage);
                });
            }
        }
    }

    fn blend(&mut self, x: f32, y: f32, colour: Rgb, coverage: f32) {
        if x < 0.0 || y < 0.0 || x >= self.width as f32 || y >= self.height as f32 {
            return;
        }
        let at = (y as usize * self.width + x as usize) * 3;
        for (pixel, value) in self.pixels[at..at + 3].iter_mut().zip(colour) {
            let mixed = f32::from(*pixel) * (1.0 - coverage) + f32::from(value) * coverage;
            *pixel = mixed.round() as u8;
        }
    }
}

/// Calls `each` with every glyph and the pen's position after it, kerned.
fn for_each_glyph<F: Font>(font: &PxScaleFont<F>, text: &str, mut each: impl FnMut(GlyphId, f32)) {
    let mut pen = 0.0;
    let mut previous = None;
    for character in text.chars() {
        let id = font.glyph_id(character);
        if let Some(previous) = previous {
            pen += font.kern(previous, id);
        }
        pen += font.h_advance(id);
        previous = Some(id);
        each(id, pen);
    }
}
