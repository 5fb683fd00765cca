//! `trainer synth` as its user meets it. Tests that need a SoundFont are skipped if none is
//! installed.

use std::path::Path;
use std::process::Output;

use tagline_tests::files;
use tagline_tests::{interrupt_once, soundfont};
use tempfile::TempDir;

use crate::common::program::{argument, assert_refused, command, stderr, stdout, trainer};

fn synth(folder: &Path, arguments: &[&str]) -> Output {
    trainer(folder, &[&["synth"], arguments].concat())
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_program_well() {
    let Some(font) = soundfont("ctrl_c_ends_the_program_well") else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("corpus");
    let arguments = [
        &["synth", "corpus", "--clips", "500", "--seconds", "20"][..],
        &["--format", "wav", "--jobs", "2"],
        &["--soundfont", argument(&font)],
    ];
    let child = command(folder.path(), &arguments.concat()).spawn().unwrap();
    // The first clip is finished. The name of a temporary file begins with a dot.
    let begun = || {
        let entries = std::fs::read_dir(out.join("0")).into_iter().flatten();
        let mut names = entries.map(|entry| entry.unwrap().file_name());
        names.any(|name| !name.to_string_lossy().starts_with('.'))
    };
    let ended = interrupt_once(begun, child);
    let error = stderr(&ended);
    assert_eq!(ended.status.code(), Some(130), "{error}");
    let names: Vec<String> = files(&out).into_keys().collect();
    let clips = names.iter().filter(|name| name.ends_with(".wav")).count();
    assert_eq!(names.len(), clips + 1, "clips and a manifest: {names:?}");
    let hidden = |name: &String| name.starts_with('.') || name.contains("/.");
    assert!(!names.iter().any(hidden), "{names:?}");
    let line = format!("interrupted after {clips} of 500 clips; run the same command again");
    assert!(error.contains(&line), "{clips}: {error}");
}

#[test]
fn the_program_says_what_is_wrong_with_its_arguments() {
    let folder = TempDir::new().unwrap();
    let refused = |arguments: &[&str], message: &str| {
        assert_refused(&synth(folder.path(), arguments), message);
    };
    refused(&[], "--clips");
    refused(&["out"], "--clips");
    refused(&["out", "--clips", "0"], "--clips");
    refused(&["--preview", "a.wav"], "--style");
    let nothing = ["out", "--clips", "1", "--soundfont", "nothing.sf2"];
    refused(&nothing, "nothing.sf2");
    assert!(
        !folder.path().join("out").exists(),
        "a folder is made before it is known to be of use"
    );
    let Some(font) = soundfont("the_program_says_what_is_wrong_with_its_arguments") else {
        return;
    };
    let font = ["--soundfont", argument(&font)];
    for seconds in ["0", "-3", "inf", "1e9"] {
        let flag = format!("--seconds={seconds}");
        let corpus = ["out", "--clips", "1", &flag];
        refused(&[&corpus[..], &font].concat(), "1 to 300 s");
    }
    let preview = |file, style| {
        let piece = ["--preview", file, "--style", style, "--seconds", "1"];
        [&piece[..], &font].concat()
    };
    refused(&preview("piece.mp3", "jazz"), ".ogg or .wav");
    for word in ["polka", "jazz-piano-trio"] {
        refused(&preview("piece.ogg", "polka"), word);
    }
}

#[test]
fn a_preview_is_a_piece_in_stereo() {
    let Some(font) = soundfont("a_preview_is_a_piece_in_stereo") else {
        return;
    };
    let folder = TempDir::new().unwrap();
    for name in ["piece.wav", "piece.ogg"] {
        let piece = ["--preview", name, "--style", "techno", "--seconds", "4"];
        let arguments = [&piece[..], &["--soundfont", argument(&font)]].concat();
        let said = stdout(&synth(folder.path(), &arguments));
        assert!(
            said.contains("techno") && said.contains("electronic"),
            "{said}"
        );
        let audio = tagline_media::decode(&folder.path().join(name)).unwrap();
        assert_eq!(audio.sample_rate_hz, 44_100);
        assert_eq!(audio.channels.len(), 2);
        assert!((audio.seconds() - 4.0).abs() < 0.02);
    }
}
