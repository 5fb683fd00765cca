//! Tags are searched for and pinned, and changes are taken back.

use std::time::Duration;

use serde_json::{Value, json};
use tagline_host::HostEventKind;

use super::child::{Display, in_a_process_of_its_own};
use super::host::{EditorHost, Sound};
use super::screen::Screen;
use super::{OPEN_SIZE, REDO, TAGS, UNDO};

const MOMENT: Duration = Duration::from_millis(500);

#[test]
fn a_tag_that_is_searched_for_is_pinned_and_undo_and_redo_reach_the_session_and_the_host() {
    let name = "tags::a_tag_that_is_searched_for_is_pinned_and_undo_and_redo_reach_the_session_and_the_host";
    in_a_process_of_its_own(name, Display::Virtual, |bundle| {
        let screen = Screen::connect();
        let mut host = EditorHost::load(bundle);
        let window = screen.window(OPEN_SIZE);
        host.open(window);
        host.play(Sound::Noise, Duration::from_secs(5));
        // Silence: the tags hold, so that nothing but the user moves anything.
        host.play(Sound::Silence, Duration::from_secs(2));
        let all = screen.picture_of_child(window);
        let click = |host: &mut EditorHost, x: i16, y: i16| {
            screen.click(window, x, y);
            host.play(Sound::Silence, MOMENT);
        };
        click(&mut host, TAGS.0, TAGS.1);
        click(&mut host, 130, 120);
        screen.type_text(window, "bright");
        host.play(Sound::Silence, MOMENT);
        let found = screen.picture_of_child(window);
        assert!(found.differences(&all) > 3_000, "five of six tags are gone");
        let target = bundle.ancestors().nth(2).expect("a build folder");
        found.save(&target.join("editor-search.png"));

        // The dot before the only row.
        click(&mut host, 24, 150);
        assert_eq!(host.state()["pinned"], json!(["bright"]));
        screen
            .picture_of_child(window)
            .save(&target.join("editor-pinned.png"));
        click(&mut host, UNDO.0, UNDO.1);
        assert_eq!(host.state()["pinned"], Value::Null);
        click(&mut host, REDO.0, REDO.1);
        assert_eq!(host.state()["pinned"], json!(["bright"]));

        // A parameter that is taken back is told to the host like any other change.
        click(&mut host, 101, 608);
        host.forget_events();
        click(&mut host, UNDO.0, UNDO.1);
        let live = HostEventKind::Value { id: 1, value: 0.0 };
        assert!(
            host.events().iter().any(|event| event.kind == live),
            "the host was not told of the mode: {:?}",
            host.events()
        );

        // The pin survives the session.
        let state = host.state();
        let mut other = EditorHost::load(bundle);
        other.load_state(&state);
        assert_eq!(other.state()["pinned"], json!(["bright"]));
        host.destroy();
    });
}
