//! Snapshots for the editor's tests.

use std::sync::Arc;

use crate::core::tests::model_of;
use crate::core::view::Snapshot;

/// A snapshot with a model of these tags, all at 0.
pub fn snapshot_of(tags: &[&str]) -> Snapshot {
    Snapshot {
        model: Some(Arc::new(model_of(tags))),
        ..Snapshot::default()
    }
}
