//! The host's automation: every point acts at its sample.

use tagline_host::{
    BlockOptions, Guest, HostEvent, HostEventKind, HostedPlugin, ParameterChange, Transport, ids,
    vst3::Vst3Plugin,
};

use crate::in_both_formats;
use crate::session::{RATE_HZ, Session, low_tone, values_of_tag};

in_both_formats!(
    several_points_in_a_block_act_each_at_its_sample,
    a_tag_that_the_host_automates_in_follow_is_what_the_host_reads,
    a_tag_that_the_host_automates_in_live_has_the_plugins_value_with_the_next_update,
    a_host_that_writes_back_what_it_reads_while_it_plays_changes_nothing,
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
    let told = values_of_tag(&events, 0);
    assert!(told.is_empty(), "the host hears its own values: {told:?}");
}

fn a_tag_that_the_host_automates_in_live_has_the_plugins_value_with_the_next_update<G: Guest>(
    test: &str,
) {
    let Some(mut session) = Session::<G>::start(test) else {
        return;
    };
    let tag = *ids::TAGS.start();
    session.activate();
    let mut events = session.play(6.0, true).events;
    let own = values_of_tag(&events, 0).last().expect("an update").1;
    let set = if own > 50.0 { 3.0 } else { 97.0 };
    events.clear();
    session.set_in_block(tag, set, &mut events);
    let reads = session.plugin.value(tag).expect("a tag");
    assert!(
        (reads - set).abs() < 1e-9,
        "until then it is the host's: {reads}"
    );
    assert!(values_of_tag(&events, 0).is_empty(), "{events:?}");
    let told = values_of_tag(&session.play(3.0, true).events, 0);
    let (_, won) = told.first().expect("the plugin answers");
    assert!((won - own).abs() < 20.0, "{won}, was {own}, set to {set}");
    let reads = session.plugin.value(tag).expect("a tag");
    let (_, last) = told.last().expect("the plugin answers");
    assert!((reads - last).abs() < 1e-6, "{reads}, told {last}");
}

/// What the plugin tells of the tags in 10 seconds, and its state then. A host that writes back does so
/// in every block, with every parameter, rounded to single precision.
fn played<G: Guest>(test: &str, writes_back: bool) -> Option<(Vec<HostEvent>, String)> {
    const FRAMES: usize = 12_000;
    let mut session = Session::<G>::start(test)?;
    let plugin = &mut session.plugin;
    plugin.set_value(ids::SMOOTHING, 0.3).expect("a value");
    plugin.activate(RATE_HZ, FRAMES as u32).expect("active");
    let tone = low_tone(10.0, 2);
    let (mut events, mut output) = (Vec::new(), vec![vec![0.0_f32; FRAMES]; 2]);
    let ids: Vec<u32> = plugin.parameters().iter().map(|p| p.id).collect();
    for start in (0..tone[0].len()).step_by(FRAMES) {
        let read = |id| {
            let value = plugin.value(id)?;
            Some(ParameterChange {
                offset_frames: 0,
                id,
                value: f64::from(value as f32),
            })
        };
        let changes: Vec<ParameterChange> = if writes_back {
            ids.iter().copied().filter_map(read).collect()
        } else {
            Vec::new()
        };
        let options = BlockOptions {
            transport: Some(Transport {
                playing: true,
                tempo_bpm: 120.0,
            }),
            changes: &changes,
            ..BlockOptions::default()
        };
        let input: Vec<&[f32]> = tone.iter().map(|c| &c[start..start + FRAMES]).collect();
        let mut output: Vec<&mut [f32]> = output.iter_mut().map(|c| &mut c[..]).collect();
        plugin
            .process(&input, &mut output, &options, &mut events)
            .expect("a block");
        plugin.run_callbacks();
    }
    let state = plugin.save_state().expect("a state");
    Some((events, String::from_utf8(state).expect("text")))
}

fn a_host_that_writes_back_what_it_reads_while_it_plays_changes_nothing<G: Guest>(test: &str) {
    let Some((events, state)) = played::<G>(test, false) else {
        return;
    };
    assert!(events.len() >= 10, "{events:?}");
    let (again, state_again) = played::<G>(test, true).expect("a bundle");
    assert_eq!(again, events, "{}", G::FORMAT);
    // The model's path differs: each session has a folder of its own.
    let settings = |state: &str| state.split_once("\"settings\"").map(|(_, s)| s.to_owned());
    assert_eq!(settings(&state_again), settings(&state));
}
