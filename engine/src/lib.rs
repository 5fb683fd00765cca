//! Audio in, tags out: the engine of Tagline.
//!
//! The data's way through the wings of this crate:
//!
//! host block → `stream` ([`Tap`], a mono ring) → `front_end` ([`Analyzer`]: resampler, STFT,
//! log-mel, rolling window) → `network` ([`Network`]: tag probabilities) → `model`
//! ([`Calibration`]) → `stream` ([`Smoothing`]) → [`TagUpdate`], which the [`Tap`] gives back.
//!
//! There are two ways to use it:
//!
//! * *Live*, [`Service::start`] makes a [`Stream`] for the main thread and a [`Tap`] for the audio
//!   thread. One worker thread analyses all streams of the process.
//! * *Offline*, an [`Analyzer`] says which windows are due, and a [`Network`] from [`open_network`]
//!   computes their tags.
//!
//! Both give the same tags to the last bit, whatever the block size. `examples/tag_wav.rs` tags a file, and
//! `examples/tag_live.rs` a stream while it plays.
//!
//! Each wing knows only the wings before it: `front_end`, `model`, `network`, `stream`.

mod front_end;
mod model;
mod network;
mod panics;
mod stream;

pub use front_end::WindowPicture;
pub use front_end::{Analyzer, Due, FrontEnd, FrontEndError, FrontEndSpec, RollingWindow};
pub use front_end::{Feature, Framing, Logarithm, MelNorm, MelScale, MelSpec, Padding, RowNorm};
pub use front_end::{Spectrum, Window};
pub use model::{Calibration, Model, ModelError, ModelInfo, ModelPlace, ModelSource, OutputKind};
pub use model::{SourceError, TagNote, built_in_info, model_folders, models_in, read_info};
pub use network::{Backend, BackendChoice, BackendReport, InferenceError, Network, NetworkState};
pub use network::{Span, open_network};
pub use stream::{
    Event, Hearing, History, Hold, Moment, Past, Service, ServiceError, Smoothing, Stream,
};
pub use stream::{Spectrogram, StreamConfig, StreamStatus, TagUpdate, Tap, Transport};

/// Parts for Tagline's own plugin, trainer and tests. They may change with any version.
#[doc(hidden)]
pub use {
    front_end::{mel_filterbank, tile},
    model::{MAX_INNER_VALUES, MAX_MODEL_BYTES, MAX_MULTIPLY_ADDS, built_in_sha256},
    model::{logit, path_of_address, sigmoid, user_folder, write_metadata},
    stream::{MAX_TAGS, OFFLINE_PATIENCE},
};
