//! Tags a WAV file offline: prints the strongest tags of every window.
//!
//! ```sh
//! cargo run --example tag_wav -- song.wav
//! ```

use std::error::Error;

use tagline_engine::{Analyzer, BackendChoice, Model, NetworkState, open_network};

/// Seconds between updates.
const UPDATE_SECONDS: f64 = 1.0;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: tag_wav FILE.wav")?;
    let mut wav = hound::WavReader::open(&path)?;
    let format = wav.spec();
    let samples: Vec<f32> = match format.sample_format {
        hound::SampleFormat::Float => wav.samples::<f32>().collect::<Result<_, _>>()?,
        hound::SampleFormat::Int => {
            let full_scale = (1u64 << (format.bits_per_sample - 1)) as f32;
            let samples = wav.samples::<i32>();
            let samples = samples.map(|sample| Ok(sample? as f32 / full_scale));
            samples.collect::<Result<_, hound::Error>>()?
        }
    };
    let channels = usize::from(format.channels);
    let mean = |frame: &[f32]| frame.iter().sum::<f32>() / channels as f32;
    let mono: Vec<f32> = samples.chunks_exact(channels).map(mean).collect();

    let model = Model::built_in()?;
    let (mut network, report) = open_network(&model, BackendChoice::Auto, &[])?;
    println!("{} on {}", model.info().name, report.running.name());

    let front_end = &model.info().front_end;
    let rate_hz = f64::from(format.sample_rate);
    let mut analyzer = Analyzer::new(front_end, rate_hz, UPDATE_SECONDS)?;
    let mut window = vec![0.0; front_end.input_bands() * front_end.frames];
    let mut probabilities = vec![0.0; model.info().tags.len()];
    let mut state = NetworkState::default();
    let mut used = 0;
    while let (count, Some(due)) = analyzer.push(&mono[used..]) {
        used += count;
        analyzer.read(&due, &mut window);
        network.run_next(&mut state, (&due).into(), &window, &mut probabilities)?;
        model.info().calibrate(&mut probabilities);
        let mut ranked: Vec<_> = model.info().tags.iter().zip(&probabilities).collect();
        ranked.sort_by(|a, b| b.1.total_cmp(a.1));
        let seconds = due.position_samples as f64 / rate_hz;
        let strongest = ranked
            .iter()
            .take(3)
            .map(|(tag, probability)| format!("{tag} {:.0} %", *probability * 100.0));
        println!(
            "{seconds:7.1} s  {}",
            strongest.collect::<Vec<_>>().join(", ")
        );
    }
    Ok(())
}
