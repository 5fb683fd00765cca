//! Audio thread: turns updates of the analysis, the host's transport and the mode into tag
//! values, gestures and MIDI.

use std::sync::atomic::Ordering::Relaxed;

use clack_plugin::events::UnknownEvent;
use clack_plugin::events::event_types::{ParamValueEvent, TransportEvent, TransportFlags};
use clack_plugin::events::io::OutputEvents;
use tagline_engine::{MAX_TAGS, StreamStatus, TagUpdate};

use crate::bits::{bits, first_slots};
use crate::board::Board;
use crate::outbox::Outbox;
use crate::params::{self, id, index_of};
use crate::settings::{Mode, Settings};

/// Drives the tag parameters of one activated instance.
pub struct Driver {
    outbox: Outbox,
    mode: Mode,
    playing: bool,
    /// Updates delivered since activation; before the first, nothing is told to the host.
    updates: u64,
    /// Tag slots that hold driven values, a bit each.
    used: u64,
    /// Whether MIDI goes where it did not go before.
    midi_is_new: bool,
}

impl Driver {
    /// Goes on with what `outbox` still has to tell, and with the values on `board`.
    pub fn new(mut outbox: Outbox, mode: Mode, board: &Board) -> Self {
        outbox.want_gestures(0);
        Self {
            outbox,
            mode,
            playing: false,
            updates: 0,
            used: board.driven(),
            midi_is_new: false,
        }
    }

    /// Gives the outbox back, with every gesture to be ended.
    pub fn into_outbox(mut self) -> Outbox {
        self.outbox.want_gestures(0);
        self.outbox
    }

    /// Follows the settings, at the start of a block and after each change within it.
    pub fn follow(&mut self, settings: &Settings) {
        self.midi_is_new |= self.outbox.midi().set_route(settings.cc_route());
        self.mode = settings.mode;
        self.end_gestures_unless_recording();
    }

    /// Once every event at hand has been taken: where MIDI has been switched on or led elsewhere, whoever
    /// listens there hears how things stand, and not only of the next change.
    pub fn settle(&mut self, board: &Board) {
        if std::mem::take(&mut self.midi_is_new) {
            self.outbox.mark_midi(board.held());
        }
    }

    /// Follows the host's transport; a host without one counts as stopped.
    pub fn follow_transport(&mut self, transport: Option<&TransportEvent>) {
        self.playing = transport.is_some_and(|t| t.flags.contains(TransportFlags::IS_PLAYING));
        self.end_gestures_unless_recording();
    }

    fn is_recording(&self) -> bool {
        self.mode == Mode::Record && self.playing
    }

    fn end_gestures_unless_recording(&mut self) {
        if !self.is_recording() {
            self.outbox.want_gestures(0);
        }
    }

    /// Takes an event of the host.
    pub fn take_event(&mut self, event: &UnknownEvent, board: &Board) {
        if let Some(event) = event.as_event::<ParamValueEvent>() {
            let Some(id) = event.param_id() else { return };
            if let Some(slot) = board.set_from_host(id.get(), event.value(), self.mode) {
                self.outbox.mark_midi(1 << slot);
            }
            if id.get() <= id::LAST_SETTING {
                self.follow(&board.settings());
            }
        } else if let Some(transport) = event.as_event::<TransportEvent>() {
            self.follow_transport(Some(transport));
        }
    }

    /// Takes an update of the analysis, unless the host's automation drives the tags.
    pub fn take_update(&mut self, update: &TagUpdate, board: &Board) {
        if self.mode == Mode::Follow {
            return;
        }
        board.drive_for(update.generation);
        board.set_calibrated(update.calibrated);
        let used = first_slots((update.tag_count as usize).min(MAX_TAGS));
        for (slot, probability) in update.probabilities.iter().enumerate() {
            if used >> slot & 1 == 1 {
                board.drive_tag(slot, percent(*probability));
            }
        }
        // A model with fewer tags leaves none of its predecessor's values behind.
        let stale = self.used & !used;
        for slot in bits(stale) {
            board.drive_tag(slot, 0.0);
        }
        let told = used | stale;
        self.used = used;
        self.updates += 1;
        self.outbox.mark_tags(told);
        self.outbox.mark_midi(told);
        if self.is_recording() {
            self.outbox.want_gestures(used);
        }
        self.tell(board, id::SECONDS_HEARD, f64::from(update.seconds_heard));
        self.tell(board, id::UPDATES, self.updates as f64);
        self.tell(board, id::UPDATE_TIME, f64::from(update.inference_ms));
    }

    /// Looks whether a counter or the backend has changed, once anything has been told at all.
    pub fn look_at_status(&mut self, status: Option<&StreamStatus>, board: &Board) {
        if self.updates == 0 {
            return;
        }
        self.tell_change(board, id::RUNNING_BACKEND, f64::from(board.running_code()));
        if let Some(status) = status {
            let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Relaxed) as f64;
            self.tell_change(board, id::LATE_UPDATES, count(&status.late_updates));
            self.tell_change(board, id::DROPPED_SAMPLES, count(&status.dropped_samples));
            self.tell_change(board, id::SILENT_UPDATES, count(&status.silent_updates));
        }
    }

    fn tell(&mut self, board: &Board, id: u32, value: f64) {
        let Some(index) = index_of(id) else { return };
        if let Some(value) = params::param(index).and_then(|param| param.nearest(value)) {
            board.store(index, value);
            self.outbox.mark_status(id);
        }
    }

    fn tell_change(&mut self, board: &Board, id: u32, value: f64) {
        let Some(index) = index_of(id) else { return };
        let limit = params::param(index).map_or(0.0, |param| param.max);
        if board.value(index) != value.min(limit) {
            self.tell(board, id, value);
        }
    }

    /// Tells the host what is to be told, at `time` in the block.
    pub fn send(&mut self, board: &Board, time: u32, out: &mut OutputEvents<'_>) {
        self.outbox.send(board, time, out);
    }
}

/// A probability as a parameter's value; NaN counts as 0.
fn percent(probability: f32) -> f64 {
    if probability.is_nan() {
        return 0.0;
    }
    f64::from(probability.clamp(0.0, 1.0)) * 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use clack_plugin::events::Pckn;
    use clack_plugin::events::event_types::{
        MidiEvent, ParamGestureBeginEvent, ParamGestureEndEvent,
    };
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

    #[derive(Debug, PartialEq)]
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
    fn nothing_is_told_before_the_first_update() {
        let (mut driver, board) = driver(Mode::Record);
        play(&mut driver, true);
        board.set_running(Some(tagline_engine::Backend::Tract));
        let status = StreamStatus::default();
        status.late_updates.store(3, Relaxed);
        driver.look_at_status(Some(&status), &board);
        assert_eq!(send(&mut driver, &board), []);
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
        driver.look_at_status(Some(&status), &board);
        assert_eq!(send(&mut driver, &board), [Told::Value(84, 16_777_215.0)]);
        driver.look_at_status(Some(&status), &board);
        assert_eq!(send(&mut driver, &board), []);
    }

    #[test]
    fn a_nan_probability_is_told_as_zero() {
        assert_eq!(percent(f32::NAN), 0.0);
        assert_eq!(percent(2.0), 100.0);
    }
}
