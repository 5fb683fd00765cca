//! Metal: palm-muted riffs in walls of distortion, double kicks, doom.

use super::shared::*;

const DOUBLE: Groove = groove(
    &[
        (drum::KICK, "XxxxXxxxXxxxXxxx"),
        (drum::SNARE, "....X.......X..."),
        (drum::RIDE_BELL, "x...x...x...x..."),
    ],
    FILLS,
);
const GALLOP: Groove = groove(
    &[
        (drum::KICK, "X.xxX.xxX.xxX.xx"),
        (drum::SNARE, "....X.......X..."),
        (drum::CHINA, "x...x...x...x..."),
    ],
    FILLS,
);
const BLAST: Groove = groove(
    &[
        (drum::KICK, "X.X.X.X.X.X.X.X."),
        (drum::SNARE, ".x.x.x.x.x.x.x.x"),
        (drum::RIDE, "x.x.x.x.x.x.x.x."),
    ],
    FILLS,
);
const BREAKDOWN: Groove = groove(
    &[
        (drum::KICK, "X..X..X...X.X..."),
        (drum::SNARE, "........X......."),
        (drum::CHINA, "x...x...x...x..."),
    ],
    FILLS,
);
/// Palm-muted; two guitars play them, each at its side.
const MUTED: &[&str] = &[
    "1mm1mm1mm1mm1mm3",
    "mmm1mmm1mmm1m3m2",
    "1-mmmm1-mmmm5-3-",
    "m1m1m1mmm1m1m8m7",
];
const DARK: &[(Mode, &str)] = &[
    (Mode::Phrygian, "i5 | i5 | bII5 | i5"),
    (Mode::Minor, "i5 | bVI5 | bVII5 | i5"),
    (Mode::Phrygian, "i5 | bIII5 | bII5 | #IV5"),
    (Mode::Harmonic, "i5 | iv5 | bVI5 | V5"),
    (Mode::Minor, "i5 | i5 | bIII5 | bII5"),
];

const THRASH: Style = Style {
    name: "metal",
    genre: &["metal", "rock"],
    tempo_bpm: (120.0, 190.0),
    loose_ms: 10.0,
    dynamics: (0.8, 1.0),
    progressions: DARK,
    parts: &[
        part(&[DISTORTION_GUITAR], Play::Riff(MUTED))
            .keys(36, 52)
            .level(4.5)
            .spread(0.95)
            .drive(0.8),
        part(&[DISTORTION_GUITAR, OVERDRIVEN_GUITAR], Play::Riff(MUTED))
            .keys(36, 52)
            .level(4.0)
            .spread(0.95)
            .drive(0.75),
        part(
            &[DISTORTION_GUITAR, OVERDRIVEN_GUITAR],
            tune(&["xxxxxxxxxxxxxxxx", "x-xxxxxxx-xxxxxx", "x---x-xxx---x-xx"])
                .scale(Mode::Harmonic)
                .leaps(0.3)
                .improvised()
                .rests(0.1)
                .play(),
        )
        .keys(60, 88)
        .level(1.0)
        .drive(0.55)
        .echo(0.25)
        .only("k")
        .chance(0.9),
        part(
            &[PICK_BASS],
            Play::Bass(&["1111111111111111", "1.111.111.111.11"]),
        )
        .keys(26, 43)
        .level(-0.5)
        .spread(0.0)
        .drive(0.3),
        part(
            &[POWER_KIT, ROOM_KIT],
            Play::Drums(&[DOUBLE, GALLOP, BLAST]),
        )
        .level(2.5)
        .wet(1.6),
    ],
    mix: LOUD,
    ..BASE
};

const MELODIC: Style = Style {
    name: "metal-melodic",
    tempo_bpm: (110.0, 170.0),
    parts: &[
        part(
            &[DISTORTION_GUITAR],
            Play::Riff(&["1mmm1mmm1mmm1mmm", "1-m1-m1-m1-m1-1-"]),
        )
        .keys(38, 54)
        .level(4.0)
        .spread(0.95)
        .drive(0.75),
        part(
            &[DISTORTION_GUITAR],
            Play::Riff(&["1-------1-------", "1---1---1---1-1-"]),
        )
        .keys(38, 54)
        .level(3.5)
        .spread(0.95)
        .drive(0.75)
        .only("bi"),
        part(
            &[DISTORTION_GUITAR, OVERDRIVEN_GUITAR],
            tune(&["x-x-xxx-x---x-x-", "x---x---x-x-x---", "xxx-xxx-x-x-x-x-"])
                .scale(Mode::Minor)
                .scoops(0.15)
                .play(),
        )
        .keys(57, 86)
        .level(1.0)
        .drive(0.55)
        .only("bk"),
        part(
            &[DISTORTION_GUITAR],
            Play::Follow {
                beats: 0.0,
                semitones: -12,
            },
        )
        .keys(50, 76)
        .level(-2.0)
        .drive(0.55)
        .only("bk")
        .chance(0.6),
        part(
            &[PICK_BASS],
            Play::Bass(&["1.1.1.1.1.1.1.1.", "1111111111111111"]),
        )
        .keys(26, 43)
        .level(-0.5)
        .spread(0.0)
        .drive(0.3),
        part(&[POWER_KIT, ROOM_KIT], Play::Drums(&[DOUBLE, GALLOP]))
            .level(2.0)
            .wet(1.6),
    ],
    ..THRASH
};

const DOOM: Style = Style {
    name: "metal-doom",
    tempo_bpm: (58.0, 88.0),
    parts: &[
        part(
            &[DISTORTION_GUITAR],
            Play::Riff(&["1-------1-mm1-2-", "1---m---3---2---", "1-------------mm"]),
        )
        .keys(33, 50)
        .level(5.0)
        .spread(0.95)
        .drive(0.9),
        part(
            &[DISTORTION_GUITAR, OVERDRIVEN_GUITAR],
            Play::Riff(&["1-------1-mm1-2-", "1---m---3---2---", "1-------------mm"]),
        )
        .keys(33, 50)
        .level(4.5)
        .spread(0.95)
        .drive(0.85),
        part(
            &[OVERDRIVEN_GUITAR],
            tune(&["x-------x---x---", "x---x---x-------"])
                .scale(Mode::Phrygian)
                .scoops(0.3)
                .play(),
        )
        .keys(57, 79)
        .level(-1.0)
        .drive(0.5)
        .echo(0.4)
        .only("bk")
        .chance(0.6),
        part(&[PICK_BASS, FINGER_BASS], Play::Bass(&["1-------1---1---"]))
            .keys(26, 43)
            .level(0.5)
            .spread(0.0)
            .drive(0.5),
        part(
            &[POWER_KIT, ROOM_KIT],
            Play::Drums(&[BREAKDOWN, super::rock::OPEN]),
        )
        .level(2.0)
        .wet(1.6),
    ],
    ..THRASH
};

pub(super) const STYLES: &[&Style] = &[&THRASH, &MELODIC, &DOOM];
