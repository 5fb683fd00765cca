//! Parameters: the same in both formats, and named by the model.

use tagline_host::vst3::Vst3Plugin;
use tagline_host::{Guest, HostedPlugin, Parameter, ids, state_with_model};
use tagline_tests::TinyModel;

use crate::in_both_formats;
use crate::session::{Session, TAGS};

in_both_formats!(
    names_follow_the_model_and_the_host_is_told,
    groups_follow_the_model,
    a_value_survives_its_text,
    a_value_that_the_host_sets_is_what_it_reads,
);

fn names<G: Guest>(plugin: &mut G) -> Vec<String> {
    let of_tags = plugin.parameters().into_iter();
    let of_tags = of_tags.filter(|parameter| ids::TAGS.contains(&parameter.id));
    of_tags.map(|parameter| parameter.name).collect()
}

fn names_follow_the_model_and_the_host_is_told<G: Guest>(test: &str) {
    if crate::outruns_the_timer(test, G::FORMAT) {
        return;
    }
    let Some(bundle) = tagline_tests::bundle(test, G::BUNDLE) else {
        return;
    };
    let mut fresh = G::load(&bundle).expect("the plugin");
    let built_in = tagline_engine::built_in_info();
    assert_eq!(names(&mut fresh)[..2], built_in.tags[..2]);
    // While the plugin is not active and its editor is closed.
    let mut session = Session::<G>::start(test).expect("a bundle");
    session.plugin.run_callbacks();
    assert_eq!(names(&mut session.plugin)[..3], ["low", "high", "Tag 3"]);
    assert!(session.plugin.rescans() > 0, "{} is not told", G::FORMAT);
    // While it plays.
    fresh.activate(48_000.0, 512).expect("active");
    let state = session.plugin.save_state().expect("a state");
    fresh.load_state(&state).expect("the state");
    let before = fresh.rescans();
    let patience = std::time::Instant::now();
    while names(&mut fresh)[0] != TAGS[0] && patience.elapsed().as_secs() < 60 {
        std::thread::sleep(std::time::Duration::from_millis(20));
        fresh.run_callbacks();
    }
    assert_eq!(names(&mut fresh)[..2], TAGS);
    assert!(fresh.rescans() > before, "{} is not told", G::FORMAT);
}

fn groups_follow_the_model<G: Guest>(test: &str) {
    let Some(mut session) = Session::<G>::start(test) else {
        return;
    };
    let groups = |session: &mut Session<G>| {
        let mut groups = session.plugin.parameters();
        groups.retain(|parameter| ids::TAGS.contains(&parameter.id));
        let groups: Vec<String> = groups.into_iter().map(|p| p.module).collect();
        groups[..3].join(", ")
    };
    assert_eq!(groups(&mut session), "Tags, Tags, Tags", "{}", G::FORMAT);
    let grouped = TinyModel::new(&TAGS, 141).with("tagline.groups", Some(r#"["genre", "mood"]"#));
    let path = session.folder.path().join("grouped.onnx");
    std::fs::write(&path, grouped.bytes()).expect("a model");
    let state = state_with_model(Some(&path), 1.0);
    let loaded = session.plugin.load_state(state.as_bytes());
    loaded.expect("the state");
    let expected = "Tags/Genre, Tags/Mood, Tags";
    assert_eq!(groups(&mut session), expected, "{}", G::FORMAT);
}

fn a_value_survives_its_text<G: Guest>(test: &str) {
    let Some(mut session) = Session::<G>::start(test) else {
        return;
    };
    let plugin = &mut session.plugin;
    for parameter in plugin.parameters() {
        let Parameter { id, min, max, .. } = parameter;
        for value in [min, max, 0.5 * (min + max)] {
            let text = plugin.value_text(id, value).expect("a text");
            let read = plugin.text_value(id, &text).expect("its own text");
            assert_eq!(
                plugin.value_text(id, read),
                Some(text),
                "{}",
                parameter.name
            );
        }
    }
    assert_eq!(plugin.text_value(*ids::TAGS.start(), "nonsense"), None);
}

fn a_value_that_the_host_sets_is_what_it_reads<G: Guest>(test: &str) {
    let Some(mut session) = Session::<G>::start(test) else {
        return;
    };
    let plugin = &mut session.plugin;
    for (id, value) in [
        (ids::BYPASS, 1.0),
        (ids::MODE, 2.0),
        (ids::UPDATE_EVERY, 4.0),
        (ids::SMOOTHING, 2.5),
        (ids::VALUES, 1.0),
        (*ids::TAGS.end(), 75.0),
    ] {
        plugin.set_value(id, value).expect("a value");
        assert_eq!(plugin.value(id), Some(value), "{} {id}", G::FORMAT);
    }
}

#[test]
fn both_formats_have_the_same_parameters_and_a_vst3_id_is_its_index() {
    let test = "both_formats_have_the_same_parameters_and_a_vst3_id_is_its_index";
    let (Some(mut clap), Some(mut vst3)) = (
        Session::<HostedPlugin>::start(test),
        Session::<Vst3Plugin>::start(test),
    ) else {
        return;
    };
    let mut expected = clap.plugin.parameters();
    // VST3 leaves the status out.
    expected.retain(|parameter| !parameter.read_only);
    let parameters = vst3.plugin.parameters();
    assert_eq!(parameters, expected);
    assert!(parameters.len() <= 64, "more than Ableton Live shows");
    for (index, parameter) in parameters.iter().enumerate() {
        assert_eq!(parameter.id as usize, index);
    }
}
