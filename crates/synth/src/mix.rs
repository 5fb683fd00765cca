//! From a score to a finished recording.

mod filters;
mod master;
mod reverb;
mod strip;

pub use reverb::reverberate;

use super::dice::Dice;
use super::drum;
use super::error::SynthError;
use super::render::{self, Stereo, Take};
use super::score::{Score, Window};
use super::soundfonts::SoundFonts;
use master::{Master, Worn};

/// Records a window of a piece: `[left, right]`, each of `window.seconds` at `rate_hz`.
///
/// # Errors
/// As [`render::line`].
pub(crate) fn record(
    score: &Score,
    window: &Window,
    rate_hz: u32,
    fonts: &SoundFonts,
    dice: &Dice,
) -> Result<Stereo, SynthError> {
    let take = Take::new(window, rate_hz);
    let rate = rate_hz as f32;
    let mut desk = dice.fork("desk");
    let house_font = desk.whole(0, fonts.count() as i32 - 1) as usize;
    let beat_s = (60.0 / score.tempo_bpm) as f32;
    let kicks = kicks(score, &take);
    let mut mix = silence(take.frames);
    let mut send = silence(take.frames);
    for line in &score.lines {
        // Most pieces use one SoundFont, but a line may use another.
        let stranger = desk
            .chance(0.3)
            .then(|| desk.whole(0, fonts.count() as i32 - 1) as usize);
        let font = stranger.unwrap_or(house_font);
        let Some(mut sound) = render::line(line, &take, score.dynamics, fonts, font)? else {
            continue;
        };
        strip::process(&mut sound, &line.effects, beat_s, rate);
        let loudness = strip::loudness(&sound, rate);
        if loudness < 1e-6 {
            continue;
        }
        if line.effects.pump > 0.0 {
            strip::pump(&mut sound, line.effects.pump as f32, &kicks, rate);
        }
        let gain = 0.1 * 10.0_f32.powf(line.level_db as f32 / 20.0) / loudness;
        let sides = strip::pan(line.pan);
        for side in 0..2 {
            let (dry, wet) = (gain * sides[side], gain * line.effects.wet as f32);
            for (index, sample) in sound[side].iter().enumerate() {
                mix[side][index] += dry * sample;
                send[side][index] += wet * sample;
            }
        }
    }
    let room_s = desk.between(score.mix.room_s) as f32;
    let wet = desk.between(score.mix.wet) as f32;
    reverb::add(&send, room_s, 0.5 * wet, rate, &mut mix);
    let heard = (window.seconds * f64::from(rate_hz)).round() as usize;
    for channel in &mut mix {
        channel.drain(..take.frames.saturating_sub(heard));
    }
    master::process(&mut mix, &mastering(score, &mut desk), rate);
    Ok(mix)
}

fn silence(frames: usize) -> Stereo {
    [vec![0.0; frames], vec![0.0; frames]]
}

fn mastering(score: &Score, desk: &mut Dice) -> Master {
    let plan = &score.mix;
    let press = desk.between(plan.press) as f32;
    let level_db = -30.0 + 18.0 * score.dynamics as f32 + 3.0 * press + 1.5 * desk.normal() as f32;
    Master {
        tilt_db: (desk.between(plan.tilt_db) + 1.5 * desk.normal()) as f32,
        low_db: 1.5 * desk.normal() as f32,
        bell: (
            desk.between((300.0, 2500.0)) as f32,
            2.0 * desk.normal() as f32,
        ),
        press,
        level_db,
        worn: desk.chance(plan.worn).then(|| Worn::chosen(desk)),
        floor_db: desk.between(plan.floor_db) as f32,
        seed: desk.whole(1, i32::MAX - 1) as u32,
    }
}

/// The frames at which a kick strikes.
fn kicks(score: &Score, take: &Take) -> Vec<usize> {
    let mut frames: Vec<usize> = score
        .lines
        .iter()
        .filter(|line| line.instrument.is_drums())
        .flat_map(|line| &line.notes)
        .filter(|note| note.key == drum::KICK && note.start >= take.start_s)
        .map(|note| take.frame_at(note.start))
        .filter(|frame| *frame < take.frames)
        .collect();
    frames.sort_unstable();
    frames
}
