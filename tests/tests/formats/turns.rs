//! An update of many tags is told a few at a time, at the same samples whatever the block size.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use tagline_host::{
    BlockSizes, Guest, HostEvent, HostEventKind, StreamOptions, UpdateLog, ids, stream,
};

use crate::in_both_formats;
use crate::session::{RATE_HZ, Session, low_tone};

in_both_formats!(
    no_block_of_64_frames_tells_more_than_a_turn_of_tags,
    the_turns_of_a_bounce_are_the_same_at_every_block_size_in_live_and_record,
);

/// As many as a small network of 96 bands has room for.
const MANY: usize = 48;

/// What the host hears in 8 seconds.
fn bounce<G: Guest>(test: &str, mode: f64, blocks: BlockSizes) -> Option<Vec<HostEvent>> {
    let names: Vec<String> = (0..MANY).map(|tag| format!("tag {tag}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut session = Session::<G>::with_tags(test, &names)?;
    let plugin = &mut session.plugin;
    plugin.set_value(ids::MODE, mode).expect("a value");
    plugin
        .activate(RATE_HZ, blocks.max_frames())
        .expect("active");
    // A tone that stops leaves no tag where it was.
    let mut audio = low_tone(4.0, plugin.channels());
    for channel in &mut audio {
        channel.resize((8.0 * RATE_HZ) as usize, 0.0);
    }
    let options = StreamOptions {
        blocks,
        ..StreamOptions::default()
    };
    let go_on = |_: &mut G, _: tagline_host::BlockDone<'_>| ControlFlow::Continue(());
    let streamed = stream(plugin, &audio, &options, go_on);
    Some(streamed.expect("streamed").events)
}

fn no_block_of_64_frames_tells_more_than_a_turn_of_tags<G: Guest>(test: &str) {
    let Some(events) = bounce::<G>(test, 0.0, BlockSizes::Fixed(64)) else {
        return;
    };
    let mut in_block = BTreeMap::<u64, u32>::new();
    for event in &events {
        assert!(matches!(event.kind, HostEventKind::Value { .. }));
        *in_block.entry(event.position_samples / 64).or_default() += 1;
    }
    let most = in_block.values().max().expect("updates");
    assert_eq!(*most, ids::TAGS_A_TURN, "{}", G::FORMAT);
    let mut log = UpdateLog::default();
    log.push(&events);
    let [first, .., last] = log.updates() else {
        panic!("{}: {} updates", G::FORMAT, log.updates().len());
    };
    assert_eq!((first.tags.len(), last.tags.len()), (MANY, MANY));
    // An update's tags are told within 8 ms: six turns of them.
    for update in log.updates() {
        let of_update = events.iter().map(|event| event.position_samples);
        let after = of_update.filter_map(|at| at.checked_sub(update.position_samples));
        let latest = after.filter(|after| *after < 10_000).max();
        assert_eq!(latest, Some(5 * ids::TURN_SAMPLES), "{}", G::FORMAT);
    }
}

fn the_turns_of_a_bounce_are_the_same_at_every_block_size_in_live_and_record<G: Guest>(test: &str) {
    for mode in [0.0, 1.0] {
        let Some(expected) = bounce::<G>(test, mode, BlockSizes::Fixed(64)) else {
            return;
        };
        let values = |events: &[HostEvent]| {
            let values = events.iter().filter_map(|event| match event.kind {
                HostEventKind::Value { id, value } => {
                    Some((event.position_samples, id, (value * 1e9).round() as u64))
                }
                _ => None,
            });
            values.collect::<Vec<_>>()
        };
        let random = BlockSizes::Random {
            max: 3_000,
            seed: 12,
        };
        for blocks in [BlockSizes::Fixed(441), BlockSizes::Fixed(4_096), random] {
            let again = bounce::<G>(test, mode, blocks).expect("a bundle");
            assert!(
                values(&again) == values(&expected),
                "{} in mode {mode} and {blocks:?}",
                G::FORMAT
            );
        }
    }
}
