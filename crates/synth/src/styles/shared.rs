//! Starting points for style tables.

pub(super) use crate::drum;
pub(super) use crate::harmony::Mode;
pub(super) use crate::instrument::*;
pub(super) use crate::parts::*;
pub(super) use crate::style::*;

/// A style without players, for tables to fill.
pub(super) const BASE: Style = Style {
    name: "",
    genre: &[],
    tempo_bpm: (100.0, 120.0),
    beats_per_bar: 4,
    swing: Swing::Straight,
    rubato: 0.0,
    loose_ms: 8.0,
    dynamics: (0.4, 0.7),
    progressions: &[(Mode::Major, "I | IV | V | I")],
    forms: &["iaabab", "aabab", "iabab"],
    section_bars: 8,
    parts: &[],
    mix: STUDIO,
};

/// A dry room and a careful master.
pub(super) const STUDIO: MixPlan = MixPlan {
    room_s: (0.4, 1.4),
    wet: (0.05, 0.25),
    press: (0.2, 0.6),
    tilt_db: (-2.0, 2.0),
    worn: 0.06,
    floor_db: (-62.0, -42.0),
};

/// A small room, hardly compressed.
pub(super) const CLUB: MixPlan = MixPlan {
    room_s: (0.5, 1.4),
    wet: (0.1, 0.3),
    press: (0.0, 0.3),
    tilt_db: (-4.0, 0.5),
    worn: 0.12,
    floor_db: (-54.0, -36.0),
};

/// A hall, not compressed at all.
pub(super) const HALL: MixPlan = MixPlan {
    room_s: (1.4, 3.4),
    wet: (0.2, 0.6),
    press: (0.0, 0.1),
    tilt_db: (-4.0, 0.0),
    worn: 0.08,
    floor_db: (-54.0, -36.0),
};

/// Loud and bright, for a dance floor.
pub(super) const FLOOR: MixPlan = MixPlan {
    room_s: (0.4, 1.8),
    wet: (0.05, 0.25),
    press: (0.5, 1.0),
    tilt_db: (-1.0, 3.0),
    worn: 0.02,
    floor_db: (-90.0, -60.0),
};

/// Loud, with walls of guitars.
pub(super) const LOUD: MixPlan = MixPlan {
    room_s: (0.4, 1.3),
    wet: (0.12, 0.35),
    press: (0.5, 1.0),
    tilt_db: (-2.0, 2.0),
    worn: 0.05,
    floor_db: (-54.0, -36.0),
};

/// Very large spaces.
pub(super) const SPACE: MixPlan = MixPlan {
    room_s: (3.0, 7.0),
    wet: (0.4, 1.0),
    press: (0.0, 0.3),
    tilt_db: (-5.0, 1.0),
    worn: 0.1,
    floor_db: (-70.0, -44.0),
};

/// Round the drums, into the next section.
pub(super) const FILLS: &[&[(u8, &str)]] = &[
    &[
        (drum::SNARE, "....x.x.x.xxXxxX"),
        (drum::KICK, "x.......x......."),
        (drum::HAT, "x.x............."),
    ],
    &[
        (drum::SNARE, "x.x.xx.........."),
        (drum::HIGH_TOM, "......xx........"),
        (drum::MID_TOM, "........xxx....."),
        (drum::FLOOR_TOM, "...........xxxxX"),
        (drum::KICK, "x...x...x...x..."),
    ],
    &[
        (drum::SNARE, "............xxxX"),
        (drum::KICK, "x.....x...x....."),
        (drum::HAT, "x.x.x.x.x.x....."),
    ],
    &[
        (drum::SNARE, "....X.......X.xx"),
        (drum::KICK, "x.x.....x.x....."),
        (drum::HAT, "x.x.x.x.x.x.x..."),
        (drum::FLOOR_TOM, ".............x.x"),
    ],
];

/// A snare that rolls up to the drop.
pub(super) const RISERS: &[&[(u8, &str)]] = &[
    &[
        (drum::SNARE, "x...x...x.x.xxxx"),
        (drum::KICK, "x...x...x...x..."),
    ],
    &[
        (drum::CLAP, "x...x...x.x.x.xx"),
        (drum::OPEN_HAT, "..x...x...x...x."),
    ],
    &[
        (drum::KICK, "x...x...x......."),
        (drum::OPEN_HAT, "..x...x...x....."),
    ],
];
