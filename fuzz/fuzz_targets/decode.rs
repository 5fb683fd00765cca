//! Audio files: whatever the bytes are, there is an error, or samples that are numbers.
#![no_main]

use std::cell::OnceCell;

use libfuzzer_sys::fuzz_target;
use tagline_fuzz::{Scratch, allow_panics_in_libraries};
use tagline_media::{Sink, decode_to};

/// Frames after which a file has been heard enough.
const ENOUGH: usize = 1 << 22;

/// Checks what it is given.
#[derive(Default)]
struct Listener {
    frames: usize,
}

impl Sink for Listener {
    fn restart(&mut self) {
        self.frames = 0;
    }

    fn take(&mut self, sample_rate_hz: u32, channels: &[Vec<f32>]) -> bool {
        assert!(sample_rate_hz > 0 && !channels.is_empty());
        let frames = channels[0].len();
        assert!(channels.iter().all(|channel| channel.len() == frames));
        assert!(channels.iter().flatten().all(|sample| sample.is_finite()));
        self.frames += frames;
        self.frames < ENOUGH
    }
}

thread_local! {
    static SCRATCH: OnceCell<Scratch> = const { OnceCell::new() };
}

fuzz_target!(init: allow_panics_in_libraries(), |bytes: &[u8]| {
    let path = SCRATCH.with(|scratch| scratch.get_or_init(Scratch::new).file("input", bytes));
    let mut listener = Listener::default();
    if decode_to(&path, &mut listener).is_ok() {
        assert!(listener.frames > 0);
    }
});
