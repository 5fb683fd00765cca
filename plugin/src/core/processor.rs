//! Audio thread: one block of the host.
//!
//! The shell has passed the signal through before anything here runs, so nothing that goes wrong
//! here can be heard. Nothing here allocates, locks, waits or calls the system; only offline
//! rendering waits for the analysis.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use assert_no_alloc::assert_no_alloc;
use no_denormals::no_denormals;
use tagline_engine::{Tap, Transport};

use super::board::Board;
use super::driver::Driver;
use super::events::{Input, Outputs, TimedInput};
use super::macros::Meter;
use super::mono::{Channels, TakeMono};
use super::settings::Settings;
use super::shared::Shared;

/// The host's block, without its events.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// Its length. It may be 0, and it may be longer than announced.
    pub frames: u32,
    /// The main input.
    pub input: Channels<'a>,
    /// The host's transport at the first sample; a host without one counts as stopped.
    pub transport: Transport,
}

/// Position of a sample in the block.
type Time = u32;

/// After so many times the time between updates without one, the tags have settled.
const SETTLED_UPDATES: f64 = 3.0;

/// The audio thread's end of a stream.
struct Analysis {
    tap: Tap,
    sample_rate_hz: f64,
    /// Whether nothing is heard now.
    pauses: bool,
    /// Whether samples went by unheard, so that the window has a gap.
    deaf: bool,
    /// Samples heard since the activation.
    heard: u64,
    /// Where in [`Self::heard`] the tags will have settled.
    settles: Option<u64>,
    /// How loud the input is, for the macros.
    meter: Meter,
    /// Samples that the meter has heard, or that have gone by without it.
    metered: u64,
}

impl TakeMono for Tap {
    fn take(&mut self, mono: impl ExactSizeIterator<Item = f32>) {
        self.push(mono);
    }
}

impl Analysis {
    fn new(tap: Tap, sample_rate_hz: f64) -> Self {
        Self {
            tap,
            sample_rate_hz,
            pauses: false,
            deaf: false,
            heard: 0,
            settles: None,
            meter: Meter::default(),
            metered: 0,
        }
    }

    /// Meters the input up to this position of the stream.
    fn meter_until(&mut self, position: u64, block: Heard<'_>, driver: &Driver) {
        if driver.hears_loudness() {
            let ahead = |position: u64| self.heard - position;
            let at = |position| u64::from(block.end).saturating_sub(ahead(position)) as usize;
            let samples = at(self.metered.min(position))..at(position);
            self.meter.hear(block.input, samples);
        } else {
            self.meter.reset();
        }
        self.metered = position;
    }

    /// Moves the macros on to this position of the stream.
    fn step_macros(&mut self, position: u64, block: Heard<'_>, driver: &mut Driver, board: &Board) {
        self.meter_until(position, block, driver);
        let is_wanted = driver.wants_loudness(position);
        let loudness = is_wanted.then(|| self.meter.step());
        driver.step_macros(position, loudness, board);
    }

    /// Follows the settings. Returns whether a new window begins here.
    fn follow(&mut self, settings: &Settings, offline: bool) -> bool {
        self.pauses = !settings.analyses();
        self.tap.set_backend(settings.backend);
        self.tap
            .set_update_seconds(settings.update_seconds() as f32);
        self.tap
            .set_smoothing_seconds(settings.smoothing_seconds as f32);
        self.tap.set_focus_seconds(settings.focus_seconds() as f32);
        self.tap.set_calibrated(settings.calibrated);
        self.tap.set_offline(offline);
        let begins = self.deaf && !self.pauses;
        if begins {
            self.reset();
        }
        begins
    }

    /// Hears these samples of the block. Returns whether the analysis has just been given up.
    fn hear(&mut self, input: &Channels<'_>, samples: Range<Time>, run: &Run<'_>) -> bool {
        self.heard += u64::from(samples.end - samples.start);
        input.mix(samples.start as usize..samples.end as usize, &mut self.tap);
        let gives_up =
            run.offline && !run.shared.board.is_stalled() && !self.tap.wait_until_analysed();
        if gives_up {
            run.shared.board.stall();
        }
        gives_up
    }

    /// An update holds from [`Self::heard`] on, less `ago` samples.
    fn updated(&mut self, ago: u64, settings: &Settings) {
        let samples = SETTLED_UPDATES * settings.update_seconds() * self.sample_rate_hz;
        self.settles = Some((self.heard - ago.min(self.heard)) + samples as u64);
    }

    fn reset(&mut self) {
        self.deaf = false;
        self.settles = None;
        self.meter.reset();
        self.tap.reset();
    }
}

/// One call of [`Processor::process`], on its way through the block.
struct Run<'a> {
    shared: &'a Shared,
    offline: bool,
    /// Samples that have been heard, or have gone by.
    done: Time,
    /// Time of what was told last. Times must not fall.
    now: Time,
}

/// The audio processor of one activated instance. It belongs to the audio thread.
pub struct Processor {
    shared: Arc<Shared>,
    driver: Driver,
    /// Missing where the engine cannot analyse this host's rate.
    analysis: Option<Analysis>,
    /// Whether it has panicked and does nothing any more.
    failed: bool,
}

impl Processor {
    /// A processor that hears through `tap`, at this rate, if there is one.
    pub(super) fn new(shared: Arc<Shared>, driver: Driver, tap: Option<(Tap, f64)>) -> Self {
        Self {
            shared,
            driver,
            analysis: tap.map(|(tap, sample_rate_hz)| Analysis::new(tap, sample_rate_hz)),
            failed: false,
        }
    }

    pub(super) fn into_driver(self) -> Driver {
        self.driver
    }

    /// Analyses one block and tells the host's side what it needs to hear. The shell has written
    /// the output before.
    ///
    /// `inputs` act from their samples on, also on the analysis, so that a bounce is the same at
    /// every block size. What `outputs` does not take is told with a later block.
    ///
    /// A panic of the plugin ends here: nothing is tagged any more until the next activation, and
    /// the user is told.
    pub fn process(
        &mut self,
        block: &Block<'_>,
        inputs: impl Iterator<Item = TimedInput>,
        outputs: &mut impl Outputs,
    ) {
        self.guarded(|processor| {
            assert_no_alloc(|| {
                // SAFETY: the closure's arithmetic does not depend on denormal numbers, and the
                // processor's flags are as before when it returns.
                unsafe { no_denormals(|| processor.drive(block, inputs, outputs)) };
            });
        });
    }

    /// Takes the host's values and tells what waits, without a block. The host may call this
    /// between blocks, on the audio thread.
    pub fn flush(&mut self, inputs: impl Iterator<Item = Input>, outputs: &mut impl Outputs) {
        self.guarded(|processor| {
            let board = &Arc::clone(&processor.shared).board;
            processor.begin_block(board);
            for input in inputs {
                processor.driver.take_input(input, board);
            }
            processor.driver.settle_midi(board);
            processor.driver.send(board, 0, outputs);
        });
    }

    /// The stream jumps, and a new window begins.
    pub fn reset(&mut self) {
        self.guarded(|processor| {
            if let Some(analysis) = &mut processor.analysis {
                analysis.reset();
            }
            processor.driver.reset_macros();
            processor.shared.board.begin_window();
        });
    }

    /// Runs `action` unless one has panicked before.
    pub(super) fn guarded(&mut self, action: impl FnOnce(&mut Self)) {
        if self.failed {
            return;
        }
        if catch_unwind(AssertUnwindSafe(|| action(self))).is_err() {
            self.failed = true;
            self.shared.board.fail();
            self.shared.host.request_main_thread();
        }
    }

    fn begin_block(&mut self, board: &Board) {
        if let Some(analysis) = &self.analysis {
            self.driver.has_heard(analysis.heard);
        }
        self.driver.begin_block(board);
    }

    /// Merges the host's events and the updates by their times.
    fn drive(
        &mut self,
        block: &Block<'_>,
        inputs: impl Iterator<Item = TimedInput>,
        outputs: &mut impl Outputs,
    ) {
        let shared = Arc::clone(&self.shared);
        let board = &shared.board;
        let mut run = Run {
            shared: &shared,
            offline: board.is_offline(),
            done: 0,
            now: 0,
        };
        let last = block.frames.saturating_sub(1);
        self.begin_block(board);
        self.driver.follow_transport(block.transport.playing);
        self.follow_settings(run.offline);
        self.follow_song(block.transport);
        self.driver.send(board, 0, outputs);
        for TimedInput { time, input } in inputs {
            let time = time.clamp(run.now, last.max(run.now));
            self.hear_until(&mut run, block, time, outputs);
            run.now = time;
            if self.driver.take_input(input, board) {
                self.follow_settings(run.offline);
            }
            if let Input::Transport(transport) = input {
                self.follow_song(transport);
            }
            self.driver.send(board, run.now, outputs);
        }
        self.hear_until(&mut run, block, block.frames, outputs);
        self.driver.settle_midi(board);
        self.driver.send(board, run.now, outputs);
    }

    /// Lets the analysis follow the settings.
    fn follow_settings(&mut self, offline: bool) {
        if let Some(analysis) = &mut self.analysis
            && analysis.follow(self.driver.settings(), offline)
        {
            self.driver.reset_macros();
            self.shared.board.begin_window();
        }
    }

    /// Tells the analysis where the host's song stands at the next sample that is heard.
    fn follow_song(&mut self, transport: Transport) {
        if let Some(analysis) = self.analysis.as_mut().filter(|analysis| !analysis.pauses) {
            analysis.tap.set_transport(transport);
        }
    }

    /// Hears the block up to the sample before `end`, and tells the updates that this brings.
    fn hear_until(
        &mut self,
        run: &mut Run<'_>,
        block: &Block<'_>,
        end: Time,
        outputs: &mut impl Outputs,
    ) {
        let Some(analysis) = self.analysis.as_mut().filter(|_| run.done < end) else {
            return;
        };
        let start = std::mem::replace(&mut run.done, end);
        if analysis.pauses {
            analysis.deaf = true;
            return;
        }
        if analysis.hear(&block.input, start..end, run) {
            run.shared.host.request_main_thread();
        }
        let board = &run.shared.board;
        let position = analysis.tap.position_samples();
        let heard = Heard {
            input: &block.input,
            end,
        };
        while let Some(update) = analysis.tap.pop() {
            // It holds from the sample that completes its window. Offline that is one of these; in real
            // time it holds from the newest one, and the next block tells of it, as this one has done
            // enough.
            let completed_by = match run.offline {
                true => update.position_samples.saturating_sub(1),
                false => position,
            };
            let ago = position.saturating_sub(completed_by).max(1);
            let at = u64::from(end).saturating_sub(ago) as Time;
            let at = at.max(start);
            advance(analysis, &mut self.driver, run, (at, heard), outputs);
            run.now = at.max(run.now);
            let holds_from = analysis.heard - ago.min(analysis.heard);
            analysis.step_macros(holds_from, heard, &mut self.driver, board);
            let first_turn = match run.offline {
                true => holds_from,
                false => analysis.heard,
            };
            self.driver.take_update(&update, first_turn, board);
            if run.offline {
                self.driver.take_turn(board);
            }
            analysis.updated(ago, self.driver.settings());
            self.driver.send(board, run.now, outputs);
        }
        advance(analysis, &mut self.driver, run, (end, heard), outputs);
        analysis.meter_until(analysis.heard, heard, &self.driver);
    }
}

/// What has been heard of the block.
#[derive(Clone, Copy)]
struct Heard<'a> {
    input: &'a Channels<'a>,
    /// How far it has been heard.
    end: Time,
}

/// Tells what falls due before `until`, in the order of its samples: the macros move, tags have their
/// turn, and where the tags settle the host hears where they stand.
fn advance(
    analysis: &mut Analysis,
    driver: &mut Driver,
    run: &mut Run<'_>,
    (until, block): (Time, Heard<'_>),
    outputs: &mut impl Outputs,
) {
    let board = &run.shared.board;
    loop {
        let (settles, moves) = (analysis.settles, driver.next_macro_step());
        let due = [settles, moves, driver.next_turn()];
        let Some(position) = due.into_iter().flatten().min() else {
            return;
        };
        // The first sample that has not been heard is number `analysis.heard`, at `end`.
        let ahead = position as i64 - analysis.heard as i64;
        let at = i64::from(block.end) + ahead;
        if at >= i64::from(until) {
            return;
        }
        run.now = (at.max(0) as Time).max(run.now);
        if settles == Some(position) {
            analysis.settles = None;
            driver.settle_tags(position);
        }
        if driver.next_turn() == Some(position) {
            driver.take_turn(board);
        }
        if moves == Some(position) {
            analysis.step_macros(position, block, driver, board);
        }
        driver.send(board, run.now, outputs);
    }
}
