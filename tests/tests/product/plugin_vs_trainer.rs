//! The plugin in a host and `trainer tag` on a file give the same tags for the same last window,
//! whatever the block size and the host's rate.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use tagline_engine::{BackendChoice, Model};
use tagline_host::{
    BlockDone, BlockSizes, HostedPlugin, Pace, Rendering, StreamOptions, Update, UpdateLog, ids,
    state_with_model, stream,
};
use tagline_media::{Audio, decode};
use tagline_tests::{TinyModel, bundle, reference, write_float_wav};
use tempfile::TempDir;
use trainer::convert::import::Import;
use trainer::tag::{Tagger, Tagging, Windows};

/// Seconds between updates. They are long, to keep the test short.
const UPDATE_SECONDS: f64 = 5.0;

const TOLERANCE: f64 = 0.01;

type Tags = BTreeMap<String, f64>;

fn built_plugin(test: &str) -> PathBuf {
    bundle(test, "Tagline.clap").expect("there is no bundle: make one with `cargo xtask bundle`")
}

/// The song at another rate, with straight lines between its samples. Both sides get the same file, so
/// its quality does not matter.
fn at_rate(song: &Audio, rate_hz: u32) -> Audio {
    let step = f64::from(song.sample_rate_hz) / f64::from(rate_hz);
    let convert = |channel: &Vec<f32>| {
        let frames = (channel.len() as f64 / step) as usize;
        (0..frames)
            .map(|k| {
                let at = k as f64 * step;
                let next = channel.get(at as usize + 1).copied().unwrap_or(0.0);
                let part = at.fract() as f32;
                channel[at as usize] * (1.0 - part) + next * part
            })
            .collect()
    };
    Audio {
        sample_rate_hz: rate_hz,
        channels: song.channels.iter().map(convert).collect(),
    }
}

/// The updates of `trainer tag` on a file, each with its position in seconds: of every window, or only of
/// the last one.
fn trainer_updates(model: &Path, song: &Path, windows: Windows) -> Vec<(Tags, f64)> {
    let model = Model::open(model).unwrap();
    let tagging = Tagging {
        model: model.clone(),
        backend: BackendChoice::Auto,
        library_dirs: Vec::new(),
        update_seconds: UPDATE_SECONDS,
        focus_seconds: f64::INFINITY,
        windows,
        raw: false,
        write_tags: None,
    };
    let tagged = Tagger::new(&tagging).unwrap().tag(song, |_| ()).unwrap();
    let names = &model.info().tags;
    let tags = |update: trainer::tag::Update| {
        let values = update.probabilities.into_iter().map(f64::from);
        let tags = names.iter().cloned().zip(values).collect();
        (tags, update.position_seconds)
    };
    let updates = match windows {
        Windows::Last => tagged.last.into_iter().collect(),
        Windows::Full | Windows::Every => tagged.updates,
    };
    updates.into_iter().map(tags).collect()
}

/// Final tags of `trainer tag`, and the position of its last window in seconds.
fn trainer_tags(model: &Path, song: &Path) -> (Tags, f64) {
    trainer_updates(model, song, Windows::Last).remove(0)
}

/// The plugin's tags for a song.
struct Heard {
    log: UpdateLog,
    late: u64,
    names: BTreeMap<u32, String>,
    rate_hz: f64,
}

impl Heard {
    /// The tags of every update, and its position in seconds.
    fn updates(&self) -> Vec<(Tags, f64)> {
        let tags = |update: &Update| {
            let tags = update.tags.iter();
            let named = tags.map(|(id, value)| (self.names[id].clone(), *value));
            (
                named.collect(),
                update.position_samples as f64 / self.rate_hz,
            )
        };
        self.log.updates().iter().map(tags).collect()
    }
}

/// A bounce of a song, `[channel][frame]`.
fn hear(plugin: &Path, model: &Path, song: &Audio, blocks: BlockSizes) -> Heard {
    hear_in(plugin, model, song, blocks, Rendering::Offline)
}

/// A song in a bounce, or at the clock's pace.
fn hear_in(
    plugin: &Path,
    model: &Path,
    song: &Audio,
    blocks: BlockSizes,
    rendering: Rendering,
) -> Heard {
    let mut plugin = HostedPlugin::load(plugin).unwrap();
    let rate_hz = f64::from(song.sample_rate_hz);
    if song.channels.len() == 1 {
        plugin.set_channels(1).unwrap();
    }
    plugin.set_rendering(rendering).unwrap();
    let state = state_with_model(Some(model), UPDATE_SECONDS);
    plugin.load_state(state.as_bytes()).unwrap();
    plugin.activate(rate_hz, blocks.max_frames()).unwrap();
    let live = rendering == Rendering::Realtime;
    // A bounce waits for the model anyway, but here the model must be there before the song begins.
    while live && !knows_its_model(&mut plugin) {
        std::thread::sleep(std::time::Duration::from_millis(5));
        plugin.run_callbacks();
    }
    let how = StreamOptions {
        blocks,
        pace: if live {
            Pace::Times(1.0)
        } else {
            Pace::Unpaced
        },
        ..StreamOptions::default()
    };
    let go_on = |_: &mut HostedPlugin, _: BlockDone<'_>| ControlFlow::Continue(());
    let streamed = stream(&mut plugin, &song.channels, &how, go_on).unwrap();
    assert!(
        streamed.output == song.channels,
        "the song is not passed through bit by bit"
    );
    let mut log = UpdateLog::default();
    log.push(&streamed.events);
    let parameters = plugin.parameters().into_iter();
    let late = plugin.value(ids::LATE_UPDATES).unwrap();
    Heard {
        late: late as u64,
        log,
        names: parameters
            .map(|parameter| (parameter.id, parameter.name))
            .collect(),
        rate_hz,
    }
}

/// Whether the plugin has opened the model, which it was given only by its path.
fn knows_its_model(plugin: &mut HostedPlugin) -> bool {
    let state: serde_json::Value = serde_json::from_slice(&plugin.save_state().unwrap()).unwrap();
    state["model"]["sha256"]
        .as_str()
        .is_some_and(|sha256| !sha256.is_empty())
}

/// Final tags of the plugin in a bounce, and the position of its last update in seconds.
fn plugin_tags(plugin: &Path, model: &Path, song: &Audio, blocks: BlockSizes) -> (Tags, f64) {
    let mut updates = hear(plugin, model, song, blocks).updates();
    updates.pop().expect("no update arrived")
}

fn assert_same(case: &str, rate_hz: f64, plugin: &(Tags, f64), trainer: &(Tags, f64)) {
    // An update that holds from the end of a block is sent with the block's last sample.
    let one_sample = 1.0 / rate_hz + 1e-9;
    assert!(
        (plugin.1 - trainer.1).abs() <= one_sample,
        "{case}: the last window ends at {} s in the plugin and {} s in the trainer",
        plugin.1,
        trainer.1
    );
    assert_same_tags(case, &plugin.0, &trainer.0);
}

fn assert_same_tags(case: &str, plugin: &Tags, trainer: &Tags) {
    let names = |tags: &Tags| tags.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(plugin), names(trainer), "{case}");
    for (name, value) in plugin {
        let difference = (value - trainer[name]).abs();
        assert!(
            difference <= TOLERANCE,
            "{case}: {name}: {value} and {}",
            trainer[name]
        );
    }
}

fn compare(plugin: &Path, model: &Path, song: &Audio, rates_hz: &[u32], sizes: &[BlockSizes]) {
    let folder = TempDir::new().unwrap();
    for rate_hz in rates_hz {
        let song = at_rate(song, *rate_hz);
        let file = folder.path().join(format!("{rate_hz}.wav"));
        write_float_wav(&file, song.sample_rate_hz, &song.channels);
        let trainer = trainer_tags(model, &file);
        for blocks in sizes {
            let case = format!("{rate_hz} Hz, {blocks:?}");
            let plugin = plugin_tags(plugin, model, &song, *blocks);
            assert_same(&case, f64::from(*rate_hz), &plugin, &trainer);
        }
    }
}

const SIZES: [BlockSizes; 4] = [
    BlockSizes::Fixed(64),
    BlockSizes::Fixed(441),
    BlockSizes::Fixed(4_096),
    BlockSizes::Random {
        max: 3_000,
        seed: 29,
    },
];

const ALL_RATES_HZ: [u32; 4] = [22_050, 44_100, 48_000, 96_000];

/// Rates at the ends of what hosts run at, and one that shares no factor with the model's.
const ODD_RATES_HZ: [u32; 3] = [8_000, 44_101, 192_000];

#[test]
fn a_real_networks_tags_do_not_depend_on_who_asks() {
    let test = "a_real_networks_tags_do_not_depend_on_who_asks";
    let Some(reference) = reference(test) else {
        return;
    };
    let plugin = built_plugin(test);
    let folder = TempDir::new().unwrap();
    let model = jamendo(&reference, folder.path());
    compare(&plugin, &model, &jazz(&reference), &ALL_RATES_HZ, &SIZES);
}

#[test]
fn a_stereo_song_is_the_same_to_both_whatever_differs_between_its_sides() {
    let test = "a_stereo_song_is_the_same_to_both_whatever_differs_between_its_sides";
    let Some(reference) = reference(test) else {
        return;
    };
    let plugin = built_plugin(test);
    let folder = TempDir::new().unwrap();
    let model = jamendo(&reference, folder.path());
    // Jazz on the left, dubstep on the right: their mean is neither.
    let mut song = jazz(&reference);
    let dubstep = decode(&reference.join("choi2016/clips/bensound-dubstep.mp3")).unwrap();
    song.channels.truncate(1);
    song.channels.extend(dubstep.channels.into_iter().take(1));
    let frames = song.channels.iter().map(Vec::len).min().unwrap();
    song.channels
        .iter_mut()
        .for_each(|channel| channel.truncate(frames));
    compare(&plugin, &model, &song, &[44_100], &SIZES[1..2]);
}

#[test]
fn odd_rates_give_both_the_same_tags() {
    let plugin = built_plugin("odd_rates_give_both_the_same_tags");
    let folder = TempDir::new().unwrap();
    let model = small(folder.path());
    compare(&plugin, &model, &sweep(), &ODD_RATES_HZ, &SIZES[1..3]);
}

#[test]
fn a_pass_in_real_time_tells_every_update_that_the_trainer_computes() {
    let plugin = built_plugin("a_pass_in_real_time_tells_every_update_that_the_trainer_computes");
    let folder = TempDir::new().unwrap();
    let model = small(folder.path());
    let song = sweep();
    let file = folder.path().join("song.wav");
    write_float_wav(&file, song.sample_rate_hz, &song.channels);
    let expected = trainer_updates(&model, &file, Windows::Every);
    let heard = hear_in(
        &plugin,
        &model,
        &song,
        BlockSizes::Fixed(441),
        Rendering::Realtime,
    );
    assert!(expected.len() >= 2, "{}", expected.len());
    assert_eq!(heard.late, 0);
    let heard = heard.updates();
    assert_eq!(heard.len(), expected.len());
    for (heard, expected) in heard.iter().zip(&expected) {
        let case = format!("real time, {} s", expected.1);
        assert_same_tags(&case, &heard.0, &expected.0);
        // Live, an update is sent in the block after it has been computed.
        let late_seconds = heard.1 - expected.1;
        assert!(
            (-0.02..2.0).contains(&late_seconds),
            "{case}: told at {} s",
            heard.1
        );
    }
}

#[test]
fn blocks_of_one_sample_change_no_update_of_a_whole_song() {
    let test = "blocks_of_one_sample_change_no_update_of_a_whole_song";
    let Some(reference) = reference(test) else {
        return;
    };
    let plugin = built_plugin(test);
    let folder = TempDir::new().unwrap();
    let model = jamendo(&reference, folder.path());
    let song = jazz_and_dubstep(&reference);
    let file = folder.path().join("song.wav");
    write_float_wav(&file, song.sample_rate_hz, &song.channels);
    let expected = trainer_updates(&model, &file, Windows::Every);
    let heard = hear(&plugin, &model, &song, BlockSizes::Fixed(1)).updates();
    assert_eq!(heard.len(), expected.len());
    assert!(expected.len() > 10, "{}", expected.len());
    for (heard, expected) in heard.iter().zip(&expected) {
        let case = format!("single samples, {} s", expected.1);
        assert_same(&case, f64::from(song.sample_rate_hz), heard, expected);
    }
}

#[test]
fn a_tiny_networks_tags_do_not_depend_on_who_asks() {
    let plugin = built_plugin("a_tiny_networks_tags_do_not_depend_on_who_asks");
    let folder = TempDir::new().unwrap();
    let model = small(folder.path());
    compare(&plugin, &model, &sweep(), &[44_100, 48_000], &SIZES);
    // Each block costs time, so the rate is low.
    compare(
        &plugin,
        &model,
        &sweep(),
        &[16_000],
        &[BlockSizes::Fixed(1)],
    );
}

/// A small network with a calibration and a window of 3 s.
fn small(folder: &Path) -> PathBuf {
    let model = folder.join("tiny.onnx");
    let calibration = r#"[{"slope":0.5,"offset":1.0,"threshold":0.5},
        {"slope":2.0,"offset":0.0,"threshold":0.5},{"slope":1.0,"offset":-1.0,"threshold":0.5}]"#;
    let calibrated = TinyModel::new(&["low", "middle", "high"], 141)
        .with("tagline.calibration", Some(calibration))
        .bytes();
    std::fs::write(&model, calibrated).unwrap();
    model
}

fn jazz(reference: &Path) -> Audio {
    let song = decode(&reference.join("choi2016/clips/bensound-thejazzpiano.mp3")).unwrap();
    assert!(song.seconds() >= 29.0, "{} s", song.seconds());
    song
}

/// Two pieces, one after the other: longer than the network's window, and not alike.
fn jazz_and_dubstep(reference: &Path) -> Audio {
    let mut song = jazz(reference);
    let dubstep = decode(&reference.join("choi2016/clips/bensound-dubstep.mp3")).unwrap();
    assert_eq!(song.sample_rate_hz, dubstep.sample_rate_hz);
    assert_eq!(song.channels.len(), dubstep.channels.len());
    for (channel, more) in song.channels.iter_mut().zip(&dubstep.channels) {
        channel.extend(more);
    }
    assert!(song.seconds() >= 58.0, "{} s", song.seconds());
    song
}

/// Nine seconds of a tone that climbs, so that every window differs from the one before.
fn sweep() -> Audio {
    let rate_hz = 44_100;
    let mut phase = 0.0f64;
    let tone: Vec<f32> = (0..9 * rate_hz)
        .map(|k| {
            let seconds = f64::from(k) / f64::from(rate_hz);
            phase += 100.0 * 1.5f64.powf(seconds) / f64::from(rate_hz);
            (0.4 * (phase * std::f64::consts::TAU).sin()) as f32
        })
        .collect();
    let other = tone.iter().map(|sample| sample * 0.5).collect();
    Audio {
        sample_rate_hz: rate_hz as u32,
        channels: vec![tone, other],
    }
}

/// Imports the network of Won et al. that was trained on MTG-Jamendo.
fn jamendo(reference: &Path, folder: &Path) -> PathBuf {
    let import = Import {
        weights: reference.join("won2020/fcn_jamendo.safetensors"),
        preset: "won2020-fcn".to_owned(),
        tags: reference.join("won2020/tags.json").into(),
        tag_set: Some("jamendo".to_owned()),
        ..Import::default()
    };
    let path = folder.join("jamendo.onnx");
    std::fs::write(&path, import.model().unwrap().onnx()).unwrap();
    path
}
