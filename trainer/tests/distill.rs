//! `trainer distill`: whose word counts.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};
use tagline_engine::{BackendChoice, Calibration};
use tagline_tests::{TinyModel, pcm, tiny_model, write_wav};
use trainer::data::{Clips, Dataset, Input, Split};
use trainer::distill::{Distillation, Teacher, distill};
use trainer::prepare::Parts;
use trainer::vocabulary::Vocabulary;

const RATE_HZ: u32 = 16_000;

const VOCABULARY: &str = r#"
[[tag]]
name = "deep"
group = "height"
definition = "Low tones."
tiny = ["low", "nether"]
other = ["sub"]
synth = ["bass line"]
[[tag]]
name = "bright"
group = "height"
definition = "High tones."
tiny = ["high"]
synth = []
[[tag]]
name = "warm"
group = "colour"
definition = "Nobody's word."
tiny = []
[thresholds.tiny]
default = 0.5
[thresholds.other]
default = 0.2
"#;

/// A file of a loud tone.
fn tone(path: &Path, hz: f32, seconds: f32) {
    let turns = |sample: u32| sample as f32 * hz / RATE_HZ as f32;
    let samples = (0..(seconds * RATE_HZ as f32) as u32)
        .map(|sample| 0.9 * (turns(sample) * std::f32::consts::TAU).sin());
    write_wav(path, RATE_HZ, samples.map(pcm));
}

struct Studio {
    folder: tempfile::TempDir,
    vocabulary: Vocabulary,
}

impl Studio {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tags = folder.path().join("tags.toml");
        std::fs::write(&tags, VOCABULARY).unwrap();
        std::fs::write(
            folder.path().join("tiny.onnx"),
            tiny_model(&["low", "high"]),
        )
        .unwrap();
        tone(&folder.path().join("audio/cellar/one.wav"), 200.0, 4.0);
        tone(&folder.path().join("audio/cellar/two.wav"), 200.0, 4.0);
        tone(&folder.path().join("audio/attic/one.wav"), 4_000.0, 4.0);
        Self {
            vocabulary: Vocabulary::read(&tags).unwrap(),
            folder,
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.file(name), text).unwrap();
    }

    fn distillation(&self) -> Distillation {
        Distillation {
            audio: vec![self.file("audio")],
            except: Vec::new(),
            synth: Vec::new(),
            no_music: 0,
            windows: NonZeroUsize::MIN,
            variants: 0,
            least_seconds: 3.0,
            parts: Parts {
                valid: 0.0,
                test: 0.0,
            },
            seed: 1,
            jobs: NonZeroUsize::new(2).unwrap(),
            out: self.file("data"),
        }
    }

    fn run(&self, distillation: &Distillation) -> Result<Dataset, String> {
        self.run_with(distillation, &["tiny.onnx"])
    }

    fn run_with(&self, distillation: &Distillation, teachers: &[&str]) -> Result<Dataset, String> {
        let open = |name: &&str| {
            let path = self.file(name);
            Teacher::open(&path, &self.vocabulary, BackendChoice::Auto, &[])
                .map_err(|error| error.to_string())
        };
        let teachers: Vec<Teacher> = teachers.iter().map(open).collect::<Result<_, _>>()?;
        distill(distillation, &self.vocabulary, &teachers, |_| {
            ControlFlow::Continue(())
        })
        .map_err(|error| error.to_string())?;
        Dataset::open(&distillation.out, Input::Mel).map_err(|error| error.to_string())
    }
}

/// A model that says the same of every sound.
fn constant(tags: &[(&str, f32)]) -> TinyModel {
    let names: Vec<&str> = tags.iter().map(|(name, _)| *name).collect();
    let mut model = TinyModel::new(&names, 141);
    let logits = tags.iter().map(|(_, p)| (p / (1.0 - p)).ln());
    for tensor in &mut model.model.graph.as_mut().unwrap().initializer {
        match tensor.name.as_str() {
            "bias" => tensor.raw_data = logits.clone().flat_map(f32::to_le_bytes).collect(),
            _ => tensor.raw_data.fill(0),
        }
    }
    model
}

#[track_caller]
fn assert_labels(found: &[f32], expected: [f32; 3]) {
    for (found, expected) in found.iter().zip(expected) {
        let same = found.is_nan() && expected.is_nan();
        assert!(
            same || (found - expected).abs() < 1e-5,
            "{found} for {expected}"
        );
    }
}

fn labels(clips: &Clips, id: &str) -> Vec<f32> {
    let clip = (0..clips.len()).find(|clip| clips.id(*clip) == id);
    clips
        .labels(clip.unwrap_or_else(|| panic!("no {id}")))
        .to_vec()
}

#[test]
fn teachers_speak_where_nothing_is_known_and_nobody_where_nobody_knows() {
    let studio = Studio::new();
    let data = studio.run(&studio.distillation()).unwrap();
    assert_eq!(data.tags(), ["deep", "bright", "warm"]);
    let clips = data.split(Split::Train).unwrap();
    assert_eq!(clips.len(), 3);
    let (low, high) = (
        labels(&clips, "cellar/one.wav"),
        labels(&clips, "attic/one.wav"),
    );
    assert!(low[0] > low[1] && high[1] > high[0], "{low:?} {high:?}");
    assert!(low[2].is_nan() && high[2].is_nan());
    // A clip of 4 s is repeated to fill the window.
    assert_eq!(clips.frames(), 1366);
    assert!((180..200).contains(&clips.heard_frames(0)));
}

#[test]
fn tables_count_more_than_teachers_and_files_more_than_sources() {
    let studio = Studio::new();
    let tables = "source,split,tags,without,author\ncellar,train,warm,height,x\nattic,test,,,y\n";
    studio.write("audio/sources.csv", tables);
    studio.write(
        "audio/cellar/labels.csv",
        "path,tags\ntwo.wav,bright; deep\n",
    );
    let data = studio.run(&studio.distillation()).unwrap();
    let train = data.split(Split::Train).unwrap();
    assert_eq!(labels(&train, "cellar/one.wav"), [0.0, 0.0, 1.0]);
    assert_eq!(labels(&train, "cellar/two.wav"), [1.0, 1.0, 1.0]);
    let test = data.split(Split::Test).unwrap();
    assert_eq!(test.len(), 1);
    assert!(labels(&test, "attic/one.wav")[2].is_nan());
}

#[test]
fn a_source_is_never_in_two_splits() {
    let studio = Studio::new();
    for source in 0..10 {
        for file in 0..4 {
            let name = format!("audio/album-{source}/{file}.wav");
            tone(&studio.file(&name), 100.0 + 50.0 * source as f32, 3.5);
        }
    }
    let distillation = Distillation {
        parts: Parts {
            valid: 0.2,
            test: 0.2,
        },
        ..studio.distillation()
    };
    let data = studio.run(&distillation).unwrap();
    let sources = |split| {
        let clips = data.split(split).unwrap();
        (0..clips.len())
            .map(|clip| {
                assert_eq!(Some(clips.source(clip)), clips.id(clip).split('/').next());
                clips.source(clip).to_owned()
            })
            .collect::<std::collections::BTreeSet<_>>()
    };
    let [train, valid, test] = Split::ALL.map(sources);
    assert!(train.is_disjoint(&valid) && train.is_disjoint(&test) && valid.is_disjoint(&test));
    assert_eq!(train.len() + valid.len() + test.len(), 12);
}

#[test]
fn copies_are_for_training_alone_and_a_second_run_finds_all_done() {
    let studio = Studio::new();
    studio.write("audio/sources.csv", "source,split\nattic,test\n");
    let distillation = Distillation {
        variants: 2,
        no_music: 16,
        ..studio.distillation()
    };
    let data = studio.run(&distillation).unwrap();
    let train = data.split(Split::Train).unwrap();
    let named = |prefix| train.named(prefix).unwrap().len();
    assert_eq!(named("cellar/"), 6);
    assert_eq!(named("cellar/one.wav~"), 2);
    let test = data.split(Split::Test).unwrap();
    assert_eq!(test.not_named("no-music").unwrap().len(), 1);
    let no_music = test.named("no-music").unwrap();
    assert_eq!(no_music.len(), 8);
    // Each is of its own.
    assert_eq!(no_music.source(0), no_music.id(0));
    let again = studio.run(&distillation).unwrap();
    assert_eq!(again.sha256(), data.sha256());
    let other = Distillation {
        variants: 1,
        ..distillation
    };
    assert!(studio.run(&other).unwrap_err().contains("variants"));
}

#[test]
fn what_is_wrong_with_a_table_or_a_teacher_is_named() {
    let studio = Studio::new();
    let refused = |table: &str, word: &str| {
        studio.write("audio/sources.csv", table);
        let error = studio.run(&studio.distillation()).unwrap_err();
        assert!(
            error.contains("sources.csv") && error.contains(word),
            "{error}"
        );
    };
    refused("source,tags\ncellar,gloomy\n", "`gloomy`");
    refused("source,split\ncellar,tset\n", "tset");
    refused("source,tags\nloft,warm\n", "`loft`");
    refused("tags\nwarm\n", "`source`");
    std::fs::remove_file(studio.file("audio/sources.csv")).unwrap();
    std::fs::write(studio.file("tiny.onnx"), tiny_model(&["a", "b"])).unwrap();
    let error = studio.run(&studio.distillation()).unwrap_err();
    assert!(
        error.contains("tiny.onnx") && error.contains("(a, b"),
        "{error}"
    );
}

#[test]
fn a_file_that_cannot_be_read_is_left_out_with_its_reason() {
    let studio = Studio::new();
    studio.write("audio/attic/two.mp3", "not a song");
    let distillation = studio.distillation();
    let data = studio.run(&distillation).unwrap();
    assert_eq!(data.skipped(), 1);
    let report = std::fs::read_to_string(distillation.out.join("report.csv")).unwrap();
    assert!(report.contains("attic/two.mp3"), "{report}");
}

/// What a teacher makes of a word of this probability and threshold.
fn opinion(p: f32, t: f32) -> f32 {
    p * p / (p * p + t * t)
}

#[test]
fn the_strongest_synonym_is_an_opinion_and_opinions_are_averaged_over_those_who_have_one() {
    let studio = Studio::new();
    let tiny = constant(&[("low", 0.3), ("nether", 0.6), ("high", 0.9)]);
    std::fs::write(studio.file("a.onnx"), tiny.bytes()).unwrap();
    let other = constant(&[("sub", 0.1), ("polka", 0.9)]);
    std::fs::write(studio.file("b.onnx"), other.bytes()).unwrap();
    let distillation = studio.distillation();
    let data = studio.run_with(&distillation, &["a.onnx", "b.onnx"]);
    let clips = data.unwrap().split(Split::Train).unwrap();
    let (deep, bright) = (opinion(0.6, 0.5), opinion(0.9, 0.5));
    assert!(
        (opinion(0.5, 0.5) - 0.5).abs() < 1e-6,
        "a half at the threshold"
    );
    let expected = [(deep + opinion(0.1, 0.2)) / 2.0, bright, f32::NAN];
    for clip in 0..clips.len() {
        assert_labels(clips.labels(clip), expected);
    }
    // The order of the teachers makes no difference.
    let out = studio.file("other-order");
    let turned = Distillation {
        out,
        ..distillation
    };
    let data = studio.run_with(&turned, &["b.onnx", "a.onnx"]).unwrap();
    assert_labels(data.split(Split::Train).unwrap().labels(0), expected);
}

#[test]
fn a_teacher_of_the_vocabularys_own_tags_says_its_own_calibrated_probabilities() {
    let studio = Studio::new();
    let plain = constant(&[("deep", 0.8), ("warm", 0.3)]);
    std::fs::write(studio.file("own.onnx"), plain.bytes()).unwrap();
    let calibration = Calibration {
        slope: 2.0,
        offset: 0.5,
        threshold: 0.4,
    };
    let both = serde_json::to_string(&[calibration; 2]).unwrap();
    let calibrated = plain.with("tagline.calibration", Some(&both));
    std::fs::write(studio.file("calibrated.onnx"), calibrated.bytes()).unwrap();
    std::fs::write(studio.file("b.onnx"), constant(&[("sub", 0.1)]).bytes()).unwrap();
    let [deep, warm] = [0.8, 0.3].map(|p| calibration.apply(p));
    let sub = opinion(0.1, 0.2);
    for (teachers, expected) in [
        (&["own.onnx"][..], [0.8, f32::NAN, 0.3]),
        (&["calibrated.onnx"], [deep, f32::NAN, warm]),
        (
            &["calibrated.onnx", "b.onnx"],
            [(deep + sub) / 2.0, f32::NAN, warm],
        ),
    ] {
        let out = studio.file(&format!("data-{}", expected[0]));
        let distillation = Distillation {
            out,
            ..studio.distillation()
        };
        let data = studio.run_with(&distillation, teachers).unwrap();
        assert_labels(data.split(Split::Train).unwrap().labels(0), expected);
    }
}

/// A corpus in the form of `trainer synth`.
fn synthetic(studio: &Studio) {
    let rows = [("0/a", 1), ("1/b", 0), ("c/c", 1), ("d/d", 0)];
    let mut table = "clip_id\tbass line\tother\tmp3_path\n".to_owned();
    for (id, (name, bass)) in rows.iter().enumerate() {
        table += &format!("{id}\t{bass}\t1\t{name}.wav\n");
        tone(&studio.file(&format!("synth/{name}.wav")), 300.0, 4.0);
    }
    studio.write("synth/annotations_final.csv", &table);
}

#[test]
fn facts_of_a_synthetic_corpus_win_and_teachers_are_not_asked_about_it() {
    let studio = Studio::new();
    synthetic(&studio);
    let teacher = constant(&[("deep", 0.7), ("bright", 0.6), ("warm", 0.9)]);
    std::fs::write(studio.file("own.onnx"), teacher.bytes()).unwrap();
    let distillation = Distillation {
        synth: vec![studio.file("synth")],
        ..studio.distillation()
    };
    let data = studio.run_with(&distillation, &["own.onnx"]).unwrap();
    let [train, valid, test] = Split::ALL.map(|split| data.split(split).unwrap());
    // Of warmth the corpus knows nothing, and the teacher is not asked.
    let unknown = f32::NAN;
    assert_labels(&labels(&train, "synth-1/0"), [1.0, 0.0, unknown]);
    assert_labels(&labels(&train, "synth-1/1"), [0.0, 0.0, unknown]);
    assert_labels(&labels(&valid, "synth-1/2"), [1.0, 0.0, unknown]);
    assert_labels(&labels(&test, "synth-1/3"), [0.0, 0.0, unknown]);
    assert_labels(&labels(&train, "attic/one.wav"), [0.7, 0.6, 0.9]);
}

#[test]
fn a_loose_file_is_a_source_of_its_own() {
    let studio = Studio::new();
    tone(&studio.file("audio/loose.wav"), 500.0, 4.0);
    tone(&studio.file("audio/other.wav"), 600.0, 4.0);
    studio.write("audio/notes.txt", "no audio");
    studio.write("audio/.hidden.wav", "no audio");
    let table = "source,split,tags\nloose.wav,test,warm\n";
    studio.write("audio/sources.csv", table);
    let data = studio.run(&studio.distillation()).unwrap();
    let test = data.split(Split::Test).unwrap();
    assert_eq!((test.len(), test.id(0)), (1, "loose.wav"));
    assert_eq!(test.labels(0)[2], 1.0);
    let train = data.split(Split::Train).unwrap();
    assert!(labels(&train, "other.wav")[2].is_nan());
    assert_eq!((train.len(), data.skipped()), (4, 0));
}

#[test]
fn what_a_table_names_must_be_there_once() {
    let studio = Studio::new();
    let refused = |table: &str, text: &str, word: &str| {
        let path = format!("audio/{table}");
        studio.write(&path, text);
        let error = studio.run(&studio.distillation()).unwrap_err();
        std::fs::remove_file(studio.file(&path)).unwrap();
        assert!(error.contains(table) && error.contains(word), "{error}");
    };
    refused(
        "cellar/labels.csv",
        "path,tags\nthree.wav,warm\n",
        "`three.wav`",
    );
    refused("cellar/labels.csv", "path\none.wav\none.wav\n", "twice");
    refused("sources.csv", "source\none.wav\n", "`one.wav`");
    refused("sources.csv", "source\nattic\nattic\n", "twice");
}

fn sha256(path: &Path) -> String {
    let hash = Sha256::digest(std::fs::read(path).unwrap());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn excepted_audio_is_never_heard_whatever_it_is_called_and_all_that_is_heard_is_listed() {
    let studio = Studio::new();
    tone(&studio.file("audio/attic/long.wav"), 700.0, 70.0);
    tone(&studio.file("audio/loose.wav"), 800.0, 4.0);
    // One by its hash, as sha256sum writes it, one by a copy of another name.
    let one = sha256(&studio.file("audio/cellar/one.wav"));
    // The other tone of the cellar has the same content.
    assert_eq!(one, sha256(&studio.file("audio/cellar/two.wav")));
    studio.write(
        "judge.txt",
        &format!("{}  judge/a.wav\n\n", one.to_uppercase()),
    );
    std::fs::create_dir(studio.file("judge")).unwrap();
    let copy = studio.file("judge/b.wav");
    std::fs::copy(studio.file("audio/attic/one.wav"), copy).unwrap();
    let distill = |lists: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
        command.current_dir(studio.folder.path());
        command.args([
            "distill",
            "audio",
            "--teacher",
            "tiny.onnx",
            "--out",
            "data",
        ]);
        command.args([
            "--vocabulary",
            "tags.toml",
            "--backend",
            "tract",
            "--windows",
            "2",
        ]);
        command.args(["--variants", "1", "--valid", "0", "--test", "0", "--json"]);
        lists.iter().for_each(|list| {
            command.args(["--except", list]);
        });
        command.output().unwrap()
    };
    let both = ["judge.txt", "judge"];
    let done = distill(&both);
    assert!(done.status.success(), "{done:?}");
    let summary: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(
        (&summary["files"], &summary["skipped"]),
        (&5.into(), &3.into())
    );
    let report = std::fs::read_to_string(studio.file("data/report.csv")).unwrap();
    for file in ["cellar/one.wav", "cellar/two.wav", "attic/one.wav"] {
        let line = report.lines().find(|line| line.contains(file)).unwrap();
        assert!(
            line.starts_with("skipped") && line.contains("--except"),
            "{line}"
        );
    }
    let clips = Dataset::open(&studio.file("data"), Input::Mel).unwrap();
    let clips = clips.split(Split::Train).unwrap();
    assert_eq!(clips.named("attic/long.wav").unwrap().len(), 4);
    let files = std::fs::read_to_string(studio.file("data/files.csv")).unwrap();
    let [long, loose] =
        ["attic/long.wav", "loose.wav"].map(|file| sha256(&studio.file("audio").join(file)));
    let expected = format!(
        "source,path,sha256,windows\nattic,long.wav,{long},2\nloose.wav,loose.wav,{loose},1\n"
    );
    assert_eq!(files, expected);
    studio.write("data/files.csv", &files.replace("long", "lang"));
    let error = Dataset::verify(&studio.file("data"), |_, _| {}).unwrap_err();
    assert!(error.to_string().contains("files.csv: damaged"), "{error}");

    let refused = |lists: &[&str], word: &str| {
        let output = distill(lists);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && error.contains(word), "{error}");
    };
    refused(&["judge"], "except: ");
    refused(&[], "except: ");
    studio.write("judge.txt", "a.wav\n");
    refused(
        &["judge.txt"],
        "judge.txt: `a.wav` where a SHA-256 is expected",
    );
    studio.write("judge.txt", "\n");
    refused(&["judge.txt"], "no SHA-256 in it");
    refused(&["nowhere.txt"], "nowhere.txt");
    std::fs::remove_file(studio.file("judge/b.wav")).unwrap();
    refused(&["judge"], "no audio");
}
