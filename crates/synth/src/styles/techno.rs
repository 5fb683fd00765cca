//! Techno: machines, few notes, long changes.

use super::shared::*;

const FOUR: Groove = groove(
    &[
        (drum::KICK, "X...X...X...X..."),
        (drum::CLAP, "....x.......x..."),
        (drum::OPEN_HAT, "..x...x...x...x."),
        (drum::HAT, "x.oxx.oxx.oxx.ox"),
    ],
    RISERS,
);
const DRIVING: Groove = groove(
    &[
        (drum::KICK, "X...X...X...X..."),
        (drum::HAT, "oxXxoxXxoxXxoxXx"),
        (drum::SNARE, "....o..o....o..."),
        (drum::STICK, "..x..x....x..x.."),
        (drum::LOW_TOM, "...x......x....x"),
    ],
    RISERS,
);
const BROKEN: Groove = groove(
    &[
        (drum::KICK, "X..x..x...X..x.."),
        (drum::SNARE, "....X.......X..o"),
        (drum::HAT, "x.xxx.x.x.xxx.xx"),
        (drum::CLAVES, "...x..x...x....."),
    ],
    RISERS,
);
const HYPNOTIC: &[(Mode, &str)] = &[
    (Mode::Phrygian, "i"),
    (Mode::Minor, "i | i | i | bVII"),
    (Mode::Dorian, "i7"),
    (Mode::Minor, "i | % | bVI | %"),
    (Mode::Phrygian, "i | % | bII | %"),
];

const CLASSIC: Style = Style {
    name: "techno",
    genre: &["techno", "electronic"],
    tempo_bpm: (122.0, 140.0),
    loose_ms: 0.0,
    dynamics: (0.6, 0.95),
    progressions: HYPNOTIC,
    forms: &["iaabkab", "iabab", "aabkb"],
    parts: &[
        part(&[MACHINE_909], Play::Drums(&[FOUR, DRIVING]))
            .level(2.5)
            .only("iab")
            .wet(0.3),
        part(
            &[SAW_BASS, SUB_BASS],
            Play::Bass(&["..1...1...1...1.", ".11..11..11..11.", "..11..1...11..18"]),
        )
        .keys(28, 45)
        .level(-1.0)
        .spread(0.0)
        .pump(0.5)
        .wet(0.1)
        .only("abk"),
        part(
            &[ACID, PLUCK, SQUARE_LEAD],
            arpeggio(
                &["1.12.1.31..1.2.1", "1..1..2.1..1..3.", "11.2.11.13.1.2.4"],
                Voicing::Tonic,
                0.0,
            ),
        )
        .keys(40, 64)
        .level(-2.0)
        .sweep(1.0)
        .low_pass(1800.0)
        .echo(0.3)
        .only("abk"),
        part(
            &[STAB, SUPERSAW],
            chords(
                &["...x..x.........", "..x.....x..x....", "......x........."],
                Voicing::Close,
            ),
        )
        .keys(52, 74)
        .level(-4.0)
        .echo(0.7)
        .chance(0.7)
        .only("bk"),
        part(&[ANALOG_PAD, DRONE], Play::Pad(Voicing::Open))
            .keys(45, 70)
            .level(-7.0)
            .pump(0.6)
            .chance(0.6),
    ],
    mix: FLOOR,
    ..BASE
};

const MINIMAL: Style = Style {
    name: "techno-minimal",
    tempo_bpm: (118.0, 130.0),
    dynamics: (0.45, 0.8),
    parts: &[
        part(
            &[MACHINE_909, TR808_KIT, ELECTRONIC_KIT],
            Play::Drums(&[FOUR, BROKEN]),
        )
        .level(3.0)
        .wet(0.4),
        part(
            &[SUB_BASS, SAW_BASS],
            Play::Bass(&["1.....1...1.....", "..1..1....1..1..", "1..1......1.8..."]),
        )
        .keys(28, 43)
        .level(0.0)
        .spread(0.0)
        .pump(0.3)
        .wet(0.1),
        part(
            &[GLASS, PLUCK, STAB],
            arpeggio(
                &["....2.....3.....", "..3.....2..4....", "1......2........"],
                Voicing::Open,
                0.5,
            ),
        )
        .keys(55, 80)
        .level(-4.0)
        .echo(0.9),
        part(&[DRONE], Play::Pad(Voicing::Tonic))
            .keys(40, 64)
            .level(-9.0)
            .chance(0.7)
            .sweep(1.0),
    ],
    ..CLASSIC
};

const HARD: Style = Style {
    name: "techno-hard",
    tempo_bpm: (136.0, 152.0),
    dynamics: (0.78, 1.0),
    parts: &[
        part(&[MACHINE_909], Play::Drums(&[DRIVING, FOUR]))
            .level(4.0)
            .drive(0.35)
            .wet(0.4)
            .only("iab"),
        part(
            &[ACID],
            arpeggio(
                &["1121113112114112", "1.1211.31.1211.4"],
                Voicing::Tonic,
                0.0,
            ),
        )
        .keys(36, 60)
        .level(0.0)
        .sweep(1.0)
        .low_pass(2000.0)
        .drive(0.4),
        part(
            &[SAW_BASS],
            Play::Bass(&["..1...1...1...1.", ".111.111.111.111"]),
        )
        .keys(28, 43)
        .level(-1.0)
        .spread(0.0)
        .pump(0.6),
        part(
            &[SUPERSAW, STAB],
            chords(&["x..x..x.x..x..x.", "x-----x-----x---"], Voicing::Close),
        )
        .keys(52, 76)
        .level(-3.0)
        .only("b")
        .pump(0.5),
    ],
    ..CLASSIC
};

pub(super) const STYLES: &[&Style] = &[&CLASSIC, &MINIMAL, &HARD];
