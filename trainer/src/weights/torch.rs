//! PyTorch state dicts: today's zip archives, and the sequences of pickles from before PyTorch 1.6.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{Cursor, Read};

use super::floats::Float;
use super::pickle::{Global, Pickle, Value};
use super::{MAX_BYTES, Weights, WeightsError, state_dict};

/// The number 0x1950a86a20f9469cfc6c as a pickle, which opens a legacy file.
const LEGACY_MAGIC: &[u8] = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
/// Most values of a tensor that shows the values of its storage more than once (a stride of 0).
const MOST_EXPANDED: usize = 1 << 24;
/// Most axes of a tensor, as in PyTorch.
const MOST_AXES: usize = 64;
/// How many times as long as the file its unpacked entries may be. PyTorch packs nothing.
const MOST_PACKED: u64 = 64;

/// Whether `bytes` are a legacy file.
pub fn is_legacy(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x80)
        && bytes
            .get(2..)
            .is_some_and(|rest| rest.starts_with(LEGACY_MAGIC))
}

/// Reads a legacy file: pickles of a magic number, a protocol version, the writer's type sizes,
/// the state dict and the list of storages; then each storage's length and data.
pub fn read_legacy(bytes: &[u8], key: Option<&str>) -> Result<Weights, WeightsError> {
    let mut at = 0;
    let mut next = || {
        let pickle = Pickle::read(&bytes[at..], at)?;
        at += pickle.length;
        Ok::<_, WeightsError>(pickle)
    };
    next()?;
    next()?;
    let system = next()?;
    check_byte_order(&system)?;
    let state = next()?;
    let keys = next()?;
    let dict = state_dict::find(&state, key)?;
    let tensors = tensors(&state, dict)?;
    // The storages of tensors elsewhere in the file lie between those that are asked for.
    let mut sizes = HashMap::new();
    for tensor in state.values().filter_map(|value| view(&state, "", value)) {
        sizes.insert(tensor.storage, tensor.kind);
    }
    let mut storages = HashMap::new();
    for key in keys.items(keys.value).unwrap_or_default() {
        let key = keys.text(*key).unwrap_or_default();
        let truncated = || WeightsError::Archive(format!("storage `{key}` is cut off"));
        let kind = sizes
            .get(key)
            .ok_or_else(|| WeightsError::Archive(format!("storage `{key}` has no tensor")))?;
        let head = bytes.get(at..at + 8).ok_or_else(truncated)?;
        let count = u64::from_le_bytes(head.try_into().map_err(|_| truncated())?);
        let length = usize::try_from(count)
            .ok()
            .and_then(|count| count.checked_mul(kind.bytes))
            .ok_or_else(truncated)?;
        let data = bytes[at + 8..].get(..length).ok_or_else(truncated)?;
        storages.insert(key.to_owned(), data.into());
        at += 8 + length;
    }
    state_dict::pass_over(&state, dict);
    assemble(&tensors, &storages)
}

/// Reads a zip archive: `…/data.pkl` is the state dict, `…/data/<key>` each storage.
pub fn read_archive(bytes: &[u8], key: Option<&str>) -> Result<Weights, WeightsError> {
    let broken = |error: zip::result::ZipError| WeightsError::Archive(error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let mut names = Vec::new();
    for name in archive.file_names() {
        names.push(name.map_err(broken)?.into_owned());
    }
    let root = names
        .iter()
        .find_map(|name| name.strip_suffix("data.pkl"))
        .ok_or_else(
            || match names.iter().any(|name| name == "model.weights.h5") {
                true => WeightsError::Keras("Keras 3"),
                false => WeightsError::Archive("no data.pkl in it".into()),
            },
        )?;
    let mut budget = (bytes.len() as u64)
        .saturating_mul(MOST_PACKED)
        .min(MAX_BYTES);
    let mut read = |name: &str| -> Result<Vec<u8>, WeightsError> {
        let mut data = Vec::new();
        let entry = archive.by_name(name).map_err(broken)?;
        entry.take(budget).read_to_end(&mut data)?;
        budget -= data.len() as u64;
        if budget == 0 {
            return Err(WeightsError::TooLarge);
        }
        Ok(data)
    };
    let byte_order = format!("{root}byteorder");
    if names.contains(&byte_order) && read(&byte_order)? != b"little" {
        return Err(big_endian());
    }
    let data = read(&format!("{root}data.pkl"))?;
    let state = Pickle::read(&data, 0)?;
    let dict = state_dict::find(&state, key)?;
    let tensors = tensors(&state, dict)?;
    let mut storages = HashMap::new();
    for tensor in &tensors {
        if !storages.contains_key(tensor.storage) {
            let data = read(&format!("{root}data/{}", tensor.storage))?;
            storages.insert(tensor.storage.to_owned(), data.into());
        }
    }
    state_dict::pass_over(&state, dict);
    assemble(&tensors, &storages)
}

/// Kind of the numbers in a storage.
#[derive(Clone, Copy)]
struct Kind {
    storage: &'static str,
    float: Option<Float>,
    bytes: usize,
}

impl Kind {
    fn of(storage: &'static str) -> Self {
        let (float, bytes) = match storage {
            "FloatStorage" => (Some(Float::F32), 4),
            "DoubleStorage" => (Some(Float::F64), 8),
            "HalfStorage" => (Some(Float::F16), 2),
            "BFloat16Storage" => (Some(Float::Bf16), 2),
            "LongStorage" => (None, 8),
            "IntStorage" => (None, 4),
            "ShortStorage" => (None, 2),
            _ => (None, 1),
        };
        Self {
            storage,
            float,
            bytes,
        }
    }
}

/// A tensor as the pickle describes it: a view of a storage.
struct View<'a> {
    name: &'a str,
    storage: &'a str,
    kind: Kind,
    offset: usize,
    shape: Vec<usize>,
    strides: Vec<usize>,
}

fn tensors(pickle: &Pickle, dict: Value) -> Result<Vec<View<'_>>, WeightsError> {
    let entries = pickle.entries(dict).unwrap_or_default();
    entries
        .iter()
        .filter(|(_, value)| matches!(value, Value::Tensor(_)))
        .map(|(key, value)| {
            let name = pickle.text(*key).unwrap_or_default();
            view(pickle, name, *value).ok_or_else(|| WeightsError::View {
                name: name.to_owned(),
                reason: "is not described as a tensor is".into(),
            })
        })
        .collect()
}

/// The arguments of `_rebuild_tensor_v2`: (storage, offset, shape, strides, …), and of a storage:
/// ("storage", type, key, device, length, …).
fn view<'a>(pickle: &'a Pickle, name: &'a str, tensor: Value) -> Option<View<'a>> {
    let [storage @ Value::Persistent(_), offset, shape, strides, ..] = pickle.items(tensor)? else {
        return None;
    };
    let [
        tag,
        Value::Global(Global::Storage(kind)),
        key,
        _,
        _,
        rest @ ..,
    ] = pickle.items(*storage)?
    else {
        return None;
    };
    // A legacy storage may itself be a view of another, but no state dict has such storages.
    let plain =
        pickle.text(*tag) == Some("storage") && rest.iter().all(|value| *value == Value::Other);
    plain.then_some(())?;
    let shape = sizes(pickle, *shape)?;
    let strides = sizes(pickle, *strides)?;
    (shape.len() == strides.len()).then_some(View {
        name,
        storage: pickle.text(*key)?,
        kind: Kind::of(kind),
        offset: size(offset)?,
        shape,
        strides,
    })
}

fn size(value: &Value) -> Option<usize> {
    match value {
        Value::Int(size) => usize::try_from(*size).ok(),
        _ => None,
    }
}

fn sizes(pickle: &Pickle, value: Value) -> Option<Vec<usize>> {
    pickle.items(value)?.iter().map(size).collect()
}

fn assemble(
    views: &[View<'_>],
    storages: &HashMap<String, Cow<'_, [u8]>>,
) -> Result<Weights, WeightsError> {
    let mut weights = Weights::default();
    let mut decoded: HashMap<&str, Vec<f32>> = HashMap::new();
    // Views may share a storage, or show its values more than once, so the file alone does not bound their sum.
    let stored: usize = storages.values().map(|data| data.len()).sum();
    let budget = stored.saturating_mul(4).saturating_add(MOST_EXPANDED);
    let mut budget = budget.min(MAX_BYTES as usize / size_of::<f32>());
    for view in views {
        let refuse = |reason: &str| WeightsError::View {
            name: view.name.to_owned(),
            reason: reason.to_owned(),
        };
        let data = storages
            .get(view.storage)
            .ok_or_else(|| refuse("its storage is not in the file"))?;
        let Some(float) = view.kind.float else {
            weights.insert(view.name.into(), Vec::new(), &[], None, view.kind.storage);
            continue;
        };
        let stored = decoded
            .entry(view.storage)
            .or_insert_with(|| float.decode(data));
        let values =
            gather(view, stored).ok_or_else(|| refuse("its shape leads outside its storage"))?;
        budget = budget
            .checked_sub(values.len())
            .ok_or(WeightsError::TooLarge)?;
        let tensor = super::Tensor {
            shape: view.shape.clone(),
            values,
        };
        weights.tensors.insert(view.name.to_owned(), tensor);
    }
    Ok(weights)
}

/// The view's values in row-major order; `None` where they lie outside the storage, or are so many more
/// than it holds that no expanded tensor has them.
fn gather(view: &View<'_>, stored: &[f32]) -> Option<Vec<f32>> {
    let count = view
        .shape
        .iter()
        .try_fold(1usize, |count, axis| count.checked_mul(*axis))?;
    if count > stored.len().max(MOST_EXPANDED) {
        return None;
    }
    if view.shape.len() > MOST_AXES {
        return None;
    }
    let mut values = Vec::with_capacity(count);
    let mut index = vec![0usize; view.shape.len()];
    for _ in 0..count {
        let at = index
            .iter()
            .zip(&view.strides)
            .try_fold(view.offset, |at, (index, stride)| {
                at.checked_add(index.checked_mul(*stride)?)
            })?;
        values.push(*stored.get(at)?);
        for (index, length) in index.iter_mut().zip(&view.shape).rev() {
            *index += 1;
            if *index < *length {
                break;
            }
            *index = 0;
        }
    }
    Some(values)
}

/// Legacy files tell their writer's byte order.
fn check_byte_order(system: &Pickle) -> Result<(), WeightsError> {
    let entries = system.entries(system.value).unwrap_or_default();
    let big = entries.iter().any(|(key, value)| {
        system.text(*key) == Some("little_endian") && *value == Value::Bool(false)
    });
    if big { Err(big_endian()) } else { Ok(()) }
}

fn big_endian() -> WeightsError {
    WeightsError::Archive("written on a big-endian machine".into())
}
