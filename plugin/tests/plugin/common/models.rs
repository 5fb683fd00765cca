//! Small models in a folder of their own, and audio that moves their tags.

use tagline_tests::tiny_model;
use tempfile::TempDir;

use super::{Heard, Host, Told};

/// Host rate of the tests, in Hz.
pub const RATE: f64 = 24_000.0;

/// A folder of models with a window of 3 s.
pub struct Models(TempDir);

impl Models {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// A state that names the model of these tags by its path alone; `settings` as JSON. Unless
    /// they name a resolution, the host hears of every change.
    pub fn state(&self, tags: &[&str], settings: &serde_json::Value) -> String {
        self.state_of(&tags.join("-"), &tiny_model(tags), settings)
    }

    /// The same with the bytes of any model.
    pub fn state_of(&self, name: &str, model: &[u8], settings: &serde_json::Value) -> String {
        let path = self.0.path().join(format!("{name}.onnx"));
        std::fs::write(&path, model).expect("write a model");
        let mut settings = settings.clone();
        if settings.get("resolution").is_none() {
            settings["resolution"] = 0.0.into();
        }
        serde_json::json!({
            "format": "tagline-state",
            "version": 2,
            "model": { "path": path },
            "settings": settings,
        })
        .to_string()
    }
}

/// A stereo tone that rises, so that every window differs, from `position` on.
pub fn song(position: u64, frames: usize) -> Vec<Vec<f32>> {
    let channel: Vec<f32> = (position..position + frames as u64)
        .map(|n| {
            let t = n as f64 / RATE;
            (0.3 * (std::f64::consts::TAU * (200.0 + 40.0 * t) * t).sin()) as f32
        })
        .collect();
    vec![channel.clone(), channel]
}

impl Host {
    /// An active instance with this model and these settings.
    pub fn with_model(models: &Models, tags: &[&str], settings: &serde_json::Value) -> Self {
        let mut host = Self::new();
        host.load(&models.state(tags, settings));
        host.activate(RATE, 4_096);
        host
    }

    /// Plays `frames` of the song in blocks.
    pub fn play(&mut self, frames: usize, block: usize) {
        let end = self.position + frames as u64;
        while self.position < end {
            let frames = block.min((end - self.position) as usize);
            self.block(&mut song(self.position, frames), false, &[]);
        }
    }

    /// Plays in real time's order, but faster, until `done`; a test that waits in vain fails.
    pub fn play_until(&mut self, done: impl Fn(&[Heard]) -> bool) {
        let patience = std::time::Instant::now();
        while !done(&self.heard) {
            assert!(
                patience.elapsed().as_secs() < 60,
                "waited in vain; heard {} events",
                self.heard.len()
            );
            self.play(480, 240);
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    }

    /// Plays until so many updates have come since the activation.
    pub fn play_until_updates(&mut self, count: usize) {
        let patience = std::time::Instant::now();
        while self.updates() < count {
            assert!(patience.elapsed().as_secs() < 60, "waited in vain");
            self.play(480, 240);
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    }
}

/// What was told of one parameter.
pub fn of(heard: &[Heard], id: u32) -> Vec<Told> {
    let is = |told: &Told| match *told {
        Told::Begin(of) | Told::Value(of, _) | Told::Live(of, _) | Told::End(of) => of == id,
        Told::Midi(_) => false,
    };
    heard.iter().map(|(_, told)| *told).filter(is).collect()
}
