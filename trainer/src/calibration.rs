//! Fits a model's calibration, so that its probabilities are probabilities.
//!
//! The model's raw probabilities of a split and its labels → [`samples`] → [`fit`] → [`expect_usual`] (as often
//! as people's music has it) → [`reserve_weak_tags`] → [`write()`], which puts the calibration into a copy of
//! the model.

mod error;
mod fit;
mod report;
mod samples;
mod usual;

use std::path::Path;

use prost::Message;
use tagline_engine::{Calibration, Model, ModelInfo, logit, sigmoid, write_metadata};
use tagline_files::atomic;
use tract_onnx::pb::ModelProto;

pub use error::CalibrateError;
pub use fit::{FEWEST_POSITIVES, Quality, Share, TagFit, calibration_error, fit, quality};
pub use report::{Checked, json_line, write_table};
pub use samples::{Sample, samples};
pub use usual::{expect_usual, met};

/// The calibration of every tag of a model, in its order. Tags without a fit stay as the network
/// gives them.
#[must_use]
pub fn of_all_tags(tags: &[String], fits: &[TagFit]) -> Vec<Calibration> {
    let of = |tag: &String| fits.iter().find(|fit| fit.tag == *tag);
    tags.iter()
        .map(|tag| of(tag).map_or(Calibration::NONE, |fit| fit.calibration))
        .collect()
}

/// The calibration of the tags that a model calls weak, with reserve: half as far from undecided, and a
/// logit lower. Nine of ten become five, and few stay few. The order of values stays.
pub fn reserve_weak_tags(info: &ModelInfo, calibration: &mut [Calibration]) {
    let notes = info.notes.as_deref().unwrap_or_default();
    let reserved = |logit: f64| 0.5 * logit - 1.0;
    for (calibration, note) in calibration.iter_mut().zip(notes) {
        if note.weak.is_some() {
            *calibration = Calibration {
                slope: 0.5 * calibration.slope,
                offset: reserved(calibration.offset),
                threshold: sigmoid(reserved(logit(calibration.threshold as f32))),
            };
        }
    }
}

/// Writes a copy of `model` that says `info` of itself, its calibration among it, to `out`, whole or not at
/// all.
///
/// # Errors
/// [`CalibrateError`]. `out` is then unchanged.
pub fn write(model: &Model, info: ModelInfo, out: &Path) -> Result<Model, CalibrateError> {
    let mut proto = ModelProto::decode(model.onnx()).map_err(|error| CalibrateError::NotOnnx {
        reason: error.to_string(),
    })?;
    write_metadata(&mut proto, &info);
    let calibrated = Model::from_bytes(proto.encode_to_vec(), None)?;
    atomic::write(out, calibrated.onnx()).map_err(|source| CalibrateError::Write {
        path: out.display().to_string(),
        source,
    })?;
    Ok(calibrated)
}

#[cfg(test)]
mod tests {
    use tagline_engine::{FrontEndSpec, OutputKind, TagNote};

    use super::*;

    #[test]
    fn weak_tags_are_shown_with_reserve_and_others_as_fitted() {
        let note = |weak: Option<&str>| TagNote {
            means: String::new(),
            weak: weak.map(str::to_owned),
        };
        let info = ModelInfo {
            name: "Test".to_owned(),
            version: "1".to_owned(),
            licence: "MIT".to_owned(),
            provenance: String::new(),
            tags: ["sure", "weak"].map(str::to_owned).to_vec(),
            front_end: FrontEndSpec::won2020(),
            output: OutputKind::Probabilities,
            groups: None,
            notes: Some(vec![note(None), note(Some("nobody agrees"))]),
            calibration: None,
            sha256: String::new(),
        };
        let fitted = Calibration {
            slope: 2.0,
            offset: 0.5,
            threshold: 0.4,
        };
        let mut shown = [fitted; 2];
        reserve_weak_tags(&info, &mut shown);
        assert_eq!(shown[0], fitted);
        for raw in [0.01_f32, 0.3, 0.5, 0.9] {
            let expected = sigmoid(0.5 * logit(fitted.apply(raw)) - 1.0);
            assert!((f64::from(shown[1].apply(raw)) - expected).abs() < 1e-6);
            // What reached the mark still does, and nothing else.
            let reaches = |c: &Calibration| f64::from(c.apply(raw)) >= c.threshold;
            assert_eq!(reaches(&shown[1]), reaches(&fitted));
        }
        // By hand: 2 · ln 3 + 0.5 = 2.697, and half of it less 1 is 0.349.
        assert!((fitted.apply(0.75) - 0.937).abs() < 1e-3);
        assert!((shown[1].apply(0.75) - 0.586).abs() < 1e-3);
        reserve_weak_tags(
            &ModelInfo {
                notes: None,
                ..info
            },
            &mut shown,
        );
        assert_eq!(shown[0], fitted);
    }
}
