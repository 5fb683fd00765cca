//! Saved states and presets: what is read is saved as text that is read as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tagline::core::presets::Preset;
use tagline::core::state::State;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(state) = State::from_bytes(bytes) {
        let saved = state.to_bytes().expect("a state can be saved");
        let again = State::from_bytes(&saved).expect("a saved state is read");
        assert_eq!(again.to_bytes().expect("a state can be saved"), saved);
    }
    if let Ok(read) = Preset::from_bytes(bytes) {
        let saved = read.preset.to_text().expect("a preset can be saved");
        let again = Preset::from_bytes(saved.as_bytes()).expect("a saved preset is read");
        assert_eq!(
            again.preset.to_text().expect("a preset can be saved"),
            saved
        );
    }
});
