//! A stream on its way to the worker.

use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::Sender;
use ringbuf::{HeapCons, HeapProd};

use super::controls::{Controls, Gap};
use super::event::{Event, Notify};
use super::history::History;
use super::spectrogram::Spectrogram;
use super::transport::Mark;
use super::update::TagUpdate;
use crate::model::ModelSource;

/// The worker's end of a stream.
pub(super) struct NewStream {
    pub id: u64,
    pub sample_rate_hz: f64,
    pub samples: HeapCons<f32>,
    /// Where samples are missing between those of `samples`.
    pub gaps: HeapCons<Gap>,
    pub updates: HeapProd<TagUpdate>,
    /// Where the host's song stands, from sample to sample.
    pub marks: HeapCons<Mark>,
    pub history: Arc<History>,
    pub spectrogram: Arc<Spectrogram>,
    pub events: Sender<Event>,
    pub notify: Notify,
    pub controls: Arc<Controls>,
    pub model: ModelSource,
    pub library_dirs: Vec<PathBuf>,
}
