//! New age: harps, pianos, flutes and soft pads that never hurry.

use super::shared::*;

const GENTLE: &[(Mode, &str)] = &[
    (Mode::Major, "Iadd9 | vi9 | IVmaj9 | Vsus4"),
    (Mode::Major, "IVmaj7 | Iadd9 | IVmaj7 | vi7"),
    (Mode::Lydian, "Imaj9 | II | Imaj9 | vi9"),
    (Mode::Minor, "iadd9 | bVImaj7 | bIIImaj7 | bVII"),
    (Mode::Dorian, "i9 | IVadd9 | i9 | bVII"),
];
const SONG: &[&str] = &[
    "x---x-x-x-------",
    "x-------x---x---",
    "..x-x-x-x-------",
    "x-----x-x-----x-",
];
const RIPPLES: &[&str] = &[
    "1.2.3.4.5.4.3.2.",
    "1-2-3-5-4-3-2-3-",
    "1234567876543232",
    "1.3.5.7.6.5.3.2.",
];
const SOFT_DRUMS: Groove = groove(
    &[
        (drum::LOW_CONGA, "x.....x...x....."),
        (drum::OPEN_CONGA, "...x......x..x.."),
        (drum::TRIANGLE, "..o.......o....."),
    ],
    &[],
)
.no_crash();

const HARP_STYLE: Style = Style {
    name: "new-age-harp",
    genre: &["new age"],
    tempo_bpm: (62.0, 88.0),
    rubato: 0.02,
    loose_ms: 14.0,
    dynamics: (0.15, 0.42),
    progressions: GENTLE,
    parts: &[
        part(
            &[HARP, HARP, NYLON_GUITAR, DULCIMER],
            arpeggio(RIPPLES, Voicing::Wide, 3.0),
        )
        .keys(45, 76)
        .level(1.0)
        .spread(0.4),
        part(
            &[FLUTE, PAN_FLUTE, SHAKUHACHI, VIOLIN, OBOE, OOHS, RECORDER],
            tune(SONG).ornaments(0.1).scoops(0.12).rests(0.3).play(),
        )
        .keys(62, 84)
        .level(1.5)
        .only("abk"),
        part(
            &[NEW_AGE_PAD, WARM_PAD, SLOW_STRINGS, CHOIR],
            Play::Pad(Voicing::Open),
        )
        .keys(48, 76)
        .level(-2.5),
        part(&[HAND_DRUMS], Play::Drums(&[SOFT_DRUMS]))
            .level(-6.0)
            .chance(0.25)
            .only("abk"),
    ],
    mix: MixPlan {
        room_s: (1.8, 4.5),
        wet: (0.3, 0.8),
        ..SPACE
    },
    ..BASE
};

const PIANO_STYLE: Style = Style {
    name: "new-age-piano",
    dynamics: (0.18, 0.5),
    parts: &[
        part(&[PIANO], tune(SONG).rests(0.2).play())
            .keys(62, 86)
            .level(1.0)
            .spread(0.1),
        part(
            &[PIANO],
            arpeggio(
                &["1.2.3.4.3.2.3.2.", "1-2-3-4-5-4-3-2-", "1.2.4.2.3.2.4.2."],
                Voicing::Wide,
                3.0,
            ),
        )
        .keys(38, 67)
        .level(-0.5)
        .spread(0.1),
        part(
            &[NEW_AGE_PAD, WARM_PAD, SLOW_STRINGS],
            Play::Pad(Voicing::Open),
        )
        .keys(52, 76)
        .level(-5.0)
        .chance(0.6),
        part(
            &[CELLO, FLUTE, VIOLIN],
            tune(&["x-------x-------", "x---x---x-------"])
                .rests(0.3)
                .play(),
        )
        .keys(48, 79)
        .level(-1.0)
        .chance(0.4)
        .only("bk"),
    ],
    ..HARP_STYLE
};

const MEDITATION: Style = Style {
    name: "new-age-meditation",
    genre: &["new age", "ambient"],
    tempo_bpm: (46.0, 66.0),
    dynamics: (0.1, 0.35),
    parts: &[
        part(
            &[NEW_AGE_PAD, WARM_PAD, HALO_PAD, ANALOG_PAD],
            Play::Pad(Voicing::Open),
        )
        .keys(48, 76)
        .level(1.0),
        part(
            &[PAN_FLUTE, SHAKUHACHI, FLUTE],
            tune(SONG)
                .scale(Mode::MajorPentatonic)
                .scoops(0.3)
                .ornaments(0.15)
                .rests(0.5)
                .play(),
        )
        .keys(60, 82)
        .level(1.0)
        .echo(0.5),
        part(
            &[HARP, CRYSTAL, BELLS, SITAR, KALIMBA],
            arpeggio(
                &["1-----3---5-----", "5---............", "..3-....5-......"],
                Voicing::Wide,
                3.0,
            ),
        )
        .keys(55, 84)
        .level(-4.0)
        .echo(0.4),
        part(&[CHOIR, OOHS], Play::Pad(Voicing::Close))
            .keys(52, 74)
            .level(-4.0)
            .chance(0.5)
            .only("bk"),
    ],
    ..HARP_STYLE
};

/// A lullaby in the highest octaves.
const MUSIC_BOX_STYLE: Style = Style {
    name: "new-age-music-box",
    tempo_bpm: (66.0, 104.0),
    rubato: 0.03,
    parts: &[
        part(
            &[MUSIC_BOX, CELESTA, GLOCKENSPIEL, HARP, KALIMBA],
            tune(SONG).rests(0.1).play(),
        )
        .keys(74, 98)
        .level(1.0)
        .spread(0.2),
        part(
            &[MUSIC_BOX, CELESTA, HARP],
            arpeggio(RIPPLES, Voicing::Close, 1.0),
        )
        .keys(62, 84)
        .level(-1.0)
        .spread(0.2),
        part(&[FLUTE, PICCOLO, RECORDER], tune(SONG).rests(0.4).play())
            .keys(74, 96)
            .level(-1.0)
            .chance(0.4)
            .only("bk"),
    ],
    ..HARP_STYLE
};

pub(super) const STYLES: &[&Style] = &[
    &HARP_STYLE,
    &HARP_STYLE,
    &PIANO_STYLE,
    &MEDITATION,
    &MUSIC_BOX_STYLE,
];
