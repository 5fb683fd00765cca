//! Synthetic corpora. Tests that need a SoundFont are skipped if none is installed.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;

use tagline_synth::{
    CORPUS_RATE_HZ, ClipFormat, Corpus, CorpusReport, SoundFonts, SynthError, compose_style,
    style_names,
};
use tagline_tests::{files, soundfont};
use tempfile::TempDir;

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

fn clips(folder: &Path) -> Vec<String> {
    let all = files(folder).into_keys();
    all.filter(|name| name.ends_with(".ogg")).collect()
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
    // In two runs, with two threads.
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
    // Interrupted before the first clip, then around the third, then with the last one.
    let error = after(0).unwrap_err().to_string();
    assert!(error.contains("after 0 of 9 clips"), "{error}");
    let error = after(3).unwrap_err().to_string();
    let done = clips(folder.path()).len();
    assert!((3..=4).contains(&done), "{done}");
    assert!(
        error.contains(&format!("after {done} of 9 clips")),
        "{error}"
    );
    let names: Vec<String> = files(folder.path()).into_keys().collect();
    assert_eq!(names.len(), done + 1, "clips and a manifest: {names:?}");
    let report = after(9).unwrap();
    assert_eq!((report.rendered, report.kept), (9 - done, done));
    render(&corpus(whole.path(), 9, 2), &fonts).unwrap();
    assert!(files(folder.path()) == files(whole.path()));
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
        assert_eq!(audio.sample_rate_hz, CORPUS_RATE_HZ);
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
    // The folders are filled evenly: 18 clips in 16 folders.
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
    // Pieces have nothing in common, so no two have the same artist.
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
fn a_corpus_is_not_cut_to_fewer_clips_than_it_has() {
    let Some(font) = soundfont("a_corpus_is_not_cut_to_fewer_clips_than_it_has") else {
        return;
    };
    let fonts = SoundFonts::open(&[font]).unwrap();
    let folder = TempDir::new().unwrap();
    let refused = |clips: usize, message: &str| {
        let before = files(folder.path());
        let error = render(&corpus(folder.path(), clips, 2), &fonts).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
        assert!(files(folder.path()) == before);
    };
    render(&corpus(folder.path(), 5, 2), &fonts).unwrap();
    refused(4, "holds 5 clips");
    refused(4, "--clips 5 or more");
    // A larger corpus that was interrupted has clips that its tables do not list yet.
    let stop = |done: usize, _| match done < 7 {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    };
    let larger = corpus(folder.path(), 20, 1);
    larger.render(&fonts, &stop).unwrap_err();
    refused(5, "holds 7 clips");
    let report = render(&corpus(folder.path(), 7, 1), &fonts).unwrap();
    assert_eq!((report.rendered, report.kept), (0, 7));
}

#[test]
fn leftovers_of_a_killed_process_do_not_block_a_corpus() {
    let Some(font) = soundfont("leftovers_of_a_killed_process_do_not_block_a_corpus") else {
        return;
    };
    let fonts = SoundFonts::open(&[font]).unwrap();
    let (folder, whole) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let leave = |names: &[&str]| {
        for name in names {
            std::fs::write(folder.path().join(name), "half").unwrap();
        }
    };
    // Killed before the manifest was written, and while clips were written.
    leave(&[".tagline-a.json", ".lock"]);
    render(&corpus(folder.path(), 1, 1), &fonts).unwrap();
    leave(&[".tagline-b.csv", "0/.tagline-c.ogg", ".lock"]);
    render(&corpus(folder.path(), 2, 1), &fonts).unwrap();
    render(&corpus(whole.path(), 2, 1), &fonts).unwrap();
    assert!(files(folder.path()) == files(whole.path()));
}

#[test]
fn a_second_process_is_kept_out_of_a_corpus() {
    let Some(font) = soundfont("a_second_process_is_kept_out_of_a_corpus") else {
        return;
    };
    let fonts = SoundFonts::open(&[font]).unwrap();
    let folder = TempDir::new().unwrap();
    let corpus = corpus(folder.path(), 2, 1);
    let second = |_, _| {
        let error = render(&corpus, &fonts).unwrap_err().to_string();
        assert!(error.contains("another process is rendering"), "{error}");
        ControlFlow::Continue(())
    };
    assert_eq!(corpus.render(&fonts, &second).unwrap().rendered, 2);
    assert_eq!(render(&corpus, &fonts).unwrap().kept, 2);
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

    // A file lies in the folder's place.
    let file = folder.path().join("thesis.txt");
    let error = render(&corpus(&file, 1, 1), &fonts)
        .unwrap_err()
        .to_string();
    assert!(error.contains("thesis.txt"), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), b"years of work");
}

#[test]
fn a_file_that_is_not_a_soundfont_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("missing.sf2");
    let error = SoundFonts::open(&[missing]).unwrap_err().to_string();
    assert!(error.contains("missing.sf2"), "{error}");
    let mut broken = vec![
        b"RIFF\x10\0\0\0sfbkLIST\xff\xff\xff\x7fINFO".to_vec(),
        b"hello".to_vec(),
    ];
    if let Some(font) = soundfont("a_file_that_is_not_a_soundfont_is_refused_by_name") {
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
fn every_style_sounds_and_none_is_clipped() {
    let Some(font) = soundfont("every_style_sounds_and_none_is_clipped") else {
        return;
    };
    let fonts = SoundFonts::open(&[font]).unwrap();
    for style in style_names().into_iter().flat_map(|(_, styles)| styles) {
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
