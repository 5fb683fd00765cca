//! An instance with a small model, in either format.

use std::ops::ControlFlow;
use std::path::PathBuf;

use tagline_host::{
    BlockOptions, Guest, HostEvent, HostEventKind, ParameterChange, Rendering, StreamOptions,
    Streamed, Transport, ids, state_with_model, stream,
};
use tagline_tests::{bundle, tiny_model};
use tempfile::TempDir;

pub const RATE_HZ: f64 = 48_000.0;
pub const BLOCK_FRAMES: u32 = 512;

/// The tags of the model.
pub const TAGS: [&str; 2] = ["low", "high"];

/// An instance with a model of [`TAGS`], in a host that renders offline.
pub struct Session<G> {
    pub plugin: G,
    pub folder: TempDir,
}

impl<G: Guest> Session<G> {
    /// `None`, with a line, where no bundle has been built.
    pub fn start(test: &str) -> Option<Self> {
        Self::with_tags(test, &TAGS)
    }

    /// The same with a model of these tags.
    pub fn with_tags(test: &str, tags: &[&str]) -> Option<Self> {
        let plugin = G::load(&bundle(test, G::BUNDLE)?).expect("the plugin");
        let mut session = Self {
            plugin,
            folder: tempfile::tempdir().expect("a folder"),
        };
        std::fs::write(session.model(), tiny_model(tags)).expect("a model");
        let state = state_with_model(Some(&session.model()), 1.0);
        session
            .plugin
            .load_state(state.as_bytes())
            .expect("the state");
        session
            .plugin
            .set_rendering(Rendering::Offline)
            .expect("the render mode");
        Some(session)
    }

    pub fn model(&self) -> PathBuf {
        self.folder.path().join("tiny.onnx")
    }

    pub fn activate(&mut self) {
        self.plugin.activate(RATE_HZ, BLOCK_FRAMES).expect("active");
    }

    /// Streams `seconds` of a low tone.
    pub fn play(&mut self, seconds: f64, playing: bool) -> Streamed {
        let options = StreamOptions {
            transport: Some(Transport {
                playing,
                tempo_bpm: 120.0,
            }),
            ..StreamOptions::default()
        };
        let tone = low_tone(seconds, self.plugin.channels());
        stream(&mut self.plugin, &tone, &options, |_, _| {
            ControlFlow::Continue(())
        })
        .expect("streamed")
    }
}

/// A tone that moves the first tag.
pub fn low_tone(seconds: f64, channels: usize) -> Vec<Vec<f32>> {
    let step = std::f64::consts::TAU * 220.0 / RATE_HZ;
    let channel: Vec<f32> = (0..(seconds * RATE_HZ) as usize)
        .map(|n| (0.5 * (step * n as f64).sin()) as f32)
        .collect();
    vec![channel; channels]
}

/// The values of tag `slot` in the events, with their positions.
pub fn values_of_tag(events: &[HostEvent], slot: u32) -> Vec<(u64, f64)> {
    let wanted = ids::TAGS.start() + slot;
    let of_slot = events.iter().filter_map(|event| match event.kind {
        HostEventKind::Value { id, value } if id == wanted => Some((event.position_samples, value)),
        _ => None,
    });
    of_slot.collect()
}

impl<G: Guest> Session<G> {
    /// Sets a parameter in a block of silence, as automation does.
    pub fn set_in_block(&mut self, id: u32, value: f64, events: &mut Vec<HostEvent>) {
        let changes = [ParameterChange {
            offset_frames: 0,
            id,
            value,
        }];
        let options = BlockOptions {
            transport: Some(Transport {
                playing: true,
                tempo_bpm: 120.0,
            }),
            changes: &changes,
            ..BlockOptions::default()
        };
        let (input, mut output) = ([0.0_f32; 64], [[0.0_f32; 64]; 2]);
        let [left, right] = &mut output;
        self.plugin
            .process(&[&input, &input], &mut [left, right], &options, events)
            .expect("a block");
        self.plugin.run_callbacks();
    }
}
