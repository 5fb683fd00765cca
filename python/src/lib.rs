//! The Python package `tagline`: the tags of arrays, files and streams, by the code of `trainer tag`.
//!
//! `tagger` and `stream` are its classes. `audio` reads what Python hands in, `model` what it calls a model, and
//! `asked` which windows it asks for; `hear` listens, `load` only decodes, `rows` makes arrays and rows of what was heard, and `error`
//! turns errors into exceptions. All work is done without Python's lock.

mod asked;
mod audio;
mod error;
mod hear;
mod load;
mod model;
mod rows;
mod stream;
mod tagger;

/// Tags of music, as the Tagline plugin and `trainer tag` give them.
#[pyo3::pymodule]
mod _tagline {
    #[pymodule_export]
    use crate::error::{NoTags, TaglineError};
    #[pymodule_export]
    use crate::load::load;
    #[pymodule_export]
    use crate::stream::Stream;
    #[pymodule_export]
    use crate::tagger::Tagger;

    /// The package's version.
    #[pymodule_export]
    const __VERSION__: &str = env!("CARGO_PKG_VERSION");
}
