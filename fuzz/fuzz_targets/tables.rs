//! Tables and lists: labels, annotations, scores as text and Parquet, tags, vocabularies. The first byte of an
//! input says which.
#![no_main]

use std::cell::OnceCell;

use libfuzzer_sys::fuzz_target;
use tagline_fuzz::Scratch;
use trainer::convert::import::read_tags;
use trainer::evaluation::ClipTable;
use trainer::judge::read_labels;
use trainer::prepare::{folder, jamendo, magnatagatune, read_lines};
use trainer::vocabulary::Vocabulary;

/// The tables that MTG-Jamendo has beside its first.
const OTHERS: [&str; 2] = ["validation", "test"];

thread_local! {
    static SCRATCH: OnceCell<(Scratch, Vocabulary)> = const { OnceCell::new() };
}

fn labels(scratch: &Scratch, table: &[u8]) {
    let path = scratch.file("labels.csv", table);
    for group in [None, Some("artist".to_owned())] {
        let _ = folder::read(&folder::Reading {
            root: scratch.folder().to_owned(),
            labels: Some(path.clone()),
            tags: None,
            seed: 1,
            valid: 0.1,
            test: 0.1,
            group,
            ignored: vec!["year".to_owned()],
        });
    }
}

/// Two tables, with a zero byte between them.
fn annotations(scratch: &Scratch, tables: &[u8]) {
    let mut tables = tables.splitn(2, |byte| *byte == 0);
    scratch.file("annotations_final.csv", tables.next().unwrap_or_default());
    scratch.file("clip_info_final.csv", tables.next().unwrap_or_default());
    let _ = magnatagatune::read(&magnatagatune::Reading {
        root: scratch.folder().to_owned(),
        audio: Some(scratch.folder().to_owned()),
        splitting: magnatagatune::Splitting::Folders,
        tags: None,
        merge_synonyms: true,
    });
}

fn tracks(scratch: &Scratch, table: &[u8]) {
    let name = |split: &str| format!("autotagging-{split}.tsv");
    scratch.file(&name("train"), table);
    for split in OTHERS {
        scratch.file(
            &name(split),
            b"TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS\n",
        );
    }
    let _ = jamendo::read(&jamendo::Reading {
        root: scratch.folder().to_owned(),
        audio: Some(scratch.folder().to_owned()),
        split_files: Some(scratch.folder().to_owned()),
        split: 0,
        subset: "autotagging".to_owned(),
        tags: None,
    });
}

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, rest)) = bytes.split_first() else {
        return;
    };
    SCRATCH.with(|made| {
        let (scratch, vocabulary) = made.get_or_init(|| (Scratch::new(), Vocabulary::built_in()));
        let file = || scratch.file("input", rest);
        match kind {
            0 => labels(scratch, rest),
            1 => drop(ClipTable::read(&file())),
            2 => drop(read_tags(&file(), None)),
            3 => drop(Vocabulary::read(&file())),
            4 => drop(read_labels(&file(), vocabulary)),
            5 => annotations(scratch, rest),
            6 => tracks(scratch, rest),
            _ => drop(read_lines(&file())),
        }
    });
});
