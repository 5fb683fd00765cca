//! The signal, whatever its shape.

use std::ops::ControlFlow;

use tagline_host::{BlockSizes, Guest, StreamOptions, stream};
use tagline_tests::{Random, bundle};

use crate::in_both_formats;
use crate::session::{RATE_HZ, Session, values_of_tag};

in_both_formats!(
    the_signal_passes_bit_for_bit_in_every_shape,
    tags_move_while_the_signal_passes,
);

/// Different noise in each channel, with numbers that only an exact copy preserves.
fn noise(channels: usize, frames: usize) -> Vec<Vec<f32>> {
    let mut random = Random::new(1);
    let mut noise: Vec<Vec<f32>> = (0..channels)
        .map(|_| (0..frames).map(|_| random.share() - 0.5).collect())
        .collect();
    for channel in &mut noise {
        channel[3] = f32::MIN_POSITIVE / 8.0;
        channel[5] = -0.0;
        channel[7] = f32::MAX;
    }
    noise
}

fn the_signal_passes_bit_for_bit_in_every_shape<G: Guest>(test: &str) {
    let Some(bundle) = bundle(test, G::BUNDLE) else {
        return;
    };
    for channels in [1, 2] {
        let mut plugin = G::load(&bundle).expect("the plugin");
        plugin.set_channels(channels).expect("the channels");
        let audio = noise(channels, 2_000);
        for double_precision in [false, true] {
            for in_place in [false, true] {
                for blocks in [1, 64, 511, 2_000] {
                    plugin.activate(RATE_HZ, blocks).expect("active");
                    let options = StreamOptions {
                        blocks: BlockSizes::Fixed(blocks),
                        in_place,
                        double_precision,
                        ..StreamOptions::default()
                    };
                    let streamed = stream(&mut plugin, &audio, &options, |_, _| {
                        ControlFlow::Continue(())
                    });
                    let output = streamed.expect("streamed").output;
                    let bits = |channels: &[Vec<f32>]| -> Vec<Vec<u32>> {
                        let bits =
                            |channel: &Vec<f32>| channel.iter().map(|s| s.to_bits()).collect();
                        channels.iter().map(bits).collect()
                    };
                    assert!(
                        bits(&output) == bits(&audio),
                        "{} of {channels} channels, in place: {in_place}, f64: \
                         {double_precision}, blocks of {blocks}",
                        G::FORMAT
                    );
                }
            }
        }
    }
}

fn tags_move_while_the_signal_passes<G: Guest>(test: &str) {
    let Some(mut session) = Session::<G>::start(test) else {
        return;
    };
    session.activate();
    let streamed = session.play(8.0, false);
    let low = values_of_tag(&streamed.events, 0);
    let last = low.last().expect("the first tag moves");
    assert!(last.1 > 20.0, "{low:?}");
    let shown = session.plugin.value(*tagline_host::ids::TAGS.start());
    assert!(
        shown.is_some_and(|shown| (shown - last.1).abs() < 1e-3),
        "the host reads {shown:?}, and was told {last:?}"
    );
}
