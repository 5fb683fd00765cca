//! The editor is used with the keyboard alone.

use std::time::Duration;

use tagline_host::HostEventKind;
use x11rb::protocol::xproto::KeyButMask;

use super::host::{Sound, Windowed};
use super::stage::{DOWN, ESCAPE, LEFT, RETURN, SPACE, Stage, TAB, in_both_formats, in_format};

fn pages_settings_and_menus_are_reached_with_the_keyboard_alone_and_escape_gives_it_back<
    P: Windowed,
>(
    name: &str,
) {
    in_format::<P>(name, |bundle| {
        let mut stage = Stage::<P>::open(bundle);
        let plain = KeyButMask::default();
        stage.wait(Duration::from_secs(4));
        stage.sound = Sound::Silence;
        stage.wait(Duration::from_secs(2));
        let window = stage.window;
        stage.screen.set_focus(window);
        let before = stage.picture("no-focus");
        // The first in the window is the page of the tags, and the next one that of time.
        stage.press(TAB, plain);
        let focused = stage.picture("focus");
        let ring = focused.differences_within(&before, (120, 0), (200, 62));
        assert!(ring > 50, "nothing shows where the keys go: {ring} pixels");
        stage.press(TAB, plain);
        stage.press(RETURN, plain);
        let time = stage.picture("time-by-keys");
        let moved = time.differences_within(&focused, (20, 100), (740, 560));
        assert!(moved > 2_000, "the page is the same: {moved} pixels");
        // There, one of the buttons that save the taggram, and beyond them the picture, where an arrow goes to the
        // moment before.
        stage.tab(13);
        stage.press(RETURN, plain);
        let folder = std::env::var_os("TAGLINE_TAGGRAMS").expect("a folder");
        let saved = std::fs::read_dir(folder).map_or(0, Iterator::count);
        assert_eq!(saved, 1, "a taggram is saved");
        stage.tab(3);
        let newest = stage.picture("newest-by-keys");
        stage.press(LEFT, plain);
        let inspected = stage.picture("inspected-by-keys");
        let line = inspected.differences_within(&newest, (160, 140), (690, 540));
        assert!(line > 20, "no moment is shown: {line} pixels");
        for _ in 0..16 {
            stage.press(TAB, KeyButMask::SHIFT);
        }
        // Back, and through the pages, the model, the sets and the search to the first tag and its dot.
        stage.press(TAB, KeyButMask::SHIFT);
        stage.press(RETURN, plain);
        stage.tab(11);
        stage.picture("dot-by-keys");
        stage.press(SPACE, plain);
        let pinned = stage.host.state()["pinned"].clone();
        assert_eq!(pinned.as_array().map(Vec::len), Some(1), "{pinned}");
        // The tag has a menu, whose second entry gives it another name.
        stage.press(TAB, KeyButMask::SHIFT);
        stage.press(RETURN, plain);
        stage.picture("menu-by-keys");
        stage.press(DOWN, plain);
        stage.press(RETURN, plain);
        stage.press_to_select_all();
        stage.type_text("mine\n");
        stage.picture("renamed-by-keys");
        let renamed = (5..11).find(|id| stage.host.name(*id) == "mine");
        assert!(renamed.is_some(), "{}", stage.host.state()["labels"]);
        // Backwards from the first in the window come the last ones, in the footer: Record is the seventh.
        stage.host.forget_events();
        stage.press(TAB, plain);
        for _ in 0..7 {
            stage.press(TAB, KeyButMask::SHIFT);
        }
        stage.picture("record-by-keys");
        stage.press(RETURN, plain);
        let recorded = HostEventKind::Value { id: 1, value: 1.0 };
        assert!(stage.host.has_told(recorded), "{:?}", stage.host.events());
        // Escape gives the keyboard back to the host.
        stage.press(ESCAPE, plain);
        stage.wait(Duration::from_secs(1));
        assert_eq!(stage.screen.focus(), window);
        let _ = stage.screen.take_keys(window);
        stage.screen.press_key_over_the_editor(window);
        stage.wait(Duration::from_millis(500));
        assert_eq!(stage.screen.take_keys(window), 1, "the host gets its keys");
        stage.host.close();
    });
}

in_both_formats!("keys":
    pages_settings_and_menus_are_reached_with_the_keyboard_alone_and_escape_gives_it_back,
);
