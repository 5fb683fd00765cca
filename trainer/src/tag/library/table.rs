//! Writes and reads tables of tags in Parquet.

mod list;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, FloatType};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::record::Field;
use parquet::schema::types::Type;

use super::journal::{Record, Row};

/// The columns before those of the tags.
pub(super) const COLUMNS: [&str; 6] = [
    "file",
    "seconds",
    "position",
    "seconds_heard",
    "reason",
    "warning",
];
/// The column after those of the tags, if embeddings were asked for.
const EMBEDDING: &str = "embedding";
/// The property that says how a table was made.
const SETTINGS: &str = "tagline.settings";
/// Rows of a group, which are in memory together.
const GROUP_ROWS: usize = 8_192;

/// Whether a column that is no tag's has this name.
pub(super) fn is_taken(name: &str) -> bool {
    name == EMBEDDING || COLUMNS.contains(&name)
}

/// A table that is being written.
pub(super) struct Writer {
    writer: SerializedFileWriter<File>,
    tags: usize,
    /// Values of an embedding; 0 without that column.
    embedding: usize,
    rows: Vec<FlatRow>,
}

/// A row: a window of a file, or a file without tags.
struct FlatRow {
    file: String,
    seconds: Option<f64>,
    position: Option<f64>,
    heard: Option<f32>,
    reason: Option<String>,
    warning: Option<String>,
    tags: Option<Vec<f32>>,
    embedding: Option<Vec<f32>>,
}

impl Writer {
    /// Begins a table of these tags, and of embeddings of so many values if there are some.
    pub fn new(
        path: &Path,
        tags: &[String],
        embedding: usize,
        settings: &str,
    ) -> Result<Self, ParquetError> {
        let text = |name: &str, repetition| {
            Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
                .with_repetition(repetition)
                .with_logical_type(Some(LogicalType::String))
                .with_converted_type(ConvertedType::UTF8)
                .build()
        };
        let number = |name: &str, kind| {
            Type::primitive_type_builder(name, kind)
                .with_repetition(Repetition::OPTIONAL)
                .build()
        };
        let [file, seconds, position, heard, reason, warning] = COLUMNS;
        let mut columns = vec![
            text(file, Repetition::REQUIRED)?,
            number(seconds, Physical::DOUBLE)?,
            number(position, Physical::DOUBLE)?,
            number(heard, Physical::FLOAT)?,
            text(reason, Repetition::OPTIONAL)?,
            text(warning, Repetition::OPTIONAL)?,
        ];
        for tag in tags {
            columns.push(number(tag, Physical::FLOAT)?);
        }
        let mut properties = vec![KeyValue::new(SETTINGS.to_owned(), settings.to_owned())];
        if embedding > 0 {
            columns.push(list::of_floats(EMBEDDING)?);
            let schema = list::arrow_schema(&columns, EMBEDDING, embedding)?;
            properties.push(KeyValue::new(list::ARROW_SCHEMA.to_owned(), schema));
        }
        let columns = columns.into_iter().map(Arc::new).collect();
        let schema = Type::group_type_builder("tags")
            .with_fields(columns)
            .build()?;
        let properties = WriterProperties::builder()
            .set_created_by(format!("tagline trainer {}", env!("CARGO_PKG_VERSION")))
            .set_dictionary_enabled(false)
            .set_key_value_metadata(Some(properties))
            .build();
        let file = File::create(path)?;
        Ok(Self {
            writer: SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))?,
            tags: tags.len(),
            embedding,
            rows: Vec::new(),
        })
    }

    /// Adds a file's rows: one for each window, or one without tags.
    pub fn push(&mut self, record: Record) -> Result<(), ParquetError> {
        let Record {
            file,
            seconds,
            rows,
            reason,
            warning,
        } = record;
        let flat = |row: Option<Row>| {
            let (position, heard) = row.as_ref().map(|row| (row.position, row.heard)).unzip();
            let (tags, embedding) = row.map(|row| (row.tags, row.embedding)).unzip();
            FlatRow {
                file: file.clone(),
                seconds,
                position,
                heard,
                reason: reason.clone(),
                warning: warning.clone(),
                tags,
                embedding,
            }
        };
        if rows.is_empty() {
            self.rows.push(flat(None));
        }
        self.rows
            .extend(rows.into_iter().map(|row| flat(Some(row))));
        if self.rows.len() >= GROUP_ROWS {
            self.group()?;
        }
        Ok(())
    }

    /// Writes what is left, and the end.
    pub fn finish(mut self) -> Result<(), ParquetError> {
        self.group()?;
        Ok(self.writer.into_inner()?.sync_all()?)
    }

    fn group(&mut self) -> Result<(), ParquetError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.rows);
        let mut group = self.writer.next_row_group()?;
        let files: Vec<ByteArray> = rows.iter().map(|row| row.file.as_str().into()).collect();
        column::<ByteArrayType>(&mut group, &files, None)?;
        let of = |number: fn(&FlatRow) -> Option<f64>| rows.iter().map(number).collect();
        optional::<DoubleType>(&mut group, of(|row| row.seconds))?;
        optional::<DoubleType>(&mut group, of(|row| row.position))?;
        optional::<FloatType>(&mut group, rows.iter().map(|row| row.heard).collect())?;
        let of = |text: fn(&FlatRow) -> &Option<String>| {
            let texts = rows.iter().map(text);
            texts
                .map(|text| text.as_deref().map(ByteArray::from))
                .collect()
        };
        optional::<ByteArrayType>(&mut group, of(|row| &row.reason))?;
        optional::<ByteArrayType>(&mut group, of(|row| &row.warning))?;
        for tag in 0..self.tags {
            let values = rows.iter();
            let values =
                values.map(|row| row.tags.as_ref().and_then(|tags| tags.get(tag).copied()));
            optional::<FloatType>(&mut group, values.collect())?;
        }
        if self.embedding > 0 {
            let embeddings = rows.iter().map(|row| row.embedding.as_deref());
            list::write(&mut group, embeddings, self.embedding)?;
        }
        group.close()?;
        Ok(())
    }
}

/// Writes the next column, in which cells may be empty.
fn optional<T: parquet::data_type::DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    cells: Vec<Option<T::T>>,
) -> Result<(), ParquetError> {
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let values: Vec<T::T> = cells.into_iter().flatten().collect();
    column::<T>(group, &values, Some(&levels))
}

fn column<T: parquet::data_type::DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General(
            "there are too few columns".to_owned(),
        ));
    };
    column.typed::<T>().write_batch(values, levels, None)?;
    column.close()
}

/// How the table at `path` was made, and its number of rows; `None` if it was not made here.
pub(super) fn settings(path: &Path) -> Option<(String, i64)> {
    let reader = SerializedFileReader::new(File::open(path).ok()?).ok()?;
    let metadata = reader.metadata().file_metadata();
    let property = metadata
        .key_value_metadata()?
        .iter()
        .find(|property| property.key == SETTINGS)?;
    Some((property.value.clone()?, metadata.num_rows()))
}

/// The tags of a table, and the values of each row that has some, by its file.
pub(super) type Tagged = (Vec<String>, Vec<(String, Vec<f32>)>);

/// Reads a table. Its reader asserts what a damaged page says of itself; such a panic becomes an error.
pub(super) fn read(path: &Path) -> Result<Tagged, ParquetError> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let read = std::panic::catch_unwind(|| read_undamaged(path));
    std::panic::set_hook(hook);
    read.unwrap_or_else(|_| Err(ParquetError::General("its pages are damaged".to_owned())))
}

fn read_undamaged(path: &Path) -> Result<Tagged, ParquetError> {
    let reader = SerializedFileReader::new(File::open(path)?)?;
    let schema = reader.metadata().file_metadata().schema();
    let columns = schema.get_fields().iter();
    let names: Vec<String> = columns.map(|column| column.name().to_owned()).collect();
    if names.first().map(String::as_str) != Some(COLUMNS[0]) {
        return Err(ParquetError::General(
            "not a table of `trainer tag`".to_owned(),
        ));
    }
    let is_tag = |name: &String| !is_taken(name);
    let tags: Vec<String> = names.into_iter().filter(is_tag).collect();
    let mut rows = Vec::new();
    for (number, row) in (1..).zip(reader.get_row_iter(None)?) {
        let row = row?;
        let mut file = String::new();
        let mut values = Vec::new();
        for (name, field) in row.get_column_iter() {
            match field {
                Field::Str(text) if name == COLUMNS[0] => file.clone_from(text),
                Field::Float(value) if is_tag(name) => values.push(*value),
                _ => {}
            }
        }
        if values.is_empty() {
            continue;
        }
        if values.len() != tags.len() {
            return Err(ParquetError::General(format!(
                "row {number} has numbers for {} of {} tags; a tag's column holds 32-bit floating point numbers",
                values.len(),
                tags.len()
            )));
        }
        rows.push((file, values));
    }
    Ok((tags, rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without their columns would be taken for those of other tags.
    #[test]
    fn a_row_that_lacks_some_tags_is_an_error_and_one_without_any_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        let row = |file: &str, rows: &[&[f32]]| Record {
            file: file.to_owned(),
            seconds: Some(3.0),
            rows: rows
                .iter()
                .map(|tags| Row {
                    position: 3.0,
                    heard: 3.0,
                    tags: tags.to_vec(),
                    embedding: Vec::new(),
                })
                .collect(),
            reason: None,
            warning: None,
        };
        let read_back = |records: Vec<Record>| {
            let tags = ["a", "b"].map(str::to_owned);
            let mut writer = Writer::new(&path, &tags, 0, "{}").unwrap();
            records
                .into_iter()
                .for_each(|record| writer.push(record).unwrap());
            writer.finish().unwrap();
            read(&path).map_err(|error| error.to_string())
        };
        let (tags, rows) = read_back(vec![row("x", &[]), row("y", &[&[0.5, 0.25]])]).unwrap();
        assert_eq!(tags, ["a", "b"]);
        assert_eq!(rows, [("y".to_owned(), vec![0.5, 0.25])]);
        let error = read_back(vec![row("x", &[&[0.5, 1.0]]), row("y", &[&[0.5]])]).unwrap_err();
        assert!(
            error.contains("row 2 has numbers for 1 of 2 tags"),
            "{error}"
        );
    }
}
