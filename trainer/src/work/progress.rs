//! What long work reports while it runs.

use std::ops::ControlFlow;

use super::EpochRecord;

/// Hears how some work goes, from any of its threads, and can end it.
pub trait Progress: Sync {
    /// Something has happened.
    fn event(&self, event: &Event<'_>);

    /// Whether the work must end now. A training ends at a checkpoint; other work keeps what it has
    /// finished.
    fn interrupted(&self) -> bool {
        false
    }

    /// The same, for loops that end with a break.
    fn flow(&self) -> ControlFlow<()> {
        match self.interrupted() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

/// Nobody listens.
impl Progress for () {
    fn event(&self, _event: &Event<'_>) {}
}

/// What happens while something works.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// More of it is done.
    Counted(Count<'a>),
    /// The user should know something.
    Remark {
        /// What, in a sentence.
        text: &'a str,
    },
    /// A training begins, or goes on.
    Started {
        /// Title of the network.
        network: &'static str,
        /// Epochs that are done already.
        done: &'a [EpochRecord],
        /// Most epochs.
        epochs: usize,
        /// Steps of an epoch.
        steps: usize,
        /// Clips of a step.
        batch: usize,
        /// Steps of the current epoch that are done already.
        step: usize,
        /// Values that are trained.
        values: usize,
    },
    /// A step of a training is done.
    Step {
        /// Steps of the epoch that are done.
        step: usize,
        /// Mean loss of the epoch so far.
        loss: f64,
    },
    /// An epoch of a training is done.
    Epoch {
        /// Its figures.
        record: &'a EpochRecord,
        /// Whether it is the best so far.
        best: bool,
    },
}

/// How much of some work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count<'a> {
    /// The work, in a word or two. Several may go on at once.
    pub what: &'a str,
    /// What is counted.
    pub unit: Unit,
    /// How many are done, those of earlier runs and those left out included.
    pub done: u64,
    /// How many there are.
    pub of: u64,
    /// How many an earlier run had done.
    pub earlier: u64,
    /// How many this run has left out.
    pub left_out: u64,
}

impl<'a> Count<'a> {
    /// `done` of `of`, none of them done earlier and none left out.
    #[must_use]
    pub fn new(what: &'a str, unit: Unit, done: usize, of: usize) -> Self {
        Self {
            what,
            unit,
            done: done as u64,
            of: of as u64,
            earlier: 0,
            left_out: 0,
        }
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Clips of a data set or a corpus.
    Clips,
    /// Audio files.
    Files,
    /// Bytes.
    Bytes,
    /// Thousandths of the whole.
    Thousandths,
}
