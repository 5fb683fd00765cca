//! Keeps the tags of the last minutes, so that the editor can show them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::transport::Transport;

/// One update of the past.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Position in the stream from which it holds, in seconds since the stream began.
    pub position_seconds: f64,
    /// Seconds of audio that it rests on.
    pub seconds_heard: f32,
    /// Where the host's song stood.
    pub transport: Transport,
    /// Whether the host's song has started, stopped, jumped or changed its tempo since the moment
    /// before, or a new window has begun.
    pub begins: bool,
    /// The tags as they were delivered, 0 to 1, in the model's order.
    pub probabilities: Box<[f32]>,
}

/// The newest updates of one stream, oldest first: those of the model in force, and at most
/// [`Self::MOST`]. The worker writes it, and never the audio thread.
///
/// A reader keeps a [`Past`] of its own and brings it up to date.
#[derive(Debug, Default)]
pub struct History {
    kept: Mutex<Past>,
}

/// A reader's copy of a [`History`]. It shares the moments.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The moments, oldest first.
    pub moments: VecDeque<Arc<Moment>>,
    /// Counts whatever has happened to the history.
    count: u64,
}

impl History {
    /// Most moments that are kept: a quarter of an hour with an update each second.
    pub const MOST: usize = 900;

    /// Brings `past` up to date. Returns whether anything is new.
    pub fn read(&self, past: &mut Past) -> bool {
        let kept = self.lock();
        if kept.count == past.count {
            return false;
        }
        let new = usize::try_from(kept.count.saturating_sub(past.count)).unwrap_or(usize::MAX);
        let len = kept.moments.len();
        if new >= len || past.count > kept.count {
            past.moments.clone_from(&kept.moments);
        } else {
            past.moments
                .extend(kept.moments.range(len - new..).cloned());
            let surplus = past.moments.len().saturating_sub(len);
            past.moments.drain(..surplus);
        }
        past.count = kept.count;
        true
    }

    /// Adds the newest moment.
    pub fn push(&self, moment: Moment) {
        let mut kept = self.lock();
        if kept.moments.len() == Self::MOST {
            kept.moments.pop_front();
        }
        kept.moments.push_back(Arc::new(moment));
        kept.count += 1;
    }

    /// Forgets all moments.
    pub(super) fn clear(&self) {
        let mut kept = self.lock();
        kept.moments = VecDeque::new();
        kept.count += 1;
    }

    fn lock(&self) -> MutexGuard<'_, Past> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(second: u16) -> Moment {
        Moment {
            position_seconds: second.into(),
            seconds_heard: 3.0,
            transport: Transport::default(),
            begins: false,
            probabilities: [0.5].into(),
        }
    }

    fn seconds(past: &Past) -> Vec<f64> {
        past.moments.iter().map(|m| m.position_seconds).collect()
    }

    #[test]
    fn a_reader_sees_each_moment_once_however_often_it_looks() {
        let history = History::default();
        let mut past = Past::default();
        assert!(!history.read(&mut past));
        (0..3).for_each(|second| history.push(moment(second)));
        assert!(history.read(&mut past));
        history.push(moment(3));
        assert!(history.read(&mut past) && !history.read(&mut past));
        assert_eq!(seconds(&past), [0.0, 1.0, 2.0, 3.0]);
    }

    #[test]
    fn another_models_moments_follow_none_of_the_model_before() {
        let history = History::default();
        let mut past = Past::default();
        (0..3).for_each(|second| history.push(moment(second)));
        history.read(&mut past);
        history.clear();
        history.push(moment(9));
        assert!(history.read(&mut past));
        assert_eq!(seconds(&past), [9.0]);
        history.clear();
        assert!(history.read(&mut past));
        assert!(past.moments.is_empty());
    }

    #[test]
    fn a_long_stream_keeps_its_newest_moments_alone() {
        let history = History::default();
        let mut past = Past::default();
        let most = u16::try_from(History::MOST).expect("a small number");
        for second in 0..2 * most + 5 {
            history.push(moment(second));
            if second % 400 == 0 {
                history.read(&mut past);
            }
        }
        history.read(&mut past);
        assert_eq!(past.moments.len(), History::MOST);
        assert_eq!(seconds(&past)[0], f64::from(most + 5));
    }

    #[test]
    fn a_reader_of_another_history_starts_again() {
        let (one, other) = (History::default(), History::default());
        let mut past = Past::default();
        (0..3).for_each(|second| one.push(moment(second)));
        one.read(&mut past);
        other.push(moment(7));
        other.push(moment(8));
        assert!(other.read(&mut past));
        assert_eq!(seconds(&past), [7.0, 8.0]);
    }
}
