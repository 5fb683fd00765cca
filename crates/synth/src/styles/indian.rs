//! North Indian music: a raga over a drone, first free, then with tabla.

use super::shared::*;

const RAGAS: &[(Mode, &str)] = &[
    (Mode::DoubleHarmonic, "I5"),
    (Mode::Dorian, "I5"),
    (Mode::Lydian, "I5"),
    (Mode::MajorPentatonic, "I5"),
    (Mode::Phrygian, "I5"),
    (Mode::Mixolydian, "I5"),
    (Mode::Harmonic, "I5"),
];
const TEENTAL: Groove = groove(
    &[
        (drum::HIGH_BONGO, "x..x..x.x..x..x.|x..xx.x.x.xx..x."),
        (drum::LOW_BONGO, ".xx..x...xx..x..|.x...x.x.x...x.."),
        (drum::KICK, "X..X..X.........|X..X....X..X..X."),
        (drum::CLAVES, "..x.x.xxx.x.x.xx"),
    ],
    &[&[
        (drum::HIGH_BONGO, "x.xxx.xxx.xxx..."),
        (drum::KICK, "X..X..X..X..X..."),
    ]],
)
.no_crash();
const KEHERWA: Groove = groove(
    &[
        (drum::KICK, "X.....X...X....."),
        (drum::HIGH_BONGO, "..x.x...x.x.x..."),
        (drum::LOW_BONGO, "...x.x.x...x.x.x"),
    ],
    &[],
)
.no_crash();
const GAT: &[&str] = &[
    "x-xxx-xxx-xxx---",
    "xxxxx-x-x-xxx-x-",
    "x---x-xxx---x-xx",
    "x-x-xxxxx-x-x---",
];
const ALAP: &[&str] = &[
    "x-------x---x---",
    "x---x-----------",
    "....x-x-x-------",
    "x-----x-x-x-----",
];

const SITAR_GAT: Style = Style {
    name: "indian-sitar",
    genre: &["indian"],
    tempo_bpm: (84.0, 132.0),
    loose_ms: 12.0,
    dynamics: (0.3, 0.68),
    progressions: RAGAS,
    forms: &["iaabb", "iabab", "aabab"],
    parts: &[
        part(
            &[SITAR],
            tune(GAT)
                .ornaments(0.3)
                .scoops(0.55)
                .leaps(0.12)
                .improvised()
                .rests(0.15)
                .play(),
        )
        .keys(55, 82)
        .level(2.0)
        .spread(0.2),
        part(
            &[TANPURA],
            arpeggio(
                &["2---3---3---1---", "2-3-3-1-2-3-3-1-"],
                Voicing::Tonic,
                3.0,
            ),
        )
        .keys(43, 67)
        .level(-3.5)
        .spread(0.5),
        part(&[REED_ORGAN, TANPURA], Play::Pad(Voicing::Tonic))
            .keys(45, 67)
            .level(-8.0)
            .chance(0.4),
        part(&[TABLA], Play::Drums(&[TEENTAL, KEHERWA]))
            .level(-3.0)
            .wet(1.8)
            .spread(0.3)
            .only("abk"),
    ],
    mix: MixPlan {
        tilt_db: (-2.0, 1.5),
        ..CLUB
    },
    ..BASE
};

const ALAP_STYLE: Style = Style {
    name: "indian-alap",
    tempo_bpm: (50.0, 70.0),
    rubato: 0.05,
    dynamics: (0.15, 0.42),
    parts: &[
        part(
            &[SITAR, SITAR, SHAKUHACHI, VIOLIN],
            tune(ALAP)
                .ornaments(0.4)
                .scoops(0.7)
                .leaps(0.1)
                .improvised()
                .rests(0.4)
                .play(),
        )
        .keys(52, 80)
        .level(2.0)
        .spread(0.2),
        part(
            &[TANPURA],
            arpeggio(&["2---3---3---1---"], Voicing::Tonic, 4.0),
        )
        .keys(43, 67)
        .level(-2.0)
        .spread(0.5),
        part(&[REED_ORGAN, WARM_PAD], Play::Pad(Voicing::Tonic))
            .keys(43, 62)
            .level(-7.0)
            .chance(0.5),
    ],
    ..SITAR_GAT
};

const BANSURI: Style = Style {
    name: "indian-flute",
    dynamics: (0.25, 0.6),
    parts: &[
        part(
            &[SHAKUHACHI, FLUTE, PAN_FLUTE],
            tune(ALAP)
                .ornaments(0.35)
                .scoops(0.6)
                .leaps(0.12)
                .improvised()
                .rests(0.25)
                .play(),
        )
        .keys(60, 84)
        .level(2.0)
        .spread(0.2),
        part(
            &[SITAR, DULCIMER],
            tune(GAT)
                .ornaments(0.2)
                .scoops(0.4)
                .improvised()
                .rests(0.5)
                .play(),
        )
        .keys(52, 79)
        .level(0.0)
        .spread(0.5)
        .chance(0.6)
        .only("bk"),
        part(
            &[TANPURA],
            arpeggio(&["2-3-3-1-2-3-3-1-"], Voicing::Tonic, 3.0),
        )
        .keys(43, 67)
        .level(-3.0)
        .spread(0.5),
        part(&[TABLA, HAND_DRUMS], Play::Drums(&[KEHERWA, TEENTAL]))
            .level(0.5)
            .spread(0.3)
            .only("abk"),
    ],
    ..SITAR_GAT
};

pub(super) const STYLES: &[&Style] = &[&SITAR_GAT, &SITAR_GAT, &ALAP_STYLE, &BANSURI];
