//! What the plugin costs: on the audio thread, in memory, on the analysis thread.

mod instances;
mod reaction;
mod system_calls;

use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::demo::{DemoError, has_model, running_backend, start_plugin, wait_for_model};
use crate::process_memory::{other_threads_cpu_seconds, resident_mb};
use crate::random::SplitMix;
use crate::vst3::Vst3Plugin;
use crate::{
    BlockSizes, Costs, Guest, HostedPlugin, HostingError, Pace, Rendering, StreamOptions,
    UpdateLog, state_with_model, stream,
};

pub use instances::InstancesReport;
pub use reaction::{ChangeReport, ReactionReport, Steadiness};
pub use system_calls::{SystemCallReport, WATCHED_COMMAND, play_watched};

const SAMPLE_RATE_HZ: f64 = 48_000.0;
const BLOCK_FRAMES: u32 = 64;

/// Blocks of the audio thread's part.
const BLOCKS: usize = 110_000;

/// Times faster than real time in the audio thread's part.
const SPEED: f64 = 5.0;

/// Instances of the memory part, without the first.
const MORE_INSTANCES: usize = 16;

/// Tenths of a second within which an instance of the memory part must have its first tags.
const MOST_PARTS: usize = 600;

/// How long the instances of the memory part rest. Meanwhile the engine frees what a stream needs only
/// while it plays.
const REST: Duration = Duration::from_secs(8);

/// Length of the analysis part, in seconds.
const ANALYSIS_SECONDS: f64 = 30.0;

/// A part of the measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum BenchPart {
    /// Time of `process` on the audio thread.
    Process,
    /// Memory of further instances.
    Memory,
    /// CPU time of the analysis.
    Cpu,
    /// CPU time of many instances with macros.
    Instances,
    /// System calls of the audio thread, counted by strace.
    Syscalls,
    /// How soon the tags follow a change of sections, for each focus.
    Reaction,
}

/// What to measure.
#[derive(Clone, Debug)]
pub struct BenchOptions {
    /// The plugin's bundle.
    pub bundle: PathBuf,
    /// The model; without one, the one inside the plugin.
    pub model: Option<PathBuf>,
    /// The parts; all if empty.
    pub parts: Vec<BenchPart>,
    /// A folder of songs for [`BenchPart::Reaction`].
    pub songs: PathBuf,
}

/// The songs between which sections change unless others are given, seen from the project's folder.
pub const SONGS: &str = "../shared/reference/choi2016/clips";

/// All figures.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BenchReport {
    /// What ran the network.
    pub backend: String,
    /// The audio thread.
    pub process: Option<ProcessReport>,
    /// The audio thread in the VST3 that lies beside the CLAP.
    pub process_vst3: Option<ProcessReport>,
    /// Memory.
    pub memory: Option<MemoryReport>,
    /// The analysis.
    pub analysis: Option<AnalysisReport>,
    /// Many instances with macros.
    pub instances: Option<InstancesReport>,
    /// System calls of the audio thread.
    pub system_calls: Option<SystemCallReport>,
    /// The reaction, for each focus. It is empty without songs.
    pub reaction: Vec<ReactionReport>,
}

/// Time of `process` in realtime mode, with a model running and driving the tags.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ProcessReport {
    /// Frames of a block.
    pub block_frames: u32,
    /// Sample rate, in Hz.
    pub sample_rate_hz: f64,
    /// Blocks that were measured.
    pub blocks: usize,
    /// Updates that arrived meanwhile.
    pub updates: usize,
    /// Time a block, in microseconds.
    pub process_us: Costs,
    /// Time of the blocks in which the plugin told something. About one block in 750 brings an update,
    /// of which up to seven blocks tell, so these are most of the slowest hundredth.
    pub told_us: Costs,
    /// Time of copying the same samples without a plugin, measured after each block: what the clock,
    /// the caches and other programs add by themselves.
    pub copy_us: Costs,
}

/// Resident memory with one instance and with many of the same model, each of which has analysed
/// sound, and then rested.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MemoryReport {
    /// With one instance, in MiB.
    pub one_mb: f64,
    /// With all of them, in MiB.
    pub all_mb: f64,
    /// Number of all of them.
    pub instances: usize,
    /// What each further instance adds, in MiB.
    pub each_further_mb: f64,
}

/// CPU time of all threads but the host's own, at one update a second.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct AnalysisReport {
    /// Length of the measurement, in seconds.
    pub seconds: f64,
    /// Updates that arrived meanwhile.
    pub updates: usize,
    /// Share of one core, 0 to 1.
    pub core_share: f64,
    /// CPU time of one update, in milliseconds.
    pub update_cpu_ms: f64,
}

/// Measures the parts that were asked for.
///
/// # Errors
/// [`DemoError`] if the plugin cannot be used.
pub fn run(options: &BenchOptions) -> Result<BenchReport, DemoError> {
    let wanted = |part| options.parts.is_empty() || options.parts.contains(&part);
    let mut report = BenchReport::default();
    // Memory comes first. What other parts leave behind would hide what an instance takes.
    if wanted(BenchPart::Memory) {
        let mut first = idle_instance(options)?;
        report.backend = running_backend(&mut first).unwrap_or_default();
        report.memory = measure_memory(options, &first)?;
    }
    if wanted(BenchPart::Process) || wanted(BenchPart::Cpu) {
        let mut plugin = start(options, BLOCK_FRAMES)?;
        if wanted(BenchPart::Process) {
            report.process = Some(measure_process(&mut plugin)?);
            let vst3 = options.bundle.with_extension("vst3");
            if vst3.is_dir() {
                report.process_vst3 = Some(measure_process(&mut start_vst3(&vst3, options)?)?);
            }
        }
        if wanted(BenchPart::Cpu) {
            report.analysis = measure_analysis(&mut plugin)?;
        }
        report.backend = running_backend(&mut plugin).unwrap_or_default();
    }
    if wanted(BenchPart::Instances) {
        report.instances = instances::measure(options)?;
    }
    if wanted(BenchPart::Syscalls) {
        report.system_calls = Some(system_calls::measure(options));
    }
    if wanted(BenchPart::Reaction) {
        let songs = reaction::songs_in(&options.songs);
        if songs.len() > 1 {
            report.reaction = reaction::measure(options, &songs)?;
        }
    }
    Ok(report)
}

fn start(options: &BenchOptions, block_frames: u32) -> Result<HostedPlugin, DemoError> {
    let model = options.model.as_deref();
    let mut plugin = start_plugin(&options.bundle, model, false, Rendering::Realtime)?;
    plugin.activate(SAMPLE_RATE_HZ, block_frames)?;
    wait_for_model(&mut plugin);
    if !has_model(&mut plugin) {
        return Err(refused(options.model.as_deref(), &plugin));
    }
    Ok(plugin)
}

/// The VST3, which has no parameter that says whether a model runs: once it has told its first tags.
fn start_vst3(bundle: &Path, options: &BenchOptions) -> Result<Vst3Plugin, DemoError> {
    let mut plugin = Vst3Plugin::load(bundle)?;
    // The host is told of every change of a tag, as it is in the measurement of the CLAP.
    let state = state_with_model(options.model.as_deref(), 1.0);
    plugin.load_state(state.as_bytes())?;
    plugin.activate(SAMPLE_RATE_HZ, BLOCK_FRAMES)?;
    let audio = noise(0.1, plugin.channels());
    let stream_options = StreamOptions {
        blocks: BlockSizes::Fixed(BLOCK_FRAMES),
        pace: Pace::Times(SPEED),
        ..StreamOptions::default()
    };
    for _ in 0..MOST_PARTS {
        let told = stream(&mut plugin, &audio, &stream_options, |_, _| {
            ControlFlow::Continue(())
        })?;
        if !told.events.is_empty() {
            return Ok(plugin);
        }
    }
    Err(HostingError::Refused {
        what: "to tell its tags as a VST3",
        reason: "none came within a minute of sound".to_owned(),
    }
    .into())
}

fn refused(model: Option<&Path>, plugin: &HostedPlugin) -> DemoError {
    DemoError::ModelRefused {
        model: model.unwrap_or(Path::new("inside it")).to_owned(),
        log: plugin.log(),
    }
}

/// Stereo noise at −20 dBFS. It is never silent, so every update is computed.
fn noise(seconds: f64, channels: usize) -> Vec<Vec<f32>> {
    let mut random = SplitMix::new(1);
    let frames = (seconds * SAMPLE_RATE_HZ) as usize;
    (0..channels)
        .map(|_| (0..frames).map(|_| 0.17 * random.sample()).collect())
        .collect()
}

fn measure_process<G: Guest>(plugin: &mut G) -> Result<ProcessReport, DemoError> {
    let seconds = BLOCKS as f64 * f64::from(BLOCK_FRAMES) / SAMPLE_RATE_HZ;
    let audio = noise(seconds, plugin.channels());
    let options = StreamOptions {
        blocks: BlockSizes::Fixed(BLOCK_FRAMES),
        pace: Pace::Times(SPEED),
        ..StreamOptions::default()
    };
    let mut copied = Copied::new(&audio);
    let mut tells = Vec::with_capacity(BLOCKS);
    let streamed = stream(plugin, &audio, &options, |_, block| {
        copied.copy();
        tells.push(!block.events.is_empty());
        ControlFlow::Continue(())
    })?;
    let mut log = UpdateLog::default();
    log.push(&streamed.events);
    let told = streamed.block_costs.iter().zip(&tells);
    let told: Vec<Duration> = told
        .filter_map(|(cost, tells)| tells.then_some(*cost))
        .collect();
    Ok(ProcessReport {
        block_frames: BLOCK_FRAMES,
        sample_rate_hz: SAMPLE_RATE_HZ,
        blocks: streamed.block_costs.len(),
        updates: log.updates().len(),
        process_us: Costs::of(&streamed.block_costs),
        told_us: Costs::of(&told),
        copy_us: Costs::of(&copied.costs),
    })
}

/// Blocks that are copied without a plugin.
struct Copied {
    input: Vec<Vec<f32>>,
    output: Vec<Vec<f32>>,
    costs: Vec<Duration>,
}

impl Copied {
    fn new(audio: &[Vec<f32>]) -> Self {
        let first = |channel: &Vec<f32>| channel[..BLOCK_FRAMES as usize].to_vec();
        let input: Vec<Vec<f32>> = audio.iter().map(first).collect();
        Self {
            output: input.clone(),
            input,
            costs: Vec::with_capacity(BLOCKS),
        }
    }

    fn copy(&mut self) {
        let start = Instant::now();
        for (to, from) in self.output.iter_mut().zip(&self.input) {
            to.copy_from_slice(black_box(from));
        }
        black_box(&mut self.output);
        self.costs.push(start.elapsed());
    }
}

/// Memory with `_first`, which the caller keeps, and with more instances.
fn measure_memory(
    options: &BenchOptions,
    _first: &HostedPlugin,
) -> Result<Option<MemoryReport>, DemoError> {
    std::thread::sleep(REST);
    let Some(one_mb) = resident_mb() else {
        return Ok(None);
    };
    let mut more = Vec::with_capacity(MORE_INSTANCES);
    for _ in 0..MORE_INSTANCES {
        more.push(idle_instance(options)?);
    }
    std::thread::sleep(REST);
    let all_mb = resident_mb().unwrap_or(one_mb);
    Ok(Some(MemoryReport {
        one_mb,
        all_mb,
        instances: more.len() + 1,
        each_further_mb: (all_mb - one_mb) / MORE_INSTANCES as f64,
    }))
}

/// An instance that has heard sound until its first update, and so has used all of its memory once.
fn idle_instance(options: &BenchOptions) -> Result<HostedPlugin, DemoError> {
    let mut plugin = start(options, 512)?;
    // It plays a little at a time, so that the host's own buffers do not count.
    let audio = noise(0.1, plugin.channels());
    let stream_options = StreamOptions {
        pace: Pace::Times(SPEED),
        ..StreamOptions::default()
    };
    for _ in 0..MOST_PARTS {
        let streamed = stream(&mut plugin, &audio, &stream_options, |_, _| {
            ControlFlow::Continue(())
        })?;
        if !streamed.events.is_empty() {
            break;
        }
    }
    Ok(plugin)
}

fn measure_analysis(plugin: &mut HostedPlugin) -> Result<Option<AnalysisReport>, DemoError> {
    let audio = noise(ANALYSIS_SECONDS + 4.0, plugin.channels());
    plugin.activate(SAMPLE_RATE_HZ, 512)?;
    wait_for_model(plugin);
    let mut begin: Option<(Instant, Option<f64>)> = None;
    let mut log = UpdateLog::default();
    let options = StreamOptions {
        pace: Pace::Times(1.0),
        ..StreamOptions::default()
    };
    stream(plugin, &audio, &options, |_, block| {
        // It counts from the first update on. Before that, there is less than one update a second.
        if begin.is_some() {
            log.push(block.events);
        } else if !block.events.is_empty() {
            begin = Some((Instant::now(), other_threads_cpu_seconds()));
        }
        let over = begin
            .is_some_and(|(start, _)| start.elapsed() >= Duration::from_secs_f64(ANALYSIS_SECONDS));
        if over {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    let Some((start, Some(before))) = begin else {
        return Ok(None);
    };
    let seconds = start.elapsed().as_secs_f64();
    let cpu_seconds = other_threads_cpu_seconds().unwrap_or(before) - before;
    let updates = log.updates().len();
    Ok(Some(AnalysisReport {
        seconds,
        updates,
        core_share: cpu_seconds / seconds,
        update_cpu_ms: 1e3 * cpu_seconds / updates.max(1) as f64,
    }))
}

impl BenchReport {
    /// The report for people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        if !self.backend.is_empty() {
            text += &format!("backend         {}\n", self.backend);
        }
        let formats = [("CLAP", &self.process), ("VST3", &self.process_vst3)];
        for (format, process) in formats {
            let Some(process) = process else { continue };
            let Costs { p50, p999, max } = process.process_us;
            text += &format!(
                "audio thread    {p50:.2} µs a block of {} frames at {:.0} Hz in {format} \
                 (p99.9 {p999:.2} µs, max {max:.1} µs; {} blocks, {} updates)\n",
                process.block_frames, process.sample_rate_hz, process.blocks, process.updates
            );
            let (told, copy) = (process.told_us, process.copy_us);
            text += &format!(
                "                blocks that tell something {:.2} µs (p99.9 {:.2} µs); \
                 copying alone {:.2} µs (p99.9 {:.2} µs, max {:.1} µs)\n",
                told.p50, told.p999, copy.p50, copy.p999, copy.max
            );
        }
        if let Some(memory) = &self.memory {
            text += &format!(
                "memory          {:.2} MB for each further instance (1: {:.0} MB, {}: {:.0} MB)\n",
                memory.each_further_mb, memory.one_mb, memory.instances, memory.all_mb
            );
        }
        if let Some(analysis) = &self.analysis {
            text += &format!(
                "analysis        {:.1} % of one core at one update a second \
                 ({:.0} ms of CPU an update; {} updates in {:.0} s)\n",
                100.0 * analysis.core_share,
                analysis.update_cpu_ms,
                analysis.updates,
                analysis.seconds
            );
        }
        if let Some(instances) = &self.instances {
            text += &instances.text();
        }
        if let Some(system_calls) = &self.system_calls {
            text += &system_calls.text();
        }
        text += &reaction::text(&self.reaction);
        text
    }
}
