//! Reggae, dub and ska: the bass leads, the guitar answers off the beat.

use super::shared::*;

const ONE_DROP: Groove = groove(
    &[
        (drum::KICK, "........X......."),
        (drum::STICK, "........X......."),
        (drum::HAT, "x.x.x.x.x.x.x.xx"),
    ],
    &[
        &[
            (drum::SNARE, "........X..x..xx"),
            (drum::KICK, "........X......."),
            (drum::HAT, "x.x.x.x."),
        ],
        &[
            (drum::TIMBALE, "..........x.xxx."),
            (drum::KICK, "........X......."),
            (drum::HAT, "x.x.x.x.x......."),
        ],
    ],
);
const STEPPERS: Groove = groove(
    &[
        (drum::KICK, "X...X...X...X..."),
        (drum::STICK, "........X....x.."),
        (drum::HAT, "x.xxx.xxx.xxx.xx"),
    ],
    FILLS,
);
const SKA_BEAT: Groove = groove(
    &[
        (drum::KICK, "X...X...X...X..."),
        (drum::SNARE, "....X.......X..."),
        (drum::HAT, "x.x.x.x.x.x.x.x."),
    ],
    FILLS,
);
const ROOTS_SONGS: &[(Mode, &str)] = &[
    (Mode::Minor, "i | % | iv | %"),
    (Mode::Major, "I | IV | I | V"),
    (Mode::Minor, "i | bVII | i | bVII"),
    (Mode::Major, "I | vi | IV | V"),
    (Mode::Dorian, "i | IV | i | IV"),
];

const ROOTS: Style = Style {
    name: "reggae",
    genre: &["reggae"],
    tempo_bpm: (64.0, 88.0),
    swing: Swing::Sixteenths(0.5, 0.6),
    loose_ms: 14.0,
    dynamics: (0.4, 0.72),
    progressions: ROOTS_SONGS,
    parts: &[
        part(
            &[CLEAN_GUITAR, MUTED_GUITAR],
            chords(&["..x...x...x...x.", "..x...xo..x...xo"], Voicing::Close),
        )
        .keys(58, 76)
        .level(0.0)
        .spread(0.6),
        part(
            &[DRAWBAR_ORGAN, PERCUSSIVE_ORGAN, ROCK_ORGAN],
            chords(&[".xx.x.xx.xx.x.xx", "..xx..xx..xx..xx"], Voicing::Close),
        )
        .keys(55, 74)
        .level(-3.0)
        .spread(0.5),
        part(
            &[PIANO, CLAVINET],
            chords(&["..x...x...x...x."], Voicing::Close),
        )
        .keys(55, 76)
        .level(-3.5)
        .chance(0.7),
        part(
            &[
                TRUMPET,
                TENOR_SAX,
                HARMONICA,
                CLEAN_GUITAR,
                TROMBONE,
                FLUTE,
                OOHS,
            ],
            tune(&["x-x-x---..x-x---", "..x-x-x-x---....", "x---x-x-........"])
                .scoops(0.15)
                .play(),
        )
        .level(0.5)
        .echo(0.35)
        .chance(0.85)
        .only("abk"),
        part(
            &[FINGER_BASS, FINGER_BASS, SUB_BASS],
            Play::Bass(&[
                "1-..1-3-5-..3-..",
                "..1-1-5-..8-7-5-",
                "1---..1-3-5-....",
                "1-1-..5-..5-3-1-",
            ]),
        )
        .keys(26, 45)
        .level(4.0)
        .spread(0.0)
        .low_pass(900.0),
        part(
            &[STANDARD_KIT, ROOM_KIT],
            Play::Drums(&[ONE_DROP, STEPPERS]),
        )
        .level(1.0),
        part(
            &[HAND_DRUMS],
            Play::Drums(&[groove(
                &[
                    (drum::OPEN_CONGA, "x..x..x...x.x..."),
                    (drum::MUTE_CONGA, "..x...x...x...x."),
                ],
                &[],
            )
            .no_crash()]),
        )
        .level(-5.0)
        .chance(0.4),
    ],
    mix: MixPlan {
        tilt_db: (-4.0, 0.5),
        ..STUDIO
    },
    ..BASE
};

const DUB: Style = Style {
    name: "reggae-dub",
    genre: &["reggae"],
    parts: &[
        part(
            &[CLEAN_GUITAR, PIANO],
            chords(
                &["....x...........", "..x.......x.....", "............x..."],
                Voicing::Close,
            ),
        )
        .keys(58, 76)
        .level(-1.0)
        .spread(0.6)
        .echo(1.0)
        .wet(2.0),
        part(
            &[DRAWBAR_ORGAN],
            chords(&["..xx........xx..", "..xx..xx..xx..xx"], Voicing::Close),
        )
        .keys(55, 74)
        .level(-3.0)
        .echo(0.6)
        .only("ab"),
        part(
            &[HARMONICA, TRUMPET, FLUTE],
            tune(&["x-x-x---........", "x---x-x-........"])
                .rests(0.6)
                .play(),
        )
        .level(-0.5)
        .echo(0.9)
        .wet(2.0)
        .chance(0.9)
        .only("bk"),
        part(
            &[FINGER_BASS, SUB_BASS],
            Play::Bass(&["1-..1-3-5-..3-..", "..1-1-5-..8-7-5-", "1-1-..5-..5-3-1-"]),
        )
        .keys(26, 43)
        .level(5.0)
        .spread(0.0)
        .low_pass(700.0),
        part(
            &[STANDARD_KIT, ROOM_KIT],
            Play::Drums(&[ONE_DROP, STEPPERS]),
        )
        .level(2.0)
        .wet(2.0),
    ],
    ..ROOTS
};

const SKA: Style = Style {
    name: "reggae-ska",
    genre: &["reggae"],
    tempo_bpm: (118.0, 150.0),
    dynamics: (0.55, 0.85),
    parts: &[
        part(
            &[CLEAN_GUITAR],
            chords(&["..x...x...x...x."], Voicing::Close),
        )
        .keys(60, 79)
        .level(0.0)
        .spread(0.6),
        part(
            &[DRAWBAR_ORGAN, PIANO],
            chords(&["..x...x...x...x."], Voicing::Close),
        )
        .keys(55, 76)
        .level(-3.0),
        part(
            &[BRASS_SECTION, TRUMPET, TROMBONE, TENOR_SAX],
            tune(&["x-x-x-x-..x-x---", "x.x.xxx-x.x.x-..", "x---x---x-x-x---"]).play(),
        )
        .level(1.5)
        .only("abk"),
        part(
            &[FINGER_BASS],
            Play::Bass(&["1-3-5-6-8-6-5-3-", "1-1-3-3-5-5-6-5-"]),
        )
        .keys(28, 48)
        .level(1.0)
        .spread(0.0),
        part(&[STANDARD_KIT, ROOM_KIT], Play::Drums(&[SKA_BEAT])).level(0.5),
    ],
    ..ROOTS
};

pub(super) const STYLES: &[&Style] = &[&ROOTS, &ROOTS, &DUB, &SKA];
