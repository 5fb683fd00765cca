//! Latin American music: salsa, bossa nova, tango, rumba flamenca, cumbia.

use super::shared::*;

const SALSA_DRUMS: Groove = groove(
    &[
        (drum::CLAVES, "x..x..x...x.x..."),
        (drum::COWBELL, "x.x.x.x.x.x.x.x."),
        (drum::MUTE_CONGA, "x.o...x.x.o....."),
        (drum::OPEN_CONGA, "......x.......xx"),
        (drum::LOW_CONGA, "......x........."),
        (drum::GUIRO, "x...x.x.x...x.x."),
        (drum::HIGH_BONGO, "x.xxx.x.x.xxx.x."),
    ],
    &[&[
        (drum::TIMBALE, "x.xx.xx.x.xxxxxx"),
        (drum::CLAVES, "x..x..x........."),
    ]],
)
.no_crash();
const BOSSA_DRUMS: Groove = groove(
    &[
        (drum::KICK, "x..xx..xx..xx..x"),
        (drum::STICK, "x..x..x...x..x.."),
        (drum::HAT, "xoxoxoxoxoxoxoxo"),
    ],
    &[],
)
.no_crash();
const CUMBIA_DRUMS: Groove = groove(
    &[
        (drum::GUIRO, "x.xxx.xxx.xxx.xx"),
        (drum::OPEN_CONGA, "..x...x...x...x."),
        (drum::KICK, "X...X...X...X..."),
        (drum::COWBELL, "x...x...x...x..."),
        (drum::AGOGO, "..x...x...x...x."),
    ],
    &[],
)
.no_crash();
const PALMAS: Groove = groove(
    &[
        (drum::CLAP, "x.ox.ox.ox.ox.o."),
        (drum::LOW_BONGO, "X..x..X...x.x..."),
    ],
    &[],
)
.no_crash();

const SALSA: Style = Style {
    name: "latin-salsa",
    genre: &["latin"],
    tempo_bpm: (88.0, 116.0),
    loose_ms: 8.0,
    dynamics: (0.5, 0.82),
    progressions: &[
        (Mode::Harmonic, "i | iv | V7 | V7"),
        (Mode::Major, "I | IV | V7 | IV"),
        (Mode::Dorian, "i7 | IV7 | i7 | IV7"),
        (Mode::Major, "I VI7 | ii7 V7 | I VI7 | ii7 V7"),
    ],
    parts: &[
        part(
            &[PIANO],
            arpeggio(
                &["1.3.42.4.3.1.24.", "..4.13.4..4.13.4", "1.42.4.31.42.4.3"],
                Voicing::Close,
                0.0,
            ),
        )
        .keys(55, 79)
        .level(1.0)
        .spread(0.3),
        part(
            &[TRUMPET, BRASS_SECTION, TROMBONE, FLUTE, STEEL_DRUMS],
            tune(&[
                "x.x.x-x-........",
                "..x.x.x-x.x.x-..",
                "x-x---x-x-x-x---",
                "....x.x.x-x-....",
            ])
            .rests(0.35)
            .play(),
        )
        .keys(58, 84)
        .level(1.0)
        .only("abk"),
        part(
            &[BRASS_SECTION, TROMBONE],
            chords(&["x.....x.x.......", "......x-..x.x..."], Voicing::Close),
        )
        .keys(55, 76)
        .level(-1.0)
        .chance(0.8)
        .only("bk"),
        part(
            &[UPRIGHT_BASS, FINGER_BASS],
            Play::Bass(&["1-----5-----8---", "......5-----1---", "1-----5-..5-8---"]),
        )
        .keys(28, 48)
        .level(1.0)
        .spread(0.0),
        part(&[HAND_DRUMS], Play::Drums(&[SALSA_DRUMS]))
            .level(1.0)
            .spread(0.2),
    ],
    ..BASE
};

const BOSSA: Style = Style {
    name: "latin-bossa-nova",
    genre: &["latin", "jazz"],
    tempo_bpm: (64.0, 84.0),
    loose_ms: 11.0,
    dynamics: (0.2, 0.5),
    progressions: &[
        (
            Mode::Major,
            "Imaj7 | % | II9 | % | ii9 | bII13 | Imaj9 | bII13",
        ),
        (
            Mode::Major,
            "Imaj9 | VI7b9 | ii9 | V13 | iii7 | VI7b9 | ii9 | V7alt",
        ),
        (
            Mode::Dorian,
            "i9 | % | iim7b5 | V7b9 | i9 | iv9 bVII13 | bIIImaj7 | iim7b5 V7b9",
        ),
    ],
    parts: &[
        part(
            &[NYLON_GUITAR],
            chords(&["x..x..x...x..x..", "x.x..x.x..x.x..x"], Voicing::Rootless),
        )
        .keys(50, 72)
        .level(0.5)
        .spread(0.4),
        part(
            &[
                TENOR_SAX,
                FLUTE,
                PIANO,
                OOHS,
                NYLON_GUITAR,
                VIBRAPHONE,
                TROMBONE,
            ],
            tune(&[
                "x---x-x---x-x---",
                "..x-x-x-x---....",
                "x-x-x---x-x-....",
                "x--x--x---x-----",
            ])
            .scoops(0.1)
            .play(),
        )
        .keys(57, 81)
        .level(1.0)
        .only("abk"),
        part(&[PIANO, RHODES, SLOW_STRINGS], Play::Pad(Voicing::Rootless))
            .keys(52, 74)
            .level(-5.0)
            .chance(0.5),
        part(
            &[UPRIGHT_BASS, FINGER_BASS],
            Play::Bass(&["1--11--55--55--5", "1-----5-5-----1-"]),
        )
        .keys(28, 48)
        .level(0.0)
        .spread(0.0),
        part(
            &[BRUSH_KIT, STANDARD_KIT, JAZZ_KIT],
            Play::Drums(&[BOSSA_DRUMS]),
        )
        .level(-4.0)
        .chance(0.9),
    ],
    mix: CLUB,
    ..SALSA
};

const TANGO: Style = Style {
    name: "latin-tango",
    tempo_bpm: (108.0, 132.0),
    rubato: 0.03,
    dynamics: (0.4, 0.75),
    progressions: &[
        (Mode::Harmonic, "i | % | V7 | % | iv | i | V7 | i"),
        (Mode::Harmonic, "i | iv | V7 | i | bVI | iv | V7 | i"),
        (Mode::Harmonic, "i bVII | bVI V7 | i bVII | bVI V7"),
    ],
    parts: &[
        part(
            &[BANDONEON, ACCORDION, VIOLIN],
            tune(&["x..xx-x-", "x---xxxx", "xxxxx-..", "x-x-x---"])
                .scale(Mode::Harmonic)
                .ornaments(0.15)
                .leaps(0.25)
                .play(),
        )
        .keys(57, 84)
        .level(1.5),
        part(
            &[PIANO],
            chords(&["x.x.x.x.", "x..x..x.", "x..xx..x"], Voicing::Close),
        )
        .keys(45, 69)
        .level(0.0)
        .spread(0.3),
        part(
            &[VIOLIN, STRINGS],
            tune(&["x---x---", "x-------", "..x-x-x-"])
                .scale(Mode::Harmonic)
                .play(),
        )
        .keys(62, 88)
        .level(-1.0)
        .chance(0.8)
        .only("bk"),
        part(&[UPRIGHT_BASS], Play::Bass(&["1.1.1.5.", "1..15.5."]))
            .keys(28, 46)
            .level(0.0)
            .spread(0.0),
    ],
    mix: MixPlan { worn: 0.25, ..CLUB },
    ..SALSA
};

const FLAMENCO: Style = Style {
    name: "latin-flamenco",
    tempo_bpm: (96.0, 132.0),
    dynamics: (0.35, 0.75),
    progressions: &[
        (Mode::Phrygian, "iv | bIII | bII | I"),
        (Mode::Phrygian, "I | bII | I | bII"),
        (Mode::DoubleHarmonic, "I | % | bII | bII I"),
    ],
    parts: &[
        part(
            &[NYLON_GUITAR],
            tune(&["xxxxxxxxx-x-....", "x-xxx-xxx-xxx---", "xxxxx---xxxxx---"])
                .ornaments(0.3)
                .leaps(0.15)
                .improvised()
                .play(),
        )
        .keys(55, 83)
        .level(1.0)
        .spread(0.3),
        part(
            &[NYLON_GUITAR, NYLON_GUITAR],
            strum(&["x-oxx-oxx-oxx-o.", "x--ox-oxX-ox..xo"]),
        )
        .keys(43, 65)
        .level(0.0)
        .spread(0.5),
        part(&[HAND_DRUMS], Play::Drums(&[PALMAS]))
            .level(-2.0)
            .chance(0.75),
        part(
            &[FINGER_BASS, UPRIGHT_BASS],
            Play::Bass(&["1-----1-5---1---"]),
        )
        .keys(28, 46)
        .level(-2.0)
        .spread(0.0)
        .chance(0.4),
    ],
    mix: CLUB,
    ..SALSA
};

const CUMBIA: Style = Style {
    name: "latin-cumbia",
    tempo_bpm: (84.0, 108.0),
    progressions: &[
        (Mode::Harmonic, "i | V7 | V7 | i"),
        (Mode::Minor, "i | bVII | bVI | V7"),
        (Mode::Major, "I | V7 | V7 | I"),
    ],
    parts: &[
        part(
            &[ACCORDION, CLARINET, FLUTE, BRASS_SECTION],
            tune(&["x.x.x-x-x.x.x---", "..x.x.x-..x.x.x-", "x-x-x-x-x---...."]).play(),
        )
        .keys(60, 84)
        .level(1.5),
        part(
            &[PIANO, CLEAN_GUITAR, NYLON_GUITAR],
            chords(&["..x...x...x...x."], Voicing::Close),
        )
        .keys(55, 74)
        .level(-1.5)
        .spread(0.5),
        part(
            &[FINGER_BASS, UPRIGHT_BASS],
            Play::Bass(&["1---3-5-1---3-5-", "1---5-5-8---5-5-"]),
        )
        .keys(28, 48)
        .level(1.5)
        .spread(0.0),
        part(&[HAND_DRUMS], Play::Drums(&[CUMBIA_DRUMS]))
            .level(1.0)
            .spread(0.2),
    ],
    ..SALSA
};

pub(super) const STYLES: &[&Style] = &[&SALSA, &BOSSA, &TANGO, &FLAMENCO, &CUMBIA];
