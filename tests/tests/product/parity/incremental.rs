//! Published networks: computed incrementally over a long stream, they give the tags of whole windows.

use std::path::PathBuf;

use prost::Message;
use tagline_engine::{
    Backend, BackendChoice, Model, Network, NetworkState, Span, open_network, write_metadata,
};
use tagline_tests::{onnx_runtime, reference};
use tract_onnx::pb::ModelProto;

use super::cases::{self, CLIPS, Case};

/// Updates that are compared: with windows that repeat what was heard, and with full ones.
const UPDATES: [u64; 2] = [6, 20];

/// The model with another `top_db`; one ties a network to whole windows. The windows here are made
/// without a front-end, so that it changes nothing else.
fn with_top_db(model: &Model, top_db: Option<f32>) -> Model {
    let mut info = (**model.info()).clone();
    info.front_end.top_db = top_db;
    let mut proto = ModelProto::decode(model.onnx()).unwrap();
    write_metadata(&mut proto, &info);
    Model::from_bytes(proto.encode_to_vec(), None).unwrap()
}

/// Opens `model` on `backend`, and checks how it is computed.
fn open(model: &Model, backend: Backend, dirs: &[PathBuf], manner: &str) -> Box<dyn Network> {
    let (network, report) = open_network(model, BackendChoice::Only(backend), dirs).unwrap();
    assert_eq!(network.backend(), backend, "{report:?}");
    let line = report.lines.last().unwrap();
    assert!(line.contains(manner), "{line}");
    network
}

/// The stretch that the window shows which ends with frame `end`.
fn span(case: &Case, end: u64) -> Span {
    Span::ending(end, case.model.info().front_end.frames as u64)
}

/// The window of `case`'s clips, one after the other, that ends with frame `end`.
fn window(case: &Case, end: u64) -> Vec<f32> {
    let spec = &case.model.info().front_end;
    let (bands, frames) = (spec.input_bands(), spec.frames);
    let heard = end.min(frames as u64) as usize;
    let mut window = Vec::with_capacity(bands * frames);
    for band in 0..bands {
        window.extend((0..frames).map(|i| {
            let frame = end as usize - heard + i % heard;
            let clip = &case.windows[frame / frames % CLIPS.len()];
            clip.values[band * frames + frame % frames]
        }));
    }
    window
}

fn compare(case: &Case, backend: Backend, dirs: &[PathBuf]) {
    let name = format!("{} on {}", case.name, backend.name());
    let mut whole = open(
        &with_top_db(&case.model, Some(80.0)),
        Backend::Tract,
        &[],
        "whole windows: in this front-end, a frame depends",
    );
    let mut network = open(
        &with_top_db(&case.model, None),
        backend,
        dirs,
        "incremental",
    );
    let tags = case.model.info().tags.len();
    let (mut expected, mut found) = (vec![0.0; tags], vec![0.0; tags]);
    let frames = case.model.info().front_end.frames as u64;
    let starts = [(192, 208), (frames.next_multiple_of(16) + 320, 48)];
    let mut worst = 0.0f32;
    for ((start, step), updates) in starts.into_iter().zip(UPDATES) {
        let mut state = NetworkState::default();
        for end in (0..updates).map(|update| start + step * update) {
            let window = window(case, end);
            whole.run(&window, &mut expected).unwrap();
            network
                .run_next(&mut state, span(case, end), &window, &mut found)
                .unwrap();
            for (found, expected) in found.iter().zip(&expected) {
                let difference = (found - expected).abs();
                assert!(difference <= 2e-5, "{name}: {found} {expected} at {end}");
                worst = worst.max(difference);
            }
        }
    }
    println!("{name}: within {worst:.1e}");
}

#[test]
fn won_et_al_s_networks_give_the_same_tags_incrementally() {
    let test = "won_et_al_s_networks_give_the_same_tags_incrementally";
    let Some(reference) = reference(test) else {
        return;
    };
    for set in ["mtat", "msd", "jamendo"] {
        compare(&cases::won2020(&reference, set), Backend::Tract, &[]);
    }
    if let Some(dir) = onnx_runtime(&format!("part of {test}")) {
        let case = cases::won2020(&reference, "jamendo");
        compare(&case, Backend::OnnxRuntimeCpu, &[dir]);
    }
}

#[test]
fn choi_s_compact_network_gives_the_same_tags_incrementally() {
    let Some(reference) = reference("choi_s_compact_network_gives_the_same_tags_incrementally")
    else {
        return;
    };
    compare(&cases::compact(&reference, "frozen"), Backend::Tract, &[]);
}

/// Its pools, 2, 3, 4 and 4 frames, put its columns on grids of 2, 6, 24 and 96 frames; but it
/// pads its window, and scales each of its frames in its own way.
#[test]
fn networks_that_scale_each_frame_in_its_own_way_run_in_whole_windows() {
    let test = "networks_that_scale_each_frame_in_its_own_way_run_in_whole_windows";
    let Some(reference) = reference(test) else {
        return;
    };
    let raw = |network| cases::choi2016(&reference, network, "raw_db", |db| db);
    for (network, reason) in [
        (
            "music_tagger_cnn",
            "whole windows: Mul `bn0_mul`: it differs between the window",
        ),
        (
            "music_tagger_crnn",
            "whole windows: Pad `padded`: it depends on the whole window",
        ),
    ] {
        let case = raw(network);
        let mut whole = open(
            &case.model,
            Backend::Tract,
            &[],
            "whole windows: in this front-end, a frame depends",
        );
        let free = with_top_db(&case.model, None);
        let mut network = open(&free, Backend::Tract, &[], reason);
        let (mut expected, mut found) = (vec![0.0; 50], vec![0.0; 50]);
        let mut state = NetworkState::default();
        for end in [160, 1376, 1424] {
            let window = window(&case, end);
            whole.run(&window, &mut expected).unwrap();
            network
                .run_next(&mut state, span(&case, end), &window, &mut found)
                .unwrap();
            assert_eq!(found, expected);
        }
    }
}
