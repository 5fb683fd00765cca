//! Pop: four chords, a tune, a beat.

use super::shared::*;

const BEAT: Groove = groove(
    &[
        (drum::KICK, "X.....x.X......."),
        (drum::SNARE, "....X.......X..."),
        (drum::HAT, "x.x.x.x.x.x.x.x."),
    ],
    FILLS,
);
const DANCING: Groove = groove(
    &[
        (drum::KICK, "X...X...X...X..."),
        (drum::CLAP, "....X.......X..."),
        (drum::HAT, "x.xxx.xxx.xxx.xx"),
        (drum::OPEN_HAT, "..x...x...x...x."),
    ],
    RISERS,
);
const SYNCOPATED: Groove = groove(
    &[
        (drum::KICK, "X..x..x.X..x...."),
        (drum::SNARE, "....X.......X..x"),
        (drum::HAT, "x.x.xxx.x.x.xxx."),
        (drum::TAMBOURINE, "....x.......x..."),
    ],
    FILLS,
);
const SONGS: &[(Mode, &str)] = &[
    (Mode::Major, "I | V | vi | IV"),
    (Mode::Major, "vi | IV | I | V"),
    (Mode::Major, "I | vi | IV | V"),
    (Mode::Major, "IV | I | V | vi"),
    (Mode::Major, "I | iii | IV | V"),
    (Mode::Minor, "i | bVI | bIII | bVII"),
    (Mode::Major, "Iadd9 | Vsus4 V | vi7 | IVadd9"),
];
const HOOKS: &[&str] = &[
    "x-xxx-x-..x-x-x-",
    "..x-x-x-x-..x-x-",
    "x--x--x-x---....",
    "x-x-x-x-x-------",
    "....x-x-x-x-x-x-",
    "x---x-x-x---x---",
];

const BAND: Style = Style {
    name: "pop",
    genre: &["pop"],
    tempo_bpm: (92.0, 128.0),
    dynamics: (0.45, 0.85),
    progressions: SONGS,
    parts: &[
        part(
            &[
                FLUTE,
                ALTO_SAX,
                OOHS,
                CLEAN_GUITAR,
                PIANO,
                STRINGS,
                SQUARE_LEAD,
                VIOLIN,
            ],
            tune(HOOKS).rests(0.25).play(),
        )
        .keys(60, 81)
        .level(2.0)
        .only("abk"),
        part(
            &[PIANO, RHODES, BRIGHT_PIANO, HARPSICHORD],
            chords(
                &["x---x---x---x---", "x--x--x-x--x--x-", "x-------x-x-----"],
                Voicing::Close,
            ),
        )
        .keys(52, 76)
        .level(-1.0)
        .spread(0.3),
        part(
            &[STEEL_GUITAR, CLEAN_GUITAR, NYLON_GUITAR],
            strum(&["x---x-o-x-o-x-o-", "x---x-o-..o-x-o-"]),
        )
        .keys(45, 67)
        .level(-2.5)
        .spread(0.7)
        .chance(0.7),
        part(
            &[STRINGS, SYNTH_STRINGS, OOHS, WARM_PAD],
            Play::Pad(Voicing::Open),
        )
        .keys(55, 79)
        .level(-5.0)
        .chance(0.7)
        .only("bk"),
        part(
            &[FINGER_BASS, PICK_BASS],
            Play::Bass(&["1--1--1-1--1--5-", "1-1-1-1-1-1-1-1-", "1-----1-1---5---"]),
        )
        .keys(28, 48)
        .level(-0.5)
        .spread(0.0),
        part(
            &[STANDARD_KIT, ROOM_KIT, ELECTRONIC_KIT, POWER_KIT],
            Play::Drums(&[BEAT, SYNCOPATED]),
        )
        .level(0.5)
        .only("abk"),
    ],
    ..BASE
};

const SYNTH: Style = Style {
    name: "pop-synth",
    genre: &["pop", "electronic"],
    tempo_bpm: (106.0, 130.0),
    loose_ms: 2.0,
    dynamics: (0.6, 0.95),
    parts: &[
        part(
            &[
                SQUARE_LEAD,
                PLUCK,
                SUPERSAW,
                OOHS,
                GM_SAW_LEAD,
                GM_SQUARE_LEAD,
            ],
            tune(HOOKS).rests(0.2).play(),
        )
        .keys(60, 84)
        .level(1.5)
        .echo(0.35)
        .only("abk"),
        part(
            &[PLUCK, STAB, POLYSYNTH],
            arpeggio(
                &["1.2.3.4.3.2.3.2.", "1234123412341234"],
                Voicing::Close,
                0.0,
            ),
        )
        .keys(55, 79)
        .level(-3.0)
        .pump(0.4)
        .echo(0.3),
        part(
            &[SUPERSAW, ANALOG_PAD, SYNTH_STRINGS],
            Play::Pad(Voicing::Open),
        )
        .keys(52, 76)
        .level(-3.0)
        .pump(0.6)
        .only("bki"),
        part(
            &[SAW_BASS, GM_SYNTH_BASS],
            Play::Bass(&["1.1.1.1.1.1.1.1.", "..1...1...1...1.", "1.8.1.8.1.8.1.8."]),
        )
        .keys(28, 45)
        .level(0.0)
        .spread(0.0)
        .pump(0.4),
        part(
            &[MACHINE_909, ELECTRONIC_KIT, MACHINE_808],
            Play::Drums(&[DANCING, SYNCOPATED]),
        )
        .level(1.5)
        .only("abk"),
    ],
    mix: FLOOR,
    ..BAND
};

const BALLAD: Style = Style {
    name: "pop-ballad",
    genre: &["pop"],
    tempo_bpm: (60.0, 80.0),
    rubato: 0.008,
    dynamics: (0.25, 0.6),
    parts: &[
        part(
            &[OOHS, PIANO, ALTO_SAX, FLUTE, CELLO, NYLON_GUITAR],
            tune(&["x-x-x---x-x-x---", "x---x-x-x-------", "..x-x-x-x---x---"]).play(),
        )
        .keys(57, 79)
        .level(2.0)
        .only("abk"),
        part(
            &[PIANO, FM_PIANO, RHODES],
            arpeggio(
                &["1.2.3.2.4.2.3.2.", "1.3.2.3.1.3.2.3.", "1-2-3-4-5-4-3-2-"],
                Voicing::Wide,
                2.0,
            ),
        )
        .keys(40, 72)
        .level(0.0),
        part(&[STRINGS, SLOW_STRINGS], Play::Pad(Voicing::Open))
            .keys(50, 79)
            .level(-3.0)
            .chance(0.8)
            .only("bk"),
        part(
            &[FINGER_BASS, FRETLESS_BASS],
            Play::Bass(&["1-------5---1---", "1-----1-1-------"]),
        )
        .keys(28, 48)
        .level(-1.0)
        .spread(0.0)
        .chance(0.8)
        .only("abk"),
        part(&[STANDARD_KIT, ROOM_KIT], Play::Drums(&[BEAT]))
            .level(-4.0)
            .chance(0.6)
            .only("bk"),
    ],
    ..BAND
};

pub(super) const STYLES: &[&Style] = &[&BAND, &SYNTH, &BALLAD];
