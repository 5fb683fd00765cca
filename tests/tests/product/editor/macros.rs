//! A macro is set up by hand.

use std::time::Duration;

use serde_json::json;
use tagline_host::HostEventKind;

use super::host::{EditorHost, Sound, Windowed};
use super::stage::{Stage, in_both_formats, in_format};
use super::{MACROS, UNDO};

/// The first macro's parameter.
const MACRO: u32 = 56;

fn a_macro_set_up_with_mouse_and_keys_is_the_one_that_a_state_describes<P: Windowed>(name: &str) {
    in_format::<P>(name, |bundle| {
        let mut stage = Stage::<P>::open(bundle);
        stage.wait(Duration::from_secs(3));
        stage.click(MACROS);
        // The name.
        stage.click((430, 331));
        stage.type_text("rise\n");
        // The source: a tag, and of the tags the fifth.
        stage.click((430, 365));
        stage.picture("macro-kinds");
        stage.click((400, 430));
        stage.picture("macro-tag");
        stage.click((420, 399));
        stage.picture("macro-tags");
        stage.click((400, 560));
        // 100 % at 80 % of the tag, and an attack.
        stage.click((458, 467));
        stage.type_text("80\n");
        stage.click((366, 501));
        stage.type_text("0.5\n");
        // As a controller, too.
        stage.scroll((480, 450), 30);
        stage.picture("macro-scrolled");
        stage.click((355, 359));
        stage.picture("macro-by-hand");

        let by_hand = stage.host.state()["macros"].clone();
        let described = json!({"1": {
            "name": "rise", "source": {"kind": "tag", "tag": "bright"}, "input": [0, 80],
            "attack_seconds": 0.5, "midi_cc": {"channel": 1, "number": 1},
        }});
        let mut other = EditorHost::<P>::load(bundle);
        let mut state = other.state();
        state["macros"] = described;
        other.load_state(&state);
        assert_eq!(other.state()["macros"], by_hand);

        // The host sees the name, values that follow the tag, and the controller.
        assert_eq!(stage.host.name(MACRO), "rise");
        stage.host.forget_events();
        stage.host.play(Sound::Silence, Duration::from_secs(1));
        stage.host.play(Sound::Noise, Duration::from_secs(4));
        other.play(Sound::Noise, Duration::from_secs(6));
        let bright = stage.host.value(5 + 4);
        let expected = (bright / 0.8).min(100.0);
        let value = stage.host.value(MACRO);
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
            stage.click(UNDO);
        }
        assert_eq!(stage.host.state()["macros"], serde_json::Value::Null);
        assert_eq!(stage.host.name(MACRO), "Macro 1");
        stage.host.close();
    });
}

in_both_formats!("macros":
    a_macro_set_up_with_mouse_and_keys_is_the_one_that_a_state_describes,
);
