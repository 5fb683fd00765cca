//! Tags are searched for, pinned, renamed and hidden, and changes are taken back.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tagline_host::HostEventKind;

use super::host::{EditorHost, Sound, Windowed};
use super::stage::{Stage, in_both_formats, in_format};
use super::{RECORD, REDO, TAGS, UNDO};

/// The field for a search, and for a name.
const FIELD: (i16, i16) = (130, 120);
/// The dot before the first row, and the row's name.
const DOT: (i16, i16) = (24, 150);
const ROW: (i16, i16) = (80, 150);
/// What the menu below the first row has.
const RENAME: (i16, i16) = (80, 209);
const HIDE: (i16, i16) = (80, 240);
/// The parameter of the tag "bright".
const BRIGHT: u32 = 5 + 4;

/// An instance in silence after noise: the tags hold, so that nothing but the user moves anything.
fn stage<P: Windowed>(bundle: &Path) -> Stage<P> {
    let mut stage = Stage::open(bundle);
    stage.wait(Duration::from_secs(5));
    stage.sound = Sound::Silence;
    stage.wait(Duration::from_secs(2));
    stage.click(TAGS);
    stage
}

fn a_tag_that_is_searched_for_is_pinned_and_undo_and_redo_reach_the_session_and_the_host<
    P: Windowed,
>(
    name: &str,
) {
    in_format::<P>(name, |bundle| {
        let mut stage = stage::<P>(bundle);
        let all = stage.picture("tags");
        stage.click(FIELD);
        stage.type_text("bright");
        let found = stage.picture("search");
        assert!(found.differences(&all) > 3_000, "five of six tags are gone");
        stage.click(DOT);
        assert_eq!(stage.host.state()["pinned"], json!(["bright"]));
        stage.picture("pinned");
        stage.click(UNDO);
        assert_eq!(stage.host.state()["pinned"], Value::Null);
        stage.click(REDO);
        assert_eq!(stage.host.state()["pinned"], json!(["bright"]));
        // A parameter that is taken back is told to the host like any other change.
        stage.click(RECORD);
        stage.host.forget_events();
        stage.click(UNDO);
        let live = HostEventKind::Value { id: 1, value: 0.0 };
        assert!(
            stage.host.has_told(live),
            "the host was not told of the mode: {:?}",
            stage.host.events()
        );
        // The pin survives the session.
        let state = stage.host.state();
        let mut other = EditorHost::<P>::load(bundle);
        other.load_state(&state);
        assert_eq!(other.state()["pinned"], json!(["bright"]));
        stage.host.close();
    });
}

fn a_tag_is_renamed_for_the_host_and_hidden_for_the_eye_until_both_are_taken_back<P: Windowed>(
    name: &str,
) {
    in_format::<P>(name, |bundle| {
        let mut stage = stage::<P>(bundle);
        stage.click(FIELD);
        stage.type_text("bright");
        let rescans = stage.host.plugin.rescans();
        stage.right_click(ROW);
        stage.picture("tag-menu");
        stage.click(RENAME);
        stage.picture("rename");
        stage.press_to_select_all();
        stage.type_text("sharp\n");
        assert_eq!(
            stage.host.state()["labels"]["names"],
            json!({"bright": "sharp"})
        );
        assert_eq!(stage.host.name(BRIGHT), "sharp", "the host has the name");
        assert!(stage.host.plugin.rescans() > rescans, "and was told so");
        let before = stage.picture("renamed");
        stage.right_click(ROW);
        stage.click(HIDE);
        assert_eq!(stage.host.state()["labels"]["hidden"], json!(["bright"]));
        let hidden = stage.picture("hidden");
        assert!(hidden.differences(&before) > 300, "the row is still there");
        assert_eq!(stage.host.name(BRIGHT), "sharp", "the parameter stays");
        stage.click(UNDO);
        stage.click(UNDO);
        assert_eq!(stage.host.state()["labels"], Value::Null);
        assert_eq!(stage.host.name(BRIGHT), "bright");
        stage.host.close();
    });
}

in_both_formats!("tags":
    a_tag_that_is_searched_for_is_pinned_and_undo_and_redo_reach_the_session_and_the_host,
    a_tag_is_renamed_for_the_host_and_hidden_for_the_eye_until_both_are_taken_back,
);
