//! A macro of one instance follows another instance.

use std::time::Duration;

use serde_json::json;
use tagline_host::{HostEventKind, Track};

use super::MACROS;
use super::host::{EditorHost, Sound, Windowed};
use super::stage::{Stage, in_both_formats, in_format};

/// The first macro's parameter, and the last.
const MACRO: u32 = 56;
/// The tag "bright".
const BRIGHT: u32 = 5 + 4;
/// The kind of the first macro's source, and in its list a tag of another instance.
const KIND: (i16, i16) = (430, 365);
const OTHER_TAG: (i16, i16) = (430, 540);
/// The tag of the other instance, and in the list the fifth.
const TAG: (i16, i16) = (420, 433);
const FIFTH: (i16, i16) = (400, 368);

fn a_macro_follows_a_tag_of_another_track_until_that_goes<P: Windowed>(name: &str) {
    in_format::<P>(name, |bundle| {
        let mut drums = EditorHost::<P>::load(bundle);
        let track = Track {
            name: "Drums".to_owned(),
            colour: [230, 90, 40],
        };
        drums.plugin.set_track(&track).expect("a track");
        drums.play(Sound::Noise, Duration::from_secs(5));
        let bright = drums.value(BRIGHT);
        assert!(bright > 1.0, "noise is bright: {bright}");
        assert_eq!(drums.state()["instance"], json!(null), "nobody follows it");
        let mut bass = Stage::<P>::open(bundle);
        bass.sound = Sound::Silence;
        bass.wait(Duration::from_secs(3));
        // By hand: the first macro listens to the drums' fifth tag.
        bass.click(MACROS);
        bass.click(KIND);
        bass.scroll((400, 430), 30);
        bass.picture("follow-kinds");
        bass.click(OTHER_TAG);
        bass.picture("follow");
        bass.click(TAG);
        bass.picture("follow-tags");
        bass.click(FIFTH);
        bass.picture("followed");
        let source = bass.host.state()["macros"]["1"]["source"].clone();
        assert_eq!(source["kind"], "other_tag", "{source}");
        assert_eq!(source["name"], "Drums", "{source}");
        assert_eq!(source["tag"], "bright", "{source}");
        assert_eq!(drums.state()["instance"], source["instance"]);
        let followed = bass.host.value(MACRO);
        assert!((followed - bright).abs() < 0.01, "{followed}, not {bright}");
        let told = |event: &HostEventKind| matches!(event, HostEventKind::Value { id: MACRO, value } if (value - bright).abs() < 0.01);
        let events = bass.host.events();
        assert!(events.iter().any(|event| told(&event.kind)), "{events:?}");
        // A session finds it again, whichever of the two is loaded first.
        let (of_bass, of_drums) = (bass.host.state(), drums.state());
        drop(drums);
        bass.wait(Duration::from_secs(2));
        assert_eq!(bass.host.value(MACRO), 0.0, "the drums have gone");
        bass.host.close();
        drop(bass);
        let mut bass = EditorHost::<P>::load(bundle);
        bass.load_state(&of_bass);
        bass.play(Sound::Silence, Duration::from_secs(1));
        let mut drums = EditorHost::<P>::load(bundle);
        drums.load_state(&of_drums);
        drums.play(Sound::Noise, Duration::from_secs(5));
        let bright = drums.value(BRIGHT);
        bass.play(Sound::Silence, Duration::from_secs(2));
        let followed = bass.value(MACRO);
        assert!(
            bright > 1.0 && (followed - bright).abs() < 0.01,
            "{followed}, not {bright}"
        );
    });
}

fn a_bounce_hears_nothing_of_other_instances<P: Windowed>(name: &str) {
    in_format::<P>(name, |bundle| {
        let mut drums = EditorHost::<P>::load(bundle);
        drums.play(Sound::Noise, Duration::from_secs(5));
        let id = "00000000000abcde";
        let mut state = drums.state();
        state["instance"] = json!(id);
        drums.load_state(&state);
        drums.play(Sound::Noise, Duration::from_secs(3));
        let mut bounce = EditorHost::<P>::load_offline(bundle);
        let mut state = bounce.state();
        state["macros"] = json!({
            "1": {"source": {"kind": "other_tag", "instance": id, "tag": "bright"}},
            "2": {"source": {"kind": "other_macro", "instance": id, "number": 1}},
            "3": {"source": {"kind": "tag", "tag": "bright"}},
        });
        bounce.load_state(&state);
        bounce.play(Sound::Noise, Duration::from_secs(4));
        let told = |id: u32| {
            let is_it = |kind: HostEventKind| matches!(kind, HostEventKind::Value { id: of, .. } if of == id);
            bounce
                .events()
                .iter()
                .filter(|event| is_it(event.kind))
                .count()
        };
        assert!(told(MACRO + 2) > 0, "its own tag moves a macro");
        assert_eq!(
            (told(MACRO), told(MACRO + 1)),
            (0, 0),
            "what others say is not told"
        );
    });
}

in_both_formats!("follow":
    a_macro_follows_a_tag_of_another_track_until_that_goes,
    a_bounce_hears_nothing_of_other_instances,
);
