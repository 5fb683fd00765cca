//! The host's own menu, and its track.

use std::time::Duration;

use tagline_host::{HostedPlugin, Track};

use super::MACROS;
use super::host::{Sound, Windowed};
use super::stage::{Stage, in_both_formats, in_format};

/// Mode, in the footer.
const MODE: (i16, i16) = (50, 608);
/// The first macro in the list.
const FIRST_MACRO: (i16, i16) = (100, 190);
/// The strip below the header.
const STRIP: ((u16, u16), (u16, u16)) = ((20, 68), (140, 96));

fn a_right_click_asks_for_the_hosts_menu_of_that_parameter<P: Windowed>(name: &str) {
    in_format::<P>(name, |bundle| {
        let mut stage = Stage::<P>::open(bundle);
        stage.wait(Duration::from_secs(3));
        stage.right_click(MODE);
        let menus = stage.host.plugin.menus();
        assert_eq!(menus.len(), 1, "{menus:?}");
        let (id, (x, y)) = menus[0];
        assert_eq!(id, 1);
        let near = |a: i32, b: i16| (a - i32::from(b)).abs() <= 1;
        assert!(near(x, MODE.0) && near(y, MODE.1), "at {x}, {y}");
        stage.click(MACROS);
        stage.right_click(FIRST_MACRO);
        let menus = stage.host.plugin.menus();
        assert_eq!(menus.last().map(|menu| menu.0), Some(56), "{menus:?}");
        stage.host.close();
    });
}

fn the_hosts_track_is_shown_with_its_colour<P: Windowed>(name: &str) {
    in_format::<P>(name, |bundle| {
        let mut stage = Stage::<P>::open(bundle);
        stage.wait(Duration::from_secs(3));
        let before = stage.picture("no-track");
        let track = Track {
            name: "Drums".to_owned(),
            colour: [230, 90, 40],
        };
        stage.host.plugin.set_track(&track).expect("a track");
        stage.wait(Duration::from_secs(1));
        let after = stage.picture("track");
        let moved = after.differences_within(&before, STRIP.0, STRIP.1);
        assert!(moved > 100, "{moved} pixels");
        stage.host.close();
    });
}

/// CLAP alone has these.
#[test]
fn mapped_controllers_and_automation_are_marked_and_pages_for_controllers_hold_each_parameter() {
    let name = "menus::mapped_controllers_and_automation_are_marked_and_pages_for_controllers_hold_each_parameter";
    in_format::<HostedPlugin>(name, |bundle| {
        let mut stage = Stage::<HostedPlugin>::open(bundle);
        stage.wait(Duration::from_secs(4));
        stage.sound = Sound::Silence;
        stage.wait(Duration::from_secs(2));
        let before = stage.picture("unmapped");
        let plugin = &mut stage.host.plugin;
        plugin.indicate(1, Some(c"Knob 3"), true).expect("a mode");
        plugin.indicate(5, None, true).expect("a tag");
        stage.wait(Duration::from_secs(1));
        let marked = stage.picture("mapped");
        let footer = marked.differences_within(&before, (190, 570), (206, 590));
        let row = marked.differences_within(&before, (728, 140), (745, 290));
        assert!(footer > 8 && row > 8, "marks: {footer} and {row} pixels");
        let plugin = &mut stage.host.plugin;
        plugin.indicate(1, None, false).expect("a mode");
        plugin.indicate(5, None, false).expect("a tag");
        stage.wait(Duration::from_secs(1));
        assert!(stage.picture("unmapped-again").differences(&before) < 50);
        let pages = stage.host.plugin.remote_pages();
        let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names[..3], ["Macros", "Settings", "Tags 1 to 8"]);
        let mut ids: Vec<u32> = pages.into_iter().flat_map(|(_, ids)| ids).collect();
        ids.sort_unstable();
        assert_eq!(ids, (0..64).collect::<Vec<_>>());
        stage.host.close();
    });
}

in_both_formats!("menus":
    a_right_click_asks_for_the_hosts_menu_of_that_parameter,
    the_hosts_track_is_shown_with_its_colour,
);
