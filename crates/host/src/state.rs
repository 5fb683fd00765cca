//! The plugin's state, written and read from outside.

use std::path::Path;

use serde::Deserialize;

use crate::HostedPlugin;

/// The model of a saved state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct SavedModel {
    /// Whether it is the one inside the plugin.
    #[serde(default)]
    pub(crate) built_in: bool,
    /// Its name, empty until the plugin has read it.
    #[serde(default)]
    pub(crate) name: String,
    /// Its hash, empty until the plugin has read it.
    #[serde(default)]
    pub(crate) sha256: String,
}

/// The model of the plugin's state.
pub(crate) fn saved_model(plugin: &mut HostedPlugin) -> Option<SavedModel> {
    #[derive(Deserialize)]
    struct State {
        model: Option<SavedModel>,
    }
    let state = plugin.save_state().ok()?;
    serde_json::from_slice::<State>(&state).ok()?.model
}

/// A state of default settings but the time between updates, in seconds (0.25, 0.5, 1, 2 or 5),
/// that names a model by its path alone: the plugin takes what it finds there.
#[must_use]
pub fn state_with_model(model: &Path, update_seconds: f64) -> String {
    serde_json::json!({
        "format": "tagline-state",
        "version": 1,
        "model": { "name": "", "path": model.to_string_lossy(), "sha256": "" },
        "settings": {
            "backend": "auto",
            "midi_cc_count": 12,
            "midi_cc_first": 20,
            "midi_cc_output": false,
            "midi_channel": 1,
            "mode": "live",
            "smoothing_seconds": 0.0,
            "update_seconds": update_seconds,
        },
    })
    .to_string()
}
