//! TensorFlow's checkpoints. The first byte of an input says what the rest is: 0, a block of the index, which
//! gets a place in a table, and its checksum; 1, the same, compressed; others, a whole index.
#![no_main]

use std::cell::OnceCell;

use libfuzzer_sys::fuzz_target;
use tagline_fuzz::Scratch;
use trainer::weights::WeightsFile;

const MAGIC: [u8; 8] = 0xdb47_7524_8b80_fb57_u64.to_le_bytes();

/// CRC-32C, masked as in the tables.
fn checksum(bytes: &[u8]) -> u32 {
    let crc = !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0x82f6_3b78 & (crc & 1).wrapping_neg())
        })
    });
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

fn varint(mut number: usize, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Adds a block; gives its place.
fn push(table: &mut Vec<u8>, block: &[u8], kind: u8) -> Vec<u8> {
    let mut place = Vec::new();
    varint(table.len(), &mut place);
    varint(block.len(), &mut place);
    let block = [block, &[kind]].concat();
    table.extend(&block);
    table.extend(checksum(&block).to_le_bytes());
    place
}

/// A table of one block.
fn table(block: &[u8], kind: u8) -> Vec<u8> {
    const RESTARTS: [u8; 8] = [0, 0, 0, 0, 1, 0, 0, 0];
    let mut table = Vec::new();
    let place = push(&mut table, block, kind);
    let mut index = vec![0, 1, place.len() as u8, b'z'];
    index.extend(&place);
    index.extend(RESTARTS);
    let mut footer = push(&mut table, &RESTARTS, 0);
    footer.extend(push(&mut table, &index, 0));
    footer.resize(40, 0);
    table.extend(footer);
    table.extend(MAGIC);
    table
}

thread_local! {
    static SCRATCH: OnceCell<Scratch> = const { OnceCell::new() };
}

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, rest)) = bytes.split_first() else {
        return;
    };
    let index = match kind {
        0 | 1 => table(rest, *kind),
        _ => rest.to_vec(),
    };
    SCRATCH.with(|scratch| {
        let scratch = scratch.get_or_init(|| {
            let scratch = Scratch::new();
            scratch.file("m.data-00000-of-00001", &[0; 64]);
            scratch
        });
        if let Ok(file) = WeightsFile::read(&scratch.file("m.index", &index), None) {
            for tensor in file.weights.tensors.values() {
                assert_eq!(tensor.shape.iter().product::<usize>(), tensor.values.len());
            }
        }
    });
});
