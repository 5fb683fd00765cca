//! The pages of time and of what the network hears.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tagline_engine::BackendChoice;
use tagline_taggram::{Taggram, write_taggram};
use tagline_tests::{Random, write_float_wav};
use trainer::tag::{TaggedFile, Tagger, Tagging, Windows, find_model};

use super::host::{EditorHost, Sound, Windowed};
use super::stage::{Stage, in_both_formats, in_format};
use super::{HEARS, TIME};

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

fn the_taggram_agrees_with_the_trainer_in_its_files_and_a_click_shows_a_moment<P: Windowed>(
    name: &str,
) {
    in_format::<P>(name, |bundle| {
        let mut stage = Stage::<P>::with(bundle, EditorHost::load_offline(bundle));
        stage.sound = Sound::Silence;
        let song = song();
        stage.host.play_samples(&song);
        stage.wait(Duration::from_secs(2));
        stage.click(TIME);
        let now = stage.picture("time");

        // A moment of the past has other values, in the column on the right.
        stage.click((610, 200));
        let past = stage.picture("time-inspected");
        let (from, to) = ((690, 160), (745, 280));
        let moved = past.differences_within(&now, from, to);
        assert!(moved > 50, "the values stayed: {moved} pixels");

        for x in [604, 657, 713] {
            stage.click((x, 121));
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
        stage.host.close();
    });
}

fn what_the_network_hears_is_drawn_while_it_is_heard<P: Windowed>(name: &str) {
    in_format::<P>(name, |bundle| {
        // Its window of half a minute is filled slowly enough.
        let host = EditorHost::load_built_in(bundle, SAMPLE_RATE_HZ.into());
        let mut stage = Stage::<P>::with(bundle, host);
        stage.wait(Duration::from_secs(3));
        stage.click(HEARS);
        stage.wait(Duration::from_secs(2));
        let early = stage.picture("hears-early");
        stage.wait(Duration::from_secs(4));
        let late = stage.picture("hears");
        // The window is filled from the right.
        let left = late.differences_within(&early, (80, 150), (240, 500));
        let middle = late.differences_within(&early, (500, 150), (590, 500));
        assert!(left < 200, "nothing is heard there yet: {left}");
        assert!(middle > 5_000, "it has moved on: {middle}");
        stage.host.close();
    });
}

in_both_formats!("time":
    the_taggram_agrees_with_the_trainer_in_its_files_and_a_click_shows_a_moment,
    what_the_network_hears_is_drawn_while_it_is_heard,
);
