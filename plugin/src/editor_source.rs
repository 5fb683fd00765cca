//! The editor's view of an instance.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use tagline_engine::{MAX_TAGS, ModelPlace, StreamStatus};

use crate::board::Board;
use crate::editor::{EditorSource, Settings, Snapshot};
use crate::params::{TAGS_AT, id, index_of};
use crate::settings::choice_code;

impl EditorSource for Board {
    fn fill(&self, snapshot: &mut Snapshot) {
        let settings = self.settings();
        snapshot.settings = Settings {
            mode: settings.mode as u8,
            update_every: settings.update_every as u8,
            smoothing_seconds: settings.smoothing_seconds as f32,
            midi_cc_output: settings.midi_cc_output,
            midi_channel: settings.midi.channel + 1,
            first_midi_cc: settings.midi.first,
            midi_cc_count: settings.midi.count,
            backend: choice_code(settings.backend),
            calibrated: settings.calibrated,
        };
        snapshot.values = std::array::from_fn::<_, MAX_TAGS, _>(|slot| {
            (self.value(TAGS_AT + slot) / 100.0) as f32
        });
        snapshot.calibrated = self.is_calibrated(&settings);
        snapshot.running = self.running();
        snapshot.active = self.is_active();
        let heard = index_of(id::SECONDS_HEARD).map_or(0.0, |index| self.value(index));
        snapshot.seconds_heard = heard as f32;
        let desk = self.desk();
        snapshot.model.clone_from(&desk.model);
        snapshot.loading = desk.loading;
        snapshot.message.clone_from(&desk.message);
        if let Some(status) = &desk.status {
            fill_status(status, snapshot);
        }
    }

    fn set_setting(&self, id: u32, value: f64) {
        self.edit(id, value);
    }

    fn choose_model(&self, place: ModelPlace) {
        self.desk().wanted = Some(place);
        self.host.request_callback();
    }
}

fn fill_status(status: &Arc<StreamStatus>, snapshot: &mut Snapshot) {
    snapshot.updates = status.updates.load(Relaxed);
    snapshot.late_updates = status.late_updates.load(Relaxed);
    snapshot.dropped_samples = status.dropped_samples.load(Relaxed);
    snapshot.inference_ms = status.inference_ms();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_editor_sees_driven_values_and_what_it_has_set() {
        let board = Board::default();
        board.drive_tag(3, 25.0);
        board.set_setting(id::SMOOTHING, 2.0);
        board.set_setting(id::BACKEND, 1.0);
        board.set_setting(id::VALUES, 1.0);
        let mut snapshot = Snapshot::default();
        board.fill(&mut snapshot);
        assert_eq!(snapshot.values[3], 0.25);
        assert_eq!(snapshot.settings.smoothing_seconds, 2.0);
        assert_eq!(snapshot.settings.backend, 1);
        assert!(!snapshot.settings.calibrated);
        assert!(!snapshot.active && snapshot.model.is_none());
    }

    #[test]
    fn the_editor_sees_a_window_begin_anew_before_the_next_one_is_full() {
        let board = Board::default();
        let mut snapshot = Snapshot::default();
        board.fill(&mut snapshot);
        assert_eq!(snapshot.seconds_heard, 0.0);
        board.store(index_of(id::SECONDS_HEARD).expect("known"), 3.0);
        board.fill(&mut snapshot);
        assert_eq!(snapshot.seconds_heard, 3.0);
    }

    #[test]
    fn raw_values_that_still_stand_are_not_held_against_calibrated_thresholds() {
        let board = Board::default();
        let mut snapshot = Snapshot::default();
        board.set_calibrated(false);
        board.drive_tag(3, 25.0);
        board.fill(&mut snapshot);
        assert!(snapshot.settings.calibrated && !snapshot.calibrated);
        board.set_calibrated(true);
        board.set_setting(id::VALUES, 1.0);
        board.fill(&mut snapshot);
        assert!(!snapshot.settings.calibrated && snapshot.calibrated);
        // Automation that the host plays is of the kind that is set.
        board.set_setting(id::MODE, 2.0);
        board.fill(&mut snapshot);
        assert!(!snapshot.calibrated);
    }

    #[test]
    fn the_editors_defaults_are_the_plugins() {
        let mut snapshot = Snapshot::default();
        let expected = snapshot.settings;
        Board::default().fill(&mut snapshot);
        assert_eq!(snapshot.settings, expected);
    }
}
