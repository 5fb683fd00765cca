//! What many instances with macros cost together.

use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::json;

use super::{BenchOptions, SAMPLE_RATE_HZ, noise, refused};
use crate::demo::{DemoError, has_model, start_plugin, wait_for_model};
use crate::process_memory::other_threads_cpu_seconds;
use crate::updates::update_of;
use crate::{BlockOptions, HostEvent, HostEventKind, HostedPlugin, Rendering, ids};

/// Number of instances.
const INSTANCES: usize = 32;
/// Frames of a block.
const BLOCK_FRAMES: usize = 512;
/// Length of the measurement, in seconds.
const SECONDS: f64 = 30.0;
/// Time for the instances to fill their windows, in seconds.
const FILL_SECONDS: f64 = 32.0;

/// CPU time of instances that play in real time, each with four macros and an update a second.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct InstancesReport {
    /// Number of instances.
    pub instances: usize,
    /// Length of the measurement, in seconds.
    pub seconds: f64,
    /// Updates of all instances meanwhile.
    pub updates: usize,
    /// Values and MIDI messages of macros meanwhile.
    pub macro_events: usize,
    /// Share of one core that all threads take, `process` included, 0 to 1.
    pub core_share: f64,
    /// Share of one core that `process` takes, 0 to 1.
    pub process_share: f64,
}

/// Plays noise through all instances in turn, block by block, as a host does.
///
/// # Errors
/// [`DemoError`] if the plugin cannot be used.
pub(super) fn measure(options: &BenchOptions) -> Result<Option<InstancesReport>, DemoError> {
    let mut plugins = Vec::with_capacity(INSTANCES);
    for _ in 0..INSTANCES {
        plugins.push(start(options)?);
    }
    let audio = noise(10.0, plugins[0].channels());
    let mut rack = Rack {
        newest: vec![None; plugins.len()],
        plugins,
        audio,
        position: 0,
        started: Instant::now(),
    };
    rack.play(FILL_SECONDS)?;
    let (started, before) = (Instant::now(), other_threads_cpu_seconds());
    let played = rack.play(SECONDS)?;
    let seconds = started.elapsed().as_secs_f64();
    let Some((after, before)) = other_threads_cpu_seconds().zip(before) else {
        return Ok(None);
    };
    let process_share = played.cost.as_secs_f64() / seconds;
    Ok(Some(InstancesReport {
        instances: INSTANCES,
        seconds,
        updates: played.updates,
        macro_events: played.macro_events,
        core_share: (after - before) / seconds + process_share,
        process_share,
    }))
}

fn start(options: &BenchOptions) -> Result<HostedPlugin, DemoError> {
    let model = options.model.as_deref();
    let mut plugin = start_plugin(&options.bundle, model, false, Rendering::Realtime)?;
    plugin.load_state(preset().as_bytes())?;
    plugin.activate(SAMPLE_RATE_HZ, BLOCK_FRAMES as u32)?;
    wait_for_model(&mut plugin);
    if !has_model(&mut plugin) {
        return Err(refused(model, &plugin));
    }
    Ok(plugin)
}

/// Four macros that never rest: a tag that glides, a gate with a note, a difference, and the input's
/// loudness; two of them send controllers.
fn preset() -> String {
    json!({
        "format": "tagline-preset", "version": 1, "name": "Bench",
        "settings": {"update_seconds": 1, "resolution": 0.5},
        "macros": {
            "1": {
                "source": {"kind": "group", "group": "genre"}, "attack_seconds": 2,
                "release_seconds": 3, "midi_cc": {"channel": 1, "number": 20},
            },
            "2": {
                "source": {"kind": "loudness"}, "threshold": 60, "hold_seconds": 0.1,
                "note": {"channel": 1, "number": 36, "length_seconds": 0.2},
            },
            "3": {
                "source": {"kind": "certainty", "group": "genre"}, "curve": 30,
                "release_seconds": 5,
            },
            "4": {
                "source": {"kind": "loudness"}, "input": [40, 90], "release_seconds": 0.5,
                "midi_cc": {"channel": 1, "number": 21},
            },
        },
    })
    .to_string()
}

/// Instances that hear the same.
struct Rack {
    plugins: Vec<HostedPlugin>,
    /// What is played, over and over.
    audio: Vec<Vec<f32>>,
    /// Position of the newest update of each instance.
    newest: Vec<Option<u64>>,
    /// Frames played.
    position: usize,
    started: Instant,
}

#[derive(Default)]
struct Played {
    cost: Duration,
    updates: usize,
    macro_events: usize,
}

impl Rack {
    fn play(&mut self, seconds: f64) -> Result<Played, DemoError> {
        let mut played = Played::default();
        let end = self.position + (seconds * SAMPLE_RATE_HZ) as usize;
        let mut output = vec![vec![0.0_f32; BLOCK_FRAMES]; self.audio.len()];
        let mut events: Vec<HostEvent> = Vec::new();
        let blocks = self.audio[0].len() / BLOCK_FRAMES;
        while self.position < end {
            let due = Duration::from_secs_f64(self.position as f64 / SAMPLE_RATE_HZ);
            if let Some(early) = due.checked_sub(self.started.elapsed()) {
                std::thread::sleep(early);
            }
            let start = self.position / BLOCK_FRAMES % blocks * BLOCK_FRAMES;
            let input: Vec<&[f32]> = self
                .audio
                .iter()
                .map(|channel| &channel[start..start + BLOCK_FRAMES])
                .collect();
            for (plugin, newest) in self.plugins.iter_mut().zip(&mut self.newest) {
                events.clear();
                let mut output: Vec<&mut [f32]> =
                    output.iter_mut().map(Vec::as_mut_slice).collect();
                let options = BlockOptions::default();
                played.cost += plugin.process(&input, &mut output, &options, &mut events)?;
                plugin.run_callbacks();
                played.count(&events, newest);
            }
            self.position += BLOCK_FRAMES;
        }
        Ok(played)
    }
}

impl Played {
    /// Counts the events of an instance's block. `newest` is the position of its newest update.
    fn count(&mut self, events: &[HostEvent], newest: &mut Option<u64>) {
        for update in events.iter().filter_map(update_of) {
            self.updates += usize::from(newest.replace(update) != Some(update));
        }
        let is_of_macro = |event: &&HostEvent| match event.kind {
            HostEventKind::Value { id, .. } => ids::MACROS.contains(&id),
            HostEventKind::Midi(_) => true,
            _ => false,
        };
        self.macro_events += events.iter().filter(is_of_macro).count();
    }
}

impl InstancesReport {
    /// The report for people.
    #[must_use]
    pub fn text(&self) -> String {
        format!(
            "instances       {:.1} % of one core for {} with four macros each at one update a \
             second (process {:.1} %; {} updates and {} macro events in {:.0} s)\n",
            100.0 * self.core_share,
            self.instances,
            100.0 * self.process_share,
            self.updates,
            self.macro_events,
            self.seconds
        )
    }
}
