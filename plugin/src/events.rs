//! Main thread: what the analysis tells of its models and backends, put where host and editor look.

use std::sync::Arc;

use clack_extensions::log::LogSeverity;
use tagline_engine::{Event, ModelInfo};

use crate::board::{Board, Desk};
use crate::editor::ModelInForce;
use crate::models::{at, restore, source, take_names};
use crate::state::SavedModel;

/// What an event of the stream changes for the host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// A model is in force that was not before.
    pub model: bool,
    /// Tags have other names or groups.
    pub names: bool,
    /// The state would be saved differently.
    pub state: bool,
    /// The stream is to be asked for the model that is chosen now.
    pub ask: bool,
}

/// What an event has to say to people, and how bad it is.
pub fn said(event: &Event) -> Option<(LogSeverity, &str)> {
    match event {
        Event::ModelReady { .. } => None,
        Event::ModelFailed { message, .. } | Event::Stopped { message, .. } => {
            Some((LogSeverity::Error, message))
        }
        Event::BackendReplaced { message, .. } => Some((LogSeverity::Warning, message)),
    }
}

/// Puts it onto the desk that a bounce went on without tags, and returns what it says.
pub fn stalled(board: &Board) -> Arc<str> {
    let mut desk = board.desk();
    let waited = tagline_engine::OFFLINE_PATIENCE.as_secs();
    let message: Arc<str> = format!(
        "the model was not ready after {waited} s, and this bounce goes on without tags until it is; \
         bounce again once the tags show, or choose a smaller model"
    )
    .into();
    desk.message = Some(Arc::clone(&message));
    // The model's arrival does not bring back what the bounce lacks.
    desk.message_stays = desk.loading;
    message
}

/// Puts an event of the stream onto the desk.
pub fn take_event(board: &Board, event: Event) -> Changes {
    match event {
        Event::ModelReady {
            generation,
            info,
            place,
            report,
        } => {
            board.set_running(Some(report.running));
            // A bounce that has given up waiting may wait again.
            board.set_stalled(false);
            let ran = board.desk().model.clone();
            if ran.is_some_and(|ran| ran.info.sha256 != info.sha256) {
                board.take_back_driven(generation);
            }
            let model = ModelInForce {
                info,
                place,
                report,
            };
            put_in_force(&mut board.desk(), model)
        }
        Event::ModelFailed {
            source: failed,
            message,
            stopped,
        } => {
            if stopped {
                board.set_running(None);
            }
            let mut desk = board.desk();
            desk.loading = false;
            desk.message = Some(message.into());
            desk.message_stays = false;
            let mut changes = Changes::default();
            // Not if something else has been chosen since.
            if failed == source(desk.chosen.as_ref()) && restore(&mut desk) {
                changes.state = true;
                // For the built-in model the stream asks by itself; were it asked for twice, the second
                // answer would take the message away.
                changes.ask = stopped && desk.chosen.is_some();
                desk.message_stays = stopped;
                desk.loading = stopped;
            }
            changes
        }
        Event::Stopped { message, ended } => {
            board.set_running(None);
            let mut desk = board.desk();
            desk.message = Some(message.into());
            // A model on its way to a stream that has only lost its own still comes.
            desk.loading &= !ended;
            Changes::default()
        }
        Event::BackendReplaced { message, running } => {
            board.set_running(Some(running));
            board.desk().message = Some(message.into());
            Changes::default()
        }
    }
}

fn put_in_force(desk: &mut Desk, model: ModelInForce) -> Changes {
    let mut changes = Changes {
        model: true,
        names: take_names(desk, &model.info),
        ..Changes::default()
    };
    let found = at(&model.place).map(|found| SavedModel {
        name: model.info.name.clone(),
        sha256: model.info.sha256.clone(),
        version: model.info.version.clone(),
        ..found
    });
    let mut is_fallback = false;
    match (&mut desk.chosen, found) {
        (Some(chosen), Some(found))
            if is_chosen(chosen, &model.info)
                && (!chosen.sha256.is_empty() || chosen.path == found.path) =>
        {
            changes.state = *chosen != found;
            *chosen = found;
            desk.before = None;
        }
        (None, None) => desk.before = None,
        (chosen, found) => {
            is_fallback = chosen.is_some();
            // A file never stands in for another: it is an earlier choice, and it is what tags where
            // the newest one is refused.
            if let (Some(before), Some(found)) = (&mut desk.before, found) {
                *before = Some(found);
            }
        }
    }
    // Of a fallback, what was said about the chosen model still holds.
    if !is_fallback && !std::mem::take(&mut desk.message_stays) {
        desk.message = None;
    }
    desk.model = Some(Arc::new(model));
    desk.loading = false;
    changes
}

fn is_chosen(chosen: &SavedModel, info: &ModelInfo) -> bool {
    chosen.sha256.is_empty() || chosen.sha256 == info.sha256
}

#[cfg(test)]
mod tests;
