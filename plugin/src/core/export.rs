//! Files of the tags of the last minutes: a picture, and tables in the terms of `trainer tag`.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use tagline_engine::{Moment, user_folder};
use tagline_taggram::{Taggram, TaggramError, write_taggram};

use super::view::ModelInForce;
use super::whole_file;

/// Most files of one kind in the folder.
const MAX_FILES: usize = 10_000;

/// What stands where `trainer tag` names a file.
const FILE: &str = "live";

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
            ExportKind::Json => std::fs::write(aside, self.json()? + "\n"),
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
        let last = self.moments.last();
        last.map_or(0.0, |moment| rounded(moment.position_seconds))
    }

    fn csv(&self) -> String {
        let columns = [
            "file",
            "seconds",
            "position",
            "seconds_heard",
            "model",
            "backend",
            "song_seconds",
            "song_bar",
        ];
        let tags = self.tags().iter().map(|tag| quoted(tag));
        let mut text = row(columns.into_iter().map(str::to_owned).chain(tags));
        let cell = |value: Option<f64>| value.map_or_else(String::new, |v| rounded(v).to_string());
        for moment in self.moments {
            let fields = [
                FILE.to_owned(),
                self.seconds().to_string(),
                rounded(moment.position_seconds).to_string(),
                rounded(moment.seconds_heard.into()).to_string(),
                quoted(&self.model.info.name),
                quoted(self.backend),
                cell(moment.transport.seconds),
                cell(moment.transport.bars),
            ];
            let values = moment.probabilities.iter();
            let values = values.map(|value| rounded((*value).into()).to_string());
            text += &row(fields.into_iter().chain(values));
        }
        text
    }

    fn json(&self) -> serde_json::Result<String> {
        let updates = self.moments.iter().map(|moment| self.moment(moment));
        serde_json::to_string(&Line {
            file: FILE,
            seconds: self.seconds(),
            window_seconds: rounded(self.model.info.front_end.window_seconds()),
            model: &self.model.info.name,
            backend: self.backend,
            last: self.moments.last().map(|last| self.moment(last)),
            updates: updates.collect(),
        })
    }

    fn moment<'a>(&'a self, moment: &Moment) -> MomentText<'a> {
        let tags = self.tags().iter().map(String::as_str);
        let values = moment.probabilities.iter().copied();
        let mut ranked: Vec<(usize, &str, f32)> = tags
            .zip(values)
            .enumerate()
            .map(|(tag, (name, value))| (tag, name, value))
            .collect();
        ranked.sort_by(|a, b| b.2.total_cmp(&a.2));
        let info = &self.model.info;
        let has_thresholds = self.calibrated && info.calibration.is_some();
        let reaches = |tag, value| info.threshold(tag).is_some_and(|from| value >= from);
        let yes = ranked
            .iter()
            .filter(|(tag, _, value)| reaches(*tag, *value));
        MomentText {
            position: rounded(moment.position_seconds),
            seconds_heard: rounded(moment.seconds_heard.into()),
            song_seconds: moment.transport.seconds.map(rounded),
            song_bar: moment.transport.bars.map(rounded),
            yes: has_thresholds.then(|| yes.map(|(_, name, _)| *name).collect()),
            tags: Ranked(
                ranked
                    .into_iter()
                    .map(|(_, name, value)| (name, value))
                    .collect(),
            ),
        }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'static str,
    seconds: f64,
    window_seconds: f64,
    model: &'a str,
    backend: &'a str,
    #[serde(flatten)]
    last: Option<MomentText<'a>>,
    updates: Vec<MomentText<'a>>,
}

#[derive(Serialize)]
struct MomentText<'a> {
    position: f64,
    seconds_heard: f64,
    song_seconds: Option<f64>,
    song_bar: Option<f64>,
    tags: Ranked<'a>,
    /// The tags that reach their threshold, strongest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    yes: Option<Vec<&'a str>>,
}

/// Tags with their probabilities, strongest first.
struct Ranked<'a>(Vec<(&'a str, f32)>);

impl Serialize for Ranked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (tag, value) in &self.0 {
            map.serialize_entry(tag, &rounded((*value).into()))?;
        }
        map.end()
    }
}

/// Six decimals, since single precision has no more.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn row(fields: impl Iterator<Item = String>) -> String {
    let mut text = fields.collect::<Vec<_>>().join(",");
    text.push('\n');
    text
}

/// A CSV field, quoted if RFC 4180 demands it.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
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
