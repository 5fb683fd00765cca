//! Draws egui's triangles as its shader does: vertex colour times texture, premultiplied, blended as it is
//! encoded.

use std::collections::HashMap;
use std::sync::Arc;

use egui::epaint::{ClippedPrimitive, ImageData, Primitive, Vertex};
use egui::{Color32, ColorImage, Rect, TextureFilter, TextureId, TexturesDelta};

/// Parts of a pixel in which corners are placed. Whole numbers, so that a pixel between two triangles belongs to
/// exactly one of them.
const SUBPIXELS: f32 = 256.0;

/// The textures that the triangles are drawn with.
#[derive(Default)]
pub struct Textures(HashMap<TextureId, (ColorImage, TextureFilter)>);

impl Textures {
    /// Takes what has changed since the last frame.
    pub fn take(&mut self, mut delta: TexturesDelta) {
        for (id, changes) in std::mem::take(&mut delta.set) {
            for change in changes {
                let ImageData::Color(image) = change.image;
                let filter = change.options.magnification;
                match (change.pos, self.0.get_mut(&id)) {
                    (Some([left, top]), Some((whole, _))) => {
                        let columns = whole.size[0];
                        for (row, pixels) in image.pixels.chunks_exact(image.size[0]).enumerate() {
                            let start = (top + row) * columns + left;
                            whole.pixels[start..start + pixels.len()].copy_from_slice(pixels);
                        }
                    }
                    _ => {
                        self.0.insert(id, (Arc::unwrap_or_clone(image), filter));
                    }
                }
            }
        }
        for id in std::mem::take(&mut delta.free) {
            self.0.remove(&id);
        }
    }

    /// Draws the triangles onto `ground`, `[row][column]`.
    pub fn draw(
        &self,
        primitives: &[ClippedPrimitive],
        (width, height): (usize, usize),
        scale: f32,
        ground: Color32,
    ) -> Vec<[u8; 3]> {
        let mut canvas = Canvas {
            width,
            pixels: vec![floats(ground); width * height],
        };
        for ClippedPrimitive {
            clip_rect,
            primitive,
        } in primitives
        {
            let Primitive::Mesh(mesh) = primitive else {
                continue;
            };
            let Some((image, filter)) = self.0.get(&mesh.texture_id) else {
                continue;
            };
            let clip = Clip::of(*clip_rect, scale, (width, height));
            for corners in mesh.indices.chunks_exact(3) {
                let corners = [0, 1, 2].map(|n| mesh.vertices[corners[n] as usize]);
                canvas.triangle(corners, scale, &clip, |u, v| sample(image, *filter, u, v));
            }
        }
        let byte = |value: f32| (value * 255.0).round().clamp(0.0, 255.0) as u8;
        let pixels = canvas.pixels.iter();
        pixels.map(|[r, g, b, _]| [*r, *g, *b].map(byte)).collect()
    }
}

/// The pixels that a triangle may touch.
struct Clip {
    left: i64,
    top: i64,
    right: i64,
    bottom: i64,
}

impl Clip {
    fn of(rect: Rect, scale: f32, (width, height): (usize, usize)) -> Self {
        let pixel =
            |points: f32, most: usize| ((points * scale).round() as i64).clamp(0, most as i64);
        Self {
            left: pixel(rect.left(), width),
            top: pixel(rect.top(), height),
            right: pixel(rect.right(), width),
            bottom: pixel(rect.bottom(), height),
        }
    }
}

struct Canvas {
    width: usize,
    /// Red, green, blue, alpha, premultiplied, 0 to 1.
    pixels: Vec<[f32; 4]>,
}

impl Canvas {
    fn triangle(
        &mut self,
        mut corners: [Vertex; 3],
        scale: f32,
        clip: &Clip,
        texel: impl Fn(f32, f32) -> [f32; 4],
    ) {
        let place = |corner: &Vertex| {
            let part = |points: f32| (points * scale * SUBPIXELS).round() as i64;
            (part(corner.pos.x), part(corner.pos.y))
        };
        let mut at = corners.each_ref().map(place);
        let mut area = cross(at[0], at[1], at[2]);
        if area == 0 {
            return;
        }
        if area < 0 {
            corners.swap(1, 2);
            at.swap(1, 2);
            area = -area;
        }
        let unit = SUBPIXELS as i64;
        let least = |axis: [i64; 3]| axis.into_iter().min().unwrap_or(0).div_euclid(unit);
        let most = |axis: [i64; 3]| axis.into_iter().max().unwrap_or(0).div_euclid(unit) + 1;
        let (xs, ys) = (at.map(|(x, _)| x), at.map(|(_, y)| y));
        let colours = corners.map(|corner| floats(corner.color));
        for y in least(ys).max(clip.top)..most(ys).min(clip.bottom) {
            for x in least(xs).max(clip.left)..most(xs).min(clip.right) {
                let centre = (x * unit + unit / 2, y * unit + unit / 2);
                // Each corner's weight is the area of the triangle across from it.
                let weights = [(1, 2), (2, 0), (0, 1)].map(|(from, to)| {
                    let weight = cross(at[from], at[to], centre);
                    let is_inside = weight > 0 || (weight == 0 && owns(at[from], at[to]));
                    is_inside.then_some(weight as f32 / area as f32)
                });
                let [Some(a), Some(b), Some(c)] = weights else {
                    continue;
                };
                let mixed = |values: [f32; 3]| a * values[0] + b * values[1] + c * values[2];
                let u = mixed(corners.map(|corner| corner.uv.x));
                let v = mixed(corners.map(|corner| corner.uv.y));
                let texel = texel(u, v);
                let colour: [f32; 4] =
                    std::array::from_fn(|n| mixed(colours.map(|colour| colour[n])) * texel[n]);
                let pixel = &mut self.pixels[y as usize * self.width + x as usize];
                *pixel = std::array::from_fn(|n| colour[n] + pixel[n] * (1.0 - colour[3]));
            }
        }
    }
}

/// Twice the area of a triangle; positive if its corners go round by the clock, y pointing down.
fn cross(a: (i64, i64), b: (i64, i64), c: (i64, i64)) -> i64 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}

/// Whether pixels on this edge belong to the triangle: on its upper and its left edges.
fn owns(from: (i64, i64), to: (i64, i64)) -> bool {
    (from.1 == to.1 && to.0 > from.0) || to.1 < from.1
}

/// The texture's colour at a place, 0 to 1 across and down.
fn sample(image: &ColorImage, filter: TextureFilter, u: f32, v: f32) -> [f32; 4] {
    let [width, height] = image.size;
    let texel = |x: i64, y: i64| {
        let x = x.clamp(0, width as i64 - 1) as usize;
        let y = y.clamp(0, height as i64 - 1) as usize;
        floats(image.pixels[y * width + x])
    };
    let (x, y) = (u * width as f32, v * height as f32);
    if filter == TextureFilter::Nearest {
        return texel(x.floor() as i64, y.floor() as i64);
    }
    let (x, y) = (x - 0.5, y - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let (right, below) = (x - left, y - top);
    let (left, top) = (left as i64, top as i64);
    let [a, b] = [top, top + 1].map(|row| mix(texel(left, row), texel(left + 1, row), right));
    mix(a, b, below)
}

fn mix(a: [f32; 4], b: [f32; 4], share: f32) -> [f32; 4] {
    std::array::from_fn(|n| a[n] * (1.0 - share) + b[n] * share)
}

fn floats(colour: Color32) -> [f32; 4] {
    colour.to_array().map(|value| f32::from(value) / 255.0)
}

#[cfg(test)]
mod tests {
    use egui::epaint::Mesh;
    use egui::{TextureOptions, pos2, vec2};

    use super::*;

    fn drawn(mesh: Mesh, clip: Rect) -> Vec<[u8; 3]> {
        let white = ColorImage::filled([1, 1], Color32::WHITE);
        let filter = TextureOptions::LINEAR.magnification;
        let textures = Textures(HashMap::from([(TextureId::default(), (white, filter))]));
        let primitive = ClippedPrimitive {
            clip_rect: clip,
            primitive: Primitive::Mesh(mesh),
        };
        textures.draw(&[primitive], (8, 8), 2.0, Color32::BLACK)
    }

    #[test]
    fn a_rectangle_fills_its_pixels_once_and_no_others() {
        let mut mesh = Mesh::default();
        let rect = Rect::from_min_size(pos2(1.0, 1.0), vec2(2.0, 1.0));
        // Half of white: where its two triangles overlapped, it would be brighter.
        mesh.add_colored_rect(rect, Color32::from_rgba_premultiplied(100, 100, 100, 128));
        let pixels = drawn(mesh, Rect::EVERYTHING);
        for (at, pixel) in pixels.iter().enumerate() {
            let (x, y) = (at % 8, at / 8);
            let inside = (2..6).contains(&x) && (2..4).contains(&y);
            assert_eq!(*pixel, [if inside { 100 } else { 0 }; 3], "{x} {y}");
        }
    }

    #[test]
    fn nothing_is_drawn_outside_the_clip() {
        let mut mesh = Mesh::default();
        let all = Rect::from_min_size(pos2(-9.0, -9.0), vec2(99.0, 99.0));
        mesh.add_colored_rect(all, Color32::WHITE);
        let clip = Rect::from_min_size(pos2(0.5, 0.0), vec2(1.0, 4.0));
        let pixels = drawn(mesh, clip);
        let white = pixels.iter().filter(|pixel| **pixel == [255; 3]).count();
        assert_eq!((white, pixels[0], pixels[1]), (16, [0; 3], [255; 3]));
    }
}
