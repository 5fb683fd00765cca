//! The demonstration: a song through the real bundle.

mod files;
mod measure;
mod player;
mod report;
mod view;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tagline_engine::{Model, ModelError};
use tagline_media::DecodeError;
use tagline_taggram::TaggramError;

use crate::state::saved_model;
use crate::{BlockSizes, HostedPlugin, HostingError, Rendering, ids, state_with_model};

pub use report::{DemoReport, UpdateCosts};
pub use view::View;

/// The piece that is played if no song is given, which the project has rendered itself. The path is
/// relative to the project's folder.
pub const OWN_PIECE: &str = "crates/host/assets/demo.ogg";

/// The seconds that a focus can have. Without one, the whole window counts.
pub const FOCUS_SECONDS: [f64; 3] = [3.0, 6.0, 12.0];

/// What to demonstrate.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// The song.
    pub audio: PathBuf,
    /// The plugin's bundle.
    pub bundle: PathBuf,
    /// The model; without one, the one inside the plugin.
    pub model: Option<PathBuf>,
    /// The network's own values, instead of calibrated ones.
    pub raw: bool,
    /// Seconds of the focus, one of [`FOCUS_SECONDS`]. Without them the whole window counts.
    pub focus: Option<f64>,
    /// Paced by the clock, in realtime render mode, instead of a bounce as fast as possible.
    pub realtime: bool,
    /// Folder for `taggram.png` and `tags.json`.
    pub out: PathBuf,
    /// How the song is cut into blocks.
    pub blocks: BlockSizes,
}

/// Why there is nothing to see.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// The song cannot be read.
    #[error(transparent)]
    Song(#[from] DecodeError),
    /// The plugin cannot be hosted.
    #[error(transparent)]
    Hosting(#[from] HostingError),
    /// The picture cannot be written.
    #[error(transparent)]
    Taggram(#[from] TaggramError),
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The given model cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The plugin did not take the given model.
    #[error("the plugin did not take the model {}{}", model.display(), said(log))]
    ModelRefused {
        /// The model's file.
        model: PathBuf,
        /// What the plugin logged.
        log: Vec<String>,
    },
}

fn said(log: &[String]) -> String {
    log.last()
        .map_or_else(String::new, |line| format!(": {line}"))
}

/// Streams a song through the plugin and writes what it says of it. The song is played while it is decoded,
/// so one of ten hours takes little more memory than one of a minute.
///
/// # Errors
/// [`DemoError`] if the song or the plugin cannot be used, or a file cannot be written.
pub fn run(options: &DemoOptions, view: &mut View) -> Result<DemoReport, DemoError> {
    if let Some(model) = &options.model {
        // A broken model is found before the song is played. The plugin opens it with the same code.
        Model::open(model)?;
    }
    let (mut plugin, played) = player::play(options, view)?;
    view.finish();
    check_model(options, &mut plugin)?;
    let costs = match &played.block_costs {
        Some(costs) => costs.clone(),
        None => measure::realtime_block_costs(options, &played)?,
    };
    let report = report::make(options, &mut plugin, &played, &costs);
    files::write(options, &mut plugin, &played.log, &report)?;
    Ok(report)
}

/// It is an error if a model was given and another one runs.
fn check_model(options: &DemoOptions, plugin: &mut HostedPlugin) -> Result<(), DemoError> {
    let Some(model) = &options.model else {
        return Ok(());
    };
    // The plugin may have fallen back to its own. It knows the hash only of a model that it has read.
    if saved_model(plugin).is_some_and(|saved| !saved.sha256.is_empty()) {
        return Ok(());
    }
    Err(DemoError::ModelRefused {
        model: model.clone(),
        log: plugin.log(),
    })
}

/// Loads the plugin, gives it the model, and activates it at a song's own rate, for so many channels.
fn start(
    options: &DemoOptions,
    sample_rate_hz: u32,
    channels: usize,
    realtime: bool,
) -> Result<HostedPlugin, DemoError> {
    let rendering = if realtime {
        Rendering::Realtime
    } else {
        Rendering::Offline
    };
    let model = options.model.as_deref();
    let mut plugin = start_plugin(&options.bundle, model, options.raw, rendering)?;
    set_focus(&mut plugin, options.focus)?;
    if channels == 1 {
        plugin.set_channels(1)?;
    }
    plugin.activate(f64::from(sample_rate_hz), options.blocks.max_frames())?;
    // A bounce waits for the model anyway.
    if realtime {
        wait_for_model(&mut plugin);
    }
    Ok(plugin)
}

/// Loads the plugin and gives it the model, and the parameter Values; the caller activates it.
pub(crate) fn start_plugin(
    bundle: &Path,
    model: Option<&Path>,
    raw: bool,
    rendering: Rendering,
) -> Result<HostedPlugin, DemoError> {
    let mut plugin = HostedPlugin::load(bundle)?;
    plugin.set_rendering(rendering)?;
    let absolute = |model: &Path| {
        std::path::absolute(model).map_err(|source| DemoError::Io {
            path: model.to_owned(),
            source,
        })
    };
    let model = model.map(absolute).transpose()?;
    plugin.load_state(state_with_model(model.as_deref(), 1.0).as_bytes())?;
    if raw {
        plugin.set_value(ids::VALUES, 1.0)?;
    }
    Ok(plugin)
}

/// Sets the parameter Focus to these seconds, which must be in [`FOCUS_SECONDS`], or to the whole
/// window.
pub(crate) fn set_focus(plugin: &mut HostedPlugin, seconds: Option<f64>) -> Result<(), DemoError> {
    let choice = seconds.and_then(|seconds| FOCUS_SECONDS.iter().position(|&s| s == seconds));
    let value = choice.unwrap_or(FOCUS_SECONDS.len()) as f64;
    Ok(plugin.set_value(ids::FOCUS, value)?)
}

/// Waits until the plugin's worker has found and opened its model in the background. It gives up after
/// a while, because the worker may have refused the model.
pub(crate) fn wait_for_model(plugin: &mut HostedPlugin) {
    let patience = Duration::from_secs(20);
    let start = Instant::now();
    while start.elapsed() < patience && !has_model(plugin) {
        std::thread::sleep(Duration::from_millis(20));
        plugin.run_callbacks();
    }
}

/// Whether the model is in force. The state then knows the hash of a model that was chosen by its path.
pub(crate) fn has_model(plugin: &mut HostedPlugin) -> bool {
    match saved_model(plugin) {
        Some(saved) if !saved.built_in => !saved.sha256.is_empty(),
        _ => running_backend(plugin).is_some(),
    }
}

/// Name of the backend, if one runs.
pub(crate) fn running_backend(plugin: &mut HostedPlugin) -> Option<String> {
    let value = plugin.value(ids::RUNNING_BACKEND)?;
    if value < 0.5 {
        return None;
    }
    plugin.value_text(ids::RUNNING_BACKEND, value)
}
