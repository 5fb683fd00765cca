//! Files with bytes changed or cut off. They give an error or the audio that is left, and never end the program.

use proptest::prelude::*;

use crate::common::{fixture_bytes, read_bytes};

/// Small files of every kind that our own readers read.
const OWN: [&str; 6] = [
    "tone.aiff",
    "ext.wav",
    "tone.mp3",
    "vbr.mp3",
    "tone.mp2",
    "tone.aac",
];
/// Small files of the kinds that symphonia's readers read.
const OTHERS: [&str; 9] = [
    "tone.flac",
    "tone.ogg",
    "tone.m4a",
    "alac.m4a",
    "tone.opus",
    "six.opus",
    "tone.webm",
    "tone.mka",
    "tone.caf",
];

/// Bytes by place, of the whole file or of its beginning, where the headers are.
fn changes() -> impl Strategy<Value = Vec<(bool, prop::sample::Index, u8)>> {
    prop::collection::vec(
        (any::<bool>(), any::<prop::sample::Index>(), any::<u8>()),
        1..12,
    )
}

fn damaged(name: &str, changes: &[(bool, prop::sample::Index, u8)], cut: Option<f64>) -> Vec<u8> {
    let mut bytes = fixture_bytes(name);
    for (in_header, place, byte) in changes {
        let within = if *in_header {
            bytes.len().min(128)
        } else {
            bytes.len()
        };
        bytes[place.index(within)] = *byte;
    }
    let kept = cut.map_or(bytes.len(), |share| (share * bytes.len() as f64) as usize);
    bytes.truncate(kept.max(1));
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn damage_is_an_error_or_heard_and_never_a_failure(
        own in prop::sample::select(&OWN[..]),
        changes in changes(),
        cut in prop::option::of(0.0..1.0f64),
    ) {
        match read_bytes(&damaged(own, &changes, cut)) {
            Ok(decoded) => {
                let channels = &decoded.channels;
                prop_assert!(channels.iter().all(|channel| channel.len() == channels[0].len()));
                prop_assert!(channels.iter().flatten().all(|sample| sample.is_finite()));
            }
            Err(error) => prop_assert!(
                !error.to_string().contains("its decoder failed"),
                "{own}: {error}"
            ),
        }
    }

    /// If a reader of symphonia panics, that is an error of the file, too.
    #[test]
    fn damage_in_any_container_never_ends_the_program(
        other in prop::sample::select(&OTHERS[..]),
        changes in changes(),
        cut in prop::option::of(0.0..1.0f64),
    ) {
        if let Ok(decoded) = read_bytes(&damaged(other, &changes, cut)) {
            prop_assert!(decoded.channels.iter().flatten().all(|sample| sample.is_finite()));
        }
    }
}
