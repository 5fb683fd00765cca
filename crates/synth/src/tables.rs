//! The corpus's tables, in the format of MagnaTagATune's: tab-separated, every field quoted.

use csv::{QuoteStyle, Writer, WriterBuilder};

use super::labels::TAGS;
use super::piece::Piece;

/// A line of both tables.
pub(crate) struct Row {
    pub(crate) clip_id: usize,
    /// Folder and file.
    pub(crate) path: String,
    pub(crate) tags: Vec<bool>,
    style: &'static str,
    segment: (u64, u64),
}

impl Row {
    pub(crate) fn new(clip: usize, path: String, piece: &Piece) -> Self {
        Self {
            clip_id: clip + 1,
            path,
            tags: TAGS.iter().map(|tag| piece.tags.contains(tag)).collect(),
            style: piece.score.style,
            segment: (
                piece.window.start_s.round() as u64,
                piece.window.end_s().round() as u64,
            ),
        }
    }
}

/// `annotations_final.csv`: a column for each tag.
pub(crate) fn annotations(rows: &[Row]) -> Vec<u8> {
    let header = std::iter::once("clip_id").chain(TAGS).chain(["mp3_path"]);
    written(header.map(String::from), rows, |row| {
        let tags = row
            .tags
            .iter()
            .map(|tag| if *tag { "1" } else { "0" }.to_owned());
        std::iter::once(row.clip_id.to_string())
            .chain(tags)
            .chain([row.path.clone()])
            .collect()
    })
}

/// `clip_info_final.csv`: where each clip comes from. Every clip is of a piece of its own, which
/// shares nothing with others, as another artist's would not.
pub(crate) fn clip_info(rows: &[Row], seed: u64) -> Vec<u8> {
    const COLUMNS: [&str; 10] = [
        "clip_id",
        "track_number",
        "title",
        "artist",
        "album",
        "url",
        "segmentStart",
        "segmentEnd",
        "original_url",
        "mp3_path",
    ];
    written(COLUMNS.map(String::from).into_iter(), rows, |row| {
        vec![
            row.clip_id.to_string(),
            "1".into(),
            format!("{} {}", row.style, row.clip_id),
            format!("ensemble {}", row.clip_id),
            format!("seed {seed}"),
            String::new(),
            row.segment.0.to_string(),
            row.segment.1.to_string(),
            String::new(),
            row.path.clone(),
        ]
    })
}

fn written(
    header: impl Iterator<Item = String>,
    rows: &[Row],
    fields: impl Fn(&Row) -> Vec<String>,
) -> Vec<u8> {
    let mut writer: Writer<Vec<u8>> = WriterBuilder::new()
        .delimiter(b'\t')
        .quote_style(QuoteStyle::Always)
        .from_writer(Vec::new());
    let records = std::iter::once(header.collect()).chain(rows.iter().map(fields));
    for record in records {
        writer
            .write_record(record)
            .expect("memory takes every record, and all are as long");
    }
    writer.into_inner().expect("memory takes everything")
}
