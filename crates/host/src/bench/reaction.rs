//! How soon the tags follow a change of sections, how steady they are, and what that costs, for each
//! focus.

mod steadiness;
mod table;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tagline_engine::{ModelInfo, built_in_info, read_info};
use tagline_media::{Audio, decode};

use super::BenchOptions;
use crate::demo::{DemoError, FOCUS_SECONDS, set_focus, start_plugin};
use crate::process_memory::other_threads_cpu_seconds;
use crate::stream::fit_channels;
use crate::{Rendering, StreamOptions, Update, UpdateLog, ids, stream};

pub use steadiness::Steadiness;
pub(super) use table::text;

/// Shortest time between updates, a choice of the parameter Update Every.
const MOST_OFTEN: f64 = 0.0;
/// The figures of one focus.
#[derive(Clone, Debug, Serialize)]
pub struct ReactionReport {
    /// How many of the last seconds count; `None` for the whole window.
    pub focus_seconds: Option<f64>,
    /// The changes from each song to the next.
    pub changes: Vec<ChangeReport>,
    /// CPU time of the analysis as a share of one core, 0 to 1, at the most updates there are.
    pub core_share: Option<f64>,
    /// How far the tags lie apart when the same audio is shifted by up to 20 ms.
    pub steadiness: Steadiness,
}

/// What one change of sections does.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeReport {
    /// The tag of the section before that the next one has least of.
    pub old: String,
    /// The tag of the next section that the one before has least of.
    pub new: String,
    /// Seconds after the change from which the new tag is above the old one.
    pub leads_after_seconds: Option<f64>,
    /// Seconds after the change from which the old tag is below its threshold.
    pub gone_after_seconds: Option<f64>,
}

/// Bounces changes between `songs`, at least two, with each focus.
///
/// # Errors
/// [`DemoError`] if a song or the plugin cannot be used.
pub(super) fn measure(
    options: &BenchOptions,
    songs: &[PathBuf],
) -> Result<Vec<ReactionReport>, DemoError> {
    let info = match &options.model {
        Some(model) => read_info(model)?,
        None => built_in_info().clone(),
    };
    let songs: Vec<Audio> = songs
        .iter()
        .map(|song| decode(song))
        .collect::<Result<_, _>>()?;
    let pairs: Vec<[&Audio; 2]> = (0..songs.len())
        .map(|first| [&songs[first], &songs[(first + 1) % songs.len()]])
        .filter(|[first, second]| first.sample_rate_hz == second.sample_rate_hz)
        .collect();
    // The whole window comes first: its tags say what the sections are.
    let focuses = std::iter::once(None).chain(FOCUS_SECONDS.map(Some));
    let mut sections: Vec<[usize; 2]> = Vec::new();
    let mut reports = Vec::new();
    for focus in focuses {
        let mut report = ReactionReport {
            focus_seconds: focus,
            changes: Vec::new(),
            core_share: None,
            steadiness: Steadiness::default(),
        };
        let (mut cpu_seconds, mut seconds) = (Some(0.0), 0.0);
        for (index, [first, second]) in pairs.iter().enumerate() {
            let channels = first.channels.len();
            let mut both = first.channels.clone();
            let next = fit_channels(&second.channels, channels);
            for (channel, next) in both.iter_mut().zip(next) {
                channel.extend(next);
            }
            let bounced = bounce(options, focus, &both, first.sample_rate_hz)?;
            cpu_seconds = cpu_seconds.zip(bounced.cpu_seconds).map(|(a, b)| a + b);
            seconds += bounced.seconds;
            let change = Change {
                updates: &bounced.updates,
                at_seconds: first.channels[0].len() as f64 / f64::from(first.sample_rate_hz),
                rate_hz: f64::from(first.sample_rate_hz),
            };
            if sections.len() == index {
                sections.push(change.sections(info.tags.len()));
            }
            report.changes.push(change.report(sections[index], &info));
        }
        report.core_share = cpu_seconds.map(|cpu| cpu / seconds);
        report.steadiness = steadiness::measure(options, focus, &songs)?;
        reports.push(report);
    }
    reports.rotate_left(1);
    Ok(reports)
}

/// What a bounce gave.
struct Bounced {
    updates: Vec<Update>,
    seconds: f64,
    cpu_seconds: Option<f64>,
}

fn bounce(
    options: &BenchOptions,
    focus: Option<f64>,
    channels: &[Vec<f32>],
    rate_hz: u32,
) -> Result<Bounced, DemoError> {
    let model = options.model.as_deref();
    let mut plugin = start_plugin(&options.bundle, model, false, Rendering::Offline)?;
    set_focus(&mut plugin, focus)?;
    plugin.set_value(ids::UPDATE_EVERY, MOST_OFTEN)?;
    let mut log = UpdateLog::default();
    plugin.activate(
        f64::from(rate_hz),
        StreamOptions::default().blocks.max_frames(),
    )?;
    let channels = fit_channels(channels, plugin.channels());
    let mut before = None;
    stream(
        &mut plugin,
        &channels,
        &StreamOptions::default(),
        |_, block| {
            log.push(block.events);
            // From the first update on: the model has been opened and tried by then.
            if before.is_none() && log.last().is_some() {
                before = Some((block.frames_done, other_threads_cpu_seconds()));
            }
            ControlFlow::Continue(())
        },
    )?;
    let after = other_threads_cpu_seconds();
    let (done, before) = before.unwrap_or_default();
    Ok(Bounced {
        updates: log.updates().to_vec(),
        seconds: (channels[0].len() - done) as f64 / f64::from(rate_hz),
        cpu_seconds: after.zip(before).map(|(after, before)| after - before),
    })
}

/// A change of sections in a bounce.
struct Change<'a> {
    updates: &'a [Update],
    at_seconds: f64,
    rate_hz: f64,
}

impl Change<'_> {
    fn seconds_after(&self, update: &Update) -> f64 {
        update.position_samples as f64 / self.rate_hz - self.at_seconds
    }

    /// The tags, by their place, that tell the sections apart best: the old one and the new one.
    fn sections(&self, tags: usize) -> [usize; 2] {
        let before = self.updates.iter().rfind(|u| self.seconds_after(u) <= 0.0);
        let (Some(before), Some(after)) = (before, self.updates.last()) else {
            return [0, 0];
        };
        let gain = |tag: usize| value(after, tag) - value(before, tag);
        let by_gain = |a: &usize, b: &usize| gain(*a).total_cmp(&gain(*b));
        let tags = tags.min(ids::TAGS.count());
        [
            (0..tags).min_by(by_gain).unwrap_or(0),
            (0..tags).max_by(by_gain).unwrap_or(0),
        ]
    }

    fn report(&self, [old, new]: [usize; 2], info: &ModelInfo) -> ChangeReport {
        let threshold = f64::from(info.threshold(old).unwrap_or(0.5));
        ChangeReport {
            old: info.tags[old].clone(),
            new: info.tags[new].clone(),
            leads_after_seconds: self.first(|update| value(update, new) > value(update, old)),
            gone_after_seconds: self.first(|update| value(update, old) < threshold),
        }
    }

    /// Seconds after the change of the first update for which `holds`.
    fn first(&self, holds: impl Fn(&Update) -> bool) -> Option<f64> {
        let after = self
            .updates
            .iter()
            .map(|update| (self.seconds_after(update), update));
        let mut after = after.filter(|(seconds, _)| *seconds > 0.0);
        let found = after.find(|(_, update)| holds(update))?;
        Some(found.0)
    }
}

/// The value of tag number `tag`, 0 to 1.
fn value(update: &Update, tag: usize) -> f64 {
    let id = ids::TAGS.start() + tag as u32;
    let found = update.tags.binary_search_by_key(&id, |(id, _)| *id);
    found.map_or(0.0, |index| update.tags[index].1)
}

/// Endings of the songs' files.
const SONG_ENDINGS: [&str; 6] = ["wav", "flac", "mp3", "ogg", "m4a", "aiff"];

/// The songs in `folder`, by name.
pub(super) fn songs_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut songs: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| {
            let ending = path.extension().unwrap_or_default();
            SONG_ENDINGS
                .iter()
                .any(|song| ending.eq_ignore_ascii_case(song))
        })
        .collect();
    songs.sort();
    songs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(seconds: u64, tags: [f64; 2]) -> Update {
        Update {
            position_samples: 1000 * seconds,
            tags: vec![(5, tags[0]), (6, tags[1])],
            ..Update::default()
        }
    }

    #[test]
    fn the_time_of_a_change_counts_from_the_change() {
        let updates = [
            update(3, [0.1, 0.9]),
            update(9, [0.9, 0.1]),
            update(11, [0.7, 0.3]),
            update(12, [0.55, 0.6]),
            update(14, [0.2, 0.8]),
        ];
        let change = Change {
            updates: &updates,
            at_seconds: 10.0,
            rate_hz: 1000.0,
        };
        assert_eq!(change.sections(2), [0, 1]);
        let mut info = built_in_info().clone();
        info.calibration = None;
        let report = change.report([0, 1], &info);
        assert_eq!(report.leads_after_seconds, Some(2.0));
        assert_eq!(report.gone_after_seconds, Some(4.0));
    }
}
