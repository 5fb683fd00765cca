//! Audio thread: one block of the host.
//!
//! The signal is passed through before anything else happens, so that nothing that goes wrong
//! later can be heard. Nothing here allocates, locks, waits or calls the system; only offline
//! rendering waits for the analysis.

use std::ops::Range;
use std::sync::Arc;

use assert_no_alloc::assert_no_alloc;
use clack_extensions::params::PluginAudioProcessorParams;
use clack_extensions::tail::{PluginTailImpl, TailLength};
use clack_plugin::events::io::{InputEvents, OutputEvents};
use clack_plugin::host::HostAudioProcessorHandle;
use clack_plugin::plugin::{PluginAudioProcessor, PluginError};
use clack_plugin::process::{Audio, Events, PluginAudioConfiguration, Process, ProcessStatus};
use no_denormals::no_denormals;
use tagline_engine::{StreamStatus, Tap};

use crate::board::Board;
use crate::driver::Driver;
use crate::main_thread::MainThread;
use crate::pass_through::{MonoMix, TakeMono, pass_through};
use crate::plugin::Shared;
use crate::settings::{Mode, Settings};

/// The audio thread's end of a stream.
struct Analysis {
    tap: Tap,
    status: Arc<StreamStatus>,
    /// Whether the host's automation sets the tags, and nothing is heard.
    follows: bool,
    /// Whether samples went by unheard, so that the window no longer is of one piece.
    deaf: bool,
}

impl TakeMono for Tap {
    fn take(&mut self, mono: impl ExactSizeIterator<Item = f32>) {
        self.push(mono);
    }
}

impl Analysis {
    /// Follows the settings. Returns whether the window begins anew here.
    fn follow(&mut self, settings: &Settings, offline: bool) -> bool {
        self.follows = settings.mode == Mode::Follow;
        self.tap.set_backend(settings.backend);
        self.tap
            .set_update_seconds(settings.update_seconds() as f32);
        self.tap
            .set_smoothing_seconds(settings.smoothing_seconds as f32);
        self.tap.set_calibrated(settings.calibrated);
        self.tap.set_offline(offline);
        let begins = self.deaf && !self.follows;
        if begins {
            self.reset();
        }
        begins
    }

    /// Hears these samples of the block. Returns whether the analysis has just been given up, so that the
    /// main thread is to say so.
    fn hear(&mut self, block: &Block<'_>, samples: Range<usize>, board: &Board) -> bool {
        if self.follows {
            self.deaf = true;
            return false;
        }
        if let Some(mix) = &block.mix {
            mix.with(samples, &mut self.tap);
        }
        let gives_up = block.offline && !board.is_stalled() && !self.tap.wait_until_analysed();
        if gives_up {
            board.stall();
        }
        gives_up
    }

    fn reset(&mut self) {
        self.deaf = false;
        self.tap.reset();
    }
}

/// The host's block, on its way through the analysis.
struct Block<'a> {
    /// Missing where the host gives no audio.
    mix: Option<MonoMix<'a>>,
    offline: bool,
    /// Samples that have been heard, or have gone by.
    heard: u32,
    /// Time of what was told last: the host wants events sorted.
    now: u32,
}

/// The audio processor of one activated instance.
pub struct Processor<'a> {
    shared: &'a Shared<'a>,
    driver: Driver,
    /// Missing where the service cannot analyse this host's rate.
    analysis: Option<Analysis>,
}

impl Processor<'_> {
    /// Merges the host's events and the updates by their times. An event acts from its sample on,
    /// also on the analysis, so that a bounce is the same at every block size.
    fn drive(&mut self, process: &Process<'_>, audio: &Audio<'_>, events: Events<'_>) {
        let board = &*self.shared.board;
        let Events { input, output } = events;
        let frames = audio.frames_count();
        let last = frames.saturating_sub(1);
        let mut block = Block {
            mix: MonoMix::of(audio),
            offline: board.is_offline(),
            heard: 0,
            now: 0,
        };
        self.driver.follow(&board.settings());
        self.driver.follow_transport(process.transport);
        self.follow_settings(block.offline);
        self.driver.look_at_backend(board);
        if let Some(analysis) = &self.analysis {
            self.driver.look_at_counters(&analysis.status, board);
        }
        self.driver.send(board, 0, output);
        for event in input {
            let time = event.header().time().clamp(block.now, last.max(block.now));
            self.hear_until(&mut block, time, output);
            block.now = time;
            if self.driver.take_event(event, board) {
                self.follow_settings(block.offline);
            }
            self.driver.send(board, block.now, output);
        }
        self.hear_until(&mut block, frames, output);
        self.driver.settle(board);
        self.driver.send(board, block.now, output);
    }

    /// Lets the analysis follow the settings.
    fn follow_settings(&mut self, offline: bool) {
        let board = &*self.shared.board;
        if let Some(analysis) = &mut self.analysis
            && analysis.follow(&board.settings(), offline)
        {
            self.driver.begin_window(board);
        }
    }

    /// Hears the block up to the sample before `end`, and tells the updates that this brings.
    fn hear_until(&mut self, block: &mut Block<'_>, end: u32, output: &mut OutputEvents<'_>) {
        let board = &*self.shared.board;
        let Some(analysis) = self.analysis.as_mut().filter(|_| block.heard < end) else {
            return;
        };
        let start = std::mem::replace(&mut block.heard, end);
        if analysis.hear(block, start as usize..end as usize, board) {
            self.shared.host.request_callback();
        }
        let heard = analysis.tap.position_samples();
        while let Some(update) = analysis.tap.pop() {
            if block.offline {
                // It holds from the sample that completes its window, which is one of these. A
                // real-time host hears of it at once.
                let completed_by = update.position_samples.saturating_sub(1);
                let ago = heard.saturating_sub(completed_by).max(1);
                let at = u64::from(end).saturating_sub(ago) as u32;
                block.now = at.max(start).max(block.now);
            }
            self.driver.take_update(&update, board);
            self.driver.send(board, block.now, output);
        }
    }
}

impl<'a> PluginAudioProcessor<'a, Shared<'a>, MainThread<'a>> for Processor<'a> {
    fn activate(
        _host: HostAudioProcessorHandle<'a>,
        main_thread: &MainThread<'a>,
        shared: &'a Shared<'a>,
        config: PluginAudioConfiguration,
    ) -> Result<Self, PluginError> {
        let analysis = main_thread
            .start_stream(&config)
            .map(|(tap, status)| Analysis {
                tap,
                status,
                follows: false,
                deaf: false,
            });
        let mode = shared.board.settings().mode;
        Ok(Self {
            shared,
            driver: Driver::new(main_thread.take_outbox(), mode, &shared.board),
            analysis,
        })
    }

    fn process(
        &mut self,
        process: Process<'_>,
        mut audio: Audio<'_>,
        events: Events<'_>,
    ) -> Result<ProcessStatus, PluginError> {
        assert_no_alloc(|| {
            pass_through(&mut audio);
            // SAFETY: the closure's arithmetic does not depend on denormal numbers, and the
            // processor's flags are as before when it returns.
            unsafe { no_denormals(|| self.drive(&process, &audio, events)) };
        });
        Ok(ProcessStatus::Continue)
    }

    fn deactivate(self, main_thread: &MainThread<'a>) {
        let Self {
            driver, analysis, ..
        } = self;
        drop(analysis);
        main_thread.end_stream(driver.into_outbox());
    }

    fn reset(&mut self) {
        if let Some(analysis) = &mut self.analysis {
            analysis.reset();
        }
        self.driver.begin_window(&self.shared.board);
    }
}

impl PluginAudioProcessorParams for Processor<'_> {
    fn flush(&mut self, input: &InputEvents<'_>, output: &mut OutputEvents<'_>) {
        let board = &*self.shared.board;
        for event in input {
            self.driver.take_event(event, board);
        }
        self.driver.settle(board);
        self.driver.send(board, 0, output);
    }
}

impl PluginTailImpl for Processor<'_> {
    fn get(&self) -> TailLength {
        TailLength::Finite(0)
    }
}
