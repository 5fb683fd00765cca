//! Music for films: epic ostinatos, slow strings, suspense, wonder.

use super::shared::*;

const EPIC_CHORDS: &[(Mode, &str)] = &[
    (Mode::Minor, "i | bVI | bIII | bVII"),
    (Mode::Minor, "i | bVI | iv | V"),
    (Mode::Dorian, "i | IV | bVI | bVII"),
    (Mode::Minor, "i | bIII | bVII | IV"),
];
const THEMES: &[&str] = &[
    "x---x---x-------",
    "x-------x---x---",
    "x---x-x-x-------",
    "x-----x-x-------",
];
const WAR_DRUMS: Groove = groove(
    &[
        (drum::LOW_TOM, "X..x..X.x.x.X.x."),
        (drum::FLOOR_TOM, "X.....X.....X..."),
        (drum::KICK, "X.......X......."),
        (drum::SNARE, "....o.oo....x.xx"),
    ],
    &[],
);

const EPIC: Style = Style {
    name: "soundtrack-epic",
    genre: &["soundtrack"],
    tempo_bpm: (84.0, 136.0),
    rubato: 0.004,
    loose_ms: 8.0,
    dynamics: (0.6, 0.98),
    progressions: EPIC_CHORDS,
    forms: &["iabkb", "iaabb", "iabab"],
    parts: &[
        part(
            &[STRINGS],
            arpeggio(
                &["1.1.3.1.1.2.3.1.", "1131121311311213", "1.3.2.3.1.3.2.3."],
                Voicing::Close,
                0.0,
            ),
        )
        .keys(48, 70)
        .level(0.5)
        .spread(0.4),
        part(
            &[HORN, BRASS_SECTION, STRINGS, TRUMPET],
            tune(THEMES).rests(0.1).leaps(0.3).play(),
        )
        .keys(53, 79)
        .level(2.0)
        .only("bk"),
        part(&[BRASS_SECTION, TROMBONE, HORN], Play::Pad(Voicing::Open))
            .keys(43, 67)
            .level(0.0)
            .only("b"),
        part(&[CHOIR], Play::Pad(Voicing::Close))
            .keys(55, 77)
            .level(-0.5)
            .chance(0.6)
            .only("bk"),
        part(&[STRINGS, SLOW_STRINGS], Play::Pad(Voicing::Wide))
            .keys(36, 74)
            .level(-1.0),
        part(
            &[CONTRABASS, SUB_BASS],
            Play::Bass(&["1-------1-------", "1---1---1---1---"]),
        )
        .keys(26, 43)
        .level(-1.0),
        part(
            &[TAIKO, TIMPANI],
            Play::Bass(&["1..1..1.1.1.1...", "1.......1...1.1."]),
        )
        .keys(36, 50)
        .level(1.0)
        .wet(1.5),
        part(&[POWER_KIT, ROOM_KIT], Play::Drums(&[WAR_DRUMS]))
            .level(-1.0)
            .chance(0.6)
            .only("bk")
            .wet(2.0),
    ],
    mix: MixPlan {
        press: (0.3, 0.7),
        ..HALL
    },
    ..BASE
};

const DRAMA: Style = Style {
    name: "soundtrack-drama",
    tempo_bpm: (52.0, 80.0),
    rubato: 0.02,
    dynamics: (0.12, 0.5),
    progressions: &[
        (Mode::Minor, "i | bVI | bIII | bVII"),
        (Mode::Minor, "iadd9 | bVImaj7 | iv9 | v"),
        (Mode::Major, "I | iii | vi | IV"),
        (Mode::Major, "Iadd9 | Vsus4 | vi9 | IVadd9"),
    ],
    parts: &[
        part(
            &[CELLO, VIOLIN, PIANO, OBOE, HORN, FLUTE],
            tune(THEMES).rests(0.25).play(),
        )
        .keys(52, 81)
        .level(1.5)
        .only("abk"),
        part(&[SLOW_STRINGS, STRINGS], Play::Pad(Voicing::Open))
            .keys(43, 76)
            .level(0.5),
        part(
            &[PIANO, HARP],
            arpeggio(
                &["1.2.3.4.3.2.3.2.", "1-3-4-3-5-3-4-3-", "1-------3-------"],
                Voicing::Wide,
                2.5,
            ),
        )
        .keys(40, 69)
        .level(-1.0)
        .chance(0.8),
        part(&[CHOIR, OOHS], Play::Pad(Voicing::Close))
            .keys(55, 74)
            .level(-4.0)
            .chance(0.4)
            .only("bk"),
        part(&[CONTRABASS], Play::Bass(&["1---------------"]))
            .keys(28, 45)
            .level(-2.0)
            .chance(0.7),
    ],
    ..EPIC
};

const SUSPENSE: Style = Style {
    name: "soundtrack-suspense",
    tempo_bpm: (72.0, 112.0),
    dynamics: (0.2, 0.65),
    progressions: &[
        (Mode::Phrygian, "i | % | bII | %"),
        (Mode::Harmonic, "i | idim | iv | idim"),
        (Mode::Minor, "i | % | #ivdim | %"),
    ],
    parts: &[
        part(&[TREMOLO_STRINGS], Play::Pad(Voicing::Close))
            .keys(50, 76)
            .level(0.0),
        part(
            &[PIZZICATO, PIANO, STRINGS],
            arpeggio(
                &["1.1.2.1.1.1.2.1.", "1...2...1..3....", "11.12.1.11.13.1."],
                Voicing::Close,
                0.0,
            ),
        )
        .keys(43, 64)
        .level(0.0),
        part(&[ANALOG_PAD, DRONE], Play::Pad(Voicing::Tonic))
            .keys(28, 52)
            .level(-2.0)
            .chance(0.7),
        part(
            &[CELESTA, BASSOON, HORN, BELLS, HARPSICHORD],
            tune(&["x---x---........", "........x---x---", "x-x-x---........"])
                .rests(0.5)
                .leaps(0.35)
                .play(),
        )
        .level(-2.0)
        .only("abk")
        .wet(1.5),
        part(
            &[TAIKO, TIMPANI],
            Play::Bass(&["1...............", "1.....1.........", "........1.1....."]),
        )
        .keys(36, 50)
        .level(-1.0)
        .chance(0.75)
        .wet(2.0),
    ],
    ..EPIC
};

const WONDER: Style = Style {
    name: "soundtrack-wonder",
    tempo_bpm: (84.0, 132.0),
    dynamics: (0.3, 0.75),
    progressions: &[
        (Mode::Lydian, "I | II | I | II"),
        (Mode::Major, "I | bVI | bIII | V"),
        (Mode::Major, "I | IV | bVII | V"),
        (Mode::Major, "I | vi | IV | V"),
    ],
    parts: &[
        part(
            &[FLUTE, HORN, VIOLIN, OBOE, STRINGS],
            tune(THEMES).leaps(0.35).rests(0.15).play(),
        )
        .keys(60, 86)
        .level(1.5)
        .only("abk"),
        part(
            &[CELESTA, HARP, GLOCKENSPIEL, MUSIC_BOX, MARIMBA],
            arpeggio(
                &["1.2.3.4.5.4.3.2.", "1234543212345432", "1.3.5.3.4.3.5.3."],
                Voicing::Close,
                0.5,
            ),
        )
        .keys(64, 88)
        .level(-1.5),
        part(&[STRINGS], Play::Pad(Voicing::Open))
            .keys(43, 76)
            .level(0.0),
        part(
            &[PIZZICATO],
            Play::Bass(&["1...5...1...5...", "1...3...5...3..."]),
        )
        .keys(36, 57)
        .level(-1.0)
        .chance(0.8),
        part(&[CHOIR, HORN, BRASS_SECTION], Play::Pad(Voicing::Close))
            .keys(52, 76)
            .level(-2.5)
            .chance(0.5)
            .only("b"),
        part(&[TIMPANI], Play::Bass(&["1...........1.1."]))
            .keys(40, 55)
            .level(-3.0)
            .chance(0.4)
            .only("b"),
    ],
    ..EPIC
};

pub(super) const STYLES: &[&Style] = &[&EPIC, &DRAMA, &SUSPENSE, &WONDER];
