//! Small inputs for the fuzz targets (`CONTRIBUTING.md`), from the tests' own generators and, if they are there, the
//! files that once went wrong.

use std::path::{Path, PathBuf};

use tagline_tests::{FcnBlock, FcnModel, tiny_model};

use crate::common::weights::{Tensors, fcn_weights, state_dict, write_archive, write_legacy};

/// Most bytes of an input: of more, a fuzzer changes only what does not matter.
const MAX_BYTES: usize = 48 << 10;

struct Seeds {
    root: PathBuf,
    corpus: PathBuf,
    written: usize,
}

impl Seeds {
    fn write(&mut self, target: &str, name: &str, bytes: &[u8]) {
        let folder = self.corpus.join(target);
        std::fs::create_dir_all(&folder).unwrap();
        let kept = &bytes[..bytes.len().min(MAX_BYTES)];
        std::fs::write(folder.join(format!("seed-{name}")), kept).unwrap();
        self.written += 1;
    }

    /// The same behind the byte that tells the target what it is.
    fn write_kind(&mut self, target: &str, kind: u8, name: &str, bytes: &[u8]) {
        self.write(target, name, &[&[kind], bytes].concat());
    }

    /// The files of a folder of the checkout, or none.
    fn files(&self, folder: &str) -> Vec<(String, Vec<u8>)> {
        let Ok(entries) = std::fs::read_dir(self.root.join(folder)) else {
            return Vec::new();
        };
        let files = entries.filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_name()?.to_str()?.to_owned();
            Some((name, std::fs::read(path).ok()?))
        });
        files.collect()
    }
}

/// Three tensors of few values.
fn tensors() -> Tensors {
    let all = fcn_weights(2).into_iter();
    all.filter(|(_, (_, values))| values.len() < 8)
        .take(3)
        .collect()
}

/// A block of a checkpoint's index: a header, and a tensor of two values that are 0.
fn block() -> Vec<u8> {
    let header: &[u8] = b"\x08\x01";
    let entry: &[u8] = b"\x08\x01\x12\x04\x12\x02\x08\x02\x28\x08\x35\x29\x03\x98\x07";
    let name: &[u8] = b"conv2d/bias";
    let mut block = vec![0, 0, header.len() as u8];
    block.extend(header);
    block.extend([0, name.len() as u8, entry.len() as u8]);
    block.extend(name);
    block.extend(entry);
    block.extend([0, 0, 0, 0, 1, 0, 0, 0]);
    block
}

fn weights(seeds: &mut Seeds, scratch: &Path) {
    let tensors = tensors();
    seeds.write_kind("pickle", 0, "state-dict", &state_dict(&tensors));
    let path = scratch.join("w");
    write_legacy(&path, &tensors);
    let legacy = std::fs::read(&path).unwrap();
    // What stands before the state dict is the same in all of them.
    let three = 15 + 6 + 24;
    seeds.write_kind("pickle", 1, "legacy", &legacy[three..]);
    seeds.write_kind("pickle", 2, "whole-legacy", &legacy);
    write_archive(&path, &tensors);
    seeds.write_kind("pickle", 2, "archive", &std::fs::read(&path).unwrap());
    for (name, bytes) in seeds.files("../shared/cases") {
        if name.ends_with(".pth") {
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
            let inside: Vec<String> = archive
                .file_names()
                .map(|n| n.unwrap().into_owned())
                .collect();
            let pickle = inside
                .iter()
                .find(|inside| inside.ends_with("data.pkl"))
                .unwrap();
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut archive.by_name(pickle).unwrap(), &mut bytes).unwrap();
            seeds.write_kind("pickle", 0, &name, &bytes);
        }
    }
    let block = block();
    seeds.write_kind("checkpoint", 0, "block", &block);
    // Snappy: the length, and one literal.
    let compressed = [
        &[block.len() as u8, (block.len() as u8 - 1) << 2][..],
        &block,
    ]
    .concat();
    seeds.write_kind("checkpoint", 1, "compressed", &compressed);
}

#[test]
#[ignore = "writes fuzz/corpus"]
fn seeds_for_the_fuzz_targets() {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let scratch = tempfile::tempdir().unwrap();
    let mut seeds = Seeds {
        corpus: root.join("fuzz/corpus"),
        root,
        written: 0,
    };
    for (name, bytes) in seeds.files("crates/media/tests/fixtures") {
        seeds.write("decode", &name, &bytes);
    }
    for (name, bytes) in seeds.files("../shared/cases") {
        match name.rsplit('.').next().unwrap_or_default() {
            "wav" | "mp3" | "wv" => seeds.write("decode", &name, &bytes),
            "csv" => seeds.write_kind("tables", 0, &name, &bytes),
            _ => {}
        }
    }
    let au = [
        b".snd".as_slice(),
        &28u32.to_be_bytes(),
        &[0xff; 4],
        &[0, 0, 0, 3, 0, 0, 0x1f, 0x40],
    ];
    seeds.write(
        "decode",
        "au",
        &[&au.concat()[..], &[0, 0, 0, 1, 0, 0, 0, 0], &[1; 400]].concat(),
    );
    seeds.write("model", "tiny", &tiny_model(&["rock", "calm"]));
    let blocks = vec![FcnBlock::new(2, [4, 4]), FcnBlock::new(2, [4, 4])];
    let fcn = FcnModel {
        tags: 2,
        ..FcnModel::new(141, blocks)
    };
    seeds.write("model", "fcn", &fcn.bytes());
    for (name, bytes) in seeds.files("plugin/presets") {
        seeds.write("state", &name, &bytes);
    }
    let state: &[u8] = br#"{"format":"tagline-state","model":{"path":"/m.onnx","sha256":""},"osc":{"on":true},
        "macro_values":{"56":1.5},"settings":{"mode":"record","backend":"tract","focus_seconds":3.0,"values":"raw",
        "midi_channel":2,"resolution":0.5},"tags":{"5":12.5},"preset":"x","version":2}"#;
    seeds.write("state", "state", state);
    weights(&mut seeds, scratch.path());
    for (kind, name, table) in [
        (
            0,
            "labels",
            "path,tags,split,artist,unknown\na.wav,\"rock; jazz\",train,x,calm\nb.wav,\"['a', 'b']\",test,,\n",
        ),
        (
            0,
            "columns",
            ",path,rock,calm,year,artist\n0,a.wav,1,0.5,1999,x\n1,b.wav,?,,2000,y\n",
        ),
        (1, "scores", "clip,rock,calm\na,0.5,1\nb,0.25,0\n"),
        (1, "numbered", "12\ta/b.mp3\t0.5\t1\n13\tc\t0\t1\n"),
        (
            1,
            "tagged",
            "file,seconds,position,seconds_heard,model,backend,rock\na.wav,3,3,3,M,tract,0.5\nb,1,,,M,,\n",
        ),
        (2, "list", "[\"rock\", \"calm\"]"),
        (2, "sets", "{\"a\": [\"rock\"]}"),
        (
            4,
            "judge",
            "path,set,genre,tags,without,artist\na.wav,s,rock,guitar;drums,piano,x\n",
        ),
        (
            5,
            "mtt",
            "\"clip_id\"\t\"guitar\"\t\"guitars\"\t\"mp3_path\"\n\"2\"\t\"1\"\t\"0\"\t\"f/a.mp3\"\n\0clip_id\tartist\n2\tx\n",
        ),
        (
            6,
            "jamendo",
            "TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS\ntrack_1\tartist_1\talbum_1\t14/1.mp3\t9.5\tgenre---rock\n",
        ),
    ] {
        seeds.write_kind("tables", kind, name, table.as_bytes());
    }
    let npy = b"\x93NUMPY\x01\x00\x38\x00{'descr': '<U4', 'fortran_order': False, 'shape': (1,)}\n\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    seeds.write_kind("tables", 2, "npy", npy);
    for (name, bytes) in seeds.files("models") {
        if name.ends_with(".toml") {
            seeds.write_kind("tables", 3, &name, &bytes);
        }
    }
    println!("{} inputs", seeds.written);
}
