//! What the main thread and the editor have of OSC: its settings, its thread, and what that says.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tagline_engine::MAX_TAGS;

use super::packet::Values;
use super::sender::{Feed, Sender};
use super::settings::OscSettings;
use crate::core::board::Board;
use crate::core::macros::MACROS;
use crate::core::params::{MACROS_AT, TAGS_AT};

/// What the sender's thread and the others tell each other.
#[derive(Default)]
struct Told {
    names: Arc<[String]>,
    message: Option<Arc<str>>,
}

fn lock(told: &Mutex<Told>) -> MutexGuard<'_, Told> {
    told.lock().unwrap_or_else(PoisonError::into_inner)
}

/// OSC of one instance.
#[derive(Default)]
pub struct OscLink {
    settings: Arc<OscSettings>,
    told: Arc<Mutex<Told>>,
    sender: Option<Sender>,
    /// Threads that were told to end. They are waited for with the instance, because looking up a
    /// name may take seconds and nothing else may wait for that.
    ended: Vec<JoinHandle<()>>,
}

impl OscLink {
    /// The settings.
    pub fn settings(&self) -> &Arc<OscSettings> {
        &self.settings
    }

    /// What is wrong and what to do.
    pub fn message(&self) -> Option<Arc<str>> {
        lock(&self.told).message.clone()
    }

    /// The tags go by these names now.
    pub fn set_names(&self, names: &Arc<[String]>) {
        lock(&self.told).names = Arc::clone(names);
    }

    /// Puts other settings in force, unless they cannot be: then there is a message. The thread runs
    /// while OSC is on and the plugin is active.
    pub fn set(&mut self, settings: OscSettings, board: &Arc<Board>) {
        if let Err(error) = settings.check() {
            lock(&self.told).message = Some(error.to_string().into());
            return;
        }
        self.settings = Arc::new(settings);
        self.run(board);
    }

    /// Starts, changes or ends the thread, as the settings and the activation ask.
    pub fn run(&mut self, board: &Arc<Board>) {
        let wanted = self.settings.on && board.is_active();
        let settings = OscSettings::clone(&self.settings);
        match &self.sender {
            _ if !wanted => {
                self.end();
                lock(&self.told).message = None;
            }
            Some(sender) => sender.set(settings),
            None => {
                let feed = BoardFeed {
                    board: Arc::clone(board),
                    told: Arc::clone(&self.told),
                };
                match Sender::start(settings, feed) {
                    Ok(sender) => self.sender = Some(sender),
                    Err(error) => {
                        let message = format!("OSC: the system gives no thread ({error})");
                        lock(&self.told).message = Some(message.into());
                    }
                }
            }
        }
    }

    /// Lets the thread end.
    pub fn end(&mut self) {
        self.ended.retain(|thread| !thread.is_finished());
        self.ended.extend(self.sender.take().map(Sender::end));
    }

    /// The threads that have been told to end, to be waited for.
    pub fn take_ended(&mut self) -> Vec<JoinHandle<()>> {
        self.end();
        std::mem::take(&mut self.ended)
    }
}

/// The board as the sender's thread reads it.
struct BoardFeed {
    board: Arc<Board>,
    told: Arc<Mutex<Told>>,
}

impl Feed for BoardFeed {
    fn values(&mut self, values: &mut Values) -> Arc<[String]> {
        let names = Arc::clone(&lock(&self.told).names);
        let share = |index| (self.board.value(index) / 100.0) as f32;
        let tags = TAGS_AT + names.len().min(MAX_TAGS);
        values.tags.clear();
        values.tags.extend((TAGS_AT..tags).map(share));
        values.macros.clear();
        values
            .macros
            .extend((MACROS_AT..MACROS_AT + MACROS).map(share));
        names
    }

    fn tell(&mut self, message: Option<String>) {
        lock(&self.told).message = message.map(Into::into);
    }
}
