//! The instances of Tagline in this process, so that a macro of one can follow another.
//!
//! Each instance has a seat: a row of atomics that its threads write and that every audio thread may read
//! at any time. Rows are never freed, so whoever reads one of an instance that has gone sees that its owner is
//! another. Who sits where, and what an instance says of itself, lies behind a lock that no audio thread
//! takes.
//!
//! Formats are different libraries, and some hosts give every plugin a process of its own. Instances that do
//! not share this file's statics do not see one another.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tagline_engine::MAX_TAGS;

use super::host::Host;
use super::params::{DRIVEN, MACROS};

/// Number of instances that can be followed. Later ones work, but nobody sees them.
const SEATS: usize = 64;

/// What every thread may read of an instance.
struct Seat {
    /// The instance's number; 0 while nobody sits here.
    owner: AtomicU64,
    /// Its driven values, 0 to 1, as f32 bits.
    values: [AtomicU32; DRIVEN],
}

static ALL: [Seat; SEATS] = [const {
    Seat {
        owner: AtomicU64::new(0),
        values: [const { AtomicU32::new(0) }; DRIVEN],
    }
}; SEATS];

/// What instances say of themselves.
static GUESTS: Mutex<Vec<Guest>> = Mutex::new(Vec::new());

/// Counts the changes of [`GUESTS`].
static VERSION: AtomicU64 = AtomicU64::new(1);

/// What an instance says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Name of its track, or empty.
    pub track: String,
    /// Names of its model's tags.
    pub tags: Vec<String>,
    /// Names of its macros.
    pub macros: [String; MACROS],
}

struct Guest {
    seat: usize,
    number: u64,
    /// Whether a state names it, so that its own must keep the number.
    is_known: bool,
    about: About,
    host: Arc<dyn Host>,
}

/// An instance as another one's editor shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// What states name it by.
    pub id: String,
    /// Name for people: its track's, or its place.
    pub name: String,
    /// Names of its model's tags.
    pub tags: Vec<String>,
    /// Names of its macros.
    pub macros: [String; MACROS],
}

/// A value of another instance, for the audio thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its seat.
    pub seat: u8,
    /// The driven slot.
    pub slot: u8,
    /// Its number.
    pub owner: u64,
}

impl Place {
    /// The value, 0 to 1; 0 once the instance has gone. Every thread may ask.
    #[must_use]
    pub fn value(self) -> f64 {
        let seat = ALL.get(usize::from(self.seat));
        let slot = seat.and_then(|seat| Some((seat, seat.values.get(usize::from(self.slot))?)));
        let Some((seat, value)) = slot else {
            return 0.0;
        };
        let value = f32::from_bits(value.load(Acquire));
        // Read after the value: whoever leaves gives the seat up before another writes into it.
        if seat.owner.load(Acquire) != self.owner || value.is_nan() {
            return 0.0;
        }
        f64::from(value.clamp(0.0, 1.0))
    }
}

/// Writes a driven value, 0 to 1, of the instance in `seat`. Every thread may.
pub fn publish(seat: usize, slot: usize, value: f32) {
    if let Some(place) = ALL.get(seat).and_then(|seat| seat.values.get(slot)) {
        place.store(value.to_bits(), Release);
    }
}

fn guests() -> MutexGuard<'static, Vec<Guest>> {
    GUESTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Changes whenever an instance comes, goes, or says something else of itself.
pub fn version() -> u64 {
    VERSION.load(Acquire)
}

fn has_changed() {
    VERSION.fetch_add(1, AcqRel);
}

/// Asks all instances but number `but` for their main threads. Nothing may be locked meanwhile.
fn wake_all(but: u64) {
    let hosts: Vec<Arc<dyn Host>> = guests()
        .iter()
        .filter(|guest| guest.number != but)
        .map(|guest| Arc::clone(&guest.host))
        .collect();
    for host in hosts {
        host.request_main_thread();
    }
}

fn fresh_number() -> u64 {
    RandomState::new().hash_one(version()).max(1)
}

/// The number that a state has as text.
fn number_of(id: &str) -> Option<u64> {
    let is_number = id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = is_number
        .then(|| u64::from_str_radix(id, 16).ok())
        .flatten();
    number.filter(|number| *number != 0)
}

fn id_of(number: u64) -> String {
    format!("{number:016x}")
}

/// An instance's seat, until it is dropped.
pub struct Membership {
    /// Its seat, if one was free.
    seat: Option<usize>,
    /// Whether this instance has changed since the others were told.
    is_untold: AtomicBool,
}

impl Membership {
    /// Takes a free seat. `host` is asked for its main thread when the others change.
    pub fn new(host: &Arc<dyn Host>) -> Self {
        let mut guests = guests();
        let is_free = |seat: &usize| guests.iter().all(|guest| guest.seat != *seat);
        let seat = (0..SEATS).find(is_free);
        if let Some(seat) = seat {
            let number = fresh_number();
            for value in &ALL[seat].values {
                value.store(0, Relaxed);
            }
            ALL[seat].owner.store(number, Release);
            guests.push(Guest {
                seat,
                number,
                is_known: false,
                about: About::default(),
                host: Arc::clone(host),
            });
            has_changed();
        }
        Self {
            seat,
            is_untold: AtomicBool::new(true),
        }
    }

    /// The seat, if one was free.
    pub fn seat(&self) -> Option<usize> {
        self.seat
    }

    fn with_guest<R>(&self, action: impl FnOnce(&mut Guest) -> R) -> Option<R> {
        let mut guests = guests();
        let is_mine = |guest: &&mut Guest| Some(guest.seat) == self.seat;
        guests.iter_mut().find(is_mine).map(action)
    }

    /// Says what this instance is now.
    pub fn say(&self, about: About) {
        self.with_guest(|guest| {
            if guest.about != about {
                guest.about = about;
                self.has_changed();
            }
        });
    }

    /// What a state names the instance by, once another one follows it.
    pub fn id(&self) -> Option<String> {
        let known = self.with_guest(|guest| guest.is_known.then(|| id_of(guest.number)));
        known.flatten()
    }

    /// Takes the number that a state has, unless another instance here has it: a copy gets its own.
    pub fn take_id(&self, id: &str) {
        let Some(number) = number_of(id) else { return };
        let mut guests = guests();
        let is_taken = guests
            .iter()
            .any(|guest| guest.number == number && Some(guest.seat) != self.seat);
        let is_mine = |guest: &&mut Guest| Some(guest.seat) == self.seat;
        if let Some(guest) = guests.iter_mut().find(is_mine).filter(|_| !is_taken) {
            guest.is_known = true;
            guest.number = number;
            ALL[guest.seat].owner.store(number, Release);
            self.has_changed();
        }
    }

    fn has_changed(&self) {
        has_changed();
        self.is_untold.store(true, Relaxed);
    }

    /// The instances but this one, in the order of their seats.
    pub fn others(&self) -> Vec<Neighbour> {
        let guests = guests();
        let mut others: Vec<&Guest> = guests
            .iter()
            .filter(|guest| Some(guest.seat) != self.seat)
            .collect();
        others.sort_by_key(|guest| guest.seat);
        let names_twice =
            |track: &str| guests.iter().filter(|g| g.about.track == track).count() > 1;
        let neighbour = |guest: &&Guest| {
            let (place, track) = (guest.seat + 1, guest.about.track.trim());
            let name = match track {
                "" => format!("Tagline {place}"),
                track if names_twice(&guest.about.track) => format!("{track} ({place})"),
                track => track.to_owned(),
            };
            Neighbour {
                id: id_of(guest.number),
                name,
                tags: guest.about.tags.clone(),
                macros: guest.about.macros.clone(),
            }
        };
        others.iter().map(neighbour).collect()
    }

    /// Tells the others if this instance has changed since they were told last. Main thread, with nothing
    /// locked.
    pub fn tell_others(&self) {
        if self.is_untold.swap(false, Relaxed) {
            let number = self.with_guest(|guest| guest.number);
            wake_all(number.unwrap_or(0));
        }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        let Some(seat) = self.seat else { return };
        ALL[seat].owner.store(0, Release);
        guests().retain(|guest| guest.seat != seat);
        has_changed();
        wake_all(0);
    }
}

/// Where a tag of the instance `id` is. From now on that instance's state has its id.
pub fn tag_of(id: &str, tag: &str) -> Option<Place> {
    find(id, |about| {
        let is_it = |known: &String| known.trim().eq_ignore_ascii_case(tag.trim());
        let slot = about.tags.iter().take(MAX_TAGS).position(is_it);
        slot.filter(|_| !tag.trim().is_empty())
    })
}

/// Where macro `number`, from 1, of the instance `id` is. From now on that instance's state has its id.
pub fn macro_of(id: &str, number: u8) -> Option<Place> {
    let index = usize::from(number).checked_sub(1)?;
    find(id, |_| (index < MACROS).then_some(MAX_TAGS + index))
}

fn find(id: &str, slot: impl FnOnce(&About) -> Option<usize>) -> Option<Place> {
    let number = number_of(id)?;
    let mut guests = guests();
    let guest = guests.iter_mut().find(|guest| guest.number == number)?;
    guest.is_known = true;
    Some(Place {
        seat: guest.seat as u8,
        slot: slot(&guest.about)? as u8,
        owner: number,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::tests::Noted;
    use std::sync::atomic::Ordering;

    fn sit() -> (Membership, Arc<Noted>) {
        let noted = Arc::<Noted>::default();
        let host = Arc::clone(&noted) as Arc<dyn Host>;
        (Membership::new(&host), noted)
    }

    fn about(track: &str) -> About {
        About {
            track: track.to_owned(),
            tags: vec!["rock".to_owned(), "Jazz".to_owned()],
            ..About::default()
        }
    }

    fn id(member: &Membership) -> String {
        let number = member.with_guest(|guest| guest.number).expect("a seat");
        id_of(number)
    }

    #[test]
    fn an_instance_is_found_by_its_id_and_reads_as_zero_once_it_has_gone() {
        let (drums, _) = sit();
        drums.say(about("Drums"));
        let id = id(&drums);
        assert_eq!(drums.id(), None, "nobody follows it yet");
        let jazz = tag_of(&id, "jazz").expect("a tag");
        assert_eq!(drums.id(), Some(id.clone()), "its state keeps the id now");
        publish(drums.seat().expect("a seat"), 1, 0.75);
        assert_eq!(jazz.value(), 0.75);
        assert_eq!(tag_of(&id, "bagpipes"), None);
        let last = macro_of(&id, 8).expect("a macro");
        assert_eq!(usize::from(last.slot), DRIVEN - 1);
        assert_eq!((macro_of(&id, 0), macro_of(&id, 9)), (None, None));
        drop(drums);
        assert_eq!(jazz.value(), 0.0);
        assert_eq!(tag_of(&id, "jazz"), None);
        // Whoever takes the seat next is not mistaken for it.
        let (other, _) = sit();
        publish(other.seat().expect("a seat"), 1, 0.5);
        assert_eq!(jazz.value(), 0.0);
    }

    #[test]
    fn a_copied_state_keeps_the_id_with_the_first_that_has_it() {
        let wanted = "00000000deadbeef";
        let ((first, _), (copy, _)) = (sit(), sit());
        first.take_id(wanted);
        copy.take_id(wanted);
        assert_eq!(first.id().as_deref(), Some(wanted));
        assert_eq!(copy.id(), None);
        for broken in ["", "0", "0000000000000000", "x0000000deadbeef"] {
            first.take_id(broken);
            assert_eq!(first.id().as_deref(), Some(wanted), "{broken}");
        }
        drop(first);
        copy.take_id(wanted);
        assert_eq!(copy.id().as_deref(), Some(wanted));
    }

    #[test]
    fn the_others_hear_of_changes_and_see_names() {
        let ((drums, _), (bass, host)) = (sit(), sit());
        drums.say(about("Drums"));
        host.asked.store(false, Ordering::Relaxed);
        drums.tell_others();
        assert!(host.asked.load(Ordering::Relaxed), "told");
        let id = id(&drums);
        let seen = bass.others();
        let seen = seen.iter().find(|other| other.id == id).expect("seen");
        assert_eq!(seen.name, "Drums");
        assert!(drums.others().iter().all(|other| other.id != id));
        host.asked.store(false, Ordering::Relaxed);
        drop(drums);
        assert!(host.asked.load(Ordering::Relaxed), "told of the end");
    }
}
