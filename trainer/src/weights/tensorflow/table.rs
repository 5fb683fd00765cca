//! Sorted tables in the format of LevelDB: blocks of pairs whose keys share their beginnings, and an
//! index of the blocks.

use super::crc32c;
use super::snappy;
use super::varint::varint;

/// Bytes at the end of a table.
const FOOTER: usize = 48;
const MAGIC: [u8; 8] = 0xdb47_7524_8b80_fb57_u64.to_le_bytes();
/// A block's type and checksum.
const TRAILER: usize = 5;
/// Most bytes of all blocks, decompressed.
const MAX_BLOCK_BYTES: usize = 64 << 20;

/// Most bytes of a key, which is a tensor's name. Keys share their beginnings, so a short table could hold
/// millions of long ones.
const MAX_KEY_BYTES: usize = 4_096;

/// A key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// Whether `bytes` end as a table does.
pub fn is_table(bytes: &[u8]) -> bool {
    bytes.len() >= FOOTER && bytes.ends_with(&MAGIC)
}

/// The pairs of a table, by key.
pub fn read(table: &[u8]) -> Result<Vec<Pair>, String> {
    if !is_table(table) {
        return Err("its index does not end as a table does".to_owned());
    }
    let mut footer = &table[table.len() - FOOTER..];
    let mut room = MAX_BLOCK_BYTES;
    // First comes the index of other things than blocks of pairs.
    let index = place(&mut footer).and_then(|_| place(&mut footer));
    let index = index.ok_or("its index's footer has no places")?;
    let mut pairs: Vec<Pair> = Vec::new();
    for (_, value) in entries(&block(table, index, &mut room)?)? {
        let place =
            place(&mut value.as_slice()).ok_or("its index names a block without a place")?;
        pairs.extend(entries(&block(table, place, &mut room)?)?);
    }
    if pairs.windows(2).any(|two| two[0].0 >= two[1].0) {
        return Err("the names in its index are not sorted".to_owned());
    }
    Ok(pairs)
}

/// Where a block begins, and its length without its trailer.
fn place(rest: &mut &[u8]) -> Option<[u64; 2]> {
    Some([varint(rest)?, varint(rest)?])
}

/// The content of the block at `place`. Its decompressed bytes come out of `room`.
fn block(table: &[u8], place: [u64; 2], room: &mut usize) -> Result<Vec<u8>, String> {
    let at = |reason: &str| format!("the block at byte {} of its index {reason}", place[0]);
    let [start, length] = place.map(|number| usize::try_from(number).unwrap_or(usize::MAX));
    let end = start.saturating_add(length);
    let whole = table.get(start..end.saturating_add(TRAILER));
    let whole = whole.ok_or_else(|| at("lies outside of it"))?;
    let (checked, checksum) = whole.split_at(length + 1);
    if crc32c::masked(checked).to_le_bytes() != checksum {
        return Err(at("does not have its checksum"));
    }
    let (content, kind) = checked.split_at(length);
    let content = match kind[0] {
        0 if length <= *room => content.to_vec(),
        0 => return Err(at("is too large")),
        1 => snappy::decompress(content, *room)
            .ok_or_else(|| at("does not decompress with Snappy"))?,
        other => {
            return Err(at(&format!(
                "is compressed in a way ({other}) that is not read"
            )));
        }
    };
    *room -= content.len();
    Ok(content)
}

/// The pairs of a block.
fn entries(block: &[u8]) -> Result<Vec<Pair>, String> {
    read_entries(block).ok_or_else(|| "a block of its index is broken".to_owned())
}

pub(super) fn read_entries(block: &[u8]) -> Option<Vec<Pair>> {
    // The end says where keys stand in full, which is of use for searching only.
    let (rest, count) = block.split_last_chunk::<4>()?;
    let restarts = (u32::from_le_bytes(*count) as usize).checked_mul(4)?;
    let mut rest = &rest[..rest.len().checked_sub(restarts)?];
    let mut pairs = Vec::new();
    let mut key: Vec<u8> = Vec::new();
    while !rest.is_empty() {
        let mut length = || usize::try_from(varint(&mut rest)?).ok();
        let (shared, own, value) = (length()?, length()?, length()?);
        if shared > key.len() || shared.checked_add(own)? > MAX_KEY_BYTES {
            return None;
        }
        key.truncate(shared);
        let (own, after) = rest.split_at_checked(own)?;
        key.extend_from_slice(own);
        let (value, after) = after.split_at_checked(value)?;
        rest = after;
        pairs.push((key.clone(), value.to_vec()));
    }
    Some(pairs)
}
