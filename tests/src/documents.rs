//! The shell commands that the documents show.

use std::path::{Path, PathBuf};

/// A block of shell commands in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The document, from the checkout's folder.
    pub document: String,
    /// Its commands.
    pub commands: Vec<Shown>,
}

/// A command that a document shows, with what it pipes into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its line in the document, from 1.
    pub line: usize,
    /// The command in one line, without a comment.
    pub text: String,
}

/// The blocks of every document of the checkout that lies in `root`, in its own folder and in `docs` and `models`.
///
/// # Panics
/// If a document cannot be read.
#[must_use]
pub fn blocks(root: &Path) -> Vec<Block> {
    let mut paths: Vec<PathBuf> = ["", "docs", "models"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(root.join(folder)).expect("a folder of documents"))
        .map(|entry| entry.expect("a document").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    paths.sort();
    let mut blocks = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a document");
        let name = path.strip_prefix(root).unwrap_or(&path);
        blocks.extend(blocks_of(&name.display().to_string(), &text));
    }
    blocks
}

fn blocks_of(document: &str, text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut block: Option<Vec<Shown>> = None;
    let mut goes_on = false;
    for (line, text) in (1..).zip(text.lines()) {
        match &mut block {
            None if text == "```sh" => block = Some(Vec::new()),
            None => {}
            Some(commands) if text == "```" => {
                let commands = std::mem::take(commands);
                block = None;
                blocks.push(Block {
                    document: document.to_owned(),
                    commands,
                });
            }
            Some(commands) => {
                let text = without_comment(text).trim();
                let (text, more) = match text.strip_suffix('\\') {
                    Some(text) => (text.trim_end(), true),
                    None => (text, false),
                };
                match commands.last_mut() {
                    Some(shown) if goes_on => shown.text += &format!(" {text}"),
                    _ if text.is_empty() => {}
                    _ => commands.push(Shown {
                        line,
                        text: text.to_owned(),
                    }),
                }
                goes_on = more;
            }
        }
    }
    blocks
}

/// A line up to a `#` that stands at its beginning or after a space, and in no quotes.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut before = ' ';
    for (at, character) in line.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, '#') if before == ' ' => return &line[..at],
            _ => {}
        }
        before = character;
    }
    line
}

/// The words of each program that a command starts, without quotes, redirections and what they name.
#[must_use]
pub fn programs(command: &str) -> Vec<Vec<String>> {
    let mut programs = vec![Vec::new()];
    let mut words = words(command).into_iter();
    while let Some((word, is_plain)) = words.next() {
        match word.as_str() {
            "|" | "&&" | "||" | ";" if is_plain => programs.push(Vec::new()),
            ">" | ">>" | "<" | "2>" if is_plain => drop(words.next()),
            _ => programs.last_mut().expect("one at least").push(word),
        }
    }
    programs.retain(|program| !program.is_empty());
    programs
}

/// Words, and whether they stand without quotes.
fn words(command: &str) -> Vec<(String, bool)> {
    let mut words = Vec::new();
    let mut word: Option<(String, bool)> = None;
    let mut quote = None;
    for character in command.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default().1 = false;
            }
            (None, ' ') => words.extend(word.take()),
            _ => word
                .get_or_insert_with(|| (String::new(), true))
                .0
                .push(character),
        }
    }
    words.extend(word);
    words
}

/// What a program that a command starts is told, if it is the trainer: `trainer …`, or `cargo run … -p trainer -- …`.
#[must_use]
pub fn arguments_of_trainer(program: &[String]) -> Option<&[String]> {
    let words: Vec<&str> = program.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["trainer", ..] => Some(&program[1..]),
        ["cargo", "run", "--release", "-p", "trainer", "--", ..] => Some(&program[6..]),
        _ => None,
    }
}

/// What `cargo xtask` is told, if a command starts it.
#[must_use]
pub fn arguments_of_xtask(program: &[String]) -> Option<&[String]> {
    let is_xtask = program.len() > 1 && program[0] == "cargo" && program[1] == "xtask";
    is_xtask.then(|| &program[2..])
}
