//! Instances and libraries that come and go.

use std::collections::VecDeque;
use std::path::Path;
use std::process::Command;

use tagline_host::vst3::Vst3Plugin;
use tagline_host::{BlockOptions, Guest, HostedPlugin};
use tagline_tests::{bundle, heap_bytes};

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
        // The system keeps a library as long as a thread lives that has used it.
        let host = std::thread::spawn(move || {
            let mut plugin = G::load(&bundle).expect("the plugin");
            plugin.activate(48_000.0, 64).expect("active");
        });
        host.join().expect("nothing of the library runs any more");
        // It unloads the library when it next closes one.
        drop(library(&copy));
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        let is_mapped = maps.contains(folder.path().to_str().expect("UTF-8"));
        assert!(!is_mapped, "{} stays loaded", G::FORMAT);
    }
}

/// Loads the library of a bundle without running any of its code.
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

/// Total number of instances that are made and ended, half of them in each format.
const INSTANCES: usize = 1_000;

/// How many times all instances have been ended.
const ROUNDS: usize = 4;

/// Names the test for which this program is started again, so that nothing else runs beside it.
const ALONE: &str = "TAGLINE_LIFETIME_ALONE";

#[test]
fn a_thousand_instances_leave_no_thread_and_no_handle_behind() {
    let test = "a_thousand_instances_leave_no_thread_and_no_handle_behind";
    let (Some(clap), Some(vst3)) = (bundle(test, "Tagline.clap"), bundle(test, "Tagline.vst3"))
    else {
        return;
    };
    if std::env::var_os(ALONE).is_some() {
        return come_and_go(&clap, &vst3);
    }
    let program = std::env::current_exe().expect("this program");
    let alone = Command::new(program)
        .args([
            "--exact",
            "lifetime::a_thousand_instances_leave_no_thread_and_no_handle_behind",
        ])
        .arg("--nocapture")
        .env(ALONE, "1")
        .output()
        .expect("this program");
    let said = String::from_utf8_lossy(&alone.stderr);
    assert!(alone.status.success(), "{said}");
    eprintln!("{said}");
}

/// Makes, plays and ends instances of both formats and of two copies of each, while others run.
fn come_and_go(clap: &Path, vst3: &Path) {
    // Copies of the bundles are other libraries, which do not know of the first ones.
    let folder = tempfile::tempdir().expect("a folder");
    let copies = [clap, vst3].map(|bundle| {
        let copy = folder.path().join(bundle.file_name().expect("a bundle"));
        copy_all(bundle, &copy);
        copy
    });
    let pairs = [[clap, vst3], [&copies[0], &copies[1]]];
    // Some things are loaded once, and stay.
    for [clap, vst3] in pairs {
        drop((playing::<HostedPlugin>(clap), playing::<Vst3Plugin>(vst3)));
    }
    let kept = pairs.map(|[clap, vst3]| {
        let clap = HostedPlugin::load(clap).expect("the plugin");
        (clap, Vst3Plugin::load(vst3).expect("the plugin"))
    });
    let before = (entries("/proc/self/task"), entries("/proc/self/fd"));
    let mut memory = Vec::new();
    for _ in 0..ROUNDS {
        let mut running = VecDeque::new();
        for pair in 0..INSTANCES / 2 / ROUNDS {
            let [clap, vst3] = pairs[pair % pairs.len()];
            running.push_back((playing::<HostedPlugin>(clap), playing::<Vst3Plugin>(vst3)));
            if running.len() > 4 {
                running.pop_front();
            }
        }
        drop(running);
        memory.push(heap_bytes());
    }
    let after = (entries("/proc/self/task"), entries("/proc/self/fd"));
    assert_eq!(after, before, "threads and handles");
    drop(kept);
    eprintln!("bytes in use after each round: {memory:?}");
    let (first, last) = (memory[0], memory[ROUNDS - 1]);
    assert!(
        last < first + 1_000_000,
        "memory goes on growing: {memory:?}"
    );
}

/// An instance that has played a few blocks in real time.
fn playing<G: Guest>(bundle: &Path) -> G {
    let mut plugin = G::load(bundle).expect("the plugin");
    plugin.activate(48_000.0, 64).expect("active");
    let (input, mut output) = ([0.25_f32; 64], [[0.0_f32; 64]; 2]);
    for _ in 0..8 {
        let [left, right] = &mut output;
        let mut events = Vec::new();
        plugin
            .process(
                &[&input, &input],
                &mut [left, right],
                &BlockOptions::default(),
                &mut events,
            )
            .expect("a block");
        plugin.run_callbacks();
    }
    plugin
}

fn entries(folder: &str) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}
