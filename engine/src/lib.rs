//! Audio in, tags out.
//!
//! The data's way, one file for each arrow:
//!
//! host block → [`tap`](Tap) (mono ring) → `resampler` → `stft` → `mel` → `features` (log-mel, log
//! STFT or MFCC) → `front_end` (all of that) → `window` (rolling, `[row, frame]`) → `analyzer`
//! (which windows are due) → `network` (tag probabilities; of each window only what is new) →
//! `calibration` → `smoothing` → [`TagUpdate`], read back through the [`Tap`].
//!
//! `service` runs all of it on one thread for every stream of the process. Training and file
//! tagging use [`FrontEnd`] and [`Analyzer`] directly, so live and offline features are the same.

mod analyzer;
mod built_in;
mod calibration;
mod derivative;
mod features;
mod folders;
mod front_end;
mod link;
mod loader;
mod mel;
mod model;
mod model_slot;
mod model_source;
mod network;
mod pipeline;
mod resampler;
mod service;
mod smoothing;
mod spec;
mod stft;
mod tap;
mod window;
mod worker;

pub use analyzer::{Analyzer, Due};
pub use built_in::{built_in_info, built_in_sha256};
pub use calibration::{Calibration, logit, sigmoid};
pub use folders::model_folders;
pub use front_end::{FrontEnd, FrontEndError};
pub use mel::mel_filterbank;
pub use model::{
    MAX_INNER_VALUES, MAX_MODEL_BYTES, MAX_MULTIPLY_ADDS, Model, ModelError, ModelInfo, OutputKind,
    read_info, write_metadata,
};
pub use model_source::{ModelPlace, ModelSource, SourceError, models_in};
pub use network::{
    Backend, BackendChoice, BackendReport, InferenceError, Network, NetworkState, open_network,
};
pub use service::{
    Event, Hold, MAX_TAGS, Service, ServiceError, Stream, StreamConfig, StreamStatus,
};
pub use smoothing::Smoothing;
pub use spec::{Feature, FrontEndSpec, MelNorm, MelScale, MelSpec};
pub use tap::{OFFLINE_PATIENCE, TagUpdate, Tap};
pub use window::{RollingWindow, tile};
