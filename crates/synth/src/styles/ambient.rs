//! Ambient: slow chords in large spaces, drones, single notes that ring away.

use super::shared::*;

const STILL: &[(Mode, &str)] = &[
    (Mode::Lydian, "Imaj9 | % | II | %"),
    (Mode::Major, "Iadd9 | IVadd9"),
    (Mode::Dorian, "i9 | % | IVadd9 | %"),
    (Mode::Minor, "iadd9 | bVImaj7"),
    (Mode::Major, "Isus2 | vi9 | IVmaj9 | Vsus4"),
    (Mode::Mixolydian, "Isus4 | bVII"),
];
const SPARSE: &[&str] = &[
    "x-------........",
    "....x-----------",
    "x---x-----------",
    "........x-------",
    "x-----------x---",
];

const PADS: Style = Style {
    name: "ambient",
    genre: &["ambient", "electronic"],
    tempo_bpm: (52.0, 76.0),
    loose_ms: 20.0,
    dynamics: (0.12, 0.45),
    progressions: STILL,
    forms: &["iabk", "aabb", "abab"],
    parts: &[
        part(
            &[ANALOG_PAD, WARM_PAD, HALO_PAD, SWEEP_PAD, NEW_AGE_PAD],
            Play::Pad(Voicing::Open),
        )
        .keys(48, 76)
        .level(1.0)
        .sweep(0.6)
        .low_pass(1800.0),
        part(
            &[ANALOG_PAD, SLOW_STRINGS, OOHS, WARM_PAD],
            Play::Pad(Voicing::Close),
        )
        .keys(60, 84)
        .level(-3.0)
        .chance(0.6)
        .only("abk"),
        part(&[DRONE, SUB_BASS], Play::Pad(Voicing::Tonic))
            .keys(28, 52)
            .level(-1.0)
            .chance(0.8),
        part(
            &[GLASS, CRYSTAL, ATMOSPHERE, RHODES],
            tune(SPARSE).rests(0.5).leaps(0.4).play(),
        )
        .keys(62, 90)
        .level(-4.0)
        .echo(0.8)
        .chance(0.75),
    ],
    mix: SPACE,
    ..BASE
};

const PIANO_AMBIENT: Style = Style {
    name: "ambient-piano",
    genre: &["ambient"],
    rubato: 0.03,
    parts: &[
        part(&[PIANO], tune(SPARSE).rests(0.3).leaps(0.3).play())
            .keys(58, 86)
            .level(1.0)
            .low_pass(4500.0)
            .echo(0.3),
        part(
            &[PIANO],
            arpeggio(
                &["1---------------", "1-----3---------", "1---2---3-------"],
                Voicing::Wide,
                4.0,
            ),
        )
        .keys(36, 64)
        .level(-1.0)
        .low_pass(3500.0),
        part(
            &[ANALOG_PAD, WARM_PAD, SLOW_STRINGS],
            Play::Pad(Voicing::Open),
        )
        .keys(48, 76)
        .level(-2.0)
        .chance(0.85),
        part(&[DRONE], Play::Pad(Voicing::Tonic))
            .keys(28, 50)
            .level(-6.0)
            .chance(0.5),
    ],
    ..PADS
};

const DARK: Style = Style {
    name: "ambient-dark",
    tempo_bpm: (44.0, 62.0),
    progressions: &[
        (Mode::Phrygian, "i | bII"),
        (Mode::DoubleHarmonic, "i | % | bII | %"),
        (Mode::Minor, "i | %"),
    ],
    parts: &[
        part(&[DRONE], Play::Pad(Voicing::Tonic))
            .keys(26, 50)
            .level(2.0)
            .sweep(1.0)
            .low_pass(500.0),
        part(&[DRONE, ANALOG_PAD, SWEEP_PAD], Play::Pad(Voicing::Open))
            .keys(40, 66)
            .level(-2.0)
            .sweep(1.0)
            .low_pass(900.0),
        part(&[SLOW_STRINGS, CHOIR, HALO_PAD], Play::Pad(Voicing::Close))
            .keys(52, 74)
            .level(-5.0)
            .chance(0.6)
            .only("bk"),
        part(
            &[BELLS, GLASS, CRYSTAL],
            tune(&["x---------------", "........x-------"])
                .rests(0.6)
                .leaps(0.5)
                .play(),
        )
        .keys(60, 84)
        .level(-6.0)
        .echo(0.9)
        .chance(0.6),
    ],
    ..PADS
};

pub(super) const STYLES: &[&Style] = &[&PADS, &PIANO_AMBIENT, &DARK];
