//! Audio thread: one block of the host.
//!
//! The signal is passed through before anything else happens, so that nothing that goes wrong
//! later can be heard. Nothing here allocates, locks, waits or calls the system; only offline
//! rendering waits for the analysis.

use std::sync::Arc;

use assert_no_alloc::assert_no_alloc;
use clack_extensions::params::PluginAudioProcessorParams;
use clack_extensions::tail::{PluginTailImpl, TailLength};
use clack_plugin::events::io::{InputEvents, OutputEvents};
use clack_plugin::host::HostAudioProcessorHandle;
use clack_plugin::plugin::{PluginAudioProcessor, PluginError};
use clack_plugin::process::{Audio, Events, PluginAudioConfiguration, Process, ProcessStatus};
use no_denormals::no_denormals;
use tagline_engine::{StreamStatus, TagUpdate, Tap};

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
    /// An update whose time in the block has not come yet.
    early: Option<TagUpdate>,
    /// Stream position of the block's first sample.
    block_start: u64,
    /// Whether blocks went by unheard, so that the window no longer is of one piece.
    deaf: bool,
}

impl TakeMono for Tap {
    fn take(&mut self, mono: impl ExactSizeIterator<Item = f32>) {
        self.push(mono);
    }
}

impl Analysis {
    fn follow(&mut self, settings: &Settings, offline: bool) {
        self.tap.set_backend(settings.backend);
        self.tap
            .set_update_seconds(settings.update_seconds() as f32);
        self.tap
            .set_smoothing_seconds(settings.smoothing_seconds as f32);
        self.tap.set_calibrated(settings.calibrated);
        self.tap.set_offline(offline);
    }

    /// Returns whether the analysis has just been given up, so that the main thread is to say so.
    fn hear(&mut self, audio: &Audio<'_>, board: &Board, offline: bool) -> bool {
        if self.deaf {
            self.reset();
        }
        self.block_start = self.tap.position_samples();
        if let Some(mix) = MonoMix::of(audio) {
            mix.with(&mut self.tap);
        }
        let gives_up = offline && !board.is_stalled() && !self.tap.wait_until_analysed();
        if gives_up {
            board.stall();
        }
        gives_up
    }

    /// The next update that holds from `time` in the block or earlier. A real-time host hears of
    /// an update at once; offline each has its own exact time.
    fn next_until(&mut self, time: u32, last: u32, offline: bool) -> Option<(u32, TagUpdate)> {
        let update = self.early.take().or_else(|| self.tap.pop())?;
        // An update holds from the sample that completes its window, which always lies in the
        // block that brought it, so that a bounce is the same at every block size.
        let completed_by = update.position_samples.saturating_sub(1);
        let offset = completed_by.saturating_sub(self.block_start);
        let at = if offline {
            offset.min(u64::from(last)) as u32
        } else {
            0
        };
        if at > time {
            self.early = Some(update);
            return None;
        }
        Some((at, update))
    }

    fn reset(&mut self) {
        self.deaf = false;
        self.early = None;
        self.tap.reset();
    }
}

/// The audio processor of one activated instance.
pub struct Processor<'a> {
    shared: &'a Shared<'a>,
    driver: Driver,
    /// Missing where the service cannot analyse this host's rate.
    analysis: Option<Analysis>,
}

impl Processor<'_> {
    fn drive(&mut self, process: &Process<'_>, audio: &Audio<'_>, events: Events<'_>) {
        let board = &*self.shared.board;
        let offline = board.is_offline();
        let settings = board.settings();
        self.driver.follow(&settings);
        self.driver.follow_transport(process.transport);
        if let Some(analysis) = &mut self.analysis {
            analysis.follow(&settings, offline);
            if settings.mode == Mode::Follow {
                analysis.deaf = true;
            } else if analysis.hear(audio, board, offline) {
                self.shared.host.request_callback();
            }
        }
        self.tell(audio.frames_count().saturating_sub(1), offline, events);
    }

    /// Merges the host's events and the updates by their times.
    fn tell(&mut self, last: u32, offline: bool, events: Events<'_>) {
        let board = &*self.shared.board;
        let Events { input, output } = events;
        let status = self.analysis.as_ref().map(|analysis| &*analysis.status);
        self.driver.look_at_status(status, board);
        self.driver.send(board, 0, output);
        let mut now = 0;
        for event in input {
            let time = event.header().time().clamp(now, last.max(now));
            now = self
                .tell_updates(now, time, last, offline, output)
                .max(time);
            self.driver.take_event(event, board);
            self.driver.send(board, now, output);
        }
        let now = self.tell_updates(now, last, last, offline, output);
        self.driver.settle(board);
        self.driver.send(board, now, output);
    }

    /// Tells the updates up to `time`; returns the time of the last one.
    fn tell_updates(
        &mut self,
        mut now: u32,
        time: u32,
        last: u32,
        offline: bool,
        output: &mut OutputEvents<'_>,
    ) -> u32 {
        let board = &*self.shared.board;
        let Some(analysis) = &mut self.analysis else {
            return now;
        };
        while let Some((at, update)) = analysis.next_until(time, last, offline) {
            now = now.max(at);
            self.driver.take_update(&update, board);
            self.driver.send(board, now, output);
        }
        now
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
                early: None,
                block_start: 0,
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
