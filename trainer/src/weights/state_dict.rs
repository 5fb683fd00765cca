//! Finds the tensors in a file of PyTorch's. Training programs keep them under a key, beside other things.

use super::WeightsError;
use super::pickle::{Pickle, Value};

/// Names under which training programs keep the tensors. The first that is there is taken.
const USUAL_KEYS: [&str; 3] = ["state_dict", "model_state_dict", "model"];
/// Deepest nesting of dicts that is searched.
const MAX_DEPTH: usize = 4;
/// Most dicts that are looked at.
const MAX_DICTS: usize = 10_000;

/// The dict that holds the tensors: the one under `key`, or else the only one. The key of a dict within
/// dicts is all their keys, joined by points.
pub(super) fn find(pickle: &Pickle, key: Option<&str>) -> Result<Value, WeightsError> {
    let top = pickle.value;
    if pickle.entries(top).is_none() {
        let reason = "not a state dict: the pickle is not a dict";
        return Err(WeightsError::Archive(reason.to_owned()));
    }
    let mut found = Vec::new();
    search(pickle, top, "", 0, &mut found, &mut 0);
    let paths = || found.iter().map(|(path, _)| path.clone()).collect();
    if let Some(key) = key {
        let chosen = found.iter().find(|(path, _)| path == key);
        return match chosen {
            Some((_, dict)) => Ok(*dict),
            None => Err(WeightsError::NoSuchKey {
                key: key.to_owned(),
                held: paths(),
            }),
        };
    }
    let usual = USUAL_KEYS
        .iter()
        .find_map(|key| found.iter().find(|(path, _)| path == key));
    let outermost = found.iter().find(|(path, _)| path.is_empty());
    match (usual.or(outermost), found.as_slice()) {
        (Some((_, dict)), _) | (None, [(_, dict)]) => Ok(*dict),
        (None, []) => Ok(top),
        (None, _) => Err(WeightsError::KeyNeeded(paths())),
    }
}

/// Finds the dicts that hold tensors themselves.
fn search(
    pickle: &Pickle,
    dict: Value,
    path: &str,
    depth: usize,
    found: &mut Vec<(String, Value)>,
    seen: &mut usize,
) {
    *seen += 1;
    let Some(entries) = pickle.entries(dict).filter(|_| *seen <= MAX_DICTS) else {
        return;
    };
    if entries
        .iter()
        .any(|(_, value)| matches!(value, Value::Tensor(_)))
    {
        found.push((path.to_owned(), dict));
    }
    if depth == MAX_DEPTH {
        return;
    }
    for (key, value) in entries {
        if let (Some(key), Value::Dict(_)) = (pickle.text(*key), value) {
            let path = match path {
                "" => key.to_owned(),
                path => format!("{path}.{key}"),
            };
            search(pickle, *value, &path, depth + 1, found, seen);
        }
    }
}

/// Says which objects beside the tensors are passed over.
pub(super) fn pass_over(pickle: &Pickle, dict: Value) {
    let mut dicts = vec![pickle.value];
    if dict != pickle.value {
        dicts.push(dict);
    }
    let entries = dicts.into_iter().filter_map(|dict| pickle.entries(dict));
    for (key, value) in entries.flatten() {
        if let Some(class) = pickle.foreign(*value) {
            let key = pickle.text(*key).unwrap_or_default();
            tracing::warn!("`{key}`, an object of {class}, is passed over; nothing of it was run");
        }
    }
}
