//! Funk, soul and disco: sixteenths, syncopated basses, horns in stabs.

use super::shared::*;

const ONE: Groove = groove(
    &[
        (drum::KICK, "X..x..x...x..x..|X.x...x...xx...."),
        (drum::SNARE, "....X..o.o..X..o"),
        (drum::HAT, "x.xox.xox.xox.xo"),
        (drum::OPEN_HAT, "..............x."),
    ],
    FILLS,
);
const LINEAR: Groove = groove(
    &[
        (drum::KICK, "X.x.......x..x.."),
        (drum::SNARE, "....X.oo.o..X.o."),
        (drum::HAT, "xoxoxoxoxoxoxoxo"),
        (drum::COWBELL, "x...x...x...x..."),
    ],
    FILLS,
);
const DISCO_BEAT: Groove = groove(
    &[
        (drum::KICK, "X...X...X...X..."),
        (drum::SNARE, "....X.......X..."),
        (drum::OPEN_HAT, "..X...X...X...X."),
        (drum::HAT, "xx.xxx.xxx.xxx.x"),
        (drum::TAMBOURINE, "....x.......x..."),
    ],
    FILLS,
);
const SOUL_BEAT: Groove = groove(
    &[
        (drum::KICK, "X.....x.x......."),
        (drum::SNARE, "....X.......X..."),
        (drum::HAT, "x.x.x.x.x.x.x.x."),
        (drum::TAMBOURINE, "....x.......x..."),
    ],
    FILLS,
);
const VAMPS: &[(Mode, &str)] = &[
    (
        Mode::Mixolydian,
        "I9 | I9 | I9 | IV9 | I9 | I9 | bVII9 IV9 | I9",
    ),
    (
        Mode::Dorian,
        "i9 | IV9 | i9 | IV9 | i9 | IV9 | bIII6 bVII9 | iv9 V7#9",
    ),
    (Mode::Mixolydian, "I9 | % | IV9 | %"),
    (Mode::Dorian, "i7 | % | bVII9 | IV9"),
    (Mode::Dorian, "i9 | % | iv9 | V7#9"),
];
const HORNS: &[&str] = &[
    "x...........x.x.|....x.x.........",
    "..x.x...........",
    "x-x.....x-x.....",
    "......x.x---....",
];

const FUNK: Style = Style {
    name: "funk",
    genre: &["funk"],
    tempo_bpm: (92.0, 118.0),
    swing: Swing::Sixteenths(0.5, 0.58),
    loose_ms: 13.0,
    dynamics: (0.5, 0.85),
    progressions: VAMPS,
    parts: &[
        part(
            &[CLEAN_GUITAR, MUTED_GUITAR],
            chords(
                &["x.xx.xo.x.xx.xoo", "..x.xx.o..x.xx.o", "xoxoX.xoxoxoX.xo"],
                Voicing::Close,
            ),
        )
        .keys(60, 79)
        .level(1.0)
        .spread(0.7),
        part(
            &[RHODES, DRAWBAR_ORGAN, CLAVINET, PIANO],
            chords(
                &["x..x..x...x..x..", "..x...x..x..x...", "x.x..x..x.x..x.."],
                Voicing::Rootless,
            ),
        )
        .keys(52, 74)
        .level(-1.0)
        .spread(0.5),
        part(
            &[BRASS_SECTION, TRUMPET, ALTO_SAX],
            chords(HORNS, Voicing::Close),
        )
        .keys(60, 80)
        .level(1.5)
        .chance(0.9)
        .only("abk"),
        part(
            &[TENOR_SAX, ALTO_SAX, CLEAN_GUITAR, TRUMPET, DRAWBAR_ORGAN],
            tune(&["x.xxx-..x.x.xx-.", "..x.xxx-..x.x-..", "x-x.x-xx....x.x."])
                .scale(Mode::Blues)
                .improvised()
                .scoops(0.3)
                .play(),
        )
        .level(0.5)
        .chance(0.7)
        .only("ak"),
        part(
            &[SLAP_BASS, FINGER_BASS],
            Play::Bass(&[
                "1..1..8...7.5.1.",
                "1.x1..x1..5.7.8.",
                "1..x8.x.1.7x8.5.",
                "1.1...7.8..5..a.",
            ]),
        )
        .keys(28, 48)
        .level(1.5)
        .spread(0.0),
        part(&[STANDARD_KIT, ROOM_KIT], Play::Drums(&[ONE, LINEAR]))
            .level(1.5)
            .wet(1.4),
    ],
    ..BASE
};

const DISCO: Style = Style {
    name: "funk-disco",
    genre: &["funk"],
    tempo_bpm: (108.0, 126.0),
    swing: Swing::Straight,
    progressions: &[
        (Mode::Minor, "i7 | bVII | bVImaj7 | v7"),
        (Mode::Dorian, "i7 | IV9 | i7 | IV9"),
        (Mode::Major, "vi7 | ii7 | V7 | Imaj7"),
    ],
    parts: &[
        part(
            &[STRINGS],
            tune(&["x-x-x---x-x-x---", "xxx.x---........", "x---x---x-xxx---"]).play(),
        )
        .keys(64, 88)
        .level(1.0)
        .only("bk"),
        part(
            &[CLEAN_GUITAR, MUTED_GUITAR],
            chords(&["x.xx.xx.x.xx.xx.", "..xx..xx..xx..xx"], Voicing::Close),
        )
        .keys(60, 79)
        .level(-1.0)
        .spread(0.7),
        part(
            &[PIANO, RHODES, CLAVINET],
            chords(&["x--x--x---x-x---", "x-------x-------"], Voicing::Close),
        )
        .keys(52, 76)
        .level(-2.0),
        part(&[BRASS_SECTION], chords(HORNS, Voicing::Close))
            .keys(60, 80)
            .level(-1.0)
            .chance(0.6)
            .only("b"),
        part(
            &[FINGER_BASS, PICK_BASS],
            Play::Bass(&["1.8.1.8.1.8.1.8.", "1.1.8.1.1.5.7.8.", "1..8..1.8..8.7.5"]),
        )
        .keys(28, 48)
        .level(1.0)
        .spread(0.0),
        part(&[STANDARD_KIT, ROOM_KIT], Play::Drums(&[DISCO_BEAT])).level(1.5),
    ],
    ..FUNK
};

const SOUL: Style = Style {
    name: "funk-soul",
    genre: &["funk"],
    tempo_bpm: (74.0, 112.0),
    swing: Swing::Sixteenths(0.5, 0.6),
    dynamics: (0.35, 0.7),
    progressions: &[
        (Mode::Major, "Imaj7 | vi7 | ii7 | V7sus4"),
        (Mode::Major, "I | iii7 | IVmaj7 | V7sus4"),
        (Mode::Dorian, "i9 | IV13 | i9 | IV13"),
    ],
    parts: &[
        part(
            &[TENOR_SAX, ALTO_SAX, OOHS, DRAWBAR_ORGAN],
            tune(&["x--xx-x-..x-x---", "..x-x-x---......", "x-x-x-xxx-------"])
                .scoops(0.3)
                .play(),
        )
        .level(1.5)
        .only("abk"),
        part(
            &[RHODES, DRAWBAR_ORGAN, PIANO],
            chords(&["x---..x-x---....", "x-------..x-x---"], Voicing::Close),
        )
        .keys(52, 74)
        .level(0.0)
        .chorus(0.4),
        part(
            &[CLEAN_GUITAR],
            chords(&["....x.......x...", "....x..o....x.o."], Voicing::Close),
        )
        .keys(60, 79)
        .level(-3.0)
        .spread(0.7),
        part(&[BRASS_SECTION, STRINGS], Play::Pad(Voicing::Open))
            .keys(57, 78)
            .level(-4.0)
            .chance(0.7)
            .only("b"),
        part(
            &[FINGER_BASS],
            Play::Bass(&["1--1--3-5--5--6-", "1-----1-1---5-a-", "1--x1-..5-..6-a-"]),
        )
        .keys(28, 48)
        .level(0.5)
        .spread(0.0),
        part(&[STANDARD_KIT, ROOM_KIT], Play::Drums(&[SOUL_BEAT])).level(0.0),
    ],
    ..FUNK
};

pub(super) const STYLES: &[&Style] = &[&FUNK, &FUNK, &DISCO, &SOUL];
