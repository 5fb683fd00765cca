//! Blues: twelve bars, shuffled or slow.

use super::shared::*;

const TWELVE: &[(Mode, &str)] = &[
    (
        Mode::Blues,
        "I7 | IV7 | I7 | % | IV7 | % | I7 | % | V7 | IV7 | I7 IV7 | I7 V7",
    ),
    (
        Mode::Blues,
        "I7 | % | % | % | IV7 | % | I7 | % | V7 | IV7 | I7 | V7",
    ),
    (
        Mode::Blues,
        "I7 | IV7 | I7 | % | IV7 | #ivdim7 | I7 | VI7 | ii7 | V7 | I7 VI7 | ii7 V7",
    ),
    (
        Mode::Blues,
        "i7 | iv7 | i7 | % | iv7 | % | i7 | % | bVI7 | V7 | i7 | V7",
    ),
];
const SHUFFLE: Groove = groove(
    &[
        (drum::KICK, "X...X..o|X..xX..."),
        (drum::SNARE, "..X..oX."),
        (drum::HAT, "xxxxxxxx"),
    ],
    &[
        &[(drum::SNARE, "..X.XxXx"), (drum::KICK, "X...X...")],
        &[
            (drum::SNARE, "..x.x..."),
            (drum::FLOOR_TOM, ".....xXx"),
            (drum::KICK, "X...X..."),
        ],
    ],
);
const RIDE_SHUFFLE: Groove = groove(
    &[
        (drum::KICK, "X...X..."),
        (drum::SNARE, "..X...X."),
        (drum::RIDE, "xxxxxxxx"),
        (drum::FOOT_HAT, "..x...x."),
    ],
    &[],
);
const SLOW_TWELVE_EIGHT: Groove = groove(
    &[
        (drum::KICK, "X.....x.x..."),
        (drum::SNARE, "...X.....X.o"),
        (drum::HAT, "xxxxxxxxxxxx"),
    ],
    &[&[(drum::SNARE, "...X..xxxXXX"), (drum::KICK, "X.....x.....")]],
);
const LICKS: &[&str] = &[
    "x-xxx-..", "..xxx-x-", "xxx-....", "x-x-xx--", ".xxxxxx-", "x---..xx",
];
const BOOGIE: &[&str] = &[
    "1.3.5.6.|8.6.5.3.",
    "11335566|88665533",
    "1.1.5.6.",
    "1-3-5-3-|1-3-5-a-",
];

const CHICAGO: Style = Style {
    name: "blues-shuffle",
    genre: &["blues"],
    tempo_bpm: (92.0, 138.0),
    swing: Swing::Eighths(0.62, 0.68),
    loose_ms: 15.0,
    dynamics: (0.4, 0.78),
    progressions: TWELVE,
    forms: &["aabab", "iaabb"],
    section_bars: 12,
    parts: &[
        part(
            &[
                OVERDRIVEN_GUITAR,
                CLEAN_GUITAR,
                HARMONICA,
                TENOR_SAX,
                JAZZ_GUITAR,
            ],
            tune(LICKS)
                .scale(Mode::Blues)
                .improvised()
                .scoops(0.45)
                .leaps(0.2)
                .rests(0.45)
                .play(),
        )
        .keys(57, 81)
        .level(2.0)
        .drive(0.25)
        .only("abk"),
        part(
            &[CLEAN_GUITAR, JAZZ_GUITAR],
            chords(&["x.x.x.x.", "..x...x.", "xxx.xxx."], Voicing::Close),
        )
        .keys(48, 67)
        .level(-2.0)
        .spread(0.7),
        part(
            &[PIANO, HONKY_TONK, DRAWBAR_ORGAN],
            chords(&["..xx..xx", "x-x...x.", ".x.x.x.x"], Voicing::Close),
        )
        .keys(55, 76)
        .level(-2.5)
        .spread(0.5)
        .chance(0.85),
        part(&[FINGER_BASS, UPRIGHT_BASS, PICK_BASS], Play::Bass(BOOGIE))
            .keys(28, 48)
            .level(0.0)
            .spread(0.0),
        part(
            &[STANDARD_KIT, ROOM_KIT],
            Play::Drums(&[SHUFFLE, RIDE_SHUFFLE]),
        )
        .level(0.0),
    ],
    mix: MixPlan { worn: 0.2, ..CLUB },
    ..BASE
};

const SLOW: Style = Style {
    name: "blues-slow",
    tempo_bpm: (50.0, 70.0),
    swing: Swing::Straight,
    dynamics: (0.3, 0.7),
    parts: &[
        part(
            &[OVERDRIVEN_GUITAR, CLEAN_GUITAR, HARMONICA, TENOR_SAX],
            tune(&[
                "x--xxxx-....",
                "..xxxxx--x--",
                "x-xx-xx-----",
                "...x-xx-xx-x",
            ])
            .scale(Mode::Blues)
            .improvised()
            .scoops(0.55)
            .rests(0.4)
            .play(),
        )
        .keys(57, 82)
        .level(2.5)
        .drive(0.3)
        .only("abk"),
        part(
            &[DRAWBAR_ORGAN, PIANO],
            chords(
                &["x-----x-----", "xxxxxxxxxxxx", "...x-----x--"],
                Voicing::Close,
            ),
        )
        .keys(52, 74)
        .level(-1.5),
        part(
            &[CLEAN_GUITAR],
            chords(&["...x.....x..", "..xx....xx.."], Voicing::Close),
        )
        .keys(52, 70)
        .level(-4.0)
        .spread(0.7),
        part(
            &[FINGER_BASS, UPRIGHT_BASS],
            Play::Bass(&["1-----5--3-5", "1--1--3--5-a"]),
        )
        .keys(28, 46)
        .level(0.0)
        .spread(0.0),
        part(
            &[STANDARD_KIT, ROOM_KIT, BRUSH_KIT],
            Play::Drums(&[SLOW_TWELVE_EIGHT]),
        )
        .level(-1.5),
    ],
    ..CHICAGO
};

const DELTA: Style = Style {
    name: "blues-acoustic",
    tempo_bpm: (76.0, 120.0),
    dynamics: (0.25, 0.6),
    parts: &[
        part(
            &[STEEL_GUITAR],
            tune(LICKS)
                .scale(Mode::Blues)
                .improvised()
                .scoops(0.4)
                .rests(0.3)
                .play(),
        )
        .keys(57, 79)
        .level(1.0)
        .spread(0.1),
        part(
            &[STEEL_GUITAR],
            Play::Bass(&["1-1-1-1-", "1-5-1-5-", "1x1x1x1x"]),
        )
        .keys(40, 57)
        .level(-1.0)
        .spread(0.1),
        part(
            &[STEEL_GUITAR],
            chords(&["..x...x.", "..xo..xo"], Voicing::Close),
        )
        .keys(52, 67)
        .level(-3.0)
        .spread(0.1),
        part(
            &[HARMONICA],
            tune(&["x-x-x---", "..x-x---", "x---x-x-"])
                .scale(Mode::Blues)
                .improvised()
                .scoops(0.5)
                .rests(0.6)
                .play(),
        )
        .level(1.0)
        .chance(0.5)
        .only("bk"),
    ],
    mix: MixPlan {
        worn: 0.35,
        room_s: (0.3, 0.9),
        ..CLUB
    },
    ..CHICAGO
};

const BOOGIE_PIANO: Style = Style {
    name: "blues-boogie-piano",
    tempo_bpm: (120.0, 180.0),
    parts: &[
        part(
            &[PIANO, HONKY_TONK],
            tune(&["xxxxx.x.", "x-xxx-xx", ".x.x.x.x", "xxxxxxxx"])
                .scale(Mode::Blues)
                .improvised()
                .rests(0.15)
                .play(),
        )
        .keys(60, 88)
        .level(0.5)
        .spread(0.1),
        part(
            &[PIANO],
            Play::Bass(&["11335566|88665533", "13568653", "1.5.6.5."]),
        )
        .keys(33, 55)
        .level(0.0)
        .spread(0.1),
        part(&[STANDARD_KIT, BRUSH_KIT], Play::Drums(&[RIDE_SHUFFLE]))
            .level(-3.0)
            .chance(0.4),
        part(&[UPRIGHT_BASS], Play::Walk)
            .keys(28, 48)
            .level(-3.0)
            .chance(0.4),
    ],
    ..CHICAGO
};

pub(super) const STYLES: &[&Style] = &[&CHICAGO, &SLOW, &DELTA, &BOOGIE_PIANO];
