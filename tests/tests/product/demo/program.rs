//! The program: what it prints, and what it refuses.

use super::*;

/// Runs the program itself, as a script would.
fn demo_program(test: &str, folder: &TempDir, arguments: &[&str]) -> std::process::Output {
    let bundle = built_plugin(test);
    // The bundles come from the same build as the program beside them.
    let program = tagline_tests::program("tagline-host").expect("the program has been built");
    std::process::Command::new(program)
        .args(["demo", "--json", "--bundle"])
        .arg(bundle)
        .arg("--out")
        .arg(folder.path().join("out"))
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn json_is_one_line_with_its_keys_in_the_documented_order_and_nothing_on_errors() {
    let test = "json_is_one_line_with_its_keys_in_the_documented_order_and_nothing_on_errors";
    let folder = TempDir::new().unwrap();
    let (song, model) = (low_tone(&folder, 4), tiny(&folder));
    let [song, model] = [song, model].map(|path| path.to_str().unwrap().to_owned());
    let output = demo_program(test, &folder, &[&song, "--model", &model]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(text.matches('\n').count(), 1, "{text}");
    assert!(text.ends_with("}\n"), "{text}");
    let at = DOCUMENTED_KEYS.map(|key| {
        let key = format!("\"{key}\":");
        text.find(&key)
            .unwrap_or_else(|| panic!("{key} is not in {text}"))
    });
    assert!(at.is_sorted(), "{text}");
    assert!(text.starts_with("{\"file\":"), "{text}");
    let manual = include_str!("../../../../docs/manual.md");
    let listed = DOCUMENTED_KEYS.map(|key| format!("`{key}`")).join(", ");
    assert!(
        manual.replace('\n', " ").contains(&listed),
        "the manual lists {listed}"
    );

    let broken = folder.path().join("broken.onnx");
    std::fs::write(&broken, b"no network").unwrap();
    let broken = broken.to_str().unwrap();
    for arguments in [
        &[song.as_str(), "--model", broken][..],
        &["/nowhere/song.mp3"],
        &[&song, "--no-such-option"],
    ] {
        let output = demo_program(test, &folder, arguments);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_song_that_is_none_is_refused_by_name() {
    let test = "a_song_that_is_none_is_refused_by_name";
    let folder = TempDir::new().unwrap();
    let song = folder.path().join("poem.mp3");
    std::fs::write(&song, b"no song at all").unwrap();
    let options = options(test, &folder, song, None);
    let error = demo::run(&options, &mut View::Silent).unwrap_err();
    assert!(error.to_string().contains("poem.mp3"), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_hour_of_audio_takes_no_more_memory_than_a_minute() {
    use std::process::{Command, Stdio};

    let test = "an_hour_of_audio_takes_no_more_memory_than_a_minute";
    let Some(host) = tagline_tests::program("tagline-host") else {
        return tagline_tests::skipped(test, "`tagline-host` is not built");
    };
    let folder = tempfile::tempdir().expect("a folder");
    let model = tiny(&folder);
    let peak = |seconds: u32| {
        // Silence of eight channels, which takes no room on the disk.
        let song = folder.path().join(format!("{seconds}.wav"));
        let (rate_hz, channels) = (16_000u32, 8u16);
        let bytes = seconds * rate_hz * u32::from(channels) * 2;
        let mut head = b"RIFF".to_vec();
        head.extend((36 + bytes).to_le_bytes());
        head.extend(b"WAVEfmt \x10\0\0\0\x01\0");
        head.extend(channels.to_le_bytes());
        head.extend(rate_hz.to_le_bytes());
        head.extend((rate_hz * u32::from(channels) * 2).to_le_bytes());
        head.extend((channels * 2).to_le_bytes());
        head.extend(b"\x10\0data");
        head.extend(bytes.to_le_bytes());
        std::fs::write(&song, &head).expect("a song");
        let file = std::fs::OpenOptions::new().write(true).open(&song);
        let whole = head.len() as u64 + u64::from(bytes);
        file.and_then(|file| file.set_len(whole)).expect("a song");
        let child = Command::new(&host)
            .arg("demo")
            .arg(&song)
            .args(["--json", "--block", "4096", "--bundle"])
            .arg(built_plugin(test))
            .arg("--model")
            .arg(&model)
            .arg("--out")
            .arg(folder.path().join("out"))
            .stdout(Stdio::piped())
            .spawn();
        let (output, peak) = tagline_tests::with_peak_memory(child.expect("the host"));
        let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
        assert_eq!(report["seconds"], f64::from(seconds));
        peak.expect("Linux tells")
    };
    // Decoded, the hour would be 1.8 GB.
    let (minute, hour) = (peak(60), peak(3_600));
    assert!(
        hour < minute + 40_000_000,
        "{hour} bytes, {minute} of a minute"
    );
}
