//! Checkpoints of TensorFlow in its second format: an index (`….index`), which is a sorted table of the
//! tensors' names, shapes and places, and the shards (`….data-00000-of-00001`) beside it.

mod crc32c;
mod message;
mod snappy;
mod table;
mod varint;

use prost::Message;

use super::floats::Float;
use super::{MAX_BYTES, Weights, WeightsError};
use message::{Entry, Header};

pub use table::is_table;

/// Most shards of a checkpoint.
const MAX_SHARDS: usize = 1_024;

/// Reads the checkpoint with this index. `shard` gives the bytes of shard `number` of `count`.
pub fn read(
    index: &[u8],
    mut shard: impl FnMut(usize, usize) -> Result<Vec<u8>, WeightsError>,
) -> Result<Weights, WeightsError> {
    let pairs = table::read(index).map_err(WeightsError::TensorFlow)?;
    let mut pairs = pairs.into_iter();
    let header = match pairs.next() {
        Some((key, value)) if key.is_empty() => Header::decode(value.as_slice()),
        _ => return Err(broken("its index has no header")),
    };
    let header = header.map_err(|error| broken(format!("its header: {error}")))?;
    if header.endianness != 0 {
        return Err(broken("its numbers are big-endian"));
    }
    let count = usize::try_from(header.num_shards).unwrap_or(0);
    if !(1..=MAX_SHARDS).contains(&count) {
        return Err(broken(format!("it has {} shards", header.num_shards)));
    }
    let mut shards: Vec<Option<Vec<u8>>> = vec![None; count];
    let mut weights = Weights::default();
    let mut room = MAX_BYTES;
    for (key, value) in pairs {
        let name = String::from_utf8_lossy(&key).into_owned();
        let wrong = |reason: String| WeightsError::View {
            name: name.clone(),
            reason,
        };
        let entry = Entry::decode(value.as_slice()).map_err(|error| wrong(error.to_string()))?;
        let (dtype, float) = dtype(entry.dtype);
        if float.is_none() || !entry.slices.is_empty() {
            let slices = if entry.slices.is_empty() {
                ""
            } else {
                " in slices"
            };
            weights.others.insert(name, format!("{dtype}{slices}"));
            continue;
        }
        let number = usize::try_from(entry.shard_id).ok().filter(|n| *n < count);
        let number = number.ok_or_else(|| wrong(format!("is in shard {}", entry.shard_id)))?;
        let bytes = match &mut shards[number] {
            Some(bytes) => bytes,
            none => {
                let bytes = shard(number, count)?;
                room = room
                    .checked_sub(bytes.len() as u64)
                    .ok_or(WeightsError::TooLarge)?;
                none.insert(bytes)
            }
        };
        let shape = shape(&entry).map_err(wrong)?;
        let bytes = view(&entry, &shape, bytes).map_err(wrong)?;
        weights.insert(name, shape, bytes, float, dtype);
    }
    Ok(weights)
}

fn broken(reason: impl Into<String>) -> WeightsError {
    WeightsError::TensorFlow(reason.into())
}

/// The lengths of a tensor's axes.
fn shape(entry: &Entry) -> Result<Vec<usize>, String> {
    let axes = entry.shape.iter().flat_map(|shape| &shape.dim);
    axes.map(|axis| usize::try_from(axis.size).map_err(|_| format!("has an axis of {}", axis.size)))
        .collect()
}

/// A tensor's bytes in its shard, whose length and checksum are right.
fn view<'a>(entry: &Entry, shape: &[usize], shard: &'a [u8]) -> Result<&'a [u8], String> {
    let width = match entry.dtype {
        DT_DOUBLE => 8,
        DT_FLOAT => 4,
        _ => 2,
    };
    let expected = shape
        .iter()
        .try_fold(width, |product: usize, axis| product.checked_mul(*axis));
    let size = usize::try_from(entry.size).ok();
    if size.is_none() || size != expected {
        return Err(format!("has {} bytes for the shape {shape:?}", entry.size));
    }
    let bytes = usize::try_from(entry.offset).ok().and_then(|start| {
        let end = start.checked_add(size?)?;
        shard.get(start..end)
    });
    let bytes = bytes.ok_or_else(|| {
        format!(
            "lies at byte {} of a shard of {} bytes",
            entry.offset,
            shard.len()
        )
    })?;
    if crc32c::masked(bytes) != entry.crc32c {
        return Err(
            "its bytes do not have their checksum; is the shard another checkpoint's?".to_owned(),
        );
    }
    Ok(bytes)
}

const DT_FLOAT: i32 = 1;
const DT_DOUBLE: i32 = 2;

/// The name of a type, and what its floating point numbers are.
fn dtype(number: i32) -> (&'static str, Option<Float>) {
    match number {
        DT_FLOAT => ("float", Some(Float::F32)),
        DT_DOUBLE => ("double", Some(Float::F64)),
        3 => ("int32", None),
        7 => ("string", None),
        9 => ("int64", None),
        10 => ("bool", None),
        14 => ("bfloat16", Some(Float::Bf16)),
        19 => ("half", Some(Float::F16)),
        _ => ("another type", None),
    }
}

#[cfg(test)]
mod tests;
