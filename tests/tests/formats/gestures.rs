//! Gestures, which hosts record.

use std::collections::BTreeMap;

use tagline_host::{Guest, HostEvent, HostEventKind, ids};

use crate::in_both_formats;
use crate::session::Session;

in_both_formats!(
    recorded_tags_lie_in_one_gesture_each_from_the_first_value_to_the_transports_stop,
    a_change_of_the_mode_ends_the_gestures,
    in_live_there_is_no_gesture,
);

/// What has been told of each tag: `b`, `v` and `e` for begin, value and end.
fn stories(events: &[HostEvent]) -> BTreeMap<u32, String> {
    let mut stories = BTreeMap::<u32, String>::new();
    for event in events {
        let (id, letter) = match event.kind {
            HostEventKind::GestureBegin { id } => (id, 'b'),
            HostEventKind::Value { id, .. } => (id, 'v'),
            HostEventKind::GestureEnd { id } => (id, 'e'),
            HostEventKind::Midi(_) => continue,
        };
        if ids::TAGS.contains(&id) {
            stories.entry(id).or_default().push(letter);
        }
    }
    stories
}

fn recording<G: Guest>(test: &str) -> Option<Session<G>> {
    let mut session = Session::<G>::start(test)?;
    session.plugin.set_value(ids::MODE, 1.0).expect("a value");
    session.activate();
    Some(session)
}

fn check(events: &[HostEvent], format: &str) {
    let stories = stories(events);
    assert_eq!(stories.len(), 2, "{format}: {stories:?}");
    for (id, story) in stories {
        let gestures: String = story.chars().filter(|letter| *letter != 'v').collect();
        assert_eq!(gestures, "be", "{format}: {id}: {story}");
        assert!(story.contains('v'), "{format}: {id}: {story}");
    }
}

fn recorded_tags_lie_in_one_gesture_each_from_the_first_value_to_the_transports_stop<G: Guest>(
    test: &str,
) {
    if crate::outruns_the_timer(test, G::FORMAT) {
        return;
    }
    let Some(mut session) = recording::<G>(test) else {
        return;
    };
    let mut events = session.play(8.0, true).events;
    events.extend(session.play(0.1, false).events);
    check(&events, G::FORMAT);
}

fn a_change_of_the_mode_ends_the_gestures<G: Guest>(test: &str) {
    if crate::outruns_the_timer(test, G::FORMAT) {
        return;
    }
    let Some(mut session) = recording::<G>(test) else {
        return;
    };
    let mut events = session.play(8.0, true).events;
    session.set_in_block(ids::MODE, 2.0, &mut events);
    events.extend(session.play(0.1, true).events);
    check(&events, G::FORMAT);
}

fn in_live_there_is_no_gesture<G: Guest>(test: &str) {
    let Some(mut session) = Session::<G>::start(test) else {
        return;
    };
    session.activate();
    let stories = stories(&session.play(8.0, true).events);
    assert_eq!(stories.len(), 2, "{stories:?}");
    assert!(stories.values().all(|story| !story.contains(['b', 'e'])));
}
