//! Electronic music beyond house and techno: trance, drum and bass, synthwave, downtempo, dubstep.

use super::shared::*;

const FLOOR_BEAT: Groove = groove(
    &[
        (drum::KICK, "X...X...X...X..."),
        (drum::CLAP, "....X.......X..."),
        (drum::OPEN_HAT, "..X...X...X...X."),
        (drum::HAT, "x.xxx.xxx.xxx.xx"),
    ],
    RISERS,
);
const AMEN: Groove = groove(
    &[
        (drum::KICK, "X.X.......XX....|X.........X....."),
        (drum::SNARE, "....X..x.x..X..x|....X..x.x....X."),
        (drum::RIDE, "x.x.x.x.x.x.x.x."),
        (drum::HAT, "..x...x...x...x."),
    ],
    &[&[
        (drum::SNARE, "X.xxX.xxX.xxXXXX"),
        (drum::KICK, "X.....X...X....."),
    ]],
);
const EIGHTIES: Groove = groove(
    &[
        (drum::KICK, "X...X...X...X..."),
        (drum::SNARE, "....X.......X..."),
        (drum::HAT, "xxxxxxxxxxxxxxxx"),
    ],
    FILLS,
);
const SLOW: Groove = groove(
    &[
        (drum::KICK, "X......x..X....."),
        (drum::SNARE, "....X.......X..."),
        (drum::HAT, "x.xxx.x.x.xxx.x."),
        (drum::SHAKER, "..o...o...o...o."),
    ],
    &[],
)
.no_crash();
const STEP: Groove = groove(
    &[
        (drum::KICK, "X.....x....x...."),
        (drum::SNARE, "........X......."),
        (drum::HAT, "x..x..x.x..x..x."),
    ],
    RISERS,
);
const MINOR: &[(Mode, &str)] = &[
    (Mode::Minor, "i | bVI | bIII | bVII"),
    (Mode::Minor, "i | % | bVI | bVII"),
    (Mode::Minor, "i | bVII | bVI | v"),
    (Mode::Minor, "bVI | bVII | i | i"),
    (Mode::Dorian, "i9 | IV | i9 | bVII"),
];

const TRANCE: Style = Style {
    name: "electronic-trance",
    genre: &["electronic"],
    tempo_bpm: (132.0, 142.0),
    loose_ms: 0.0,
    dynamics: (0.7, 1.0),
    progressions: MINOR,
    forms: &["iaabkb", "akbab", "iabkb"],
    parts: &[
        part(
            &[SUPERSAW, PLUCK],
            tune(&["x..x..x.x..x..x.", "x.x.xx.xx.x.xx.x", "x--x--x-x---x---"])
                .rests(0.05)
                .leaps(0.25)
                .play(),
        )
        .keys(64, 88)
        .level(1.0)
        .echo(0.5)
        .pump(0.4)
        .only("bk"),
        part(
            &[PLUCK, SUPERSAW],
            arpeggio(
                &["1.2.3.2.4.3.2.3.", "1232123212321232", "14321432"],
                Voicing::Close,
                0.0,
            ),
        )
        .keys(55, 79)
        .level(-1.5)
        .echo(0.5)
        .sweep(0.8)
        .low_pass(2500.0)
        .pump(0.3),
        part(
            &[SUPERSAW, ANALOG_PAD, SYNTH_STRINGS],
            Play::Pad(Voicing::Open),
        )
        .keys(52, 78)
        .level(-2.0)
        .pump(0.75),
        part(
            &[SAW_BASS],
            Play::Bass(&["..11..11..11..11", ".111.111.111.111", "..1...1...1...1."]),
        )
        .keys(28, 43)
        .level(0.0)
        .spread(0.0)
        .pump(0.4)
        .only("ab"),
        part(&[MACHINE_909], Play::Drums(&[FLOOR_BEAT]))
            .level(2.0)
            .only("iab"),
    ],
    mix: FLOOR,
    ..BASE
};

const JUNGLE: Style = Style {
    name: "electronic-drum-and-bass",
    tempo_bpm: (165.0, 178.0),
    loose_ms: 2.0,
    parts: &[
        part(
            &[GLASS, STAB, RHODES, SQUARE_LEAD],
            tune(&["x-----x-----x---", "..x...x-----....", "x---............"]).play(),
        )
        .keys(60, 84)
        .level(-2.0)
        .echo(0.7)
        .chance(0.7),
        part(&[ANALOG_PAD, HALO_PAD, SWEEP_PAD], Play::Pad(Voicing::Open))
            .keys(50, 76)
            .level(-3.5),
        part(
            &[SAW_BASS, SUB_BASS, WOBBLE],
            Play::Bass(&["1-----1---..1-3-", "1--1--1-....5---", "1-------....a-1-"]),
        )
        .keys(26, 43)
        .level(1.5)
        .spread(0.0)
        .only("abk"),
        part(&[STANDARD_KIT, MACHINE_909, ROOM_KIT], Play::Drums(&[AMEN]))
            .level(3.0)
            .only("abk"),
    ],
    ..TRANCE
};

const RETRO: Style = Style {
    name: "electronic-synthwave",
    tempo_bpm: (84.0, 118.0),
    dynamics: (0.55, 0.85),
    parts: &[
        part(
            &[SQUARE_LEAD, GM_SAW_LEAD, SUPERSAW],
            tune(&["x---x-x-x---x---", "x-----x-x-------", "x-x-x---..x-x-x-"]).play(),
        )
        .keys(62, 86)
        .level(1.0)
        .echo(0.5)
        .chorus(0.5)
        .only("bk"),
        part(
            &[PLUCK, POLYSYNTH],
            arpeggio(
                &["1234432112344321", "1.2.3.4.1.2.3.4."],
                Voicing::Close,
                0.0,
            ),
        )
        .keys(55, 79)
        .level(-2.5)
        .echo(0.4)
        .chorus(0.5),
        part(&[ANALOG_PAD, SUPERSAW], Play::Pad(Voicing::Open))
            .keys(50, 74)
            .level(-2.5)
            .chorus(0.7),
        part(
            &[SAW_BASS],
            Play::Bass(&["1111111111111111", "1.8.1.8.1.8.1.8.", "11.111.111.111.1"]),
        )
        .keys(28, 45)
        .level(0.5)
        .spread(0.0),
        part(
            &[MACHINE_909, ELECTRONIC_KIT, POWER_KIT],
            Play::Drums(&[EIGHTIES]),
        )
        .level(1.5)
        .only("abk"),
    ],
    ..TRANCE
};

const DOWNTEMPO: Style = Style {
    name: "electronic-downtempo",
    tempo_bpm: (72.0, 100.0),
    loose_ms: 8.0,
    dynamics: (0.3, 0.65),
    progressions: &[
        (Mode::Dorian, "i9 | IV9 | i9 | IV9"),
        (Mode::Major, "Imaj7 | iii7 | IVmaj7 | iii7"),
        (Mode::Minor, "i9 | bVImaj7 | bIIImaj7 | bVII"),
    ],
    parts: &[
        part(
            &[GLASS, RHODES, FLUTE, SITAR, VIBRAPHONE],
            tune(&["x---x-------....", "..x-x---x-......", "x-------x---x---"])
                .rests(0.5)
                .play(),
        )
        .keys(60, 84)
        .level(0.0)
        .echo(0.7)
        .only("abk"),
        part(
            &[RHODES, FM_PIANO, POLYSYNTH],
            chords(&["x-------..x-----", "x-----x---------"], Voicing::Rootless),
        )
        .keys(52, 74)
        .level(-1.0)
        .chorus(0.5)
        .echo(0.2),
        part(&[ANALOG_PAD, WARM_PAD, HALO_PAD], Play::Pad(Voicing::Open))
            .keys(50, 76)
            .level(-3.5)
            .sweep(0.6)
            .low_pass(2000.0),
        part(
            &[SUB_BASS, FRETLESS_BASS, GM_SYNTH_BASS],
            Play::Bass(&["1-----1---..5---", "1--1----..1-a---"]),
        )
        .keys(28, 45)
        .level(0.5)
        .spread(0.0),
        part(
            &[MACHINE_808, ELECTRONIC_KIT, TR808_KIT, MACHINE_909],
            Play::Drums(&[SLOW]),
        )
        .level(0.5)
        .wet(1.5)
        .only("abk"),
    ],
    mix: STUDIO,
    ..TRANCE
};

const DUBSTEP: Style = Style {
    name: "electronic-dubstep",
    tempo_bpm: (138.0, 144.0),
    dynamics: (0.75, 1.0),
    parts: &[
        part(
            &[WOBBLE],
            Play::Bass(&["1---1-1-3---1-2-", "1-1---8---1-1-1-", "1-----1-7---5---"]),
        )
        .keys(28, 48)
        .level(2.5)
        .spread(0.0)
        .drive(0.4)
        .only("bk"),
        part(&[SUB_BASS], Play::Bass(&["1-------1-------"]))
            .keys(26, 40)
            .level(0.0)
            .spread(0.0),
        part(
            &[PLUCK, GLASS, PIANO],
            tune(&["x---x---x---....", "x-----x-----x---"]).play(),
        )
        .keys(60, 84)
        .level(-1.5)
        .echo(0.7)
        .only("ia"),
        part(&[SUPERSAW, ANALOG_PAD], Play::Pad(Voicing::Open))
            .keys(52, 76)
            .level(-3.0)
            .pump(0.5),
        part(&[MACHINE_909, POWER_KIT], Play::Drums(&[STEP]))
            .level(3.0)
            .only("abk"),
    ],
    ..TRANCE
};

pub(super) const STYLES: &[&Style] = &[&TRANCE, &JUNGLE, &RETRO, &DOWNTEMPO, &DUBSTEP];
