//! Model files: whatever the bytes are, there is an error, or a network that can be opened and run.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tagline_engine::{Backend, BackendChoice, Model, open_network};
use tagline_fuzz::allow_panics_in_libraries;

fuzz_target!(init: allow_panics_in_libraries(), |bytes: &[u8]| {
    let Ok(model) = Model::from_bytes(bytes.to_vec(), None) else {
        return;
    };
    // A network that takes seconds is right, and would only hide slow ones that are wrong.
    if model.info().front_end.frames <= 512 {
        let _ = open_network(&model, BackendChoice::Only(Backend::Tract), &[]);
    }
});
