//! The choice of a model, from the click or the loaded state to the running network: a state machine
//! without side effects. Each method takes an event and returns [`Effects`], which
//! [`Shared`](super::shared::Shared) carries out.
//!
//! A model is chosen by a loaded state or by the user. While the analysis runs, it is asked for the
//! model, and its events tell the rest. While nothing runs, only the model's metadata is read, so
//! that a host knows the tags' names right after it has loaded a state; whether the network can run
//! turns out when the analysis starts.
//!
//! The model that a state names stays chosen even if it is missing. A user's choice that fails gives
//! way to the choice before it.

mod analysis_events;
mod effects;
mod saved;

use std::path::Path;
use std::sync::Arc;

use tagline_engine::{
    ModelInfo, ModelPlace, ModelSource, OFFLINE_PATIENCE, built_in_info, built_in_sha256,
};

use super::host::{Changed, Severity};
use super::state::SavedModel;
use super::view::ModelInForce;
pub use effects::{Analysis, Effects};
use saved::{at, is_built_in_here, looks_chosen, source};

/// Why a file's metadata is being read.
#[derive(Clone, Debug, Default)]
enum Reading {
    /// A state has chosen the model.
    #[default]
    Loaded,
    /// The user has.
    Chosen,
    /// It was chosen before a choice that failed, whose message stays.
    Restored,
}

/// The choice of a model and everything that is known about it.
#[derive(Default)]
pub struct ModelChoice {
    /// The model that the state names; `None` for the built-in one.
    chosen: Option<SavedModel>,
    /// What was chosen before the user's choice, until that runs.
    before: Option<Option<SavedModel>>,
    reading: Reading,
    /// The tags' names, known before the model runs.
    names: Arc<[String]>,
    /// The tags' groups, if the model has any.
    groups: Arc<[String]>,
    /// The model in force.
    model: Option<Arc<ModelInForce>>,
    /// Whether a model is being opened.
    loading: bool,
    /// What went wrong last, until something goes right.
    message: Option<Arc<str>>,
    /// Whether the message outlives the next model that comes into force, because that model only
    /// stands in for another one.
    message_stays: bool,
    /// What the log has said about a loaded state's model. It does not say so again when the analysis
    /// finds the same.
    logged: Option<Arc<str>>,
}

impl ModelChoice {
    /// The choice of a fresh instance: the built-in model.
    pub fn fresh() -> Self {
        let mut choice = Self::default();
        choice.take_names(built_in_info());
        choice
    }

    /// Where the chosen model has to be looked for.
    pub fn source(&self) -> ModelSource {
        source(self.chosen.as_ref())
    }

    /// The chosen model as a state saves it. Of the built-in model it saves the name and the hash,
    /// so that another version knows which one it was.
    pub fn saved(&self) -> SavedModel {
        self.chosen.clone().unwrap_or_else(|| {
            let info = built_in_info();
            SavedModel {
                built_in: true,
                name: info.name.clone(),
                version: info.version.clone(),
                sha256: built_in_sha256().to_owned(),
                path: String::new(),
            }
        })
    }

    /// Name and group of a tag, as far as they are known.
    pub fn tag(&self, slot: usize) -> (Option<&str>, Option<&str>) {
        (
            self.names.get(slot).map(String::as_str),
            self.groups.get(slot).map(String::as_str),
        )
    }

    /// Names of the tags and their groups, as far as they are known.
    pub fn tags(&self) -> (&Arc<[String]>, &Arc<[String]>) {
        (&self.names, &self.groups)
    }

    /// The model in force.
    pub fn model(&self) -> Option<&Arc<ModelInForce>> {
        self.model.as_ref()
    }

    /// Whether a model is being opened.
    pub fn is_loading(&self) -> bool {
        self.loading
    }

    /// What went wrong last, until something goes right.
    pub fn message(&self) -> Option<&Arc<str>> {
        self.message.as_ref()
    }

    /// A state has been loaded that was saved with this model.
    pub fn load(&mut self, saved: Option<&SavedModel>, analysis: Analysis) -> Effects {
        let model = saved.filter(|model| !is_built_in_here(model)).cloned();
        self.before = None;
        if self.chosen == model {
            return Effects::default();
        }
        self.chosen = model;
        self.message_stays = false;
        self.logged = None;
        self.reading = Reading::Loaded;
        self.put_to_use(analysis)
    }

    /// The user has chosen the model at this place. It is opened even if it was chosen before: its
    /// file may have changed, or it may have failed.
    pub fn choose(&mut self, place: &ModelPlace, analysis: Analysis) -> Effects {
        self.logged = None;
        self.message_stays = false;
        let earlier = std::mem::replace(&mut self.chosen, at(place));
        // After several choices in a row, the one before them all is the one that runs.
        self.before.get_or_insert(earlier);
        self.reading = Reading::Chosen;
        Effects {
            state: true,
            ..self.put_to_use(analysis)
        }
    }

    fn put_to_use(&mut self, analysis: Analysis) -> Effects {
        match analysis {
            Analysis::Off => self.read_names(),
            Analysis::On | Analysis::Ended => self.ask(analysis),
        }
    }

    fn ask(&mut self, analysis: Analysis) -> Effects {
        // An analysis that has ended does not answer: the choice waits for the next one.
        self.loading = analysis == Analysis::On;
        Effects {
            ask: Some(self.source()),
            ..Effects::default()
        }
    }

    /// Takes the tags' names of the chosen model while nothing runs.
    fn read_names(&mut self) -> Effects {
        let mut effects = Effects {
            changed: Changed {
                values: true,
                texts: true,
                infos: true,
            },
            // Nothing runs that could drive the new names.
            take_back: Some(u32::MAX),
            ..Effects::default()
        };
        // The model that ran before will not run next.
        self.model = None;
        match &self.chosen {
            Some(chosen) if !chosen.built_in => effects.read = Some((&chosen.path).into()),
            // Another version's built-in model has mostly the tags of this one's.
            _ => {
                self.take_names(built_in_info());
                self.metadata_is_good();
            }
        }
        effects
    }

    fn metadata_is_good(&mut self) {
        if !matches!(self.reading, Reading::Restored) {
            self.message = None;
        }
    }

    /// The metadata of the file at `path` has been read, or the reason why not. A file that does not
    /// look like the chosen model gives no names: the chosen one may lie elsewhere, and the
    /// analysis will look for it.
    pub fn names_read(&mut self, path: &Path, read: Result<ModelInfo, String>) -> Effects {
        let is_chosen = |chosen: &&SavedModel| Path::new(&chosen.path) == path;
        let Some(chosen) = self.chosen.as_ref().filter(is_chosen) else {
            // Something else has been chosen meanwhile.
            return Effects::default();
        };
        let error: Arc<str> = match read {
            Ok(info) => {
                if looks_chosen(chosen, &info) {
                    self.take_names(&info);
                    self.metadata_is_good();
                }
                return Effects::default();
            }
            Err(error) => error.into(),
        };
        match self.reading {
            Reading::Loaded => {
                // It may still turn up elsewhere when the analysis starts.
                self.message = Some(Arc::clone(&error));
                self.logged = Some(Arc::clone(&error));
                Effects {
                    log: Some((Severity::Warning, error)),
                    ..Effects::default()
                }
            }
            Reading::Chosen => {
                self.restore();
                self.message = Some(Arc::clone(&error));
                self.reading = Reading::Restored;
                Effects {
                    log: Some((Severity::Error, error)),
                    ..self.read_names()
                }
            }
            Reading::Restored => Effects::default(),
        }
    }

    /// The analysis starts: with [`Self::source`], unless it cannot, for this reason.
    pub fn analysis_starts(&mut self, failure: Option<String>) -> Effects {
        self.loading = failure.is_none();
        let Some(failure) = failure else {
            return Effects::default();
        };
        self.tell(Severity::Error, failure.into())
    }

    /// The analysis has been ended.
    pub fn analysis_ends(&mut self) {
        self.loading = false;
    }

    /// A bounce has waited for the analysis in vain and goes on without tags.
    pub fn bounce_gave_up(&mut self) -> Effects {
        let message = format!(
            "the model was not ready after {} s, and this bounce goes on without tags until it is; \
             bounce again once the tags show, or choose a smaller model",
            OFFLINE_PATIENCE.as_secs()
        );
        // The model's arrival does not bring back what the bounce lacks.
        self.message_stays = self.loading;
        self.tell(Severity::Warning, message.into())
    }

    /// The plugin's own code has failed on the audio thread.
    pub fn processing_failed(&mut self) -> Effects {
        let message = "tagging has stopped because of a fault in Tagline; the audio goes on. \
            Switch the plugin off and on in the host to start tagging again";
        self.message_stays = true;
        self.tell(Severity::Error, message.into())
    }

    fn tell(&mut self, severity: Severity, message: Arc<str>) -> Effects {
        self.message = Some(Arc::clone(&message));
        Effects {
            log: Some((severity, message)),
            ..Effects::default()
        }
    }

    /// Gives up the user's choice for what was chosen before it. Returns whether there was anything.
    fn restore(&mut self) -> bool {
        let Some(before) = self.before.take() else {
            return false;
        };
        self.chosen = before;
        true
    }

    /// Takes the names and groups of a model's tags. Returns whether they are others than before.
    fn take_names(&mut self, info: &ModelInfo) -> bool {
        let groups = info.groups.as_deref().unwrap_or_default();
        if *self.names == *info.tags && *self.groups == *groups {
            return false;
        }
        self.names = info.tags.as_slice().into();
        self.groups = groups.into();
        true
    }
}

#[cfg(test)]
mod tests;
