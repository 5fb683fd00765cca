//! Where the network hears a tag, held against silencing the music itself: a song whose drums play in one place
//! only.

use std::path::Path;
use std::time::{Duration, Instant};

use tagline_engine::{
    Analyzer, BackendChoice, Event, Hearing, Model, ModelSource, Network, Service, StreamConfig,
    built_in_info, logit, open_network,
};

/// Where the drums play, in seconds of a song of this length.
const DRUMS: [f64; 2] = [8.0, 16.0];
const SONG_SECONDS: f64 = 31.0;

/// The drums' band begins here in the piece that it is taken from.
const FROM_SECONDS: f64 = 18.0;

/// Seconds of a piece that is silenced.
const PIECE_SECONDS: f64 = 4.0;

const PATIENCE: Duration = Duration::from_secs(120);

/// Four soft chords over and over, and a band with drums for a while.
fn song() -> (Vec<f32>, f64) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let band = tagline_media::decode(&root.join("crates/host/assets/demo.ogg")).expect("a piece");
    let rate_hz = f64::from(band.sample_rate_hz);
    let at = |seconds: f64| (seconds * rate_hz) as usize;
    const CHORDS: [[f64; 3]; 4] = [
        [130.8, 164.8, 196.0],
        [110.0, 130.8, 164.8],
        [174.6, 220.0, 261.6],
        [98.0, 123.5, 146.8],
    ];
    let sample = |n: usize| {
        let seconds = n as f64 / rate_hz;
        let chord = CHORDS[(seconds / 4.0) as usize % 4].iter();
        let tones = chord.map(|hz| 0.06 * (std::f64::consts::TAU * hz * seconds).sin());
        tones.sum::<f64>() as f32
    };
    let mut song: Vec<f32> = (0..at(SONG_SECONDS)).map(sample).collect();
    let [start, end] = DRUMS.map(at);
    let channels = &band.channels;
    for (n, sample) in song[start..end].iter_mut().enumerate() {
        let of_band = channels.iter().map(|channel| channel[at(FROM_SECONDS) + n]);
        *sample += of_band.sum::<f32>() / channels.len() as f32;
    }
    (song, rate_hz)
}

/// Plays the song through the service, and asks it where the tag is.
fn asked_of_the_service(song: &[f32], rate_hz: f64, tag: usize) -> Hearing {
    let (stream, mut tap) = Service::start(StreamConfig {
        sample_rate_hz: rate_hz,
        max_block_samples: 4_096,
        model: ModelSource::BuiltIn,
        backend: BackendChoice::Only(tagline_engine::Backend::Tract),
        library_dirs: vec![],
        update_seconds: 1.0,
        smoothing_seconds: 0.0,
        focus_seconds: f64::INFINITY,
        calibrated: true,
        notify: Box::new(|| {}),
    })
    .expect("a stream");
    let end = Instant::now() + PATIENCE;
    let wait = || {
        assert!(Instant::now() < end, "the service takes too long");
        std::thread::sleep(Duration::from_millis(10));
    };
    while !matches!(stream.next_event(), Some(Event::ModelReady { .. })) {
        wait();
    }
    assert!(
        stream.spectrogram().ask_where(tag).is_none(),
        "nothing has been heard"
    );
    for block in song.chunks(4_096) {
        tap.push(block.iter().copied());
        while tap.pop().is_some() {}
        wait();
    }
    let newest = |hearing: &Hearing| hearing.frames == built_in_info().front_end.frames as u64;
    let hearing = loop {
        match stream.spectrogram().ask_where(tag) {
            Some(hearing) if newest(&hearing) => break hearing,
            _ => wait(),
        }
    };
    let dropped = &stream.status().dropped_samples;
    assert_eq!(dropped.load(std::sync::atomic::Ordering::Relaxed), 0);
    Hearing::clone(&hearing)
}

/// The tag's logit for the window of the song that ends with this frame.
fn logit_at(
    song: &[f32],
    rate_hz: f64,
    (tag, end_frame): (usize, u64),
    network: &mut dyn Network,
) -> f64 {
    let spec = &built_in_info().front_end;
    let mut analyzer = Analyzer::new(spec, rate_hz, 1.0).expect("a possible rate");
    let mut window = vec![0.0; spec.input_bands() * spec.frames];
    let mut used = 0;
    while let (count, Some(due)) = analyzer.push(&song[used..]) {
        used += count;
        if due.end_frame == end_frame {
            analyzer.read(&due, &mut window);
            break;
        }
    }
    let mut probabilities = vec![0.0; built_in_info().tags.len()];
    network.run(&window, &mut probabilities).expect("tags");
    logit(probabilities[tag])
}

#[test]
fn where_drums_are_heard_is_where_they_play_and_where_silence_takes_them_away() {
    let (song, rate_hz) = song();
    let tag = built_in_info().tags.iter().position(|tag| tag == "drums");
    let tag = tag.expect("the built-in model knows drums");
    let hearing = asked_of_the_service(&song, rate_hz, tag);
    let seconds = |frame: u64| frame as f64 * built_in_info().front_end.frame_seconds();
    let middle = |index: usize| {
        let range = hearing.stretch(index);
        (seconds(range.start) + seconds(range.end)) / 2.0
    };
    let share = |is_counted: &dyn Fn(f64) -> bool| -> f32 {
        let lost = hearing.stretches.iter().enumerate();
        let counted = lost.filter(|(index, _)| is_counted(middle(*index)));
        counted.map(|(_, lost)| lost.max(0.0)).sum()
    };
    let [start, end] = DRUMS;
    let (inside, all) = (share(&|at| at > start && at < end), share(&|_| true));
    println!(
        "{hearing:?}: {:.0} % of it is where they play",
        100.0 * inside / all
    );
    assert!(inside > 0.8 * all, "{inside} of {all}");

    let model = Model::built_in().expect("a model");
    let choice = BackendChoice::Only(tagline_engine::Backend::Tract);
    let (mut network, _) = open_network(&model, choice, &[]).expect("a network");
    let place = (tag, hearing.end_frame);
    let whole = logit_at(&song, rate_hz, place, &mut *network);
    let first = seconds(hearing.end_frame - hearing.frames);
    let (mut by_service, mut by_silence) = (Vec::new(), Vec::new());
    for piece in 0..7_u8 {
        let from = first + PIECE_SECONDS * f64::from(piece);
        let until = from + PIECE_SECONDS;
        by_service.push(f64::from(share(&|at| at >= from && at < until)));
        let mut silenced = song.clone();
        silenced[(from * rate_hz) as usize..(until * rate_hz) as usize].fill(0.0);
        by_silence.push(whole - logit_at(&silenced, rate_hz, place, &mut *network));
    }
    println!("by the service {by_service:.2?}\nby silence {by_silence:.2?}");
    let found = correlation(&by_service, &by_silence);
    assert!(found > 0.8, "{found}");
}

/// Pearson's correlation.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let centred = |values: &[f64]| -> Vec<f64> {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.iter().map(|value| value - mean).collect()
    };
    let (a, b) = (centred(a), centred(b));
    let product = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    product(&a, &b) / (product(&a, &a) * product(&b, &b)).sqrt()
}
