//! The result of a demonstration.

use std::time::Duration;

use serde::{Serialize, Serializer};

use super::player::Played;
use super::{DemoOptions, has_model, running_backend};
use crate::process_memory::peak_mb;
use crate::state::saved_model;
use crate::statistics::percentile;
use crate::{Costs, HostedPlugin, ids};

/// The result of a demonstration. Serialised, it is the object that `--json` prints.
#[derive(Clone, Debug, Serialize)]
pub struct DemoReport {
    /// The song.
    pub file: String,
    /// Its length, in seconds.
    pub seconds: f64,
    /// Seconds of audio behind the last tags.
    pub window_seconds: f64,
    /// Name of the model; `None` if none runs.
    pub model: Option<String>,
    /// Name of the backend; `None` before the first update.
    pub backend: Option<String>,
    /// The tags of the last window, strongest first, 0 to 1.
    #[serde(serialize_with = "as_map")]
    pub tags: Vec<(String, f64)>,
    /// Updates that arrived.
    pub updates: u64,
    /// Updates that came too late and were left out.
    pub late_updates: u64,
    /// Samples that were never analysed.
    pub dropped_samples: u64,
    /// Time of the plugin's `process` a block, in microseconds, in realtime mode.
    pub process_us: Costs,
    /// Time of an inference, in milliseconds.
    pub update_ms: UpdateCosts,
    /// Seconds of the song a second.
    pub real_time_factor: f64,
    /// The most memory of the whole process, in MiB; 0 if the system does not tell.
    pub peak_rss_mb: f64,
    /// What is shown to people only.
    #[serde(skip)]
    pub notes: Notes,
}

/// Time of inferences, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct UpdateCosts {
    /// Median.
    pub p50: f64,
    /// The slowest.
    pub max: f64,
}

/// What is shown to people, and is not in the JSON.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    sample_rate_hz: u32,
    channels: usize,
    block_frames: u32,
    realtime: bool,
    passed_through: bool,
    is_silent: bool,
}

fn as_map<S: Serializer>(tags: &[(String, f64)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(tags.iter().map(|(name, value)| (name, value)))
}

pub(super) fn make(
    options: &DemoOptions,
    plugin: &mut HostedPlugin,
    played: &Played,
    block_costs: &[Duration],
) -> DemoReport {
    let log = &played.log;
    let last = log.last().cloned().unwrap_or_default();
    let mut tags = super::files::named(plugin, &last.tags);
    tags.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut update_ms: Vec<f64> = log
        .updates()
        .iter()
        .map(|update| update.update_ms)
        .collect();
    update_ms.sort_by(f64::total_cmp);
    let mut count = |id| plugin.value(id).unwrap_or(0.0).max(0.0) as u64;
    let late_updates = count(ids::LATE_UPDATES);
    let dropped_samples = count(ids::DROPPED_SAMPLES);
    DemoReport {
        file: options.audio.display().to_string(),
        seconds: played.seconds(),
        window_seconds: last.seconds_heard,
        model: model_name(plugin),
        backend: running_backend(plugin),
        tags,
        updates: log.updates().len() as u64,
        late_updates,
        dropped_samples,
        process_us: Costs::of(block_costs),
        update_ms: UpdateCosts {
            p50: percentile(&update_ms, 0.5),
            max: percentile(&update_ms, 1.0),
        },
        real_time_factor: played.seconds() / played.wall.as_secs_f64().max(1e-9),
        peak_rss_mb: peak_mb().unwrap_or(0.0),
        notes: Notes {
            sample_rate_hz: played.sample_rate_hz,
            channels: played.channels,
            block_frames: options.blocks.max_frames(),
            realtime: options.realtime,
            passed_through: played.passed_through,
            is_silent: played.is_silent,
        },
    }
}

/// The model's name, as the plugin's state tells it.
fn model_name(plugin: &mut HostedPlugin) -> Option<String> {
    if !has_model(plugin) {
        return None;
    }
    saved_model(plugin).map(|saved| saved.name)
}

impl DemoReport {
    /// The report for people.
    #[must_use]
    pub fn text(&self) -> String {
        let notes = &self.notes;
        let mut text = format!(
            "{}: {:.1} s, {} Hz, {} channels\n",
            self.file, self.seconds, notes.sample_rate_hz, notes.channels
        );
        if let Some(model) = &self.model {
            let backend = self.backend.as_deref().unwrap_or("nothing yet");
            text += &format!("{model} on {backend}\n\n");
            text += &self.tag_table();
        } else {
            text += "no model runs: audio passes through";
            text += if notes.passed_through {
                ", bit for bit\n"
            } else {
                " CHANGED\n"
            };
        }
        text + &self.figures()
    }

    fn tag_table(&self) -> String {
        if self.tags.is_empty() {
            return match self.notes.is_silent {
                true => "no tags: silent\n".to_owned(),
                false => "no tags: too short to say, shorter than the first window\n".to_owned(),
            };
        }
        let mut text = format!("tags of the last {:.1} s:\n", self.window_seconds);
        for (name, value) in self.tags.iter().take(12) {
            text += &super::view::tag_line(name, *value);
            text.push('\n');
        }
        text
    }

    fn figures(&self) -> String {
        let Costs { p50, p999, max } = self.process_us;
        let notes = &self.notes;
        let pass = if notes.realtime {
            "in this pass"
        } else {
            "in realtime mode, over the song's beginning"
        };
        format!(
            "\nupdates       {} ({} late), {} samples dropped\n\
             audio thread  {p50:.2} µs a block of {} frames (p99.9 {p999:.2} µs, max {max:.1} µs), \
             {pass}\n\
             update        {:.1} ms (max {:.1} ms)\n\
             speed         {:.1} × real time\n\
             peak memory   {:.0} MB\n",
            self.updates,
            self.late_updates,
            self.dropped_samples,
            notes.block_frames,
            self.update_ms.p50,
            self.update_ms.max,
            self.real_time_factor,
            self.peak_rss_mb,
        )
    }
}
