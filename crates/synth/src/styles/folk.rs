//! Folk: fingerpicked guitars, jigs and reels, waltzes for the accordion.

use super::shared::*;

const SONGS: &[(Mode, &str)] = &[
    (Mode::Major, "I | V | vi | IV | I | V | IV | I"),
    (Mode::Major, "I | % | IV | I | vi | IV | V | I"),
    (Mode::Dorian, "i | bVII | i | bVII | i | bVII | v | i"),
    (Mode::Minor, "i | bVII | bVI | v | i | bVII | i | i"),
    (Mode::Mixolydian, "I | bVII | I | bVII | I | IV | bVII | I"),
    (Mode::Major, "Iadd9 | IVadd9 | vi7 | Vsus4"),
];
const PICKS: &[&str] = &[
    "1.3.2.4.1.3.2.4.",
    "1-432-4-1-432-4-",
    "1.4.2.3.1.4.2.5.",
    "1-345-431-345-43",
];
const AIRS: &[&str] = &[
    "x---x-x-x---x---",
    "x-x-x---x-x-x---",
    "x-----x-x-------",
    "..x-x-x-x---x---",
];
const BODHRAN: Groove = groove(
    &[
        (drum::LOW_CONGA, "X..x.xX..x.x"),
        (drum::MUTE_CONGA, ".oo.o..oo.o."),
    ],
    &[],
)
.no_crash();

/// A bass in the middle.
const fn bass(instruments: &'static [Instrument], patterns: &'static [&'static str]) -> Part {
    part(instruments, Play::Bass(patterns))
        .keys(28, 46)
        .spread(0.0)
}

const FINGERPICKED: Style = Style {
    name: "folk",
    genre: &["folk"],
    tempo_bpm: (72.0, 116.0),
    rubato: 0.01,
    loose_ms: 14.0,
    dynamics: (0.2, 0.55),
    progressions: SONGS,
    parts: &[
        part(
            &[STEEL_GUITAR, NYLON_GUITAR],
            arpeggio(PICKS, Voicing::Wide, 1.5),
        )
        .keys(42, 67)
        .level(1.0)
        .spread(0.4),
        part(
            &[NYLON_GUITAR, STEEL_GUITAR, FLUTE, HARMONICA, FIDDLE, OOHS],
            tune(AIRS).ornaments(0.08).scoops(0.1).play(),
        )
        .keys(58, 79)
        .level(1.0)
        .chance(0.8)
        .only("abk"),
        part(
            &[STEEL_GUITAR],
            strum(&["x---x-o-x-o-x-o-", "x---....x-o-x---"]),
        )
        .keys(45, 66)
        .level(-3.0)
        .spread(0.8)
        .chance(0.4)
        .only("bk"),
        part(&[CELLO, ACCORDION, VIOLA], Play::Pad(Voicing::Shell))
            .keys(43, 65)
            .level(-4.0)
            .chance(0.35)
            .only("bk"),
        bass(&[UPRIGHT_BASS], &["1-------5-------", "1-----1-5---a---"])
            .level(-2.0)
            .chance(0.4),
    ],
    mix: MixPlan {
        tilt_db: (-2.0, 1.5),
        worn: 0.12,
        ..CLUB
    },
    ..BASE
};

const JIG: Style = Style {
    name: "folk-jig",
    tempo_bpm: (104.0, 132.0),
    rubato: 0.0,
    loose_ms: 9.0,
    dynamics: (0.4, 0.7),
    progressions: &[
        (Mode::Major, "I | % | IV | V | I | % | IV V | I"),
        (Mode::Dorian, "i | % | bVII | % | i | % | bVII | i"),
        (Mode::Mixolydian, "I | bVII | I | bVII | I | IV | bVII | I"),
    ],
    parts: &[
        part(
            &[FIDDLE, WHISTLE, FLUTE, ACCORDION],
            tune(&[
                "xxxxxxxxxxxx",
                "x-xx-xxxxxxx",
                "xxxx-xx-xxxx",
                "x-xxxxx-xx--",
            ])
            .ornaments(0.25)
            .rests(0.0)
            .leaps(0.25)
            .play(),
        )
        .keys(62, 88)
        .level(2.0),
        part(
            &[WHISTLE, ACCORDION, FIDDLE, HARP],
            Play::Follow {
                beats: 0.0,
                semitones: 0,
            },
        )
        .keys(62, 88)
        .level(-0.5)
        .chance(0.6),
        part(
            &[STEEL_GUITAR, NYLON_GUITAR],
            strum(&["x-ox-ox-ox-o", "x-.x-.x-.x-o"]),
        )
        .keys(45, 66)
        .level(-1.0)
        .spread(0.6),
        part(&[HAND_DRUMS], Play::Drums(&[BODHRAN]))
            .level(-3.0)
            .chance(0.6)
            .only("ab"),
        bass(&[UPRIGHT_BASS], &["1-----5-----"])
            .level(-2.0)
            .chance(0.4),
    ],
    ..FINGERPICKED
};

const MUSETTE: Style = Style {
    name: "folk-waltz",
    tempo_bpm: (110.0, 168.0),
    beats_per_bar: 3,
    rubato: 0.02,
    dynamics: (0.35, 0.65),
    progressions: &[
        (Mode::Harmonic, "i | % | V7 | % | iv | i | V7 | i"),
        (Mode::Major, "I | % | V7 | % | ii | V7 | I | I"),
        (Mode::Harmonic, "i | iv | V7 | i | bVI | iv | V7 | i"),
    ],
    parts: &[
        part(
            &[ACCORDION, BANDONEON, ACCORDION, CLARINET, FIDDLE],
            tune(&["x-xxx-", "x-x-x-", "xxxxxx", "x---x-"])
                .ornaments(0.2)
                .leaps(0.25)
                .play(),
        )
        .keys(60, 86)
        .level(1.5),
        part(
            &[NYLON_GUITAR, ACCORDION, STEEL_GUITAR],
            chords(&["..x.x."], Voicing::Close),
        )
        .keys(50, 69)
        .level(-1.0)
        .spread(0.5),
        bass(&[UPRIGHT_BASS, TUBA], &["1---..|5---.."]),
    ],
    ..FINGERPICKED
};

pub(super) const STYLES: &[&Style] = &[&FINGERPICKED, &FINGERPICKED, &JIG, &MUSETTE];
