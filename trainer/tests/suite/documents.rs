//! The commands of README and the guides, run as they stand.
//!
//! Each document gets a folder with small stand-ins for what it names (`world`), and its commands run there one
//! after the other, as from a shell. Only sizes are changed: networks are narrow and trained for one epoch, corpora
//! are small. What cannot run here is held against the command line's own parser in
//! `trainer/src/cli/documents.rs`; [`Reason`] says by which rule. Each command runs once more while nobody reads
//! what it prints.

mod world;

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;

use tagline_tests::documents::{Block, Shown, arguments_of_trainer, blocks, programs};
use tagline_tests::{skipped, soundfont};

use crate::common::program::{PROGRAM, stderr};

/// Programs of a shell that commands may use beside the trainer.
const SHELL: [&str; 2] = ["find", "printf"];
/// Programs that fetch what other commands of their block need.
const FETCHING: [&str; 3] = ["git", "pip", "sudo"];

/// Why a command does not run here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    /// It sets the machine up or builds something.
    OtherProgram,
    /// A command before it in its block fetches what it needs.
    Fetched,
    /// It names files of another machine, by an absolute path.
    Elsewhere,
    /// It needs a graphics card.
    GraphicsCard,
    /// It needs a SoundFont, and there is none.
    SoundFont,
    /// It needs published weights that are among the reference data, which are not there.
    Published,
}

/// Why a command of `block` cannot run in `folder`.
fn reason(folder: &Path, block: &Block, shown: &Shown) -> Option<Reason> {
    let programs = programs(&shown.text);
    let starts = |names: &[&str], command: &[String]| names.contains(&command[0].as_str());
    if !programs
        .iter()
        .all(|program| arguments_of_trainer(program).is_some() || starts(&SHELL, program))
    {
        return Some(Reason::OtherProgram);
    }
    let before = block.commands.iter().take_while(|other| *other != shown);
    let mut before = before.flat_map(|other| tagline_tests::documents::programs(&other.text));
    if before.any(|program| starts(&FETCHING, &program)) {
        return Some(Reason::Fetched);
    }
    let words: Vec<&String> = programs.iter().flatten().collect();
    if words.iter().any(|word| word.starts_with('/')) {
        return Some(Reason::Elsewhere);
    }
    let cards = ["vulkan", "cuda", "--cards"];
    if words.iter().any(|word| cards.contains(&word.as_str())) {
        return Some(Reason::GraphicsCard);
    }
    let needs_notes = words
        .iter()
        .any(|word| *word == "synth" || word.ends_with("/synth"));
    if needs_notes && soundfont(&shown.text).is_none() {
        return Some(Reason::SoundFont);
    }
    let absent = |word: &&String| word.ends_with(".h5") && !folder.join(word).exists();
    words.iter().any(absent).then_some(Reason::Published)
}

/// The command with small sizes.
fn small(text: &str) -> String {
    const SIZES: [(&str, &str); 5] = [
        ("--clips", "48"),
        ("--epochs", "1"),
        ("--no-music", "6"),
        ("--width", "0.05"),
        ("--batch", "4"),
    ];
    let mut words: Vec<&str> = text.split(' ').collect();
    for (option, size) in SIZES {
        if let Some(at) = words.iter().position(|word| *word == option) {
            words[at + 1] = size;
        }
    }
    let has = |words: &[&str], word: &str| words.contains(&word);
    if has(&words, "train") || has(&words, "experiment") {
        for (option, size) in [("--epochs", "1"), ("--width", "0.05")] {
            if !has(&words, option) {
                words.extend([option, size]);
            }
        }
    }
    if has(&words, "synth") && has(&words, "--clips") {
        words.extend(["--seconds", "4"]);
    }
    words.join(" ")
}

/// The command, ready to start in `folder`.
fn command(folder: &Path, text: &str) -> Command {
    let text = text.replace("cargo run --release -p trainer --", "trainer");
    let script = format!("trainer() {{ \"$TRAINER\" \"$@\"; }}\n{text}\n");
    let mut command = Command::new("sh");
    command
        .args(["-euc", &script])
        .current_dir(folder)
        .env("HOME", folder)
        .env("TAGLINE_MODELS", folder.join("no-models"))
        .env("TRAINER", PROGRAM);
    command
}

/// Runs the command while nobody reads what it prints, as after `2>&1 | head`.
fn run_unread(folder: &Path, text: &str) -> ExitStatus {
    let mut command = command(folder, text);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    child.wait().unwrap()
}

/// Runs the commands of a document; returns how many ran. What goes wrong is put into `wrong`.
fn follow(document: &str, blocks: &[Block], wrong: &Mutex<Vec<String>>) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let blocks: Vec<&Block> = blocks
        .iter()
        .filter(|block| block.document == document)
        .collect();
    let commands = blocks.iter().flat_map(|block| &block.commands);
    let texts: Vec<&str> = commands.map(|shown| &*shown.text).collect();
    world::make(folder.path(), &texts.join("\n"));
    let mut ran = 0;
    for block in blocks {
        for shown in &block.commands {
            let at = format!("{document}, line {}: `{}`", shown.line, shown.text);
            match reason(folder.path(), block, shown) {
                Some(Reason::Published) => skipped(&at, "there are no reference data"),
                Some(_) => {}
                None => {
                    ran += 1;
                    if let Err(why) = run_twice(folder.path(), &small(&shown.text)) {
                        wrong.lock().unwrap().push(format!("{at}: {why}"));
                    }
                }
            }
        }
    }
    ran
}

/// Runs a command, and once more while nobody reads what it prints. Most of its work is then done already.
fn run_twice(folder: &Path, text: &str) -> Result<(), String> {
    let output = command(folder, text).output().unwrap();
    let said = stderr(&output);
    if !output.status.success() || said.contains("panicked") {
        return Err(format!("{}: {said}", output.status));
    }
    let unread = run_unread(folder, text);
    match unread.success() {
        true => Ok(()),
        false => Err(format!("{unread}, where nobody reads")),
    }
}

#[cfg(unix)]
#[test]
fn the_commands_of_every_document_work_as_they_stand_read_or_not() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let blocks = blocks(&root);
    let mut documents: Vec<&str> = blocks.iter().map(|block| &*block.document).collect();
    documents.dedup();
    let next = Mutex::new(documents.into_iter());
    let (counted, wrong) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let document = next.lock().unwrap().next();
                    let Some(document) = document else { break };
                    let ran = follow(document, &blocks, &wrong);
                    counted.lock().unwrap().push((document, ran));
                }
            });
        }
    });
    let (counted, wrong) = (counted.into_inner().unwrap(), wrong.into_inner().unwrap());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for document in [
        "README.md",
        "docs/data.md",
        "docs/evaluation.md",
        "docs/research.md",
    ] {
        let ran = counted.iter().find(|(name, _)| *name == document);
        assert!(
            ran.is_some_and(|(_, ran)| *ran >= 3),
            "{document}: {counted:?}"
        );
    }
}

#[test]
fn what_cannot_run_here_is_known_by_a_rule() {
    let block = |texts: &[&str]| Block {
        document: "a.md".to_owned(),
        commands: (1..)
            .zip(texts)
            .map(|(line, text)| Shown {
                line,
                text: (*text).to_owned(),
            })
            .collect(),
    };
    let reasons = |texts: &[&str]| -> Vec<Option<Reason>> {
        let block = block(texts);
        block
            .commands
            .iter()
            .map(|shown| reason(Path::new(""), &block, shown))
            .collect()
    };
    assert_eq!(reasons(&["trainer tag *.mp3 --csv > tags.csv"]), [None]);
    let fetched = ["pip download musicnn", "trainer import a.index"];
    assert_eq!(
        reasons(&fetched),
        [Some(Reason::OtherProgram), Some(Reason::Fetched)]
    );
    assert_eq!(
        reasons(&["trainer tag /archive"]),
        [Some(Reason::Elsewhere)]
    );
    assert_eq!(
        reasons(&["trainer train --device cuda"]),
        [Some(Reason::GraphicsCard)]
    );
    assert_eq!(
        small("trainer train --run r --epochs 9"),
        "trainer train --run r --epochs 1 --width 0.05"
    );
}
