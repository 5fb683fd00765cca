//! `trainer tag --write-tags`: tags in the files themselves.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lofty::config::WriteOptions;
use lofty::file::{AudioFile, TaggedFileExt};
use lofty::tag::{ItemKey, Tag, TagType};
use tagline_tests::{TinyModel, write_wav};
use tempfile::TempDir;

use crate::common::program::{command, stderr, trainer};

const RATE_HZ: u32 = 16_000;

/// The command that writes the tags.
const TAG: [&str; 8] = [
    "tag",
    "--model",
    "model.onnx",
    "--backend",
    "tract",
    "--at",
    "mean",
    "--write-tags",
];

/// A folder with a model of two genres and two moods.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let model = TinyModel::new(&["rock", "calm", "jazz", "bright"], 141);
    let groups = r#"["genre", "mood", "genre", "mood"]"#;
    let bytes = model.with("tagline.groups", Some(groups)).bytes();
    std::fs::write(folder.path().join("model.onnx"), bytes).unwrap();
    folder
}

/// Noise, of which the model says all its tags.
fn song(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    let mut state = 1u32;
    let noise = (0..6 * RATE_HZ).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 16) as u16 as i16) / 4
    });
    write_wav(&path, RATE_HZ, noise);
    path
}

fn tag(path: &Path) -> Tag {
    let file = lofty::read_from_path(path).unwrap();
    file.primary_tag().cloned().expect("tags")
}

fn text(path: &Path, key: ItemKey) -> Option<String> {
    tag(path).get_string(key).map(str::to_owned)
}

fn set(path: &Path, items: &[(ItemKey, &str)]) {
    let mut file = lofty::read_from_path(path).unwrap();
    let mut tag = Tag::new(file.primary_tag_type());
    for (key, text) in items {
        assert!(tag.insert_text(*key, (*text).to_owned()));
    }
    file.insert_tag(tag);
    file.save_to_path(path, WriteOptions::default()).unwrap();
}

fn samples(path: &Path) -> Vec<Vec<f32>> {
    tagline_media::decode(path).unwrap().channels
}

#[test]
fn genre_mood_and_a_comment_are_written_and_the_sound_stays_the_same() {
    let folder = folder();
    let path = song(folder.path(), "song.wav");
    let sound = samples(&path);
    let run = trainer(folder.path(), &[&TAG[..], &["song.wav"]].concat());
    assert!(run.status.success(), "{run:?}");
    assert!(stderr(&run).is_empty(), "{}", stderr(&run));
    let genre = text(&path, ItemKey::Genre).expect("a genre");
    assert!(["rock", "jazz"].contains(&genre.as_str()), "{genre}");
    let comment = text(&path, ItemKey::Comment).expect("a comment");
    assert!(
        comment.starts_with("Tagline: ") && comment.contains('%'),
        "{comment}"
    );
    assert!(comment.contains(&genre), "{comment}");
    let mood = text(&path, ItemKey::Mood).expect("moods");
    assert!(
        ["calm, bright", "bright, calm"].contains(&mood.as_str()),
        "{mood}"
    );
    assert_eq!(samples(&path), sound);
    // There is nothing left to write.
    let written = std::fs::read(&path).unwrap();
    let time = std::fs::metadata(&path).unwrap().modified().unwrap();
    trainer(folder.path(), &[&TAG[..], &["song.wav"]].concat());
    assert!(std::fs::read(&path).unwrap() == written);
    assert_eq!(std::fs::metadata(&path).unwrap().modified().unwrap(), time);
}

#[test]
fn what_people_wrote_stays_and_our_own_comment_is_replaced() {
    let folder = folder();
    let mine = song(folder.path(), "mine.wav");
    set(
        &mine,
        &[
            (ItemKey::Genre, "Polka"),
            (ItemKey::Comment, "bought in Prague"),
            (ItemKey::TrackTitle, "A song"),
        ],
    );
    let old = song(folder.path(), "old.wav");
    set(&old, &[(ItemKey::Comment, "Tagline: polka 99 %")]);
    let run = trainer(
        folder.path(),
        &[&TAG[..], &["mine.wav", "old.wav"]].concat(),
    );
    assert!(run.status.success(), "{run:?}");
    assert_eq!(text(&mine, ItemKey::Genre).as_deref(), Some("Polka"));
    assert_eq!(
        text(&mine, ItemKey::Comment).as_deref(),
        Some("bought in Prague")
    );
    assert_eq!(text(&mine, ItemKey::TrackTitle).as_deref(), Some("A song"));
    let comment = text(&old, ItemKey::Comment).expect("a comment");
    assert!(!comment.contains("polka"), "{comment}");
}

#[test]
fn frames_that_the_library_does_not_know_are_kept() {
    let folder = folder();
    let path = song(folder.path(), "song.wav");
    // A chunk `id3 ` of an ID3v2.4 tag with one private frame.
    let frame = b"PRIV\0\0\0\x0b\0\0owner\0\x01\x02\x03\x04\x05";
    let mut tag = b"ID3\x04\0\0\0\0\0\x16".to_vec();
    tag.extend(frame);
    tag.resize(10 + 22, 0);
    let mut file = std::fs::read(&path).unwrap();
    file.extend(b"id3 ");
    file.extend((tag.len() as u32).to_le_bytes());
    file.extend(&tag);
    let length = (file.len() - 8) as u32;
    file[4..8].copy_from_slice(&length.to_le_bytes());
    std::fs::write(&path, file).unwrap();
    let run = trainer(folder.path(), &[&TAG[..], &["song.wav"]].concat());
    assert!(stderr(&run).is_empty(), "{}", stderr(&run));
    assert!(text(&path, ItemKey::Genre).is_some());
    let file = std::fs::read(&path).unwrap();
    let private = b"owner\0\x01\x02\x03\x04\x05";
    assert!(file.windows(private.len()).any(|bytes| bytes == private));
}

#[test]
fn a_format_that_takes_no_tags_is_named_and_left_as_it_is() {
    let folder = folder();
    let path = folder.path().join("song.au");
    // Sun's format.
    let mut file = b".snd\0\0\0\x18\xff\xff\xff\xff\0\0\0\x03\0\0\x3e\x80\0\0\0\x01".to_vec();
    let sound = samples(&song(folder.path(), "song.wav")).remove(0);
    let sound = sound.iter().map(|sample| (sample * 32_768.0) as i16);
    file.extend(sound.flat_map(i16::to_be_bytes));
    std::fs::write(&path, &file).unwrap();
    let run = trainer(folder.path(), &[&TAG[..], &["song.au"]].concat());
    assert!(run.status.success(), "{run:?}");
    let said = stderr(&run);
    assert!(
        said.contains("song.au") && said.contains("takes no tags"),
        "{said}"
    );
    assert!(std::fs::read(&path).unwrap() == file);
    let out = [&TAG[..], &["song.au", "--out", "tags.parquet"]].concat();
    assert!(trainer(folder.path(), &out).status.success());
    let table = std::fs::read(folder.path().join("tags.parquet")).unwrap();
    let warning = b"no tags were written";
    assert!(table.windows(warning.len()).any(|bytes| bytes == warning));
}

#[test]
fn a_run_that_is_killed_leaves_every_file_whole() {
    const FILES: usize = 40;
    let folder = folder();
    std::fs::create_dir(folder.path().join("music")).unwrap();
    let original = song(folder.path(), "song.wav");
    let sound = samples(&original);
    let paths: Vec<PathBuf> = (0..FILES)
        .map(|n| folder.path().join(format!("music/{n:02}.wav")))
        .collect();
    for path in &paths {
        std::fs::copy(&original, path).unwrap();
    }
    let arguments = [&TAG[..], &["music", "--jobs", "2", "--out", "tags.parquet"]].concat();
    let tagged = |path: &PathBuf| {
        let file = lofty::read_from_path(path).unwrap();
        file.tag(TagType::Id3v2).is_some()
    };
    let mut kills = 0;
    loop {
        let mut child = command(folder.path(), &arguments).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(40 + 30 * kills));
        let ended = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        for path in &paths {
            assert!(samples(path) == sound, "{}", path.display());
        }
        if ended {
            break;
        }
        kills += 1;
    }
    println!("{kills} kills");
    assert!(paths.iter().all(tagged));
}
