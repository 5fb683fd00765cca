//! Instances and libraries that come and go.

use std::path::Path;

use tagline_host::Guest;
use tagline_tests::bundle;

use crate::in_both_formats;

in_both_formats!(the_library_can_be_unloaded_right_after_its_last_instance,);

fn the_library_can_be_unloaded_right_after_its_last_instance<G: Guest>(test: &str) {
    let Some(bundle) = bundle(test, G::BUNDLE) else {
        return;
    };
    // A copy of its own: the other tests have the bundle loaded meanwhile.
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join(G::BUNDLE);
    copy_all(&bundle, &copy);
    for _ in 0..3 {
        let bundle = copy.clone();
        // The system keeps a library for as long as a thread that has used it.
        let host = std::thread::spawn(move || {
            let mut plugin = G::load(&bundle).expect("the plugin");
            plugin.activate(48_000.0, 64).expect("active");
        });
        host.join().expect("nothing of the library runs any more");
        // And it lets go of it when it next closes one.
        drop(library(&copy));
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        let is_mapped = maps.contains(folder.path().to_str().expect("UTF-8"));
        assert!(!is_mapped, "{} stays loaded", G::FORMAT);
    }
}

/// Loads the library in a bundle and runs nothing of it.
fn library(bundle: &Path) -> libloading::Library {
    let inside = bundle.join("Contents/x86_64-linux/Tagline.so");
    let path = if bundle.is_file() { bundle } else { &inside };
    // SAFETY: the library's constructors do nothing that a host does not expect.
    unsafe { libloading::Library::new(path) }.expect("the library")
}

fn copy_all(from: &Path, to: &Path) {
    if !from.is_dir() {
        std::fs::copy(from, to).expect("a copy");
        return;
    }
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        copy_all(&entry.path(), &to.join(entry.file_name()));
    }
}
