//! The clips' metadata: an Arrow IPC file for each shard, one record batch in it.
//!
//! Columns: `id`, `path`, `source`, `split` (text), `labels` (fixed-size list of f32, one a tag:
//! 0 to 1, or NaN where it is not known), `heard_frames` (u32), `offset_seconds` (f64). The schema's
//! metadata hold the tag names under `tags`, as a JSON list. Reading copies nothing: the arrays lie in the mapped file.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, UInt32Type};
use arrow_array::{
    FixedSizeListArray, Float32Array, Float64Array, RecordBatch, StringArray, UInt32Array,
};
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{FileDecoder, read_footer_length};
use arrow_ipc::root_as_footer;
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema};
use memmap2::Mmap;

use super::Split;

/// The metadata of a clip.
#[derive(Clone, Debug, PartialEq)]
pub struct ClipInfo {
    /// Stable name, which is unique in the data set.
    pub id: String,
    /// The audio file, relative to the data set's source.
    pub path: String,
    /// The artist, album or package, since clips of the same source sound alike. If it is empty,
    /// the audio file is a source of its own.
    pub source: String,
    /// The part of the data set it belongs to.
    pub split: Split,
    /// One value for each tag, 0 to 1, or NaN if it is not known.
    pub labels: Vec<f32>,
    /// Frames of real audio in its window. The rest repeats them.
    pub heard_frames: usize,
    /// Position in the file at which the window begins, in seconds.
    pub offset_seconds: f64,
}

/// The schema of a data set with these tags.
fn schema(tags: &[String]) -> Schema {
    let label = Arc::new(Field::new_list_field(DataType::Float32, false));
    let labels = DataType::FixedSizeList(label, tags.len() as i32);
    // There is a single entry, since the order of several would differ from run to run.
    let names = serde_json::Value::from(tags).to_string();
    Schema::new_with_metadata(
        vec![
            Field::new("id", DataType::Utf8, false),
            Field::new("path", DataType::Utf8, false),
            Field::new("source", DataType::Utf8, false),
            Field::new("split", DataType::Utf8, false),
            Field::new("labels", labels, false),
            Field::new("heard_frames", DataType::UInt32, false),
            Field::new("offset_seconds", DataType::Float64, false),
        ],
        HashMap::from([("tags".to_owned(), names)]),
    )
}

/// The bytes of the Arrow file of `clips`, whose labels are `tags.len()` long.
pub(super) fn encode(clips: &[ClipInfo], tags: &[String]) -> Result<Vec<u8>, ArrowError> {
    let schema = Arc::new(schema(tags));
    let texts = |text: fn(&ClipInfo) -> &str| StringArray::from_iter_values(clips.iter().map(text));
    let label = Arc::new(Field::new_list_field(DataType::Float32, false));
    let labels: Float32Array = clips
        .iter()
        .flat_map(|clip| clip.labels.iter().copied())
        .collect();
    let labels = FixedSizeListArray::try_new(label, tags.len() as i32, Arc::new(labels), None)?;
    let heard = clips.iter().map(|clip| clip.heard_frames as u32);
    let offsets = clips.iter().map(|clip| clip.offset_seconds);
    let batch = RecordBatch::try_new(
        Arc::clone(&schema),
        vec![
            Arc::new(texts(|clip| &clip.id)),
            Arc::new(texts(|clip| &clip.path)),
            Arc::new(texts(|clip| &clip.source)),
            Arc::new(texts(|clip| clip.split.name())),
            Arc::new(labels),
            Arc::new(UInt32Array::from_iter_values(heard)),
            Arc::new(Float64Array::from_iter_values(offsets)),
        ],
    )?;
    let mut writer = FileWriter::try_new(Vec::new(), &schema)?;
    writer.write(&batch)?;
    writer.finish()?;
    writer.into_inner()
}

/// The columns of a shard, in the mapped file.
#[derive(Debug)]
pub(super) struct Metadata {
    ids: StringArray,
    paths: StringArray,
    sources: StringArray,
    splits: StringArray,
    /// `[clip][tag]`
    labels: Float32Array,
    tags: usize,
    heard_frames: UInt32Array,
    offsets_seconds: Float64Array,
}

impl Metadata {
    /// Finds the columns in a file whose hash has been checked.
    pub fn read(file: Mmap, tags: &[String]) -> Result<Self, String> {
        let batch = read_batch(&Buffer::from(bytes::Bytes::from_owner(file)), &schema(tags))?;
        let missing = || "a column is of another type".to_owned();
        let texts = |column: usize| batch.column(column).as_string_opt::<i32>().cloned();
        let labels = batch
            .column(4)
            .as_fixed_size_list_opt()
            .ok_or_else(missing)?;
        let values = labels.values().as_primitive_opt::<Float32Type>();
        let heard = batch.column(5).as_primitive_opt::<UInt32Type>();
        let offsets = batch.column(6).as_primitive_opt::<Float64Type>();
        Ok(Self {
            ids: texts(0).ok_or_else(missing)?,
            paths: texts(1).ok_or_else(missing)?,
            sources: texts(2).ok_or_else(missing)?,
            splits: texts(3).ok_or_else(missing)?,
            labels: values.cloned().ok_or_else(missing)?,
            tags: tags.len(),
            heard_frames: heard.cloned().ok_or_else(missing)?,
            offsets_seconds: offsets.cloned().ok_or_else(missing)?,
        })
    }

    pub fn clips(&self) -> usize {
        self.heard_frames.len()
    }

    pub fn id(&self, row: usize) -> &str {
        self.ids.value(row)
    }

    pub fn path(&self, row: usize) -> &str {
        self.paths.value(row)
    }

    pub fn source(&self, row: usize) -> &str {
        self.sources.value(row)
    }

    pub fn split(&self, row: usize) -> Option<Split> {
        self.splits.value(row).parse().ok()
    }

    pub fn labels(&self, row: usize) -> &[f32] {
        &self.labels.values()[row * self.tags..][..self.tags]
    }

    pub fn heard_frames(&self, row: usize) -> usize {
        self.heard_frames.value(row) as usize
    }

    pub fn offset_seconds(&self, row: usize) -> f64 {
        self.offsets_seconds.value(row)
    }
}

/// Bytes after an Arrow file's footer: its length, and the magic word.
const TRAILER_BYTES: usize = 10;

fn read_batch(file: &Buffer, expected: &Schema) -> Result<RecordBatch, String> {
    let text = |error: ArrowError| error.to_string();
    let outside = || "its parts lie outside the file".to_owned();
    let footer_end = file.len().checked_sub(TRAILER_BYTES).ok_or_else(outside)?;
    let trailer: [u8; TRAILER_BYTES] = file[footer_end..].try_into().map_err(|_| outside())?;
    let length = read_footer_length(trailer).map_err(text)?;
    let start = footer_end.checked_sub(length).ok_or_else(outside)?;
    let footer = root_as_footer(&file[start..footer_end]).map_err(|error| error.to_string())?;
    let schema = footer.schema().ok_or("it has no schema")?;
    let schema = try_fb_to_schema(schema).map_err(text)?;
    if schema != *expected {
        return Err("its columns or tags are not those of the manifest".to_owned());
    }
    let batches = footer.recordBatches().unwrap_or_default();
    if batches.len() != 1 {
        return Err(format!(
            "{} record batches, where one is expected",
            batches.len()
        ));
    }
    let block = batches.get(0);
    let offset = usize::try_from(block.offset()).map_err(|_| outside())?;
    let head = usize::try_from(block.metaDataLength()).map_err(|_| outside())?;
    let body = usize::try_from(block.bodyLength()).map_err(|_| outside())?;
    let end = [offset, head, body]
        .into_iter()
        .try_fold(0, usize::checked_add);
    if end.is_none_or(|end| end > start) {
        return Err(outside());
    }
    let data = file.slice_with_length(offset, head + body);
    FileDecoder::new(Arc::new(schema), footer.version())
        .with_require_alignment(true)
        .read_record_batch(block, &data)
        .map_err(text)?
        .ok_or_else(|| "it holds no record batch".to_owned())
}
