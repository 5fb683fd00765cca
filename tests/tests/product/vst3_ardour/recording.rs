//! Ardour with its window, in a virtual X server: it records a macro's automation by itself, from the
//! gestures that it takes while the editor is open, and plays it back.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tagline_tests::{bundle, skipped};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt, EventMask, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, KeyButMask,
    KeyPressEvent, Window,
};
use x11rb::rust_connection::RustConnection;

use super::{Ardour, PATIENCE, Place, check_playback, check_that_nothing_is_analysed, curve, ramp};
use crate::xvfb::Xvfb;

/// The program that starts Ardour with its window.
const PROGRAM: &str = "/usr/bin/ardour";

/// How long Ardour rolls: three seconds for the first tags, four for the macro to rise, and some more.
const RECORDED: Duration = Duration::from_secs(11);

/// Seconds that are played back. The end of what was recorded is left out: there the macro falls to
/// what was there before, as Ardour has it in touch.
const PLAYED_SECONDS: &str = "9";

/// Key codes of the space bar, which starts and stops the transport, and of S.
const SPACE: u8 = 65;
const S: u8 = 39;

/// Ardour's choices: the dummy backend starts by itself, with a sine sweep.
const CONFIG: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Ardour>
  <Config>
    <Option name="hide-dummy-backend" value="0"/>
    <Option name="try-autostart-engine" value="1"/>
  </Config>
  <Extra>
    <AudioMIDISetup>
      <EngineStates>
        <State backend="None (Dummy)" driver="" device="Sine Sweep" input-device="" output-device=""
          sample-rate="48000" buffer-size="512" n-periods="0" input-latency="0" output-latency="0"
          input-channels="0" output-channels="0" active="1" use-buffered-io="0"
          midi-option="1 in, 1 out, Silence" lru="1"/>
      </EngineStates>
    </AudioMIDISetup>
  </Extra>
</Ardour>
"#;

/// Ardour with its window. It ends with this value.
struct Studio(Child);

impl Studio {
    fn open(ardour: &Ardour, place: &Place, bundle: &Path, display: &str) -> Self {
        let version = ardour.libraries.to_string_lossy();
        let version = version.trim_start_matches(|letter: char| !letter.is_ascii_digit());
        let config = place.home.join("config").join(format!("ardour{version}"));
        std::fs::create_dir_all(&config).expect("a folder");
        std::fs::write(config.join("config"), CONFIG).expect("Ardour's choices");
        // Ardour greets those who have no such file.
        std::fs::write(config.join(format!(".a{version}")), "").expect("a file");
        let mut command = ardour.command(Path::new(PROGRAM), &place.home, bundle, &place.models);
        let child = command
            .arg(session_file(place))
            .env("DISPLAY", display)
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(child.expect("Ardour starts"))
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The windows of the virtual X server.
struct Desktop {
    connection: RustConnection,
    root: Window,
}

impl Desktop {
    fn of(display: &str) -> Self {
        let (connection, screen) = x11rb::connect(Some(display)).expect("an X server");
        let root = connection.setup().roots[screen].root;
        Self { connection, root }
    }

    /// Waits for a window whose title ends with `title`.
    fn window(&self, title: &str) -> Window {
        let end = Instant::now() + PATIENCE;
        loop {
            let tree = self.connection.query_tree(self.root).expect("a connection");
            let windows = tree.reply().expect("the windows").children;
            let found = windows
                .into_iter()
                .find(|window| self.title(*window).ends_with(title));
            if let Some(found) = found {
                return found;
            }
            assert!(Instant::now() < end, "no window \"{title}\" comes");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn title(&self, window: Window) -> String {
        let (name, any) = (AtomEnum::WM_NAME, AtomEnum::ANY);
        let property = self
            .connection
            .get_property(false, window, name, any, 0, 100);
        let value = property.ok().and_then(|property| property.reply().ok());
        value.map_or_else(String::new, |value| {
            String::from_utf8_lossy(&value.value).into_owned()
        })
    }

    fn press(&self, window: Window, key: u8, with: KeyButMask) {
        for response_type in [KEY_PRESS_EVENT, KEY_RELEASE_EVENT] {
            let event = KeyPressEvent {
                response_type,
                detail: key,
                sequence: 0,
                time: x11rb::CURRENT_TIME,
                root: self.root,
                event: window,
                child: x11rb::NONE,
                root_x: 1,
                root_y: 1,
                event_x: 1,
                event_y: 1,
                state: with,
                same_screen: true,
            };
            let none = EventMask::NO_EVENT;
            let sent = self.connection.send_event(false, window, none, event);
            sent.expect("a connection").check().expect("a sent key");
        }
    }
}

fn session_file(place: &Place) -> PathBuf {
    place.session().join("tagline.ardour")
}

/// Has Ardour open the plugin's editor with the session.
fn open_the_editor(place: &Place, ids: &Value) {
    let file = session_file(place);
    let session = std::fs::read_to_string(&file).expect("a session");
    let id = |name: &str| ids[name].as_str().expect("an id");
    let window = format!(
        "  <Extra>\n    <UI>\n      <Window name=\"P-{}-{}\" visible=\"1\" x-off=\"0\" y-off=\"0\" \
         x-size=\"760\" y-size=\"674\" custom-ui=\"1\"/>\n    </UI>\n  </Extra>\n</Session>",
        id("track"),
        id("plugin")
    );
    let with_window = session.replace("</Session>", &window);
    assert_ne!(with_window, session, "a session of Ardour's");
    std::fs::write(file, with_window).expect("a session");
}

/// Number of points that the session has of the automation in touch.
fn points(place: &Place) -> usize {
    let session = std::fs::read_to_string(session_file(place)).unwrap_or_default();
    let touched = session.split("state=\"Touch\">").nth(1);
    let events = touched.and_then(|rest| rest.split("</events>").next());
    events.map_or(0, |events| events.lines().count())
}

#[test]
fn ardour_records_a_macros_automation_by_itself_and_plays_the_same_curve_back_in_follow() {
    let test =
        "ardour_records_a_macros_automation_by_itself_and_plays_the_same_curve_back_in_follow";
    let Some(bundle) = bundle(test, "Tagline.vst3") else {
        return;
    };
    let Some(ardour) = Ardour::find(test) else {
        return;
    };
    if !Path::new(PROGRAM).exists() {
        return skipped(test, "Ardour's window is not installed");
    }
    let Some(server) = Xvfb::start() else {
        return skipped(test, "no Xvfb; `cargo xtask setup` installs it");
    };
    let place = Place::new();
    let preset = place.presets().join("Ramp.vstpreset");
    std::fs::write(preset, ramp(&bundle)).expect("a preset");
    let (lines, said) = place.run(&ardour, &bundle, "record", &["Ramp"]);
    let ids = lines.iter().find(|line| line["kind"] == "ids");
    open_the_editor(&place, ids.unwrap_or_else(|| panic!("no ids: {said}")));

    let studio = Studio::open(&ardour, &place, &bundle, &server.display);
    let desktop = Desktop::of(&server.display);
    let main = desktop.window("tagline - Ardour");
    desktop.window("Tagline (by Tagline) [VST3]");
    // The editor's thread shows Ardour's run loop to the plugin a moment later.
    std::thread::sleep(Duration::from_secs(3));
    desktop.press(main, SPACE, KeyButMask::default());
    std::thread::sleep(RECORDED);
    desktop.press(main, SPACE, KeyButMask::default());
    std::thread::sleep(Duration::from_secs(1));
    desktop.press(main, S, KeyButMask::CONTROL);
    let end = Instant::now() + Duration::from_secs(30);
    while points(&place) < 10 && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(200));
    }
    drop(studio);

    let (lines, said) = place.run(&ardour, &bundle, "playback", &[PLAYED_SECONDS]);
    let (recorded, follow) = (curve(&lines, "recorded"), curve(&lines, "follow"));
    let most = recorded.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    assert!(
        most > 5.0 && recorded.len() > 10 && follow.len() > 20,
        "{} points up to {most}, {} played: {said}",
        recorded.len(),
        follow.len()
    );
    check_playback(&recorded, &follow, &said);
    check_that_nothing_is_analysed(&lines, &said);
}
