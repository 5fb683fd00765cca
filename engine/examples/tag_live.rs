//! Tags a stream while it plays, as a plugin does: one thread plays the audio thread, and the
//! service analyses beside it.
//!
//! ```sh
//! cargo run --example tag_live
//! ```

use std::error::Error;
use std::time::{Duration, Instant};

use tagline_engine::{BackendChoice, Event, ModelSource, Service, StreamConfig};

const RATE_HZ: f64 = 48_000.0;
const BLOCK_SAMPLES: usize = 480;
/// Seconds that are played, at the speed of real time.
const SECONDS: f64 = 8.0;

fn main() -> Result<(), Box<dyn Error>> {
    let (stream, mut tap) = Service::start(StreamConfig {
        sample_rate_hz: RATE_HZ,
        max_block_samples: BLOCK_SAMPLES as u32,
        model: ModelSource::BuiltIn,
        backend: BackendChoice::Auto,
        library_dirs: vec![],
        update_seconds: 1.0,
        smoothing_seconds: 0.5,
        focus_seconds: 3.0,
        calibrated: true,
        notify: Box::new(|| {}),
    })?;

    let mut tags = Vec::new();
    let start = Instant::now();
    for block in 0..(SECONDS * RATE_HZ) as usize / BLOCK_SAMPLES {
        // The audio thread: neither call allocates, locks or waits.
        let first = block * BLOCK_SAMPLES;
        tap.push((first..first + BLOCK_SAMPLES).map(chord));
        let update = tap.pop();

        // The main thread.
        while let Some(event) = stream.next_event() {
            match event {
                Event::ModelReady { info, report, .. } => {
                    println!("{} on {}", info.name, report.running.name());
                    tags.clone_from(&info.tags);
                }
                Event::ModelFailed { message, .. }
                | Event::Stopped { message, .. }
                | Event::BackendReplaced { message, .. } => println!("{message}"),
            }
        }
        if let Some(update) = update {
            let used = &update.probabilities[..update.tag_count as usize];
            let strongest = tags.iter().zip(used).max_by(|a, b| a.1.total_cmp(b.1));
            if let Some((tag, probability)) = strongest {
                let seconds = update.position_samples as f64 / RATE_HZ;
                println!("{seconds:5.1} s  {tag} {:.0} %", probability * 100.0);
            }
        }
        let played = Duration::from_secs_f64((first + BLOCK_SAMPLES) as f64 / RATE_HZ);
        std::thread::sleep(played.saturating_sub(start.elapsed()));
    }
    Ok(())
}

/// A chord of three tones that is struck twice a second.
fn chord(sample: usize) -> f32 {
    let seconds = sample as f64 / RATE_HZ;
    let decay = (-6.0 * (seconds % 0.5)).exp();
    let tone = |hz: f64| (std::f64::consts::TAU * hz * seconds).sin();
    (0.2 * decay * (tone(220.0) + tone(277.2) + tone(329.6))) as f32
}
