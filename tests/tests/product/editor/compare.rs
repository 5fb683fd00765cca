//! Two sets of settings are compared, numbers are reset and dragged finely.

use serde_json::Value;
use tagline_host::HostEventKind;
use x11rb::protocol::xproto::KeyButMask;

use super::host::{EditorHost, Windowed};
use super::stage::{Stage, in_both_formats, in_format};
use super::{COPY, RECORD, REDO, SET_A, SET_B, UNDO};

/// The number of seconds of the smoothing, in the footer, and the parameter.
const SMOOTHING: (i16, i16) = (313, 608);
const SMOOTHING_ID: u32 = 3;

fn told_of_mode(value: f64) -> HostEventKind {
    HostEventKind::Value { id: 1, value }
}

fn the_sets_a_and_b_are_switched_copied_and_taken_back_and_the_host_hears_of_each<P: Windowed>(
    name: &str,
) {
    in_format::<P>(name, |bundle| {
        let mut stage = Stage::<P>::open(bundle);
        stage.wait(std::time::Duration::from_secs(3));
        assert_eq!(stage.host.state()["compared"], Value::Null);
        // B begins as a copy of A, and there the mode becomes another.
        stage.click(SET_B);
        stage.click(RECORD);
        stage.picture("set-b");
        assert_eq!(stage.host.state()["compared"]["in_force"], "B");
        stage.host.forget_events();
        stage.click(SET_A);
        let begins = HostEventKind::GestureBegin { id: 1 };
        assert!(stage.host.has_told(begins), "{:?}", stage.host.events());
        assert!(stage.host.has_told(told_of_mode(0.0)));
        assert!(stage.host.has_told(HostEventKind::GestureEnd { id: 1 }));
        let state = stage.host.state();
        assert_eq!(state["settings"]["mode"], "live");
        assert_eq!(state["compared"]["other"]["settings"]["mode"], "record");
        // Taken back, and done again.
        stage.host.forget_events();
        stage.click(UNDO);
        assert!(stage.host.has_told(told_of_mode(1.0)));
        assert_eq!(stage.host.state()["compared"]["in_force"], "B");
        stage.click(REDO);
        assert_eq!(stage.host.state()["compared"]["in_force"], "A");
        // The session keeps both.
        let mut other = EditorHost::<P>::load(bundle);
        other.load_state(&state);
        assert_eq!(other.state()["compared"], state["compared"]);
        // A copy of A makes B the same.
        stage.click(COPY);
        let state = stage.host.state();
        assert_eq!(state["compared"]["other"]["settings"]["mode"], "live");
        stage.host.forget_events();
        stage.click(SET_B);
        assert!(!stage.host.has_told(told_of_mode(1.0)), "nothing differs");
        stage.host.close();
    });
}

fn shift_drags_a_number_finely_and_a_double_click_resets_it<P: Windowed>(name: &str) {
    in_format::<P>(name, |bundle| {
        let mut stage = Stage::<P>::open(bundle);
        stage.wait(std::time::Duration::from_secs(3));
        let to = (SMOOTHING.0 + 100, SMOOTHING.1);
        stage.drag(SMOOTHING, to, KeyButMask::default());
        let coarse = stage.host.value(SMOOTHING_ID);
        assert!(coarse > 1.0, "{coarse} s");
        stage.host.forget_events();
        stage.double_click(SMOOTHING);
        assert_eq!(stage.host.value(SMOOTHING_ID), 0.0);
        let reset = HostEventKind::Value {
            id: SMOOTHING_ID,
            value: 0.0,
        };
        assert!(stage.host.has_told(reset), "{:?}", stage.host.events());
        stage.drag(SMOOTHING, to, KeyButMask::SHIFT);
        let fine = stage.host.value(SMOOTHING_ID);
        assert!(
            fine > 0.0 && fine < 0.3 * coarse,
            "{fine} s, not {coarse} s"
        );
        stage.host.close();
    });
}

in_both_formats!("compare":
    the_sets_a_and_b_are_switched_copied_and_taken_back_and_the_host_hears_of_each,
    shift_drags_a_number_finely_and_a_double_click_resets_it,
);
