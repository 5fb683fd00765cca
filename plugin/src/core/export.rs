//! Files of the tags of the last minutes: a picture, and tables in the terms of `trainer tag`.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tagline_engine::{Moment, user_folder};
use tagline_taggram::{TagText, TagWindow, Taggram, TaggramError, write_taggram};

use super::view::ModelInForce;
use super::whole_file;

/// Most files of one kind in the folder.
const MAX_FILES: usize = 10_000;

/// What stands where `trainer tag` names a file.
const FILE: &str = "live";
/// Why there are no tags.
const NOTHING: &str = "nothing was heard";

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportKind {
    /// A picture of the strongest tags.
    Png,
    /// A row for each update.
    Csv,
    /// One object, with all updates.
    Json,
}

impl ExportKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Png, Self::Csv, Self::Json];

    /// Name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Csv => "CSV",
            Self::Json => "JSON",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The system refuses.
    #[error("{path} cannot be written ({source}); check that you may do so, and the disk's room")]
    System {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// No folder for taggrams.
    #[error("this machine has no home folder; TAGLINE_TAGGRAMS can name a folder for taggrams")]
    NoFolder,
    /// The folder is full.
    #[error("{0} holds {MAX_FILES} taggrams; move some of them away")]
    Full(PathBuf),
}

/// The tags of some minutes.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    /// The model that gave them.
    pub model: &'a ModelInForce,
    /// What ran it.
    pub backend: &'a str,
    /// The updates, oldest first.
    pub moments: &'a [Arc<Moment>],
    /// Whether their values are calibrated.
    pub calibrated: bool,
}

/// The folder for taggrams: the one that `TAGLINE_TAGGRAMS` names, or else `tagline/taggrams` in the
/// platform's per-user data folder. It need not exist.
#[must_use]
pub fn taggram_folder() -> Option<PathBuf> {
    let folder = user_folder("TAGLINE_TAGGRAMS", "taggrams")?;
    Some(std::path::absolute(&folder).unwrap_or(folder))
}

impl Export<'_> {
    /// Writes a new file in the [folder for taggrams](taggram_folder). Returns its path.
    ///
    /// # Errors
    /// [`ExportError`] says what is in the way.
    pub fn write(&self, kind: ExportKind) -> Result<PathBuf, ExportError> {
        self.write_in(&taggram_folder().ok_or(ExportError::NoFolder)?, kind)
    }

    fn write_in(&self, folder: &Path, kind: ExportKind) -> Result<PathBuf, ExportError> {
        let refused = |path: &Path, source| ExportError::System {
            path: path.to_owned(),
            source,
        };
        std::fs::create_dir_all(folder).map_err(|source| refused(folder, source))?;
        let numbered = |number| folder.join(format!("taggram-{number}.{}", kind.ending()));
        let is_free = |path: &PathBuf| std::fs::symlink_metadata(path).is_err();
        let path = (1..=MAX_FILES).map(numbered).find(is_free);
        let path = path.ok_or_else(|| ExportError::Full(folder.to_owned()))?;
        let written = whole_file::write(&path, |aside| match kind {
            ExportKind::Png => self.draw(aside),
            ExportKind::Csv => std::fs::write(aside, self.csv()),
            ExportKind::Json => std::fs::write(aside, self.json()?),
        });
        written.map_err(|source| refused(&path, source))?;
        Ok(path)
    }

    fn tags(&self) -> &[String] {
        &self.model.info.tags
    }

    /// Where the picture begins: with the stream, unless that has been forgotten.
    fn start_seconds(&self) -> f64 {
        let first = self.moments.first();
        let unheard = |first: &Arc<Moment>| first.position_seconds - f64::from(first.seconds_heard);
        first.map_or(0.0, unheard).max(0.0).floor()
    }

    fn draw(&self, path: &Path) -> io::Result<()> {
        let start = self.start_seconds();
        let positions = self
            .moments
            .iter()
            .map(|moment| moment.position_seconds - start);
        let rows = self
            .moments
            .iter()
            .map(|moment| moment.probabilities.to_vec());
        let (positions, rows): (Vec<f64>, Vec<Vec<f32>>) = positions.zip(rows).unzip();
        let taggram = Taggram {
            title: &self.model.info.name,
            tags: self.tags(),
            positions_seconds: &positions,
            probabilities: &rows,
        };
        write_taggram(path, &taggram).map_err(|error| match error {
            TaggramError::Io { source, .. } => source,
            other => io::Error::other(other),
        })
    }

    fn seconds(&self) -> f64 {
        self.moments
            .last()
            .map_or(0.0, |last| last.position_seconds)
    }

    fn thresholds(&self) -> Option<Vec<f32>> {
        self.model.info.thresholds().filter(|_| self.calibrated)
    }

    fn text<'a>(&'a self, thresholds: Option<&'a [f32]>) -> TagText<'a> {
        let info = &self.model.info;
        TagText {
            model: &info.name,
            backend: self.backend,
            window_seconds: info.front_end.window_seconds(),
            tags: &info.tags,
            thresholds,
            has_song: true,
        }
    }

    fn csv(&self) -> String {
        let text = self.text(None);
        let windows = self.moments.iter().map(|moment| window(moment));
        let rows = windows.map(|window| text.csv_row(FILE, self.seconds(), Some(&window)));
        text.csv_header() + &rows.collect::<String>()
    }

    fn json(&self) -> serde_json::Result<String> {
        let thresholds = self.thresholds();
        let windows: Vec<TagWindow<'_>> =
            self.moments.iter().map(|moment| window(moment)).collect();
        let last = windows.last().ok_or(NOTHING);
        let text = self.text(thresholds.as_deref());
        text.json(FILE, self.seconds(), last, Some(&windows))
    }
}

fn window(moment: &Moment) -> TagWindow<'_> {
    TagWindow {
        position_seconds: moment.position_seconds,
        seconds_heard: moment.seconds_heard,
        probabilities: &moment.probabilities,
        song_seconds: moment.transport.seconds,
        song_bar: moment.transport.bars,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::tests::model_of;
    use tagline_engine::{Calibration, Transport};

    fn moments() -> Vec<Arc<Moment>> {
        let moment = |second: u16, value: f32| Moment {
            position_seconds: f64::from(second) + 0.123_456_7,
            seconds_heard: 3.008,
            transport: Transport {
                playing: true,
                seconds: Some(f64::from(second) - 1.0),
                bars: Some(f64::from(second) / 2.0),
                bars_a_second: Some(0.5),
            },
            begins: false,
            probabilities: [value, 0.25].into(),
        };
        (3..6)
            .map(|second| Arc::new(moment(second, f32::from(second) / 10.0)))
            .collect()
    }

    #[test]
    fn each_kind_is_written_whole_into_a_new_file_of_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("not/there/yet");
        let mut model = model_of(&["a, b", "c"]);
        let info = Arc::make_mut(&mut model.info);
        info.calibration = Some(vec![
            Calibration {
                threshold: 0.4,
                ..Calibration::NONE
            };
            2
        ]);
        let moments = moments();
        let export = Export {
            model: &model,
            backend: "tract",
            moments: &moments,
            calibrated: true,
        };
        for kind in ExportKind::ALL {
            let one = export.write_in(&folder, kind).expect("written");
            let two = export.write_in(&folder, kind).expect("written");
            assert_ne!(one, two);
            assert_eq!(
                std::fs::read(one).expect("it"),
                std::fs::read(two).expect("it")
            );
        }
        assert_eq!(
            std::fs::read_dir(&folder).expect("it").count(),
            6,
            "no part is left"
        );

        let csv = std::fs::read_to_string(folder.join("taggram-1.csv")).expect("a table");
        let lines: Vec<&str> = csv.lines().collect();
        assert!(
            lines[0].ends_with("song_seconds,song_bar,\"a, b\",c"),
            "{}",
            lines[0]
        );
        assert_eq!(
            lines[1],
            "live,5.123457,3.123457,3.008,Test,tract,2,1.5,0.3,0.25"
        );

        let json = std::fs::read_to_string(folder.join("taggram-2.json")).expect("JSON");
        assert!(json.contains(r#""tags":{"a, b":0.3,"c":0.25}"#), "{json}");
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(json["position"], 5.123_457);
        assert_eq!(json["yes"], serde_json::json!(["a, b"]));
        assert_eq!(json["updates"].as_array().map(Vec::len), Some(3));
        assert_eq!(json["updates"][0]["yes"], serde_json::json!([]));
        assert_eq!(json["updates"][0]["song_bar"], 1.5);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        std::fs::write(&file, "").expect("a file");
        let model = model_of(&["a"]);
        let export = Export {
            model: &model,
            backend: "tract",
            moments: &[],
            calibrated: true,
        };
        let error = export
            .write_in(&file.join("folder"), ExportKind::Csv)
            .expect_err("a file");
        assert!(
            error.to_string().contains("file/folder cannot be written"),
            "{error}"
        );
    }
}
