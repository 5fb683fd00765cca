//! What the audio thread, the main thread and the editor share of one instance.
//!
//! Everything that the audio thread touches is an atomic. The [`Desk`](super::shared::Desk) lies
//! behind a lock that only the other threads take.

use std::sync::OnceLock;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64};

use tagline_engine::Backend;

use super::bits::bits;
use super::mailbox::Mailbox;
use super::neighbours;
use super::params::{
    self, Access, DRIVEN, TAG_SLOTS, TAGS_AT, driven_index, driven_slot, index_of, param,
};
use super::settings::{Mode, Packed, Setting, Settings, backend_code, backend_of_code};

/// Part of a parameter's range that is lost where a host keeps its share as a single-precision number.
const ROUNDING: f64 = 1e-7;

/// What the threads of one instance share.
pub struct Board {
    /// Plain values of the visible parameters in the table's order, as f64 bits.
    values: [AtomicU64; params::VISIBLE],
    /// The settings that are not parameters.
    packed_word: AtomicU64,
    /// The resolution, as f64 bits.
    resolution: AtomicU64,
    /// Driven slots whose value the plugin has driven and Follow's automation has not set since, a
    /// bit each.
    driven: AtomicU64,
    /// Driven slots whose value the host has set and the plugin has not driven since, a bit each.
    set_by_host: AtomicU64,
    /// The model, as the stream counts them, that the driven values are of; 0 before the first.
    generation: AtomicU32,
    /// Whether the driven values are calibrated.
    calibrated: AtomicBool,
    /// Whether values have been replaced outside the audio thread since it looked last.
    replaced: AtomicBool,
    /// Settings that the editor has changed and the host has not heard of, bit = id.
    edited: AtomicU64,
    running: AtomicU8,
    /// Newest values of the macros' sources, 0 to 1, as f32 bits; NaN for a macro without a source.
    sources: [AtomicU32; params::MACROS],
    /// Seconds of audio that the newest update rests on, as f32 bits.
    heard_seconds: AtomicU32,
    /// Time of the newest update's inference in milliseconds, as f32 bits.
    inference_ms: AtomicU32,
    updates: AtomicU64,
    offline: AtomicBool,
    stalled: AtomicBool,
    /// Whether the main thread has not been told yet that the analysis stands still.
    untold_stall: AtomicBool,
    /// Whether processing has failed since the activation.
    failed: AtomicBool,
    active: AtomicBool,
    /// The macros, for the audio thread.
    pub macros: Mailbox,
    /// Where the driven values are published to other instances.
    seat: OnceLock<usize>,
}

impl Default for Board {
    fn default() -> Self {
        let default = |index| param(index).map_or(0.0, |param| param.default);
        let packed = Settings::default().packed();
        Self {
            values: std::array::from_fn(|index| AtomicU64::new(f64::to_bits(default(index)))),
            packed_word: AtomicU64::new(packed.word),
            resolution: AtomicU64::new(packed.resolution.to_bits()),
            driven: AtomicU64::new(0),
            set_by_host: AtomicU64::new(0),
            generation: AtomicU32::new(0),
            calibrated: AtomicBool::new(true),
            replaced: AtomicBool::new(false),
            edited: AtomicU64::new(0),
            running: AtomicU8::new(0),
            sources: std::array::from_fn(|_| AtomicU32::new(f32::NAN.to_bits())),
            heard_seconds: AtomicU32::new(0),
            inference_ms: AtomicU32::new(0),
            updates: AtomicU64::new(0),
            offline: AtomicBool::new(false),
            stalled: AtomicBool::new(false),
            untold_stall: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            active: AtomicBool::new(false),
            macros: Mailbox::default(),
            seat: OnceLock::new(),
        }
    }
}

impl Board {
    /// The value of the visible parameter at `index` of the table; 0 beyond them.
    pub fn value(&self, index: usize) -> f64 {
        self.values
            .get(index)
            .map_or(0.0, |value| f64::from_bits(value.load(Relaxed)))
    }

    /// Stores the value of the visible parameter at `index` of the table.
    pub fn store(&self, index: usize, value: f64) {
        if let Some(slot) = self.values.get(index) {
            slot.store(value.to_bits(), Relaxed);
        }
        if let Some(slot) = driven_slot(index) {
            self.publish(slot, value);
        }
    }

    /// Publishes the driven values to other instances from now on, in this seat.
    pub fn publish_in(&self, seat: usize) {
        let _ = self.seat.set(seat);
    }

    fn publish(&self, slot: usize, percent: f64) {
        if let Some(seat) = self.seat.get() {
            neighbours::publish(*seat, slot, (percent / 100.0) as f32);
        }
    }

    /// The settings in force.
    pub fn settings(&self) -> Settings {
        let packed = Packed {
            word: self.packed_word.load(Relaxed),
            resolution: f64::from_bits(self.resolution.load(Relaxed)),
        };
        Settings::from_parts(
            |id| index_of(id).map_or(0.0, |index| self.value(index)),
            packed,
        )
    }

    /// Applies the settings that are not parameters.
    pub fn store_packed(&self, settings: &Settings) {
        let packed = settings.packed();
        self.packed_word.store(packed.word, Relaxed);
        self.resolution.store(packed.resolution.to_bits(), Relaxed);
    }

    /// Takes a value that the host sets; unknown ids, read-only ones and NaN are ignored. So is, but
    /// for driven values in Follow, the value that the parameter has: some hosts write back what they
    /// read, rounded to single precision, and that must change nothing. Returns the value as it is
    /// now.
    pub fn set_from_host(&self, id: u32, value: f64, mode: Mode) -> Option<f64> {
        let index = index_of(id)?;
        let param = param(index).filter(|param| param.access != Access::ReadOnly)?;
        let value = param.nearest(value)?;
        let slot = driven_slot(index);
        let is_follows = slot.is_some() && mode == Mode::Follow;
        let moved = (value - self.value(index)).abs();
        if !is_follows && moved <= ROUNDING * (param.max - param.min) {
            return None;
        }
        self.store(index, value);
        if let Some(slot) = slot {
            self.set_by_host.fetch_or(1 << slot, Relaxed);
            if mode == Mode::Follow {
                self.driven.fetch_and(!(1 << slot), Relaxed);
            }
        }
        Some(value)
    }

    /// Stores the values, in per cent, of driven slots that the plugin drives, a bit each.
    pub fn drive(&self, slots: u64, percent: impl Fn(usize) -> f64) {
        // Once for all slots, as an update has 50 of them. It comes before the values, so that no
        // state is saved with one of them as the host's, and after them, should a state be loaded
        // meanwhile.
        self.driven.fetch_or(slots, Relaxed);
        for slot in bits(slots) {
            // Release: a thread that sees the value also sees the generation that was set before
            // it. Otherwise [`Self::take_back_driven`] could see a new model's value beside the old
            // generation.
            let percent = percent(slot);
            self.values[driven_index(slot)].store(percent.to_bits(), Release);
            self.publish(slot, percent);
        }
        self.driven.fetch_or(slots, Release);
        self.set_by_host.fetch_and(!slots, Relaxed);
    }

    /// The values driven next are of the stream's model number `generation`.
    pub fn drive_for(&self, generation: u32) {
        self.generation.store(generation, Release);
    }

    /// Says whether the values driven next are calibrated.
    pub fn set_calibrated(&self, calibrated: bool) {
        self.calibrated.store(calibrated, Relaxed);
    }

    /// Whether the tags' values are calibrated. The plugin knows this of the values that it has
    /// driven, even if the setting has changed since. For the host's own values it goes by the
    /// setting.
    pub fn is_calibrated(&self, settings: &Settings) -> bool {
        if self.driven() & TAG_SLOTS == 0 || settings.mode == Mode::Follow {
            settings.calibrated
        } else {
            self.calibrated.load(Relaxed)
        }
    }

    /// Sets the driven tag values of every model before the stream's number `generation` to 0, because
    /// that model has come into force and they would stand under its tags' names. Values that it
    /// has driven already stay, and so do those of a newer model of which the main thread has not
    /// heard yet, also if the audio thread drives them at this very moment.
    pub fn take_back_driven(&self, generation: u32) {
        for slot in bits(self.driven() & TAG_SLOTS) {
            let value = &self.values[TAGS_AT + slot];
            let seen = value.load(Acquire);
            if self.generation.load(Acquire) >= generation {
                return;
            }
            if value.compare_exchange(seen, 0, AcqRel, Relaxed).is_ok() {
                self.publish(slot, 0.0);
            }
        }
        self.replaced.store(true, Release);
    }

    /// Driven slots that hold a value: a driven one, or one that is not 0. A bit each.
    pub fn held(&self) -> u64 {
        let is_set = |slot: &usize| self.value(driven_index(*slot)) != 0.0;
        let set = (0..DRIVEN).filter(is_set);
        set.fold(self.driven(), |held, slot| held | 1 << slot)
    }

    /// Driven slots that hold driven values, a bit each.
    pub fn driven(&self) -> u64 {
        self.driven.load(Relaxed)
    }

    /// Driven slots that the host has set and the plugin has not driven since, a bit each.
    pub fn set_by_host(&self) -> u64 {
        self.set_by_host.load(Relaxed)
    }

    /// A driven slot's value that belongs into the state: one that the host has set.
    pub fn host_value(&self, slot: usize) -> Option<f64> {
        let driven = self.driven() >> slot & 1 == 1;
        let value = self.value(driven_index(slot));
        (!driven && value != 0.0).then_some(value)
    }

    /// All values are a loaded state's now: none is driven any more.
    pub fn values_are_loaded(&self) {
        self.driven.store(0, Relaxed);
        self.set_by_host.store(0, Relaxed);
        self.replaced.store(true, Release);
    }

    /// Whether values have been replaced outside the audio thread since the last call.
    pub fn take_replaced(&self) -> bool {
        self.replaced.load(Relaxed) && self.replaced.swap(false, Acquire)
    }

    /// Takes a setting that the user changes in the editor. Returns whether it is a parameter, of
    /// which the host hears with the next block or flush.
    pub fn edit(&self, setting: Setting) -> bool {
        let parameter = self.put(setting);
        if let Some(id) = parameter {
            self.edited.fetch_or(1 << id, Release);
        }
        parameter.is_some()
    }

    /// Takes a setting. Returns the id of the parameter that it is, if it is one.
    pub fn put(&self, setting: Setting) -> Option<u32> {
        let Some((id, value)) = setting.as_parameter() else {
            self.store_packed(&self.settings().with(setting));
            return None;
        };
        let index = index_of(id)?;
        let value = param(index).and_then(|param| param.nearest(value));
        if let Some(value) = value {
            self.store(index, value);
        }
        Some(id)
    }

    /// Whether [`Self::take_edits`] has something.
    pub fn has_edits(&self) -> bool {
        self.edited.load(Relaxed) != 0
    }

    /// Parameters edited since the last call, bit = id.
    pub fn take_edits(&self) -> u64 {
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

    /// An activation begins: no update yet.
    pub fn begin_counting(&self) {
        self.updates.store(0, Relaxed);
        self.inference_ms.store(0, Relaxed);
        self.begin_window();
    }

    /// A new window begins, of which nothing has been heard yet.
    pub fn begin_window(&self) {
        self.heard_seconds.store(0, Relaxed);
    }

    /// An update rests on so many seconds of audio, and its inference took so long.
    pub fn note_update(&self, heard_seconds: f32, inference_ms: f32) {
        self.heard_seconds.store(heard_seconds.to_bits(), Relaxed);
        self.inference_ms.store(inference_ms.to_bits(), Relaxed);
    }

    /// Counts updates, once the host is told of them.
    pub fn count_updates(&self, updates: u64) {
        self.updates.fetch_add(updates, Relaxed);
    }

    /// Updates since the activation.
    pub fn updates(&self) -> u64 {
        self.updates.load(Relaxed)
    }

    /// Seconds of audio that the newest update rests on.
    pub fn heard_seconds(&self) -> f32 {
        f32::from_bits(self.heard_seconds.load(Relaxed))
    }

    /// Time of the newest update's inference, in milliseconds.
    pub fn inference_ms(&self) -> f32 {
        f32::from_bits(self.inference_ms.load(Relaxed))
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

    /// Stores the newest value of a macro's source, for the editor.
    pub fn note_source(&self, index: usize, source: Option<f64>) {
        let value = source.map_or(f32::NAN, |source| source as f32);
        self.sources[index].store(value.to_bits(), Relaxed);
    }

    /// The newest value of a macro's source, 0 to 1.
    pub fn source(&self, index: usize) -> Option<f32> {
        let value = f32::from_bits(self.sources[index].load(Relaxed));
        (!value.is_nan()).then_some(value)
    }

    /// Says that the analysis stands still, for the main thread to tell people.
    pub fn stall(&self) {
        self.set_stalled(true);
        self.untold_stall.store(true, Release);
    }

    /// Whether people need to be told that the analysis stood still; only once.
    pub fn take_stall(&self) -> bool {
        self.untold_stall.swap(false, Acquire)
    }

    /// Says that processing has failed, for the main thread to tell people.
    pub fn fail(&self) {
        self.failed.store(true, Release);
    }

    /// Whether people need to be told that processing has failed; only once.
    pub fn take_failure(&self) -> bool {
        self.failed.swap(false, Acquire)
    }

    /// Whether the host has activated the plugin.
    pub fn is_active(&self) -> bool {
        self.active.load(Relaxed)
    }

    /// Says whether the host has activated the plugin.
    pub fn set_active(&self, active: bool) {
        self.active.store(active, Relaxed);
    }
}

#[cfg(test)]
mod tests;
