//! Hip hop: dusty loops over a heavy beat, and long low kicks.

use super::shared::*;

const BOOM_BAP: Groove = groove(
    &[
        (drum::KICK, "X..x..x.x......x|X..x......x....."),
        (drum::SNARE, "....X..o....X..."),
        (drum::HAT, "x.x.x.x.x.x.x.x."),
    ],
    &[&[
        (drum::KICK, "X..x..x........."),
        (drum::SNARE, "....X.....x.X.xx"),
        (drum::HAT, "x.x.x.x.x......."),
    ]],
)
.no_crash();
const LAID_BACK: Groove = groove(
    &[
        (drum::KICK, "X.x.......x.x..."),
        (drum::SNARE, "....X.......X..o"),
        (drum::HAT, "x.xxx.x.x.xxx.x."),
        (drum::OPEN_HAT, "..............x."),
    ],
    &[],
)
.no_crash();
const TRAP: Groove = groove(
    &[
        (drum::KICK, "X.....x...x.....|X..x......x...x."),
        (drum::CLAP, "........X......."),
        (drum::HAT, "xxxxxxxxxxxxxxxx|xxxxxxxxxxxxXxXx"),
        (drum::OPEN_HAT, "..............x."),
    ],
    &[],
)
.no_crash();
const ROLLS: Groove = groove(
    &[
        (drum::KICK, "X...............x.....x........."),
        (drum::SNARE, "................X..............."),
        (drum::HAT, "x.x.x.x.x.xxxxxxx.x.x.x.xxx.x.x."),
    ],
    &[],
)
.no_crash();
const LOOPS: &[(Mode, &str)] = &[
    (Mode::Dorian, "i9 | IV9"),
    (Mode::Minor, "i9 | bVImaj7 | iv9 | v7"),
    (Mode::Major, "ii9 | V13 | Imaj9 | VI7b9"),
    (Mode::Minor, "i7 | bVII7 | bVImaj7 | V7b9"),
    (Mode::Dorian, "i9 | bIII6 | ii7 | bII13"),
];

const BEATS: Style = Style {
    name: "hip-hop",
    genre: &["hip hop"],
    tempo_bpm: (80.0, 100.0),
    swing: Swing::Sixteenths(0.53, 0.62),
    loose_ms: 14.0,
    dynamics: (0.45, 0.8),
    progressions: LOOPS,
    forms: &["iaabab", "aabkb", "aaaab"],
    section_bars: 8,
    parts: &[
        part(
            &[RHODES, PIANO, JAZZ_GUITAR, FM_PIANO, VIBRAPHONE],
            chords(
                &["x---..x---......", "x--x--....x-....", "..x---..x-......"],
                Voicing::Rootless,
            ),
        )
        .keys(52, 76)
        .level(0.0)
        .low_pass(4000.0),
        part(
            &[FLUTE, MUTED_TRUMPET, STRINGS, PIANO, VIBRAPHONE, TENOR_SAX],
            tune(&["x-x---x-........", "..x-x-x---......", "x---....x-x-...."])
                .rests(0.4)
                .play(),
        )
        .keys(60, 81)
        .level(-2.0)
        .low_pass(3500.0)
        .echo(0.3)
        .chance(0.75)
        .only("bk"),
        part(
            &[SUB_BASS, FINGER_BASS, UPRIGHT_BASS],
            Play::Bass(&["1--1--1-..1-....", "1-..1-..1-..5-a-", "1-----..1-1-...."]),
        )
        .keys(28, 45)
        .level(2.0)
        .spread(0.0),
        part(
            &[STANDARD_KIT, ROOM_KIT, MACHINE_808, POWER_KIT, TR808_KIT],
            Play::Drums(&[BOOM_BAP, LAID_BACK]),
        )
        .level(4.0)
        .drive(0.15)
        .wet(0.5),
    ],
    mix: MixPlan {
        room_s: (0.3, 1.0),
        wet: (0.02, 0.15),
        press: (0.3, 0.8),
        tilt_db: (-5.0, 0.0),
        worn: 0.4,
        ..STUDIO
    },
    ..BASE
};

const TRAP_BEATS: Style = Style {
    name: "hip-hop-trap",
    tempo_bpm: (62.0, 78.0),
    swing: Swing::Straight,
    loose_ms: 2.0,
    dynamics: (0.6, 0.92),
    progressions: &[
        (Mode::Minor, "i | bVI | i | v"),
        (Mode::Phrygian, "i | bII | i | bVII"),
        (Mode::Harmonic, "i | iv | V | i"),
    ],
    parts: &[
        part(
            &[GLASS, PIANO, PLUCK, BELLS, FLUTE, HARP, SITAR],
            tune(&["x...x...x.x.....", "x.x.x.......x...", "x-..x-..x-x-...."])
                .rests(0.15)
                .play(),
        )
        .keys(60, 84)
        .level(0.5)
        .echo(0.4),
        part(&[ANALOG_PAD, OOHS, SLOW_STRINGS], Play::Pad(Voicing::Close))
            .keys(52, 74)
            .level(-4.0)
            .chance(0.7),
        part(
            &[SUB_BASS],
            Play::Bass(&["1-----1-..1-----", "1---..1---..5---"]),
        )
        .keys(26, 40)
        .level(3.5)
        .spread(0.0)
        .drive(0.2),
        part(&[MACHINE_808, TR808_KIT], Play::Drums(&[ROLLS, TRAP]))
            .level(3.5)
            .only("abk")
            .wet(0.4),
    ],
    mix: MixPlan {
        worn: 0.05,
        tilt_db: (-2.0, 2.0),
        ..FLOOR
    },
    ..BEATS
};

pub(super) const STYLES: &[&Style] = &[&BEATS, &BEATS, &TRAP_BEATS];
