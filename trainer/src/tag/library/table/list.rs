//! A column of lists of one length, as Parquet and Arrow have them.

use std::fs::File;
use std::sync::Arc;

use arrow_ipc::writer::{DictionaryTracker, IpcDataGenerator, IpcWriteOptions};
use arrow_schema::{DataType, Field, Schema};
use parquet::basic::{ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::data_type::FloatType;
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedRowGroupWriter;
use parquet::schema::types::Type;

/// The property in which Arrow looks for its own types.
pub const ARROW_SCHEMA: &str = "ARROW:schema";

/// An optional column of lists of f32.
pub fn of_floats(name: &str) -> Result<Type, ParquetError> {
    let element = Type::primitive_type_builder("element", Physical::FLOAT)
        .with_repetition(Repetition::REQUIRED)
        .build()?;
    let list = Type::group_type_builder("list")
        .with_repetition(Repetition::REPEATED)
        .with_fields(vec![Arc::new(element)])
        .build()?;
    Type::group_type_builder(name)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(Some(LogicalType::List))
        .with_converted_type(ConvertedType::LIST)
        .with_fields(vec![Arc::new(list)])
        .build()
}

/// Arrow's schema of `columns`, of which `name` has lists of `values` f32. Parquet itself cannot say that all
/// lists are of one length.
pub fn arrow_schema(columns: &[Type], name: &str, values: usize) -> Result<String, ParquetError> {
    let length = i32::try_from(values).map_err(|error| ParquetError::General(error.to_string()))?;
    let fields = columns.iter().map(|column| {
        let kind = match column {
            Type::GroupType { .. } => {
                let element = Field::new("element", DataType::Float32, false);
                DataType::FixedSizeList(Arc::new(element), length)
            }
            Type::PrimitiveType { physical_type, .. } => match physical_type {
                Physical::DOUBLE => DataType::Float64,
                Physical::FLOAT => DataType::Float32,
                _ => DataType::Utf8,
            },
        };
        let optional = column.name() == name || column.is_optional();
        Field::new(column.name(), kind, optional)
    });
    let schema = Schema::new(fields.collect::<Vec<_>>());
    let message = IpcDataGenerator::default().schema_to_bytes_with_dictionary_tracker(
        &schema,
        &mut DictionaryTracker::new(true),
        &IpcWriteOptions::default(),
    );
    // Arrow's message as a stream has it: a mark, its length, itself.
    let message = message.ipc_message;
    let mut bytes = vec![0xff; 4];
    bytes.extend((message.len() as u32).to_le_bytes());
    bytes.extend(message);
    Ok(base64(&bytes))
}

/// Writes the next column: a list of `values` f32 in each row, or none.
pub fn write<'a>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    rows: impl Iterator<Item = Option<&'a [f32]>>,
    values: usize,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General(
            "there are too few columns".to_owned(),
        ));
    };
    let (mut all, mut definitions, mut repetitions) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        match row {
            Some(list) if list.len() == values => {
                all.extend_from_slice(list);
                definitions.extend(std::iter::repeat_n(2, values));
                repetitions.push(0);
                repetitions.extend(std::iter::repeat_n(1, values - 1));
            }
            Some(list) => {
                let found = list.len();
                return Err(ParquetError::General(format!(
                    "an embedding has {found} values instead of {values}"
                )));
            }
            None => {
                definitions.push(0);
                repetitions.push(0);
            }
        }
    }
    column
        .typed::<FloatType>()
        .write_batch(&all, Some(&definitions), Some(&repetitions))?;
    column.close()
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let mut bits = [0; 4];
        bits[1..=group.len()].copy_from_slice(group);
        let bits = u32::from_be_bytes(bits);
        for digit in 0..4 {
            let index = bits >> (18 - 6 * digit) & 63;
            text.push(match digit <= group.len() {
                true => char::from(DIGITS[index as usize]),
                false => '=',
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_that_of_the_rfcs_examples() {
        let examples = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (bytes, text) in examples {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xff, 0xfb, 0xf0]), "//vw");
    }
}
