//! HDF5 files as Keras 1.x writes them: a group for each layer, a dataset for each tensor. A
//! tensor's name is its path, as in `conv1/conv1_W`.

use hdf5_reader::group::Group;
use hdf5_reader::{Dataset, Datatype, Hdf5File};

use super::{MAX_BYTES, Tensor, Weights, WeightsError};

/// Deepest nesting of groups that is followed, so that a group inside itself ends.
const MAX_DEPTH: usize = 6;
/// Most groups and datasets that are visited.
const MAX_OBJECTS: usize = 10_000;

/// How many times as long as the file its unpacked datasets may be: as much as deflate can make of anything.
const MOST_PACKED: u64 = 1_032;

/// Reads a whole file.
pub fn read(bytes: Vec<u8>) -> Result<Weights, WeightsError> {
    let room = (bytes.len() as u64).saturating_mul(MOST_PACKED);
    let file = Hdf5File::from_vec(bytes).map_err(broken)?;
    let root = file.root_group().map_err(broken)?;
    // `model.save()` puts the weights in a group of their own, beside the optimiser's state.
    let start = root.group("model_weights").unwrap_or(root);
    let mut walk = Walk {
        room: room.min(MAX_BYTES),
        ..Walk::default()
    };
    walk.group(&start, "", 0)?;
    // Keras 1.x calls them `conv1_W`, Keras 2 `kernel:0`.
    if walk.weights.tensors.keys().any(|name| name.ends_with(":0")) {
        return Err(WeightsError::Keras("Keras 2"));
    }
    Ok(walk.weights)
}

fn broken(error: hdf5_reader::error::Error) -> WeightsError {
    WeightsError::Hdf5(error.to_string())
}

#[derive(Default)]
struct Walk {
    weights: Weights,
    objects: usize,
    /// Bytes that datasets may still take. A dataset without data has as many zeros as it claims.
    room: u64,
}

impl Walk {
    fn group(&mut self, group: &Group, path: &str, depth: usize) -> Result<(), WeightsError> {
        if depth > MAX_DEPTH {
            return Err(WeightsError::Hdf5(format!(
                "group `{path}` lies deeper than layers do"
            )));
        }
        let (groups, datasets) = group.members().map_err(broken)?;
        self.objects += groups.len() + datasets.len();
        if self.objects > MAX_OBJECTS {
            return Err(WeightsError::Hdf5(format!(
                "more than {MAX_OBJECTS} groups and datasets"
            )));
        }
        for dataset in &datasets {
            self.dataset(dataset, &join(path, dataset.name()))?;
        }
        for group in &groups {
            self.group(group, &join(path, group.name()), depth + 1)?;
        }
        Ok(())
    }

    fn dataset(&mut self, dataset: &Dataset, name: &str) -> Result<(), WeightsError> {
        let size = match dataset.dtype() {
            Datatype::FloatingPoint { size, .. } if matches!(size, 4 | 8) => u64::from(*size),
            other => {
                let dtype = format!("{other:?}");
                self.weights.others.insert(name.to_owned(), dtype);
                return Ok(());
            }
        };
        let count = dataset.num_elements().map_err(broken)?;
        let bytes = count.checked_mul(size);
        let rest = bytes.and_then(|bytes| self.room.checked_sub(bytes));
        self.room = rest.ok_or_else(|| {
            WeightsError::Hdf5(format!(
                "dataset `{name}` claims more than the file can hold"
            ))
        })?;
        let values = if size == 4 {
            let array = dataset.read_array::<f32>().map_err(broken)?;
            array.into_iter().collect()
        } else {
            let array = dataset.read_array::<f64>().map_err(broken)?;
            array.into_iter().map(|value| value as f32).collect()
        };
        let shape = dataset.shape().iter().map(|&axis| axis as usize).collect();
        let tensor = Tensor { shape, values };
        self.weights.tensors.insert(name.to_owned(), tensor);
        Ok(())
    }
}

/// Names are whole paths or last components, depending on what made the file.
fn join(path: &str, name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}/{name}")
    }
}
