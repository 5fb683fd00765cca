//! The plugin's saved state, as seen from outside.

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

/// A state of default settings but for the time between updates, in seconds (0.25, 0.5, 1, 2 or 5),
/// and the resolution: the host hears of every change. It names a model by its path alone, so that
/// the plugin takes what it finds there, or the model inside the plugin.
#[must_use]
pub fn state_with_model(model: Option<&Path>, update_seconds: f64) -> String {
    let model = model.map(
        |path| serde_json::json!({ "name": "", "path": path.to_string_lossy(), "sha256": "" }),
    );
    serde_json::json!({
        "format": "tagline-state",
        "version": 2,
        "model": model,
        "settings": {
            "backend": "auto",
            "midi_cc_count": 12,
            "midi_cc_first": 20,
            "midi_cc_output": false,
            "midi_channel": 1,
            "mode": "live",
            "resolution": 0.0,
            "smoothing_seconds": 0.0,
            "update_seconds": update_seconds,
        },
    })
    .to_string()
}
