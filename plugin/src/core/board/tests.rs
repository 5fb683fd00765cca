//! What each thread finds on the board.

use super::*;
use crate::core::params::id;

#[test]
fn a_host_cannot_write_the_status_or_unknown_ids() {
    let board = Board::default();
    for id in [id::UPDATES, 71, 9_999, u32::MAX] {
        assert_eq!(board.set_from_host(id, 5.0, Mode::Live), None);
    }
    assert_eq!(board.updates(), 0);
    assert_eq!(board.set_by_host(), 0);
}

#[test]
fn a_driven_value_never_belongs_into_the_state() {
    let board = Board::default();
    assert_eq!(board.host_value(0), None);
    board.set_from_host(id::FIRST_TAG, 40.0, Mode::Live);
    assert_eq!(board.host_value(0), Some(40.0));
    board.drive(1, |_| 60.0);
    assert_eq!(board.host_value(0), None);
    // A host that plays the driven value back does not make it its own.
    board.set_from_host(id::FIRST_TAG, 60.0, Mode::Live);
    assert_eq!(board.host_value(0), None);
    board.set_from_host(id::FIRST_TAG, 70.0, Mode::Follow);
    assert_eq!(board.host_value(0), Some(70.0));
}

#[test]
fn who_has_set_a_value_last_is_known_in_every_mode() {
    for mode in [Mode::Live, Mode::Record, Mode::Follow] {
        let board = Board::default();
        board.drive(1 << 3, |_| 60.0);
        assert_eq!(board.set_by_host(), 0);
        board.set_from_host(id::FIRST_TAG + 3, 40.0, mode);
        assert_eq!(board.set_by_host(), 1 << 3);
        board.drive(1 << 3, |_| 60.0);
        assert_eq!(board.set_by_host(), 0, "{mode:?}");
    }
}

#[test]
fn a_value_that_a_host_writes_back_changes_nothing_unless_it_follows() {
    let board = Board::default();
    let driven = 100.0 / 3.0;
    let read = f64::from((driven / 100.0) as f32) * 100.0;
    assert_ne!(read, driven);
    board.drive(1, |_| driven);
    for mode in [Mode::Live, Mode::Record] {
        assert_eq!(board.set_from_host(id::FIRST_TAG, read, mode), None);
        assert_eq!(board.value(TAGS_AT), driven);
        assert_eq!(board.set_by_host(), 0);
    }
    let smoothing = board.set_from_host(id::SMOOTHING, 0.3, Mode::Live);
    assert_eq!(smoothing, Some(0.3));
    let read = f64::from(0.03_f32) * 10.0;
    assert_eq!(board.set_from_host(id::SMOOTHING, read, Mode::Follow), None);
    let followed = board.set_from_host(id::FIRST_TAG, driven, Mode::Follow);
    assert_eq!(followed, Some(driven));
    assert_eq!(board.set_by_host(), 1);
}

#[test]
fn values_of_an_earlier_model_are_taken_back_and_those_of_the_present_one_stay() {
    let board = Board::default();
    board.drive_for(1);
    board.drive(1, |_| 60.0);
    board.drive(1 << 7, |_| 20.0);
    board.set_from_host(id::FIRST_TAG + 3, 40.0, Mode::Follow);
    let value = |slot| board.value(TAGS_AT + slot);
    board.take_back_driven(1);
    assert_eq!([value(0), value(3), value(7)], [60.0, 40.0, 20.0]);
    assert!(!board.take_replaced());
    board.take_back_driven(2);
    assert_eq!([value(0), value(3), value(7)], [0.0, 40.0, 0.0]);
    assert!(board.take_replaced() && !board.take_replaced());
    assert_eq!(board.host_value(0), None, "and they are not the host's");
    assert_eq!(board.held(), 1 | 1 << 3 | 1 << 7);
}

#[test]
fn late_word_of_an_earlier_model_leaves_what_a_newer_one_has_driven() {
    let board = Board::default();
    board.drive_for(3);
    board.drive(1, |_| 60.0);
    board.take_back_driven(2);
    assert_eq!(board.value(TAGS_AT), 60.0);
}

#[test]
fn the_host_hears_of_edited_parameters_and_of_no_other_edited_setting() {
    let board = Board::default();
    assert!(!board.edit(Setting::MidiChannel(3)));
    assert!(!board.edit(Setting::Resolution(2.0)));
    assert_eq!(board.take_edits(), 0);
    assert!(board.edit(Setting::Mode(Mode::Follow)));
    assert_eq!(board.take_edits(), 1 << id::MODE);
    assert_eq!(board.take_edits(), 0);
    let settings = board.settings();
    assert_eq!(settings.mode, Mode::Follow);
    assert_eq!((settings.midi.channel, settings.resolution), (3, 2.0));
}

#[test]
fn an_activation_counts_from_0() {
    let board = Board::default();
    board.note_update(3.0, 7.5);
    board.note_update(3.5, 8.5);
    board.count_updates(2);
    assert_eq!(board.updates(), 2);
    assert_eq!((board.heard_seconds(), board.inference_ms()), (3.5, 8.5));
    board.begin_window();
    assert_eq!((board.updates(), board.heard_seconds()), (2, 0.0));
    board.begin_counting();
    assert_eq!((board.updates(), board.inference_ms()), (0, 0.0));
}
