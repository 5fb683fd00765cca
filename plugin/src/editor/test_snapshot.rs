//! Snapshots for the editor's tests.

use std::sync::Arc;

use tagline_engine::{Backend, BackendReport, FrontEndSpec, ModelInfo, ModelPlace, OutputKind};

use crate::core::view::{ModelInForce, Snapshot};

/// A snapshot with a model of these tags, all at 0.
pub fn snapshot_of(tags: &[&str]) -> Snapshot {
    let info = ModelInfo {
        name: "Test".to_owned(),
        version: "1.0".to_owned(),
        licence: "MIT".to_owned(),
        provenance: "Made up".to_owned(),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        front_end: FrontEndSpec::won2020(),
        output: OutputKind::Probabilities,
        groups: None,
        notes: None,
        calibration: None,
        sha256: "0".repeat(64),
    };
    let report = BackendReport {
        running: Backend::Tract,
        lines: Vec::new(),
        whole_windows: false,
    };
    Snapshot {
        model: Some(Arc::new(ModelInForce {
            info: Arc::new(info),
            place: ModelPlace::BuiltIn,
            report,
        })),
        ..Snapshot::default()
    }
}
