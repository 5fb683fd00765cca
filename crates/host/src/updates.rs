//! The plugin's events, put together to updates again.

use crate::{HostEvent, HostEventKind, ids};

/// One update of the tags, as the host sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// Stream position from which the tags hold, in samples since the activation.
    pub position_samples: u64,
    /// Seconds of audio the tags rest on.
    pub seconds_heard: f64,
    /// Time of the inference, in milliseconds.
    pub update_ms: f64,
    /// Parameter id and value, 0 to 1, of each tag, in the order they came.
    pub tags: Vec<(u32, f64)>,
}

/// Collects updates from the events of one stream.
///
/// An update is a run of values at one position that holds each tag once.
#[derive(Clone, Debug, Default)]
pub struct UpdateLog {
    updates: Vec<Update>,
    /// What came at this position before the first tag did, without tags.
    early: Update,
}

impl UpdateLog {
    /// Takes the next events.
    pub fn push(&mut self, events: &[HostEvent]) {
        for event in events {
            if let HostEventKind::Value { id, value } = event.kind {
                self.push_value(event.position_samples, id, value);
            }
        }
    }

    fn push_value(&mut self, position_samples: u64, id: u32, value: f64) {
        if self.early.position_samples != position_samples {
            self.early = Update {
                position_samples,
                ..Update::default()
            };
        }
        let is_tag = ids::TAGS.contains(&id);
        let is_new = self.updates.last().is_none_or(|update| {
            update.position_samples != position_samples
                || (is_tag && update.tags.iter().any(|(known, _)| *known == id))
        });
        if is_tag && is_new {
            self.updates.push(std::mem::take(&mut self.early));
            self.early.position_samples = position_samples;
        }
        let update = match self.updates.last_mut() {
            Some(update) if is_tag || !is_new => update,
            _ => &mut self.early,
        };
        // The first update may begin at position 0, where `early` began.
        update.position_samples = position_samples;
        match id {
            ids::SECONDS_HEARD => update.seconds_heard = value,
            ids::UPDATE_TIME_MS => update.update_ms = value,
            _ if is_tag => update.tags.push((id, value / 100.0)),
            _ => {}
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn values(values: &[(u64, u32, f64)]) -> UpdateLog {
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
    fn status_may_come_before_or_after_the_tags() {
        for order in [[81, 101, 102], [101, 81, 102], [101, 102, 81]] {
            let events: Vec<_> = order
                .iter()
                .map(|id| (7, *id, if *id == 81 { 3.0 } else { 50.0 }))
                .collect();
            let log = values(&events);
            let expected = Update {
                position_samples: 7,
                seconds_heard: 3.0,
                update_ms: 0.0,
                tags: vec![(101, 0.5), (102, 0.5)],
            };
            assert_eq!(log.updates(), [expected], "{order:?}");
        }
    }

    #[test]
    fn two_updates_at_one_position_stay_two() {
        let log = values(&[
            (5, 101, 10.0),
            (5, 102, 20.0),
            (5, 101, 30.0),
            (5, 102, 40.0),
        ]);
        assert_eq!(log.updates().len(), 2);
        assert_eq!(log.last().unwrap().tags, [(101, 0.3), (102, 0.4)]);
    }

    #[test]
    fn status_without_tags_is_no_update() {
        assert!(values(&[(5, 80, 1.0), (6, 83, 0.0)]).updates().is_empty());
    }
}
