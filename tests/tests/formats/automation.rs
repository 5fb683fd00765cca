//! The host's automation: every point acts at its sample.

use tagline_host::{
    BlockOptions, Guest, HostEvent, HostEventKind, HostedPlugin, ParameterChange, Transport, ids,
    vst3::Vst3Plugin,
};

use crate::in_both_formats;
use crate::session::{RATE_HZ, Session, low_tone};

in_both_formats!(
    several_points_in_a_block_act_each_at_its_sample,
    a_tag_that_the_host_automates_in_follow_is_what_the_host_reads,
);

/// Points as position, id and value. Some lie in one block of any size, and the window begins anew
/// where Follow ends.
const POINTS: [(u64, u32, f64); 7] = [
    (40_000, ids::SMOOTHING, 0.5),
    (200_000, ids::MODE, 2.0),
    (200_007, ids::MODE, 0.0),
    (200_030, ids::MODE, 2.0),
    (200_061, ids::MODE, 0.0),
    (200_062, ids::UPDATE_EVERY, 1.0),
    (300_001, ids::UPDATE_EVERY, 3.0),
];

/// The tags' values during 12 seconds of this automation, in blocks of this length.
fn tags<G: Guest>(test: &str, block_frames: usize) -> Option<Vec<(u64, u32, u64)>> {
    let mut session = Session::<G>::start(test)?;
    let plugin = &mut session.plugin;
    plugin
        .activate(RATE_HZ, block_frames as u32)
        .expect("active");
    let tone = low_tone(12.0, 2);
    let mut events: Vec<HostEvent> = Vec::new();
    let mut output = vec![vec![0.0_f32; block_frames]; 2];
    let frames = tone[0].len();
    for start in (0..frames).step_by(block_frames) {
        let end = (start + block_frames).min(frames);
        let within = POINTS
            .iter()
            .filter(|(at, ..)| (start as u64..end as u64).contains(at));
        let changes: Vec<ParameterChange> = within
            .map(|&(at, id, value)| ParameterChange {
                offset_frames: (at - start as u64) as u32,
                id,
                value,
            })
            .collect();
        let options = BlockOptions {
            transport: Some(Transport {
                playing: true,
                tempo_bpm: 120.0,
            }),
            changes: &changes,
            ..BlockOptions::default()
        };
        let input: Vec<&[f32]> = tone.iter().map(|channel| &channel[start..end]).collect();
        let mut output: Vec<&mut [f32]> =
            output.iter_mut().map(|c| &mut c[..end - start]).collect();
        plugin
            .process(&input, &mut output, &options, &mut events)
            .expect("a block");
        plugin.run_callbacks();
    }
    let of_tags = events.iter().filter_map(|event| match event.kind {
        HostEventKind::Value { id, value } if ids::TAGS.contains(&id) => {
            // VST3 passes values as shares of the range, so the last bits of a plain value may change.
            Some((event.position_samples, id, (value * 1e9).round() as u64))
        }
        _ => None,
    });
    Some(of_tags.collect())
}

fn several_points_in_a_block_act_each_at_its_sample<G: Guest>(test: &str) {
    let Some(expected) = tags::<G>(test, 64) else {
        return;
    };
    assert!(expected.len() >= 10, "{expected:?}");
    for block_frames in [1_000, 4_096] {
        let got = tags::<G>(test, block_frames).expect("a bundle");
        assert_eq!(got, expected, "{} in blocks of {block_frames}", G::FORMAT);
    }
}

#[test]
fn both_formats_tell_the_same_tags_at_the_same_samples() {
    let test = "both_formats_tell_the_same_tags_at_the_same_samples";
    let (Some(clap), Some(vst3)) = (
        tags::<HostedPlugin>(test, 512),
        tags::<Vst3Plugin>(test, 512),
    ) else {
        return;
    };
    assert_eq!(vst3, clap);
}

fn a_tag_that_the_host_automates_in_follow_is_what_the_host_reads<G: Guest>(test: &str) {
    let Some(mut session) = Session::<G>::start(test) else {
        return;
    };
    let tag = *ids::TAGS.start();
    session.plugin.set_value(ids::MODE, 2.0).expect("a value");
    session.activate();
    let changes =
        [(3, 20.0), (90, 80.0), (500, 42.0)].map(|(offset_frames, value)| ParameterChange {
            offset_frames,
            id: tag,
            value,
        });
    let options = BlockOptions {
        changes: &changes,
        ..BlockOptions::default()
    };
    let (input, mut output) = ([0.0_f32; 512], [[0.0_f32; 512]; 2]);
    let [left, right] = &mut output;
    let mut events = Vec::new();
    session
        .plugin
        .process(&[&input, &input], &mut [left, right], &options, &mut events)
        .expect("a block");
    let value = session.plugin.value(tag).expect("a tag");
    assert!((value - 42.0).abs() < 1e-9, "{value}");
    let told = crate::session::values_of_tag(&events, 0);
    assert!(told.is_empty(), "the host hears its own values: {told:?}");
}
