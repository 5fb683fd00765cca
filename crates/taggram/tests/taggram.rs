//! Taggrams: a readable picture of any input.

use std::ops::Range;
use std::path::Path;

use tagline_taggram::{Taggram, write_taggram};
use tempfile::TempDir;

/// `[row][column]` of RGB pixels.
fn read(path: &Path) -> Vec<Vec<[u8; 3]>> {
    let file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    pixels
        .chunks(info.line_size)
        .map(|row| row.chunks(3).map(|p| [p[0], p[1], p[2]]).collect())
        .collect()
}

fn draw(title: &str, tags: &[String], positions: &[f64], rows: &[Vec<f32>]) -> Vec<Vec<[u8; 3]>> {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("taggram.png");
    let taggram = Taggram {
        title,
        tags,
        positions_seconds: positions,
        probabilities: rows,
    };
    write_taggram(&path, &taggram).unwrap();
    // With TAGLINE_KEEP_PICTURES, somebody wants to look at them.
    if let Some(folder) = std::env::var_os("TAGLINE_KEEP_PICTURES") {
        let name = title.replace(|c: char| !c.is_alphanumeric(), "_");
        std::fs::copy(&path, Path::new(&folder).join(format!("{name}.png"))).unwrap();
    }
    read(&path)
}

fn pixels(picture: &[Vec<[u8; 3]>], rows: Range<usize>, columns: Range<usize>) -> Vec<[u8; 3]> {
    let rows = picture[rows].iter();
    rows.flat_map(|row| &row[columns.clone()])
        .copied()
        .collect()
}

/// Whether the pixel belongs to a letter.
fn is_dark(pixel: [u8; 3]) -> bool {
    pixel.iter().all(|&value| value < 140)
}

/// Whether the pixel has the colour of unknown values.
fn is_grey([r, g, b]: [u8; 3]) -> bool {
    r > 200 && r == g && g.abs_diff(b) < 8
}

fn names(count: usize) -> Vec<String> {
    let known = [
        "rock",
        "pop",
        "alternative",
        "indie",
        "electronic",
        "female vocalists",
        "dance",
        "00s",
        "alternative rock",
        "jazz",
        "beautiful",
        "metal",
        "chillout",
        "male vocalists",
        "classic rock",
        "soul",
        "indie rock",
        "mellow",
        "electronica",
        "80s",
        "folk",
        "90s",
        "chill",
        "instrumental",
        "punk",
        "oldies",
        "blues",
        "hard rock",
        "ambient",
        "acoustic",
    ];
    (0..count)
        .map(|k| {
            known
                .get(k)
                .map_or_else(|| format!("tag {k}"), |name| (*name).to_owned())
        })
        .collect()
}

/// Tags that swell and fade one after the other.
fn waves(updates: usize, tags: usize) -> (Vec<f64>, Vec<Vec<f32>>) {
    let positions = (0..updates).map(|k| 3.0 + k as f64).collect();
    let rows = (0..updates)
        .map(|k| {
            (0..tags)
                .map(|tag| {
                    let phase = k as f32 / updates as f32 * 9.0 - tag as f32 * 0.7;
                    (0.5 + 0.5 * phase.sin()).powi(2) / (1.0 + 0.08 * tag as f32)
                })
                .collect()
        })
        .collect();
    (positions, rows)
}

#[test]
fn a_song_is_drawn_with_dark_and_light_parts() {
    let tags = names(50);
    let (positions, rows) = waves(58, 50);
    let picture = draw(
        "bensound-thejazzpiano.mp3 · Won et al. FCN",
        &tags,
        &positions,
        &rows,
    );
    let map: Vec<[u8; 3]> = picture[80..880]
        .iter()
        .flat_map(|row| &row[400..1_300])
        .copied()
        .collect();
    let light = |limit: u16, p: &&[u8; 3]| p.iter().map(|v| u16::from(*v)).sum::<u16>() > limit;
    assert!(map.iter().filter(|p| light(500, p)).count() > map.len() / 50);
    assert!(map.iter().filter(|p| !light(150, p)).count() > map.len() / 50);
}

#[test]
fn the_strongest_tag_is_on_top() {
    let tags = vec!["weak".to_owned(), "strong".to_owned()];
    let picture = draw(
        "order",
        &tags,
        &[3.0, 4.0],
        &[vec![0.0, 1.0], vec![0.0, 1.0]],
    );
    let (top, below) = (picture[90][1_300], picture[130][1_300]);
    assert!(top[1] > 200 && below[1] < 60, "{top:?} {below:?}");
}

#[test]
fn a_picture_without_updates_says_so() {
    let pictures = [
        draw("nothing", &[], &[], &[]),
        draw("no updates", &names(3), &[], &[]),
        draw("no tags", &[], &[3.0], &[vec![]]),
    ];
    for picture in pictures {
        // The map is empty but for the words in its middle.
        let map = pixels(&picture, 80..170, 400..1_300);
        let written = map.iter().filter(|&&pixel| is_dark(pixel)).count();
        assert!((100..2_000).contains(&written), "{written} pixels of words");
        let edge = pixels(&picture, 80..170, 400..500);
        assert!(edge.iter().all(|&pixel| is_grey(pixel)), "{edge:?}");
    }
}

#[test]
fn one_update_fills_its_row() {
    let picture = draw("one", &names(1), &[3.0], &[vec![1.0]]);
    assert!(picture[90][1_350][1] > 200);
}

#[test]
fn ten_thousand_updates_fit_into_the_picture() {
    let (positions, rows) = waves(10_000, 50);
    let picture = draw("ten thousand", &names(50), &positions, &rows);
    let (positions, rows) = waves(1_000, 50);
    let small = draw("a thousand", &names(50), &positions, &rows);
    assert_eq!(
        (picture.len(), picture[0].len()),
        (small.len(), small[0].len())
    );
    // A thousand have a column each. Both swell and fade alike over the whole width, to the last update.
    for column in (350..1_350).step_by(100) {
        let [a, b] = [&picture, &small].map(|picture| picture[90][column]);
        let difference = a.iter().zip(b).map(|(a, b)| a.abs_diff(b)).max();
        assert!(difference < Some(60), "at {column}: {a:?} {b:?}");
    }
}

#[test]
fn impossible_numbers_are_drawn_grey_instead_of_failing() {
    let picture = draw(
        "impossible",
        &names(4),
        &[f64::NAN, 3.0, -1.0, 2.0, f64::INFINITY],
        &[
            vec![0.5; 4],
            vec![f32::NAN; 4],
            vec![7.0],
            vec![],
            vec![-1.0; 4],
        ],
    );
    let [r, g, b] = picture[90][1_000];
    assert!(r == g && g.abs_diff(b) < 8, "{r} {g} {b}");
    draw("huge", &names(1), &[0.0, f64::MAX], &[vec![0.5], vec![1.0]]);
    draw(
        "same",
        &names(1),
        &[5.0, 5.0, 5.0],
        &[vec![0.5], vec![1.0], vec![0.0]],
    );
    draw("zero", &names(1), &[0.0], &[vec![0.5]]);
    draw(
        "short rows",
        &names(9),
        &[1.0, 2.0],
        &[vec![0.5], vec![1.0; 30]],
    );
}

#[test]
fn names_of_any_length_and_script_are_drawn() {
    let tags = vec![
        "x".repeat(100_000),
        "日本の音楽 with Latin".to_owned(),
        String::new(),
        "tab\tnewline\n\0".to_owned(),
    ];
    let title = "a title that is far longer than any picture could hold. ".repeat(20);
    let picture = draw(
        &title[..200],
        &tags,
        &[1.0, 2.0],
        &[vec![0.5; 4], vec![0.9, 0.4, 0.2, 0.3]],
    );
    let ink = |rows, columns| {
        let part = pixels(&picture, rows, columns);
        part.iter().filter(|&&pixel| is_dark(pixel)).count()
    };
    assert!(ink(20..60, 30..1_500) > 2_000, "the title is written");
    assert_eq!(ink(20..60, 1_580..1_600), 0, "the title ends in time");
    let rows = [76..110, 110..144, 144..178, 178..212];
    let written = rows.map(|row| ink(row, 28..380));
    assert!(
        written[0] > 500,
        "a name too long is cut, not left out: {written:?}"
    );
    assert!(
        written[1] > 300,
        "Latin letters beside others are written: {written:?}"
    );
    assert!(
        written[2] > 50,
        "letters beside control characters are: {written:?}"
    );
    assert_eq!(written[3], 0, "a tag without a name has a row all the same");
}

#[test]
fn a_folder_that_is_missing_is_named() {
    let taggram = Taggram {
        title: "",
        tags: &[],
        positions_seconds: &[],
        probabilities: &[],
    };
    let error = write_taggram(Path::new("no/such/folder/t.png"), &taggram).unwrap_err();
    assert!(
        error.to_string().starts_with("no/such/folder/t.png: "),
        "{error}"
    );
}
