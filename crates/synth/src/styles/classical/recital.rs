//! Classical recitals: a soloist with a piano or a harp, or alone.

use super::{SINGING, SONATA, WAVES};
use crate::styles::shared::*;

pub(super) const RECITAL: Style = Style {
    name: "classical-recital",
    tempo_bpm: (58.0, 116.0),
    rubato: 0.04,
    dynamics: (0.2, 0.6),
    parts: &[
        part(
            &[VIOLIN, CELLO, CELLO, FLUTE, OBOE, CLARINET, HORN, TRUMPET],
            tune(SINGING).ornaments(0.12).rests(0.2).play(),
        )
        .level(1.5)
        .spread(0.2),
        part(
            &[PIANO, PIANO, HARP, NYLON_GUITAR, HARPSICHORD],
            arpeggio(WAVES, Voicing::Wide, 1.5),
        )
        .keys(40, 67)
        .level(-0.5)
        .spread(0.3),
    ],
    ..SONATA
};

pub(super) const SOLO: Style = Style {
    name: "classical-solo",
    tempo_bpm: (60.0, 120.0),
    rubato: 0.05,
    dynamics: (0.15, 0.6),
    parts: &[part(
        &[VIOLIN, CELLO, FLUTE, HARP, FLUTE, CELLO, CLARINET],
        tune(&[
            "xxxxxxxxxxxxxxxx",
            "x-x-xxxxx-x-x---",
            "x---x-x-xxxxx---",
            "x-xxx-xxx-xxx---",
        ])
        .leaps(0.35)
        .ornaments(0.1)
        .rests(0.1)
        .play(),
    )
    .level(0.0)
    .spread(0.1)],
    ..SONATA
};

pub(super) const GUITAR: Style = Style {
    name: "classical-guitar",
    tempo_bpm: (60.0, 112.0),
    rubato: 0.04,
    dynamics: (0.15, 0.5),
    parts: &[
        part(
            &[NYLON_GUITAR],
            tune(SINGING).ornaments(0.1).rests(0.15).play(),
        )
        .keys(60, 83)
        .level(1.0)
        .spread(0.1),
        part(
            &[NYLON_GUITAR],
            arpeggio(
                &["1.3.2.3.1.3.2.3.", "1-3-4-3-5-3-4-3-", "1.345431.3454314"],
                Voicing::Wide,
                1.5,
            ),
        )
        .keys(40, 64)
        .level(-0.5)
        .spread(0.1),
    ],
    ..SONATA
};

pub(super) const HARP_SOLO: Style = Style {
    name: "classical-harp",
    dynamics: (0.12, 0.45),
    tempo_bpm: (60.0, 100.0),
    parts: &[
        part(&[HARP], tune(SINGING).rests(0.15).play())
            .keys(62, 92)
            .level(0.5)
            .spread(0.1),
        part(
            &[HARP],
            arpeggio(
                &["1234567876543212", "1.2.3.4.5.4.3.2.", "1-3-5-7-6-5-3-2-"],
                Voicing::Wide,
                3.0,
            ),
        )
        .keys(36, 76)
        .level(0.0)
        .spread(0.1),
    ],
    ..SONATA
};
