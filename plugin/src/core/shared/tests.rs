//! What the editor sees and changes.

use super::*;
use crate::core::macros::Source;
use crate::core::params::id;
use crate::core::settings::Mode;
use crate::core::tests::Noted;
use tagline_engine::{Backend, BackendChoice};

fn shared() -> (Shared, Arc<Noted>) {
    let host = Arc::<Noted>::default();
    (Shared::new(Arc::clone(&host) as _), host)
}

#[test]
fn the_editor_sees_driven_values_and_what_it_has_set() {
    let (shared, host) = shared();
    shared.board.drive(1 << 3, |_| 25.0);
    shared.set(Setting::Smoothing(2.0));
    shared.set(Setting::Backend(BackendChoice::Only(Backend::Tract)));
    shared.set(Setting::Calibrated(false));
    assert!(host.asked.load(std::sync::atomic::Ordering::Acquire));
    let mut snapshot = Snapshot::default();
    shared.fill(&mut snapshot);
    assert_eq!(snapshot.values[3], 0.25);
    let settings = &snapshot.settings;
    assert_eq!(settings.smoothing_seconds, 2.0);
    assert_eq!(settings.backend, BackendChoice::Only(Backend::Tract));
    assert!(!settings.calibrated);
    assert!(!snapshot.active && snapshot.model.is_none());
}

#[test]
fn a_setting_that_is_not_a_parameter_marks_the_state_as_changed() {
    let (shared, _) = shared();
    shared.set(Setting::Mode(Mode::Record));
    assert!(!shared.desk().news.state, "the host hears of the parameter");
    shared.set(Setting::MidiChannel(5));
    assert!(shared.desk().news.state);
}

#[test]
fn the_editor_sees_a_new_window_begin_before_it_is_full() {
    let (shared, _) = shared();
    let mut snapshot = Snapshot::default();
    shared.fill(&mut snapshot);
    assert_eq!(snapshot.seconds_heard, 0.0);
    shared.board.note_update(3.0, 1.0);
    shared.board.count_updates(1);
    shared.fill(&mut snapshot);
    assert_eq!(snapshot.seconds_heard, 3.0);
    shared.board.begin_window();
    shared.fill(&mut snapshot);
    assert_eq!(snapshot.seconds_heard, 0.0);
}

#[test]
fn raw_values_that_still_stand_are_not_held_against_calibrated_thresholds() {
    let (shared, _) = shared();
    let mut snapshot = Snapshot::default();
    shared.board.set_calibrated(false);
    shared.board.drive(1 << 3, |_| 25.0);
    shared.fill(&mut snapshot);
    assert!(snapshot.settings.calibrated && !snapshot.calibrated);
    shared.board.set_calibrated(true);
    shared.set(Setting::Calibrated(false));
    shared.fill(&mut snapshot);
    assert!(!snapshot.settings.calibrated && snapshot.calibrated);
    // Automation that the host plays is of the kind that the setting says.
    shared.set(Setting::Mode(Mode::Follow));
    shared.fill(&mut snapshot);
    assert!(!snapshot.calibrated);
}

#[test]
fn the_editor_shows_which_tags_the_host_has_set() {
    let (shared, _) = shared();
    let mut snapshot = Snapshot::default();
    shared
        .board
        .set_from_host(id::FIRST_TAG + 7, 50.0, Mode::Live);
    shared.fill(&mut snapshot);
    assert_eq!(snapshot.set_by_host, 1 << 7);
}

#[test]
fn the_editors_defaults_are_the_plugins() {
    let (shared, _) = shared();
    let mut snapshot = Snapshot::default();
    let expected = snapshot.settings;
    shared.fill(&mut snapshot);
    assert_eq!(snapshot.settings, expected);
}

#[test]
fn an_open_editor_gets_its_model_although_the_host_never_calls_the_main_thread() {
    let (shared, _) = shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("tiny.onnx");
    std::fs::write(&path, tagline_tests::tiny_model(&["jazz"])).expect("a model");
    shared.choose_model(ModelPlace::File(path));
    let desk = shared.desk();
    assert_eq!(desk.choice.tag(0).0, Some("jazz"));
    assert!(desk.news.state && desk.news.changed.infos, "this waits");
}

#[test]
fn a_macro_described_in_the_editor_reaches_the_audio_thread_and_the_state() {
    let (shared, host) = shared();
    let mut seen = 0;
    assert_eq!(shared.board.macros.take_newer(&mut seen), None);
    let mut macros = Macros::default();
    macros[2] = Macro {
        name: "Drums".to_owned(),
        source: Source::Tag {
            tag: "drums".to_owned(),
        },
        ..Macro::default()
    };
    shared.set_macro(2, macros[2].clone());
    let built_in = tagline_engine::built_in_info();
    let resolver = Resolver {
        names: &built_in.tags,
        groups: built_in.groups.as_deref().unwrap_or_default(),
    };
    let expected = Plans::new(&macros, &resolver, 0);
    assert_ne!(expected, Plans::default());
    assert_eq!(shared.board.macros.take_newer(&mut seen), Some(expected));
    assert!(shared.desk().news.state && shared.desk().news.changed.infos);
    assert!(host.asked.load(std::sync::atomic::Ordering::Acquire));
    // What no macro can be changes nothing.
    for (index, curve) in [(2, 101.0), (MACROS, 0.0)] {
        let described = Macro {
            curve,
            ..Macro::default()
        };
        shared.set_macro(index, described);
    }
    assert_eq!(*shared.desk().macros, macros);
    assert_eq!(shared.board.macros.take_newer(&mut seen), None);
}

#[test]
fn osc_settings_that_cannot_be_are_a_message_and_leave_the_others_in_force() {
    let (shared, _) = shared();
    let good = OscSettings {
        port: 7_000,
        on: true,
        ..OscSettings::default()
    };
    shared.set_osc(good.clone());
    let mut snapshot = Snapshot::default();
    shared.fill(&mut snapshot);
    assert_eq!((&*snapshot.osc, &snapshot.osc_message), (&good, &None));
    shared.set_osc(OscSettings {
        prefix: "no slash".to_owned(),
        ..good.clone()
    });
    shared.fill(&mut snapshot);
    assert_eq!(*snapshot.osc, good);
    let message = snapshot.osc_message.as_deref().expect("a message");
    assert!(
        message.contains("no slash") && message.contains("must be"),
        "{message}"
    );
}
