//! Small stand-ins for the files that the documents name.

use std::path::Path;

use tagline_tests::{reference, soundfont, tiny_model};

use crate::common::program::{stdout, trainer};
use crate::common::sounds::tones;
use crate::common::weights::{fcn_weights, write_safetensors};
use crate::prepare::corpus::{npy, npy_texts};

/// The test that needs them.
const TEST: &str = "the_commands_of_every_document_work_as_they_stand_read_or_not";
/// The most frequent tags of MagnaTagATune.
const TAGS: [&str; 50] = [
    "guitar",
    "classical",
    "slow",
    "techno",
    "strings",
    "drums",
    "electronic",
    "rock",
    "fast",
    "piano",
    "ambient",
    "beat",
    "violin",
    "vocal",
    "synth",
    "female",
    "indian",
    "opera",
    "male",
    "singing",
    "vocals",
    "no vocals",
    "harpsichord",
    "loud",
    "quiet",
    "flute",
    "woman",
    "male vocal",
    "no vocal",
    "pop",
    "soft",
    "sitar",
    "solo",
    "man",
    "classic",
    "choir",
    "voice",
    "new age",
    "dance",
    "male voice",
    "female vocal",
    "beats",
    "harp",
    "cello",
    "no voice",
    "weird",
    "country",
    "metal",
    "female voice",
    "choral",
];
/// Clips in each of MagnaTagATune's folders.
const CLIPS: [(&str, usize); 16] = [
    ("0", 1),
    ("1", 1),
    ("2", 1),
    ("3", 1),
    ("4", 1),
    ("5", 1),
    ("6", 1),
    ("7", 1),
    ("8", 1),
    ("9", 1),
    ("a", 1),
    ("b", 1),
    ("c", 4),
    ("d", 2),
    ("e", 2),
    ("f", 2),
];

/// Makes those that `commands` name in `folder`.
pub fn make(folder: &Path, commands: &str) {
    let named = |name: &str| commands.contains(name);
    magnatagatune(&folder.join("mtt"));
    if named("~/data/mtt") {
        magnatagatune(&folder.join("data/mtt"));
    }
    published_split(&folder.join("split/mtat"));
    msd(&folder.join("msd"));
    jamendo(&folder.join("jamendo"));
    labelled(&folder.join("my-music"));
    songs(folder);
    models(folder);
    published_weights(folder);
    std::fs::create_dir_all(folder.join("data")).unwrap();
    if named("data/mine") {
        // The model comes of these data, with their tags in their order, and is as wide as one that is refined.
        for command in [
            "prepare magnatagatune mtt --out data/mine --inputs mel,stft,mfcc",
            "train --arch fcn5-compact --data data/mine --run data/run --epochs 1",
            "export --run data/run --out model.onnx",
        ] {
            let words: Vec<&str> = command.split(' ').collect();
            stdout(&trainer(folder, &words));
        }
    }
    if named("data/synth") && soundfont(TEST).is_some() {
        let synth = ["synth", "data/synth", "--clips", "48", "--seconds", "4"];
        stdout(&trainer(folder, &synth));
    }
}

fn sound(path: &Path, number: usize) {
    tones(path, &[(150.0 + 40.0 * number as f32, 4.0)]);
}

/// Whether clip `number` has a tag: every tag is there and missing in every split.
fn has(number: usize, tag: usize) -> bool {
    number >> (tag % 2) & 1 == tag % 4 / 2
}

fn clips_of_mtt() -> impl Iterator<Item = (usize, String)> {
    let clips = CLIPS.iter().flat_map(|(folder, count)| {
        (0..*count).map(move |clip| format!("{folder}/clip-{clip}-0-29.mp3"))
    });
    clips.enumerate()
}

fn magnatagatune(root: &Path) {
    let mut table = format!("\"clip_id\"\t\"{}\"\t\"mp3_path\"\n", TAGS.join("\"\t\""));
    let mut info = String::from("clip_id\ttrack_number\ttitle\tartist\n");
    for (number, path) in clips_of_mtt() {
        let labels: Vec<&str> = (0..TAGS.len())
            .map(|tag| if has(number, tag) { "1" } else { "0" })
            .collect();
        table += &format!("\"{number}\"\t\"{}\"\t\"{path}\"\n", labels.join("\"\t\""));
        info += &format!("{number}\t1\ta\tartist {}\n", number / 2);
        sound(&root.join(path), number);
    }
    std::fs::write(root.join("annotations_final.csv"), table).unwrap();
    std::fs::write(root.join("clip_info_final.csv"), info).unwrap();
}

fn published_split(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    let paths: Vec<String> = clips_of_mtt()
        .map(|(number, path)| format!("{number}\t{path}"))
        .collect();
    for (split, range) in [("train", 0..12), ("valid", 12..16), ("test", 16..22)] {
        let texts: Vec<&str> = paths[range].iter().map(String::as_str).collect();
        let bytes = npy_texts(&texts);
        std::fs::write(folder.join(format!("{split}.npy")), bytes).unwrap();
    }
    std::fs::write(folder.join("tags.npy"), npy_texts(&TAGS)).unwrap();
}

fn msd(root: &Path) {
    std::fs::create_dir_all(root).unwrap();
    for (split, first) in [("train", 0), ("valid", 4), ("test", 8)] {
        let ids: Vec<usize> = (first..first + 4).collect();
        let lines: String = ids.iter().map(|id| format!("55046{id:02}\n")).collect();
        std::fs::write(root.join(format!("{split}_x_7d_id.txt")), lines).unwrap();
        let labels = ids
            .iter()
            .flat_map(|id| (0..50).map(move |tag| u8::from(tag < 4 && has(*id, tag))));
        let bytes = npy("|b1", "(4, 50)", &labels.collect::<Vec<u8>>());
        std::fs::write(root.join(format!("{split}_y.npy")), bytes).unwrap();
        for id in ids {
            sound(&root.join(format!("5/5/55046{id:02}.clip.mp3")), id);
        }
    }
}

fn jamendo(root: &Path) {
    let tables = root.join("data/splits/split-0");
    std::fs::create_dir_all(&tables).unwrap();
    for (split, first) in [("train", 0), ("validation", 4), ("test", 8)] {
        let mut table = String::from("TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS\n");
        for id in first..first + 4 {
            let tag = if id % 2 == 0 {
                "genre---rock"
            } else {
                "genre---jazz"
            };
            table += &format!("track_{id}\tartist_{id}\talbum_{id}\t0{id}/{id}.mp3\t4.0\t{tag}\n");
            sound(&root.join(format!("0{id}/{id}.mp3")), id);
        }
        let name = format!("autotagging_top50tags-{split}.tsv");
        std::fs::write(tables.join(name), table).unwrap();
    }
}

fn labelled(root: &Path) {
    let mut table = String::from("path,tags,artist\n");
    for number in 0..8 {
        table += &format!(
            "{number}.wav,{},artist {}\n",
            ["rock", "jazz"][number % 2],
            number / 2
        );
        sound(&root.join(format!("{number}.wav")), number);
    }
    std::fs::write(root.join("labels.csv"), table).unwrap();
}

/// Songs, alone and in collections.
fn songs(folder: &Path) {
    for (number, name) in ["song.mp3", "SONG.mp3", "a.flac", "b.flac"]
        .iter()
        .enumerate()
    {
        sound(&folder.join(name), number);
    }
    for collection in ["Music", "music", "AUDIO", "songs"] {
        for number in 0..6 {
            sound(
                &folder.join(format!("{collection}/album {}/{number}.wav", number / 2)),
                number,
            );
        }
    }
    let mut table = String::from("path,set,genre,artist\n");
    for number in 0..6 {
        let genre = ["jazz", "rock"][number % 2];
        table += &format!(
            "album {}/{number}.wav,mine,{genre},artist {number}\n",
            number / 2
        );
    }
    std::fs::write(folder.join("songs.csv"), table).unwrap();
}

fn models(folder: &Path) {
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    let built_in = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../models/tagline-default.onnx"
    );
    write(
        "models/tagline-default.onnx",
        &std::fs::read(built_in).unwrap(),
    );
    write("A.onnx", &tiny_model(&TAGS));
    write(
        "B.onnx",
        &tiny_model(&["genre---rock", "genre---jazz", "instrument---piano"]),
    );
    write("mtat.onnx", &tiny_model(&TAGS));
    write(
        "msd.onnx",
        &tiny_model(&["rock", "electronic", "jazz", "female vocalists"]),
    );
    write(
        "jamendo.onnx",
        &tiny_model(&["genre---rock", "genre---jazz", "instrument---piano"]),
    );
}

fn published_weights(folder: &Path) {
    write_safetensors(&folder.join("fcn_jamendo.safetensors"), &fcn_weights(3));
    std::fs::write(
        folder.join("tags.json"),
        r#"{"jamendo": ["genre---rock", "genre---jazz", "instrument---piano"]}"#,
    )
    .unwrap();
    let tags: String = (0..50).map(|tag| format!("tag {tag}\n")).collect();
    std::fs::write(folder.join("tags.txt"), tags).unwrap();
    if let Some(reference) = reference(TEST) {
        let name = "music_tagger_cnn_weights_theano.h5";
        let from = reference.join("choi2016/models").join(name);
        std::fs::copy(from, folder.join(name)).unwrap();
    }
}
