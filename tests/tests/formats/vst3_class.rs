//! How the VST3 is listed.

use tagline_host::vst3::{Vst3Module, Vst3Plugin};
use tagline_tests::bundle;

/// Sessions store the class id: with another one they would not find the plugin any more.
#[test]
fn the_vst3_keeps_its_class_id_and_its_kind() {
    let Some(bundle) = bundle("the_vst3_keeps_its_class_id_and_its_kind", "Tagline.vst3") else {
        return;
    };
    let module = Vst3Module::load(&bundle).expect("the module");
    let class = module.class().expect("a class");
    assert_eq!(
        [&class.name, &class.category, &class.vendor],
        ["Tagline", "Audio Module Class", "Tagline"]
    );
    assert_eq!(class.classes, 1);
    assert_eq!(class.factory_vendor, "Tagline");
    assert_eq!(class.version, env!("CARGO_PKG_VERSION"));
    assert!(class.sub_categories.contains("Fx"), "{class:?}");
    let plugin = Vst3Plugin::of(&module, Default::default()).expect("the plugin");
    assert_eq!(plugin.class_text(), "A6A6B406CA9A54B8B9A63BB91A845C19");
}
