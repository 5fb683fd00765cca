//! `trainer distill`: which sounds it hears, under which names, and in which splits.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use tagline_files::hash::sha256_of_file;
use tagline_tests::tiny_model;
use trainer::data::{Clips, Dataset, Input, Split};
use trainer::distill::{Distillation, Teacher, distill};
use trainer::prepare::Parts;
use trainer::vocabulary::Vocabulary;

use crate::common::networks::TRACT;
use crate::common::program::{assert_refused, json, stdout, trainer};
use crate::common::sounds::tones;

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

/// Audio, the vocabulary, and a teacher.
pub struct Studio {
    folder: tempfile::TempDir,
    vocabulary: Vocabulary,
}

impl Studio {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tags = folder.path().join("tags.toml");
        std::fs::write(&tags, VOCABULARY).unwrap();
        std::fs::write(
            folder.path().join("tiny.onnx"),
            tiny_model(&["low", "high"]),
        )
        .unwrap();
        tones(&folder.path().join("audio/cellar/one.wav"), &[(200.0, 4.0)]);
        tones(&folder.path().join("audio/cellar/two.wav"), &[(200.0, 4.0)]);
        tones(
            &folder.path().join("audio/attic/one.wav"),
            &[(4_000.0, 4.0)],
        );
        Self {
            vocabulary: Vocabulary::read(&tags).unwrap(),
            folder,
        }
    }

    /// The same with another text in the vocabulary.
    pub fn with_vocabulary(mut self, from: &str, to: &str) -> Self {
        let text = VOCABULARY.replacen(from, to, 1);
        assert_ne!(text, VOCABULARY);
        self.write("tags.toml", &text);
        self.vocabulary = Vocabulary::read(&self.file("tags.toml")).unwrap();
        self
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.file(name), text).unwrap();
    }

    pub fn distillation(&self) -> Distillation {
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

    pub fn run(&self, distillation: &Distillation) -> Result<Dataset, String> {
        self.run_with(distillation, &["tiny.onnx"])
    }

    pub fn run_with(
        &self,
        distillation: &Distillation,
        teachers: &[&str],
    ) -> Result<Dataset, String> {
        let open = |name: &&str| {
            let path = self.file(name);
            Teacher::open(&path, &self.vocabulary, TRACT, &[]).map_err(|error| error.to_string())
        };
        let teachers: Vec<Teacher> = teachers.iter().map(open).collect::<Result<_, _>>()?;
        distill(distillation, &self.vocabulary, &teachers, &())
            .map_err(|error| error.to_string())?;
        Dataset::open(&distillation.out, Input::Mel).map_err(|error| error.to_string())
    }
}

pub fn labels(clips: &Clips, id: &str) -> Vec<f32> {
    let clip = (0..clips.len()).find(|clip| clips.id(*clip) == id);
    clips
        .labels(clip.unwrap_or_else(|| panic!("no {id}")))
        .to_vec()
}

#[test]
fn a_source_is_never_in_two_splits() {
    let studio = Studio::new();
    for source in 0..10 {
        for file in 0..4 {
            let name = format!("audio/album-{source}/{file}.wav");
            tones(&studio.file(&name), &[(100.0 + 50.0 * source as f32, 3.5)]);
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
fn only_the_training_split_has_copies_and_a_second_run_finds_everything_done() {
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
fn a_wrong_table_or_teacher_is_named() {
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

#[test]
fn the_vocabulary_is_the_built_in_models_wherever_the_program_is_started() {
    let folder = tempfile::tempdir().unwrap();
    let distill = |options: &[&str]| {
        let given = ["distill", "--no-music", "8", "--out", "data"];
        trainer(folder.path(), &[&given[..], options].concat())
    };
    let missing = distill(&["--vocabulary", "nowhere.toml"]);
    assert_refused(&missing, "nowhere.toml: ");
    assert_refused(&missing, "--vocabulary");
    stdout(&distill(&[]));
    let data = Dataset::open(&folder.path().join("data"), Input::Mel).unwrap();
    assert_eq!(data.tags(), Vocabulary::built_in().names());
    // The file in the repository is the same vocabulary.
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/tags.toml");
    stdout(&distill(&["--vocabulary", file]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf_8_is_reported_among_audio_and_accepted_among_exceptions() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let studio = Studio::new();
    let named = |name: &[u8]| studio.file("audio").join(OsStr::from_bytes(name));
    tones(&named(b"attic/\xff.wav"), &[(300.0, 4.0)]);
    tones(&named(b"\xff/song.wav"), &[(400.0, 4.0)]);
    tones(&named(b"\xff.wav"), &[(500.0, 4.0)]);
    std::fs::create_dir(studio.file("judge")).unwrap();
    let judge = studio.file("judge").join(OsStr::from_bytes(b"\xff.wav"));
    std::fs::copy(studio.file("audio/cellar/one.wav"), judge).unwrap();
    let distillation = Distillation {
        except: vec![studio.file("judge")],
        ..studio.distillation()
    };
    let data = studio.run(&distillation).unwrap();
    // Both tones of the cellar have the same content.
    assert_eq!((data.counts().total(), data.skipped()), (1, 5));
    let report = std::fs::read_to_string(distillation.out.join("report.csv")).unwrap();
    for path in ["attic/\u{fffd}.wav", "\u{fffd}/song.wav", "\u{fffd}.wav"] {
        let line = format!("skipped,{path},{path},\"its name");
        assert!(report.contains(&line), "{line} is not in {report}");
    }
}

#[test]
fn a_loose_file_is_a_source_of_its_own() {
    let studio = Studio::new();
    tones(&studio.file("audio/loose.wav"), &[(500.0, 4.0)]);
    tones(&studio.file("audio/other.wav"), &[(600.0, 4.0)]);
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
fn everything_that_a_table_names_must_exist_once() {
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

#[test]
fn excepted_audio_is_never_heard_whatever_it_is_called_and_all_that_is_heard_is_listed() {
    let studio = Studio::new();
    tones(&studio.file("audio/attic/long.wav"), &[(700.0, 70.0)]);
    tones(&studio.file("audio/loose.wav"), &[(800.0, 4.0)]);
    // One file by its hash, as sha256sum writes it, and one by a copy with another name.
    let one = sha256_of_file(&studio.file("audio/cellar/one.wav")).unwrap();
    // The other tone of the cellar has the same content.
    assert_eq!(
        one,
        sha256_of_file(&studio.file("audio/cellar/two.wav")).unwrap()
    );
    studio.write(
        "judge.txt",
        &format!("{}  judge/a.wav\n\n", one.to_uppercase()),
    );
    std::fs::create_dir(studio.file("judge")).unwrap();
    let copy = studio.file("judge/b.wav");
    std::fs::copy(studio.file("audio/attic/one.wav"), copy).unwrap();
    let distill = |lists: &[&str]| {
        let given = "distill audio --teacher tiny.onnx --vocabulary tags.toml --backend tract \
                     --windows 2 --variants 1 --valid 0 --test 0 --out data --json";
        let mut arguments: Vec<&str> = given.split_whitespace().collect();
        arguments.extend(lists.iter().flat_map(|list| ["--except", list]));
        trainer(studio.folder.path(), &arguments)
    };
    let both = ["judge.txt", "judge"];
    let summary = json(&distill(&both));
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
    let [long, loose] = ["attic/long.wav", "loose.wav"]
        .map(|file| sha256_of_file(&studio.file("audio").join(file)).unwrap());
    let expected = format!(
        "source,path,sha256,windows\nattic,long.wav,{long},2\nloose.wav,loose.wav,{loose},1\n"
    );
    assert_eq!(files, expected);
    studio.write("data/files.csv", &files.replace("long", "lang"));
    let error = Dataset::verify(&studio.file("data"), &()).unwrap_err();
    assert!(error.to_string().contains("files.csv: damaged"), "{error}");

    let refused = |lists: &[&str], word: &str| assert_refused(&distill(lists), word);
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
