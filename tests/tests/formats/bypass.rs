//! The bypass.

use tagline_host::vst3::Vst3Plugin;
use tagline_host::{Guest, HostEventKind, ids};

use crate::in_both_formats;
use crate::session::{Session, low_tone, values_of_tag};

in_both_formats!(
    a_bypassed_plugin_passes_the_signal_and_analyses_nothing,
    a_bypass_while_recording_ends_the_gestures,
);

fn a_bypassed_plugin_passes_the_signal_and_analyses_nothing<G: Guest>(test: &str) {
    let Some(mut session) = Session::<G>::start(test) else {
        return;
    };
    session.plugin.set_value(ids::BYPASS, 1.0).expect("a value");
    session.activate();
    let streamed = session.play(6.0, true);
    assert!(streamed.output == low_tone(6.0, 2));
    assert!(streamed.events.is_empty(), "{:?}", streamed.events);
    session.plugin.deactivate();
    session.plugin.set_value(ids::BYPASS, 0.0).expect("a value");
    session.activate();
    assert!(!values_of_tag(&session.play(6.0, true).events, 0).is_empty());
}

fn a_bypass_while_recording_ends_the_gestures<G: Guest>(test: &str) {
    if crate::outruns_the_timer(test, G::FORMAT) {
        return;
    }
    let Some(mut session) = Session::<G>::start(test) else {
        return;
    };
    session.plugin.set_value(ids::MODE, 1.0).expect("a value");
    session.activate();
    let mut events = session.play(6.0, true).events;
    let count = |events: &[tagline_host::HostEvent], ends: bool| {
        let is = |kind: HostEventKind| match kind {
            HostEventKind::GestureBegin { .. } => !ends,
            HostEventKind::GestureEnd { .. } => ends,
            _ => false,
        };
        events.iter().filter(|event| is(event.kind)).count()
    };
    assert_eq!((count(&events, false), count(&events, true)), (2, 0));
    session.set_in_block(ids::BYPASS, 1.0, &mut events);
    events.extend(session.play(0.1, true).events);
    assert_eq!((count(&events, false), count(&events, true)), (2, 2));
}

#[test]
fn the_vst3s_bypass_is_the_parameter_that_the_host_knows_as_such() {
    let test = "the_vst3s_bypass_is_the_parameter_that_the_host_knows_as_such";
    let Some(session) = Session::<Vst3Plugin>::start(test) else {
        return;
    };
    assert_eq!(session.plugin.bypass(), Some(ids::BYPASS));
}
