//! What the host is told, and when.

use super::*;
use clack_plugin::events::Pckn;
use clack_plugin::events::event_types::{MidiEvent, ParamGestureBeginEvent, ParamGestureEndEvent};
use clack_plugin::events::io::{EventBuffer, OutputEventBuffer, TryPushError};
use clack_plugin::utils::ClapId;

/// A host that takes so many events and no more.
struct Narrow {
    room: usize,
    taken: EventBuffer,
}

impl OutputEventBuffer for Narrow {
    fn try_push(&mut self, event: &UnknownEvent) -> Result<(), TryPushError> {
        self.room = self.room.checked_sub(1).ok_or(TryPushError::new())?;
        self.taken.push(event);
        Ok(())
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Told {
    Begin(u32),
    Value(u32, f64),
    End(u32),
    Midi([u8; 3]),
}

fn told(buffer: &EventBuffer) -> Vec<Told> {
    let raw = |id: Option<ClapId>| id.expect("a valid id").get();
    buffer
        .iter()
        .map(|event| {
            if let Some(e) = event.as_event::<ParamGestureBeginEvent>() {
                Told::Begin(raw(e.param_id()))
            } else if let Some(e) = event.as_event::<ParamValueEvent>() {
                Told::Value(raw(e.param_id()), e.value())
            } else if let Some(e) = event.as_event::<ParamGestureEndEvent>() {
                Told::End(raw(e.param_id()))
            } else {
                Told::Midi(event.as_event::<MidiEvent>().expect("MIDI").data())
            }
        })
        .collect()
}

fn send(driver: &mut Driver, board: &Board) -> Vec<Told> {
    let mut buffer = EventBuffer::new();
    driver.settle(board);
    driver.send(board, 0, &mut buffer.as_output());
    told(&buffer)
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

fn set(driver: &mut Driver, board: &Board, id: u32, value: f64) {
    let event = ParamValueEvent::new(0, ClapId::new(id), Pckn::match_all(), value);
    driver.take_event(event.as_ref(), board);
}

fn play(driver: &mut Driver, playing: bool) {
    driver.playing = playing;
    driver.end_gestures_unless_recording();
}

fn driver(mode: Mode) -> (Driver, Board) {
    let board = Board::default();
    let mut driver = Driver::new(Outbox::default(), mode, &board);
    set(&mut driver, &board, id::MODE, f64::from(mode as u8));
    (driver, board)
}

#[test]
fn before_the_first_update_only_the_counters_that_say_why_there_is_none_are_told() {
    let (mut driver, board) = driver(Mode::Record);
    play(&mut driver, true);
    board.set_running(Some(tagline_engine::Backend::Tract));
    let status = StreamStatus::default();
    let mut look = |status: &StreamStatus| {
        driver.look_at_backend(&board);
        driver.look_at_counters(status, &board);
        send(&mut driver, &board)
    };
    assert_eq!(look(&status), []);
    status.late_updates.store(3, Relaxed);
    status.dropped_samples.store(5, Relaxed);
    status.silent_updates.store(7, Relaxed);
    let counters = [(83, 3.0), (84, 5.0), (86, 7.0)];
    assert_eq!(look(&status), counters.map(|(id, n)| Told::Value(id, n)));
}

#[test]
fn a_window_that_begins_anew_has_heard_nothing_and_an_activation_counts_from_0() {
    let (mut driver, board) = driver(Mode::Live);
    driver.begin_window(&board);
    assert_eq!(send(&mut driver, &board), []);
    driver.take_update(&update(&[0.5]), &board);
    send(&mut driver, &board);
    driver.begin_window(&board);
    assert_eq!(send(&mut driver, &board), [Told::Value(81, 0.0)]);
    driver.take_update(&update(&[0.5]), &board);
    let outbox = driver.into_outbox();
    let mut driver = Driver::new(outbox, Mode::Live, &board);
    let told = send(&mut driver, &board);
    let anew = [81, 82, 85].map(|id| Told::Value(id, 0.0));
    assert_eq!(told, [&[Told::Value(101, 50.0)][..], &anew].concat());
}

#[test]
fn live_tells_every_tag_and_the_status_without_gestures() {
    let (mut driver, board) = driver(Mode::Live);
    play(&mut driver, true);
    for _ in 0..2 {
        driver.take_update(&update(&[0.5, 0.25]), &board);
        let values = send(&mut driver, &board);
        assert_eq!(
            values[..2],
            [Told::Value(101, 50.0), Told::Value(102, 25.0)]
        );
        assert_eq!(values[2], Told::Value(81, 3.0));
        assert!(matches!(values[3], Told::Value(82, _)));
        assert_eq!(values[4..], [Told::Value(85, 2.0)]);
    }
}

#[test]
fn record_wraps_the_values_in_gestures_while_the_transport_plays() {
    let (mut driver, board) = driver(Mode::Record);
    driver.take_update(&update(&[0.5]), &board);
    assert!(!send(&mut driver, &board).contains(&Told::Begin(101)));
    play(&mut driver, true);
    driver.take_update(&update(&[0.6]), &board);
    let values = send(&mut driver, &board);
    assert_eq!(values[0], Told::Begin(101));
    assert!(matches!(values[1], Told::Value(101, _)));
    driver.take_update(&update(&[0.7]), &board);
    assert!(matches!(send(&mut driver, &board)[0], Told::Value(101, _)));
    play(&mut driver, false);
    assert_eq!(send(&mut driver, &board), [Told::End(101)]);
}

#[test]
fn leaving_record_ends_the_gestures() {
    for mode in [Mode::Live, Mode::Follow] {
        let (mut driver, board) = driver(Mode::Record);
        play(&mut driver, true);
        driver.take_update(&update(&[0.5]), &board);
        send(&mut driver, &board);
        set(&mut driver, &board, id::MODE, f64::from(mode as u8));
        assert_eq!(send(&mut driver, &board), [Told::End(101)]);
    }
}

#[test]
fn deactivation_leaves_the_ends_of_gestures_to_be_told() {
    let (mut driver, board) = driver(Mode::Record);
    play(&mut driver, true);
    driver.take_update(&update(&[0.5]), &board);
    send(&mut driver, &board);
    let mut outbox = driver.into_outbox();
    assert!(outbox.has_open_gestures());
    let mut buffer = EventBuffer::new();
    outbox.send(&board, 0, &mut buffer.as_output());
    assert_eq!(told(&buffer), [Told::End(101)]);
    assert!(!outbox.has_open_gestures());
}

#[test]
fn follow_leaves_the_hosts_values_alone_and_sends_them_as_midi() {
    let (mut driver, board) = driver(Mode::Follow);
    set(&mut driver, &board, id::MIDI_CC_OUTPUT, 1.0);
    driver.take_update(&update(&[0.5]), &board);
    assert_eq!(send(&mut driver, &board), []);
    set(&mut driver, &board, 101, 100.0);
    assert_eq!(send(&mut driver, &board), [Told::Midi([0xb0, 20, 127])]);
    assert_eq!(board.value(params::TAGS_AT), 100.0);
}

#[test]
fn midi_that_is_switched_on_in_silence_hears_the_values_that_hold() {
    let (mut driver, board) = driver(Mode::Live);
    driver.take_update(&update(&[1.0, 0.0]), &board);
    send(&mut driver, &board);
    set(&mut driver, &board, id::MIDI_CC_OUTPUT, 1.0);
    let both = [Told::Midi([0xb0, 20, 127]), Told::Midi([0xb0, 21, 0])];
    assert_eq!(send(&mut driver, &board), both);
    set(&mut driver, &board, id::SMOOTHING, 1.0);
    assert_eq!(send(&mut driver, &board), [], "once is enough");
    // Of several settings in a row, nothing goes where only some of them lead.
    set(&mut driver, &board, id::MIDI_CHANNEL, 3.0);
    set(&mut driver, &board, id::MIDI_CC_COUNT, 1.0);
    let again = [Told::Midi([0xb2, 20, 127])];
    assert_eq!(send(&mut driver, &board), again);
    set(&mut driver, &board, id::MIDI_CC_OUTPUT, 0.0);
    assert_eq!(send(&mut driver, &board), []);
}

#[test]
fn in_live_a_value_set_by_the_host_is_overwritten_by_the_next_update() {
    let (mut driver, board) = driver(Mode::Live);
    driver.take_update(&update(&[0.5]), &board);
    send(&mut driver, &board);
    set(&mut driver, &board, 101, 3.0);
    driver.take_update(&update(&[0.5]), &board);
    assert_eq!(send(&mut driver, &board)[0], Told::Value(101, 50.0));
}

#[test]
fn a_model_with_fewer_tags_leaves_no_stale_values() {
    let (mut driver, board) = driver(Mode::Record);
    play(&mut driver, true);
    driver.take_update(&update(&[0.5, 0.5, 0.5]), &board);
    send(&mut driver, &board);
    driver.take_update(&update(&[0.25]), &board);
    let values = send(&mut driver, &board);
    assert_eq!(
        values[..5],
        [
            Told::Value(101, 25.0),
            Told::Value(102, 0.0),
            Told::Value(103, 0.0),
            Told::End(102),
            Told::End(103),
        ]
    );
    driver.take_update(&update(&[0.25]), &board);
    assert!(!send(&mut driver, &board).contains(&Told::Value(102, 0.0)));
}

#[test]
fn values_of_a_model_before_the_activation_do_not_stay_either() {
    let board = Board::default();
    board.drive_tag(5, 70.0);
    let mut driver = Driver::new(Outbox::default(), Mode::Live, &board);
    driver.take_update(&update(&[0.25]), &board);
    assert_eq!(send(&mut driver, &board)[1], Told::Value(106, 0.0));
}

#[test]
fn a_host_that_refuses_events_hears_everything_in_order_later() {
    let (mut driver, board) = driver(Mode::Record);
    set(&mut driver, &board, id::MIDI_CC_OUTPUT, 1.0);
    play(&mut driver, true);
    driver.take_update(&update(&[0.5, 1.0]), &board);
    let mut heard = Vec::new();
    for round in 0..40 {
        if round == 20 {
            play(&mut driver, false);
        }
        let mut host = Narrow {
            room: 1,
            taken: EventBuffer::new(),
        };
        driver.send(&board, 0, &mut (&mut host).into());
        heard.extend(told(&host.taken));
    }
    assert_eq!(
        heard,
        [
            Told::Begin(101),
            Told::Begin(102),
            Told::Value(101, 50.0),
            Told::Value(102, 100.0),
            Told::Value(81, 3.0),
            Told::Value(82, 1.0),
            Told::Value(85, 2.0),
            Told::Midi([0xb0, 20, 64]),
            Told::Midi([0xb0, 21, 127]),
            Told::End(101),
            Told::End(102),
        ]
    );
}

#[test]
fn a_setting_edited_by_the_user_is_a_whole_gesture() {
    let (mut driver, board) = driver(Mode::Live);
    board.edit(id::SMOOTHING, 2.0);
    let whole = [Told::Begin(3), Told::Value(3, 2.0), Told::End(3)];
    assert_eq!(send(&mut driver, &board), whole);
    assert_eq!(send(&mut driver, &board), []);
}

#[test]
fn changed_counters_are_told_once() {
    let (mut driver, board) = driver(Mode::Live);
    driver.take_update(&update(&[0.5]), &board);
    send(&mut driver, &board);
    let status = StreamStatus::default();
    status.dropped_samples.store(u64::MAX, Relaxed);
    driver.look_at_counters(&status, &board);
    assert_eq!(send(&mut driver, &board), [Told::Value(84, 16_777_215.0)]);
    driver.look_at_counters(&status, &board);
    assert_eq!(send(&mut driver, &board), []);
}

#[test]
fn a_nan_probability_is_told_as_zero() {
    assert_eq!(percent(f32::NAN), 0.0);
    assert_eq!(percent(2.0), 100.0);
}
