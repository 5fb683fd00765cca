//! Tags over time as text: rows of CSV and objects of JSON. `trainer tag` prints them and the editor saves
//! them.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// The columns of a table before those of a host's song and those of the tags.
pub const TAG_COLUMNS: [&str; 6] = [
    "file",
    "seconds",
    "position",
    "seconds_heard",
    "model",
    "backend",
];

/// Writes the tags that one model gave, over time, as text.
#[derive(Clone, Copy, Debug)]
pub struct TagText<'a> {
    /// The model's name.
    pub model: &'a str,
    /// What ran it.
    pub backend: &'a str,
    /// Seconds of its window.
    pub window_seconds: f64,
    /// Names of the tags, in output order.
    pub tags: &'a [String],
    /// The probability from which each tag is best said to be there; `None` if nothing says so.
    pub thresholds: Option<&'a [f32]>,
    /// Whether windows say where the host's song stood.
    pub has_song: bool,
}

/// The tags of a window.
#[derive(Clone, Copy, Debug, Default)]
pub struct TagWindow<'a> {
    /// When they were known, in seconds.
    pub position_seconds: f64,
    /// Seconds of sound that they come from.
    pub seconds_heard: f32,
    /// Probabilities, 0 to 1, in output order.
    pub probabilities: &'a [f32],
    /// Where the host's song stood, in seconds, if the host says so.
    pub song_seconds: Option<f64>,
    /// The same in bars.
    pub song_bar: Option<f64>,
}

/// A file, or a stream, as JSON.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    seconds: f64,
    window_seconds: f64,
    model: &'a str,
    backend: &'a str,
    #[serde(flatten)]
    last: Moment<'a>,
    /// Why there are no tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_tags: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updates: Option<Vec<Moment<'a>>>,
}

#[derive(Serialize)]
struct Moment<'a> {
    /// `null` where there are no tags.
    position: Option<f64>,
    seconds_heard: f64,
    #[serde(flatten)]
    song: Option<Song>,
    tags: Ranked<'a>,
    /// The tags that reach their threshold, strongest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    yes: Option<Vec<&'a str>>,
}

#[derive(Serialize)]
struct Song {
    song_seconds: Option<f64>,
    song_bar: Option<f64>,
}

/// Tags with their probabilities, strongest first.
struct Ranked<'a>(Vec<(&'a str, f64)>);

impl Serialize for Ranked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (tag, probability) in &self.0 {
            map.serialize_entry(tag, probability)?;
        }
        map.end()
    }
}

impl<'a> TagText<'a> {
    /// The first line of a CSV table.
    #[must_use]
    pub fn csv_header(&self) -> String {
        let song: &[&str] = match self.has_song {
            true => &["song_seconds", "song_bar"],
            false => &[],
        };
        let columns = TAG_COLUMNS.iter().chain(song).map(|&name| name.to_owned());
        row(columns.chain(self.tags.iter().map(|tag| quoted(tag))))
    }

    /// A row of a CSV table: a window of `file`, which is `seconds` long. The cells of a file without tags
    /// are empty.
    #[must_use]
    pub fn csv_row(&self, file: &str, seconds: f64, window: Option<&TagWindow<'_>>) -> String {
        let cell = |value: Option<f64>| value.map_or_else(String::new, |v| rounded(v).to_string());
        let fields = [
            quoted(file),
            rounded(seconds).to_string(),
            cell(window.map(|window| window.position_seconds)),
            cell(window.map(|window| window.seconds_heard.into())),
            quoted(self.model),
            quoted(self.backend),
        ];
        let song = [
            cell(window.and_then(|window| window.song_seconds)),
            cell(window.and_then(|window| window.song_bar)),
        ];
        let song = song.into_iter().filter(|_| self.has_song);
        let probability = |tag| Some(f64::from(*window?.probabilities.get(tag)?));
        let values = (0..self.tags.len()).map(|tag| cell(probability(tag)));
        row(fields.into_iter().chain(song).chain(values))
    }

    /// A line of JSON: one object for `file`, which is `seconds` long, with the tags of its last window or
    /// the reason why there are none, and with all of `updates` if there are such.
    ///
    /// # Errors
    /// Those of `serde_json`; none are known.
    pub fn json(
        &self,
        file: &str,
        seconds: f64,
        last: Result<&TagWindow<'_>, &str>,
        updates: Option<&[TagWindow<'_>]>,
    ) -> serde_json::Result<String> {
        let none = Moment {
            position: None,
            seconds_heard: 0.0,
            song: None,
            tags: Ranked(Vec::new()),
            yes: None,
        };
        let line = serde_json::to_string(&Line {
            file,
            seconds: rounded(seconds),
            window_seconds: rounded(self.window_seconds),
            model: self.model,
            backend: self.backend,
            last: last.map_or(none, |last| self.moment(last)),
            no_tags: last.err(),
            updates: updates.map(|updates| {
                let moments = updates.iter().map(|update| self.moment(update));
                moments.collect()
            }),
        })?;
        Ok(line + "\n")
    }

    fn moment(&self, window: &TagWindow<'_>) -> Moment<'a> {
        Moment {
            position: Some(rounded(window.position_seconds)),
            seconds_heard: rounded(window.seconds_heard.into()),
            song: self.has_song.then(|| Song {
                song_seconds: window.song_seconds.map(rounded),
                song_bar: window.song_bar.map(rounded),
            }),
            tags: Ranked(self.ranked(window.probabilities)),
            yes: self.yes(window.probabilities),
        }
    }

    /// The tags with their probabilities, strongest first.
    #[must_use]
    pub fn ranked(&self, probabilities: &[f32]) -> Vec<(&'a str, f64)> {
        let values = probabilities.iter().map(|&value| rounded(value.into()));
        let names = self.tags.iter().map(String::as_str);
        let mut tags: Vec<(&str, f64)> = names.zip(values).collect();
        tags.sort_by(|a, b| b.1.total_cmp(&a.1));
        tags
    }

    /// The tags that reach their threshold, strongest first; `None` without thresholds.
    #[must_use]
    pub fn yes(&self, probabilities: &[f32]) -> Option<Vec<&'a str>> {
        let names = self.tags.iter().map(String::as_str);
        let with_thresholds = probabilities.iter().zip(self.thresholds?);
        let mut reached: Vec<(&str, f32)> = names
            .zip(with_thresholds)
            .filter(|(_, (value, threshold))| value >= threshold)
            .map(|(name, (value, _))| (name, *value))
            .collect();
        reached.sort_by(|a, b| b.1.total_cmp(&a.1));
        Some(reached.into_iter().map(|(name, _)| name).collect())
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

    const WINDOW: TagWindow<'static> = TagWindow {
        position_seconds: 30.123_456_7,
        seconds_heard: 29.0,
        probabilities: &[0.25, 0.75],
        song_seconds: Some(12.5),
        song_bar: None,
    };

    fn tags() -> [String; 2] {
        ["piano", "drums, loud"].map(str::to_owned)
    }

    fn text<'a>(tags: &'a [String], has_song: bool) -> TagText<'a> {
        TagText {
            model: "My \"own\"",
            backend: "tract",
            window_seconds: 29.141_333_3,
            tags,
            thresholds: Some(&[0.2, 0.8]),
            has_song,
        }
    }

    #[test]
    fn rows_have_the_columns_of_their_header_with_and_without_a_song() {
        let tags = tags();
        let plain = text(&tags, false);
        assert_eq!(
            plain.csv_header() + &plain.csv_row("a,b.wav", 31.5, Some(&WINDOW)),
            "file,seconds,position,seconds_heard,model,backend,piano,\"drums, loud\"\n\
             \"a,b.wav\",31.5,30.123457,29,\"My \"\"own\"\"\",tract,0.25,0.75\n"
        );
        assert_eq!(
            plain.csv_row("short.wav", 0.5, None),
            "short.wav,0.5,,,\"My \"\"own\"\"\",tract,,\n"
        );
        let song = text(&tags, true);
        assert_eq!(
            song.csv_header(),
            "file,seconds,position,seconds_heard,model,backend,song_seconds,song_bar,piano,\"drums, \
             loud\"\n"
        );
        assert_eq!(
            song.csv_row("live", 31.5, Some(&WINDOW)),
            "live,31.5,30.123457,29,\"My \"\"own\"\"\",tract,12.5,,0.25,0.75\n"
        );
    }

    #[test]
    fn an_object_has_the_last_windows_tags_strongest_first_or_the_reason_why_there_are_none() {
        let tags = tags();
        let json = |has_song, last, updates| {
            let text = text(&tags, has_song);
            text.json("a.wav", 31.5, last, updates).expect("JSON")
        };
        assert_eq!(
            json(false, Ok(&WINDOW), None),
            r#"{"file":"a.wav","seconds":31.5,"window_seconds":29.141333,"model":"My \"own\"","backend":"tract","position":30.123457,"seconds_heard":29.0,"tags":{"drums, loud":0.75,"piano":0.25},"yes":["piano"]}
"#
        );
        let updates = json(true, Ok(&WINDOW), Some(&[WINDOW, WINDOW]));
        let song = r#""song_seconds":12.5,"song_bar":null"#;
        assert_eq!(updates.matches(song).count(), 3, "{updates}");
        let none = json(false, Err("silent"), None);
        assert!(
            none.contains(r#""position":null,"seconds_heard":0.0,"tags":{},"no_tags":"silent""#),
            "{none}"
        );
    }
}
