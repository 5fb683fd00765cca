//! The editor in windows of Windows.
//!
//! Each test runs in a process of its own, whose threads, handles and windows are counted.

mod desktop;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use clack_extensions::gui::{GuiApiType, GuiConfiguration, GuiSize, Window};
use tagline_host::vst3::{Vst3Plugin, Vst3View};
use tagline_host::{BlockOptions, Guest, HostedPlugin};
use tagline_tests::{Random, bundle};

use self::desktop::{HostWindow, Usage, is_loaded, say_to_all_windows};
use crate::in_both_formats;

in_both_formats!(
    the_editor_comes_and_goes_twenty_times_and_leaves_nothing_behind,
    a_click_reaches_the_host_and_a_new_size_the_editor,
);

/// Names the test for which this program is started again.
const ALONE: &str = "TAGLINE_WINDOWS_EDITOR";

const SIZE: (u32, u32) = (760, 640);

/// The parameter that says what is done with the tags: 1 is Record.
const MODE: u32 = 1;

/// An instance whose editor can be put into a window.
trait Edited: Guest {
    /// What is kept while the editor is open.
    type View;
    fn open(&mut self, window: &HostWindow) -> Self::View;
    fn resize(&mut self, view: &Self::View, width: u32, height: u32);
    fn close(&mut self, view: Self::View);
}

impl Edited for HostedPlugin {
    type View = ();

    fn open(&mut self, window: &HostWindow) {
        let configuration = GuiConfiguration {
            api_type: GuiApiType::WIN32,
            is_floating: false,
        };
        self.with_editor(|handle, gui| {
            gui.create(handle, configuration).expect("an editor");
            // SAFETY: the window outlives the editor.
            unsafe { gui.set_parent(handle, Window::from_win32_hwnd(window.handle())) }
                .expect("the host's window is taken");
            gui.show(handle).expect("a shown editor");
        })
        .expect("the plugin has an editor");
    }

    fn resize(&mut self, (): &(), width: u32, height: u32) {
        self.with_editor(|handle, gui| gui.set_size(handle, GuiSize { width, height }))
            .expect("the plugin has an editor")
            .expect("another size");
    }

    fn close(&mut self, (): ()) {
        self.with_editor(|handle, gui| gui.destroy(handle))
            .expect("the plugin has an editor");
    }
}

impl Edited for Vst3Plugin {
    type View = Vst3View;

    fn open(&mut self, window: &HostWindow) -> Vst3View {
        let mut view = self.view().expect("an editor");
        view.attach(window.handle() as usize)
            .expect("the host's window is taken");
        view
    }

    fn resize(&mut self, view: &Vst3View, width: u32, height: u32) {
        assert!(view.set_size(width as i32, height as i32), "another size");
    }

    fn close(&mut self, mut view: Vst3View) {
        view.remove();
    }
}

/// Runs `test` in a process of its own, whose threads nobody else starts.
fn alone<G: Guest>(test: &str, run: impl FnOnce(&Path)) {
    let Some(bundle) = bundle(test, G::BUNDLE) else {
        return;
    };
    if std::env::var_os(ALONE).is_some() {
        return run(&bundle);
    }
    let program = std::env::current_exe().expect("this program");
    let alone = Command::new(program)
        .args(["--exact", &format!("windows_editor::{test}")])
        .args(["--nocapture", "--test-threads=1"])
        .env(ALONE, "1")
        .output()
        .expect("this program");
    let said = String::from_utf8_lossy(&alone.stdout) + String::from_utf8_lossy(&alone.stderr);
    println!("{said}");
    assert!(alone.status.success(), "{}", alone.status);
    assert!(said.contains("1 passed"), "the test was not found");
}

/// Plays noise for `time`, as the host's main thread does, and handles the messages meanwhile.
fn play<G: Guest>(plugin: &mut G, window: &HostWindow, time: Duration) {
    let mut random = Random::new(1);
    for _ in 0..time.as_millis() / 10 {
        let noise: Vec<f32> = (0..480).map(|_| 0.125 * random.sample()).collect();
        let (mut left, mut right) = (vec![0.0; 480], vec![0.0; 480]);
        plugin
            .process(
                &[&noise[..], &noise[..]],
                &mut [&mut left[..], &mut right[..]],
                &BlockOptions::default(),
                &mut Vec::new(),
            )
            .expect("a block");
        assert!(left == noise && right == noise, "the sound has changed");
        plugin.run_callbacks();
        window.handle_messages();
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn loaded<G: Guest>(bundle: &Path) -> G {
    let mut plugin = G::load(bundle).expect("the plugin");
    plugin.activate(48_000.0, 480).expect("active");
    plugin
}

/// Clicks on Record and on Live, until the host has either. A busy machine takes its time for the first frame.
fn click_modes<G: Guest>(plugin: &mut G, window: &HostWindow) {
    for (x, value) in [(101, 1.0), (46, 0.0)] {
        let is_told = (0..20).any(|_| {
            window.click_child(x, 608);
            play(plugin, window, Duration::from_millis(200));
            plugin.value(MODE) == Some(value)
        });
        assert!(is_told, "the mode {value} is not set");
    }
}

fn the_editor_comes_and_goes_twenty_times_and_leaves_nothing_behind<G: Edited>(test: &str) {
    alone::<G>(test, |bundle| {
        let library = if bundle.is_file() {
            bundle.to_owned()
        } else {
            bundle.join("Contents/x86_64-win/Tagline.vst3")
        };
        let mut plugin: G = loaded(bundle);
        let round = |plugin: &mut G| {
            let window = HostWindow::new((1_000, 800));
            let view = plugin.open(&window);
            click_modes(plugin, &window);
            plugin.resize(&view, 900, 700);
            play(plugin, &window, Duration::from_millis(100));
            assert_eq!(window.child_size(), (900, 700));
            plugin.close(view);
            assert_eq!(window.children().len(), 0, "the editor's window is left");
        };
        // Windows, Wine and Mesa keep what they load for the first windows of a process.
        for _ in 0..3 {
            round(&mut plugin);
        }
        let before = Usage::now();
        for _ in 0..20 {
            round(&mut plugin);
        }
        let after = Usage::once_at_rest(&before);
        println!("before {before:?}\nafter {after:?}");
        assert!(after.threads <= before.threads, "threads are left");
        assert!(after.windows <= before.windows, "windows are left");
        assert!(after.handles <= before.handles, "handles are left");
        drop(plugin);
        assert!(!is_loaded(&library), "the library stays loaded");
        // Every window of the process takes part in this. One of the library would run into nothing.
        say_to_all_windows();
    });
}

fn a_click_reaches_the_host_and_a_new_size_the_editor<G: Edited>(test: &str) {
    alone::<G>(test, |bundle| {
        let mut plugin: G = loaded(bundle);
        let window = HostWindow::new((1_000, 800));
        let view = plugin.open(&window);
        play(&mut plugin, &window, Duration::from_secs(2));
        assert_eq!(window.child_size(), SIZE);
        click_modes(&mut plugin, &window);
        plugin.resize(&view, 900, 700);
        play(&mut plugin, &window, Duration::from_secs(1));
        assert_eq!(window.child_size(), (900, 700));
        plugin.close(view);
    });
}
