//! Checks that a tensor holds what its shape says, and nothing but numbers.

use tract_onnx::pb::TensorProto;
use tract_onnx::pb::tensor_proto::{DataLocation, DataType};

use super::error::ModelError;
use super::limits::MAX_RANK;

/// Checks `tensor`, called `name` in messages.
pub(super) fn check(tensor: &TensorProto, name: &str) -> Result<(), ModelError> {
    if tensor.data_location == Some(DataLocation::External as i32)
        || !tensor.external_data.is_empty()
    {
        return Err(ModelError::ExternalData {
            tensor: name.to_owned(),
        });
    }
    let refuse = |reason: String| {
        Err(ModelError::Tensor {
            tensor: name.to_owned(),
            reason,
        })
    };
    if tensor.segment.is_some() {
        return refuse("is split into segments".to_owned());
    }
    if tensor.dims.len() > MAX_RANK {
        return refuse(format!(
            "has {} axes, more than {MAX_RANK}",
            tensor.dims.len()
        ));
    }
    if let Some(dim) = tensor.dims.iter().find(|&&dim| dim < 0) {
        return refuse(format!("has an axis of length {dim}"));
    }
    let Ok(data_type) = DataType::try_from(tensor.data_type) else {
        return refuse(format!("is of the unknown type {}", tensor.data_type));
    };
    let Some((value_bytes, typed_values)) = storage(tensor, data_type) else {
        return refuse(format!("is of type {data_type:?}"));
    };
    let values = tensor.dims.iter().try_fold(1u64, |product, &dim| {
        product.checked_mul(dim.unsigned_abs())
    });
    let claimed = values.and_then(|values| values.checked_mul(value_bytes));
    let present = match tensor.raw_data.len() {
        0 => typed_values as u64 * value_bytes,
        raw => raw as u64,
    };
    if claimed != Some(present) || (!tensor.raw_data.is_empty() && typed_values > 0) {
        return Err(ModelError::TensorSize {
            tensor: name.to_owned(),
            dims: format!("{:?}", tensor.dims),
            claimed: claimed.map_or("too many".to_owned(), |bytes| bytes.to_string()),
            present,
        });
    }
    match first_non_finite(tensor, data_type) {
        Some((index, value)) => Err(ModelError::NonFinite {
            tensor: name.to_owned(),
            index,
            value,
        }),
        None => Ok(()),
    }
}

/// Bytes of a value of `data_type`, and how many values the field for that type holds. `None` for
/// types that networks of this kind do not need.
fn storage(tensor: &TensorProto, data_type: DataType) -> Option<(u64, usize)> {
    Some(match data_type {
        DataType::Float => (4, tensor.float_data.len()),
        DataType::Double => (8, tensor.double_data.len()),
        DataType::Float16 => (2, tensor.int32_data.len()),
        DataType::Int8 | DataType::Uint8 | DataType::Bool => (1, tensor.int32_data.len()),
        DataType::Int16 | DataType::Uint16 => (2, tensor.int32_data.len()),
        DataType::Int32 => (4, tensor.int32_data.len()),
        DataType::Int64 => (8, tensor.int64_data.len()),
        _ => return None,
    })
}

/// Position and value of the first weight that is not a finite number.
fn first_non_finite(tensor: &TensorProto, data_type: DataType) -> Option<(usize, f64)> {
    fn first(values: impl Iterator<Item = f64>) -> Option<(usize, f64)> {
        values.enumerate().find(|(_, value)| !value.is_finite())
    }
    let raw = &tensor.raw_data;
    match data_type {
        DataType::Float if raw.is_empty() => first(tensor.float_data.iter().map(|&v| f64::from(v))),
        DataType::Float => first(
            raw.as_chunks()
                .0
                .iter()
                .map(|&v| f32::from_le_bytes(v).into()),
        ),
        DataType::Double if raw.is_empty() => first(tensor.double_data.iter().copied()),
        DataType::Double => first(raw.as_chunks().0.iter().map(|&v| f64::from_le_bytes(v))),
        DataType::Float16 if raw.is_empty() => {
            first(tensor.int32_data.iter().map(|&v| half(v as u16)))
        }
        DataType::Float16 => first(
            raw.as_chunks()
                .0
                .iter()
                .map(|&v| half(u16::from_le_bytes(v))),
        ),
        _ => None,
    }
}

/// A half-precision number, reduced to 0, infinity or "not a number".
fn half(bits: u16) -> f64 {
    match (bits & 0x7c00 == 0x7c00, bits & 0x03ff == 0) {
        (true, true) => f64::INFINITY,
        (true, false) => f64::NAN,
        (false, _) => 0.0,
    }
}
