//! Streams of audio, analysed while they play.
//!
//! `service` starts a stream. It has three ends: the audio thread's (`tap`), the main thread's
//! (`service`), and the worker's (`pipeline`). The threads share the settings in `controls`, the
//! counters in `status`, the queues for samples, `transport`s, `update`s and `event`s, the `history`
//! and the `spectrogram`, which also says where in the window a tag is heard (`hearing`). One `worker` serves all
//! streams of the process, and one `loader` opens their models.

mod controls;
mod event;
mod hearing;
mod history;
mod loader;
mod model_slot;
mod new_stream;
mod pipeline;
mod service;
mod smoothing;
mod spectrogram;
mod status;
mod tap;
mod transport;
mod update;
mod worker;

pub use event::Event;
pub use hearing::Hearing;
pub use history::{History, Moment, Past};
pub use service::{Hold, Service, ServiceError, Stream, StreamConfig};
pub use smoothing::Smoothing;
pub use spectrogram::Spectrogram;
pub use status::StreamStatus;
pub use tap::{OFFLINE_PATIENCE, Tap};
pub use transport::Transport;
pub use update::{MAX_TAGS, TagUpdate};
