//! Baroque: harpsichords and organs, running sixteenths, imitation, figured basses.

use super::shared::*;

const SEQUENCES: &[(Mode, &str)] = &[
    (
        Mode::Harmonic,
        "i iv | bVII bIII | bVI iim7b5 | V7 i | i V | i iv | iim7b5 V7 | i",
    ),
    (
        Mode::Major,
        "I IV | viidim iii | vi ii | V7 I | I V | vi iii | IV I | ii V7",
    ),
    (Mode::Major, "I | V | vi | iii | IV | I | IV | V"),
    (Mode::Harmonic, "i | V7 | i | bVII | bIII | bVII | i V7 | i"),
    (
        Mode::Harmonic,
        "i V | i V7 | bVI bIII | iv V7 | i bVII | bVI V | iv V7 | i",
    ),
];
const RUNS: &[&str] = &[
    "xxxxxxxxxxxxxxxx",
    "x-x-xxxxxxxxxxxx",
    "xxxxxxxxx-x-xxxx",
    "x.xxx.xxxxxxxxxx",
    "x-xxx-xxx-xxx-xx",
];
const SECOND: &[&str] = &["x-x-x-x-x-x-x-x-", "x---x-x-x---x-x-", "xxxxx-x-xxxxx-x-"];
const CONTINUO: &[&str] = &[
    "1-1-3-3-5-5-3-3-",
    "1-2-3-4-5-4-3-a-",
    "1---3---5---a---",
    "1-8-1-8-1-8-1-a-",
];

const SUITE: Style = Style {
    name: "baroque-harpsichord",
    genre: &["baroque", "classical"],
    tempo_bpm: (72.0, 112.0),
    rubato: 0.012,
    loose_ms: 9.0,
    dynamics: (0.35, 0.65),
    progressions: SEQUENCES,
    forms: &["aabb", "aab", "abab"],
    parts: &[
        part(
            &[HARPSICHORD],
            tune(RUNS)
                .rests(0.0)
                .leaps(0.25)
                .ornaments(0.3)
                .legato(0.85)
                .play(),
        )
        .keys(60, 86)
        .level(1.0)
        .spread(0.2),
        part(
            &[HARPSICHORD],
            tune(SECOND)
                .rests(0.05)
                .leaps(0.2)
                .ornaments(0.15)
                .legato(0.85)
                .play(),
        )
        .keys(48, 67)
        .level(0.0)
        .spread(0.2),
        part(&[HARPSICHORD], Play::Bass(CONTINUO))
            .keys(33, 52)
            .level(0.0)
            .spread(0.2),
    ],
    mix: MixPlan {
        room_s: (0.8, 2.2),
        wet: (0.15, 0.45),
        ..HALL
    },
    ..BASE
};

const CONCERTO: Style = Style {
    name: "baroque-concerto",
    tempo_bpm: (80.0, 124.0),
    dynamics: (0.35, 0.72),
    parts: &[
        part(
            &[VIOLIN, FLUTE, RECORDER, OBOE, TRUMPET, VIOLIN],
            tune(RUNS).rests(0.1).leaps(0.25).ornaments(0.15).play(),
        )
        .keys(62, 88)
        .level(1.5)
        .spread(0.3),
        part(
            &[VIOLIN, OBOE],
            Play::Follow {
                beats: 4.0,
                semitones: -5,
            },
        )
        .keys(57, 81)
        .level(-0.5)
        .spread(0.6)
        .chance(0.6),
        part(
            &[STRINGS],
            chords(
                &["x.x.x.x.x.x.x.x.", "x-x-x-x-x-x-x-x-", "x---x---x---x---"],
                Voicing::Close,
            ),
        )
        .keys(50, 72)
        .level(-1.0)
        .spread(0.4),
        part(
            &[HARPSICHORD],
            chords(&["x---x---x---x---", "x-x-x-x-x-x-x-x-"], Voicing::Close),
        )
        .keys(52, 74)
        .level(-2.0)
        .spread(0.4)
        .chance(0.9),
        part(&[CELLO], Play::Bass(CONTINUO))
            .keys(36, 57)
            .level(0.0)
            .spread(0.4),
    ],
    ..SUITE
};

const FUGUE: Style = Style {
    name: "baroque-organ",
    tempo_bpm: (64.0, 104.0),
    dynamics: (0.4, 0.85),
    parts: &[
        part(
            &[CHURCH_ORGAN, CHURCH_ORGAN, REED_ORGAN],
            tune(RUNS).rests(0.05).leaps(0.25).play(),
        )
        .keys(60, 86)
        .level(1.0)
        .spread(0.1),
        part(
            &[CHURCH_ORGAN],
            Play::Follow {
                beats: 8.0,
                semitones: -12,
            },
        )
        .keys(48, 72)
        .level(0.0)
        .spread(0.1)
        .chance(0.8),
        part(&[CHURCH_ORGAN], Play::Pad(Voicing::Close))
            .keys(50, 69)
            .level(-2.0)
            .spread(0.1)
            .chance(0.6),
        part(
            &[CHURCH_ORGAN],
            Play::Bass(&["1---3---5---a---", "1-------5-------", "1-2-3-4-5-4-3-a-"]),
        )
        .keys(29, 48)
        .level(0.5)
        .spread(0.1),
    ],
    mix: MixPlan {
        room_s: (2.0, 4.5),
        wet: (0.3, 0.8),
        ..HALL
    },
    ..SUITE
};

const TRIO: Style = Style {
    name: "baroque-trio-sonata",
    tempo_bpm: (60.0, 100.0),
    dynamics: (0.25, 0.55),
    parts: &[
        part(
            &[RECORDER, FLUTE, VIOLIN, OBOE],
            tune(SECOND).rests(0.1).ornaments(0.3).play(),
        )
        .keys(64, 86)
        .level(1.0)
        .spread(0.5),
        part(
            &[VIOLIN, RECORDER],
            Play::Follow {
                beats: 4.0,
                semitones: -12,
            },
        )
        .keys(55, 79)
        .level(0.0)
        .spread(0.5),
        part(
            &[HARPSICHORD, NYLON_GUITAR, HARPSICHORD, REED_ORGAN],
            arpeggio(
                &["1.2.3.4.3.2.3.2.", "1-3-2-3-1-3-2-3-"],
                Voicing::Wide,
                0.6,
            ),
        )
        .keys(45, 72)
        .level(-1.0)
        .spread(0.3),
        part(&[CELLO, BASSOON], Play::Bass(CONTINUO))
            .keys(36, 57)
            .level(-0.5)
            .spread(0.2),
    ],
    ..SUITE
};

pub(super) const STYLES: &[&Style] = &[&SUITE, &SUITE, &CONCERTO, &CONCERTO, &FUGUE, &TRIO];
