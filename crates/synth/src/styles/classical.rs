//! Classical music: sonatas, quartets, orchestras, songs without words, choirs.

mod recital;

use super::shared::*;
use recital::{GUITAR, HARP_SOLO, RECITAL, SOLO};

const CLASSIC: &[(Mode, &str)] = &[
    (Mode::Major, "I | V7 | I | IV | ii | V7 | I | V"),
    (Mode::Major, "I | IV | I | V7 | vi | ii | V7 | I"),
    (Mode::Major, "I | vi | ii | V7 | I | IV | I V7 | I"),
    (Mode::Harmonic, "i | V7 | i | iv | i | iim7b5 | V7 | i"),
    (Mode::Harmonic, "i | iv | V7 | i | bVI | iv | V7 | i"),
    (
        Mode::Harmonic,
        "i | bVI | iv | V7 | i | bIII | iim7b5 V7 | i",
    ),
    (Mode::Major, "I | #idim7 | ii | V7 | I7 | IV | I V7 | I"),
];
const SINGING: &[&str] = &[
    "x---x-x-x-------",
    "x---x---x-x-x---",
    "x-x-x-x-x---x---",
    "x-----x-x---x-x-",
    "x-------x---x---",
];
const RUNNING: &[&str] = &[
    "xxxxxxxxx---x---",
    "x-x-xxxxx-x-x---",
    "x---xxxxx---xxxx",
    "xxxxxxxxxxxxx---",
];
const ALBERTI: &[&str] = &["1.3.2.3.1.3.2.3.", "1-3-2-3-1-3-2-3-", "1323132313231323"];
const WAVES: &[&str] = &["1.2.3.4.5.4.3.2.", "1.2.4.2.5.2.4.2.", "1-3-5-4-3-2-3-4-"];

const SONATA: Style = Style {
    name: "classical-piano",
    genre: &["classical"],
    tempo_bpm: (72.0, 148.0),
    rubato: 0.035,
    loose_ms: 12.0,
    dynamics: (0.2, 0.72),
    progressions: CLASSIC,
    forms: &["aabab", "abab", "aabb"],
    parts: &[
        part(&[PIANO], tune(RUNNING).ornaments(0.15).rests(0.1).play())
            .keys(60, 93)
            .level(1.0)
            .spread(0.1),
        part(&[PIANO], arpeggio(ALBERTI, Voicing::Close, 0.5))
            .keys(45, 64)
            .level(-2.5)
            .spread(0.1),
        part(
            &[PIANO],
            Play::Bass(&["1-------5-------", "1---------------"]),
        )
        .keys(31, 50)
        .level(-3.0)
        .spread(0.1)
        .chance(0.7),
    ],
    mix: HALL,
    ..BASE
};

const ROMANTIC: Style = Style {
    name: "classical-romantic-piano",
    tempo_bpm: (50.0, 96.0),
    rubato: 0.06,
    dynamics: (0.12, 0.6),
    parts: &[
        part(&[PIANO], tune(SINGING).ornaments(0.08).rests(0.1).play())
            .keys(62, 91)
            .level(1.5)
            .spread(0.1),
        part(&[PIANO], arpeggio(WAVES, Voicing::Wide, 2.5))
            .keys(33, 69)
            .level(-1.0)
            .spread(0.1),
    ],
    ..SONATA
};

const QUARTET: Style = Style {
    name: "classical-string-quartet",
    tempo_bpm: (66.0, 132.0),
    rubato: 0.02,
    parts: &[
        part(&[VIOLIN], tune(RUNNING).ornaments(0.08).rests(0.1).play())
            .keys(62, 91)
            .level(1.5)
            .spread(0.6),
        part(
            &[VIOLIN],
            arpeggio(
                &["1-2-3-2-1-2-3-2-", "..x...x.", "1.2.1.2.1.2.1.2."],
                Voicing::Close,
                0.4,
            ),
        )
        .keys(57, 76)
        .level(-1.0)
        .spread(0.6),
        part(&[VIOLA], Play::Pad(Voicing::Shell))
            .keys(50, 69)
            .level(-1.5)
            .spread(0.6),
        part(
            &[CELLO],
            Play::Bass(&["1-------5-------", "1---5---1---5---", "1-----------5-3-"]),
        )
        .keys(36, 57)
        .level(0.0)
        .spread(0.6),
    ],
    ..SONATA
};

const ORCHESTRA: Style = Style {
    name: "classical-orchestra",
    tempo_bpm: (64.0, 140.0),
    rubato: 0.02,
    dynamics: (0.25, 0.85),
    parts: &[
        part(
            &[STRINGS, VIOLIN, FLUTE, OBOE, CLARINET, HORN],
            tune(SINGING).ornaments(0.05).play(),
        )
        .keys(60, 88)
        .level(1.5)
        .spread(0.3),
        part(&[STRINGS, SLOW_STRINGS], Play::Pad(Voicing::Open))
            .keys(43, 72)
            .level(0.0)
            .spread(0.3),
        part(
            &[PIZZICATO, TREMOLO_STRINGS, STRINGS],
            chords(
                &["x.x.x.x.x.x.x.x.", "x...x...x...x...", "x-x-x-x-x-x-x-x-"],
                Voicing::Close,
            ),
        )
        .keys(55, 76)
        .level(-2.0)
        .spread(0.5)
        .chance(0.7),
        part(
            &[FLUTE, CLARINET, OBOE],
            Play::Follow {
                beats: 0.0,
                semitones: 12,
            },
        )
        .keys(67, 94)
        .level(-3.0)
        .chance(0.5)
        .only("b"),
        part(&[HORN, TRUMPET, TROMBONE], Play::Pad(Voicing::Close))
            .keys(48, 69)
            .level(-3.0)
            .chance(0.6)
            .only("b"),
        part(
            &[STRINGS, CONTRABASS],
            Play::Bass(&["1-------5-------", "1---1---5---5---"]),
        )
        .keys(28, 48)
        .level(-0.5)
        .spread(0.4),
        part(
            &[TIMPANI],
            Play::Bass(&["1.......1.......", "............1.5."]),
        )
        .keys(40, 55)
        .level(-4.0)
        .chance(0.4)
        .only("b"),
        part(&[HARP], arpeggio(&["1234567876543212"], Voicing::Wide, 2.0))
            .keys(43, 79)
            .level(-5.0)
            .chance(0.3)
            .only("bk"),
    ],
    ..SONATA
};

const CHOIR_STYLE: Style = Style {
    name: "classical-choir",
    tempo_bpm: (54.0, 84.0),
    rubato: 0.03,
    dynamics: (0.2, 0.6),
    progressions: &[
        (
            Mode::Major,
            "I IV | I V | vi IV | I V | I vi | ii V | IV V | I",
        ),
        (
            Mode::Minor,
            "i bVII | bVI v | iv bVII | i | bIII bVII | iv i | bVI v | i",
        ),
        (
            Mode::Dorian,
            "i | bVII i | IV | v i | i bIII | bVII | IV v | i",
        ),
    ],
    parts: &[
        part(
            &[CHOIR, OOHS],
            tune(&["x---x---", "x---x-x-", "x-------"])
                .leaps(0.08)
                .rests(0.0)
                .play(),
        )
        .keys(62, 79)
        .level(1.0)
        .spread(0.4),
        part(&[CHOIR], Play::Pad(Voicing::Open))
            .keys(46, 72)
            .level(0.5)
            .spread(0.4),
        part(&[CHURCH_ORGAN], Play::Pad(Voicing::Open))
            .keys(40, 72)
            .level(-3.0)
            .spread(0.2)
            .chance(0.45),
        part(&[SLOW_STRINGS], Play::Pad(Voicing::Wide))
            .keys(36, 67)
            .level(-4.0)
            .chance(0.25),
    ],
    mix: MixPlan {
        room_s: (2.2, 5.0),
        wet: (0.4, 0.9),
        ..HALL
    },
    ..SONATA
};

pub(super) const STYLES: &[&Style] = &[
    &SONATA,
    &ROMANTIC,
    &QUARTET,
    &ORCHESTRA,
    &RECITAL,
    &SOLO,
    &GUITAR,
    &HARP_SOLO,
    &CHOIR_STYLE,
    &QUARTET,
    &SOLO,
    &CHOIR_STYLE,
];
