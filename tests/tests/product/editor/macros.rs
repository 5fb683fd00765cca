//! A macro is set up by hand.

use std::time::Duration;

use serde_json::json;
use tagline_host::HostEventKind;

use super::child::{Display, in_a_process_of_its_own};
use super::host::{EditorHost, Sound};
use super::screen::Screen;
use super::{MACROS, OPEN_SIZE, UNDO};

/// The first macro's parameter.
const MACRO: u32 = 56;

/// Time for a frame, and for the host to hear of it.
const MOMENT: Duration = Duration::from_millis(500);

#[test]
fn a_macro_set_up_with_mouse_and_keys_is_the_one_that_a_state_describes() {
    let name = "macros::a_macro_set_up_with_mouse_and_keys_is_the_one_that_a_state_describes";
    in_a_process_of_its_own(name, Display::Virtual, |bundle| {
        let screen = Screen::connect();
        let mut host = EditorHost::load(bundle);
        let window = screen.window(OPEN_SIZE);
        host.open(window);
        host.play(Sound::Noise, Duration::from_secs(3));
        let click = |host: &mut EditorHost, x: i16, y: i16| {
            screen.click(window, x, y);
            host.play(Sound::Noise, MOMENT);
        };
        click(&mut host, MACROS.0, MACROS.1);
        // The name.
        click(&mut host, 430, 205);
        screen.type_text(window, "rise\n");
        host.play(Sound::Noise, MOMENT);
        // The source: a tag, and of the tags the fifth.
        click(&mut host, 430, 239);
        click(&mut host, 400, 304);
        click(&mut host, 420, 273);
        click(&mut host, 400, 435);
        // 100 % at 80 % of the tag, and an attack.
        click(&mut host, 458, 341);
        screen.type_text(window, "80\n");
        host.play(Sound::Noise, MOMENT);
        click(&mut host, 366, 375);
        screen.type_text(window, "0.5\n");
        host.play(Sound::Noise, MOMENT);
        // As a controller, too.
        click(&mut host, 355, 477);
        let target = bundle.ancestors().nth(2).expect("a build folder");
        let picture = screen.picture_of_child(window);
        picture.save(&target.join("editor-macro-by-hand.png"));

        let by_hand = host.state()["macros"].clone();
        let described = json!({"1": {
            "name": "rise", "source": {"kind": "tag", "tag": "bright"}, "input": [0, 80],
            "attack_seconds": 0.5, "midi_cc": {"channel": 1, "number": 1},
        }});
        let mut other = EditorHost::load(bundle);
        let mut state = other.state();
        state["macros"] = described;
        other.load_state(&state);
        assert_eq!(other.state()["macros"], by_hand);

        // The host sees the name, values that follow the tag, and the controller.
        assert_eq!(host.name(MACRO), "rise");
        host.forget_events();
        host.play(Sound::Silence, Duration::from_secs(1));
        host.play(Sound::Noise, Duration::from_secs(4));
        other.play(Sound::Noise, Duration::from_secs(6));
        let bright = host.value(5 + 4);
        let expected = (bright / 0.8).min(100.0);
        let value = host.value(MACRO);
        assert!(bright > 1.0, "noise is bright: {bright}");
        assert!((value - expected).abs() < 6.0, "{value}, not {expected}");
        assert!(
            (other.value(MACRO) - value).abs() < 6.0,
            "{}",
            other.value(MACRO)
        );
        let is_controller = |kind: HostEventKind| matches!(kind, HostEventKind::Midi([0xb0, 1, _]));
        let told = other.events().iter().any(|event| is_controller(event.kind));
        assert!(told, "no controller came");

        // Taken back, step by step, until nothing is described.
        for _ in 0..10 {
            click(&mut host, UNDO.0, UNDO.1);
        }
        assert_eq!(host.state()["macros"], serde_json::Value::Null);
        assert_eq!(host.name(MACRO), "Macro 1");
        host.destroy();
    });
}
