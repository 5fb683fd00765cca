//! Puts the plugin's events together to updates.

use std::collections::BTreeSet;

use crate::{HostEvent, HostEventKind, HostedPlugin, ids};

/// One update of the tags, as the host sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// Stream position from which the tags hold, in samples since the activation.
    pub position_samples: u64,
    /// Seconds of audio that the tags rest on; 0 unless the log has been told.
    pub seconds_heard: f64,
    /// Time of the inference, in milliseconds; 0 unless the log has been told.
    pub update_ms: f64,
    /// Parameter id and value, 0 to 1, of each tag, by ascending id.
    pub tags: Vec<(u32, f64)>,
}

/// Collects updates from the events of one stream.
///
/// An update is a run of values of one position that holds each tag at most once. The plugin tells it
/// in turns, so the later tags come a little later ([`ids::TAGS`]). A tag that it lacks has the value that
/// it had before, as the plugin tells only what has changed. A plugin that is set to a coarser
/// resolution than 0 leaves out more than that.
#[derive(Clone, Debug, Default)]
pub struct UpdateLog {
    updates: Vec<Update>,
    /// Tags that the last update holds a value of its own for.
    told: BTreeSet<u32>,
    /// Updates whose status is known.
    with_status: usize,
}

impl UpdateLog {
    /// Takes the next events.
    pub fn push(&mut self, events: &[HostEvent]) {
        for event in events {
            if let HostEventKind::Value { id, value } = event.kind
                && let Some(position) = update_of(event)
            {
                self.push_tag(position, id, value / 100.0);
            }
        }
    }

    fn push_tag(&mut self, position_samples: u64, id: u32, value: f64) {
        let last = self.updates.last();
        let is_new = last.is_none_or(|last| last.position_samples != position_samples)
            || self.told.contains(&id);
        if is_new {
            let tags = last.map_or_else(Vec::new, |last| last.tags.clone());
            self.told.clear();
            self.updates.push(Update {
                position_samples,
                tags,
                ..Update::default()
            });
        }
        self.told.insert(id);
        let Some(update) = self.updates.last_mut() else {
            return;
        };
        match update.tags.binary_search_by_key(&id, |(id, _)| *id) {
            Ok(index) => update.tags[index].1 = value,
            Err(index) => update.tags.insert(index, (id, value)),
        }
    }

    /// Reads the status of the updates that came since the last call from the plugin.
    pub fn read_status(&mut self, plugin: &mut HostedPlugin) {
        let mut read = |id| plugin.value(id).unwrap_or(0.0);
        for update in &mut self.updates[self.with_status..] {
            update.seconds_heard = read(ids::SECONDS_HEARD);
            update.update_ms = read(ids::UPDATE_TIME_MS);
        }
        self.with_status = self.updates.len();
    }

    /// How many updates have been told to their last tag by a position of the stream, in samples.
    #[must_use]
    pub fn whole(&self, position_samples: u64) -> usize {
        let last = turn_of(*ids::TAGS.end());
        let is_whole = |update: &Update| update.position_samples + last < position_samples;
        self.updates.partition_point(is_whole)
    }

    /// All updates so far.
    #[must_use]
    pub fn updates(&self) -> &[Update] {
        &self.updates
    }

    /// The newest update.
    #[must_use]
    pub fn last(&self) -> Option<&Update> {
        self.updates.last()
    }
}

/// Position of the update that a tag's value is of; `None` for other events.
pub(crate) fn update_of(event: &HostEvent) -> Option<u64> {
    match event.kind {
        HostEventKind::Value { id, .. } if ids::TAGS.contains(&id) => {
            Some(event.position_samples.saturating_sub(turn_of(id)))
        }
        _ => None,
    }
}

/// The host hears of a tag this many samples after the update.
fn turn_of(tag: u32) -> u64 {
    let slot = tag.saturating_sub(*ids::TAGS.start());
    u64::from(slot / ids::TAGS_A_TURN) * ids::TURN_SAMPLES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(values: &[(u64, u32, f64)]) -> UpdateLog {
        let mut log = UpdateLog::default();
        for &(position_samples, id, value) in values {
            log.push(&[HostEvent {
                position_samples,
                kind: HostEventKind::Value { id, value },
            }]);
        }
        log
    }

    #[test]
    fn a_tag_that_an_update_does_not_tell_keeps_its_value() {
        let log = log(&[(7, 6, 50.0), (7, 5, 25.0), (9, 6, 75.0)]);
        let tags = log.updates().iter().map(|update| update.tags.as_slice());
        let expected = [[(5, 0.25), (6, 0.5)], [(5, 0.25), (6, 0.75)]];
        assert_eq!(tags.collect::<Vec<_>>(), expected);
        assert_eq!(log.last().unwrap().position_samples, 9);
    }

    #[test]
    fn two_updates_at_one_position_stay_two() {
        let log = log(&[(5, 5, 10.0), (5, 6, 20.0), (5, 5, 30.0), (5, 6, 40.0)]);
        assert_eq!(log.updates().len(), 2);
        assert_eq!(log.last().unwrap().tags, [(5, 0.3), (6, 0.4)]);
    }

    #[test]
    fn the_turns_of_an_update_are_one_update_at_its_own_position() {
        let turns = [
            (100, 5, 10.0),
            (100, 12, 20.0),
            (164, 13, 30.0),
            (484, 54, 40.0),
        ];
        let later = (5_000 + 64, 13, 50.0);
        let mut log = log(&turns);
        assert_eq!(log.updates().len(), 1);
        assert_eq!(log.last().unwrap().position_samples, 100);
        assert_eq!((log.whole(484), log.whole(485)), (0, 1));
        log.push(&[HostEvent {
            position_samples: later.0,
            kind: HostEventKind::Value {
                id: later.1,
                value: later.2,
            },
        }]);
        assert_eq!(log.updates().len(), 2);
        let last = log.last().unwrap();
        assert_eq!(
            last.position_samples, 5_000,
            "though its first tags have not moved"
        );
        assert_eq!(last.tags, [(5, 0.1), (12, 0.2), (13, 0.5), (54, 0.4)]);
    }

    #[test]
    fn values_of_other_parameters_are_no_update() {
        assert!(log(&[(5, 1, 1.0), (6, 64, 0.0)]).updates().is_empty());
    }
}
