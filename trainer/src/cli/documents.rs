//! Every command line of the trainer that a document shows is one that the trainer takes.

use std::path::Path;

use clap::Parser;
use tagline_tests::documents::{arguments_of_trainer, blocks, programs};

use super::Cli;

/// What a shell would put in the place of variables, for a parser that has only to take it.
fn expanded(word: &str) -> String {
    match word.split_once('$') {
        Some((before, after)) => {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            format!("{before}1{}", after.trim_start_matches(is_name))
        }
        None => word.to_owned(),
    }
}

#[test]
fn every_command_line_in_the_documents_is_one_that_the_trainer_takes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut commands = 0;
    for block in blocks(&root) {
        for shown in block.commands {
            for program in programs(&shown.text) {
                let Some(arguments) = arguments_of_trainer(&program) else {
                    continue;
                };
                let words = arguments.iter().map(|word| expanded(word));
                let words = std::iter::once("trainer".to_owned()).chain(words);
                if let Err(error) = Cli::try_parse_from(words) {
                    panic!("{}, line {}: {error}", block.document, shown.line);
                }
                commands += 1;
            }
        }
    }
    assert!(commands > 40, "{commands}");
}
