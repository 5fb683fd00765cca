//! Audio that is not used as it lies there, and what is said of it.

use super::*;

#[test]
fn audio_that_lies_in_no_folder_of_a_tag_is_not_called_absent() {
    let root = tempfile::tempdir().unwrap();
    clip(&root.path().join("a.wav"), 1);
    let error = refused(&reading(root.path()));
    assert!(
        error.contains("no tag for the audio file that lies there"),
        "{error}"
    );
    clip(&root.path().join("b.wav"), 1);
    let error = refused(&reading(root.path()));
    assert!(
        error.contains("no tags for the 2 audio files that lie there"),
        "{error}"
    );
}

/// macOS has no such names.
#[cfg(target_os = "linux")]
#[test]
fn audio_that_cannot_be_a_part_of_the_data_is_in_the_report() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    folders(root.path());
    let named = |name: &[u8]| root.path().join(OsStr::from_bytes(name));
    clip(&named(b"jazz/caf\xe9.wav"), 20);
    clip(&named(b"na\xefve/song.wav"), 21);
    clip(&root.path().join("loose.wav"), 22);
    clip(&root.path().join(".hidden/song.wav"), 23);
    let elsewhere = tempfile::tempdir().unwrap();
    clip(&elsewhere.path().join("song.wav"), 24);
    std::os::unix::fs::symlink(elsewhere.path(), root.path().join("rock/linked")).unwrap();
    std::os::unix::fs::symlink("..", root.path().join("rock/up")).unwrap();
    let collection = read(&reading(root.path())).unwrap();
    let linked = |path: &str| collection.items.iter().any(|item| &*item.path == path);
    assert!(linked("rock/linked/song.wav"));
    let prepared = run(&collection, &options(out.path())).unwrap();
    assert_eq!((prepared.items, prepared.summary.unwrap().skipped), (15, 4));
    let remarks = report(out.path()).into_iter();
    let skipped: Vec<String> = remarks.filter(|line| line.starts_with("skipped")).collect();
    let no_text = "\"its name, or its folder's, is not UTF-8; rename it\"";
    let expected = [
        format!("skipped,jazz/caf\u{fffd}.wav,jazz/caf\u{fffd}.wav,{no_text}"),
        "skipped,loose.wav,loose.wav,in no folder of a tag".to_owned(),
        format!("skipped,na\u{fffd}ve/song.wav,na\u{fffd}ve/song.wav,{no_text}"),
        "skipped,rock/up,rock/up,a link to a folder that it lies in".to_owned(),
    ];
    assert_eq!(skipped, expected);
    // It is another list, since its report differs.
    std::fs::remove_file(root.path().join("loose.wav")).unwrap();
    let fewer = read(&reading(root.path())).unwrap();
    let error = run(&fewer, &options(out.path())).unwrap_err().to_string();
    assert!(error.contains("list: now with other files"), "{error}");
}

#[test]
fn a_recording_in_several_splits_and_a_silent_one_are_in_the_report() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    clip(&root.path().join("a.wav"), 1);
    std::fs::copy(root.path().join("a.wav"), root.path().join("copy.wav")).unwrap();
    std::fs::copy(root.path().join("a.wav"), root.path().join("again.wav")).unwrap();
    // Of the same length, and another song.
    clip(&root.path().join("b.wav"), 2);
    wav(&root.path().join("silent.wav"), 16_000, &[0; 64_000]);
    let lines = [
        "path,tags,split",
        "a.wav,rock,train",
        "again.wav,rock,train",
        "copy.wav,rock,valid",
        "b.wav,rock,test",
        "silent.wav,rock,train",
    ];
    table(root.path(), &lines);
    let collection = read(&reading(root.path())).unwrap();
    let prepared = run(&collection, &options(out.path())).unwrap();
    assert_eq!((prepared.twins, prepared.summary.unwrap().skipped), (3, 1));
    let report = report(out.path());
    let said = |file: &str, what: &str| {
        let line = report
            .iter()
            .find(|line| line.contains(&format!(",{file},")));
        assert!(line.is_some_and(|line| line.contains(what)), "{report:?}");
    };
    said("a.wav", "the same recording as copy.wav, which is in valid");
    said(
        "again.wav",
        "the same recording as copy.wav, which is in valid",
    );
    said("copy.wav", "the same recording as a.wav, which is in train");
    let silent = "skipped,silent.wav,silent.wav,silent".to_owned();
    assert!(report.contains(&silent), "{report:?}");
    let of_b = report.iter().find(|line| line.contains(",b.wav,")).unwrap();
    assert!(!of_b.contains("same recording"), "{of_b}");
}

#[test]
fn everything_that_looks_like_audio_is_used_or_listed() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    folders(root.path());
    let named = |name: &str| root.path().join("jazz").join(name);
    for (name, seed) in [("book.m4b", 30), ("LOUD.WAVE", 31), ("film.mov", 32)] {
        clip(&named(name), seed);
    }
    std::fs::write(named("song.wv"), b"wvpk and more").unwrap();
    std::fs::write(named("._song.wav"), b"\0\x05\x16\x07").unwrap();
    let collection = read(&reading(root.path())).unwrap();
    let prepared = run(&collection, &options(out.path())).unwrap();
    assert_eq!((prepared.items, prepared.summary.unwrap().skipped), (14, 1));
    let report = report(out.path()).join("\n");
    assert!(report.contains("a WavPack file"), "{report}");
    // The command names the file as it is called, not where this machine has it.
    let command = "ffmpeg -i \"\"song.wv\"\" \"\"song.flac\"\"";
    assert!(report.contains(command), "{report}");
    assert!(!report.contains("._song"), "{report}");
}
