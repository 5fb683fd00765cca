//! Taggrams: pictures of tag probabilities over time.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use crate::canvas::{Align, Canvas};
use crate::colour_map::{Rgb, colour};
use crate::ranking::strongest;
use crate::timeline::{Timeline, tick_seconds};

/// Most tags of one picture.
const MAX_ROWS: usize = 24;

const WIDTH_PX: usize = 1_600;
const ROW_PX: usize = 34;
const MARGIN_PX: usize = 28;
const TITLE_PX: usize = 76;
const AXIS_PX: usize = 84;
const LEGEND_PX: usize = 130;
const LONGEST_NAME_PX: f32 = 340.0;
const TEXT_PX: f32 = 26.0;
const TITLE_TEXT_PX: f32 = 34.0;

const INK: Rgb = [32, 32, 36];
const FAINT_INK: Rgb = [96, 96, 104];
/// Times and tags about which nothing is known.
const UNKNOWN: Rgb = [226, 226, 230];

/// What a taggram shows.
#[derive(Clone, Copy, Debug)]
pub struct Taggram<'a> {
    /// Title above the picture.
    pub title: &'a str,
    /// Tag names.
    pub tags: &'a [String],
    /// Position of each update in seconds, ascending. An update holds until the next.
    pub positions_seconds: &'a [f64],
    /// `[update][tag]`, 0 to 1.
    pub probabilities: &'a [Vec<f32>],
}

/// Why a taggram was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TaggramError {
    /// The file cannot be written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
}

/// Writes `taggram` as a PNG: time across, the strongest 24 tags down (strongest first),
/// probability as colour. What is missing or not a number is drawn grey.
///
/// # Errors
/// [`TaggramError`] if the file cannot be written.
pub fn write_taggram(path: &Path, taggram: &Taggram<'_>) -> Result<(), TaggramError> {
    let canvas = draw(taggram);
    write_png(path, &canvas).map_err(|source| TaggramError::Io {
        path: path.display().to_string(),
        source,
    })
}

fn write_png(path: &Path, canvas: &Canvas) -> std::io::Result<()> {
    let file = BufWriter::new(File::create(path)?);
    let mut encoder = png::Encoder::new(file, canvas.width as u32, canvas.height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&canvas.pixels)?;
    Ok(writer.finish()?)
}

/// Where the picture's parts lie, in pixels.
struct Layout {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

fn draw(taggram: &Taggram<'_>) -> Canvas {
    let timeline = Timeline::new(taggram.positions_seconds, taggram.probabilities);
    let rows = strongest(&timeline, taggram.tags.len(), MAX_ROWS);
    let height = (rows.len().max(3)) * ROW_PX;
    let mut canvas = Canvas::new(WIDTH_PX, TITLE_PX + height + AXIS_PX);
    let names: Vec<String> = rows
        .iter()
        .map(|&tag| canvas.fit(&taggram.tags[tag], TEXT_PX, LONGEST_NAME_PX))
        .collect();
    let name_px = names
        .iter()
        .map(|name| canvas.text_width(name, TEXT_PX))
        .fold(0.0, f32::max);
    let left = MARGIN_PX + name_px.ceil() as usize + 18;
    let layout = Layout {
        left,
        top: TITLE_PX,
        width: WIDTH_PX - left - LEGEND_PX - 2 * MARGIN_PX,
        height,
    };
    draw_title(&mut canvas, taggram.title, &layout);
    draw_names(&mut canvas, &names, &layout);
    draw_map(&mut canvas, &timeline, &rows, &layout);
    draw_time_axis(&mut canvas, timeline.end_seconds(), &layout);
    draw_legend(&mut canvas, &layout);
    canvas
}

fn draw_title(canvas: &mut Canvas, title: &str, layout: &Layout) {
    let most_px = (WIDTH_PX - 2 * MARGIN_PX) as f32;
    let title = canvas.fit(title, TITLE_TEXT_PX, most_px);
    // Above the map where it fits there, else from the picture's edge.
    let beside_map_px = most_px - (layout.left - MARGIN_PX) as f32;
    let fits = canvas.text_width(&title, TITLE_TEXT_PX) <= beside_map_px;
    let x = if fits { layout.left } else { MARGIN_PX };
    let at = (x as f32, TITLE_PX as f32 / 2.0);
    canvas.text(&title, TITLE_TEXT_PX, at, Align::Left, INK);
}

fn draw_names(canvas: &mut Canvas, names: &[String], layout: &Layout) {
    for (row, name) in names.iter().enumerate() {
        let y = layout.top as f32 + (row as f32 + 0.5) * ROW_PX as f32;
        let at = (layout.left as f32 - 14.0, y);
        canvas.text(name, TEXT_PX, at, Align::Right, INK);
    }
}

fn draw_map(canvas: &mut Canvas, timeline: &Timeline<'_>, rows: &[usize], layout: &Layout) {
    canvas.fill(
        layout.left,
        layout.top,
        layout.width,
        layout.height,
        UNKNOWN,
    );
    if rows.is_empty() || timeline.is_empty() {
        let middle = (
            layout.left as f32 + layout.width as f32 / 2.0,
            layout.top as f32 + layout.height as f32 / 2.0,
        );
        canvas.text("no tags yet", TEXT_PX, middle, Align::Centre, FAINT_INK);
        return;
    }
    let seconds_per_pixel = timeline.end_seconds() / layout.width as f64;
    for column in 0..layout.width {
        let start = column as f64 * seconds_per_pixel;
        let updates = timeline.between(start, start + seconds_per_pixel);
        for (row, &tag) in rows.iter().enumerate() {
            if let Some(probability) = timeline.mean(updates.clone(), tag) {
                // A hair of background between rows keeps them apart.
                let y = layout.top + row * ROW_PX + 1;
                canvas.fill(layout.left + column, y, 1, ROW_PX - 2, colour(probability));
            }
        }
    }
}

fn draw_time_axis(canvas: &mut Canvas, end_seconds: f64, layout: &Layout) {
    let y = layout.top + layout.height;
    let step = tick_seconds(end_seconds);
    let ticks = (end_seconds / step + 1e-6).floor() as usize;
    for tick in 0..=ticks {
        let seconds = tick as f64 * step;
        let x = layout.left as f64 + seconds / end_seconds * layout.width as f64;
        canvas.fill(x as usize, y, 2, 10, INK);
        let decimals = usize::from(step < 1.0);
        let at = (x as f32 + 1.0, y as f32 + 26.0);
        let label = format!("{seconds:.decimals$}");
        canvas.text(&label, TEXT_PX, at, Align::Centre, INK);
    }
    let middle = layout.left as f32 + layout.width as f32 / 2.0;
    let at = (middle, y as f32 + 60.0);
    canvas.text("time in seconds", TEXT_PX, at, Align::Centre, FAINT_INK);
}

fn draw_legend(canvas: &mut Canvas, layout: &Layout) {
    let x = layout.left + layout.width + MARGIN_PX;
    let bar_px = 26;
    for row in 0..layout.height {
        let probability = 1.0 - row as f32 / (layout.height - 1) as f32;
        canvas.fill(x, layout.top + row, bar_px, 1, colour(probability));
    }
    for percent in [0, 25, 50, 75, 100] {
        let from_top = 1.0 - percent as f32 / 100.0;
        let y = layout.top as f32 + from_top * (layout.height - 2) as f32;
        canvas.fill(x + bar_px, y as usize, 8, 2, INK);
        let at = ((x + bar_px + 14) as f32, y + 1.0);
        canvas.text(&format!("{percent} %"), TEXT_PX, at, Align::Left, INK);
    }
}
