//! Jazz: swing in small bands, ballads, an organ trio, a big band, a pianist alone.

use super::shared::*;

/// Two-five-ones and turnarounds.
const STANDARDS: &[(Mode, &str)] = &[
    (
        Mode::Major,
        "ii7 | V13 | Imaj9 | VI7b9 | ii7 | V7 | Imaj7 | VI7alt",
    ),
    (
        Mode::Major,
        "Imaj7 VI7b9 | ii9 V13 | iii7 VI7b9 | ii7 V7 | Imaj7 I9 | IVmaj7 bVII13 | iii7 VI7b9 | ii7 V7",
    ),
    (
        Mode::Major,
        "Imaj9 | % | vii7 | III7b9 | vi9 | II13 | ii9 | V13",
    ),
    (
        Mode::Major,
        "Imaj7 | #idim7 | ii7 | V7 | iii7 | bIII13 | ii7 | bII13",
    ),
    (
        Mode::Harmonic,
        "i6 | iim7b5 V7b9 | i6 | I7b9 | iv9 | bVII13 | bIIImaj7 | iim7b5 V7alt",
    ),
    (Mode::Dorian, "i9 | % | % | % | bii9 | % | i9 | %"),
    (
        Mode::Harmonic,
        "iv9 | bVII13 | bIIImaj7 | bVImaj7 | iim7b5 | V7alt | i6 | %",
    ),
];

/// Eighth-note lines with breaths.
const LINES: &[&str] = &[
    "xxxxxxx.", ".xxxxxxx", "x-xxxxx.", "xxxx..xx", "x.xxx-..", "..xxxxx-", ".x.x-.xx", "xxx-x---",
    "x--x-.x.",
];
const SLOW_LINES: &[&str] = &[
    "x---x-x-", "x--xx---", ".x-xx-x-", "x-------", "x-x-xxx-", "..x-x-xx",
];
const RIFFS: &[&str] = &["x.xx-...", ".xx.x-..", "x--x--x.", "..xxx.x-", "x-.x.x.."];

/// The pianist's left hand and the guitarist: few chords, off the beat.
const COMP: &[&str] = &[
    "x..x....|...x..x.",
    ".x....x.|x..x....",
    "x-.x-...",
    "...x-...|.x-...x.",
    "x-...x..|..x-...x",
    "x..X....|.......x",
];

const SWING: Groove = groove(
    &[
        (drum::RIDE, "X.xoX.xo|X.xoXoxo"),
        (drum::FOOT_HAT, "..x...x."),
        (drum::KICK, "o.......|o..o...."),
        (drum::SNARE, ".....o..|...o...o"),
    ],
    &[
        &[(drum::SNARE, "x.xxXoxx"), (drum::KICK, "x...x..x")],
        &[
            (drum::SNARE, "x.x....."),
            (drum::HIGH_TOM, "...xx..."),
            (drum::FLOOR_TOM, ".....xxx"),
        ],
    ],
)
.no_crash();

const BRUSHES: Groove = groove(
    &[
        (drum::SNARE, "ooxoooxo"),
        (drum::FOOT_HAT, "..x...x."),
        (drum::KICK, "o...o..."),
        (drum::RIDE, "o..oo..o"),
    ],
    &[],
)
.no_crash();

const BAND: Style = Style {
    name: "jazz-swing",
    genre: &["jazz"],
    tempo_bpm: (118.0, 210.0),
    swing: Swing::Eighths(0.58, 0.66),
    loose_ms: 14.0,
    dynamics: (0.35, 0.7),
    progressions: STANDARDS,
    forms: &["aaba", "iaaba", "abab"],
    parts: &[
        part(
            &[
                ALTO_SAX,
                SOPRANO_SAX,
                TENOR_SAX,
                TRUMPET,
                MUTED_TRUMPET,
                TROMBONE,
                VIBRAPHONE,
                JAZZ_GUITAR,
                CLARINET,
                FLUTE,
            ],
            tune(LINES).improvised().leaps(0.22).scoops(0.12).play(),
        )
        .level(2.0)
        .only("abk"),
        part(
            &[PIANO, PIANO, JAZZ_GUITAR, RHODES],
            chords(COMP, Voicing::Rootless),
        )
        .keys(50, 76)
        .level(-3.0),
        part(&[UPRIGHT_BASS], Play::Walk)
            .keys(28, 50)
            .level(-0.5)
            .spread(0.1),
        part(&[JAZZ_KIT, STANDARD_KIT, BRUSH_KIT], Play::Drums(&[SWING])).level(-3.0),
    ],
    mix: CLUB,
    ..BASE
};

const TRIO: Style = Style {
    name: "jazz-piano-trio",
    tempo_bpm: (96.0, 220.0),
    parts: &[
        part(&[PIANO], tune(LINES).improvised().leaps(0.22).play())
            .keys(60, 91)
            .level(2.0),
        part(&[PIANO], chords(COMP, Voicing::Rootless))
            .keys(48, 70)
            .level(-2.5),
        part(&[UPRIGHT_BASS], Play::Walk)
            .keys(28, 50)
            .level(0.0)
            .spread(0.1),
        part(
            &[JAZZ_KIT, BRUSH_KIT, STANDARD_KIT],
            Play::Drums(&[SWING, BRUSHES]),
        )
        .level(-3.5),
    ],
    ..BAND
};

const BALLAD: Style = Style {
    name: "jazz-ballad",
    tempo_bpm: (56.0, 84.0),
    rubato: 0.015,
    dynamics: (0.1, 0.42),
    parts: &[
        part(
            &[
                TENOR_SAX,
                MUTED_TRUMPET,
                PIANO,
                VIBRAPHONE,
                JAZZ_GUITAR,
                ALTO_SAX,
            ],
            tune(SLOW_LINES)
                .improvised()
                .ornaments(0.12)
                .scoops(0.2)
                .play(),
        )
        .level(2.0)
        .only("abk"),
        part(
            &[PIANO, RHODES],
            chords(&["x---x---", "x-------", ".x----x-"], Voicing::Rootless),
        )
        .keys(50, 76)
        .level(-1.5),
        part(
            &[UPRIGHT_BASS],
            Play::Bass(&["1---5---", "1-----5-|1---3-5-"]),
        )
        .keys(28, 50)
        .level(-0.5)
        .spread(0.1),
        part(&[BRUSH_KIT, JAZZ_KIT], Play::Drums(&[BRUSHES]))
            .level(-7.0)
            .chance(0.75),
    ],
    mix: MixPlan {
        room_s: (0.8, 2.0),
        wet: (0.15, 0.4),
        ..CLUB
    },
    ..BAND
};

const SOLO_PIANO: Style = Style {
    name: "jazz-solo-piano",
    tempo_bpm: (76.0, 180.0),
    rubato: 0.015,
    parts: &[
        part(
            &[PIANO],
            tune(LINES).improvised().leaps(0.22).ornaments(0.08).play(),
        )
        .keys(60, 94)
        .level(1.0),
        part(
            &[PIANO],
            arpeggio(&["1.3.2.3.", "1.4.1.4.", "1-4-2-4-"], Voicing::Wide, 0.5),
        )
        .keys(36, 60)
        .level(-1.5),
        part(&[PIANO], chords(COMP, Voicing::Shell))
            .keys(52, 66)
            .level(-3.0),
    ],
    ..BAND
};

const ORGAN_TRIO: Style = Style {
    name: "jazz-organ-trio",
    genre: &["jazz"],
    tempo_bpm: (110.0, 170.0),
    progressions: &[
        (
            Mode::Blues,
            "I9 | IV13 | I9 | % | IV13 | % | I9 | VI7alt | ii9 | V13 | I9 VI7alt | ii9 V13",
        ),
        (
            Mode::Dorian,
            "i9 | IV13 | i9 | IV13 | iv9 | bVII13 | i9 | V7alt",
        ),
    ],
    section_bars: 12,
    parts: &[
        part(
            &[JAZZ_GUITAR, TENOR_SAX],
            tune(LINES).improvised().scoops(0.2).play(),
        )
        .level(1.5)
        .only("abk"),
        part(
            &[DRAWBAR_ORGAN, ROCK_ORGAN, PERCUSSIVE_ORGAN],
            chords(COMP, Voicing::Rootless),
        )
        .keys(52, 76)
        .level(-1.0)
        .chorus(0.5),
        part(&[DRAWBAR_ORGAN, UPRIGHT_BASS], Play::Walk)
            .keys(36, 52)
            .level(0.0)
            .spread(0.1),
        part(&[JAZZ_KIT, STANDARD_KIT], Play::Drums(&[SWING])).level(-3.0),
    ],
    ..BAND
};

const BIG_BAND: Style = Style {
    name: "jazz-big-band",
    tempo_bpm: (124.0, 200.0),
    dynamics: (0.5, 0.85),
    parts: &[
        part(
            &[BRASS_SECTION],
            chords(
                &[
                    "x.......|...x..x.",
                    "..x..x..|........",
                    ".xx.....|..x-....",
                ],
                Voicing::Close,
            ),
        )
        .keys(58, 80)
        .level(1.0)
        .only("ab"),
        part(
            &[TRUMPET, ALTO_SAX, TENOR_SAX, TROMBONE, CLARINET],
            tune(RIFFS).leaps(0.15).scoops(0.2).play(),
        )
        .level(1.0),
        part(&[TENOR_SAX, BARITONE_SAX], Play::Pad(Voicing::Close))
            .keys(48, 68)
            .level(-4.0)
            .only("bk"),
        part(&[PIANO], chords(COMP, Voicing::Rootless))
            .keys(52, 76)
            .level(-5.0),
        part(&[UPRIGHT_BASS], Play::Walk)
            .keys(28, 50)
            .level(-1.0)
            .spread(0.1),
        part(&[JAZZ_KIT, STANDARD_KIT], Play::Drums(&[SWING])).level(-1.5),
    ],
    mix: MixPlan { worn: 0.25, ..CLUB },
    ..BAND
};

pub(super) const STYLES: &[&Style] = &[&TRIO, &BAND, &BALLAD, &SOLO_PIANO, &ORGAN_TRIO, &BIG_BAND];
