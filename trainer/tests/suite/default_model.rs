//! The default model: the tags that it must find, and those that it must not imagine.

use std::collections::BTreeMap;
use std::path::Path;

use tagline_engine::Model;
use tagline_tests::{Random, pcm, reference, write_wav};
use trainer::tag::{NoTags, TaggedFile, Tagger, Tagging, Windows};
use trainer::vocabulary::Vocabulary;

use crate::common::networks::TRACT;

fn model() -> Model {
    Model::built_in().unwrap()
}

fn tagged(path: &Path) -> TaggedFile {
    let tagging = Tagging {
        model: model(),
        backend: TRACT,
        library_dirs: Vec::new(),
        update_seconds: 1.0,
        focus_seconds: f64::INFINITY,
        windows: Windows::Every,
        raw: false,
        write_tags: None,
    };
    Tagger::new(&tagging).unwrap().tag(path, |_| ()).unwrap()
}

/// Tags of a file's last window, strongest first, with their calibrated probabilities.
fn tags_of(path: &Path) -> Vec<(String, f32)> {
    let tags = model().info().tags.clone().into_iter();
    let mut tags: Vec<_> = tags.zip(tagged(path).last.unwrap().probabilities).collect();
    tags.sort_by(|a, b| b.1.total_cmp(&a.1));
    tags
}

/// The strongest genre in all windows from the third second on.
fn strongest_genre(path: &Path) -> (f32, String) {
    let model = model();
    let (info, groups) = (model.info(), model.info().groups.as_ref().unwrap());
    let tagged = tagged(path);
    let windows = tagged.updates.iter();
    let values = windows.flat_map(|update| update.probabilities.iter().copied().enumerate());
    let genres = values.filter(|(tag, _)| groups[*tag] == "genre");
    match genres.max_by(|a, b| a.1.total_cmp(&b.1)) {
        Some((tag, value)) => (value, info.tags[tag].clone()),
        None => {
            assert_eq!(tagged.last, Err(NoTags::Silent));
            (0.0, "none".to_owned())
        }
    }
}

#[test]
fn the_default_model_is_small_and_describes_itself() {
    assert!(tagline_models::DEFAULT_MODEL.len() < 4_000_000);
    let model = model();
    let info = model.info();
    assert_eq!(info.name, "Tagline default");
    assert_eq!(info.licence, "MIT OR Apache-2.0");
    assert_eq!(info.front_end.sample_rate, 12_000);
    // With `top_db`, windows could not be computed incrementally.
    assert_eq!(info.front_end.top_db, None);
    let calibration = info.calibration.as_ref().unwrap();
    assert!(calibration.iter().any(|tag| tag.slope != 1.0));
}

#[test]
fn the_default_models_tags_and_groups_are_the_vocabularys() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../models/tags.toml"));
    let vocabulary = Vocabulary::read(path).unwrap();
    let model = model();
    assert_eq!(vocabulary.tags().len(), 50);
    assert_eq!(model.info().tags, vocabulary.names());
    let groups: Vec<String> = vocabulary.tags().iter().map(|t| t.group.clone()).collect();
    assert_eq!(model.info().groups.as_ref(), Some(&groups));
    let mut sizes = BTreeMap::<&str, usize>::new();
    for group in &groups {
        *sizes.entry(group).or_default() += 1;
    }
    let expected = [
        ("genre", 19),
        ("instrument", 14),
        ("mood", 8),
        ("tempo and dynamics", 4),
        ("voice", 5),
    ];
    assert_eq!(sizes, BTreeMap::from(expected));
    for tag in vocabulary.tags() {
        assert!(!tag.definition.is_empty(), "{}", tag.name);
    }
    // Each tag has its names in each published data set, or says that it has none.
    let text = std::fs::read_to_string(path).unwrap();
    let file: toml::Table = text.parse().unwrap();
    for tag in file["tag"].as_array().unwrap() {
        for data_set in ["magnatagatune", "msd", "jamendo"] {
            assert!(tag.get(data_set).is_some(), "{tag:?} lacks {data_set}");
        }
    }
}

#[test]
fn the_default_model_recognises_the_published_clips() {
    let Some(reference) = reference("the_default_model_recognises_the_published_clips") else {
        return;
    };
    let rank = |clip: &str, tag: &str| {
        let path = reference.join(format!("choi2016/clips/bensound-{clip}.mp3"));
        let tags = tags_of(&path);
        println!("{clip}: {:?}", &tags[..6]);
        1 + tags.iter().position(|(name, _)| name == tag).unwrap()
    };
    assert_eq!(rank("thejazzpiano", "jazz"), 1);
    assert!(rank("thejazzpiano", "piano") <= 5);
    assert_eq!(rank("dubstep", "electronic"), 1);
    assert!(rank("actionable", "rock") <= 3);
}

const RATE_HZ: u32 = 44_100;

/// The value of each sample.
type Sound = Box<dyn FnMut(usize) -> f32>;

#[test]
fn the_default_model_finds_no_genre_in_silence_noise_sweeps_and_speech() {
    let noise = |level: f32| {
        let mut random = Random::new(1);
        move |_: usize| level * random.sample()
    };
    // From 20 Hz to 20 kHz, with equal time for each octave.
    let sweep = |at: usize| {
        let (seconds, octaves) = (at as f64 / f64::from(RATE_HZ), 1_000.0_f64.log2());
        let turns =
            20.0 * 30.0 / (octaves * 2.0_f64.ln()) * (2.0_f64.powf(octaves * seconds / 30.0) - 1.0);
        0.5 * (turns * std::f64::consts::TAU).sin() as f32
    };
    // Noise through a leaky integrator.
    let brown = {
        let (mut white, mut sum) = (noise(0.02), 0.0);
        move |at: usize| {
            sum = 0.995 * sum + white(at);
            sum
        }
    };
    let folder = tempfile::tempdir().unwrap();
    let sounds: [(&str, Sound); 5] = [
        ("silence", Box::new(|_| 0.0)),
        ("loud noise", Box::new(noise(0.5))),
        ("soft noise", Box::new(noise(0.01))),
        ("brown noise", Box::new(brown)),
        ("sweep", Box::new(sweep)),
    ];
    let mut files =
        vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/assets/speech.ogg")];
    for (name, sound) in sounds {
        let file = folder.path().join(format!("{name}.wav"));
        write_wav(
            &file,
            RATE_HZ,
            (0..30 * RATE_HZ as usize).map(sound).map(pcm),
        );
        files.push(file);
    }
    for file in files {
        let (probability, genre) = strongest_genre(&file);
        println!("{}: {genre} {probability}", file.display());
        assert!(
            probability <= 0.15,
            "{}: {genre} {probability}",
            file.display()
        );
    }
}
