//! The checks around every backend: sizes are checked, panics caught, outputs examined.

use super::backend::Backend;
use super::incremental::{NetworkState, Staged};
use super::inference::{InferenceError, Network};
use super::runner::Runner;
use super::span::Span;
use crate::model::{Model, OutputKind};
use crate::panics::no_panic;

/// How far outside 0 to 1 rounding may put a probability.
const SLACK: f32 = 1e-3;

/// How a network computes its windows.
pub(super) enum Work {
    /// It computes each window as a whole.
    Whole(Box<dyn Runner>),
    /// It computes what is new in each window.
    Staged(Box<Staged>),
}

/// A backend's [`Work`] behind every check.
pub(super) struct Guarded {
    work: Work,
    backend: Backend,
    window_values: usize,
    tags: usize,
    output: OutputKind,
    /// The embedding of the last window, if the model gives some.
    embedding: Vec<f32>,
    /// The backend's first error. The network is not run again after it.
    failed: Option<String>,
}

impl Guarded {
    /// Opens `model`. A panic on the way becomes an error.
    pub fn open(
        model: &Model,
        backend: Backend,
        open: impl FnOnce() -> Result<Work, String>,
    ) -> Result<Self, String> {
        let work = caught(open)?;
        Ok(Self {
            work,
            backend,
            window_values: model.input_shape().iter().product(),
            tags: model.info().tags.len(),
            output: model.info().output,
            embedding: vec![0.0; model.embedding_values()],
            failed: None,
        })
    }

    fn error(&self, reason: String) -> InferenceError {
        InferenceError::Backend {
            backend: self.backend.name(),
            reason,
        }
    }
}

impl Network for Guarded {
    fn run_next(
        &mut self,
        state: &mut NetworkState,
        span: Span,
        window: &[f32],
        probabilities: &mut [f32],
    ) -> Result<(), InferenceError> {
        check_size("window", window.len(), self.window_values)?;
        check_size("probabilities", probabilities.len(), self.tags)?;
        if let Some(reason) = &self.failed {
            return Err(self.error(reason.clone()));
        }
        let embedding = &mut self.embedding;
        let wanted = probabilities.len() + embedding.len();
        let mut given = 0;
        let mut take = |values: &[f32]| {
            given = values.len();
            if given == wanted {
                let (tags, rest) = values.split_at(probabilities.len());
                probabilities.copy_from_slice(tags);
                embedding.copy_from_slice(rest);
            }
        };
        let ran = caught(|| match &mut self.work {
            Work::Whole(runner) => runner.run(window, &mut take),
            Work::Staged(staged) => staged.run(state, span, window, &mut take),
        });
        let finished = ran.and_then(|()| match given == wanted {
            true => finish(self.output, probabilities, &self.embedding),
            false => Err(format!("it gave {given} values for {wanted}")),
        });
        match finished {
            Ok(()) => Ok(()),
            Err(reason) => {
                self.failed = Some(reason.clone());
                Err(self.error(reason))
            }
        }
    }

    fn embedding(&self) -> &[f32] {
        &self.embedding
    }

    fn backend(&self) -> Backend {
        self.backend
    }
}

fn check_size(what: &'static str, found: usize, needed: usize) -> Result<(), InferenceError> {
    if found == needed {
        return Ok(());
    }
    Err(InferenceError::Size {
        what,
        found,
        needed,
    })
}

/// Turns the raw output into probabilities. Refuses values that cannot be one, or part of an embedding.
fn finish(output: OutputKind, values: &mut [f32], embedding: &[f32]) -> Result<(), String> {
    if let Some(value) = embedding.iter().find(|value| !value.is_finite()) {
        return Err(format!("it gave {value} in the embedding"));
    }
    for value in values {
        if !value.is_finite() {
            return Err(format!("it gave {value}"));
        }
        match output {
            OutputKind::Logits => *value = 1.0 / (1.0 + (-*value).exp()),
            OutputKind::Probabilities if (-SLACK..=1.0 + SLACK).contains(value) => {
                *value = value.clamp(0.0, 1.0);
            }
            OutputKind::Probabilities => {
                return Err(format!(
                    "it gave {value}, which is not a probability; if the network gives logits, its \
                     metadata must say so"
                ));
            }
        }
    }
    Ok(())
}

/// Does `work`. A panic becomes an error.
fn caught<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    no_panic(work, |panic| format!("it gave up ({panic})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives these values, or panics.
    struct Fake(Option<Vec<f32>>);

    impl Runner for Fake {
        fn run(&mut self, _input: &[f32], take: &mut dyn FnMut(&[f32])) -> Result<(), String> {
            take(self.0.as_deref().expect("a library's panic"));
            Ok(())
        }
    }

    fn guarded(output: OutputKind, values: Option<&[f32]>) -> Guarded {
        Guarded {
            work: Work::Whole(Box::new(Fake(values.map(<[f32]>::to_vec)))),
            backend: Backend::Cuda,
            window_values: 3,
            tags: 2,
            output,
            embedding: Vec::new(),
            failed: None,
        }
    }

    fn run(output: OutputKind, values: Option<&[f32]>) -> Result<[f32; 2], String> {
        let mut probabilities = [9.0; 2];
        guarded(output, values)
            .run(&[0.0; 3], &mut probabilities)
            .map_err(|error| error.to_string())?;
        Ok(probabilities)
    }

    #[test]
    fn outputs_that_are_not_probabilities_are_errors() {
        use OutputKind::Probabilities;
        for values in [
            &[0.5, f32::NAN][..],
            &[0.5, f32::INFINITY],
            &[0.5, 1.5],
            &[-0.5, 0.5],
            &[0.5],
            &[0.5; 3],
        ] {
            let error = run(Probabilities, Some(values)).unwrap_err();
            assert!(error.starts_with("CUDA: it gave "), "{error}");
        }
        assert_eq!(run(Probabilities, Some(&[1.000_01, 0.25])), Ok([1.0, 0.25]));
    }

    #[test]
    fn logits_become_probabilities() {
        assert_eq!(
            run(OutputKind::Logits, Some(&[0.0, -200.0])),
            Ok([0.5, 0.0])
        );
    }

    #[test]
    fn a_panic_in_a_backend_is_an_error_that_ends_its_use() {
        let mut network = guarded(OutputKind::Logits, None);
        let mut probabilities = [0.0; 2];
        let first = network.run(&[0.0; 3], &mut probabilities).unwrap_err();
        assert_eq!(first.to_string(), "CUDA: it gave up (a library's panic)");
        let second = network.run(&[0.0; 3], &mut probabilities).unwrap_err();
        assert_eq!(
            second.to_string(),
            first.to_string(),
            "everybody who shares it gets the reason, too"
        );
    }

    #[test]
    fn wrong_sizes_of_the_caller_are_errors_and_harmless() {
        let mut network = guarded(OutputKind::Logits, Some(&[0.0; 2]));
        let short = network.run(&[0.0; 2], &mut [0.0; 2]).unwrap_err();
        assert!(matches!(short, InferenceError::Size { what: "window", .. }));
        let long = network.run(&[0.0; 3], &mut [0.0; 3]).unwrap_err();
        assert!(matches!(long, InferenceError::Size { needed: 2, .. }));
        assert!(network.run(&[0.0; 3], &mut [0.0; 2]).is_ok());
    }
}
