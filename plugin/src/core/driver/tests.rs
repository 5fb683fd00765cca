//! What the host is told, and when.

use tagline_engine::Transport;

use super::*;
use crate::core::events::Output;
use crate::core::params::{self, id};
use crate::core::settings::Setting;
use crate::core::tests::Taken;

mod turns;

/// Host rate, in Hz.
const RATE: f64 = 48_000.0;

/// Where in the stream the updates hold.
const AT: u64 = 7_000;

fn begin(slot: u32) -> Output {
    Output::GestureBegin {
        id: id::FIRST_TAG + slot,
    }
}

fn end(slot: u32) -> Output {
    Output::GestureEnd {
        id: id::FIRST_TAG + slot,
    }
}

/// A tag's value that the host may not record.
fn live(slot: u32, value: f64) -> Output {
    Output::Value {
        id: id::FIRST_TAG + slot,
        value,
        record: false,
    }
}

/// A tag's value within a gesture.
fn recorded(slot: u32, value: f64) -> Output {
    Output::Value {
        id: id::FIRST_TAG + slot,
        value,
        record: true,
    }
}

fn send(driver: &mut Driver, board: &Board) -> Vec<Output> {
    let mut taken = Taken::default();
    driver.settle_midi(board);
    driver.send(board, 0, &mut taken);
    taken.outputs.iter().map(|(_, output)| *output).collect()
}

fn update(probabilities: &[f32]) -> TagUpdate {
    let mut all = [0.0; MAX_TAGS];
    all[..probabilities.len()].copy_from_slice(probabilities);
    TagUpdate {
        position_samples: 1,
        seconds_heard: 3.0,
        generation: 1,
        tag_count: probabilities.len() as u32,
        inference_ms: 2.0,
        calibrated: true,
        probabilities: all,
    }
}

/// Takes an update, and its first turn.
fn take(driver: &mut Driver, update: &TagUpdate, board: &Board) {
    driver.take_update(update, AT, board);
    if driver.next_turn() == Some(AT) {
        driver.take_turn(board);
    }
}

fn set(driver: &mut Driver, board: &Board, id: u32, value: f64) -> bool {
    driver.take_input(Input::Value { id, value }, board)
}

/// What the editor does, at the start of the next block.
fn edit(driver: &mut Driver, board: &Board, setting: Setting) {
    board.edit(setting);
    driver.begin_block(board);
}

fn play(driver: &mut Driver, board: &Board, playing: bool) {
    let transport = Transport {
        playing,
        ..Transport::default()
    };
    driver.take_input(Input::Transport(transport), board);
}

fn driver(mode: Mode) -> (Driver, Board) {
    let board = Board::default();
    let mut driver = Driver::new(Outbox::default(), &board, RATE);
    set(&mut driver, &board, id::MODE, f64::from(mode as u8));
    (driver, board)
}

#[test]
fn an_update_is_counted_on_the_board_and_never_told_as_an_event() {
    let (mut driver, board) = driver(Mode::Live);
    take(&mut driver, &update(&[0.5]), &board);
    assert_eq!(send(&mut driver, &board), [live(0, 50.0)]);
    assert_eq!(board.updates(), 1);
    assert_eq!((board.heard_seconds(), board.inference_ms()), (3.0, 2.0));
    let outbox = driver.into_outbox(&board);
    let _ = Driver::new(outbox, &board, RATE);
    assert_eq!((board.updates(), board.heard_seconds()), (0, 0.0));
}

#[test]
fn live_tells_every_tag_without_gestures_and_not_to_be_recorded() {
    let (mut driver, board) = driver(Mode::Live);
    play(&mut driver, &board, true);
    for values in [[0.5, 0.25], [0.75, 0.5]] {
        take(&mut driver, &update(&values), &board);
        let told = send(&mut driver, &board);
        let [first, second] = values.map(|value| f64::from(value) * 100.0);
        assert_eq!(told, [live(0, first), live(1, second)]);
    }
}

#[test]
fn a_tag_that_hardly_moves_is_not_told_in_any_mode_until_it_has_moved_or_settled() {
    for mode in [Mode::Live, Mode::Record] {
        let (mut driver, board) = driver(mode);
        play(&mut driver, &board, true);
        let mut told = |value: f32| {
            take(&mut driver, &update(&[value]), &board);
            let told = send(&mut driver, &board);
            let is_value = |output: &&Output| matches!(output, Output::Value { .. });
            told.iter().filter(is_value).count()
        };
        assert_eq!(told(0.5), 1);
        assert_eq!([0.502, 0.501, 0.5, 0.5].map(&mut told), [0; 4], "{mode:?}");
        assert_eq!(told(0.51), 1);
        assert_eq!([0.508, 0.508].map(&mut told), [0; 2]);
        assert_eq!(told(0.508), 1, "it has settled");
        assert_eq!([0.508; 5].map(&mut told), [0; 5]);
    }
}

#[test]
fn at_a_resolution_of_0_the_host_hears_every_change_and_nothing_unchanged() {
    let (mut driver, board) = driver(Mode::Live);
    edit(&mut driver, &board, Setting::Resolution(0.0));
    for (value, count) in [(0.5, 1), (0.5, 0), (0.500_1, 1), (0.500_1, 0)] {
        take(&mut driver, &update(&[value]), &board);
        assert_eq!(send(&mut driver, &board).len(), count);
    }
}

#[test]
fn tags_that_have_come_to_rest_between_two_steps_are_told_when_they_settle() {
    let (mut driver, board) = driver(Mode::Live);
    take(&mut driver, &update(&[0.5, 0.25]), &board);
    send(&mut driver, &board);
    take(&mut driver, &update(&[0.502, 0.25]), &board);
    assert_eq!(send(&mut driver, &board), []);
    for told in [1, 0] {
        driver.settle_tags(AT);
        assert_eq!(driver.next_turn(), Some(AT));
        driver.take_turn(&board);
        assert_eq!(send(&mut driver, &board).len(), told);
    }
}

#[test]
fn record_wraps_the_values_in_gestures_while_the_transport_plays() {
    let (mut driver, board) = driver(Mode::Record);
    take(&mut driver, &update(&[0.5]), &board);
    assert_eq!(send(&mut driver, &board), [live(0, 50.0)]);
    play(&mut driver, &board, true);
    take(&mut driver, &update(&[0.5]), &board);
    let begun = [begin(0), recorded(0, 50.0)];
    assert_eq!(send(&mut driver, &board), begun, "a gesture has a value");
    take(&mut driver, &update(&[0.75]), &board);
    assert_eq!(send(&mut driver, &board), [recorded(0, 75.0)]);
    play(&mut driver, &board, false);
    assert_eq!(send(&mut driver, &board), [end(0)]);
}

#[test]
fn a_gesture_ends_with_the_value_that_holds() {
    let (mut driver, board) = driver(Mode::Record);
    play(&mut driver, &board, true);
    take(&mut driver, &update(&[0.5]), &board);
    send(&mut driver, &board);
    take(&mut driver, &update(&[0.502]), &board);
    assert_eq!(send(&mut driver, &board), []);
    play(&mut driver, &board, false);
    let told = send(&mut driver, &board);
    assert!(matches!(told[0], Output::Value { record: true, .. }));
    assert_eq!(told[1..], [end(0)]);
}

#[test]
fn leaving_record_and_bypass_end_the_gestures() {
    let changes = [
        Setting::Mode(Mode::Live),
        Setting::Mode(Mode::Follow),
        Setting::Bypass(true),
    ];
    for change in changes {
        let (mut driver, board) = driver(Mode::Record);
        play(&mut driver, &board, true);
        take(&mut driver, &update(&[0.5]), &board);
        send(&mut driver, &board);
        let (id, value) = change.as_parameter().expect("a parameter");
        assert!(set(&mut driver, &board, id, value));
        assert_eq!(send(&mut driver, &board), [end(0)], "{change:?}");
    }
}

#[test]
fn deactivation_leaves_the_ends_of_gestures_to_be_told() {
    let (mut driver, board) = driver(Mode::Record);
    play(&mut driver, &board, true);
    take(&mut driver, &update(&[0.5]), &board);
    send(&mut driver, &board);
    let mut outbox = driver.into_outbox(&board);
    assert!(outbox.has_open_ends());
    let mut taken = Taken::default();
    outbox.send(&board, 0, &mut taken);
    assert_eq!(taken.outputs, [(0, end(0))]);
    assert!(!outbox.has_open_ends());
}

#[test]
fn follow_leaves_the_hosts_values_alone_and_sends_them_as_midi() {
    let (mut driver, board) = driver(Mode::Follow);
    edit(&mut driver, &board, Setting::MidiCcOutput(true));
    take(&mut driver, &update(&[0.5]), &board);
    assert_eq!(send(&mut driver, &board), []);
    set(&mut driver, &board, id::FIRST_TAG, 100.0);
    let midi = [Output::Midi([0xb0, 20, 127])];
    assert_eq!(send(&mut driver, &board), midi);
    assert_eq!(board.value(params::TAGS_AT), 100.0);
    assert_eq!(board.updates(), 0);
}

#[test]
fn a_bypassed_plugin_drives_nothing_and_sends_no_midi() {
    let (mut driver, board) = driver(Mode::Live);
    edit(&mut driver, &board, Setting::MidiCcOutput(true));
    set(&mut driver, &board, id::BYPASS, 1.0);
    take(&mut driver, &update(&[0.5]), &board);
    assert_eq!(send(&mut driver, &board), []);
    assert_eq!(board.driven(), 0);
    set(&mut driver, &board, id::BYPASS, 0.0);
    take(&mut driver, &update(&[0.5]), &board);
    let told = [live(0, 50.0), Output::Midi([0xb0, 20, 64])];
    assert_eq!(send(&mut driver, &board), told);
}

#[test]
fn midi_that_is_switched_on_in_silence_hears_the_values_that_hold() {
    let (mut driver, board) = driver(Mode::Live);
    take(&mut driver, &update(&[1.0, 0.0]), &board);
    send(&mut driver, &board);
    edit(&mut driver, &board, Setting::MidiCcOutput(true));
    let both = [Output::Midi([0xb0, 20, 127]), Output::Midi([0xb0, 21, 0])];
    assert_eq!(send(&mut driver, &board), both);
    set(&mut driver, &board, id::SMOOTHING, 1.0);
    assert_eq!(send(&mut driver, &board), [], "once is enough");
    // With several settings in a row, nothing goes where only some of them lead.
    edit(&mut driver, &board, Setting::MidiChannel(2));
    edit(&mut driver, &board, Setting::MidiCcCount(1));
    let again = [Output::Midi([0xb2, 20, 127])];
    assert_eq!(send(&mut driver, &board), again);
    edit(&mut driver, &board, Setting::MidiCcOutput(false));
    assert_eq!(send(&mut driver, &board), []);
}

#[test]
fn in_live_a_value_set_by_the_host_is_overwritten_by_the_next_update() {
    let (mut driver, board) = driver(Mode::Live);
    take(&mut driver, &update(&[0.5]), &board);
    send(&mut driver, &board);
    set(&mut driver, &board, id::FIRST_TAG, 3.0);
    assert_eq!(board.set_by_host(), 1);
    take(&mut driver, &update(&[0.5]), &board);
    assert_eq!(send(&mut driver, &board), [live(0, 50.0)]);
    assert_eq!(board.set_by_host(), 0);
}

#[test]
fn a_model_with_fewer_tags_leaves_no_stale_values() {
    let (mut driver, board) = driver(Mode::Record);
    play(&mut driver, &board, true);
    take(&mut driver, &update(&[0.5, 0.5, 0.5]), &board);
    send(&mut driver, &board);
    take(&mut driver, &update(&[0.25]), &board);
    let expected = [
        recorded(0, 25.0),
        recorded(1, 0.0),
        recorded(2, 0.0),
        end(1),
        end(2),
    ];
    assert_eq!(send(&mut driver, &board), expected);
    take(&mut driver, &update(&[0.25]), &board);
    assert_eq!(send(&mut driver, &board), []);
}

#[test]
fn values_of_a_model_before_the_activation_do_not_stay_either() {
    let board = Board::default();
    board.drive(1 << 5, |_| 70.0);
    let mut driver = Driver::new(Outbox::default(), &board, RATE);
    take(&mut driver, &update(&[0.25]), &board);
    let expected = [live(0, 25.0), live(5, 0.0)];
    assert_eq!(send(&mut driver, &board), expected);
}

#[test]
fn each_activation_and_each_loaded_state_begins_with_every_value() {
    let (mut driver, board) = driver(Mode::Live);
    take(&mut driver, &update(&[0.5]), &board);
    send(&mut driver, &board);
    let mut driver = Driver::new(driver.into_outbox(&board), &board, RATE);
    take(&mut driver, &update(&[0.5]), &board);
    assert_eq!(send(&mut driver, &board), [live(0, 50.0)]);
    board.values_are_loaded();
    driver.begin_block(&board);
    take(&mut driver, &update(&[0.5]), &board);
    assert_eq!(send(&mut driver, &board), [live(0, 50.0)]);
}

#[test]
fn a_host_that_refuses_events_hears_everything_in_order_later() {
    let (mut driver, board) = driver(Mode::Record);
    edit(&mut driver, &board, Setting::MidiCcOutput(true));
    play(&mut driver, &board, true);
    take(&mut driver, &update(&[0.5, 1.0]), &board);
    driver.settle_midi(&board);
    let mut heard = Vec::new();
    for round in 0..40 {
        if round == 20 {
            play(&mut driver, &board, false);
        }
        let mut taken = Taken {
            room: 1,
            ..Taken::default()
        };
        driver.send(&board, 0, &mut taken);
        heard.extend(taken.outputs.iter().map(|(_, output)| *output));
    }
    let expected = [
        begin(0),
        begin(1),
        recorded(0, 50.0),
        recorded(1, 100.0),
        Output::Midi([0xb0, 20, 64]),
        Output::Midi([0xb0, 21, 127]),
        end(0),
        end(1),
    ];
    assert_eq!(heard, expected);
}

#[test]
fn a_setting_edited_by_the_user_is_a_whole_gesture() {
    let (mut driver, board) = driver(Mode::Live);
    for (setting, id, value) in [
        (Setting::Smoothing(2.0), id::SMOOTHING, 2.0),
        (Setting::Bypass(true), id::BYPASS, 1.0),
    ] {
        board.edit(setting);
        let record = true;
        let whole = [
            Output::GestureBegin { id },
            Output::Value { id, value, record },
            Output::GestureEnd { id },
        ];
        assert_eq!(send(&mut driver, &board), whole);
        assert_eq!(send(&mut driver, &board), []);
    }
}

#[test]
fn a_nan_probability_is_told_as_zero() {
    assert_eq!(percent(f32::NAN), 0.0);
    assert_eq!(percent(2.0), 100.0);
}
