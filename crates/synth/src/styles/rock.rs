//! Rock: riffs and power chords, clean verses under loud choruses, ballads, punk.

use super::shared::*;

pub(super) const STRAIGHT: Groove = groove(
    &[
        (drum::KICK, "X.......X.x....."),
        (drum::SNARE, "....X.......X..."),
        (drum::HAT, "x.x.x.x.x.x.x.x."),
    ],
    FILLS,
);
pub(super) const OPEN: Groove = groove(
    &[
        (drum::KICK, "X..x..x.X.x....."),
        (drum::SNARE, "....X.......X..."),
        (drum::CRASH, "x..............."),
        (drum::OPEN_HAT, "x.x.x.x.x.x.x.x."),
    ],
    FILLS,
);
const RIDING: Groove = groove(
    &[
        (drum::KICK, "X.x.....X.x...x."),
        (drum::SNARE, "....X..o.o..X..."),
        (drum::RIDE, "x.x.x.x.x.x.x.x."),
    ],
    FILLS,
);
const HALF: Groove = groove(
    &[
        (drum::KICK, "X.....x........."),
        (drum::SNARE, "........X......."),
        (drum::HAT, "x.x.x.x.x.x.x.x."),
    ],
    FILLS,
);
const PUNK_BEAT: Groove = groove(
    &[
        (drum::KICK, "X.x.X.x.X.x.X.x."),
        (drum::SNARE, "..X...X...X...X."),
        (drum::OPEN_HAT, "x.x.x.x.x.x.x.x."),
    ],
    FILLS,
);

const SONGS: &[(Mode, &str)] = &[
    (Mode::Mixolydian, "I | bVII | IV | I"),
    (Mode::Major, "I | V | vi | IV"),
    (Mode::Minor, "i | bVI | bIII | bVII"),
    (Mode::Minor, "i | bVII | bVI | bVII"),
    (Mode::Major, "I | IV | V | IV"),
    (Mode::Dorian, "i | IV | i | bVII"),
    (Mode::Mixolydian, "I bVII | IV I | I bVII | IV V"),
];
const LEAD: &[&str] = &[
    "x-xx-xx-", "x---xx--", ".xx-x-xx", "x--x--x-", "xxxxx-x-", "x-------",
];

/// Eighths under everything.
const BASS: Part = bass(
    &[PICK_BASS, FINGER_BASS],
    &["11111111", "1.11.111", "1-1-1181", "1.1.1.5a"],
);

const fn bass(instruments: &'static [Instrument], patterns: &'static [&'static str]) -> Part {
    part(instruments, Play::Bass(patterns))
        .keys(28, 48)
        .spread(0.05)
}

/// A rhythm guitar on its low strings, at one side.
const fn riff(instruments: &'static [Instrument], patterns: &'static [&'static str]) -> Part {
    part(instruments, Play::Riff(patterns))
        .keys(40, 57)
        .spread(0.9)
}

const fn drums(grooves: &'static [Groove]) -> Part {
    part(&[POWER_KIT, ROOM_KIT, STANDARD_KIT], Play::Drums(grooves))
        .level(2.0)
        .wet(1.6)
}

const CLASSIC: Style = Style {
    name: "rock",
    genre: &["rock"],
    tempo_bpm: (100.0, 150.0),
    loose_ms: 15.0,
    dynamics: (0.6, 0.95),
    progressions: SONGS,
    parts: &[
        riff(
            &[OVERDRIVEN_GUITAR, DISTORTION_GUITAR],
            &[
                "1-1.1-.1.1-.5-7-",
                "1-..1-1-..1-..1-",
                "1-------1---1-1-",
                "1-1-1-1-1-1-1-1-",
            ],
        )
        .level(3.0)
        .drive(0.45),
        part(
            &[OVERDRIVEN_GUITAR, CLEAN_GUITAR],
            chords(&["x-----x-x---x---", "x---x-x---x-x-x-"], Voicing::Wide),
        )
        .keys(45, 70)
        .level(-1.5)
        .spread(0.9)
        .drive(0.3)
        .chance(0.75)
        .only("ab"),
        part(
            &[OVERDRIVEN_GUITAR, DISTORTION_GUITAR],
            tune(LEAD)
                .scale(Mode::MinorPentatonic)
                .scoops(0.35)
                .improvised()
                .play(),
        )
        .keys(57, 84)
        .level(0.0)
        .drive(0.5)
        .echo(0.2)
        .chance(0.7)
        .only("bk"),
        part(
            &[ROCK_ORGAN, PIANO, DRAWBAR_ORGAN],
            Play::Pad(Voicing::Close),
        )
        .keys(55, 76)
        .level(-6.0)
        .chance(0.35),
        BASS,
        drums(&[STRAIGHT, OPEN, RIDING]),
    ],
    mix: LOUD,
    ..BASE
};

const ALTERNATIVE: Style = Style {
    name: "rock-alternative",
    tempo_bpm: (88.0, 140.0),
    dynamics: (0.5, 0.9),
    forms: &["iabab", "aabkb", "iaabb"],
    parts: &[
        part(
            &[CLEAN_GUITAR, MUTED_GUITAR, STEEL_GUITAR],
            arpeggio(
                &["1.3.2.4.3.2.4.3.", "1.2.3.4.5.4.3.2."],
                Voicing::Wide,
                1.0,
            ),
        )
        .keys(45, 69)
        .level(-1.0)
        .spread(0.7)
        .chorus(0.6)
        .only("iak"),
        riff(
            &[DISTORTION_GUITAR],
            &["1-1-1-1-1-1-1-1-", "1---1-1---1-1-1-"],
        )
        .level(3.5)
        .drive(0.6)
        .only("b"),
        riff(
            &[OVERDRIVEN_GUITAR],
            &["1---1-1---1-1-1-", "1-1-1-1-1-1-1-1-"],
        )
        .level(2.5)
        .drive(0.5)
        .only("bk"),
        part(&[OVERDRIVEN_GUITAR, CLEAN_GUITAR], tune(LEAD).play())
            .keys(60, 84)
            .level(-1.0)
            .echo(0.4)
            .chance(0.6)
            .drive(0.3)
            .only("bi"),
        BASS,
        drums(&[STRAIGHT, OPEN]).only("abk"),
    ],
    ..CLASSIC
};

const BALLAD: Style = Style {
    name: "rock-ballad",
    tempo_bpm: (62.0, 84.0),
    dynamics: (0.4, 0.75),
    parts: &[
        part(
            &[PIANO, CLEAN_GUITAR, STEEL_GUITAR],
            arpeggio(
                &["1.2.3.4.3.2.4.3.", "1.3.5.3.4.3.5.3."],
                Voicing::Wide,
                1.5,
            ),
        )
        .keys(43, 72)
        .level(0.0)
        .spread(0.5)
        .chorus(0.3),
        part(
            &[OVERDRIVEN_GUITAR, DISTORTION_GUITAR],
            tune(&["x---x-x-", "x--xx---", "x-------", "..x-x-x-"])
                .scoops(0.4)
                .play(),
        )
        .keys(57, 84)
        .level(1.0)
        .drive(0.45)
        .echo(0.4)
        .only("bk"),
        riff(&[OVERDRIVEN_GUITAR], &["1-------1-------"])
            .level(0.5)
            .drive(0.4)
            .only("b"),
        part(&[SLOW_STRINGS, DRAWBAR_ORGAN], Play::Pad(Voicing::Close))
            .keys(55, 79)
            .level(-5.0)
            .chance(0.5)
            .only("bk"),
        bass(&[FINGER_BASS], &["1-----1-1-----5-", "1-------1-------"]).level(-0.5),
        drums(&[HALF, STRAIGHT]).level(0.5).only("abk"),
    ],
    ..CLASSIC
};

const PUNK: Style = Style {
    name: "rock-punk",
    tempo_bpm: (160.0, 205.0),
    dynamics: (0.8, 1.0),
    progressions: &[
        (Mode::Major, "I | IV | V | V"),
        (Mode::Major, "I | V | vi | IV"),
        (Mode::Mixolydian, "I | bVII | IV | V"),
    ],
    parts: &[
        riff(&[DISTORTION_GUITAR], &["11111111", "1-111-11"])
            .level(4.0)
            .drive(0.6),
        riff(&[OVERDRIVEN_GUITAR], &["11111111"])
            .level(3.0)
            .drive(0.6),
        part(
            &[OVERDRIVEN_GUITAR],
            tune(&["x-x-xxx-", "x---x---", "xxxxx---"]).play(),
        )
        .keys(60, 81)
        .level(-1.0)
        .drive(0.5)
        .chance(0.5)
        .only("bk"),
        bass(&[PICK_BASS], &["11111111"]).level(0.5).drive(0.15),
        part(
            &[POWER_KIT, STANDARD_KIT, ROOM_KIT],
            Play::Drums(&[PUNK_BEAT]),
        )
        .level(2.0)
        .wet(1.6),
    ],
    ..CLASSIC
};

pub(super) const STYLES: &[&Style] = &[&CLASSIC, &ALTERNATIVE, &BALLAD, &PUNK];
