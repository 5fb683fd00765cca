//! Presets in hosts: CLAP's discovery, and the preset files of VST3.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::{Value, json};
use tagline_host::vst3::Vst3Plugin;
use tagline_host::{FoundPreset, Guest, HostedPlugin, ids, presets};
use tagline_tests::bundle;

use crate::in_both_formats;
use crate::session::Session;

in_both_formats!(a_broken_preset_is_refused_and_changes_nothing,);

/// A folder for the user's presets, which this program alone has.
fn user_folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let name = format!("tagline-tests-presets-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        // SAFETY: the plugin and the tests read the environment through Rust's own lock.
        unsafe { std::env::set_var("TAGLINE_PRESETS", &folder) };
        folder
    })
}

/// The texts of the plugin's own presets, by their keys.
fn texts() -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugin/presets");
    let entries = std::fs::read_dir(folder).expect("the presets");
    let files = entries.map(|entry| entry.expect("an entry").path());
    let texts = files.map(|path| {
        let text = std::fs::read_to_string(&path).expect("a preset");
        let key = path.file_stem().expect("a name").to_string_lossy();
        (key.into_owned(), serde_json::from_str(&text).expect("JSON"))
    });
    texts.collect()
}

/// The name of the first macro's parameter.
fn first_macro<G: Guest>(plugin: &mut G) -> String {
    let parameters = plugin.parameters();
    let first = parameters
        .into_iter()
        .find(|p| p.id == *ids::MACROS.start());
    first.expect("the first macro").name
}

fn state<G: Guest>(plugin: &mut G) -> Value {
    let state = plugin.save_state().expect("a state");
    serde_json::from_slice(&state).expect("JSON")
}

#[test]
fn a_clap_host_finds_each_preset_of_the_plugin_and_loads_it() {
    let test = "a_clap_host_finds_each_preset_of_the_plugin_and_loads_it";
    let Some(mut session) = Session::<HostedPlugin>::start(test) else {
        return;
    };
    user_folder();
    let found = presets(&bundle(test, "Tagline.clap").expect("a bundle")).expect("presets");
    let factory: Vec<&FoundPreset> = found.iter().filter(|preset| preset.is_factory).collect();
    let texts = texts();
    assert_eq!(factory.len(), texts.len());
    let model = state(&mut session.plugin)["model"].clone();
    for preset in factory {
        let text = &texts[preset.key.as_deref().expect("a key")];
        assert_eq!(preset.name, text["name"].as_str().expect("a name"));
        assert_eq!(preset.about, text["about"].as_str().expect("a line"));
        assert_eq!(preset.plugins, ["audio.tagline.tagline"]);
        assert_eq!(preset.error, None);
        session.plugin.load_preset(preset).expect("the preset");
        let title = text["macros"]["1"]["name"].as_str().expect("a name");
        assert_eq!(first_macro(&mut session.plugin), title);
        let state = state(&mut session.plugin);
        assert_eq!(state["preset"], text["name"]);
        assert_eq!(state["model"], model, "the model stays");
    }
}

#[test]
fn a_clap_host_finds_the_users_presets_and_is_told_which_are_broken() {
    let test = "a_clap_host_finds_the_users_presets_and_is_told_which_are_broken";
    let Some(mut session) = Session::<HostedPlugin>::start(test) else {
        return;
    };
    let folder = user_folder();
    let good = json!({
        "format": "tagline-preset", "version": 1, "name": "Mine", "about": "For a test.",
        "macros": {"1": {"name": "My macro", "source": {"kind": "loudness"}}},
    });
    std::fs::write(folder.join("mine.tagline"), good.to_string()).expect("a preset");
    let newer = "{\"format\": \"tagline-preset\", \"version\": 9}";
    std::fs::write(folder.join("newer.tagline"), newer).expect("a preset");
    std::fs::write(folder.join("notes.txt"), "no preset").expect("a file");
    let found = presets(&bundle(test, "Tagline.clap").expect("a bundle")).expect("presets");
    let of_user: Vec<&FoundPreset> = found.iter().filter(|p| p.path.is_some()).collect();
    assert_eq!(of_user.len(), 2, "{of_user:?}");
    let [mine, newer] = of_user[..] else {
        unreachable!("there are two");
    };
    assert_eq!(
        (mine.name.as_str(), mine.about.as_str()),
        ("Mine", "For a test.")
    );
    assert!(!mine.is_factory && mine.error.is_none());
    session.plugin.load_preset(mine).expect("the preset");
    assert_eq!(first_macro(&mut session.plugin), "My macro");
    let error = newer.error.as_deref().expect("it is refused");
    assert!(
        error.contains("version 9") && error.contains("newer.tagline"),
        "{error}"
    );
    let before = state(&mut session.plugin);
    session
        .plugin
        .load_preset(newer)
        .expect_err("it is refused");
    assert_eq!(state(&mut session.plugin), before);
    let log = session.plugin.log().join("\n");
    assert!(
        log.contains("newer.tagline") && log.contains("version 9"),
        "{log}"
    );
}

#[test]
fn each_preset_file_beside_the_vst3_bundle_is_one_that_the_plugin_takes() {
    let test = "each_preset_file_beside_the_vst3_bundle_is_one_that_the_plugin_takes";
    let Some(mut session) = Session::<Vst3Plugin>::start(test) else {
        return;
    };
    let bundle = bundle(test, "Tagline.vst3").expect("a bundle");
    let folder = bundle.with_file_name("VST3 Presets");
    let model = state(&mut session.plugin)["model"].clone();
    for text in texts().values() {
        let name = text["name"].as_str().expect("a name");
        let file = folder.join(format!("{name}.vstpreset"));
        let file = std::fs::read(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        session.plugin.load_preset(&file).expect("the preset");
        let title = text["macros"]["1"]["name"].as_str().expect("a name");
        assert_eq!(first_macro(&mut session.plugin), title);
        let state = state(&mut session.plugin);
        assert_eq!(state["preset"], name);
        assert_eq!(state["model"], model, "the model stays");
    }
}

fn a_broken_preset_is_refused_and_changes_nothing<G: Guest>(test: &str) {
    let Some(mut session) = Session::<G>::start(test) else {
        return;
    };
    let before = state(&mut session.plugin);
    for broken in [
        json!({"format": "tagline-preset", "version": 9}),
        json!({"format": "tagline-preset", "version": 1, "macros": {"9": {}}}),
        json!({"format": "tagline-preset", "version": 1, "settings": {"focus_seconds": 4}}),
    ] {
        let loaded = session.plugin.load_state(broken.to_string().as_bytes());
        loaded.expect_err("it is refused");
        assert_eq!(
            state(&mut session.plugin),
            before,
            "{}: {broken}",
            G::FORMAT
        );
    }
}
