//! Country: boom-chick, two-beat basses, banjo rolls, fiddles, waltzes.

use super::shared::*;

const TRAIN: Groove = groove(
    &[
        (drum::KICK, "X...x...X...x..."),
        (drum::SNARE, "ooXoooXoooXoooXo"),
    ],
    &[&[
        (drum::SNARE, "ooXoooXoX.X.XxXX"),
        (drum::KICK, "X...x...X...x..."),
    ]],
)
.no_crash();
const TWO_STEP: Groove = groove(
    &[
        (drum::KICK, "X.......X......."),
        (drum::STICK, "....x.......x..."),
        (drum::HAT, "x.x.x.x.x.x.x.x."),
    ],
    FILLS,
)
.no_crash();
const WALTZ_BEAT: Groove = groove(
    &[
        (drum::KICK, "X....."),
        (drum::STICK, "..x.x."),
        (drum::HAT, "x.x.x."),
    ],
    &[],
)
.no_crash();
const ROCKING: Groove = groove(
    &[
        (drum::KICK, "X.....x.X......."),
        (drum::SNARE, "....X.......X..."),
        (drum::HAT, "x.x.x.x.x.x.x.x."),
    ],
    FILLS,
);
const SONGS: &[(Mode, &str)] = &[
    (Mode::Major, "I | % | IV | I | I | % | V7 | %"),
    (Mode::Major, "I | IV | I | V7 | I | IV | V7 | I"),
    (Mode::Major, "I | V7 | % | I | IV | I | V7 | I"),
    (Mode::Major, "IV | I | V | I | IV | I | V7 | I"),
    (Mode::Mixolydian, "I | bVII | IV | I"),
];
const PICKING: &[&str] = &["x-xxx-xx", "xxxxx-x-", "x-x-xxx-", "..xxxxx-", "x---x-xx"];

const HONKY: Style = Style {
    name: "country",
    genre: &["country"],
    tempo_bpm: (88.0, 126.0),
    loose_ms: 10.0,
    dynamics: (0.4, 0.72),
    progressions: SONGS,
    parts: &[
        part(
            &[FIDDLE, CLEAN_GUITAR, STEEL_GUITAR, HARMONICA, CLEAN_GUITAR],
            tune(PICKING)
                .scale(Mode::MajorPentatonic)
                .scoops(0.4)
                .ornaments(0.1)
                .play(),
        )
        .keys(57, 84)
        .level(2.0)
        .only("abk"),
        part(
            &[STEEL_GUITAR],
            strum(&["....x-o-....x-o-", "..x-..xo..x-..xo"]),
        )
        .keys(45, 66)
        .level(0.0)
        .spread(0.6),
        part(
            &[HONKY_TONK, PIANO],
            chords(&["....x.......x...", "....x.x.....x.x."], Voicing::Close),
        )
        .keys(55, 76)
        .level(-4.0)
        .spread(0.5)
        .chance(0.6),
        part(
            &[CLEAN_GUITAR],
            tune(&["x---....", "....x-x-", "x-x-...."])
                .scale(Mode::MajorPentatonic)
                .scoops(0.8)
                .rests(0.6)
                .play(),
        )
        .keys(60, 84)
        .level(-3.0)
        .chorus(0.3)
        .chance(0.5),
        part(
            &[UPRIGHT_BASS, FINGER_BASS],
            Play::Bass(&["1---5---", "1-..v-..", "1---5-3a"]),
        )
        .keys(28, 48)
        .level(0.5)
        .spread(0.0),
        part(
            &[STANDARD_KIT, BRUSH_KIT],
            Play::Drums(&[TWO_STEP, TRAIN, ROCKING]),
        )
        .level(-3.0)
        .only("abk"),
    ],
    mix: MixPlan {
        tilt_db: (-1.0, 2.0),
        ..STUDIO
    },
    ..BASE
};

const BLUEGRASS: Style = Style {
    name: "country-bluegrass",
    tempo_bpm: (112.0, 150.0),
    dynamics: (0.4, 0.7),
    parts: &[
        part(
            &[BANJO],
            arpeggio(
                &["3.5.4.5.3.5.4.5.", "3545354535453545", "35.43545.354.545"],
                Voicing::Wide,
                0.6,
            ),
        )
        .keys(43, 70)
        .level(1.0)
        .spread(0.4),
        part(
            &[FIDDLE, FIDDLE, BANJO, STEEL_GUITAR],
            tune(&["x-xxx-xxx-xxx-x-", "xxxxxxxxx-x-x-x-", "x-x-xxxxx-xxx---"])
                .scale(Mode::MajorPentatonic)
                .scoops(0.2)
                .play(),
        )
        .keys(60, 86)
        .level(1.5)
        .only("abk"),
        part(
            &[STEEL_GUITAR],
            strum(&["....x-......x-..", "....x-o-....x-o-"]),
        )
        .keys(45, 66)
        .level(-0.5)
        .spread(0.6),
        part(&[UPRIGHT_BASS], Play::Bass(&["1---5---", "1---v---"]))
            .keys(28, 46)
            .level(0.5)
            .spread(0.0),
    ],
    ..HONKY
};

const WALTZ: Style = Style {
    name: "country-waltz",
    tempo_bpm: (84.0, 120.0),
    beats_per_bar: 3,
    dynamics: (0.3, 0.6),
    parts: &[
        part(
            &[FIDDLE, HARMONICA, STEEL_GUITAR, CLEAN_GUITAR],
            tune(&["x---x-", "x-x-x-", "x-----", "x-xxx-"])
                .scale(Mode::MajorPentatonic)
                .scoops(0.4)
                .play(),
        )
        .keys(57, 82)
        .level(2.0)
        .only("abk"),
        part(&[STEEL_GUITAR], strum(&["..x-x-", "..x-xo"]))
            .keys(45, 66)
            .level(0.0)
            .spread(0.5),
        part(&[UPRIGHT_BASS, FINGER_BASS], Play::Bass(&["1---..|5---.."]))
            .keys(28, 46)
            .level(0.5)
            .spread(0.0),
        part(&[BRUSH_KIT, STANDARD_KIT], Play::Drums(&[WALTZ_BEAT]))
            .level(-4.0)
            .chance(0.7),
    ],
    ..HONKY
};

pub(super) const STYLES: &[&Style] = &[&HONKY, &HONKY, &BLUEGRASS, &WALTZ];
