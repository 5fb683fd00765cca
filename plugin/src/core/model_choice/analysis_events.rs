//! The choice of a model follows what the analysis tells.

use std::sync::Arc;

use tagline_engine::{Event, ModelSource};

use super::saved::at;
use super::{Effects, ModelChoice};
use crate::core::host::{Changed, Severity};
use crate::core::state::SavedModel;
use crate::core::view::ModelInForce;

impl ModelChoice {
    /// Something has happened in the analysis.
    pub fn take_event(&mut self, event: Event) -> Effects {
        match event {
            Event::ModelReady {
                generation,
                info,
                place,
                report,
            } => {
                let ran = self.model.as_ref();
                let is_other = ran.is_some_and(|ran| ran.info.sha256 != info.sha256);
                Effects {
                    running: Some(Some(report.running)),
                    wait_again: true,
                    take_back: is_other.then_some(generation),
                    ..self.put_in_force(ModelInForce {
                        info,
                        place,
                        report,
                    })
                }
            }
            Event::ModelFailed {
                source,
                message,
                stopped,
            } => self.model_failed(&source, message.into(), stopped),
            Event::Stopped { message, ended } => {
                // A model on its way to an analysis that has only lost its own still comes.
                self.loading &= !ended;
                Effects {
                    running: Some(None),
                    ..self.tell_once(Severity::Error, message.into())
                }
            }
            Event::BackendReplaced { message, running } => Effects {
                running: Some(Some(running)),
                ..self.tell_once(Severity::Warning, message.into())
            },
        }
    }

    /// Tells people, unless the log says so already.
    fn tell_once(&mut self, severity: Severity, message: Arc<str>) -> Effects {
        let is_new = self.logged.as_ref() != Some(&message);
        let effects = self.tell(severity, message);
        if is_new { effects } else { Effects::default() }
    }

    fn model_failed(&mut self, failed: &ModelSource, message: Arc<str>, stopped: bool) -> Effects {
        self.loading = false;
        self.message_stays = false;
        let mut effects = self.tell_once(Severity::Error, message);
        if stopped {
            effects.running = Some(None);
        }
        // Only if nothing else has been chosen since.
        if *failed == self.source() && self.restore() {
            effects.state = true;
            // The analysis asks for the built-in model by itself. If it were asked for twice, the
            // second answer would take the message away.
            if stopped && self.chosen.is_some() {
                effects.ask = Some(self.source());
            }
            self.message_stays = stopped;
            self.loading = stopped;
        }
        effects
    }

    fn put_in_force(&mut self, model: ModelInForce) -> Effects {
        let mut effects = Effects {
            changed: Changed {
                values: true,
                texts: true,
                infos: self.take_names(&model.info),
            },
            ..Effects::default()
        };
        let found = at(&model.place).map(|found| SavedModel {
            name: model.info.name.clone(),
            sha256: model.info.sha256.clone(),
            version: model.info.version.clone(),
            ..found
        });
        let mut is_fallback = false;
        match (&mut self.chosen, found) {
            (Some(chosen), Some(found))
                if (chosen.sha256.is_empty() && chosen.path == found.path)
                    || chosen.sha256 == model.info.sha256 =>
            {
                effects.state = *chosen != found;
                *chosen = found;
                self.before = None;
            }
            (None, None) => self.before = None,
            (chosen, found) => {
                is_fallback = chosen.is_some();
                // A file never stands in for another file. It is an earlier choice, and it goes on
                // tagging if the newest one is refused.
                if let (Some(before), Some(found)) = (&mut self.before, found) {
                    *before = Some(found);
                }
            }
        }
        // While another model stands in, what was said about the chosen one still holds.
        if !is_fallback && !std::mem::take(&mut self.message_stays) {
            self.message = None;
        }
        self.model = Some(Arc::new(model));
        self.loading = false;
        effects
    }
}
