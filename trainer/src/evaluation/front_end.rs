//! Finds the data that were prepared with a model's own front-end.

use std::path::Path;

use serde_json::{Map, Value};
use tagline_engine::{FrontEndSpec, ModelInfo};

use super::EvaluateError;
use crate::data::{DataError, Dataset, Input};

/// Opens `folder` for the input that `model` was trained on.
///
/// # Errors
/// [`EvaluateError::FrontEnd`] names the fields in which the nearest of the data's inputs differs,
/// or [`EvaluateError::Data`] says why the data cannot be opened.
pub fn open_data_of(model: &ModelInfo, folder: &Path) -> Result<Dataset, EvaluateError> {
    let mut nearest: Option<Vec<String>> = None;
    let mut missing = None;
    for input in Input::ALL {
        let data = match Dataset::open(folder, input) {
            Ok(data) => data,
            Err(error @ DataError::InputMissing { .. }) => {
                missing = Some(error);
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        if *data.front_end() == model.front_end {
            return Ok(data);
        }
        let found = differences(&model.front_end, data.front_end());
        if nearest.as_ref().is_none_or(|best| found.len() < best.len()) {
            nearest = Some(found);
        }
    }
    match (nearest, missing) {
        (None, Some(missing)) => Err(missing.into()),
        (nearest, _) => Err(EvaluateError::FrontEnd {
            data: folder.display().to_string(),
            model: model.name.clone(),
            differences: nearest.unwrap_or_default().join(", "),
        }),
    }
}

/// Fields that differ, with the values of both.
fn differences(model: &FrontEndSpec, data: &FrontEndSpec) -> Vec<String> {
    let (model, data) = (fields(model), fields(data));
    let value = |fields: &Map<String, Value>, name: &str| {
        let value = fields.get(name).unwrap_or(&Value::Null);
        value.to_string()
    };
    let mut names: Vec<&String> = model.keys().chain(data.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| model.get(*name) != data.get(*name))
        .map(|name| {
            let (model, data) = (value(&model, name), value(&data, name));
            format!("{name} {data} where {model} is needed")
        })
        .collect()
}

/// Goes through text, in which an f32 has no more digits than it needs.
fn fields(spec: &FrontEndSpec) -> Map<String, Value> {
    let text = serde_json::to_string(spec).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_that_differs_is_named_with_both_values() {
        let model = FrontEndSpec::choi2016();
        let data = FrontEndSpec {
            scale: 0.05,
            n_fft: 256,
            top_db: Some(80.0),
            ..model.clone()
        };
        let expected = [
            "n_fft 256 where 512 is needed",
            "scale 0.05 where 1.0 is needed",
            "top_db 80.0 where null is needed",
        ];
        assert_eq!(differences(&model, &data), expected);
        assert!(differences(&model, &model).is_empty());
    }
}
