//! House: four to the floor, open hats between, stabs of seventh chords.

use super::shared::*;

const HOUSE: Groove = groove(
    &[
        (drum::KICK, "X...X...X...X..."),
        (drum::CLAP, "....X.......X..."),
        (drum::OPEN_HAT, "..X...X...X...X."),
        (drum::HAT, "x..xx..xx..xx..x"),
        (drum::SHAKER, "oooooooooooooooo"),
    ],
    RISERS,
);
const DEEP: Groove = groove(
    &[
        (drum::KICK, "X...X...X...X..."),
        (drum::STICK, "....x..x....x.x."),
        (drum::OPEN_HAT, "..x...x...x...x."),
        (drum::OPEN_CONGA, "...x..x...x..x.."),
        (drum::SHAKER, "x.ox.ox.ox.ox.ox"),
    ],
    RISERS,
)
.no_crash();
const CHORDS: &[(Mode, &str)] = &[
    (Mode::Dorian, "i9 | % | iv9 | %"),
    (Mode::Minor, "i9 | bVImaj7 | bIIImaj7 | bVII"),
    (Mode::Dorian, "i7 | IV9 | i7 | IV9"),
    (Mode::Major, "IVmaj7 | iii7 | vi7 | V"),
    (Mode::Minor, "i7 | v7 | bVImaj7 | v7"),
];

const CLASSIC: Style = Style {
    name: "house",
    genre: &["house", "electronic"],
    tempo_bpm: (118.0, 130.0),
    swing: Swing::Sixteenths(0.5, 0.58),
    loose_ms: 2.0,
    dynamics: (0.6, 0.92),
    progressions: CHORDS,
    forms: &["iaabkb", "iabab", "aabkb"],
    parts: &[
        part(
            &[PIANO, BRIGHT_PIANO, DRAWBAR_ORGAN, STAB],
            chords(
                &[
                    "x..x..x...x.x...",
                    "..x..x..x..x..x.",
                    "x..x..x.x..x..x.",
                    "...x..x....x..x.",
                ],
                Voicing::Close,
            ),
        )
        .keys(55, 79)
        .level(0.5)
        .echo(0.25)
        .pump(0.3),
        part(
            &[SAW_BASS, GM_SYNTH_BASS, SUB_BASS],
            Play::Bass(&["..1...1...1..11.", "1..1..1.8..1..7.", "..11..1...11..8."]),
        )
        .keys(28, 46)
        .level(0.5)
        .spread(0.0)
        .pump(0.3)
        .only("abk"),
        part(&[SUPERSAW, ANALOG_PAD, STRINGS], Play::Pad(Voicing::Open))
            .keys(55, 79)
            .level(-4.0)
            .pump(0.7)
            .chance(0.8)
            .only("bki"),
        part(
            &[PLUCK, SQUARE_LEAD, ALTO_SAX, OOHS, TRUMPET],
            tune(&["x..x..x-....x.x.", "..x.x.x-x-......", "x-x---x-........"])
                .rests(0.5)
                .play(),
        )
        .keys(62, 84)
        .level(-0.5)
        .echo(0.5)
        .chance(0.7)
        .only("bk"),
        part(
            &[MACHINE_909, MACHINE_909, TR808_KIT],
            Play::Drums(&[HOUSE]),
        )
        .level(2.5),
    ],
    mix: FLOOR,
    ..BASE
};

const DEEP_HOUSE: Style = Style {
    name: "house-deep",
    tempo_bpm: (114.0, 124.0),
    dynamics: (0.45, 0.78),
    parts: &[
        part(
            &[RHODES, FM_PIANO, STAB],
            chords(
                &["x-....x-....x...", "...x-...x-......", "x--...x--...x-.."],
                Voicing::Rootless,
            ),
        )
        .keys(52, 74)
        .level(0.0)
        .chorus(0.5)
        .echo(0.5),
        part(
            &[SUB_BASS, SAW_BASS, FINGER_BASS],
            Play::Bass(&["1-....1...1..5..", "1..1......1..a..", "..1...1-..1...7."]),
        )
        .keys(28, 45)
        .level(1.0)
        .spread(0.0)
        .pump(0.3),
        part(&[ANALOG_PAD, WARM_PAD], Play::Pad(Voicing::Open))
            .keys(50, 74)
            .level(-4.0)
            .pump(0.5)
            .sweep(0.7)
            .low_pass(2200.0),
        part(
            &[GLASS, VIBRAPHONE, FLUTE, TENOR_SAX],
            tune(&["..x-x---........", "x---....x-x-....", "......x-x-x-...."])
                .rests(0.5)
                .improvised()
                .play(),
        )
        .keys(60, 84)
        .level(-2.0)
        .echo(0.6)
        .chance(0.6)
        .only("bk"),
        part(
            &[MACHINE_909, MACHINE_808, TR808_KIT],
            Play::Drums(&[DEEP, HOUSE]),
        )
        .level(2.0),
    ],
    ..CLASSIC
};

const FILTERED: Style = Style {
    name: "house-disco",
    genre: &["house", "electronic", "funk"],
    tempo_bpm: (118.0, 128.0),
    parts: &[
        part(
            &[CLEAN_GUITAR, MUTED_GUITAR],
            chords(&["x.xx.xx.x.xx.x.x", "..xx..xx..xx..xx"], Voicing::Close),
        )
        .keys(58, 79)
        .level(-1.0)
        .spread(0.6)
        .sweep(0.5)
        .low_pass(3500.0),
        part(
            &[STRINGS, BRASS_SECTION, SYNTH_STRINGS],
            chords(
                &["x---....x-x-....", "x-x-............|........x-x-x-x-"],
                Voicing::Close,
            ),
        )
        .keys(60, 82)
        .level(-1.0)
        .pump(0.4)
        .only("bk"),
        part(
            &[FINGER_BASS, SLAP_BASS, SAW_BASS],
            Play::Bass(&["1.8.1.8.1.8.1.8.", "1..8..1.8.1.7.8.", "1.1.8.5.1.1.7.8."]),
        )
        .keys(28, 46)
        .level(1.0)
        .spread(0.0)
        .pump(0.2),
        part(
            &[RHODES, DRAWBAR_ORGAN],
            chords(&["x-------x-------", "...x..x....x..x."], Voicing::Close),
        )
        .keys(55, 76)
        .level(-3.0)
        .pump(0.5),
        part(&[MACHINE_909, STANDARD_KIT], Play::Drums(&[HOUSE]))
            .level(2.5)
            .only("iab"),
    ],
    ..CLASSIC
};

pub(super) const STYLES: &[&Style] = &[&CLASSIC, &DEEP_HOUSE, &FILTERED];
