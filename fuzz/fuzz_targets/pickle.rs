//! PyTorch's files. The first byte of an input says what the rest is: 0, the pickle of an archive, which gets
//! storages and checksums; 1, what follows the three pickles that begin a legacy file; others, a whole file.
#![no_main]

use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use trainer::weights::Weights;
use zip::write::SimpleFileOptions;

/// Keys of an archive's storages, and their sizes in bytes.
const STORAGES: [(&str, usize); 3] = [("0", 64), ("1", 256), ("2", 4)];

fn archive(pickle: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut entry = |name: &str, bytes: &[u8]| {
        archive.start_file(name, stored).expect("a new entry");
        archive.write_all(bytes).expect("memory");
    };
    entry("m/data.pkl", pickle);
    for (key, bytes) in STORAGES {
        entry(&format!("m/data/{key}"), &vec![0x3f; bytes]);
    }
    archive.finish().expect("memory").into_inner()
}

fn legacy(rest: &[u8]) -> Vec<u8> {
    let mut file = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.".to_vec();
    file.extend(b"\x80\x02M\xe9\x03.\x80\x02}X\x0d\0\0\0little_endian\x88s.");
    file.extend(rest);
    file
}

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, rest)) = bytes.split_first() else {
        return;
    };
    let file = match kind {
        0 => archive(rest),
        1 => legacy(rest),
        _ => rest.to_vec(),
    };
    for key in [None, Some("state_dict")] {
        if let Ok(weights) = Weights::from_bytes(file.clone(), key) {
            for tensor in weights.tensors.values() {
                assert_eq!(tensor.shape.iter().product::<usize>(), tensor.values.len());
            }
        }
    }
});
