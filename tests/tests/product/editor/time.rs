//! The pages of time and of what the network hears.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tagline_engine::BackendChoice;
use tagline_taggram::{Taggram, write_taggram};
use tagline_tests::{Random, write_float_wav};
use trainer::tag::{TaggedFile, Tagger, Tagging, Windows, find_model};

use super::child::{Display, in_a_process_of_its_own};
use super::host::{EditorHost, Sound};
use super::screen::Screen;
use super::{HEARS, OPEN_SIZE, TIME};

const MOMENT: Duration = Duration::from_millis(500);

const SAMPLE_RATE_HZ: u32 = 48_000;

/// Noise and a tone in turn, so that the tags move: about 12 s, in whole blocks.
fn song() -> Vec<f32> {
    let mut random = Random::new(7);
    let tone = |n: usize| (n as f32 * 0.05).sin();
    let sample = |n: usize| match n / 150_000 % 2 {
        0 => 0.2 * random.sample(),
        _ => 0.2 * tone(n),
    };
    (0..1_125 * 512).map(sample).collect()
}

/// The same song in a file, as the trainer tags it.
fn tagged(song: &[f32], folder: &Path) -> (Tagging, TaggedFile) {
    let file = folder.join("song.wav");
    // The host goes on with silence, over which the tags hold.
    let mut song = song.to_vec();
    song.extend(vec![0.0; 3 * SAMPLE_RATE_HZ as usize]);
    write_float_wav(&file, SAMPLE_RATE_HZ, &[song.clone(), song]);
    let models = std::env::var_os("TAGLINE_MODELS").expect("a models folder");
    let tagging = Tagging {
        model: find_model(Some(&Path::new(&models).join("tiny.onnx"))).expect("the model"),
        backend: BackendChoice::Auto,
        library_dirs: Vec::new(),
        update_seconds: 1.0,
        focus_seconds: f64::INFINITY,
        windows: Windows::Every,
        raw: false,
        write_tags: None,
    };
    let tagged = Tagger::new(&tagging).expect("a tagger").tag(&file, |_| {});
    let tagged = tagged.expect("tags");
    (tagging, tagged)
}

#[test]
fn the_taggram_agrees_with_the_trainer_in_its_files_and_a_click_shows_a_moment() {
    let name = "time::the_taggram_agrees_with_the_trainer_in_its_files_and_a_click_shows_a_moment";
    in_a_process_of_its_own(name, Display::Virtual, |bundle| {
        let screen = Screen::connect();
        let mut host = EditorHost::load_offline(bundle);
        let window = screen.window(OPEN_SIZE);
        host.open(window);
        let song = song();
        host.play_samples(&song);
        host.play(Sound::Silence, Duration::from_secs(2));
        let click = |host: &mut EditorHost, x: i16, y: i16| {
            screen.click(window, x, y);
            host.play(Sound::Silence, MOMENT);
        };
        click(&mut host, TIME.0, TIME.1);
        let now = screen.picture_of_child(window);
        let target = bundle.ancestors().nth(2).expect("a build folder");
        now.save(&target.join("editor-time.png"));

        // A moment of the past has other values, in the column on the right.
        click(&mut host, 610, 200);
        let past = screen.picture_of_child(window);
        past.save(&target.join("editor-time-inspected.png"));
        let (from, to) = ((690, 160), (745, 280));
        let moved = past.differences_within(&now, from, to);
        assert!(moved > 50, "the values stayed: {moved} pixels");

        for x in [604, 657, 713] {
            click(&mut host, x, 121);
        }
        let folder = PathBuf::from(std::env::var_os("TAGLINE_TAGGRAMS").expect("a folder"));
        let read = |ending: &str| std::fs::read(folder.join(format!("taggram-1.{ending}")));
        let scratch = tempfile::tempdir().expect("a folder");
        let (tagging, tagged) = tagged(&song, scratch.path());
        let info = tagging.model.info();

        let csv = String::from_utf8(read("csv").expect("a table")).expect("a text");
        let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
        assert_eq!(rows[0][8..], *info.tags, "the tags of the model: {csv}");
        assert!(rows.len() > 8, "{csv}");
        assert_eq!(rows.len() - 1, tagged.updates.len(), "{csv}");
        let number = |text: &str| text.parse::<f64>().expect("a number");
        let near = |a: f64, b: f64| (a - b).abs() < 2e-6;
        for (row, update) in rows[1..].iter().zip(&tagged.updates) {
            assert!(near(number(row[2]), update.position_seconds), "{row:?}");
            // The song began with the stream; at 120 beats a minute, two seconds are a bar.
            assert!((number(row[6]) - number(row[2])).abs() < 0.05, "{row:?}");
            assert!(
                (number(row[7]) - 1.0 - number(row[6]) / 2.0).abs() < 0.05,
                "{row:?}"
            );
            for (cell, value) in row[8..].iter().zip(&update.probabilities) {
                assert!(
                    near(number(cell), f64::from(*value)),
                    "{row:?}, not {update:?}"
                );
            }
        }

        let json: Value = serde_json::from_slice(&read("json").expect("JSON")).expect("JSON");
        let updates = json["updates"].as_array().expect("updates");
        assert_eq!(updates.len(), tagged.updates.len());
        for (moment, update) in updates.iter().zip(&tagged.updates) {
            for (tag, value) in info.tags.iter().zip(&update.probabilities) {
                let found = moment["tags"][tag].as_f64().expect("a value");
                assert!(near(found, f64::from(*value)), "{tag} at {moment}");
            }
        }

        let png = scratch.path().join("taggram.png");
        let positions = tagged.updates.iter().map(|update| update.position_seconds);
        let rows = tagged
            .updates
            .iter()
            .map(|update| update.probabilities.clone());
        let taggram = Taggram {
            title: &info.name,
            tags: &info.tags,
            positions_seconds: &positions.collect::<Vec<_>>(),
            probabilities: &rows.collect::<Vec<_>>(),
        };
        write_taggram(&png, &taggram).expect("a picture");
        let is_same = read("png").expect("a picture") == std::fs::read(png).expect("a picture");
        assert!(is_same, "the picture is another than the trainer's");
        host.destroy();
    });
}

#[test]
fn what_the_network_hears_is_drawn_while_it_is_heard() {
    let name = "time::what_the_network_hears_is_drawn_while_it_is_heard";
    in_a_process_of_its_own(name, Display::Virtual, |bundle| {
        let screen = Screen::connect();
        // Its window of half a minute is filled slowly enough.
        let mut host = EditorHost::load_built_in(bundle, SAMPLE_RATE_HZ.into());
        let window = screen.window(OPEN_SIZE);
        host.open(window);
        host.play(Sound::Noise, Duration::from_secs(3));
        screen.click(window, HEARS.0, HEARS.1);
        host.play(Sound::Noise, Duration::from_secs(2));
        let early = screen.picture_of_child(window);
        host.play(Sound::Noise, Duration::from_secs(4));
        let late = screen.picture_of_child(window);
        let target = bundle.ancestors().nth(2).expect("a build folder");
        late.save(&target.join("editor-hears.png"));
        // The window is filled from the right.
        let left = late.differences_within(&early, (80, 150), (240, 500));
        let middle = late.differences_within(&early, (500, 150), (590, 500));
        assert!(left < 200, "nothing is heard there yet: {left}");
        assert!(middle > 5_000, "it has moved on: {middle}");
        host.destroy();
    });
}
