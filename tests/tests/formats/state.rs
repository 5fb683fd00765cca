//! The state, which both formats share.

use ::vst3::Steinberg::Vst::RestartFlags_::kParamValuesChanged;
use tagline_host::vst3::{Asked, Bytes, StreamHabits, Vst3Plugin};
use tagline_host::{BlockOptions, Guest, HostedPlugin, ParameterChange, ids};

use crate::in_both_formats;
use crate::session::Session;

in_both_formats!(
    a_state_that_is_loaded_is_saved_with_the_same_bytes,
    a_state_that_is_damaged_is_refused_and_changes_nothing,
);

/// An instance with settings that differ from the defaults.
fn with_settings<G: Guest>(test: &str) -> Option<Session<G>> {
    let mut session = Session::<G>::start(test)?;
    for (id, value) in [(ids::MODE, 2.0), (ids::SMOOTHING, 2.5)] {
        session.plugin.set_value(id, value).expect("a value");
    }
    Some(session)
}

fn a_state_that_is_loaded_is_saved_with_the_same_bytes<G: Guest>(test: &str) {
    let Some(mut session) = with_settings::<G>(test) else {
        return;
    };
    let state = session.plugin.save_state().expect("a state");
    let mut other = Session::<G>::start(test).expect("a bundle").plugin;
    other.load_state(&state).expect("the state");
    assert_eq!(other.value(ids::MODE), Some(2.0));
    assert_eq!(other.value(ids::SMOOTHING), Some(2.5));
    assert_eq!(text(&other.save_state().expect("a state")), text(&state));
}

fn a_state_that_is_damaged_is_refused_and_changes_nothing<G: Guest>(test: &str) {
    let Some(mut session) = with_settings::<G>(test) else {
        return;
    };
    let state = session.plugin.save_state().expect("a state");
    for damaged in [
        &b""[..],
        b"{",
        &[0xff; 1_000_000],
        &state[..state.len() / 2],
    ] {
        assert!(session.plugin.load_state(damaged).is_err());
    }
    assert_eq!(
        text(&session.plugin.save_state().expect("a state")),
        text(&state)
    );
}

#[test]
fn component_and_controller_agree_in_either_order_and_a_host_that_writes_back_changes_nothing() {
    let test = "component_and_controller_agree_in_either_order_and_a_host_that_writes_back_changes_nothing";
    let Some(mut session) = with_settings::<Vst3Plugin>(test) else {
        return;
    };
    let state = session.plugin.save_state().expect("a state");
    let stream = || Bytes::new(&state, StreamHabits::default());
    for controller_first in [false, true] {
        let mut other = Session::<Vst3Plugin>::start(test).expect("a bundle").plugin;
        for of_controller in [controller_first, !controller_first] {
            let answer = if of_controller {
                other.tell_controller(&stream())
            } else {
                other.set_component_state(&stream())
            };
            assert_eq!(answer, 0);
        }
        assert_eq!(text(&other.save_state().expect("a state")), text(&state));
        other.activate(48_000.0, 64).expect("active");
        let changes: Vec<ParameterChange> = other
            .parameters()
            .iter()
            .map(|parameter| ParameterChange {
                offset_frames: 0,
                id: parameter.id,
                value: other.value(parameter.id).expect("a value"),
            })
            .collect();
        let options = BlockOptions {
            changes: &changes,
            ..BlockOptions::default()
        };
        let (input, mut output) = ([0.0_f32; 64], [[0.0_f32; 64]; 2]);
        let [left, right] = &mut output;
        other
            .process(
                &[&input, &input],
                &mut [left, right],
                &options,
                &mut Vec::new(),
            )
            .expect("a block");
        for parameter in session.plugin.parameters() {
            let expected = session.plugin.value(parameter.id);
            assert_eq!(other.value(parameter.id), expected, "{}", parameter.name);
        }
    }
}

#[test]
fn bytes_behind_the_state_do_not_hurt() {
    let test = "bytes_behind_the_state_do_not_hurt";
    let Some(mut session) = with_settings::<Vst3Plugin>(test) else {
        return;
    };
    let state = session.plugin.save_state().expect("a state");
    let mut longer = state.clone();
    longer.extend([0; 100]);
    let mut other = Session::<Vst3Plugin>::start(test).expect("a bundle").plugin;
    other.load_state(&longer).expect("the state");
    assert_eq!(text(&other.save_state().expect("a state")), text(&state));
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn what_one_format_has_saved_the_other_opens_and_saves_with_the_same_bytes() {
    let test = "what_one_format_has_saved_the_other_opens_and_saves_with_the_same_bytes";
    let (Some(mut clap), Some(mut vst3)) = (
        with_settings::<HostedPlugin>(test),
        Session::<Vst3Plugin>::start(test),
    ) else {
        return;
    };
    let state = clap.plugin.save_state().expect("a state");
    vst3.plugin.load_state(&state).expect("the CLAP's state");
    let again = vst3.plugin.save_state().expect("a state");
    assert_eq!(text(&again), text(&state));
    vst3.plugin.set_value(ids::MODE, 0.0).expect("a value");
    let state = vst3.plugin.save_state().expect("a state");
    clap.plugin.load_state(&state).expect("the VST3's state");
    assert_eq!(
        text(&clap.plugin.save_state().expect("a state")),
        text(&state)
    );
    assert_eq!(clap.plugin.value(ids::MODE), Some(0.0));
}

#[test]
fn a_stream_with_the_habits_of_any_host_gives_the_whole_state() {
    let test = "a_stream_with_the_habits_of_any_host_gives_the_whole_state";
    let Some(mut session) = with_settings::<Vst3Plugin>(test) else {
        return;
    };
    let state = session.plugin.save_state().expect("a state");
    for most_bytes in [1, 7, usize::MAX] {
        for (end_is_false, short_is_false) in [(false, false), (true, false), (true, true)] {
            let habits = StreamHabits {
                most_bytes,
                end_is_false,
                short_is_false,
                seeks: false,
            };
            let mut other = Session::<Vst3Plugin>::start(test).expect("a bundle").plugin;
            assert_eq!(
                other.set_component_state(&Bytes::new(&state, habits)),
                0,
                "{habits:?}"
            );
            assert_eq!(text(&other.save_state().expect("a state")), text(&state));
            let stream = Bytes::new(&[], habits);
            let saved = other.save_state_to(&stream).expect("a state");
            assert_eq!(text(&saved), text(&state), "{habits:?}");
        }
    }
}

#[test]
fn a_preset_of_the_host_brings_the_state_back() {
    let test = "a_preset_of_the_host_brings_the_state_back";
    let Some(mut session) = with_settings::<Vst3Plugin>(test) else {
        return;
    };
    let preset = session.plugin.save_preset().expect("a preset");
    let mut other = Session::<Vst3Plugin>::start(test).expect("a bundle").plugin;
    other.load_preset(&preset).expect("the preset");
    assert_eq!(other.value(ids::MODE), Some(2.0));
    assert_eq!(other.save_preset().expect("a preset"), preset);
}

/// Some hosts read the values only when they are told to, and have no run loop that would tell them
/// later.
#[test]
fn a_controller_that_is_given_a_state_says_at_once_that_the_values_are_others() {
    let test = "a_controller_that_is_given_a_state_says_at_once_that_the_values_are_others";
    let Some(mut session) = with_settings::<Vst3Plugin>(test) else {
        return;
    };
    let state = session.plugin.save_state().expect("a state");
    for is_active in [false, true] {
        let mut other = Session::<Vst3Plugin>::start(test).expect("a bundle").plugin;
        other.run_callbacks();
        if is_active {
            other.activate(48_000.0, 64).expect("active");
        }
        other.take_calls();
        let stream = || Bytes::new(&state, StreamHabits::default());
        assert_eq!(other.set_component_state(&stream()), 0);
        assert_eq!(other.tell_controller(&stream()), 0);
        let told = other.take_calls().into_iter().map(|call| call.asked);
        let restarts: Vec<i32> = told
            .filter_map(|asked| match asked {
                Asked::Restart(flags) => Some(flags),
                _ => None,
            })
            .collect();
        assert_eq!(restarts, [kParamValuesChanged], "active: {is_active}");
        assert_eq!(other.value(ids::MODE), Some(2.0));
    }
}
