//! Reads tables that are written here, and damaged ones.

use prost::Message;

use super::message::{Axis, Entry, Header, Shape};
use super::table::Pair;
use super::*;

/// Adds `number` in groups of seven bits.
fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// A block of pairs whose keys share their beginnings, and its place.
fn push_block(table: &mut Vec<u8>, pairs: &[Pair], snappy: bool) -> Vec<u8> {
    let mut block = Vec::new();
    let mut before: &[u8] = &[];
    for (key, value) in pairs {
        let shared = key.iter().zip(before).take_while(|(a, b)| a == b).count();
        varint(shared as u64, &mut block);
        varint((key.len() - shared) as u64, &mut block);
        varint(value.len() as u64, &mut block);
        block.extend(&key[shared..]);
        block.extend(value);
        before = key;
    }
    block.extend([0, 0, 0, 0, 1, 0, 0, 0]);
    if snappy {
        let mut literals = Vec::new();
        varint(block.len() as u64, &mut literals);
        for part in block.chunks(60) {
            literals.push((part.len() as u8 - 1) << 2);
            literals.extend(part);
        }
        block = literals;
    }
    let mut place = Vec::new();
    varint(table.len() as u64, &mut place);
    varint(block.len() as u64, &mut place);
    block.push(u8::from(snappy));
    block.extend(crc32c::masked(&block).to_le_bytes());
    table.extend(block);
    place
}

/// A table of two blocks.
fn table(pairs: &[Pair], snappy: bool) -> Vec<u8> {
    let mut table = Vec::new();
    let (first, second) = pairs.split_at(pairs.len() / 2);
    let index: Vec<Pair> = [first, second]
        .into_iter()
        .map(|half| {
            let last = half.last().map(|(key, _)| key.clone()).unwrap_or_default();
            (last, push_block(&mut table, half, snappy))
        })
        .collect();
    let mut footer = push_block(&mut table, &[], false);
    footer.extend(push_block(&mut table, &index, snappy));
    footer.resize(40, 0);
    table.extend(footer);
    table.extend(0xdb47_7524_8b80_fb57_u64.to_le_bytes());
    table
}

fn entry(dtype: i32, shape: &[i64], offset: usize, bytes: &[u8]) -> Entry {
    let dim = shape.iter().map(|&size| Axis { size }).collect();
    Entry {
        dtype,
        shape: Some(Shape { dim }),
        shard_id: 0,
        offset: offset as i64,
        size: bytes.len() as i64,
        crc32c: crc32c::masked(bytes),
        slices: Vec::new(),
    }
}

/// A checkpoint of three tensors, one of which holds integers: its index's pairs, and its shard.
fn checkpoint() -> (Vec<Pair>, Vec<u8>) {
    let bias: Vec<u8> = [1.5f32, -2.0]
        .iter()
        .flat_map(|x| x.to_le_bytes())
        .collect();
    let kernel: Vec<u8> = (0..6).flat_map(|x| (x as f32).to_le_bytes()).collect();
    let step = 9i64.to_le_bytes();
    let header = Header {
        num_shards: 1,
        endianness: 0,
    };
    let pairs = vec![
        (Vec::new(), header.encode_to_vec()),
        (
            b"conv2d/bias".to_vec(),
            entry(1, &[2], 0, &bias).encode_to_vec(),
        ),
        (
            b"conv2d/kernel".to_vec(),
            entry(1, &[3, 2], 8, &kernel).encode_to_vec(),
        ),
        (b"step".to_vec(), entry(9, &[], 32, &step).encode_to_vec()),
    ];
    (pairs, [bias, kernel, step.to_vec()].concat())
}

fn read_with(index: &[u8], shard: &[u8]) -> Result<Weights, String> {
    read(index, |number, count| {
        assert_eq!((number, count), (0, 1));
        Ok(shard.to_vec())
    })
    .map_err(|error| error.to_string())
}

#[test]
fn tensors_have_their_names_shapes_and_values_compressed_or_not() {
    let (pairs, shard) = checkpoint();
    for snappy in [false, true] {
        let weights = read_with(&table(&pairs, snappy), &shard).unwrap();
        assert_eq!(weights.tensors["conv2d/bias"].values, [1.5, -2.0]);
        let kernel = &weights.tensors["conv2d/kernel"];
        assert_eq!(kernel.shape, [3, 2]);
        assert_eq!(kernel.values, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(weights.others["step"], "int64");
    }
}

#[test]
fn a_damaged_checkpoint_is_a_named_error() {
    let (pairs, shard) = checkpoint();
    let good = table(&pairs, false);
    let refused = |index: &[u8], shard: &[u8], part: &str| {
        let error = read_with(index, shard).unwrap_err();
        assert!(error.contains(part), "{error}");
    };
    let mut other = shard.clone();
    other[9] ^= 1;
    refused(&good, &other, "conv2d/kernel");
    refused(&good, &other, "checksum");
    refused(&good, &shard[..20], "shard of 20 bytes");
    let with = |change: fn(&mut Entry)| {
        let mut pairs = pairs.clone();
        let mut entry = Entry::decode(pairs[1].1.as_slice()).unwrap();
        change(&mut entry);
        pairs[1].1 = entry.encode_to_vec();
        table(&pairs, false)
    };
    refused(&with(|entry| entry.shard_id = 7), &shard, "shard 7");
    refused(&with(|entry| entry.offset = -1), &shard, "at byte -1");
    refused(
        &with(|entry| entry.size = i64::MAX),
        &shard,
        "bytes for the shape [2]",
    );
    refused(
        &with(|entry| entry.shape = None),
        &shard,
        "bytes for the shape []",
    );
    let negative = |entry: &mut Entry| {
        entry.shape = Some(Shape {
            dim: vec![Axis { size: -2 }],
        })
    };
    refused(&with(negative), &shard, "an axis of -2");
    refused(&table(&pairs[1..], false), &shard, "no header");
    let mut unsorted = pairs.clone();
    unsorted.swap(1, 3);
    refused(&table(&unsorted, false), &shard, "not sorted");
    let mut shards = pairs.clone();
    shards[0].1 = Header {
        num_shards: -1,
        endianness: 0,
    }
    .encode_to_vec();
    refused(&table(&shards, false), &shard, "-1 shards");
    shards[0].1 = Header {
        num_shards: 1,
        endianness: 1,
    }
    .encode_to_vec();
    refused(&table(&shards, false), &shard, "big-endian");
}

/// Each pair would take three bytes of the file and a megabyte of memory.
#[test]
fn keys_longer_than_names_are_refused_before_they_are_repeated() {
    let mut block = Vec::new();
    varint(0, &mut block);
    varint(1 << 20, &mut block);
    varint(0, &mut block);
    block.extend(vec![b'a'; 1 << 20]);
    for _ in 0..100_000 {
        varint(1 << 20, &mut block);
        varint(0, &mut block);
        varint(0, &mut block);
    }
    block.extend([0, 0, 0, 0, 1, 0, 0, 0]);
    assert!(super::table::read_entries(&block).is_none());
}

#[test]
fn no_damaged_index_panics() {
    let (pairs, shard) = checkpoint();
    for snappy in [false, true] {
        let good = table(&pairs, snappy);
        for at in 0..good.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut damaged = good.clone();
                damaged[at] ^= flip;
                drop(read_with(&damaged, &shard));
            }
            assert!(read_with(&good[..at], &shard).is_err(), "{at}");
        }
    }
}
