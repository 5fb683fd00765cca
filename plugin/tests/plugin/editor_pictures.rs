//! The editor's pages as pictures: those of the manual and a few more, held against what the editor draws now,
//! and all of them for people to look at.

#[path = "../../examples/editor_preview/invented.rs"]
mod invented;

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tagline::editor::{Look, Offscreen, Page, Picture};
use tagline_tests::skipped;

pub use self::invented::{Invented, Scene};
use crate::common::entry;

/// The window's usual size, its least and a large one, in points.
pub const USUAL: (f32, f32) = (760.0, 640.0);
const NARROW: (f32, f32) = (680.0, 360.0);
const WIDE: (f32, f32) = (1_400.0, 900.0);

/// Frames after which the bars have come to rest.
const FRAMES: usize = 120;

/// Frames after which the macros' curves are full: 20 s.
const CURVE_FRAMES: usize = 1_250;

/// Two pixels differ if a colour does by more than this. Rounding alone makes less of a difference.
const COLOUR_SLACK: u8 = 40;

/// Share of the pixels that may differ. A word that has moved is more.
const SHARE: f64 = 0.000_4;

/// If this variable is set, the pictures are drawn anew.
const RENEW: &str = "TAGLINE_RENEW_PICTURES";

fn draw(page: Page, look: Look, size: (f32, f32), scale: f32) -> Picture {
    // No model of this machine's user is shown.
    let _ = entry();
    let source = Arc::new(Invented::new(Scene::Still));
    let mut editor = Offscreen::new(source, (page, look), size, scale);
    editor.ask_where("drums");
    editor.frames(match page {
        Page::Macros => CURVE_FRAMES,
        _ => FRAMES,
    });
    editor.picture()
}

/// A picture that is kept: its file, from the root, and how it is drawn.
type Kept = (PathBuf, Page, Look, (f32, f32), f32);

/// The pictures that are kept.
fn kept() -> Vec<Kept> {
    let mut all = Vec::new();
    for page in Page::ALL {
        let name = page.name().to_lowercase();
        let of_manual = PathBuf::from(format!("docs/pictures/page-{name}.png"));
        all.push((of_manual, page, Look::Dark, USUAL, 2.0));
        let folder = Path::new("plugin/tests/pictures");
        let light = folder.join(format!("{name}-light.png"));
        all.push((light, page, Look::Light, USUAL, 1.0));
        let narrow = folder.join(format!("{name}-narrow.png"));
        all.push((narrow, page, Look::Dark, NARROW, 1.0));
    }
    all
}

#[test]
fn every_page_looks_as_its_picture_shows_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut differ = Vec::new();
    for (file, page, look, size, scale) in kept() {
        if page == Page::Model && std::env::temp_dir() != Path::new("/tmp") {
            // The page names the folder of models, which lies elsewhere here.
            skipped("every_page_looks_as_its_picture_shows_it", file.display());
            continue;
        }
        let found = draw(page, look, size, scale);
        let kept = root.join(&file);
        if std::env::var_os(RENEW).is_some() {
            write(&kept, &found);
            continue;
        }
        let share = read(&kept).map_or(1.0, |kept| difference(&kept, &found));
        if share > SHARE {
            let name = file.file_name().expect("a file's name");
            let shown = target().join(name);
            write(&shown, &found);
            differ.push(format!(
                "{}: {:.2} % of the pixels differ; now it is {}",
                file.display(),
                100.0 * share,
                shown.display()
            ));
        }
    }
    assert!(
        differ.is_empty(),
        "{}\nIf the change is meant, look at them and draw them anew: {RENEW}=1 cargo test \
         --workspace --test plugin every_page_looks",
        differ.join("\n")
    );
}

/// `cargo test --workspace --test plugin every_page_in_every_size -- --ignored` writes them into
/// `target/editor-pictures`.
#[test]
#[ignore = "draws more than a hundred pictures to look at"]
fn every_page_in_every_size_and_theme_is_drawn() {
    for page in Page::ALL {
        for look in Look::ALL {
            for (size, name) in [(NARROW, "narrow"), (USUAL, "usual"), (WIDE, "wide")] {
                for scale in [1.0, 2.0, 3.0] {
                    let picture = draw(page, look, size, scale);
                    let file = format!("{}-{}-{name}-{scale}x.png", page.name(), look.name());
                    write(&target().join(file.to_lowercase()), &picture);
                }
            }
        }
    }
    for name in ["nomodel", "refused"] {
        let scene = Scene::named(name).expect("a scene");
        let source = Arc::new(Invented::new(scene));
        let mut editor = Offscreen::new(source, (scene.page(), Look::Dark), USUAL, 1.0);
        editor.frames(FRAMES);
        write(&target().join(format!("{name}.png")), &editor.picture());
    }
    let source = Arc::new(Invented::new(Scene::Still));
    let mut editor = Offscreen::new(source, (Page::Tags, Look::Dark), USUAL, 1.0);
    editor.frames(FRAMES);
    editor.point_at(300.0, 190.0);
    editor.frames(FRAMES);
    write(&target().join("tags-hovered.png"), &editor.picture());
}

fn target() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/editor-pictures");
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    folder
}

/// Share of the pixels that differ.
fn difference(kept: &Picture, found: &Picture) -> f64 {
    if (kept.width, kept.height) != (found.width, found.height) {
        return 1.0;
    }
    let differs = |(a, b): &(&[u8; 3], &[u8; 3])| {
        let mut channels = a.iter().zip(b.iter());
        channels.any(|(a, b)| a.abs_diff(*b) > COLOUR_SLACK)
    };
    let count = kept.rgb.iter().zip(&found.rgb).filter(differs).count();
    count as f64 / kept.rgb.len() as f64
}

fn write(file: &Path, picture: &Picture) {
    let writer = BufWriter::new(File::create(file).expect("a file for the picture"));
    let (width, height) = (picture.width as u32, picture.height as u32);
    let mut encoder = png::Encoder::new(writer, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let mut encoder = encoder.write_header().expect("a header");
    let bytes = picture.rgb.as_flattened();
    encoder.write_image_data(bytes).expect("a written picture");
}

fn read(file: &Path) -> Option<Picture> {
    let file = BufReader::new(File::open(file).ok()?);
    let mut reader = png::Decoder::new(file).read_info().ok()?;
    let mut bytes = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut bytes).ok()?;
    let rgb = bytes[..info.buffer_size()].as_chunks::<3>().0.to_vec();
    Some(Picture {
        width: info.width as usize,
        height: info.height as usize,
        rgb,
    })
}

#[test]
fn a_word_that_has_moved_is_a_difference_and_rounding_is_none() {
    let before = draw(Page::Settings, Look::Dark, NARROW, 1.0);
    let mut rounded = before.clone();
    for pixel in &mut rounded.rgb {
        *pixel = pixel.map(|value| value.saturating_add(6));
    }
    assert_eq!(difference(&before, &rounded), 0.0);
    // 60 by 12 pixels of a line of text, one to the right.
    let mut moved = before.clone();
    for y in 112..136 {
        for x in (20..100).rev() {
            moved.rgb[y * moved.width + x] = before.rgb[y * before.width + x - 1];
        }
    }
    assert!(difference(&before, &moved) > SHARE);
}
