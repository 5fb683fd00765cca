//! `trainer synth` as its user meets it. What needs a SoundFont is skipped where none is installed.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tagline_tests::{interrupt_once, soundfont};
use tempfile::TempDir;
use trainer::synth::{ClipFormat, Corpus, CorpusReport, SoundFonts, SynthError, compose_style};

const SECONDS: f64 = 3.0;

fn corpus(folder: &Path, clips: usize, jobs: usize) -> Corpus {
    Corpus {
        folder: folder.to_owned(),
        clips,
        seed: 11,
        seconds: SECONDS,
        format: ClipFormat::Ogg,
        jobs: NonZeroUsize::new(jobs),
    }
}

fn render(corpus: &Corpus, fonts: &SoundFonts) -> Result<CorpusReport, SynthError> {
    corpus.render(fonts, &|_, _| ControlFlow::Continue(()))
}

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn clips(folder: &Path) -> Vec<PathBuf> {
    let all = files(folder).into_keys();
    all.filter(|name| name.extension().is_some_and(|extension| extension == "ogg"))
        .collect()
}

fn trainer(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trainer"))
        .arg("synth")
        .args(arguments)
        .output()
        .unwrap()
}

fn complaint(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_clip_is_the_same_bytes_whoever_renders_it_and_whenever() {
    let Some(font) = soundfont("a_clip_is_the_same_bytes_whoever_renders_it_and_whenever") else {
        return;
    };
    let fonts = SoundFonts::open(&[font]).unwrap();
    let (alone, together) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let report = render(&corpus(alone.path(), 6, 1), &fonts).unwrap();
    assert_eq!((report.rendered, report.kept), (6, 0));
    // In two goes, by two threads.
    render(&corpus(together.path(), 4, 2), &fonts).unwrap();
    let report = render(&corpus(together.path(), 6, 2), &fonts).unwrap();
    assert_eq!((report.rendered, report.kept), (2, 4));
    let before = files(alone.path());
    assert!(
        before == files(together.path()),
        "the same corpus is other bytes"
    );

    let victim = alone.path().join(&clips(alone.path())[3]);
    std::fs::remove_file(&victim).unwrap();
    let report = render(&corpus(alone.path(), 6, 1), &fonts).unwrap();
    assert_eq!((report.rendered, report.kept), (1, 5));
    assert!(
        before == files(alone.path()),
        "the clip that was rendered again is other bytes"
    );

    let other = Corpus {
        seed: 12,
        ..corpus(TempDir::new().unwrap().path(), 6, 2)
    };
    render(&other, &fonts).unwrap();
    let other = files(&other.folder);
    assert!(
        before
            .values()
            .filter(|bytes| bytes.len() > 4000)
            .all(|bytes| { other.values().all(|theirs| theirs != bytes) })
    );
}

#[test]
fn an_interruption_finishes_the_clips_in_work_and_the_same_call_goes_on() {
    let test = "an_interruption_finishes_the_clips_in_work_and_the_same_call_goes_on";
    let Some(font) = soundfont(test) else {
        return;
    };
    let fonts = SoundFonts::open(&[font]).unwrap();
    let (folder, whole) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let interrupted = corpus(folder.path(), 9, 2);
    let after = |clips: usize| {
        let stop = |done: usize, _| match done < clips {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        };
        interrupted.render(&fonts, &stop)
    };
    // Before the first clip, then within a few of the third, then with the last one.
    let error = after(0).unwrap_err().to_string();
    assert!(error.contains("after 0 of 9 clips"), "{error}");
    let error = after(3).unwrap_err().to_string();
    let done = clips(folder.path()).len();
    assert!((3..=4).contains(&done), "{done}");
    assert!(
        error.contains(&format!("after {done} of 9 clips")),
        "{error}"
    );
    let names: Vec<PathBuf> = files(folder.path()).into_keys().collect();
    assert_eq!(names.len(), done + 1, "clips and a manifest: {names:?}");
    let report = after(9).unwrap();
    assert_eq!((report.rendered, report.kept), (9 - done, done));
    render(&corpus(whole.path(), 9, 2), &fonts).unwrap();
    assert!(files(folder.path()) == files(whole.path()));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_program_well() {
    let Some(font) = soundfont("ctrl_c_ends_the_program_well") else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("corpus");
    let child = Command::new(env!("CARGO_BIN_EXE_trainer"))
        .args(["synth", out.to_str().unwrap(), "--clips", "500"])
        .args(["--seconds", "20", "--format", "wav", "--jobs", "2"])
        .args(["--soundfont", font.to_str().unwrap()])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // The first clip lies there; a temporary file's name begins with a dot.
    let begun = || {
        let entries = std::fs::read_dir(out.join("0")).into_iter().flatten();
        let mut names = entries.map(|entry| entry.unwrap().file_name());
        names.any(|name| !name.to_string_lossy().starts_with('.'))
    };
    let ended = interrupt_once(begun, child);
    let error = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(130), "{error}");
    let names: Vec<PathBuf> = files(&out).into_keys().collect();
    let wav = |name: &&PathBuf| name.extension().is_some_and(|ending| ending == "wav");
    let clips = names.iter().filter(wav).count();
    assert_eq!(names.len(), clips + 1, "clips and a manifest: {names:?}");
    let hidden = |name: &PathBuf| {
        name.file_name()
            .is_some_and(|name| name.as_encoded_bytes()[0] == b'.')
    };
    assert!(!names.iter().any(hidden), "{names:?}");
    let line = format!("interrupted after {clips} of 500 clips; run the same command again");
    assert!(error.contains(&line), "{clips}: {error}");
}

#[test]
fn finished_clips_are_not_touched() {
    let Some(font) = soundfont("finished_clips_are_not_touched") else {
        return;
    };
    let fonts = SoundFonts::open(&[font]).unwrap();
    let folder = TempDir::new().unwrap();
    render(&corpus(folder.path(), 2, 1), &fonts).unwrap();
    let mine = folder.path().join(&clips(folder.path())[0]);
    std::fs::write(&mine, "mine").unwrap();
    render(&corpus(folder.path(), 3, 1), &fonts).unwrap();
    assert_eq!(std::fs::read(&mine).unwrap(), b"mine");
}

#[test]
fn the_tables_are_those_of_magnatagatune() {
    let Some(font) = soundfont("the_tables_are_those_of_magnatagatune") else {
        return;
    };
    let fonts = SoundFonts::open(&[font]).unwrap();
    let folder = TempDir::new().unwrap();
    let report = render(&corpus(folder.path(), 18, 2), &fonts).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();

    let annotations = read("annotations_final.csv");
    let mut lines = annotations.lines();
    let header: Vec<&str> = lines.next().unwrap().split('\t').collect();
    assert_eq!(
        (header[0], *header.last().unwrap()),
        ("\"clip_id\"", "\"mp3_path\"")
    );
    assert_eq!(header.len(), report.tags.len() + 2);
    let mut sums = vec![0; report.tags.len()];
    let mut folders: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines {
        let fields: Vec<&str> = line
            .split('\t')
            .map(|field| field.trim_matches('"'))
            .collect();
        assert_eq!(fields.len(), header.len());
        for (sum, field) in sums.iter_mut().zip(&fields[1..]) {
            *sum += field.parse::<usize>().unwrap();
        }
        let path = fields.last().unwrap();
        *folders.entry(path[..2].to_owned()).or_default() += 1;
        let audio = tagline_media::decode(&folder.path().join(path)).unwrap();
        assert_eq!(audio.sample_rate_hz, trainer::synth::CORPUS_RATE_HZ);
        let seconds = audio.seconds();
        assert!((seconds - SECONDS).abs() < 0.02, "{path}: {seconds} s");
        let peak = audio
            .mono()
            .iter()
            .fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        assert!((0.01..1.2).contains(&peak), "{path}: peak {peak}");
    }
    let counts: Vec<usize> = report.tags.iter().map(|(_, count)| *count).collect();
    assert_eq!(sums, counts);
    // Even: 18 clips in 16 folders.
    assert_eq!(folders.len(), 16);
    assert!(folders.values().all(|count| (1..=2).contains(count)));

    let info = read("clip_info_final.csv");
    let columns =
        "clip_id track_number title artist album url segmentStart segmentEnd original_url mp3_path";
    let header: Vec<String> = columns
        .split(' ')
        .map(|column| format!("\"{column}\""))
        .collect();
    assert_eq!(info.lines().next().unwrap(), header.join("\t"));
    assert_eq!(info.lines().count(), 19);
    // Pieces have nothing in common, and so no artist.
    let artists = info.lines().skip(1).map(|line| line.split('\t').nth(3));
    assert_eq!(artists.collect::<BTreeSet<_>>().len(), 18);
}

#[test]
fn a_corpus_is_not_continued_with_other_settings() {
    let Some(font) = soundfont("a_corpus_is_not_continued_with_other_settings") else {
        return;
    };
    let fonts = SoundFonts::open(&[font]).unwrap();
    let folder = TempDir::new().unwrap();
    let first = corpus(folder.path(), 1, 1);
    render(&first, &fonts).unwrap();
    let before = files(folder.path());
    for (other, what) in [
        (
            Corpus {
                seed: 12,
                ..first.clone()
            },
            "seed (11, now 12)",
        ),
        (
            Corpus {
                seconds: 4.0,
                ..first.clone()
            },
            "length of clips (3, now 4)",
        ),
        (
            Corpus {
                format: ClipFormat::Wav,
                ..first.clone()
            },
            "format (ogg, now wav)",
        ),
    ] {
        let error = render(&other, &fonts).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    }
    assert!(files(folder.path()) == before);

    std::fs::write(folder.path().join("synth.json"), "{").unwrap();
    let error = render(&first, &fonts).unwrap_err().to_string();
    assert!(error.contains("not a manifest"), "{error}");
}

#[test]
fn a_folder_of_other_things_is_left_alone() {
    let Some(font) = soundfont("a_folder_of_other_things_is_left_alone") else {
        return;
    };
    let fonts = SoundFonts::open(&[font]).unwrap();
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("thesis.txt"), "years of work").unwrap();
    let error = render(&corpus(folder.path(), 1, 1), &fonts)
        .unwrap_err()
        .to_string();
    assert!(error.contains("other files"), "{error}");
    assert_eq!(files(folder.path()).len(), 1);

    // A file where the folder should be.
    let file = folder.path().join("thesis.txt");
    let error = render(&corpus(&file, 1, 1), &fonts)
        .unwrap_err()
        .to_string();
    assert!(error.contains("thesis.txt"), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), b"years of work");
}

#[test]
fn what_is_no_soundfont_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("missing.sf2");
    let error = SoundFonts::open(&[missing]).unwrap_err().to_string();
    assert!(error.contains("missing.sf2"), "{error}");
    let mut broken = vec![
        b"RIFF\x10\0\0\0sfbkLIST\xff\xff\xff\x7fINFO".to_vec(),
        b"hello".to_vec(),
    ];
    if let Some(font) = soundfont("what_is_no_soundfont_is_refused_by_name") {
        let whole = std::fs::read(font).unwrap();
        broken.push(whole[..whole.len() / 2].to_vec());
    }
    for (index, bytes) in broken.iter().enumerate() {
        let path = folder.path().join(format!("broken-{index}.sf2"));
        std::fs::write(&path, bytes).unwrap();
        let error = SoundFonts::open(&[path]).unwrap_err();
        assert!(matches!(error, SynthError::SoundFont { .. }), "{error}");
    }
}

#[test]
fn the_program_says_what_is_wrong_with_its_arguments() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();
    assert!(complaint(&trainer(&[])).contains("--clips"));
    assert!(complaint(&trainer(&[out])).contains("--clips"));
    assert!(complaint(&trainer(&[out, "--clips", "0"])).contains("--clips"));
    assert!(complaint(&trainer(&["--preview", "a.wav"])).contains("--style"));
    let nothing = folder.path().join("nothing.sf2");
    let nothing = nothing.to_str().unwrap();
    let error = complaint(&trainer(&[out, "--clips", "1", "--soundfont", nothing]));
    assert!(error.contains("nothing.sf2"), "{error}");
    assert!(
        !Path::new(out).exists(),
        "a folder is made before it is known to be of use"
    );
    let Some(font) = soundfont("the_program_says_what_is_wrong_with_its_arguments") else {
        return;
    };
    let font = font.to_str().unwrap();
    for seconds in ["0", "-3", "inf", "1e9"] {
        let flag = format!("--seconds={seconds}");
        let error = complaint(&trainer(&[out, "--clips", "1", "--soundfont", font, &flag]));
        assert!(error.contains("1 to 300 s"), "{error}");
    }
    let preview = folder.path().join("piece.mp3");
    let preview = preview.to_str().unwrap();
    let error = complaint(&trainer(&[
        "--preview",
        preview,
        "--style",
        "jazz",
        "--soundfont",
        font,
        "--seconds",
        "1",
    ]));
    assert!(error.contains(".ogg or .wav"), "{error}");
    let piece = preview.replace(".mp3", ".ogg");
    let piece = piece.as_str();
    let error = complaint(&trainer(&[
        "--preview",
        piece,
        "--style",
        "polka",
        "--soundfont",
        font,
    ]));
    assert!(
        error.contains("polka") && error.contains("jazz-piano-trio"),
        "{error}"
    );
}

#[test]
fn a_preview_is_a_piece_in_stereo() {
    let Some(font) = soundfont("a_preview_is_a_piece_in_stereo") else {
        return;
    };
    let folder = TempDir::new().unwrap();
    for name in ["piece.wav", "piece.ogg"] {
        let path = folder.path().join(name);
        let arguments = [
            "--style",
            "techno",
            "--seconds",
            "4",
            "--soundfont",
            font.to_str().unwrap(),
        ];
        let output = trainer(&[&["--preview", path.to_str().unwrap()], &arguments[..]].concat());
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(
            said.contains("techno") && said.contains("electronic"),
            "{said}"
        );
        let audio = tagline_media::decode(&path).unwrap();
        assert_eq!(audio.sample_rate_hz, 44_100);
        assert_eq!(audio.channels.len(), 2);
        assert!((audio.seconds() - 4.0).abs() < 0.02);
    }
}

#[test]
fn every_style_sounds_and_none_is_clipped() {
    let Some(font) = soundfont("every_style_sounds_and_none_is_clipped") else {
        return;
    };
    let fonts = SoundFonts::open(&[font]).unwrap();
    for style in trainer::synth::style_names()
        .into_iter()
        .flat_map(|(_, styles)| styles)
    {
        let piece = compose_style(style, 5, 6.0, 16_000, &fonts).unwrap();
        let samples: Vec<f32> = piece.channels.concat();
        assert!(
            samples
                .iter()
                .all(|sample| sample.is_finite() && sample.abs() < 0.9),
            "{style}"
        );
        let power =
            samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32;
        assert!(
            (-45.0..-6.0).contains(&(10.0 * power.log10())),
            "{style}: {power}"
        );
    }
}
