//! A channel strip: the effects on one line before it is mixed with the others.

use std::f32::consts::{FRAC_PI_4, TAU};

use crate::render::Stereo;
use crate::style::Effects;

use super::filters::Biquad;

/// Filters, overdrives, doubles and echoes a line, in place.
pub(crate) fn process(sound: &mut Stereo, effects: &Effects, beat_s: f32, rate_hz: f32) {
    for channel in sound.iter_mut() {
        if effects.sweep > 0.0 {
            sweep(channel, effects, rate_hz);
        } else if effects.low_pass_hz > 0.0 {
            Biquad::low_pass(effects.low_pass_hz as f32, rate_hz).run(channel);
        }
        if effects.drive > 0.0 {
            overdrive(channel, effects.drive as f32, rate_hz);
        }
    }
    if effects.chorus > 0.0 {
        chorus(sound, effects.chorus as f32, rate_hz);
    }
    if effects.echo > 0.0 {
        echo(sound, effects.echo as f32, beat_s * 0.75, rate_hz);
    }
}

/// A low pass that opens and closes once in eleven seconds.
fn sweep(channel: &mut [f32], effects: &Effects, rate_hz: f32) {
    const STEP: usize = 32;
    let centre_hz = if effects.low_pass_hz > 0.0 {
        effects.low_pass_hz as f32
    } else {
        1500.0
    };
    let mut filter = Biquad::low_pass(centre_hz, rate_hz);
    for (index, block) in channel.chunks_mut(STEP).enumerate() {
        let turn = (index * STEP) as f32 / rate_hz / 11.0;
        let octaves = effects.sweep as f32 * 1.6 * (TAU * turn).sin();
        filter = filter.retuned(Biquad::low_pass(centre_hz * octaves.exp2(), rate_hz));
        for sample in block {
            *sample = filter.next(*sample);
        }
    }
}

/// A guitar amplifier: tight lows in, saturation, the dull speaker behind it.
fn overdrive(channel: &mut [f32], drive: f32, rate_hz: f32) {
    let power = channel.iter().map(|sample| sample * sample).sum::<f32>() / channel.len() as f32;
    let gain = (0.8 + 11.0 * drive * drive) * 0.35 / power.sqrt().max(1e-4);
    Biquad::high_pass(100.0, rate_hz).run(channel);
    for sample in channel.iter_mut() {
        // It is not symmetric, so that it adds even harmonics, too.
        let pushed = *sample * gain + 0.12 * drive;
        *sample = pushed.tanh();
    }
    Biquad::high_pass(60.0, rate_hz).run(channel);
    Biquad::bell(2600.0, 4.0 * drive, rate_hz).run(channel);
    Biquad::high_shelf(4500.0, -3.0, rate_hz).run(channel);
    Biquad::low_pass(8500.0, rate_hz).run(channel);
}

/// Two copies, a little out of tune, one on each side.
fn chorus(sound: &mut Stereo, amount: f32, rate_hz: f32) {
    for (side, channel) in sound.iter_mut().enumerate() {
        let dry = channel.clone();
        let phase = side as f32 * 0.25;
        for (index, sample) in channel.iter_mut().enumerate() {
            let turn = 0.55 * index as f32 / rate_hz + phase;
            let delay = (0.014 + 0.004 * (TAU * turn).sin()) * rate_hz;
            let whole = delay as usize;
            let part = delay - whole as f32;
            if index > whole {
                let late = dry[index - whole] * (1.0 - part) + dry[index - whole - 1] * part;
                *sample = *sample * (1.0 - 0.3 * amount) + late * 0.7 * amount;
            }
        }
    }
}

/// Repeats that cross from side to side and grow dull.
fn echo(sound: &mut Stereo, amount: f32, delay_s: f32, rate_hz: f32) {
    let delay = (delay_s * rate_hz) as usize;
    let count = sound[0].len();
    if delay == 0 || delay >= count {
        return;
    }
    let mut dull = [0.0_f32; 2];
    let mut wet = [vec![0.0_f32; count], vec![0.0_f32; count]];
    for index in delay..count {
        for side in 0..2 {
            let fed = sound[side][index - delay] + 0.45 * wet[1 - side][index - delay];
            dull[side] += 0.5 * (fed - dull[side]);
            wet[side][index] = dull[side];
        }
    }
    for (channel, wet) in sound.iter_mut().zip(&wet) {
        for (sample, wet) in channel.iter_mut().zip(wet) {
            *sample += amount * 0.7 * wet;
        }
    }
}

/// Ducks under each kick and comes back within a third of a second.
pub(crate) fn pump(sound: &mut Stereo, depth: f32, kicks: &[usize], rate_hz: f32) {
    let back = 0.28 * rate_hz;
    for (number, &kick) in kicks.iter().enumerate() {
        let until = kicks.get(number + 1).copied().unwrap_or(usize::MAX);
        let end = (kick + back as usize).min(until).min(sound[0].len());
        for channel in sound.iter_mut() {
            for (index, sample) in channel.iter_mut().enumerate().take(end).skip(kick) {
                let risen = (index - kick) as f32 / back;
                *sample *= 1.0 - depth * (1.0 - risen) * (1.0 - risen);
            }
        }
    }
}

/// The gains of both sides for a place from -1 to 1, of constant power.
pub(crate) fn pan(place: f64) -> [f32; 2] {
    let angle = (place as f32 + 1.0) * FRAC_PI_4;
    [
        angle.cos() * std::f32::consts::SQRT_2,
        angle.sin() * std::f32::consts::SQRT_2,
    ]
}

/// How loud a sound is while it sounds: the mean power of its louder tenths of a second, without
/// the lowest octave, which ears hear badly. (With a higher cut, basses would be turned up too
/// far.)
pub(crate) fn loudness(sound: &Stereo, rate_hz: f32) -> f32 {
    let block = (0.1 * rate_hz) as usize;
    let mut filter = Biquad::high_pass(60.0, rate_hz);
    let mut powers = Vec::new();
    let mut sum = 0.0;
    for (index, (left, right)) in sound[0].iter().zip(&sound[1]).enumerate() {
        let middle = filter.next(0.5 * (left + right));
        sum += middle * middle;
        if (index + 1) % block == 0 {
            powers.push(sum / block as f32);
            sum = 0.0;
        }
    }
    let loudest = powers.iter().copied().fold(0.0, f32::max);
    let heard: Vec<f32> = powers
        .into_iter()
        .filter(|power| *power > loudest * 0.01)
        .collect();
    (heard.iter().sum::<f32>() / heard.len().max(1) as f32).sqrt()
}
