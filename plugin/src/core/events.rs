//! What a host and the plugin tell each other within a block, in no plugin format.

use tagline_engine::Transport;

/// Something that the host tells the plugin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input {
    /// The host sets a parameter.
    Value {
        /// The parameter's id; unknown ones are ignored.
        id: u32,
        /// The plain value; it is brought into the parameter's range.
        value: f64,
    },
    /// The transport starts, stops, jumps, or goes on as it was.
    Transport(Transport),
}

/// An [`Input`] and its place in the block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimedInput {
    /// Sample of the block from which the input holds. Inputs come in this order; one that is
    /// late or beyond the block counts at the nearest sample that is left.
    pub time: u32,
    /// What the host says.
    pub input: Input,
}

/// Something that the plugin tells the host. Notes would be another variant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Output {
    /// The plugin takes hold of a parameter, as a hand does.
    GestureBegin {
        /// The parameter.
        id: u32,
    },
    /// A parameter has another value.
    Value {
        /// The parameter.
        id: u32,
        /// The plain value.
        value: f64,
        /// Whether the host may record it as automation and count it as an edit. The value then
        /// lies between a gesture's begin and end.
        record: bool,
    },
    /// The plugin lets go of a parameter.
    GestureEnd {
        /// The parameter.
        id: u32,
    },
    /// A MIDI message of the plugin's only MIDI output.
    Midi([u8; 3]),
}

/// What takes the plugin's outputs.
pub trait Outputs {
    /// Takes `output` at sample `time` of the block. Times never fall within a call of
    /// [`Processor::process`](super::Processor::process). Returns `false` if the host takes no
    /// more now; the output is then told with a later block.
    fn push(&mut self, time: u32, output: Output) -> bool;
}
