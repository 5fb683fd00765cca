//! What the audio thread, the main thread and the editor share of one instance.
//!
//! Everything the audio thread touches is an atomic. The [`Desk`] lies behind a lock that only
//! the other threads take, and only for moments.

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tagline_engine::{Backend, MAX_TAGS, ModelPlace, StreamStatus};

use crate::bits::bits;
use crate::editor::ModelInForce;
use crate::host_call::HostCall;
use crate::params::{self, Access, index_of, param, tag_slot};
use crate::settings::{Mode, Settings, backend_code, backend_of_code};
use crate::state::SavedModel;

/// What the main thread and the editor share.
#[derive(Default)]
pub struct Desk {
    /// The model that the state names; `None` for the built-in one.
    pub chosen: Option<SavedModel>,
    /// What was chosen before the user's choice, until that runs: where it cannot be had, the
    /// earlier one holds again.
    pub before: Option<Option<SavedModel>>,
    /// Whether the message outlives the next model that comes into force, as that only stands in.
    pub message_stays: bool,
    /// A model that the editor asks for and the main thread has not seen yet.
    pub wanted: Option<ModelPlace>,
    /// The tags' names, known before the model runs.
    pub names: Arc<[String]>,
    /// The tags' groups, if the model has any.
    pub groups: Arc<[String]>,
    /// The model in force.
    pub model: Option<Arc<ModelInForce>>,
    /// Whether a model is being opened.
    pub loading: bool,
    /// What went wrong last, until something goes right.
    pub message: Option<Arc<str>>,
    /// Counters of the running stream.
    pub status: Option<Arc<StreamStatus>>,
}

/// What the threads of one instance share.
pub struct Board {
    /// Plain values in the table's order, as f64 bits.
    values: [AtomicU64; params::COUNT],
    /// Tag slots whose value the plugin has driven and nobody else set since, a bit each.
    driven: AtomicU64,
    /// The model, as the stream counts them, that the driven values are of; 0 before the first.
    generation: AtomicU32,
    /// Whether the driven values are calibrated.
    calibrated: AtomicBool,
    /// Settings that the editor has changed and the host has not heard of, bit = id.
    edited: AtomicU32,
    running: AtomicU8,
    offline: AtomicBool,
    stalled: AtomicBool,
    /// Whether the main thread has not been told yet that it does.
    untold_stall: AtomicBool,
    active: AtomicBool,
    desk: Mutex<Desk>,
    /// The way to the host's main thread.
    pub host: HostCall,
}

impl Default for Board {
    fn default() -> Self {
        let default = |index| param(index).map_or(0.0, |param| param.default);
        Self {
            values: std::array::from_fn(|index| AtomicU64::new(f64::to_bits(default(index)))),
            driven: AtomicU64::new(0),
            generation: AtomicU32::new(0),
            calibrated: AtomicBool::new(true),
            edited: AtomicU32::new(0),
            running: AtomicU8::new(0),
            offline: AtomicBool::new(false),
            stalled: AtomicBool::new(false),
            untold_stall: AtomicBool::new(false),
            active: AtomicBool::new(false),
            desk: Mutex::default(),
            host: HostCall::default(),
        }
    }
}

impl Board {
    /// The value at `index` of the table; 0 beyond it.
    pub fn value(&self, index: usize) -> f64 {
        self.values
            .get(index)
            .map_or(0.0, |value| f64::from_bits(value.load(Relaxed)))
    }

    /// Stores the value at `index` of the table.
    pub fn store(&self, index: usize, value: f64) {
        if let Some(slot) = self.values.get(index) {
            slot.store(value.to_bits(), Relaxed);
        }
    }

    /// The settings in force.
    pub fn settings(&self) -> Settings {
        Settings::from_values(|id| index_of(id).map_or(0.0, |index| self.value(index)))
    }

    /// Takes a value that the host sets; ids it made up and NaN are ignored. Returns the tag slot
    /// that now follows the host, if any.
    pub fn set_from_host(&self, id: u32, value: f64, mode: Mode) -> Option<usize> {
        let index = index_of(id)?;
        let param = param(index).filter(|param| param.access != Access::ReadOnly)?;
        self.store(index, param.nearest(value)?);
        let slot = tag_slot(index).filter(|_| mode == Mode::Follow)?;
        self.driven.fetch_and(!(1 << slot), Relaxed);
        Some(slot)
    }

    /// Stores a tag's value that the plugin drives, in per cent.
    pub fn drive_tag(&self, slot: usize, percent: f64) {
        // Release: who sees the value also sees the generation that was set before it. Otherwise
        // [`Self::take_back_driven`] could see a new model's value beside the old generation.
        self.values[params::TAGS_AT + slot].store(percent.to_bits(), Release);
        self.driven.fetch_or(1 << slot, Relaxed);
    }

    /// The values driven next are of the stream's model number `generation`.
    pub fn drive_for(&self, generation: u32) {
        self.generation.store(generation, Release);
    }

    /// Says whether the values driven next are calibrated.
    pub fn set_calibrated(&self, calibrated: bool) {
        self.calibrated.store(calibrated, Relaxed);
    }

    /// Whether the tags' values are calibrated. Of driven ones this is known, also where the setting
    /// has changed since; of the host's own it is what the setting says.
    pub fn is_calibrated(&self, settings: &Settings) -> bool {
        if self.driven() == 0 || settings.mode == Mode::Follow {
            settings.calibrated
        } else {
            self.calibrated.load(Relaxed)
        }
    }

    /// Takes back the driven values of every model before the stream's number `generation`, which
    /// has come into force: they would stand under its tags' names. Those that it, or a newer one of
    /// which the main thread has not heard yet, has driven already stay, also if the audio thread
    /// drives them at this very moment.
    pub fn take_back_driven(&self, generation: u32) {
        for slot in bits(self.driven()) {
            let value = &self.values[params::TAGS_AT + slot];
            let seen = value.load(Acquire);
            if self.generation.load(Acquire) >= generation {
                return;
            }
            let _ = value.compare_exchange(seen, 0, AcqRel, Relaxed);
        }
    }

    /// Tag slots that hold a value: a driven one, or one that is not 0. A bit each.
    pub fn held(&self) -> u64 {
        let is_set = |slot: &usize| self.value(params::TAGS_AT + slot) != 0.0;
        let set = (0..MAX_TAGS).filter(is_set);
        set.fold(self.driven(), |held, slot| held | 1 << slot)
    }

    /// Tag slots that hold driven values, a bit each.
    pub fn driven(&self) -> u64 {
        self.driven.load(Relaxed)
    }

    /// A tag's value that belongs into the state: one that the host has set.
    pub fn host_tag(&self, slot: usize) -> Option<f64> {
        let driven = self.driven() >> slot & 1 == 1;
        let value = self.value(params::TAGS_AT + slot);
        (!driven && value != 0.0).then_some(value)
    }

    /// Nothing is driven any more: the values at hand are a loaded state's.
    pub fn forget_driven(&self) {
        self.driven.store(0, Relaxed);
    }

    /// Takes a setting that the user changes in the editor.
    pub fn edit(&self, id: u32, value: f64) {
        let Some(index) = index_of(id).filter(|_| id <= params::id::LAST_SETTING) else {
            return;
        };
        if let Some(value) = param(index).and_then(|param| param.nearest(value)) {
            self.store(index, value);
            self.edited.fetch_or(1 << id, Release);
            self.host.request_callback();
        }
    }

    /// Whether [`Self::take_edits`] has something.
    pub fn has_edits(&self) -> bool {
        self.edited.load(Relaxed) != 0
    }

    /// Settings edited since the last call, bit = id.
    pub fn take_edits(&self) -> u32 {
        if self.has_edits() {
            self.edited.swap(0, Acquire)
        } else {
            0
        }
    }

    /// What runs the network.
    pub fn running(&self) -> Option<Backend> {
        backend_of_code(self.running_code())
    }

    /// The same as the value of its parameter.
    pub fn running_code(&self) -> u8 {
        self.running.load(Relaxed)
    }

    /// Says what runs the network.
    pub fn set_running(&self, backend: Option<Backend>) {
        self.running.store(backend_code(backend), Relaxed);
    }

    /// Whether the host renders offline.
    pub fn is_offline(&self) -> bool {
        self.offline.load(Relaxed)
    }

    /// Says whether the host renders offline.
    pub fn set_offline(&self, offline: bool) {
        self.offline.store(offline, Relaxed);
    }

    /// Whether the analysis stands still, so that offline rendering no longer waits for it.
    pub fn is_stalled(&self) -> bool {
        self.stalled.load(Relaxed)
    }

    /// Says whether the analysis stands still.
    pub fn set_stalled(&self, stalled: bool) {
        self.stalled.store(stalled, Relaxed);
    }

    /// Says that the analysis stands still, which the main thread is still to be told.
    pub fn stall(&self) {
        self.set_stalled(true);
        self.untold_stall.store(true, Release);
    }

    /// Whether the main thread is to say that the analysis stood still; only once.
    pub fn take_stall(&self) -> bool {
        self.untold_stall.swap(false, Acquire)
    }

    /// Whether the host has activated the plugin.
    pub fn is_active(&self) -> bool {
        self.active.load(Relaxed)
    }

    /// Says whether the host has activated the plugin.
    pub fn set_active(&self, active: bool) {
        self.active.store(active, Relaxed);
    }

    /// What the main thread and the editor share. Never the audio thread; never keep it locked
    /// while calling the host.
    pub fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::id;

    #[test]
    fn a_host_cannot_write_the_status_or_unknown_ids() {
        let board = Board::default();
        assert_eq!(board.set_from_host(id::UPDATES, 5.0, Mode::Live), None);
        assert_eq!(board.set_from_host(9_999, 5.0, Mode::Live), None);
        let updates = index_of(id::UPDATES).expect("known");
        assert_eq!(board.value(updates), 0.0);
    }

    #[test]
    fn a_driven_value_never_belongs_into_the_state() {
        let board = Board::default();
        assert_eq!(board.host_tag(0), None);
        board.set_from_host(id::FIRST_TAG, 40.0, Mode::Live);
        assert_eq!(board.host_tag(0), Some(40.0));
        board.drive_tag(0, 60.0);
        assert_eq!(board.host_tag(0), None);
        // A host that plays the driven value back does not make it its own.
        board.set_from_host(id::FIRST_TAG, 60.0, Mode::Live);
        assert_eq!(board.host_tag(0), None);
        board.set_from_host(id::FIRST_TAG, 70.0, Mode::Follow);
        assert_eq!(board.host_tag(0), Some(70.0));
    }

    #[test]
    fn values_of_an_earlier_model_are_taken_back_and_those_of_the_present_one_stay() {
        let board = Board::default();
        board.drive_for(1);
        board.drive_tag(0, 60.0);
        board.drive_tag(7, 20.0);
        board.set_from_host(id::FIRST_TAG + 3, 40.0, Mode::Follow);
        let value = |slot| board.value(params::TAGS_AT + slot);
        board.take_back_driven(1);
        assert_eq!([value(0), value(3), value(7)], [60.0, 40.0, 20.0]);
        board.take_back_driven(2);
        assert_eq!([value(0), value(3), value(7)], [0.0, 40.0, 0.0]);
        assert_eq!(board.host_tag(0), None, "and they are not the host's");
        assert_eq!(board.held(), 1 | 1 << 3 | 1 << 7);
    }

    #[test]
    fn late_word_of_an_earlier_model_leaves_what_a_newer_one_has_driven() {
        let board = Board::default();
        board.drive_for(3);
        board.drive_tag(0, 60.0);
        board.take_back_driven(2);
        assert_eq!(board.value(params::TAGS_AT), 60.0);
    }

    #[test]
    fn only_settings_can_be_edited() {
        let board = Board::default();
        board.edit(id::UPDATES, 3.0);
        board.edit(id::FIRST_TAG, 3.0);
        assert_eq!(board.take_edits(), 0);
        board.edit(id::MODE, 2.0);
        assert_eq!(board.take_edits(), 1 << id::MODE);
        assert_eq!(board.take_edits(), 0);
        assert_eq!(board.settings().mode, Mode::Follow);
    }
}
