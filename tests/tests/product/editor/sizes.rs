//! The window's size is kept: in a session, and for new instances.

use std::time::{Duration, Instant};

use tagline_host::HostedPlugin;
use tagline_host::vst3::Vst3Plugin;

use super::host::{ClapHost, EditorHost, Windowed};
use super::stage::{Stage, in_both_formats, in_format};
use super::{OPEN_SIZE, SETTINGS};

/// Gives an open editor another size, as the hosts of a format do.
trait Resized: Windowed {
    fn resize(host: &mut EditorHost<Self>, size: (u16, u16));

    /// The sizes that the plugin has asked for.
    fn asked(host: &mut EditorHost<Self>) -> Vec<(u16, u16)>;
}

impl Resized for HostedPlugin {
    fn resize(host: &mut ClapHost, size: (u16, u16)) {
        host.set_size(size).expect("the editor takes the size");
    }

    fn asked(host: &mut ClapHost) -> Vec<(u16, u16)> {
        let sizes = host.plugin.asked_sizes().into_iter();
        sizes
            .map(|(width, height)| (width as u16, height as u16))
            .collect()
    }
}

impl Resized for Vst3Plugin {
    fn resize(host: &mut EditorHost<Self>, (width, height): (u16, u16)) {
        let view = host.view().expect("a view");
        assert!(view.set_size(width.into(), height.into()));
    }

    fn asked(host: &mut EditorHost<Self>) -> Vec<(u16, u16)> {
        let view = host.view().expect("a view");
        let sizes = view.asked_sizes().into_iter();
        sizes
            .map(|(width, height)| (width as u16, height as u16))
            .collect()
    }
}

/// The choice of a zoom on the page of the settings, and 150 % in its list.
const ZOOM: (i16, i16) = (230, 287);
const ZOOM_150: (i16, i16) = (210, 384);

/// Waits until the editor is seen in this size.
fn await_size<P: Windowed>(stage: &mut Stage<P>, size: (u16, u16)) {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        stage.wait(Duration::from_millis(200));
        let seen = stage.screen.seen_in(stage.window).expect("an editor");
        if seen == size {
            return;
        }
        assert!(Instant::now() < end, "{seen:?}, not {size:?}");
    }
}

fn a_new_instance_opens_as_the_last_was_closed_and_a_session_as_it_was_saved<P: Resized>(
    name: &str,
) {
    in_format::<P>(name, |bundle| {
        let mut first = Stage::<P>::open(bundle);
        first.wait(Duration::from_secs(3));
        await_size(&mut first, OPEN_SIZE);
        P::resize(&mut first.host, (900, 500));
        await_size(&mut first, (900, 500));
        let state = first.host.state();
        assert_eq!(state["window"]["width"], 900.0, "while it is open");
        first.host.close();
        let mut second = Stage::<P>::open(bundle);
        await_size(&mut second, (900, 500));
        P::resize(&mut second.host, (700, 600));
        await_size(&mut second, (700, 600));
        second.host.close();
        // A session has its own size.
        let mut third = EditorHost::<P>::load(bundle);
        third.load_state(&state);
        let mut third = Stage::with(bundle, third);
        await_size(&mut third, (900, 500));
        third.host.close();
    });
}

fn a_zoom_enlarges_everything_asks_the_host_for_room_and_is_kept<P: Resized>(name: &str) {
    in_format::<P>(name, |bundle| {
        let mut stage = Stage::<P>::open(bundle);
        stage.wait(Duration::from_secs(3));
        stage.click(SETTINGS);
        // The zoom, and of its values the third: 150 %.
        stage.picture("settings");
        stage.click(ZOOM);
        stage.picture("zooms");
        stage.click(ZOOM_150);
        let zoomed = (OPEN_SIZE.0 * 3 / 2, OPEN_SIZE.1 * 3 / 2);
        await_size(&mut stage, zoomed);
        stage.picture("zoomed");
        assert_eq!(P::asked(&mut stage.host), [zoomed], "of the host");
        assert_eq!(stage.host.state()["window"]["zoom"], 1.5);
        stage.host.close();
        let mut second = Stage::<P>::open(bundle);
        await_size(&mut second, zoomed);
        second.host.close();
    });
}

in_both_formats!("sizes":
    a_new_instance_opens_as_the_last_was_closed_and_a_session_as_it_was_saved,
    a_zoom_enlarges_everything_asks_the_host_for_room_and_is_kept,
);
