//! A tagger's networks, and what they listen to.

use std::sync::{Arc, PoisonError};

use pyo3::prelude::*;
use tagline_engine::{Backend, BackendChoice};
use trainer::tag::{Networks, TaggedFile, Tagging};

use super::Tagger;
use crate::asked::Asked;
use crate::audio::Audio;
use crate::error::{of_file, refused, warn};
use crate::hear::of_samples;

impl Tagger {
    /// Its networks and what is asked of them.
    pub fn parts(&self) -> (Arc<Networks>, &Tagging) {
        (Arc::clone(&self.networks), &self.tagging)
    }

    pub(super) fn running(&self) -> Backend {
        match self.networks.tagging().backend {
            BackendChoice::Only(backend) => backend,
            BackendChoice::Auto => Backend::Tract,
        }
    }

    /// The networks that also give embeddings.
    pub(super) fn embedding_networks(&self, py: Python<'_>) -> PyResult<Arc<Networks>> {
        let opened = py.detach(|| {
            let mut kept = self
                .embedding
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if let Some(networks) = &*kept {
                return Ok(Arc::clone(networks));
            }
            let model = self
                .tagging
                .model
                .with_embedding()
                .map_err(|error| error.to_string())?;
            let tagging = Tagging {
                model,
                ..self.tagging.clone()
            };
            let networks = Networks::open(&tagging).map_err(|error| error.to_string())?;
            Ok(Arc::clone(kept.insert(Arc::new(networks))))
        });
        opened.map_err(|reason: String| refused(reason))
    }

    /// Listens to `audio` from its start to its end.
    pub(super) fn listen(
        &self,
        py: Python<'_>,
        networks: &Networks,
        audio: &Audio,
        asked: Asked,
    ) -> PyResult<TaggedFile> {
        let tagging = asked.tagging(networks.tagging());
        let file = py.detach(|| {
            let mut tagger = networks.tagger(&tagging).map_err(refused)?;
            let file = match audio {
                Audio::File(path) => tagger.tag(path, |_| ()).map_err(of_file),
                Audio::Samples(samples) => of_samples(&mut tagger, samples),
            };
            networks.keep(tagger);
            file
        })?;
        if let Some(remark) = &file.remark {
            warn(py, &file.path, remark)?;
        }
        Ok(asked.at.of(file))
    }
}
