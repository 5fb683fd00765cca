//! Which tags the host hears of in which turn.

use super::*;

/// Takes all turns that are left. Each has its distance from the update in samples, and what the host is told.
fn turns(driver: &mut Driver, board: &Board) -> Vec<(u64, Vec<Output>)> {
    let next = || {
        let at = driver.next_turn()?;
        driver.take_turn(board);
        Some((at - AT, send(driver, board)))
    };
    std::iter::from_fn(next).collect()
}

#[test]
fn fifty_tags_are_told_eight_at_a_time_and_stand_on_the_board_at_once() {
    let (mut driver, board) = driver(Mode::Live);
    edit(&mut driver, &board, Setting::MidiCcOutput(true));
    edit(&mut driver, &board, Setting::MidiCcCount(50));
    assert_eq!(send(&mut driver, &board), []);
    take(&mut driver, &update(&[0.5; 50]), &board);
    for slot in 0..50 {
        assert_eq!(board.value(params::TAGS_AT + slot), 50.0);
    }
    let of_turn = |first: u32| {
        let slots = first..(first + 8).min(50);
        let midi = |slot: u32| Output::Midi([0xb0, 20 + slot as u8, 64]);
        let values = slots.clone().map(|slot| live(slot, 50.0));
        values.chain(slots.map(midi)).collect::<Vec<_>>()
    };
    assert_eq!(send(&mut driver, &board), of_turn(0));
    assert_eq!(send(&mut driver, &board), [], "the others wait");
    let expected: Vec<_> = (1..7)
        .map(|turn| (64 * turn, of_turn(8 * turn as u32)))
        .collect();
    assert_eq!(turns(&mut driver, &board), expected);
}

#[test]
fn a_gesture_begins_with_its_tags_turn_and_all_end_with_the_transport() {
    let (mut driver, board) = driver(Mode::Record);
    play(&mut driver, &board, true);
    take(&mut driver, &update(&[0.5; 20]), &board);
    let begun = |slots: std::ops::Range<u32>| {
        let values = slots.clone().map(|slot| recorded(slot, 50.0));
        slots.map(begin).chain(values).collect::<Vec<_>>()
    };
    assert_eq!(send(&mut driver, &board), begun(0..8));
    let expected = [(64, begun(8..16)), (128, begun(16..20))];
    assert_eq!(turns(&mut driver, &board), expected);
    play(&mut driver, &board, false);
    let ends: Vec<_> = (0..20).map(end).collect();
    assert_eq!(send(&mut driver, &board), ends);
}

#[test]
fn a_transport_that_stops_between_two_turns_ends_what_has_begun_and_begins_nothing() {
    let (mut driver, board) = driver(Mode::Record);
    play(&mut driver, &board, true);
    take(&mut driver, &update(&[0.5; 10]), &board);
    send(&mut driver, &board);
    play(&mut driver, &board, false);
    let ends: Vec<_> = (0..8).map(end).collect();
    assert_eq!(send(&mut driver, &board), ends);
    let rest = vec![live(8, 50.0), live(9, 50.0)];
    assert_eq!(turns(&mut driver, &board), [(64, rest)]);
}

#[test]
fn tags_whose_turn_would_not_come_are_told_when_the_analysis_pauses_or_ends() {
    for (id, value) in [(id::BYPASS, 1.0), (id::MODE, 2.0)] {
        let (mut driver, board) = driver(Mode::Live);
        take(&mut driver, &update(&[0.5; 10]), &board);
        send(&mut driver, &board);
        set(&mut driver, &board, id, value);
        assert_eq!(driver.next_turn(), None);
        let rest = [live(8, 50.0), live(9, 50.0)];
        assert_eq!(send(&mut driver, &board), rest);
    }
    let (mut driver, board) = driver(Mode::Live);
    take(&mut driver, &update(&[0.5; 9]), &board);
    send(&mut driver, &board);
    let mut taken = Taken::default();
    driver.into_outbox(&board).send(&board, 0, &mut taken);
    assert_eq!(taken.outputs, [(0, live(8, 50.0))]);
}

#[test]
fn a_tag_that_the_host_sets_before_its_turn_keeps_the_hosts_value_until_the_next_update() {
    let (mut driver, board) = driver(Mode::Live);
    take(&mut driver, &update(&[0.5; 10]), &board);
    send(&mut driver, &board);
    set(&mut driver, &board, id::FIRST_TAG + 9, 3.0);
    assert_eq!(turns(&mut driver, &board), [(64, vec![live(8, 50.0)])]);
    take(&mut driver, &update(&[0.5; 10]), &board);
    assert_eq!(send(&mut driver, &board), []);
    assert_eq!(turns(&mut driver, &board), [(64, vec![live(9, 50.0)])]);
}
