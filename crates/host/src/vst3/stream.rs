//! A host's stream of bytes, with the habits that hosts have.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;

use vst3::Steinberg::IBStream_::IStreamSeekMode_::{kIBSeekCur, kIBSeekEnd, kIBSeekSet};
use vst3::Steinberg::{
    IBStream, IBStreamTrait, int32, int64, kInvalidArgument, kResultFalse, kResultOk, tresult,
};
use vst3::{Class, ComPtr, ComWrapper};

/// How a host's stream behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamHabits {
    /// Most bytes that one call reads or writes.
    pub most_bytes: usize,
    /// Whether reading at the end answers `kResultFalse` instead of no bytes.
    pub end_is_false: bool,
    /// Whether a read that gets less than it asked for answers `kResultFalse`, with the bytes.
    pub short_is_false: bool,
    /// Whether the stream can be moved in.
    pub seeks: bool,
}

impl Default for StreamHabits {
    fn default() -> Self {
        Self {
            most_bytes: usize::MAX,
            end_is_false: false,
            short_is_false: false,
            seeks: true,
        }
    }
}

/// A stream in memory.
pub struct Bytes(ComWrapper<Stream>);

struct Stream {
    bytes: RefCell<Vec<u8>>,
    position: Cell<usize>,
    habits: StreamHabits,
}

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl Bytes {
    /// A stream that holds `bytes`, at its beginning.
    #[must_use]
    pub fn new(bytes: &[u8], habits: StreamHabits) -> Self {
        Self(ComWrapper::new(Stream {
            bytes: RefCell::new(bytes.to_vec()),
            position: Cell::new(0),
            habits,
        }))
    }

    /// As a plugin sees it.
    #[must_use]
    pub fn interface(&self) -> ComPtr<IBStream> {
        self.0
            .to_com_ptr()
            .expect("a stream has the interface of streams")
    }

    /// What it holds now.
    #[must_use]
    pub fn content(&self) -> Vec<u8> {
        self.0.bytes.borrow().clone()
    }
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, buffer: *mut c_void, count: int32, read: *mut int32) -> tresult {
        let Ok(wanted) = usize::try_from(count) else {
            return kInvalidArgument;
        };
        let bytes = self.bytes.borrow();
        let rest = bytes.get(self.position.get()..).unwrap_or_default();
        let got = wanted.min(rest.len()).min(self.habits.most_bytes);
        // SAFETY: the caller's buffer has room for what it asks for, and `read` is null or valid.
        unsafe {
            std::ptr::copy_nonoverlapping(rest.as_ptr(), buffer.cast::<u8>(), got);
            if !read.is_null() {
                *read = got as int32;
            }
        }
        self.position.set(self.position.get() + got);
        let fails = (got == 0 && wanted > 0 && self.habits.end_is_false)
            || (got < wanted && self.habits.short_is_false);
        if fails { kResultFalse } else { kResultOk }
    }

    unsafe fn write(&self, buffer: *mut c_void, count: int32, written: *mut int32) -> tresult {
        let Ok(wanted) = usize::try_from(count) else {
            return kInvalidArgument;
        };
        let got = wanted.min(self.habits.most_bytes);
        let at = self.position.get();
        let mut bytes = self.bytes.borrow_mut();
        // SAFETY: the caller's buffer has what it says, and `written` is null or valid.
        unsafe {
            let new = std::slice::from_raw_parts(buffer.cast::<u8>(), got);
            if bytes.len() < at + got {
                bytes.resize(at + got, 0);
            }
            bytes[at..at + got].copy_from_slice(new);
            if !written.is_null() {
                *written = got as int32;
            }
        }
        self.position.set(at + got);
        kResultOk
    }

    unsafe fn seek(&self, position: int64, mode: int32, result: *mut int64) -> tresult {
        if !self.habits.seeks {
            return kResultFalse;
        }
        let from = match mode as u32 {
            mode if mode == kIBSeekSet as u32 => 0,
            mode if mode == kIBSeekCur as u32 => self.position.get(),
            mode if mode == kIBSeekEnd as u32 => self.bytes.borrow().len(),
            _ => return kInvalidArgument,
        };
        let Ok(position) = usize::try_from(from as int64 + position) else {
            return kInvalidArgument;
        };
        self.position.set(position);
        // SAFETY: `result` is null or valid.
        unsafe {
            if !result.is_null() {
                *result = position as int64;
            }
        }
        kResultOk
    }

    unsafe fn tell(&self, position: *mut int64) -> tresult {
        if position.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: it is valid.
        unsafe { *position = self.position.get() as int64 };
        kResultOk
    }
}
