//! Tags by construction: they follow from the score of the window that is heard.

use std::collections::BTreeSet;

use super::score::{Line, Score, Window};

/// All tags, in the order of the tables' columns. There are no more than 50, so that a data set's
/// usual choice of its 50 most frequent tags keeps all of them.
pub(crate) const TAGS: [&str; 50] = [
    // Genre: the style's.
    "ambient",
    "baroque",
    "blues",
    "classical",
    "country",
    "electronic",
    "folk",
    "funk",
    "hip hop",
    "house",
    "indian",
    "jazz",
    "latin",
    "metal",
    "new age",
    "pop",
    "reggae",
    "rock",
    "soundtrack",
    "techno",
    // Instruments that are heard, see `is_heard`.
    "acoustic guitar",
    "bass",
    "brass",
    "cello",
    "choir",
    "drums",
    "electric guitar",
    "electric piano",
    "flute",
    "harp",
    "harpsichord",
    "organ",
    "percussion",
    "piano",
    "saxophone",
    "sitar",
    "strings",
    "synthesizer",
    "violin",
    // What follows from the notes, see `character`.
    "calm",
    "energetic",
    "fast",
    "high register",
    "instrumental",
    "loud",
    "low register",
    "no drums",
    "quiet",
    "slow",
    "solo",
];

/// Felt beats a minute below which music is slow, and from which it is fast.
const SLOW_BPM: f64 = 80.0;
const FAST_BPM: f64 = 136.0;
/// Dynamics (0 to 1) below which music is quiet, and from which it is loud.
const QUIET: f64 = 0.32;
const LOUD: f64 = 0.72;
/// Mean MIDI key, by time, below and above which the register is low or high.
const LOW_KEY: f64 = 52.0;
const HIGH_KEY: f64 = 66.0;

/// The tags of a window of a piece.
pub(crate) fn tags(score: &Score, window: &Window) -> BTreeSet<&'static str> {
    let mut tags: BTreeSet<&'static str> = score.genre.iter().copied().collect();
    for line in score.lines.iter().filter(|line| is_heard(line, window)) {
        tags.extend(line.instrument.tags);
    }
    character(score, window, &mut tags);
    tags
}

/// Whether an instrument can be heard: it sounds for four seconds, or strikes eight times.
fn is_heard(line: &Line, window: &Window) -> bool {
    let heard: Vec<f64> = line
        .notes
        .iter()
        .map(|note| window.heard(note))
        .filter(|seconds| *seconds > 0.0)
        .collect();
    heard.len() >= 8 || heard.iter().sum::<f64>() >= 4.0
}

fn character(score: &Score, window: &Window, tags: &mut BTreeSet<&'static str>) {
    let sounding: Vec<&Line> = score
        .lines
        .iter()
        .filter(|line| line.notes.iter().any(|note| window.heard(note) > 0.0))
        .collect();
    let drums = sounding.iter().any(|line| line.instrument.is_drums());
    let names: BTreeSet<&str> = sounding.iter().map(|line| line.instrument.name).collect();
    let onsets = onsets_per_second(&sounding, window);
    let mut put = |tag: &'static str, holds: bool| {
        if holds {
            tags.insert(tag);
        }
    };
    put("no drums", !drums);
    put("solo", names.len() == 1);
    put(
        "instrumental",
        !sounding
            .iter()
            .any(|line| line.instrument.tags.contains(&"choir")),
    );
    put("slow", score.tempo_bpm < SLOW_BPM);
    put("fast", score.tempo_bpm >= FAST_BPM);
    put("quiet", score.dynamics < QUIET);
    put("loud", score.dynamics >= LOUD);
    put(
        "calm",
        score.tempo_bpm < 100.0 && score.dynamics < 0.45 && onsets < 5.0 && !drums,
    );
    put(
        "energetic",
        score.dynamics >= 0.6 && onsets >= 5.5 && drums && score.tempo_bpm >= 95.0,
    );
    let register = mean_key(&sounding, window);
    put("low register", register.is_some_and(|key| key < LOW_KEY));
    put("high register", register.is_some_and(|key| key > HIGH_KEY));
}

/// Moments a second at which notes begin. Notes that begin together count once.
fn onsets_per_second(lines: &[&Line], window: &Window) -> f64 {
    const TOGETHER_S: f64 = 0.03;
    let mut starts: Vec<f64> = lines
        .iter()
        .flat_map(|line| &line.notes)
        .map(|note| note.start)
        .filter(|start| (window.start_s..window.end_s()).contains(start))
        .collect();
    starts.sort_by(f64::total_cmp);
    let mut count = 0;
    let mut last = f64::NEG_INFINITY;
    for start in starts {
        if start - last > TOGETHER_S {
            count += 1;
            last = start;
        }
    }
    f64::from(count) / window.seconds
}

/// The mean key of pitched notes, by how long they sound.
fn mean_key(lines: &[&Line], window: &Window) -> Option<f64> {
    let (mut sum, mut seconds) = (0.0, 0.0);
    for line in lines.iter().filter(|line| !line.instrument.is_drums()) {
        for note in &line.notes {
            let heard = window.heard(note);
            sum += heard * f64::from(note.key);
            seconds += heard;
        }
    }
    (seconds > 0.0).then(|| sum / seconds)
}
