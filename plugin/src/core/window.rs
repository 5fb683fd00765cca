//! How large the editor's window is: in a session, and for new instances as it was last closed.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tagline_engine::user_folder;

use super::whole_file;

/// Size of a window that nobody has sized, in points.
pub const DEFAULT_SIZE: (f64, f64) = (760.0, 640.0);
/// Smallest size of the window, in points.
pub const MIN_SIZE: (f64, f64) = (680.0, 360.0);
/// Largest size of the window, in points.
pub const MAX_SIZE: (f64, f64) = (2400.0, 2400.0);
/// The zooms that the user can choose.
pub const ZOOMS: [f64; 7] = [1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0];

/// Longest settings file that is read, in bytes.
const LONGEST: u64 = 4_096;

/// The size of the editor's window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WindowPlace {
    /// Height, in points.
    pub height: f64,
    /// Width, in points.
    pub width: f64,
    /// How much larger everything is than the platform has it, 1 to 3.
    pub zoom: f64,
}

impl Default for WindowPlace {
    fn default() -> Self {
        Self {
            height: DEFAULT_SIZE.1,
            width: DEFAULT_SIZE.0,
            zoom: 1.0,
        }
    }
}

impl WindowPlace {
    /// The nearest that a window can have, in whole points.
    #[must_use]
    pub fn within_limits(self) -> Self {
        let fresh = Self::default();
        let within = |value: f64, least: f64, most: f64, fresh: f64| {
            if value.is_finite() {
                value.round().clamp(least, most)
            } else {
                fresh
            }
        };
        let off = |zoom: &&f64| (**zoom - self.zoom).abs();
        let zoom = ZOOMS.iter().min_by(|a, b| off(a).total_cmp(&off(b)));
        Self {
            height: within(self.height, MIN_SIZE.1, MAX_SIZE.1, fresh.height),
            width: within(self.width, MIN_SIZE.0, MAX_SIZE.0, fresh.width),
            zoom: zoom.copied().unwrap_or(1.0),
        }
    }
}

/// The file with the size of new editors; `None` on a machine without a home.
#[must_use]
pub fn settings_file() -> Option<PathBuf> {
    Some(user_folder("TAGLINE_SETTINGS", "settings")?.join("window.json"))
}

/// The size that `file` has for new editors. One that is not there, or damaged, has the usual size.
#[must_use]
pub fn read(file: &Path) -> WindowPlace {
    let is_short =
        std::fs::metadata(file).is_ok_and(|about| about.is_file() && about.len() <= LONGEST);
    let text = is_short.then(|| std::fs::read(file).ok()).flatten();
    let place = text.and_then(|text| serde_json::from_slice::<WindowPlace>(&text).ok());
    place.unwrap_or_default().within_limits()
}

/// Keeps the size for new editors in `file`.
///
/// # Errors
/// Those of the system.
pub fn write(file: &Path, place: WindowPlace) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let text = serde_json::to_vec_pretty(&place.within_limits())?;
    whole_file::write(file, |aside| std::fs::write(aside, &text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_editors_are_as_large_as_the_last_one_and_a_damaged_file_harms_nobody() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("new/window.json");
        assert_eq!(read(&file), WindowPlace::default());
        let place = WindowPlace {
            height: 700.0,
            width: 900.0,
            zoom: 1.5,
        };
        write(&file, place).expect("written");
        assert_eq!(read(&file), place);
        for damaged in ["", "{", "[]x", r#"{"width":"x"}"#] {
            std::fs::write(&file, damaged).expect("written");
            assert_eq!(read(&file), WindowPlace::default(), "{damaged}");
        }
        std::fs::write(&file, r#"{"width":1e9,"height":-1,"zoom":99}"#).expect("written");
        let place = read(&file);
        assert_eq!(
            (place.width, place.height, place.zoom),
            (2400.0, 360.0, 3.0)
        );
    }
}
