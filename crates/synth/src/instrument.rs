//! The instruments that styles choose from: what sounds, what it is called, what it can play.

use super::analog::{Machine, Patch};

/// What makes the sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sound {
    /// A melodic General MIDI program, counted from 0.
    Program(u8),
    /// A General MIDI drum kit (on channel 10), by its program.
    Kit(u8),
    /// An oscillator of our own.
    Analog(Patch),
    /// A drum machine of our own.
    Machine(Machine),
}

/// An instrument of a piece.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Instrument {
    /// Its name. Two lines with the same name count as one instrument, so a solo can be told from a
    /// duet.
    pub(crate) name: &'static str,
    pub(crate) sound: Sound,
    /// The tags that its sound earns.
    pub(crate) tags: &'static [&'static str],
    /// Lowest and highest key that sound well.
    pub(crate) range: (u8, u8),
    /// Bowed, blown or sung: shaped while it sounds.
    pub(crate) sustained: bool,
}

impl Instrument {
    /// Whether its keys are drums, not pitches.
    pub(crate) fn is_drums(&self) -> bool {
        matches!(self.sound, Sound::Kit(_) | Sound::Machine(_))
    }
}

const fn keys(
    name: &'static str,
    program: u8,
    tags: &'static [&'static str],
    range: (u8, u8),
) -> Instrument {
    Instrument {
        name,
        sound: Sound::Program(program),
        tags,
        range,
        sustained: false,
    }
}

const fn sung(
    name: &'static str,
    program: u8,
    tags: &'static [&'static str],
    range: (u8, u8),
) -> Instrument {
    Instrument {
        name,
        sound: Sound::Program(program),
        tags,
        range,
        sustained: true,
    }
}

const fn kit(name: &'static str, program: u8, tags: &'static [&'static str]) -> Instrument {
    Instrument {
        name,
        sound: Sound::Kit(program),
        tags,
        range: (27, 87),
        sustained: false,
    }
}

const fn analog(
    name: &'static str,
    patch: Patch,
    tags: &'static [&'static str],
    range: (u8, u8),
) -> Instrument {
    Instrument {
        name,
        sound: Sound::Analog(patch),
        tags,
        range,
        sustained: false,
    }
}

const fn machine(name: &'static str, machine: Machine) -> Instrument {
    Instrument {
        name,
        sound: Sound::Machine(machine),
        tags: &["drums"],
        range: (27, 87),
        sustained: false,
    }
}

/// Declares instruments as constants.
macro_rules! instruments {
    ($($name:ident = $make:expr;)*) => {
        $(pub(crate) const $name: Instrument = $make;)*
    };
}

instruments! {
    PIANO = keys("piano", 0, &["piano"], (24, 103));
    BRIGHT_PIANO = keys("piano", 1, &["piano"], (24, 103));
    HONKY_TONK = keys("piano", 3, &["piano"], (28, 100));
    RHODES = keys("electric piano", 4, &["electric piano"], (28, 96));
    FM_PIANO = keys("electric piano", 5, &["electric piano"], (28, 96));
    HARPSICHORD = keys("harpsichord", 6, &["harpsichord"], (29, 89));
    CLAVINET = keys("clavinet", 7, &["electric piano"], (36, 89));
    CELESTA = keys("celesta", 8, &[], (60, 108));
    GLOCKENSPIEL = keys("glockenspiel", 9, &[], (72, 108));
    MUSIC_BOX = keys("music box", 10, &[], (60, 100));
    VIBRAPHONE = keys("vibraphone", 11, &["percussion"], (53, 89));
    MARIMBA = keys("marimba", 12, &["percussion"], (45, 96));
    BELLS = keys("bells", 14, &[], (60, 84));
    DULCIMER = keys("dulcimer", 15, &[], (50, 86));
    DRAWBAR_ORGAN = keys("organ", 16, &["organ"], (36, 96));
    PERCUSSIVE_ORGAN = keys("organ", 17, &["organ"], (36, 96));
    ROCK_ORGAN = keys("organ", 18, &["organ"], (36, 96));
    CHURCH_ORGAN = keys("organ", 19, &["organ"], (24, 96));
    REED_ORGAN = keys("harmonium", 20, &["organ"], (36, 86));
    ACCORDION = sung("accordion", 21, &[], (48, 89));
    HARMONICA = sung("harmonica", 22, &[], (60, 84));
    BANDONEON = sung("accordion", 23, &[], (48, 86));
    NYLON_GUITAR = keys("acoustic guitar", 24, &["acoustic guitar"], (40, 83));
    STEEL_GUITAR = keys("acoustic guitar", 25, &["acoustic guitar"], (40, 84));
    JAZZ_GUITAR = keys("electric guitar", 26, &["electric guitar"], (40, 84));
    CLEAN_GUITAR = keys("electric guitar", 27, &["electric guitar"], (40, 86));
    MUTED_GUITAR = keys("electric guitar", 28, &["electric guitar"], (40, 79));
    OVERDRIVEN_GUITAR = keys("electric guitar", 29, &["electric guitar"], (38, 88));
    DISTORTION_GUITAR = keys("electric guitar", 30, &["electric guitar"], (36, 88));
    UPRIGHT_BASS = keys("bass", 32, &["bass"], (28, 60));
    FINGER_BASS = keys("bass", 33, &["bass"], (28, 62));
    PICK_BASS = keys("bass", 34, &["bass"], (28, 62));
    FRETLESS_BASS = keys("bass", 35, &["bass"], (28, 64));
    SLAP_BASS = keys("bass", 36, &["bass"], (28, 64));
    GM_SYNTH_BASS = keys("synthesizer bass", 38, &["bass", "synthesizer"], (26, 60));
    VIOLIN = sung("violin", 40, &["violin", "strings"], (55, 98));
    VIOLA = sung("viola", 41, &["strings"], (48, 84));
    CELLO = sung("cello", 42, &["cello", "strings"], (36, 74));
    CONTRABASS = sung("contrabass", 43, &["strings"], (28, 55));
    TREMOLO_STRINGS = sung("string orchestra", 44, &["strings"], (36, 93));
    PIZZICATO = keys("string orchestra", 45, &["strings"], (36, 93));
    HARP = keys("harp", 46, &["harp"], (28, 100));
    TIMPANI = keys("timpani", 47, &["percussion"], (36, 58));
    STRINGS = sung("string orchestra", 48, &["strings"], (28, 96));
    SLOW_STRINGS = sung("string orchestra", 49, &["strings"], (28, 96));
    SYNTH_STRINGS = sung("synthesizer", 50, &["synthesizer"], (36, 96));
    CHOIR = sung("choir", 52, &["choir"], (40, 84));
    OOHS = sung("choir", 53, &["choir"], (43, 81));
    TRUMPET = sung("trumpet", 56, &["brass"], (54, 84));
    TROMBONE = sung("trombone", 57, &["brass"], (36, 72));
    TUBA = sung("tuba", 58, &["brass"], (28, 58));
    MUTED_TRUMPET = sung("trumpet", 59, &["brass"], (54, 82));
    HORN = sung("horn", 60, &["brass"], (40, 77));
    BRASS_SECTION = sung("brass section", 61, &["brass"], (40, 86));
    SOPRANO_SAX = sung("saxophone", 64, &["saxophone"], (56, 87));
    ALTO_SAX = sung("saxophone", 65, &["saxophone"], (49, 80));
    TENOR_SAX = sung("saxophone", 66, &["saxophone"], (44, 75));
    BARITONE_SAX = sung("saxophone", 67, &["saxophone"], (36, 68));
    OBOE = sung("oboe", 68, &[], (58, 88));
    BASSOON = sung("bassoon", 70, &[], (34, 70));
    CLARINET = sung("clarinet", 71, &[], (50, 89));
    PICCOLO = sung("flute", 72, &["flute"], (74, 102));
    FLUTE = sung("flute", 73, &["flute"], (60, 94));
    RECORDER = sung("recorder", 74, &["flute"], (60, 93));
    PAN_FLUTE = sung("pan flute", 75, &["flute"], (60, 92));
    SHAKUHACHI = sung("bamboo flute", 77, &["flute"], (55, 84));
    WHISTLE = sung("tin whistle", 74, &["flute"], (67, 96));
    GM_SQUARE_LEAD = keys("synthesizer", 80, &["synthesizer"], (40, 96));
    GM_SAW_LEAD = keys("synthesizer", 81, &["synthesizer"], (40, 96));
    NEW_AGE_PAD = sung("synthesizer", 88, &["synthesizer"], (36, 93));
    WARM_PAD = sung("synthesizer", 89, &["synthesizer"], (36, 93));
    POLYSYNTH = keys("synthesizer", 90, &["synthesizer"], (36, 96));
    HALO_PAD = sung("synthesizer", 94, &["synthesizer"], (36, 93));
    SWEEP_PAD = sung("synthesizer", 95, &["synthesizer"], (36, 93));
    CRYSTAL = keys("synthesizer", 98, &["synthesizer"], (48, 98));
    ATMOSPHERE = keys("synthesizer", 99, &["synthesizer"], (40, 93));
    SITAR = keys("sitar", 104, &["sitar"], (48, 84));
    BANJO = keys("banjo", 105, &[], (48, 84));
    TANPURA = keys("tanpura", 104, &[], (36, 72));
    KALIMBA = keys("kalimba", 108, &["percussion"], (55, 91));
    FIDDLE = sung("violin", 110, &["violin", "strings"], (55, 93));
    STEEL_DRUMS = keys("steel drums", 114, &["percussion"], (55, 88));
    TAIKO = keys("taiko", 116, &["percussion"], (36, 60));

    STANDARD_KIT = kit("drums", 0, &["drums"]);
    ROOM_KIT = kit("drums", 8, &["drums"]);
    POWER_KIT = kit("drums", 16, &["drums"]);
    ELECTRONIC_KIT = kit("drums", 24, &["drums"]);
    TR808_KIT = kit("drums", 25, &["drums"]);
    JAZZ_KIT = kit("drums", 32, &["drums"]);
    BRUSH_KIT = kit("drums", 40, &["drums"]);
    HAND_DRUMS = kit("hand drums", 0, &["percussion"]);

    MACHINE_909 = machine("drum machine", Machine::Dance);
    MACHINE_808 = machine("drum machine", Machine::Deep);
    TABLA = Instrument {
        name: "tabla",
        sound: Sound::Machine(Machine::Tabla),
        tags: &["percussion"],
        range: (27, 87),
        sustained: false,
    };

    SAW_BASS = analog("synthesizer bass", Patch::SawBass, &["bass", "synthesizer"], (26, 60));
    SUB_BASS = analog("synthesizer bass", Patch::Sub, &["bass", "synthesizer"], (26, 55));
    ACID = analog("synthesizer bass", Patch::Acid, &["bass", "synthesizer"], (28, 64));
    WOBBLE = analog("synthesizer bass", Patch::Wobble, &["bass", "synthesizer"], (26, 55));
    SUPERSAW = analog("synthesizer", Patch::SuperSaw, &["synthesizer"], (40, 96));
    PLUCK = analog("synthesizer", Patch::Pluck, &["synthesizer"], (40, 96));
    STAB = analog("synthesizer", Patch::Stab, &["synthesizer"], (40, 90));
    SQUARE_LEAD = analog("synthesizer", Patch::Square, &["synthesizer"], (48, 96));
    ANALOG_PAD = analog("synthesizer", Patch::Pad, &["synthesizer"], (36, 93));
    GLASS = analog("synthesizer", Patch::Glass, &["synthesizer"], (48, 100));
    DRONE = analog("synthesizer", Patch::Drone, &["synthesizer"], (24, 72));
}
