//! Mastering: the spectrum's tilt, compression, a worn medium, level.

use crate::analog::Noise;
use crate::dice::Dice;
use crate::render::Stereo;

use super::filters::Biquad;

/// The settings of a piece's master, drawn once for the piece.
pub(crate) struct Master {
    pub(crate) tilt_db: f32,
    pub(crate) low_db: f32,
    pub(crate) bell: (f32, f32),
    /// Compression and saturation, 0 to 1.
    pub(crate) press: f32,
    /// Level of the result as the mean of its power, dB below full scale.
    pub(crate) level_db: f32,
    pub(crate) worn: Option<Worn>,
    /// Noise of the room and its microphones, dB below full scale.
    pub(crate) floor_db: f32,
    pub(crate) seed: u32,
}

/// An old or cheap medium.
pub(crate) struct Worn {
    pub(crate) band_hz: (f32, f32),
    pub(crate) hiss_db: f32,
    pub(crate) crackles_per_s: f32,
    pub(crate) seed: u32,
}

impl Worn {
    pub(crate) fn chosen(dice: &mut Dice) -> Self {
        Self {
            band_hz: (
                dice.between((40.0, 220.0)) as f32,
                dice.between((3200.0, 9000.0)) as f32,
            ),
            hiss_db: dice.between((-64.0, -44.0)) as f32,
            crackles_per_s: if dice.chance(0.5) {
                dice.between((1.0, 12.0)) as f32
            } else {
                0.0
            },
            seed: dice.whole(1, i32::MAX - 1) as u32,
        }
    }
}

/// Masters a mix in place.
pub(crate) fn process(mix: &mut Stereo, master: &Master, rate_hz: f32) {
    for channel in mix.iter_mut() {
        Biquad::high_pass(25.0, rate_hz).run(channel);
        Biquad::high_shelf(3500.0, master.tilt_db, rate_hz).run(channel);
        Biquad::low_shelf(180.0, master.low_db, rate_hz).run(channel);
        Biquad::bell(master.bell.0, master.bell.1, rate_hz).run(channel);
    }
    scale(mix, 0.125 / rms(mix).max(1e-6));
    if master.press > 0.0 {
        compress(mix, master.press, rate_hz);
    }
    if let Some(worn) = &master.worn {
        wear(mix, worn, rate_hz);
    }
    add_floor(mix, master.floor_db, master.seed);
    let wanted = 10.0_f32.powf(master.level_db / 20.0);
    scale(mix, wanted / rms(mix).max(1e-6));
    limit(mix, master.press);
}

fn rms(mix: &Stereo) -> f32 {
    let sum: f64 = mix
        .iter()
        .flatten()
        .map(|sample| f64::from(sample * sample))
        .sum();
    (sum / (mix[0].len() * 2).max(1) as f64).sqrt() as f32
}

fn scale(mix: &mut Stereo, gain: f32) {
    for sample in mix.iter_mut().flatten() {
        *sample *= gain;
    }
}

/// One compressor for both sides, from 2:1 to 5:1, and a little saturation behind it.
fn compress(mix: &mut Stereo, press: f32, rate_hz: f32) {
    let threshold = 0.125 * 10.0_f32.powf((3.0 - 9.0 * press) / 20.0);
    let slope = 1.0 - 1.0 / (2.0 + 3.0 * press);
    let (attack, release) = (
        1.0 - (-1.0 / (0.008 * rate_hz)).exp(),
        1.0 - (-1.0 / (0.14 * rate_hz)).exp(),
    );
    let mut envelope = 0.0_f32;
    let mut gain = 1.0_f32;
    let [left, right] = mix;
    for (index, (left, right)) in left.iter_mut().zip(right).enumerate() {
        let level = left.abs().max(right.abs());
        envelope += (level - envelope) * if level > envelope { attack } else { release };
        if index % 8 == 0 {
            gain = if envelope > threshold {
                (envelope / threshold).powf(-slope)
            } else {
                1.0
            };
        }
        *left *= gain;
        *right *= gain;
    }
    let pushed = 1.0 + 2.5 * press * press;
    for sample in mix.iter_mut().flatten() {
        *sample = (*sample * pushed).tanh() / pushed;
    }
}

fn wear(mix: &mut Stereo, worn: &Worn, rate_hz: f32) {
    for channel in mix.iter_mut() {
        Biquad::high_pass(worn.band_hz.0, rate_hz).run(channel);
        Biquad::low_pass(worn.band_hz.1, rate_hz).run(channel);
    }
    let mut noise = Noise::new(worn.seed);
    let hiss = 10.0_f32.powf(worn.hiss_db / 20.0);
    let chance = worn.crackles_per_s / rate_hz;
    let [left, right] = mix;
    for (left, right) in left.iter_mut().zip(right) {
        *left += hiss * noise.next();
        *right += hiss * noise.next();
        if (noise.next() + 1.0) / 2.0 < chance {
            let crackle = 0.15 * noise.next();
            *left += crackle;
            *right += crackle;
        }
    }
}

/// Noise that falls towards the top, as rooms and tapes have it. (Pink noise after P. Kellet.)
fn add_floor(mix: &mut Stereo, floor_db: f32, seed: u32) {
    let gain = 0.125 * 10.0_f32.powf(floor_db / 20.0);
    for (side, channel) in mix.iter_mut().enumerate() {
        let mut noise = Noise::new(seed.wrapping_add(side as u32 * 7919));
        let mut state = [0.0_f32; 3];
        for sample in channel {
            let white = noise.next();
            state[0] = 0.99765 * state[0] + white * 0.099_046;
            state[1] = 0.963 * state[1] + white * 0.296_516_4;
            state[2] = 0.57 * state[2] + white * 1.052_691_3;
            *sample += gain * (state.iter().sum::<f32>() + white * 0.1848);
        }
    }
}

/// Keeps everything below full scale: peaks are rounded as far as the style is pressed, and if some
/// still pass, the whole is turned down.
fn limit(mix: &mut Stereo, press: f32) {
    const CEILING: f32 = 0.89;
    let peak = mix
        .iter()
        .flatten()
        .fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    if peak <= CEILING {
        return;
    }
    let rounded = 10.0_f32.powf(9.0 * press / 20.0);
    let down = (CEILING * rounded / peak).min(1.0);
    const KNEE: f32 = 0.6;
    for sample in mix.iter_mut().flatten() {
        let level = sample.abs() * down;
        let kept = if level > KNEE {
            KNEE + (CEILING - KNEE) * ((level - KNEE) / (CEILING - KNEE)).tanh()
        } else {
            level
        };
        *sample = kept.copysign(*sample);
    }
}
