//! A feedback delay network: eight damped delays through a Householder matrix (Jot and Chaigne,
//! "Digital delay networks for designing artificial reverberators", 1991).

use crate::render::Stereo;

/// Lengths in milliseconds without a common divisor, for a middle-sized room.
const DELAYS_MS: [f32; 8] = [29.7, 33.1, 37.9, 41.3, 47.1, 53.9, 61.7, 71.3];

/// Reverberates `input` and adds it to `out`. `seconds` is the time in which it falls by 60 dB.
pub(crate) fn add(input: &Stereo, seconds: f32, gain: f32, rate_hz: f32, out: &mut Stereo) {
    let size = (seconds / 1.2).clamp(0.45, 1.7);
    let mut lines: Vec<Delay> = DELAYS_MS
        .iter()
        .map(|delay_ms| Delay::new(delay_ms * size, seconds, rate_hz))
        .collect();
    let before = (0.012 * size * rate_hz) as usize;
    let [out_left, out_right] = out;
    for index in 0..out_left.len() {
        let (left, right) = index
            .checked_sub(before)
            .map_or((0.0, 0.0), |at| (input[0][at], input[1][at]));
        let ends: [f32; 8] = std::array::from_fn(|line| lines[line].output());
        let mean = ends.iter().sum::<f32>() / 4.0;
        for (number, line) in lines.iter_mut().enumerate() {
            let feed = if number % 2 == 0 { left } else { right };
            line.push(ends[number] - mean + feed);
        }
        out_left[index] += gain * (ends[0] + ends[2] - ends[4] + ends[6]);
        out_right[index] += gain * (ends[1] - ends[3] + ends[5] + ends[7]);
    }
}

struct Delay {
    buffer: Vec<f32>,
    at: usize,
    gain: f32,
    damped: f32,
}

impl Delay {
    fn new(delay_ms: f32, seconds: f32, rate_hz: f32) -> Self {
        let frames = (delay_ms / 1000.0 * rate_hz).round().max(1.0) as usize;
        Self {
            buffer: vec![0.0; frames],
            at: 0,
            gain: 10.0_f32.powf(-3.0 * delay_ms / 1000.0 / seconds),
            damped: 0.0,
        }
    }

    fn output(&mut self) -> f32 {
        // High tones die sooner than low ones.
        self.damped += 0.55 * (self.buffer[self.at] - self.damped);
        self.damped * self.gain
    }

    fn push(&mut self, sample: f32) {
        self.buffer[self.at] = sample;
        self.at += 1;
        if self.at == self.buffer.len() {
            self.at = 0;
        }
    }
}

/// A mono sound in a room: `gain` is that of the reverberation beside the sound itself.
pub fn reverberate(samples: &[f32], seconds: f32, gain: f32, rate_hz: u32) -> Vec<f32> {
    let input = [samples.to_vec(), samples.to_vec()];
    let mut out = input.clone();
    add(&input, seconds, gain, rate_hz as f32, &mut out);
    let [left, right] = out;
    left.iter().zip(right).map(|(l, r)| 0.5 * (l + r)).collect()
}
