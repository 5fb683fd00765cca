//! The editor of the built bundles, opened in windows of a virtual X server.
//!
//! Each test runs in a process of its own, with a server of its own. So it has its own environment, and
//! can count its threads and open files.

mod child;
mod compare;
mod drop;
mod follow;
mod host;
mod keys;
mod macros;
mod menus;
mod sizes;
mod stage;
mod tags;
mod time;

use std::path::Path;
use std::time::Duration;

use tagline_host::HostEventKind;
use tagline_tests::heap_bytes;
use tagline_tests::screen::{Picture, Screen};

use self::child::{Display, Usage, in_a_process_of_its_own};
use self::host::{ClapHost, Sound};

const OPEN_SIZE: (u16, u16) = (760, 640);

/// Where the pages' names stand in the header.
const TAGS: (i16, i16) = (151, 31);
const TIME: (i16, i16) = (198, 31);
const HEARS: (i16, i16) = (249, 31);
const MACROS: (i16, i16) = (307, 31);
const MODEL: (i16, i16) = (366, 31);

const SETTINGS: (i16, i16) = (427, 31);

/// The sets that are compared, and a copy of the one in force.
const SET_A: (i16, i16) = (512, 83);
const SET_B: (i16, i16) = (544, 83);
const COPY: (i16, i16) = (600, 83);

/// Live, Record and Follow.
const RECORD: (i16, i16) = (101, 608);

/// Where changes are taken back and done again.
const UNDO: (i16, i16) = (676, 83);
const REDO: (i16, i16) = (724, 83);

/// Rounds of opening and closing between which memory is compared.
const FIRST_ROUND: usize = 4;
const LAST_ROUND: usize = 19;

/// Bytes that each opening leaves behind, and none of them by Tagline: baseview 0.4.2 never gives its
/// keymap back, of about 70 KiB, and Mesa's EGL, which it loads for each window, some 11 KiB.
/// `docs/decisions.md` tells how that was measured.
const LEFT_BY_OTHERS: usize = 110 << 10;

/// The same for a screen of twice the pixels.
const DOUBLED: (u16, u16) = (1520, 1280);

#[test]
fn the_tags_are_seen_to_move_and_a_click_reaches_the_host() {
    let name = "the_tags_are_seen_to_move_and_a_click_reaches_the_host";
    in_a_process_of_its_own(name, Display::Virtual, |bundle| {
        let screen = Screen::connect().expect("an X server");
        let mut host = ClapHost::load(bundle);
        let window = screen.window(OPEN_SIZE);
        host.create().expect("the editor is created");
        assert_eq!(host.size(), Some(OPEN_SIZE));
        host.embed(window).expect("the editor takes its parent");
        host.show().expect("the editor is shown");

        host.play(Sound::Silence, Duration::from_secs(2));
        let silent = screen.picture_of_child(window);
        assert!(silent.colours() > 50, "blank: {} colours", silent.colours());
        host.play(Sound::Noise, Duration::from_secs(6));
        let loud = screen.picture_of_child(window);
        let target = bundle.ancestors().nth(2).expect("a build folder");
        loud.save(&target.join("editor.png"));
        let moved = loud.differences(&silent);
        assert!(moved > 2_000, "only {moved} pixels have changed");

        // The second of the three modes.
        host.forget_events();
        screen.click(window, 101, 608);
        host.play(Sound::Noise, Duration::from_secs(1));
        let recorded = HostEventKind::Value { id: 1, value: 1.0 };
        assert!(
            host.has_told(recorded),
            "the host was not told of the mode: {:?}",
            host.events()
        );

        screen.click(window, MODEL.0, MODEL.1);
        host.play(Sound::Noise, Duration::from_secs(1));
        let page = screen.picture_of_child(window);
        page.save(&target.join("editor-model.png"));
        assert!(page.differences(&loud) > 5_000, "the page has not changed");
        host.destroy();
    });
}

#[test]
fn a_preset_that_is_clicked_on_sets_the_macros_up() {
    let name = "a_preset_that_is_clicked_on_sets_the_macros_up";
    in_a_process_of_its_own(name, Display::Virtual, |bundle| {
        let screen = Screen::connect().expect("an X server");
        let mut host = ClapHost::load(bundle);
        let window = screen.window(OPEN_SIZE);
        host.create().expect("the editor is created");
        host.embed(window).expect("the editor takes its parent");
        host.show().expect("the editor is shown");
        host.play(Sound::Noise, Duration::from_secs(3));
        let before = host.state();
        assert_eq!(before["preset"], serde_json::Value::Null);

        // The page of the macros, and there the preset before the first: the last.
        screen.click(window, MACROS.0, MACROS.1);
        host.play(Sound::Noise, Duration::from_secs(1));
        screen.click(window, 33, 119);
        host.play(Sound::Noise, Duration::from_secs(1));
        let last = host.state();
        assert_eq!(last["preset"], "Sure of the genre");
        assert_eq!(last["macros"]["1"]["source"]["kind"], "certainty");
        assert_eq!(last["settings"]["focus_seconds"], 6.0);
        assert_eq!(last["model"], before["model"]);

        // The one after the last is the first.
        screen.click(window, 321, 119);
        host.play(Sound::Noise, Duration::from_secs(1));
        let first = host.state();
        assert_eq!(first["preset"], "Drums open a gate");
        assert_eq!(first["macros"]["1"]["source"]["tag"], "drums");
        let target = bundle.ancestors().nth(2).expect("a build folder");
        screen
            .picture_of_child(window)
            .save(&target.join("editor-macros.png"));
        host.destroy();
    });
}

#[test]
fn opening_and_closing_leaves_nothing_behind() {
    open_and_close("opening_and_closing_leaves_nothing_behind", LAST_ROUND);
}

/// `cargo test --workspace --test product two_hundred_openings -- --ignored --nocapture` says what is left.
#[test]
#[ignore = "opens the editor for some minutes"]
fn two_hundred_openings_leave_nothing_behind() {
    open_and_close("two_hundred_openings_leave_nothing_behind", 200);
}

/// Opens and closes the editor so many times, and looks at what the process has then.
fn open_and_close(name: &str, rounds: usize) {
    in_a_process_of_its_own(name, Display::Virtual, |bundle| {
        let screen = Screen::connect().expect("an X server");
        let mut host = ClapHost::load(bundle);
        host.play(Sound::Noise, Duration::from_secs(1));
        let before = Usage::now();
        let mut first = None;
        let mut heaps = Vec::new();
        for round in 0..=rounds {
            let window = screen.window(OPEN_SIZE);
            host.open(window);
            // A busy machine takes its time for the first frame.
            let is_drawn = (0..12).any(|_| {
                host.play(Sound::Noise, Duration::from_millis(400));
                screen.picture_of_child(window).colours() > 50
            });
            assert!(is_drawn, "blank in round {round}");
            host.destroy();
            screen.await_no_child(window);
            screen.destroy(window);
            if round == FIRST_ROUND {
                first = Some(Usage::once_at_rest(before.threads));
            }
            if round >= FIRST_ROUND {
                heaps.push(heap_bytes());
            }
        }
        let first = first.expect("five rounds");
        let last = Usage::once_at_rest(before.threads);
        let grown = |pair: &[usize]| pair[1].saturating_sub(pair[0]);
        let mut left: Vec<usize> = heaps.windows(2).map(grown).collect();
        left.sort_unstable();
        // What the host and the analysis take and give back lies in a few of them.
        let a_round = left[left.len() / 2];
        println!("before {before}\nfirst {first}\nlast {last}\n{a_round} bytes a round");
        assert!(a_round < LEFT_BY_OTHERS, "{a_round} bytes a round");
        assert!(last.threads <= before.threads, "threads are left");
        assert!(last.files <= before.files, "open files are left");
        let by_others = (rounds - FIRST_ROUND) * LEFT_BY_OTHERS / 1024;
        assert!(
            last.kib < first.kib + by_others + 10 * 1024,
            "memory is left"
        );
    });
}

#[test]
fn a_hidden_editor_rests_and_comes_back() {
    let name = "a_hidden_editor_rests_and_comes_back";
    in_a_process_of_its_own(name, Display::Virtual, |bundle| {
        let screen = Screen::connect().expect("an X server");
        let mut host = ClapHost::load(bundle);
        let window = screen.window(OPEN_SIZE);
        host.create().expect("the editor is created");
        host.embed(window).expect("the editor takes its parent");
        // A host may take its time between these two.
        std::thread::sleep(Duration::from_secs(1));
        host.show().expect("the editor is shown");
        host.play(Sound::Noise, Duration::from_secs(5));
        let shown = Usage::now();
        host.play(Sound::Noise, Duration::from_secs(2));
        let drawing = Usage::now().window_ticks - shown.window_ticks;

        host.hide().expect("the editor is hidden");
        host.play(Sound::Noise, Duration::from_millis(500));
        let hidden = Usage::now();
        host.play(Sound::Noise, Duration::from_secs(2));
        let resting = Usage::now().window_ticks - hidden.window_ticks;
        println!("ticks of 10 ms in 2 s: {drawing} shown, {resting} hidden");
        assert!(resting <= 1, "{resting} ticks of work while hidden");

        host.show().expect("the editor is shown again");
        host.play(Sound::Silence, Duration::from_secs(2));
        assert!(screen.picture_of_child(window).colours() > 50, "blank");
        host.destroy();
    });
}

#[test]
fn a_window_that_the_host_unmaps_without_a_word_costs_next_to_nothing_and_comes_back() {
    let name = "a_window_that_the_host_unmaps_without_a_word_costs_next_to_nothing_and_comes_back";
    in_a_process_of_its_own(name, Display::Virtual, |bundle| {
        let screen = Screen::connect().expect("an X server");
        let mut host = ClapHost::load(bundle);
        let window = screen.window(OPEN_SIZE);
        host.open(window);
        host.play(Sound::Noise, Duration::from_secs(5));
        let shown = Usage::now();
        host.play(Sound::Noise, Duration::from_secs(2));
        let drawing = Usage::now().window_ticks - shown.window_ticks;

        screen.unmap(window);
        host.play(Sound::Noise, Duration::from_secs(1));
        let unmapped = Usage::now();
        host.play(Sound::Noise, Duration::from_secs(2));
        let resting = Usage::now().window_ticks - unmapped.window_ticks;
        println!("ticks of 10 ms in 2 s: {drawing} shown, {resting} unmapped");
        assert!(resting <= 4, "{resting} ticks of work while nobody sees it");

        screen.map(window);
        host.play(Sound::Silence, Duration::from_secs(3));
        assert!(screen.picture_of_child(window).colours() > 50, "blank");
        host.destroy();
    });
}

#[test]
fn a_click_leaves_the_focus_to_the_host_and_keys_over_the_editor_reach_it() {
    let name = "a_click_leaves_the_focus_to_the_host_and_keys_over_the_editor_reach_it";
    in_a_process_of_its_own(name, Display::Virtual, |bundle| {
        let screen = Screen::connect().expect("an X server");
        let mut host = ClapHost::load(bundle);
        let window = screen.window(OPEN_SIZE);
        host.open(window);
        host.play(Sound::Noise, Duration::from_secs(3));
        screen.set_focus(window);
        screen.click(window, 101, 608);
        host.play(Sound::Noise, Duration::from_secs(1));
        assert_eq!(screen.focus(), window, "the host has the focus again");
        for _ in 0..5 {
            screen.press_key_over_the_editor(window);
            host.play(Sound::Noise, Duration::from_millis(300));
        }
        assert_eq!(screen.take_keys(window), 5, "keys that reach the host");
        host.destroy();
        screen.await_no_child(window);
        assert_eq!(screen.focus(), window);
    });
}

/// `cargo test --workspace --test product picture_of_the_readme -- --ignored`, after `cargo xtask bundle`, draws the README's
/// picture again.
#[test]
#[ignore = "draws pictures of half a minute of music"]
fn the_picture_of_the_readme() {
    let name = "the_picture_of_the_readme";
    in_a_process_of_its_own(name, Display::Virtual, |bundle| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let piece =
            tagline_media::decode(&root.join("crates/host/assets/demo.ogg")).expect("the piece");
        let screen = Screen::connect().expect("an X server");
        let mut host = ClapHost::load_built_in(bundle, piece.sample_rate_hz.into());
        let window = screen.window(DOUBLED);
        host.create().expect("the editor is created");
        host.set_scale(2.0).expect("the editor takes the scale");
        host.embed(window).expect("the editor takes its parent");
        host.show().expect("the editor is shown");
        // If the pointer rested on a tag, the tag would explain itself.
        screen.click(window, 20, 20);
        host.play_samples(&piece.channels[0]);
        let pictures = root.join("docs/pictures");
        let picture = screen.picture_of_child(window);
        picture.save(&pictures.join("editor.png"));
        host.destroy();
    });
}

#[test]
fn host_and_editor_agree_on_the_size() {
    let name = "host_and_editor_agree_on_the_size";
    in_a_process_of_its_own(name, Display::Virtual, |bundle| {
        let screen = Screen::connect().expect("an X server");
        let mut host = ClapHost::load(bundle);
        let window = screen.window((1600, 1300));
        host.create().expect("the editor is created");
        host.set_scale(2.0).expect("the editor takes the scale");
        assert_eq!(host.size(), Some(DOUBLED));
        host.embed(window).expect("the editor takes its parent");
        host.show().expect("the editor is shown");
        host.play(Sound::Noise, Duration::from_secs(5));
        let picture = screen.picture_of_child(window);
        assert_eq!((picture.width, picture.height), (1520, 1280));
        let target = bundle.ancestors().nth(2).expect("a build folder");
        picture.save(&target.join("editor-2x.png"));

        let least = (1360, 720);
        let tiny = (1, 1);
        assert_eq!(host.adjust_size(tiny), Some(least));
        host.set_size(least).expect("the editor takes the size");
        host.play(Sound::Noise, Duration::from_secs(1));
        let picture = screen.picture_of_child(window);
        assert_eq!((picture.width, picture.height), (1360, 720));
        assert!(picture.colours() > 50, "blank after a resize");
        host.destroy();
    });
}

#[test]
fn a_host_that_errs_gets_errors_and_keeps_its_sound() {
    let name = "a_host_that_errs_gets_errors_and_keeps_its_sound";
    in_a_process_of_its_own(name, Display::Virtual, |bundle| {
        let mut host = ClapHost::load(bundle);
        host.show().expect_err("shown before it is created");
        host.set_size(OPEN_SIZE)
            .expect_err("sized before it is created");
        assert_eq!(host.size(), None);
        host.destroy();
        host.create_floating()
            .expect_err("floating windows are not supported");
        host.create().expect("the editor is created");
        host.embed(0).expect_err("no window");
        host.embed(0x00f0_0dad)
            .expect_err("a window that does not exist");
        let log = host.log();
        let last = log.last().expect("hosts can show why");
        assert!(last.contains("window that the host gave"), "{last}");
        assert!(!last.contains("OpenGL"), "{last}");
        host.create().expect("a second creation replaces the first");
        host.destroy();
        host.destroy();
        host.play(Sound::Noise, Duration::from_secs(1));
    });
}

#[test]
fn a_host_that_changes_its_mind_at_once_does_not_hang() {
    let name = "a_host_that_changes_its_mind_at_once_does_not_hang";
    in_a_process_of_its_own(name, Display::Virtual, |bundle| {
        let mut host = ClapHost::load(bundle);
        for _ in 0..60 {
            host.create().expect("the editor is created");
            host.destroy();
        }
    });
}

#[test]
fn an_editor_left_open_goes_with_its_instance() {
    let name = "an_editor_left_open_goes_with_its_instance";
    in_a_process_of_its_own(name, Display::Virtual, |bundle| {
        let screen = Screen::connect().expect("an X server");
        let window = screen.window(OPEN_SIZE);
        let mut host = ClapHost::load(bundle);
        host.open(window);
        host.play(Sound::Noise, Duration::from_secs(1));
        drop(host);
        screen.await_no_child(window);
    });
}

#[test]
fn two_instances_have_an_editor_each() {
    let name = "two_instances_have_an_editor_each";
    in_a_process_of_its_own(name, Display::Virtual, |bundle| {
        let screen = Screen::connect().expect("an X server");
        let mut hosts = [ClapHost::load(bundle), ClapHost::load(bundle)];
        let windows = [screen.window(OPEN_SIZE), screen.window(OPEN_SIZE)];
        for (host, window) in hosts.iter_mut().zip(windows) {
            host.open(window);
        }
        for host in &mut hosts {
            host.play(Sound::Silence, Duration::from_secs(1));
        }
        hosts[0].destroy();
        hosts[1].play(Sound::Noise, Duration::from_secs(5));
        let picture: Picture = screen.picture_of_child(windows[1]);
        assert!(picture.colours() > 50, "blank");
    });
}

#[test]
fn a_machine_without_a_display_keeps_its_sound() {
    let name = "a_machine_without_a_display_keeps_its_sound";
    in_a_process_of_its_own(name, Display::None, |bundle| {
        let mut host = ClapHost::load(bundle);
        host.create().expect_err("there is no display");
        host.show().expect_err("there is no editor");
        host.destroy();
        host.play(Sound::Noise, Duration::from_secs(1));
    });
}
